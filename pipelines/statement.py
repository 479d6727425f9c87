"""From finished units to the manifest: every number a snapshot states is made here, from summaries and small tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from corpus.assets import ASSETS
from corpus.digest import digest, sha256_file
from corpus.errors import LedgerImbalance
from corpus.storage import WorkFolder
from corpus.unit import Result
from dedup.interop import distinct, merged
from filters.datatrove.classes import installed_libraries
from filters.mentions import lexicon
from filters.rights import Profile, load_profile
from manifests.agree import dedup_parameters
from manifests.amount import Amount, Share
from manifests.audited import estimate as estimate_samples
from manifests.audited import stratum_sizes
from manifests.coverage import Coverage, nulls_of
from manifests.deduplicated import (
    Dedup,
    DistinctShingles,
    EarlierSnapshot,
    RepeatedParagraphs,
    SignatureFacts,
    SourceTemplates,
)
from manifests.demographics import Demographics, Tally, demographics, summed
from manifests.environment import environment
from manifests.estimates import RemovalEstimate
from manifests.ledger import make_ledger
from manifests.merkle import Merkle
from manifests.model import (
    File,
    FormatterFacts,
    HeldOutOf,
    Ledger,
    LicenceRights,
    Manifest,
    Model,
    RawFile,
    ReaderFacts,
    Retrieval,
    Rights,
    Shard,
    Source,
    Split,
    SplitRule,
    TokenizerFacts,
)
from manifests.rights import rights_floor
from pipelines.assemble import REGISTERS
from pipelines.covered import coverage, token_counts
from pipelines.decontaminated import contamination
from pipelines.deduplicate.steps import Found
from pipelines.gaps import gaps
from pipelines.identifiers import privacy
from pipelines.locations import resolve_location
from pipelines.measure import ROWS
from pipelines.merged import count_merged
from pipelines.plan import Plan
from pipelines.sections.sources import SourceRecipe
from pipelines.splits.steps import HeldOut
from shards.place import SPLITS, TRAIN, VALIDATION, VALIDATION_TIME
from shards.tokenizer import load_tokenizer


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything the phases left behind."""

    plan: Plan
    work: WorkFolder
    digests: list[dict[str, str]]
    documents: list[Result]
    learnt: dict[str, str]
    """By source, the digest of its boilerplate."""
    concluded: list[Result]
    planted: list[Result]
    assembled: list[Result]
    shards: list[dict[str, Any]]
    resolved: Found
    phi_key: str | None
    """Fingerprint of the key, if there is one."""
    removals: dict[str, str]
    """By source, the digest of the pairs to read of what near-dedup removed."""
    paragraphs: dict[str, dict[str, int]]
    """By source, the counts of `RepeatedParagraphs`."""
    held_out: HeldOut
    items: Result | None = None
    """What there is to say of the index of evaluation items; None if the recipe names no sets."""

    def of(self, source: str) -> list[int]:
        """Bundle numbers of a source."""
        return [n for n, bundle in enumerate(self.plan.bundles) if bundle.source.name == source]

    def product(self, number: int, stage: str) -> Path:
        """Where one product of a bundle lies."""
        return self.work.product(stage, self.digests[number][stage])


