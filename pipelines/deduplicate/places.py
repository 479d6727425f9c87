"""Where candidate documents stand (bundle and row), and their numbers (0 for the one to keep first)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.digest import Json
from corpus.runs import Range
from corpus.storage import WorkFolder

Array = npt.NDArray[Any]
Positions = npt.NDArray[np.int64]

BY_NUMBER = "places.npy"
"""Of a range of ranks: the place of each number."""
BY_PLACE = "by_place"
MOVED = "moved.npz"

_BITS = 32
_MASK = (1 << _BITS) - 1


def place(bundle: Array | int, row: Array) -> Positions:
    """One int64 for a bundle's number and a row below 2^32."""
    return np.asarray(bundle, np.int64) << _BITS | row.astype(np.int64)


def bundle_of(places: Positions) -> Positions:
    """The bundles' numbers."""
    return places >> _BITS


def row_of(places: Positions) -> Positions:
    """The rows in their bundles."""
    return places & _MASK


def range_of(bundle: int) -> Range:
    """All places of a bundle."""
    return bundle << _BITS, bundle << _BITS | _MASK


def chosen_rows(folder: Path, name: str, bundle: int) -> Positions:
    """Rows of `bundle` among the sorted places of a file, which is not read whole."""
    places = np.load(folder / name, mmap_mode="r")
    low, high = range_of(bundle)
    return row_of(np.array(places[np.searchsorted(places, low) : np.searchsorted(places, high, side="right")]))


class Numbers:
    """Numbers of places and places of numbers, read from where they are asked for.

    Args:
        ranks: digest and number of documents of each range of ranks, best first.
        moved: digest of `joined`, whose moves count; the ranks as they were without it.
    """

    def __init__(self, work: WorkFolder, ranks: Sequence[Sequence[Json]], moved: str | None = None) -> None:
        self._folders = [work.product("ranks", str(digest)) for digest, _ in ranks]
        self._starts = np.cumsum([0, *(int(count) for _, count in ranks)], dtype=np.int64)  # type: ignore[arg-type]
        self._before = self._after = np.zeros(0, np.int64)
        if moved is not None:
            with np.load(work.product("joined", moved) / MOVED) as stored:
                self._before, self._after = stored["before"], stored["after"]

    def numbers(self, places: Positions) -> Positions:
        """int64 numbers of candidates' places.

        Raises:
            ValueError: a place is none of a candidate.
        """
        found = np.full(places.size, -1, np.int64)
        for folder, start in zip(self._folders, self._starts, strict=False):
            known = np.load(folder / f"{BY_PLACE}.place.npy", mmap_mode="r")
            if known.size and places.size:
                at = np.minimum(np.searchsorted(known, places), known.size - 1)
                here = known[at] == places
                found[here] = np.load(folder / f"{BY_PLACE}.number.npy", mmap_mode="r")[at[here]] + start
        if (found < 0).any():
            raise ValueError("a document without a rank was asked for")
        return replaced(found, self._before, self._after)

    def places(self, numbers: Positions) -> Positions:
        """int64 places of numbers."""
        order = np.argsort(self._after)
        before = replaced(numbers, self._after[order], self._before[order])
        part = np.searchsorted(self._starts, before, side="right") - 1
        found = np.empty(numbers.size, np.int64)
        for which in np.unique(part).tolist():
            mine = part == which
            found[mine] = np.load(self._folders[which] / BY_NUMBER, mmap_mode="r")[before[mine] - self._starts[which]]
        return found


def replaced(values: Positions, old: Positions, new: Positions) -> Positions:
    """`values` with each of `old` (ascending) replaced by its `new`."""
    if not old.size or not values.size:
        return values
    at = np.minimum(np.searchsorted(old, values), old.size - 1)
    return np.where(old[at] == values, new[at], values)


def among(values: Positions, known: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which values are in `known`, which is ascending and stays on disk."""
    if not known.size or not values.size:
        return np.zeros(values.size, np.bool_)
    at = np.minimum(np.searchsorted(known, values), known.size - 1)
    found: npt.NDArray[np.bool_] = known[at] == values
    return found
