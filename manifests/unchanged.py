"""Proof that a takedown changed nothing but what it states, from the parent's manifest or from the whole parent.

With a manifest: every file that the manifests call the same is the same, and the rows that are left in each rewritten
shard, with the removed ones put back, are documents and tokens of the parent's shard, in order. With the parent's
folder also all other columns and tables, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import sha256_file
from corpus.errors import SnapshotError
from corpus.verdict import Verdict
from manifests import layout
from manifests.amount import Amount
from manifests.earlier import index_of
from manifests.finding import Finding
from manifests.model import File, Manifest, Shard
from manifests.removed import (
    RELEASED,
    WITHDRAWN,
    Ids,
    proved,
    put_back,
    read_groups,
    removed,
    rows_of,
    shards_concerned,
    taken_from,
)
from manifests.screening import account_of
from manifests.snapshot import BROKEN, Snapshot

_COUNTED = ("ledger", "coverage")
"""Kinds of files that are counted again from the others."""
_FEWER = {
    layout.SAMPLES: ("doc_id",),
    layout.REMOVALS: ("doc_id", "survivor"),
    layout.ATTRIBUTION: ("doc_id",),
}
"""Tables that lose the rows which name a removed document in one of these columns, and no others."""
_RECORD = ("verdict", "stage", "reason", "rules_failed", *WITHDRAWN)
"""Columns of a record table that a takedown writes."""
_BUILD = ("recipe", "recipe_sha256", "name", "environment", "models", "tokenizer", "licence_profile", "gaps")
_OF_SOURCE = ("name", "reader", "formatters", "raw_files", "read", "phi_policy", "use", "source_terms")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared, and what should not differ and does."""

    findings: tuple[Finding, ...]
    rewritten: tuple[str, ...]
    """Shards of which rows were taken out."""
    changed: tuple[str, ...]
    """All files of tables that are other than the parent's, those shards among them."""
    same: int
    """Files with the parent's sha256."""
    removed: Amount
    with_rows: bool
    """Whether the parent's rows were at hand, so that every column was compared."""


def read_manifest(place: Path) -> tuple[Manifest, Path | None]:
    """The manifest of a snapshot folder, or one in a file of its own, and the folder if there is one.

    Raises:
        SnapshotError: there is none.
    """
    if place.is_dir():
        return Snapshot.open(place).manifest, place
    try:
        return Manifest.model_validate_json(place.read_bytes()), None
    except (OSError, ValueError):
        raise SnapshotError(f"{place} is no manifest of a snapshot") from None


def compare_with_parent(snapshot: Snapshot, parent: Manifest, folder: Path | None = None) -> Comparison:
    """What the last takedown of a snapshot changed and does not state. A column of a shard is held at a time.

    Args:
        parent: manifest of the snapshot that documents were taken out of.
        folder: where it lies, if it is at hand.

    Raises:
        SnapshotError: the snapshot states no takedown.
    """
    if not snapshot.manifest.takedowns:
        raise SnapshotError(f"{snapshot.folder} states no takedown: nothing was taken out of it")
    last = snapshot.manifest.takedowns[-1]
    table = removed(snapshot)
    mine = table.filter(pl.col("request_id") == last.request_id)
    found: list[Finding] = []
    changed: list[str] = []
    rewritten: tuple[str, ...] = ()
    try:
        found += _stated(snapshot, parent)
        found += _as_stated(snapshot)
        rewritten = tuple(shards_concerned(mine))
        changed += _changed(snapshot.manifest, parent)
        found += _unasked(snapshot.manifest, parent, changed, rewritten)
        for shard in (one for one in parent.shards if one.path in rewritten):
            found += _of_shard(snapshot, shard, mine, last.request_id)
        if folder is not None and not found:
            for shard in (one for one in parent.shards if one.path in rewritten):
                companions = [one.beside(shard.path) for one in parent.token_counts if one.by_shard]
                found += _columns(snapshot.folder, folder, shard, companions, mine)
            found += _tables(snapshot, folder, changed, mine)
    except BROKEN as error:
        found.append(Finding(layout.MANIFEST, f"a table cannot be read ({type(error).__name__})"))
    same = len(_files(parent).keys() - {*changed})
    unique = tuple(dict.fromkeys(found))
    return Comparison(unique, rewritten, tuple(changed), same, last.removed, folder is not None)


