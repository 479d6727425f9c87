"""Where documents stand: a bundle's number and a row, as one number that sorts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.runs import Range

Array = npt.NDArray[Any]
Positions = npt.NDArray[np.int64]

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


def among(values: Positions, known: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which values are in `known`, which is ascending and stays on disk."""
    if not known.size or not values.size:
        return np.zeros(values.size, np.bool_)
    at = np.minimum(np.searchsorted(known, values), known.size - 1)
    found: npt.NDArray[np.bool_] = known[at] == values
    return found
