"""The end of every record's story: final verdicts with all that was measured, the ledger, and masked samples.

rows.parquet      one row a record: verdict, evidence, attributes. No text
ledger.parquet    raw file x stage x verdict x reason: documents, bytes, words, tokens
samples.parquet   masked excerpts, the same few of each reason whoever draws them
boilerplate.parquet  sentences that the source repeats, as kept documents have them, masked
quarantine.parquet  records that could not be read, with their place
hits.parquet      copies of evaluation items, if documents were screened for them: which, where, what became of them
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.tables import write_frame
from corpus.verdict import VERDICTS, Stage, Verdict
from dedup.identity import KINDS
from filters.mentions import lexicon
from manifests.demographics import tallies
from manifests.removed import WITHDRAWN
from manifests.takedowns import BLOCKED
from pipelines.boilerplate import examples
from pipelines.contamination import HITS_FILE, read_hits, write_hits
from pipelines.excerpts import excerpts
from pipelines.genres import with_genres
from pipelines.measure import QUARANTINED, ROWS
from pipelines.samples import choose, hidden
from pipelines.signals import signal_stages
from pipelines.slices import read_slice, slice_rows
from pipelines.works import with_works

LEDGER = "ledger.parquet"
SAMPLES = "samples.parquet"
BOILERPLATE = "boilerplate.parquet"
AMOUNT = ["documents", "bytes", "words", "tokens"]

_FACTS = ["doc_type", "genre", "genre_evidence", "published", "retraction", *KINDS, "version", "offset"]
_WORDS = ["title", "journal", "mesh", "url", "member", "licence_raw", "copyright", "known_values"]
_SCREENED = ["phi_policy", "phi_count", "phi_chars"]
_INTO = ("survivor", "survivor_snapshot", "same_as")
_SIMILARITIES = ("similarity", "substance", "containment")
_EVIDENCE = ["score", "threshold", *_INTO, *_SIMILARITIES, "rules_failed"]
_EXCERPT = 1500
"""Characters of a sample."""


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `concluded` of one bundle.

    Slices: `params["merges"]` of merged documents (`pipelines.deduplicate.survivors.MERGES`), `params["works"]` of what
    other records say.
    """
    folder, digests = folders["concluded"], params["digests"]
    verdicts = pl.read_parquet(work.product("verdicts", digests["verdicts"]) / ROWS, glob=False).with_row_index("row")
    rows = _with_merges(verdicts, read_slice(work, params["merges"]))
    documents = work.product("documents", digests["documents"])
    stated = pl.read_parquet(documents / ROWS, columns=_FACTS, glob=False)
    screened = pq.read_table(work.product("phi", digests["phi"]) / ROWS, columns=_SCREENED)
    sides = [
        stated.with_columns(pl.when(pl.col("version") != "").then("version").alias("version")),
        _masked(pq.read_table(documents / ROWS, columns=_WORDS), screened["phi_policy"]),
        *(
            pl.read_parquet(work.product(s, name) / ROWS, glob=False)
            for s, name in {"licence": digests["licence"], **signal_stages(digests), **_mentions(digests)}.items()
        ),
        pl.DataFrame(screened),
    ]
    facts = pl.concat(sides, how="horizontal").drop("n_bytes", "n_words")
    facts = with_genres(facts, facts.to_dict(), params["genres"])
    known = with_works(facts, slice_rows(work, params["works"])).with_row_index("row")
    audit = rows.join(known, on="row", how="left", maintain_order="left").with_columns(source=pl.lit(params["source"]))
    barred = pl.col("rules_failed").list.contains(BLOCKED).fill_null(value=False)
    audit = audit.with_columns(pl.when(~barred).then(name).alias(name) for name in WITHDRAWN)
    write_frame(audit.drop("row"), folder / ROWS)
    if "contamination" in digests:
        hits = read_hits(work, digests["contamination"], params["contamination"])
        write_hits(hits, audit, folder / HITS_FILE)
    ledger = (
        rows.group_by("raw_file", "stage", "verdict", "reason")
        .agg(pl.len().cast(pl.Int64).alias("documents"), pl.col("bytes", "words", "tokens").sum())
        .sort("raw_file", "stage", "verdict", "reason")
    )
    write_frame(ledger, folder / LEDGER)
    write_frame(_excerpts(choose(audit, params), work, digests), folder / SAMPLES)
    pq.write_table(pq.read_table(documents / QUARANTINED), folder / QUARANTINED)
    kept = rows.filter(pl.col("verdict") == Verdict.KEEP.value)
    write_frame(examples(work, digests, params["learnt"], kept["row"]), folder / BOILERPLATE)
    return {
        "concluded": {
            "rows": len(rows),
            "kept": len(kept),
            "kept_tokens": int(kept["tokens"].sum()),
            "licence_conflicts": int(known["licence_conflict"].sum()),
            "retractions": dict(known.group_by("retraction").len().drop_nulls().sort("retraction").iter_rows()),
            "mentioned": _mentioned(audit) if "mentions" in digests else {},
        }
    }