def _stated(snapshot: Snapshot, parent: Manifest) -> Iterator[Finding]:
    """Manifests that do not follow one from the other."""
    now = snapshot.manifest
    last = now.takedowns[-1]
    for name, one in (("the parent's manifest", parent), ("the manifest", now)):
        if one.computed_id() != one.snapshot_id:
            yield Finding(layout.MANIFEST, f"{name} is damaged: its content does not hash to its snapshot_id")
    if {now.parent, last.parent} != {parent.snapshot_id}:
        yield Finding(layout.MANIFEST, f"its parent is {now.parent}, not {parent.snapshot_id}")
    if parent.merkle is None or last.parent_root != parent.merkle.root:
        yield Finding(layout.MANIFEST, "parent_root is not the root of the parent")
    if now.takedowns[:-1] != parent.takedowns:
        yield Finding(layout.MANIFEST, "earlier takedowns are not those of the parent")
    if parent.totals - last.removed != now.totals:
        yield Finding(layout.MANIFEST, "the totals are not the parent's less what was removed")
    for name in _BUILD:
        if getattr(now, name) != getattr(parent, name):
            yield Finding(layout.MANIFEST, f"{name} is not the parent's")
    sides = ([[getattr(source, name) for name in _OF_SOURCE] for source in one.sources] for one in (now, parent))
    if next(sides) != next(sides):
        yield Finding(layout.MANIFEST, "what was read, or how, is not what the parent states of its sources")


def _files(manifest: Manifest) -> dict[str, Shard | File]:
    return {**{shard.path: shard for shard in manifest.shards}, **{file.path: file for file in manifest.files}}


def _as_stated(snapshot: Snapshot) -> Iterator[Finding]:
    for path, file in _files(snapshot.manifest).items():
        place = snapshot.folder / path
        if not place.is_file():
            yield Finding(path, "is missing")
        elif sha256_file(place) != file.sha256:
            yield Finding(path, "is not as the manifest states")


def _changed(now: Manifest, parent: Manifest) -> list[str]:
    sides = [{path: file.sha256 for path, file in _files(one).items()} for one in (now, parent)]
    return sorted(path for path in {*sides[0], *sides[1]} if sides[0].get(path) != sides[1].get(path))


def _unasked(now: Manifest, parent: Manifest, changed: list[str], rewritten: tuple[str, ...]) -> Iterator[Finding]:
    """Files that differ without a reason, are missing or new; shards that should differ and do not."""
    concerned = [shard for shard in parent.shards if shard.path in rewritten]
    may = {name for shard in concerned for name in (shard.path, account_of(shard), index_of(shard))}
    may |= {one.beside(shard.path) for one in parent.token_counts for shard in concerned}
    may |= {layout.TAKEDOWNS, layout.BOILERPLATE, *_FEWER}
    may |= {file.path for file in parent.files if file.kind in (*_COUNTED, "audit")}
    here, there = _files(now), _files(parent)
    for name in changed:
        if name not in there and name != layout.TAKEDOWNS:
            yield Finding(name, "is not in the parent")
        elif name not in here:
            yield Finding(name, "is missing: the parent has it")
        elif name not in may:
            yield Finding(name, "is not the parent's, and nothing was taken out of it")
    for name in sorted({*rewritten} - {*changed}):
        yield Finding(name, "is the parent's, although documents were taken out of it")


def _of_shard(snapshot: Snapshot, before: Shard, mine: pl.LazyFrame, request_id: str) -> Iterator[Finding]:
    """A shard whose rows, with the removed ones put back, are not the parent's."""
    taken = taken_from(mine, request_id, before.path)
    rows = put_back(rows_of(snapshot.folder / before.path), taken)
    if rows is None or len(rows) != before.rows:
        yield Finding(before.path, f"with {len(taken):,} rows put back it has not the {before.rows:,} of the parent")
        return
    found = proved(rows)
    if found.merkle_root != before.merkle_root:
        yield Finding(before.path, "with the removed rows put back, its documents are not those of the parent")
    elif found.logical_sha256 != before.logical_sha256:
        yield Finding(before.path, "with the removed rows put back, its tokens are not those of the parent")


