"""What a manifest states of merged documents, from the product `merges`.

Its rows are never held: of what grows with the corpus, only two numbers for each survivor are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from manifests.deduplicated import ClusterSize, CrossSource
from manifests.recount import survivor_source


@dataclass(frozen=True, slots=True)
class Merged:
    """Counts of merged documents."""

    cluster_sizes: tuple[ClusterSize, ...]
    cross_source: tuple[CrossSource, ...]
    into: dict[str, int]
    """By earlier snapshot (its id), how many documents gave way to one that it released."""


def count_merged(path: Path, sources: Sequence[str]) -> Merged:
    """Count the rows of a table of merges (`pipelines.deduplicate.survivors.MERGES`).

    `sources` names the source of each bundle.
    """
    rows = pl.scan_parquet(path, glob=False)
    # Where a survivor stands is as good as its name, and much smaller.
    sizes = rows.group_by("survivor_bundle", "survivor_row").len().group_by((pl.col("len") + 1).alias("size"))
    crossed = rows.group_by("bundle", survivor_source().alias("survivor"), "method").agg(pl.len().alias("documents"))
    into = rows.drop_nulls("survivor_snapshot").group_by("survivor_snapshot").len()
    clusters, cross, earlier = pl.collect_all([sizes.len("clusters"), crossed, into], engine="streaming")
    names = pl.Series(sources, dtype=pl.String)
    cross = cross.select(names.gather(cross["bundle"]).alias("merged"), "survivor", "method", "documents")
    keys = ["merged", "survivor", "method"]
    return Merged(
        tuple(ClusterSize(**row) for row in clusters.sort("size").to_dicts()),
        tuple(CrossSource(**row) for row in cross.group_by(keys).agg(pl.col("documents").sum()).sort(keys).to_dicts()),
        dict(earlier.iter_rows()),
    )