def make_manifest(
    finished: Finished,
    shards: list[Shard],
    files: list[File],
    table: pl.DataFrame,
    labels: dict[str, pl.DataFrame],
    samples: pl.DataFrame,
    copies: Path | None = None,
) -> Manifest:
    """State everything, after the account was closed.

    `table` is the ledger by raw file (`manifests.ledger.KEYS` and the four measures), `labels` is what
    `pipelines.covered.labels_by_source` gives, `samples` those of the snapshot, `copies` is where its
    table of copies of evaluation items lies.

    Raises:
        LedgerImbalance: the account does not close.
    """
    plan = finished.plan
    recipe = plan.recipe
    names = [source.name for source in recipe.sources]
    masked, cut = (
        {name: _sum(finished.assembled[n][what] for n in finished.of(name)) for name in names}
        for what in ("masked", "cut")
    )
    released = {name: _sum_label(finished, name, "split") for name in names}
    ledger = make_ledger(table, names, masked, cut, released)
    _check_records(finished, ledger)
    profile = load_profile(recipe.profile)
    tokenizer = load_tokenizer(Path(resolve_location(recipe.tokenizer, plan.folder)))
    language = Path(resolve_location(recipe.language.model, plan.folder))
    canonical = _canonical_recipe(finished, tokenizer.sha256, sha256_file(language))
    asset = next((asset for asset in ASSETS.values() if asset.sha256 == sha256_file(language)), None)
    stated = Manifest(
        snapshot_id="",
        name=recipe.name,
        title=recipe.title or recipe.name,
        description=recipe.description,
        licence_profile=profile.name,
        licence_statement=profile.statement,
        recipe=canonical,
        recipe_sha256=digest(canonical),
        totals=sum(released.values(), Amount()),
        splits=tuple(_splits(finished, names)),
        sources=tuple(_source(finished, source, ledger, released, labels) for source in recipe.sources),
        coverage=_coverage(finished, recipe.sources, labels, released),
        ledger=ledger,
        rights=_rights(finished, names, profile, files),
        privacy=privacy(finished, names),
        dedup=_dedup(finished, names),
        demographics=_demographics(finished, names),
        tokenizer=TokenizerFacts(
            name=tokenizer.name,
            sha256=tokenizer.sha256,
            vocabulary=tokenizer.oracle.vocabulary,
            fast_path=tokenizer.fast_path,
            oracle=tokenizer.oracle.library,
            oracle_documents=sum(shard["oracle_documents"] for shard in finished.shards),
        ),
        token_counts=tuple(
            token_counts(names, plan.tokenizers, recipe.count_with, [shard.path for shard in shards], finished.shards)
        ),
        models=(
            Model(
                name=language.name,
                sha256=sha256_file(language),
                licence=asset.licence if asset else None,
                used_for="language",
            ),
            *_classifiers(plan),
        ),
        shards=tuple(sorted(shards, key=lambda shard: shard.path)),
        merkle=Merkle.over(shards),
        files=tuple(sorted(files, key=lambda file: file.path)),
        environment=environment(_versions_for(plan)),
        gaps=tuple(gaps(plan)),
    )
    asked: dict[str, Any] = {}
    if copies is not None:
        asked["contamination"] = contamination(finished, copies)
    if recipe.audit.verdicts:
        asked["audit"] = estimate_samples(samples, stratum_sizes(stated), plan.said)
    return stated.model_copy(update=asked)


def _versions_for(plan: Plan) -> dict[str, str]:
    """Libraries that only some recipes use."""
    return installed_libraries() if plan.recipe.datatrove else {}


def _classifiers(plan: Plan) -> Iterable[Model]:
    from filters.classifier import load_classifier

    for one in plan.recipe.classifiers:
        found = load_classifier(one.name, Path(resolve_location(one.model, plan.folder)))
        licence = None if found.facts.licence == "unknown" else found.facts.licence
        yield Model(
            name=found.facts.name, sha256=found.facts.model_sha256, licence=licence, used_for=f"signal {one.name}"
        )


def _coverage(
    finished: Finished, sources: Sequence[SourceRecipe], labels: dict[str, pl.DataFrame], released: dict[str, Amount]
) -> Coverage:
    return coverage(
        [labels[one.name] for one in sources],
        [(one.publisher, released[one.name]) for one in sources],
        (finished.concluded[number] for one in sources for number in finished.of(one.name)),
    )


def _source(
    finished: Finished,
    source: SourceRecipe,
    ledger: Ledger,
    released: dict[str, Amount],
    labels: dict[str, pl.DataFrame],
) -> Source:
    reader = finished.plan.readers[source.name]
    numbers = finished.of(source.name)
    files = sorted((file for n in numbers for file in finished.documents[n]["files"]), key=lambda file: file["name"])
    inputs = {file.name: file.retrieval for n in numbers for file in finished.plan.bundles[n].files}
    fetched = {name: Retrieval(**asdict(found)) if found else None for name, found in inputs.items()}
    lengths = _labels(finished, source.name, "length")
    return Source(
        name=source.name,
        title=source.title or source.name,
        homepage=source.homepage,
        publisher=source.publisher,
        source_terms=source.terms,
        phi_policy=source.phi_policy,
        use=source.use,
        reader=ReaderFacts(
            name=reader.name,
            version=reader.version,
            doc_types=tuple(reader.doc_types),
            section_policy=reader.section_policy,
            known_losses=tuple(reader.known_losses),
        ),
        formatters=tuple(
            FormatterFacts(name=one.name, formatter=one.formatter, options=dict(one.options), code_sha256=code)
            for one, code in finished.plan.formatters[source.name].described()
        ),
        raw_files=tuple(RawFile(**file, retrieval=fetched[file["name"]]) for file in files),
        read=next(stage.entered for stage in ledger.stages if stage.source == source.name),
        kept=released[source.name],
        licences=_shares(finished, source.name, "licence"),
        doc_types=_shares(finished, source.name, "doc_type"),
        genres=_shares(finished, source.name, "genre"),
        years=tuple(sorted(_shares(finished, source.name, "year"), key=lambda share: share.label)),
        languages=_shares(finished, source.name, "language"),
        length_histogram=tuple(sorted((2 ** int(bin_), amount.documents) for bin_, amount in lengths.items())),
        coverage=_coverage(finished, [source], labels, released),
        nulls=nulls_of(labels[source.name]),
    )


