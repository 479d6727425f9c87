"""Frames: put together a few at a time, and written by one writer, with the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

_AT_ONCE = 64
_GROUP_ROWS = 65_536


def reduced(
    tables: Iterable[pl.DataFrame], reduce: Callable[[pl.DataFrame], pl.DataFrame], at_once: int = _AT_ONCE
) -> pl.DataFrame:
    """What `reduce` leaves of several tables put together: at least one, in their order.

    It is asked after every `at_once` tables, too, so that no more is held than these and what it leaves. So it must
    leave the same of a whole as of what it left of its parts.
    """
    held: list[pl.DataFrame] = []
    for table in tables:
        held.append(table)
        if len(held) > at_once:
            held = [reduce(pl.concat(held))]
    return reduce(pl.concat(held))


def to_table(frame: pl.DataFrame) -> pa.Table:
    """The frame as Arrow, with types that every Parquet reader knows."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = [field.with_type(_plain(field.type)) for field in table.schema]
    return table.cast(pa.schema(plain))


def write_frame(frame: pl.DataFrame, path: Path, *, row_group_rows: int = _GROUP_ROWS) -> None:
    """Write a frame as Parquet (zstd 3, page index and checksums)."""
    write_frames([frame], path, row_group_rows=row_group_rows)


def write_frames(frames: Iterable[pl.DataFrame], path: Path, *, row_group_rows: int = _GROUP_ROWS) -> int:
    """Write frames of one schema, at least one, as `write_frame` writes all of them put together; how many rows.

    A row group is held, and a frame.
    """
    written = 0
    parts = _cut(frames, row_group_rows)
    first = next(parts)
    with pq.ParquetWriter(
        path,
        to_table(first).schema,
        compression="zstd",
        compression_level=3,
        write_page_index=True,
        write_page_checksum=True,
    ) as writer:
        for part in chain([first], parts):
            writer.write_table(to_table(part.rechunk()), row_group_size=row_group_rows)
            written += len(part)
    return written


def row_groups(path: Path) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file, a row group at a time; none of those that are empty."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            frame = pl.DataFrame(file.read_row_group(group))
            if len(frame):
                yield frame


def _cut(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in frames of `rows` each, fewer in the last; one frame without rows if there are none."""
    held: pl.DataFrame | None = None
    for frame in frames:
        held = frame if held is None else pl.concat([held, frame])
        whole = max(len(held) - 1, 0) // rows * rows
        for start in range(0, whole, rows):
            yield held[start : start + rows]
        held = held[whole:]
    assert held is not None, "no frame, and so no schema"
    yield held


def _plain(kind: pa.DataType) -> pa.DataType:
    """Small strings and lists instead of large ones: these columns hold names and reasons, not texts."""
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_large_list(kind):
        return pa.list_(_plain(kind.value_type))
    return kind
