"""Sorted tables merged into one, a row group of each at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import polars as pl

from corpus.tables import row_groups, write_frames

AT_ONCE = 64
"""Files that are merged at a time."""
GROUP_ROWS = 8_192
"""Rows of a row group of files that are to be merged: `AT_ONCE` times as many are held."""


def merged(
    paths: Sequence[Path],
    keys: Sequence[str],
    scratch: Path,
    *,
    at_once: int = AT_ONCE,
    group_rows: int = GROUP_ROWS,
) -> Iterator[pl.DataFrame]:
    """The rows of Parquet files of one schema, each sorted by `keys`, in the order of `keys`: frames of any length.

    A row group of each of `at_once` files is held, and as many rows again; more files are first merged into fewer, with
    row groups of `group_rows`, below `scratch` (an empty folder). No key is null. Rows that have all keys in common
    come in any order.
    """
    names = count()
    while len(paths) > at_once:
        fewer = []
        for start in range(0, len(paths), at_once):
            some = paths[start : start + at_once]
            fewer.append(scratch / f"{next(names)}.parquet")
            write_frames(_merged(some, keys), fewer[-1], row_group_rows=group_rows)
            for path in some:
                if path.parent == scratch:
                    path.unlink()
        paths = fewer
    yield from _merged(paths, keys)


def _merged(paths: Sequence[Path], keys: Sequence[str]) -> Iterator[pl.DataFrame]:
    files = [row_groups(path) for path in paths]
    heads = [(file, head) for file in files if (head := next(file, None)) is not None]
    while heads:
        # Up to the least of their last rows, no row group that is not yet read can hold a row.
        bound = min(head.select(keys).row(-1) for _, head in heads)
        ready, left = [], []
        for file, head in heads:
            end = bisect_right(range(len(head)), bound, key=head.select(keys).row)
            ready.append(head[:end])
            rest = head[end:] if end < len(head) else next(file, None)
            if rest is not None:
                left.append((file, rest))
        heads = left
        yield pl.concat(ready).sort(keys)
