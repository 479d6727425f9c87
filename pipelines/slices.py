"""What global steps found out about one bundle: a slice of their table, read by the bundle's own unit.

A unit that reads a slice is named by what the slice says, not by the table it was cut from: what a new file changes
elsewhere makes no unit anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.tables import to_table

BUNDLE = "bundle"
AT, _SHA256 = "at", "sha256"
_EMPTY: dict[str, Json] = {AT: None, _SHA256: ""}


@dataclass(frozen=True, slots=True)
class Sliced:
    """A table of a finished product, with the sha256 of each bundle's rows."""

    stage: str
    digest: str
    file: str
    sha256: dict[str, str]

    def of(self, bundle: int) -> dict[str, Json]:
        """The parameter by which a unit finds the rows of its bundle."""
        if str(bundle) not in self.sha256:
            return dict(_EMPTY)
        at: Json = {"stage": self.stage, "digest": self.digest, "file": self.file, "bundle": bundle}
        return {AT: at, _SHA256: self.sha256[str(bundle)]}


def write_sliced(frame: pl.DataFrame, path: Path) -> dict[str, str]:
    """Write a frame, sorted by its column `bundle`, so that slices can be read; by bundle, the sha256 of its rows."""
    assert frame[BUNDLE].is_sorted()
    digests: dict[str, str] = {}
    table = to_table(frame)
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        start = 0
        for number, length in frame.group_by(BUNDLE, maintain_order=True).len().iter_rows():
            writer.write_table(table.slice(start, length).combine_chunks())
            digests[str(number)] = _hashed(frame.slice(start, length).drop(BUNDLE))
            start += length
    return digests


def read_slice(work: WorkFolder, where: dict[str, Any]) -> pl.DataFrame | None:
    """The rows of a slice, without `bundle`; None if there are none."""
    at = where[AT]
    if at is None:
        return None
    path = work.product(at["stage"], at["digest"]) / at["file"]
    rows = pl.scan_parquet(path, glob=False).filter(pl.col(BUNDLE) == at["bundle"]).drop(BUNDLE)
    return rows.collect()


def slice_rows(work: WorkFolder, where: dict[str, Any]) -> list[list[Any]]:
    """The rows of a slice as lists."""
    frame = read_slice(work, where)
    return [] if frame is None else [list(row) for row in frame.iter_rows()]


def without_places(params: Any) -> Any:
    """Parameters as they name a unit: by what is read, not by where it lies."""
    if isinstance(params, dict):
        return {name: without_places(value) for name, value in params.items() if name != AT}
    return [without_places(value) for value in params] if isinstance(params, list) else params


def _hashed(rows: pl.DataFrame) -> str:
    """Of values and types. Arrow's buffers are no measure: those of a slice hold bits of its neighbours."""
    return sha256(repr(rows.schema).encode() + rows.write_ndjson().encode()).hexdigest()
