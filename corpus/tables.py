"""Frames: put together a few at a time, and written by one writer, with the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

_AT_ONCE = 64


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


def write_frame(frame: pl.DataFrame, path: Path, *, row_group_rows: int = 65_536) -> None:
    """Write a frame as Parquet (zstd 3, page index and checksums)."""
    pq.write_table(
        to_table(frame),
        path,
        row_group_size=row_group_rows,
        compression="zstd",
        compression_level=3,
        write_page_index=True,
        write_page_checksum=True,
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    """Small strings and lists instead of large ones: these columns hold names and reasons, not texts."""
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_large_list(kind):
        return pa.list_(_plain(kind.value_type))
    return kind