def _labels(finished: Finished, source: str, kind: str) -> dict[str, Amount]:
    """Amounts of released text of one source by label."""
    found: dict[str, Amount] = {}
    for number in finished.of(source):
        for label, amount in finished.assembled[number]["sums"].get(kind, {}).items():
            found[label] = found.get(label, Amount()) + Amount(**amount)
    return found


def _shares(finished: Finished, source: str, kind: str) -> tuple[Share, ...]:
    """Labels by tokens, largest first."""
    ordered = sorted(_labels(finished, source, kind).items(), key=lambda item: (-item[1].tokens, item[0]))
    return tuple(Share(label=label, amount=amount) for label, amount in ordered)


def _rights(finished: Finished, names: list[str], profile: Profile, files: list[File]) -> Rights:
    amounts: dict[str, Amount] = {}
    for name in names:
        for key, amount in _labels(finished, name, "rights").items():
            amounts[key] = amounts.get(key, Amount()) + amount
    by_licence = [LicenceRights(amount=amount, **orjson.loads(key)) for key, amount in amounts.items()]
    by_licence.sort(key=lambda one: (-one.amount.tokens, one.spdx, str(one.redistribute)))
    return Rights(
        profile=profile.name,
        families=tuple(sorted(profile.families)),
        verbatim=tuple(sorted(profile.verbatim)),
        by_licence=tuple(by_licence),
        floor=rights_floor(by_licence),
        conflicts=sum(finished.concluded[n]["licence_conflicts"] for n in range(len(finished.plan.bundles))),
        attributed=next(file.rows for file in files if file.kind == "attribution"),
    )


def _sum_label(finished: Finished, source: str, kind: str) -> Amount:
    return sum(_labels(finished, source, kind).values(), Amount())


def _sum(amounts: Iterable[dict[str, int]]) -> Amount:
    return sum((Amount(**amount) for amount in amounts), Amount())


def _splits(finished: Finished, names: list[str]) -> Iterator[Split]:
    """Each split with its amount; and its rule, unless it is the one share of all groups that snapshots always had."""
    recipe, held_out = finished.plan.recipe, finished.held_out
    of_sources = tuple(
        HeldOutOf(source=name, threshold=held_out.thresholds[name], wanted=held_out.wanted[name]) for name in names
    )
    rules = {
        TRAIN: SplitRule(by="rest", like_train=held_out.like_train, late=held_out.late_in_group),
        VALIDATION: SplitRule(by="position", sources=of_sources),
        VALIDATION_TIME: SplitRule(by="date", after=recipe.split.after),
    }
    if not recipe.asks_for_splits:
        rules = {name: rules[name] for name in (TRAIN,) if held_out.like_train}
    for name in SPLITS:
        amount = sum((_labels(finished, source, "split").get(name, Amount()) for source in names), Amount())
        if name != VALIDATION_TIME or recipe.split.after is not None or amount.documents:
            yield Split(name=name, amount=amount, rule=rules.get(name))


def _demographics(finished: Finished, names: list[str]) -> Demographics | None:
    """Who is spoken about, summed over bundles."""
    asked = finished.plan.recipe.mentions
    if asked is None:
        return None
    return demographics(
        lexicon(),
        asked.window,
        {
            name: summed(
                {stage: Tally(found) for stage, found in finished.concluded[number]["mentioned"].items()}
                for number in finished.of(name)
            )
            for name in names
        },
    )


def _dedup(finished: Finished, names: list[str]) -> Dedup:
    from dedup.signature import ALGORITHM, ALGORITHM_VERSION, SignatureAnnotator

    policy = finished.plan.recipe.dedup
    path = finished.work.product("merges", finished.resolved.merges) / ROWS
    found = count_merged(path, [bundle.source.name for bundle in finished.plan.bundles])
    return Dedup(
        algorithm=f"{ALGORITHM} {ALGORITHM_VERSION}",
        parameters=dedup_parameters(policy.model_dump(mode="json")),
        keep=policy.keep,
        against=tuple(
            EarlierSnapshot(
                snapshot_id=one.snapshot.manifest.snapshot_id,
                name=one.snapshot.manifest.name,
                documents=one.snapshot.manifest.totals.documents,
                merged=found.into.get(one.snapshot.manifest.snapshot_id, 0),
            )
            for one in finished.plan.earlier
        ),
        candidate_pairs=finished.resolved.candidate_pairs,
        verified_pairs=finished.resolved.similar,
        template_pairs=finished.resolved.templates,
        numbered_pairs=finished.resolved.numbered,
        contained_pairs=finished.resolved.contained,
        templates=tuple(SourceTemplates(source=name, **finished.resolved.of_source[name]) for name in names),
        cluster_sizes=found.cluster_sizes,
        cross_source=found.cross_source,
        signatures=SignatureFacts.model_validate(SignatureAnnotator(policy.signature).config),
        distinct_shingles=tuple(_distinct_shingles(finished, names)),
        removals=_removals(finished),
        paragraphs=tuple(
            RepeatedParagraphs(source=name, **finished.paragraphs[name]) for name in names if finished.of(name)
        ),
    )


