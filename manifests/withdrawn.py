"""What a snapshot states of documents taken out of it, against its own tables."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corpus.verdict import Stage, Verdict
from manifests import layout
from manifests.amount import Amount
from manifests.coverage import MEASURES
from manifests.finding import Finding
from manifests.merkle import Merkle
from manifests.model import Shard
from manifests.removed import (
    COPY,
    KIND,
    RELEASED,
    UNRELEASED,
    WITHDRAWN,
    Ids,
    Row,
    proved,
    put_back,
    read_groups,
    removed,
    rows_of,
    shards_concerned,
    taken_from,
)
from manifests.snapshot import Snapshot
from manifests.takedowns import BLOCKED, Takedown
from shards.fingerprint import document_leaf


def findings(snapshot: Snapshot) -> Iterator[Finding]:
    """Counts that are not those of the table, records that do not say so, what still quotes a document, other roots."""
    manifest = snapshot.manifest
    listed = [file.path for file in manifest.files if file.kind == KIND]
    if listed != ([layout.TAKEDOWNS] if manifest.takedowns else []):
        yield Finding(layout.MANIFEST, f"the list of documents taken out is not at {layout.TAKEDOWNS}")
        return
    last = manifest.takedowns[-1].parent if manifest.takedowns else None
    names = [one.request_id for one in manifest.takedowns]
    if manifest.parent != last or len({*names}) < len(names):
        yield Finding(layout.MANIFEST, "parent is not that of the last takedown, or two of them have one request_id")
    table = removed(snapshot)
    for takedown in manifest.takedowns:
        yield from _counts(snapshot, table.filter(pl.col("request_id") == takedown.request_id), takedown)
    if manifest.takedowns:
        if set(table.select(pl.col("request_id").unique()).collect()["request_id"]) - {*names}:
            yield Finding(layout.TAKEDOWNS, "lists documents of a request that the manifest does not state")
        yield from _quoted(snapshot, Ids(table))
        yield from _roots(snapshot, table)
    yield from _records(snapshot, table)


def _counts(snapshot: Snapshot, mine: pl.LazyFrame, takedown: Takedown) -> Iterator[Finding]:
    sums = [pl.len().cast(pl.Int64).alias("documents")]
    sums += [pl.col(f"n_{name}").sum().alias(name) for name in MEASURES[1:]]
    by = {row.pop("outcome"): row for row in mine.group_by("outcome").agg(sums).collect().to_dicts()}
    gone = by.get(RELEASED, {})
    if set(by) - {RELEASED, UNRELEASED, COPY} or Amount(**gone) != takedown.removed:
        yield Finding(layout.MANIFEST, f"takedown {takedown.request_id}: not as much was removed as it states")
    if by.get(UNRELEASED, {}).get("documents", 0) != takedown.unreleased:
        yield Finding(layout.MANIFEST, f"takedown {takedown.request_id}: not as many unreleased records were named")
    released = mine.filter(pl.col("outcome") == RELEASED)
    if released.select((pl.col("paragraphs_cut") > 0).sum()).collect().item() != takedown.shortened:
        yield Finding(layout.MANIFEST, f"takedown {takedown.request_id}: not as many documents had been shortened")
    merged = (pl.col("verdict") == Verdict.MERGE.value) & pl.col("survivor_snapshot").is_null()
    copies = snapshot.audit().filter(merged).select(doc_id="survivor")
    found = copies.join(released.select("doc_id"), on="doc_id", how="semi").select(pl.len()).collect().item()
    if found != takedown.copies_not_back:
        yield Finding(layout.MANIFEST, f"takedown {takedown.request_id}: {found:,} copies had given way, not as stated")


def _records(snapshot: Snapshot, table: pl.LazyFrame) -> Iterator[Finding]:
    """Records that end in a takedown are those of the table, for the reason that the request gives."""
    manifest = snapshot.manifest
    if not snapshot.audit().collect_schema().names():
        return
    here = (pl.col("stage") == Stage.TAKEDOWN.value) & (pl.col("reason") != BLOCKED)
    reasons = {one.request_id: one.reason for one in manifest.takedowns}
    reason = pl.col("request_id").replace_strict(reasons, default=None, return_dtype=pl.String).alias("reason")
    stated = table.filter(pl.col("outcome") == RELEASED).select("doc_id", reason)
    said = snapshot.audit().filter(here).select("doc_id", "reason")
    for one, other in ((stated, said), (said, stated)):
        for doc_id in one.join(other, on=["doc_id", "reason"], how="anti").collect()["doc_id"].sort().head(1):
            yield Finding(layout.AUDIT, f"{doc_id} was taken out by its table alone, or by its record alone")


def _quoted(snapshot: Snapshot, gone: Ids) -> Iterator[Finding]:
    """Excerpts, credits and quoting columns of documents of the table."""
    shown = {
        layout.SAMPLES: ("doc_id",),
        layout.BOILERPLATE: ("doc_id",),
        layout.REMOVALS: ("doc_id", "survivor"),
        layout.ATTRIBUTION: ("doc_id",),
    }
    for path, columns in shown.items():
        if not (snapshot.folder / path).is_file():
            continue
        for rows in read_groups(snapshot.folder / path):
            for doc_id in {name for column in columns for name in rows.filter(gone.among(rows[column]))[column]}:
                yield Finding(path, f"still shows {doc_id}, which was taken out")
    for source in snapshot.manifest.sources:
        for file in snapshot.audit_files(source.name):
            quoting = pl.any_horizontal(pl.col(name).is_not_null() for name in WITHDRAWN)
            rows = pl.scan_parquet(file, glob=False).filter(quoting).select("doc_id").collect()
            for doc_id in rows.filter(gone.among(rows["doc_id"]))["doc_id"].head(1):
                place = file.relative_to(snapshot.folder).as_posix()
                yield Finding(place, f"still quotes {doc_id}, which was taken out")


def _roots(snapshot: Snapshot, table: pl.LazyFrame) -> Iterator[Finding]:
    """Each request undone in turn, the last first, must give the root that it states of its parent."""
    manifest = snapshot.manifest
    concerned = set(shards_concerned(table))
    if strange := sorted(concerned - {shard.path for shard in manifest.shards}):
        yield Finding(layout.TAKEDOWNS, f"names {strange[0]}, which is no shard")
        return
    before: list[list[Shard]] = [[] for _ in manifest.takedowns]
    for shard in manifest.shards:
        rows: list[Row] | None = rows_of(snapshot.folder / shard.path) if shard.path in concerned else []
        found = shard
        for place, takedown in reversed([*enumerate(manifest.takedowns)]):
            taken = taken_from(table, takedown.request_id, shard.path) if shard.path in concerned else {}
            rows = put_back(rows, taken) if rows is not None else None
            if rows is None:
                yield Finding(layout.TAKEDOWNS, f"rows of {shard.path} cannot have stood where it says")
                return
            if taken:
                found = found.model_copy(update={"merkle_root": proved(rows).merkle_root, "rows": len(rows)})
            before[place].append(found)
    for takedown, shards in zip(manifest.takedowns, before, strict=True):
        if Merkle.over(shards).root != takedown.parent_root:
            what = f"with the documents of {takedown.request_id} put back, the root is not that of its parent"
            yield Finding(layout.TAKEDOWNS, what)
    for rows_read in read_groups(snapshot.folder / layout.TAKEDOWNS):
        released = rows_read.filter(pl.col("outcome") == RELEASED).select("doc_id", "text_sha256", "leaf")
        if any(document_leaf(doc_id, text).hex() != leaf for doc_id, text, leaf in released.iter_rows()):
            yield Finding(layout.TAKEDOWNS, "leaf of some documents is not that of their id and text_sha256")
            return
