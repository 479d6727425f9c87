"""Coverage, nulls and the lists of labels, counted again from the shards and the record tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from manifests import agree, layout
from manifests.coverage import ColumnNulls, Coverage, coverage_of, nulls_of
from manifests.finding import Finding
from manifests.labels import LISTED, label_sums, listed, merged_sums, published_by
from manifests.snapshot import Snapshot


def findings(snapshot: Snapshot) -> Iterator[Finding]:
    """What the manifest or a list in `coverage/` says otherwise than the rows; text is not read."""
    manifest = snapshot.manifest
    for one in manifest.token_counts:
        if one.tokens != sum(one.by_source.values()):
            yield Finding(layout.MANIFEST, f"tokens by {one.name} are not the sum of its sources")
    stated = {source.name: source.coverage for source in manifest.sources}
    if not agree.same_code(manifest) and manifest.coverage is None and not any(stated.values()):
        return  # of a time when it was not counted
    lacks = agree.lacking(manifest)
    counted = count(snapshot)
    for source in manifest.sources:
        if _as_then(counted.coverage[source.name], lacks) != source.coverage:
            yield Finding(layout.MANIFEST, f"coverage of source {source.name} is not that of its shards and records")
        if tuple(one for one in counted.nulls[source.name] if one.column not in lacks) != source.nulls:
            yield Finding(layout.MANIFEST, f"nulls of source {source.name} are not those of its shards")
    if _as_then(counted.whole, lacks) != manifest.coverage:
        yield Finding(layout.MANIFEST, "coverage is not that of the shards and records")
    listing = {file.path for file in manifest.files if file.kind == "coverage"}
    for kind, path in LISTED.items():
        if kind in lacks:
            continue
        if path not in listing:
            yield Finding(path, "is missing: the list of every label that coverage counts")
        elif not pl.read_parquet(snapshot.folder / path, glob=False).equals(listed(kind, counted.sums)):
            yield Finding(path, "is not what the shards hold")


@dataclass(frozen=True, slots=True)
class Covered:
    """Coverage, counted from the tables of a snapshot."""

    sums: dict[str, pl.DataFrame]
    """By source, of its released rows by label (`manifests.labels.SUMS`)."""
    coverage: dict[str, Coverage]
    """By source."""
    nulls: dict[str, tuple[ColumnNulls, ...]]
    """By source."""
    whole: Coverage
    """Over all sources."""


def _as_then(counted: Coverage, lacks: frozenset[str]) -> Coverage:
    """What code counted that did not know the columns in `lacks`."""
    return counted.model_copy(update=dict.fromkeys(lacks))


def count(snapshot: Snapshot) -> Covered:
    """Count it. Of the manifest only names, publishers and released amounts of sources are read."""
    sources = snapshot.manifest.sources
    sums: dict[str, pl.DataFrame] = {}
    coverage: dict[str, Coverage] = {}
    read: Counter[str] = Counter()
    for source in sources:
        mine = sums[source.name] = label_sums(snapshot.shards(source.name))
        states = _states(snapshot, source.name)
        read.update(states)
        coverage[source.name] = coverage_of(mine, *published_by([(source.publisher, source.kept)]), states)
    publishers = published_by((source.publisher, source.kept) for source in sources)
    whole = coverage_of(merged_sums(one.lazy() for one in sums.values()), *publishers, read)
    return Covered(sums, coverage, {name: nulls_of(mine) for name, mine in sums.items()}, whole)


def _states(snapshot: Snapshot, source: str) -> dict[str, int]:
    """Records read, by state after publication."""
    audit = snapshot.audit(source)
    if not audit.collect_schema().names():
        return {}
    counts = audit.group_by(pl.col("retraction").cast(pl.String)).len().collect(engine="streaming").drop_nulls()
    return dict(counts.iter_rows())
