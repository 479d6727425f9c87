"""What a manifest states of deduplication."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from dedup.interop import distinct, merged
from manifests.agree import dedup_parameters
from manifests.deduplicated import (
    Dedup,
    DistinctShingles,
    EarlierSnapshot,
    RepeatedParagraphs,
    SignatureFacts,
    SourceTemplates,
)
from manifests.estimates import RemovalEstimate
from pipelines.assemble import REGISTERS
from pipelines.measure import ROWS
from pipelines.merged import count_merged
from pipelines.stated.finished import Finished


def deduplication(finished: Finished, names: list[str]) -> Dedup:
    """How it was done, and what it found."""
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
