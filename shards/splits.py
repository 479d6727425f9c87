"""How much of a source is held out: the threshold below which groups lie that have about so many tokens."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

STEP = 2.0**-52
"""The distance between two positions of groups (`shards.place.position`)."""


def closest_threshold(
    positions: npt.NDArray[np.float64], tokens: npt.NDArray[np.int64], wanted: int
) -> tuple[float, int]:
    """The threshold below which groups lie that have `wanted` tokens in sum, or as nearly so as can be.

    Groups are taken in the order of their positions, so that those of a lower threshold are among those of a higher
    one: when documents are added, a group may go back to train, and no group of before is held out that was not.

    Args:
        positions: float64[n] in [0, 1); equal ones belong together.
        tokens: int64[n].
        wanted: of two sums that are equally far from it, the lesser is taken.

    Returns:
        The threshold: just above the last group's position, 0 if there is none; and the tokens below it.
    """
    spots, inverse = np.unique(positions, return_inverse=True)
    sums = np.cumsum(np.bincount(inverse, weights=tokens, minlength=spots.size)).astype(np.int64)
    sums = np.concatenate([np.zeros(1, np.int64), sums])
    last = int(np.argmin(np.abs(sums - wanted)))
    return (float(spots[last - 1]) + STEP if last else 0.0), int(sums[last])