def _columns(new: Path, old: Path, shard: Shard, companions: list[str], mine: pl.LazyFrame) -> Iterator[Finding]:
    """Columns of a shard and its companions that differ in a row that stays; `companions` have the shard's rows."""
    rows = mine.filter(pl.col("shard") == shard.path).select("doc_id", "position").collect()
    stays = pl.repeat(value=True, n=shard.rows, eager=True).scatter(rows["position"].to_list(), values=False)
    for name in (shard.path, index_of(shard), *companions):
        yield from _column_by_column(new, old, name, stays.to_arrow())
    account = account_of(shard)
    names = pl.read_parquet(old / account, columns=["doc_id"], glob=False)["doc_id"]
    yield from _column_by_column(new, old, account, (~names.is_in(rows["doc_id"].implode())).to_arrow())


def _column_by_column(new: Path, old: Path, path: str, stays: pa.Array) -> Iterator[Finding]:
    for name in pq.read_schema(old / path).names:
        before, after = (pq.read_table(folder / path, columns=[name])[name] for folder in (old, new))
        if not before.filter(stays).combine_chunks().equals(after.combine_chunks()):
            yield Finding(path, f"{name} of some documents that stay is not the parent's")


def _tables(snapshot: Snapshot, old: Path, changed: list[str], mine: pl.LazyFrame) -> Iterator[Finding]:
    """Tables that lack, or have, other rows than what was taken out; a row group at a time."""
    gone = Ids(mine)
    taken = Ids(mine.filter(pl.col("outcome") == RELEASED))
    last = snapshot.manifest.takedowns[-1].request_id
    for name in changed:
        if name.startswith(f"{layout.AUDIT}/"):
            yield from _records(name, old, snapshot.folder, gone, taken)
        elif name == layout.TAKEDOWNS and (old / name).is_file():
            earlier = removed(snapshot).filter(pl.col("request_id") != last).collect()
            if not pl.read_parquet(old / name, glob=False).equals(earlier):
                yield Finding(name, "documents of earlier requests are not those of the parent")
        elif name == layout.BOILERPLATE or name in _FEWER:
            among = taken if name == layout.ATTRIBUTION else gone
            for before, after in zip_longest(read_groups(old / name), read_groups(snapshot.folder / name)):
                if before is None or after is None or not _is_left(name, before, after, among):
                    yield Finding(name, "holds other rows than the parent's less those taken out")
                    break


def _is_left(name: str, before: pl.DataFrame, after: pl.DataFrame, gone: Ids) -> bool:
    if name == layout.BOILERPLATE:
        shown = ~gone.among(before["doc_id"])
        same = before.select("source", "hash", "documents").equals(after.select("source", "hash", "documents"))
        return same and before.filter(shown).equals(after.filter(shown))
    for column in _FEWER[name]:
        before = before.filter(~gone.among(before[column]))
    return before.equals(after)


def _records(name: str, old: Path, new: Path, gone: Ids, taken: Ids) -> Iterator[Finding]:
    before, after = (pl.read_parquet(folder / name, glob=False) for folder in (old, new))
    concerned = gone.among(before["doc_id"])
    kept = taken.among(before["doc_id"]) & (before["verdict"] == Verdict.KEEP.value)
    rest = before.select(pl.exclude(_RECORD)).equals(after.select(pl.exclude(_RECORD)))
    if not rest or not before.filter(~concerned).equals(after.filter(~concerned)):
        yield Finding(name, "records that nothing was asked about are not the parent's")
    ends = [name for name in _RECORD if name not in WITHDRAWN]
    if not before.filter(concerned & ~kept).select(ends).equals(after.filter(concerned & ~kept).select(ends)):
        yield Finding(name, "records that were not released end otherwise than in the parent")