def _removals(finished: Finished) -> RemovalEstimate | None:
    """What people's verdicts say of near-dedup; reviewers are not named."""
    from manifests.precision import estimate
    from manifests.removals import PAIRS

    if not finished.plan.recipe.dedup.verdicts:
        return None
    products = (finished.work.product("removals", name) for _, name in sorted(finished.removals.items()))
    parts = [pl.read_parquet(folder / ROWS, glob=False) for folder in products]
    pairs = pl.concat([pl.DataFrame(PAIRS.empty_table()), *parts])
    return estimate(pairs, finished.plan.judgements, named=False)


def _distinct_shingles(finished: Finished, names: list[str]) -> Iterator[DistinctShingles]:
    whole, total = [], 0
    for name in names:
        numbers = finished.of(name)
        registers = merged(np.load(finished.product(number, "assembled") / REGISTERS) for number in numbers)
        shingles = sum(finished.assembled[number]["shingles"] for number in numbers)
        yield DistinctShingles(source=name, shingles=shingles, distinct=distinct(registers))
        whole.append(registers)
        total += shingles
    yield DistinctShingles(source=None, shingles=total, distinct=distinct(merged(whole)))


def _canonical_recipe(finished: Finished, tokenizer: str, language: str) -> dict[str, Any]:
    """The recipe as understood, without what differs between equal builds: paths, order of files, engine."""
    left_out = {"engine", "tokenizer", "root"} | (
        set() if finished.plan.evaluations else {"evaluations", "contamination"}
    )
    recipe = finished.plan.recipe.model_dump(mode="json", exclude=left_out)
    if finished.plan.evaluations is not None:
        for one, found in zip(recipe["evaluations"], finished.plan.evaluations.sets, strict=True):
            one["files"] = sorted([file.name, file.sha256] for file in (*found.files, *found.beside))
    for source in recipe["sources"]:
        numbers = finished.of(source["name"])
        files = [file for n in numbers for file in finished.plan.bundles[n].files]
        source["files"] = sorted([file.name, file.sha256] for file in files)
    recipe["language"]["model"] = language
    recipe["phi"]["key"] = finished.phi_key
    for one, model in zip(recipe["classifiers"], _classifiers(finished.plan), strict=True):
        one["model"] = model.sha256
    recipe["dedup"]["against"] = [one.snapshot.manifest.snapshot_id for one in finished.plan.earlier]
    verdicts = [Path(resolve_location(one, finished.plan.folder)) for one in finished.plan.recipe.dedup.verdicts]
    recipe["dedup"]["verdicts"] = [sha256_file(path) for path in verdicts]
    recipe["blocklist"] = [one.sha256 for one in finished.plan.blocklists]
    said = [Path(resolve_location(one, finished.plan.folder)) for one in finished.plan.recipe.audit.verdicts]
    recipe["audit"]["verdicts"] = [sha256_file(path) for path in said]
    recipe["tokenizer"] = tokenizer
    for one, (_, place) in zip(recipe["count_with"], finished.plan.tokenizers, strict=True):
        one["tokenizer"] = sha256_file(Path(place))
    recipe["datasheet"] = finished.plan.answers
    recipe["rules"] = {
        kind: [rule.model_dump(mode="json") for rule in rules]
        for kind, rules in sorted(finished.plan.recipe.rules_for().items())
    }
    return recipe


def _check_records(finished: Finished, ledger: Ledger) -> None:
    """Records the ledger speaks of = records the readers counted."""
    for stage in ledger.stages:
        if stage.stage != "read":
            continue
        numbers = finished.of(stage.source)
        read = sum(finished.documents[n]["rows"] + finished.documents[n]["quarantined"] for n in numbers)
        if stage.entered.documents != read:
            raise LedgerImbalance(
                f"source {stage.source}: {read:,} records read, {stage.entered.documents:,} in the ledger"
            )
