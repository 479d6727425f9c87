"""Verdicts before deduplication: versions, works and boilerplate of whole sources, then rules, bundle by bundle."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import polars as pl

from corpus.digest import Json, digest
from corpus.errors import TooManyFailures
from corpus.unit import Result, Unit
from filters.boilerplate import learning
from pipelines import boilerplate
from pipelines.measure import ROWS
from pipelines.slices import Sliced
from pipelines.steps.evaluation_items import policy_of_items
from pipelines.steps.phases import MADE_BY, Phases
from pipelines.works.steps import Bundle, Works

_ROWS_A_PARTITION = 20_000_000

Slices = dict[int, list[list[Any]]]
"""By bundle number, rows with what a global step found out about them."""


def check_failures(phases: Phases, documents: list[Result]) -> None:
    """Raises TooManyFailures: more records of a source could not be read than the recipe allows."""
    limits = phases.plan.recipe.limits
    for source, numbers in phases.of_source().items():
        failed = sum(documents[n]["quarantined"] for n in numbers)
        records = failed + sum(documents[n]["rows"] for n in numbers)
        if failed > limits.failed_records and failed > limits.failed_share * records:
            raise TooManyFailures(
                f"source {source}: {failed:,} of {records:,} records could not be read, above "
                f"limits.failed_share {limits.failed_share:.2%}; look at `hc4 status` for the reasons"
            )


def find_outdated(phases: Phases, documents: list[Result]) -> Slices:
    """By bundle, rows of documents of which there is a newer version, or which were taken back, with what says so."""
    units, owners = [], []
    for source, numbers in phases.of_source().items():
        parts = max(1, math.ceil(sum(documents[n]["rows"] for n in numbers) / _ROWS_A_PARTITION))
        inputs = [phases.digests[n]["documents"] for n in numbers]
        for part in range(parts):
            params: dict[str, Json] = {"documents": inputs, "partition": part, "partitions": parts}
            name = digest({"stage": "versions", "params": params, **MADE_BY})
            label = f"versions of {source}, part {part + 1} of {parts}"
            units.append(Unit("pipelines.versions:run", {"versions": name}, params, label=label))
            owners.append(numbers)
    phases.run("Find outdated versions", units)
    found: Slices = defaultdict(list)
    for unit, numbers in zip(units, owners, strict=True):
        table = pl.read_parquet(phases.work.product("versions", unit.products["versions"]) / ROWS, glob=False)
        for number, *row in table.iter_rows():
            found[numbers[number]].append(row)
    return {number: sorted(rows, key=lambda row: int(row[0])) for number, rows in found.items()}


def resolve_works(phases: Phases, outdated: Slices) -> tuple[str, Sliced]:
    """The digest of `works`, and by bundle what other records say of its documents' works (`pipelines.works`)."""
    priority = phases.priority
    bundles = [
        Bundle(
            source=priority[bundle.source.name],
            digests=own,
            outdated=[row for row, *_ in outdated.get(number, [])],
            label=bundle.label,
        )
        for number, (bundle, own) in enumerate(zip(phases.plan.bundles, phases.digests, strict=True))
    ]
    return Works(phases.run, phases.work, MADE_BY, phases.partitions).run(bundles)


def learn_boilerplate(phases: Phases, documents: list[Result]) -> dict[str, str]:
    """By source, the digest of the sentences that it repeats; every bundle gets a sidecar about them."""
    policy, sources = phases.plan.recipe.boilerplate, phases.of_source()
    sizes = {name: sum(documents[n]["rows"] for n in numbers) for name, numbers in sources.items()}
    least = {name: learning.least(size, policy.min_documents, policy.min_share) for name, size in sizes.items()}
    return boilerplate.Learning(phases.run, phases.work, phases.digests, MADE_BY).run(sources, least)


def decide(phases: Phases, outdated: Slices, works: Sliced) -> None:
    """What becomes of each document by itself: the product `verdicts` of every bundle."""
    recipe = phases.plan.recipe
    rules = phases.rules
    units = []
    for number, bundle in enumerate(phases.plan.bundles):
        params = {
            "source": bundle.source.name,
            "digests": dict(phases.digests[number]),
            "outdated": outdated.get(number, []),
            "works": works.of(number),
            "use": bundle.source.use,
            "verbatim": bundle.verbatim,
            "drop_retraction": list(recipe.retraction.drop),
            "licence_profile": recipe.profile,
            "language": recipe.language.model_dump(mode="json", exclude={"model"}),
            "rules": rules,
            "max_masked_share": recipe.phi.max_masked_share,
            "blocklists": [one.params for one in phases.plan.blocklists],
            **policy_of_items(phases, number),
        }
        units.append(phases.bundle_unit("verdicts", "pipelines.decide:run", number, params))
    phases.run("Decide", units)
