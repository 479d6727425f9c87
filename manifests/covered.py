"""Coverage, nulls and the lists of labels, counted again from the shards and the record tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from manifests import agree, layout
from manifests.coverage import coverage_of, nulls_of
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
    sums: dict[str, pl.DataFrame] = {}
    read: Counter[str] = Counter()
    for source in manifest.sources:
        mine = sums[source.name] = label_sums(snapshot.shards(source.name))
        states = _states(snapshot, source.name)
        read.update(states)
        if coverage_of(mine, *published_by([(source.publisher, source.kept)]), states) != source.coverage:
            yield Finding(layout.MANIFEST, f"coverage of source {source.name} is not that of its shards and records")
        if nulls_of(mine) != source.nulls:
            yield Finding(layout.MANIFEST, f"nulls of source {source.name} are not those of its shards")
    publishers = published_by((source.publisher, source.kept) for source in manifest.sources)
    if coverage_of(merged_sums(one.lazy() for one in sums.values()), *publishers, read) != manifest.coverage:
        yield Finding(layout.MANIFEST, "coverage is not that of the shards and records")
    listing = {file.path for file in manifest.files if file.kind == "coverage"}
    for kind, path in LISTED.items():
        if path not in listing:
            yield Finding(path, "is missing: the list of every label that coverage counts")
        elif not pl.read_parquet(snapshot.folder / path, glob=False).equals(listed(kind, sums)):
            yield Finding(path, "is not what the shards hold")


def _states(snapshot: Snapshot, source: str) -> dict[str, int]:
    """Records read, by state after publication."""
    audit = snapshot.audit(source)
    if not audit.collect_schema().names():
        return {}
    counts = audit.group_by(pl.col("retraction").cast(pl.String)).len().collect(engine="streaming").drop_nulls()
    return dict(counts.iter_rows())
