"""Which documents a request names: records that carry what it names, and released rows that stand for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from corpus.errors import NotReleased
from corpus.verdict import Stage, Verdict
from dedup.identity import KINDS, normalised
from manifests.explain import fate
from manifests.snapshot import Snapshot
from pipelines.takedowns.request import Request

NEEDED = ("doc_id", "source", "licence_spdx", "stands_for", "other_sources", "other_licences")
"""Columns of a shard by which its rows are found."""

_WHOLE = {"source": ("source", "other_sources"), "licence": ("licence_spdx", "other_licences")}
"""By selector of many documents, the column of a row, and of what it stands for."""

_TOLD = 20
"""Records whose fate is told."""


@dataclass(slots=True)
class Named:
    """What a request names in one snapshot. As much is held as the request has lines."""

    wanted: dict[str, dict[str, str]]
    """As `Request.wanted` gives it."""
    doc_ids: dict[str, set[str]]
    """By selector but `source` and `licence`, the ids of all records that carry one."""
    unknown: list[str]
    """Values that no record carries, as `selector value`."""
    told: list[str] = field(default_factory=list)
    """What had become of some of the records that are not released."""

    def by(self, rows: pl.DataFrame) -> dict[str, pl.Series]:
        """By selector, which released rows (columns `NEEDED`) it takes out."""
        found = {}
        for name in self.wanted:
            if name in _WHOLE:
                mine = rows[_WHOLE[name][0]].is_in(list(self.wanted[name]))
            else:
                ids = sorted(self.doc_ids[name])
                others = pl.col("stands_for").list.eval(pl.element().is_in(ids)).list.any()
                mine = rows.select(pl.col("doc_id").is_in(ids) | others.fill_null(value=False)).to_series()
            found[name] = mine.fill_null(value=False)
        return found

    def standing(self, rows: pl.DataFrame) -> pl.Series:
        """Which released rows stand for a document of a source or licence that was named."""
        found = pl.repeat(value=False, n=len(rows), eager=True)
        for name, (_, others) in _WHOLE.items():
            values = list(self.wanted.get(name, ()))
            found |= rows[others].list.eval(pl.element().is_in(values)).list.any().fill_null(value=False)
        return found

    def records(self, rows: pl.DataFrame) -> pl.Series:
        """Which rows of a record table are named."""
        ids = sorted(set().union(*self.doc_ids.values()))
        found = rows["doc_id"].is_in(ids)
        for name, (column, _) in _WHOLE.items():
            found |= rows[column].is_in(list(self.wanted.get(name, ()))).fill_null(value=False)
        return found


def find(snapshot: Snapshot, request: Request, *, partial: bool = False) -> Named:
    """Look up everything that a request names, a record table at a time.

    Args:
        partial: whether to go on if some values name nothing.

    Raises:
        NotReleased: nothing, or not everything, names a record; or all of it was taken out before.
        RecipeError: a value is no identifier of its kind.
    """
    wanted = request.wanted()
    named = Named(wanted, {name: set() for name in wanted if name not in _WHOLE}, [])
    known: dict[str, set[str]] = {name: set() for name in wanted}
    left = False
    for source in snapshot.manifest.sources:
        for path in snapshot.audit_files(source.name):
            left |= _look(path, named, known)
    named.unknown = [f"{name} {wanted[name][value]}" for name in wanted for value in wanted[name].keys() - known[name]]
    named.unknown.sort()
    if named.unknown and not (partial and any(known.values())):
        what = ", ".join(named.unknown[:5]) + (f" and {len(named.unknown) - 5:,} more" if named.unknown[5:] else "")
        raise NotReleased(f"no record of {snapshot.folder} has {what}; nothing was taken down")
    if not left:
        raise NotReleased(f"all that is named was taken out of {snapshot.folder} before")
    return named


def _look(path: Path, named: Named, known: dict[str, set[str]]) -> bool:
    """Look into one record table; whether it has something that was not taken out before."""
    columns = ["doc_id", "source", "licence_spdx", "verdict", "stage", "reason", "survivor", "survivor_snapshot"]
    rows = pl.read_parquet(path, columns=[*columns, *KINDS], glob=False)
    rows = rows.filter(pl.col("verdict") != Verdict.FAIL.value)
    mine = told = pl.repeat(value=False, n=len(rows), eager=True)
    for name, values in named.wanted.items():
        column = {"source": "source", "licence": "licence_spdx"}.get(name, name)
        carried = rows.select(normalised(name) if name in KINDS else pl.col(column))[column]
        here = carried.is_in(list(values)).fill_null(value=False)
        known[name] |= set(carried.filter(here))
        if name in named.doc_ids:
            named.doc_ids[name] |= set(rows["doc_id"].filter(here))
            told |= here
        mine |= here
    unreleased = rows.filter(told & (rows["verdict"] != Verdict.KEEP.value))
    for record in unreleased.head(_TOLD - len(named.told)).to_dicts():
        named.told.append(f"{record['doc_id']} was {fate(record)}")
    return bool((mine & (rows["stage"] != Stage.TAKEDOWN.value)).any())
