"""A manifest like a real one: four sources of very different sizes, and one that gave nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from manifests.amount import Amount, Share
from manifests.coverage import ColumnNulls, Coverage, Labels, LengthQuantile, RetractionState
from manifests.deduplicated import (
    ClusterSize,
    CrossSource,
    Dedup,
    DistinctShingles,
    RepeatedParagraphs,
    SourceTemplates,
)
from manifests.model import (
    Environment,
    File,
    FormatterFacts,
    Gap,
    Ledger,
    LedgerLine,
    LicenceRights,
    Manifest,
    Model,
    PhiCount,
    Privacy,
    RawFile,
    ReaderFacts,
    Rights,
    Shard,
    Source,
    Split,
    StageBalance,
    TokenizerFacts,
)
from manifests.token_counts import TokenCount

STAGES = (
    "read",
    "use",
    "version",
    "retraction",
    "licence",
    "language",
    "quality",
    "phi",
    "identity",
    "exact",
    "near",
    "release",
)
NOTHING = Amount()

Losses = Sequence[tuple[str, str, str, int]]
"""(stage, verdict, reason, documents) of one source."""


MENDED = FormatterFacts(
    name="mend", formatter="FTFYFormatter", options={"uncurl_quotes": True, "normalization": None}, code_sha256="c" * 64
)


def sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def amount(documents: int, words_each: int, extra: int = 0) -> Amount:
    words = documents * words_each + extra
    return Amount(documents=documents, bytes=words * 7 + extra, words=words, tokens=words * 3 // 2 + extra)


def ledger_of(
    source: str, read: Amount, losses: Losses, words_each: int
) -> tuple[list[LedgerLine], list[StageBalance]]:
    """Lines and balances of one source that balance in all four measures."""
    lines = [
        LedgerLine(source=source, stage=stage, verdict=verdict, reason=reason, amount=amount(count, words_each, 7 + n))
        for n, (stage, verdict, reason, count) in enumerate(losses)
    ]
    stages, entered = [], read
    for stage in STAGES:
        gone = {
            verdict: sum(
                (line.amount for line in lines if (line.stage, line.verdict) == (stage, verdict)), start=NOTHING
            )
            for verdict in ("drop", "merge", "fail")
        }
        left = entered - gone["drop"] - gone["merge"] - gone["fail"]
        stages.append(
            StageBalance(
                source=source,
                stage=stage,
                entered=entered,
                dropped=gone["drop"],
                merged=gone["merge"],
                failed=gone["fail"],
                left=left,
            )
        )
        entered = left
    return lines, stages


def shares(whole: Amount, parts: Sequence[tuple[str, float]]) -> tuple[Share, ...]:
    """`whole` cut into labelled parts that add up to it."""
    made, left = [], whole
    for label, portion in parts[:-1]:
        cut = Amount(**{name: int(value * portion) for name, value in whole.model_dump().items()})
        made.append(Share(label=label, amount=cut))
        left = left - cut
    return (*made, Share(label=parts[-1][0], amount=left))


def covered_by(kept: Amount, publisher: str | None) -> Coverage:
    """Half of the text from one journal, a tenth from another, the rest from 17 others."""
    journals = shares(kept, [("Journal of Examples", 0.5), ("Annals of *Stars* | Pipes", 0.1), ("rest", 0.4)])
    named = Labels(distinct=1, top=(Share(label=publisher or "", amount=kept),), rest=NOTHING, not_stated=NOTHING)
    nobody = Labels(distinct=0, top=(), rest=NOTHING, not_stated=kept)
    corrected = Amount(documents=3, bytes=5_000, words=700, tokens=1_100)
    return Coverage(
        journals=Labels(distinct=19, top=journals[:2], rest=journals[2].amount, not_stated=NOTHING),
        domains=nobody,
        publishers=named if publisher else nobody,
        retractions=(
            RetractionState(state="corrected", read=4, released=corrected),
            RetractionState(state="none", read=kept.documents, released=kept - corrected),
            RetractionState(state="retracted", read=19, released=NOTHING),
        ),
        oldest="1962-05",
        newest="2021-12-31",
        lengths=tuple(LengthQuantile(percent=percent, tokens=7 * percent + 13) for percent in (5, 25, 50, 75, 95)),
    )


def nulls_in(kept: Amount) -> tuple[ColumnNulls, ...]:
    return (
        ColumnNulls(column="title", rows=0, reasons={}),
        ColumnNulls(column="doi", rows=kept.documents // 4, reasons={"not_stated": kept.documents // 4}),
        ColumnNulls(column="nct", rows=kept.documents, reasons={"not_in_format": kept.documents}),
    )


def source_of(
    name: str,
    title: str,
    *,
    kept: Amount,
    read: Amount,
    licences: Sequence[tuple[str, float]],
    doc_types: Sequence[tuple[str, float]],
    years: Sequence[tuple[str, float]],
    raw: Sequence[RawFile],
    **given: str | None,
) -> Source:
    spread = (0.001, 0.002, 0.01, 0.04, 0.09, 0.21, 0.31, 0.22, 0.1)
    documents = [int(kept.documents * portion) for portion in spread]
    documents.append(kept.documents - sum(documents))
    return Source(
        name=name,
        title=title,
        homepage=given.get("homepage"),
        publisher=given.get("publisher"),
        source_terms=given.get("terms"),
        phi_policy=given.get("phi_policy") or "literature",
        use="train",
        reader=ReaderFacts(
            name=given.get("reader") or name,
            version=2,
            doc_types=tuple(label for label, _ in doc_types),
            section_policy="title, abstract, body; references and tables left out",
            known_losses=("formulas become their plain text", "figures are dropped"),
        ),
        raw_files=tuple(raw),
        read=read,
        kept=kept,
        licences=shares(kept, licences),
        doc_types=shares(kept, doc_types),
        genres=shares(kept, [("review", 0.3), ("not stated", 0.7)]),
        years=shares(kept, years),
        languages=shares(kept, [("en", 1.0)]) if name != "plos" else shares(kept, [("en", 0.97), ("es", 0.03)]),
        length_histogram=tuple((2 ** (index + 3), count) for index, count in enumerate(documents) if count),
        coverage=covered_by(kept, given.get("publisher")),
        nulls=nulls_in(kept),
    )


def raw_file(name: str, size: int, records: int, quarantined: str | None = None, **facts: int) -> RawFile:
    return RawFile(name=name, sha256=sha256(name), bytes=size, records=records, facts=facts, quarantined=quarantined)


def year_shares(first: int, last: int) -> list[tuple[str, float]]:
    weights = [(year - first + 1) ** 2 * (1 + (year % 3) / 4) for year in range(first, last + 1)]
    return [(str(first + i), 0.97 * weight / sum(weights)) for i, weight in enumerate(weights)] + [("unknown", 0.03)]


def build() -> Manifest:
    """Not a fixture's body, so that a script can render it for the eye."""
    medline_losses: Losses = (
        ("read", "drop", "no_abstract", 8_120),
        ("read", "fail", "malformed_xml", 3),
        ("version", "merge", "older_version", 214),
        ("retraction", "drop", "retracted", 19),
        ("licence", "drop", "copyright_reserved", 1_702),
        ("language", "drop", "language_not_allowed", 311),
        ("quality", "drop", "too_short", 640),
        ("quality", "drop", "repeated_lines", 12),
        ("phi", "drop", "too_many_identifiers", 4),
        ("identity", "merge", "same_pmid", 57),
        ("exact", "merge", "same_text", 33),
        ("near", "merge", "near_duplicate", 188),
    )
    plos_losses: Losses = (
        ("licence", "drop", "licence_unknown", 61),
        ("quality", "drop", "too_short", 5),
        ("near", "merge", "near_duplicate", 2),
    )
    read = {"medline": amount(60_000, 190), "plos": amount(2_400, 5_100), "who_guidelines": amount(41, 9_000)}
    lines: list[LedgerLine] = []
    stages: list[StageBalance] = []
    left: dict[str, Amount] = {}
    for name, losses, words in (
        ("medline", medline_losses, 96),
        ("plos", plos_losses, 4_000),
        ("who_guidelines", (), 1),
    ):
        new_lines, new_stages = ledger_of(name, read[name], losses, words)
        lines += new_lines
        stages += new_stages
        left[name] = new_stages[-1].left
    _, empty_stages = ledger_of("court_reports", NOTHING, (), 1)
    stages += empty_stages
    masked = {
        "medline": Amount(documents=1_204, bytes=9_415, words=610, tokens=-38),
        "plos": Amount(documents=822, bytes=14_002, words=931, tokens=2_117),
    }
    kept = {name: value - masked.get(name, NOTHING).model_copy(update={"documents": 0}) for name, value in left.items()}
    totals = sum(kept.values(), start=NOTHING)
    sources = (
        source_of(
            "plos",
            "PLOS articles, full text",
            homepage="https://plos.org/text-and-data-mining/",
            publisher="Public Library of Science",
            kept=kept["plos"],
            read=read["plos"],
            licences=[("CC-BY-4.0", 0.91), ("CC0-1.0", 0.09)],
            doc_types=[("full_text", 0.94), ("case_report", 0.06)],
            years=year_shares(2003, 2021),
            raw=[
                raw_file(f"allofplos_{n:02}.zip", 81_000_000 + n, 200, articles=200, with_body=198 - n)
                for n in range(12)
            ],
            reader="jats",
        ),
        source_of(
            "medline",
            "MEDLINE/PubMed citations",
            homepage="https://pubmed.ncbi.nlm.nih.gov/download/",
            publisher="U.S. National Library of Medicine",
            terms="LicenseRef-NLM-Terms",
            kept=kept["medline"],
            read=read["medline"],
            licences=[("LicenseRef-NLM-Terms", 0.93), ("LicenseRef-USGov-PD", 0.07)],
            doc_types=[("abstract", 1.0)],
            years=year_shares(1962, 2021),
            raw=[
                raw_file(
                    "pubmed20n0014.xml.gz", 17_204_113, 30_000, citations=30_000, deletions=0, distinct_pmids=29_988
                ),
                raw_file(
                    "pubmed21n1298.xml.gz", 40_113_911, 30_000, citations=30_000, deletions=412, distinct_pmids=29_871
                ),
                raw_file("pubmed21n1299.xml.gz", 1_048_576, 0, quarantined="truncated_gzip"),
            ],
        ),
        source_of(
            "who_guidelines",
            "WHO guidelines",
            kept=kept["who_guidelines"],
            read=read["who_guidelines"],
            licences=[("CC-BY-NC-SA-3.0-IGO", 1.0)],
            doc_types=[("guideline", 1.0)],
            years=[("2019", 0.5), ("2020", 0.5)],
            raw=[raw_file("iris.jsonl.zst", 5_120_000, 41, rewritten_by_mend=37)],
            reader="jsonl",
            phi_policy="public_document",
        ).model_copy(update={"formatters": (MENDED,)}),
        Source(
            name="court_reports",
            title="Court reports (nothing was released)",
            homepage=None,
            publisher=None,
            source_terms=None,
            phi_policy="clinical",
            use="train",
            reader=ReaderFacts(name="jsonl", version=1, doc_types=(), section_policy="all", known_losses=()),
            raw_files=(),
            read=NOTHING,
            kept=NOTHING,
            licences=(),
            doc_types=(),
            genres=(),
            years=(),
            languages=(),
            length_histogram=(),
        ),
    )
    plan = {"plos": (("train", 3), ("validation", 1)), "medline": (("train", 2), ("validation", 1))}
    plan["who_guidelines"] = (("train", 1),)
    shards = tuple(
        Shard(
            path=f"data/{name}/{split}-{n:05}-of-{count:05}.parquet",
            source=name,
            split=split,
            sha256=sha256(f"{name}{split}{n}"),
            bytes=kept[name].bytes // (3 * count) + n,
            rows=kept[name].documents // count,
            tokens=kept[name].tokens // count,
            row_groups=4,
        )
        for name, splits in plan.items()
        for split, count in splits
        for n in range(count)
    )
    train, validation = shares(totals, [("train", 0.97), ("validation", 0.03)])
    return Manifest(
        snapshot_id="",
        name="demo",
        title="Biomedical literature, demonstration",
        description="Abstracts and full text of biomedical articles, to show what a snapshot states about itself.",
        licence_profile="research",
        licence_statement="MEDLINE text is under the terms of the National Library of Medicine.",
        recipe={
            "name": "demo",
            "retraction": {"drop": ["retracted", "concern"]},
            "dedup": {"threshold": 0.8},
            "datasheet": {"motivation": {"funding": "Nobody; the demonstration was made by volunteers."}},
        },
        recipe_sha256=sha256("recipe"),
        totals=totals,
        splits=(Split(name="train", amount=train.amount), Split(name="validation", amount=validation.amount)),
        sources=sources,
        coverage=covered_by(totals, None),
        ledger=Ledger(
            lines=tuple(lines),
            stages=tuple(stages),
            masked=tuple(Share(label=name, amount=value) for name, value in masked.items()),
        ),
        rights=Rights(
            profile="research",
            families=("attribution", "public-domain", "source-terms"),
            verbatim=(),
            by_licence=(
                LicenceRights(
                    spdx="LicenseRef-NLM-Terms",
                    amount=totals,
                    commercial=None,
                    redistribute=True,
                    derivatives=None,
                    share_alike=None,
                    attribution=True,
                ),
            ),
            floor={
                "commercial": None,
                "redistribute": True,
                "derivatives": None,
                "share_alike": None,
                "attribution": True,
            },
            conflicts=7,
            attributed=totals.documents,
        ),
        privacy=Privacy(
            ruleset="hc4-phi/3",
            policies={"plos": "literature", "medline": "literature", "who_guidelines": "public_document"},
            masked=(
                PhiCount(source="plos", kind="email", spans=2_204, documents=811),
                PhiCount(source="plos", kind="phone", spans=97, documents=64),
                PhiCount(source="plos", kind="address", spans=8, documents=8),
                PhiCount(source="medline", kind="email", spans=1_197, documents=1_189),
                PhiCount(source="medline", kind="phone", spans=16, documents=15),
            ),
        ),
        dedup=Dedup(
            algorithm="minhash-14x8/1",
            keep=("source", "licence", "doc_type", "version", "length"),
            template_pairs=1_204,
            numbered_pairs=31,
            contained_pairs=88,
            templates=(SourceTemplates(source="pubmed", documents=30_118, shingles=412),),
            parameters={"bands": 14, "rows": 8, "shingle_words": 5, "threshold": 0.8, "seed": 20_260_101},
            candidate_pairs=1_318,
            verified_pairs=244,
            cluster_sizes=(
                ClusterSize(size=2, clusters=171),
                ClusterSize(size=3, clusters=9),
                ClusterSize(size=26, clusters=1),
            ),
            cross_source=(CrossSource(merged="medline", survivor="plos", method="near", documents=147),),
            distinct_shingles=(
                DistinctShingles(source="plos", shingles=4_410_210, distinct=4_398_777),
                DistinctShingles(source=None, shingles=9_120_003, distinct=8_871_454),
            ),
            paragraphs=(
                RepeatedParagraphs(
                    source="plos",
                    paragraphs=61_007,
                    words=4_307_400,
                    bytes=29_110_204,
                    repeated=1_913,
                    repeated_words=86_148,
                    repeated_bytes=583_002,
                    elsewhere=97,
                ),
            ),
        ),
        tokenizer=TokenizerFacts(
            name="mistral-v3.model",
            sha256=sha256("tokenizer"),
            vocabulary=32_768,
            fast_path="gigatoken 0.10.0",
            oracle="sentencepiece 0.2.1",
            oracle_documents=3_011,
        ),
        token_counts=(
            TokenCount(
                name="other",
                file="tokenizer.json",
                sha256=sha256("other"),
                vocabulary=50_257,
                fast_path="gigatoken",
                oracle="tokenizers",
                oracle_documents=901,
                tokens=51_200_141,
                by_source={"plos": 41_000_117, "medline": 9_700_003, "who_guidelines": 500_021, "court_reports": 0},
            ),
        ),
        models=(
            Model(name="lid.176.ftz", sha256=sha256("lid"), licence="CC-BY-SA-3.0", used_for="language identification"),
        ),
        shards=shards,
        files=(
            File(path="ledger/lines.parquet", kind="ledger", sha256=sha256("ledger"), bytes=41_000, rows=15),
            File(
                path="removed/verdicts.parquet",
                kind="verdicts",
                sha256=sha256("verdicts"),
                bytes=1_900_000,
                rows=11_369,
            ),
        ),
        environment=Environment(
            hc4="0.1.0",
            code_sha256=sha256("code"),
            python="3.11.9",
            unicode="14.0.0",
            packages={"pyarrow": "26.0.0", "lxml": "6.0.1", "numpy": "2.3.1"},
        ),
        gaps=(
            Gap(what="Authors' countries", why="No reader extracts affiliations yet."),
            Gap(what="Contamination by evaluation sets", why="The recipe lists none to look for."),
        ),
    ).identified()


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return build()
