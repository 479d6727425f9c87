"""Numbers of documents: 0 for the one to keep first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corpus.digest import Json
from corpus.storage import WorkFolder
from pipelines.places import Positions

BY_NUMBER = "places.npy"
"""Of a range of ranks: the place of each number."""
BY_PLACE = "by_place"
MOVED = "moved.npz"


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
