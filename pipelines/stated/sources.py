"""What a manifest states of sources, of the rights in their text, and of splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import orjson
import polars as pl

from filters.rights import Profile
from manifests.amount import Amount
from manifests.coverage import Coverage, nulls_of
from manifests.model import (
    File,
    FormatterFacts,
    HeldOutOf,
    Ledger,
    LicenceRights,
    RawFile,
    ReaderFacts,
    Retrieval,
    Rights,
    Source,
    Split,
    SplitRule,
)
from manifests.rights import rights_floor
from pipelines.covered import coverage
from pipelines.sections.sources import SourceRecipe
from pipelines.stated.amounts import by_label, shares
from pipelines.stated.finished import Finished
from shards.place import SPLITS, TRAIN, VALIDATION, VALIDATION_TIME


def source_facts(
    finished: Finished,
    source: SourceRecipe,
    ledger: Ledger,
    released: dict[str, Amount],
    labels: dict[str, pl.DataFrame],
) -> Source:
    """One source; `labels` is what `pipelines.covered.labels_by_source` gives, `released` amounts by source."""
    reader = finished.plan.readers[source.name]
    numbers = finished.of(source.name)
    files = sorted((file for n in numbers for file in finished.documents[n]["files"]), key=lambda file: file["name"])
    inputs = {file.name: file.retrieval for n in numbers for file in finished.plan.bundles[n].files}
    fetched = {name: Retrieval(**asdict(found)) if found else None for name, found in inputs.items()}
    lengths = by_label(finished, source.name, "length")
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
        licences=shares(finished, source.name, "licence"),
        doc_types=shares(finished, source.name, "doc_type"),
        genres=shares(finished, source.name, "genre"),
        years=tuple(sorted(shares(finished, source.name, "year"), key=lambda share: share.label)),
        languages=shares(finished, source.name, "language"),
        length_histogram=tuple(sorted((2 ** int(bin_), amount.documents) for bin_, amount in lengths.items())),
        coverage=coverage_of(finished, [source], labels, released),
        nulls=nulls_of(labels[source.name]),
    )


def coverage_of(
    finished: Finished, sources: Sequence[SourceRecipe], labels: dict[str, pl.DataFrame], released: dict[str, Amount]
) -> Coverage:
    """Coverage of some sources; arguments as those of `source_facts`."""
    return coverage(
        [labels[one.name] for one in sources],
        [(one.publisher, released[one.name]) for one in sources],
        (finished.concluded[number] for one in sources for number in finished.of(one.name)),
    )


def rights(finished: Finished, names: list[str], profile: Profile, files: list[File]) -> Rights:
    """Rights in all released text; `files` are those of the snapshot, attributions among them."""
    amounts: dict[str, Amount] = {}
    for name in names:
        for key, amount in by_label(finished, name, "rights").items():
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


def splits(finished: Finished, names: list[str]) -> Iterator[Split]:
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
        amount = sum((by_label(finished, source, "split").get(name, Amount()) for source in names), Amount())
        if name != VALIDATION_TIME or recipe.split.after is not None or amount.documents:
            yield Split(name=name, amount=amount, rule=rules.get(name))
