"""Sorted runs: how global steps exchange records on disk.

Each unit writes its records sorted by a key; a unit of the next step reads one range of keys from every run. So the
number of partitions is the reader's choice and is known to no writer, each record is written and read once, and memory
is bounded by a partition. A run is one `.npy` file a column, read by memory map: only what is asked for is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Range = tuple[int, int]
"""Keys from the first to the last, both included."""

_ALL = 1 << 64


def key_range(part: int, parts: int) -> Range:
    """One of `parts` ranges of equal width of the uint64 keys: for keys that are hashes."""
    return _ALL * part // parts, _ALL * (part + 1) // parts - 1


def spread(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Keys of numbers (int64, not negative) that fall evenly into ranges: the mixer of SplitMix64."""
    value = numbers.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
    return value ^ (value >> np.uint64(31))


def stable_order(keys: Array) -> npt.NDArray[np.int64]:
    """What `np.argsort(keys, kind="stable")` gives of an integer array of less than 2^32 keys, in half the time.

    numpy sorts fastest where it need not be stable; what it leaves of the order of equal keys is mended after it.
    """
    order = np.argsort(keys)
    ranked = keys[order]
    again = np.zeros(keys.size, np.bool_)
    again[1:] = ranked[1:] == ranked[:-1]
    tied = again.copy()
    tied[:-1] |= again[1:]
    at = np.flatnonzero(tied)
    group = np.cumsum(~again[at])
    bits = keys.size.bit_length()
    order[at] = np.sort((group << bits) | order[at]) & ((1 << bits) - 1)
    return order


def write_run(folder: Path, name: str, columns: dict[str, Array]) -> None:
    """Write a run sorted by the first of `columns`, its key; rows of equal keys stay in their order."""
    order = stable_order(next(iter(columns.values())))
    for column, values in columns.items():
        np.save(folder / f"{name}.{column}.npy", values[order])


def read_run(folder: Path, name: str, columns: Sequence[str], keys: Range | None = None) -> list[Array]:
    """Some columns of a run, of the rows whose key (the first column) lies in `keys`; all rows by default."""
    first, *others = (np.load(folder / f"{name}.{column}.npy", mmap_mode="r") for column in columns)
    start, end = (0, first.size) if keys is None else _bounds(first, keys)
    return [np.array(column[start:end]) for column in (first, *others)]


def gather(
    folders: Sequence[Path], name: str, columns: Sequence[str], keys: Range | None = None
) -> tuple[Array, list[Array]]:
    """What `read_run` gives of several runs (at least one), one after the other, and which run each row is from."""
    parts = [read_run(folder, name, columns, keys) for folder in folders]
    origin = np.repeat(np.arange(len(parts)), [part[0].size for part in parts])
    return origin, [np.concatenate(column) for column in zip(*parts, strict=True)]


def _bounds(key: Array, keys: Range) -> tuple[int, int]:
    low, high = (key.dtype.type(bound) for bound in keys)
    return int(np.searchsorted(key, low)), int(np.searchsorted(key, high, side="right"))