def _mentions(digests: dict[str, str]) -> dict[str, str]:
    """The sidecar of mentions, if there is one."""
    return {"mentions": digests["mentions"]} if "mentions" in digests else {}


def _mentioned(audit: pl.DataFrame) -> dict[str, Json]:
    """By stage, how many of the documents that end there name which groups (`manifests.demographics`)."""
    known = lexicon()
    found = tallies(audit, tuple(known.dimensions.values()), known.concepts, known.languages)
    return {stage: found[stage].plain() for stage in sorted(found)}


def _with_merges(verdicts: pl.DataFrame, merges: pl.DataFrame | None) -> pl.DataFrame:
    """Verdicts after dedup: a document that gave way is merged at the stage that found its survivor."""
    if merges is None:
        return verdicts
    found = merges.select("row", "method", *(pl.col(name).alias(f"{name}_merged") for name in (*_INTO, *_SIMILARITIES)))
    reasons = {
        Stage.IDENTITY.value: "same_identifier",
        Stage.EXACT.value: "same_words",
        Stage.NEAR.value: "near_duplicate",
    }
    merged = pl.col("method").is_not_null()
    reason = pl.col("method").replace_strict(reasons, default=None, return_dtype=pl.String)
    return (
        verdicts.join(found, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.when(merged).then(pl.lit(Verdict.MERGE.value)).otherwise("verdict").alias("verdict"),
            pl.when(merged).then("method").otherwise("stage").alias("stage"),
            pl.when(merged).then(reason).otherwise("reason").alias("reason"),
            *(pl.when(merged).then(f"{name}_merged").otherwise(name).alias(name) for name in (*_INTO, *_SIMILARITIES)),
        )
        .select("row", *VERDICTS.names, "raw_file")
    )


def _masked(words: pa.Table, policies: pa.ChunkedArray) -> pl.DataFrame:
    """What records say beside their text, identifiers masked."""
    from filters.phi.mask import mask_distinct
    from pipelines.provenance import CREDITS, masked_headings, masked_words

    masked = masked_words(words, policies)
    masked |= {"mesh": masked_headings(words), "copyright": mask_distinct(words["copyright"], CREDITS)}
    return pl.DataFrame(masked)


def _excerpts(chosen: pl.DataFrame, work: WorkFolder, digests: dict[str, str]) -> pl.DataFrame:
    """Masked beginnings of the chosen texts. What a licence or its source forbids to show is not shown."""
    shown = excerpts(work, digests, chosen.filter(~hidden())["row"].to_numpy(), _EXCERPT)
    texts = pl.Series("excerpt", [shown[row].text if row in shown else None for row in chosen["row"]], pl.String)
    return chosen.with_columns(texts).drop("row", "rules_failed")
