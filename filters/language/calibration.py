"""From the number that fastText gives to the probability that the language is right.

fastText's own numbers are too low for short texts and for terms of Latin and Greek origin. On texts whose language is
stated (`benchmarks.language_calibration` fits these coefficients and says on which), the share of right answers follows

    P = sigmoid(a + b logit(p) + c ln(n) + d logit(p) ln(n))

with p the model's probability and n the letters judged; English has coefficients of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Coefficients(NamedTuple):
    """a, b, c and d of the formula above."""

    constant: float
    chance: float
    letters: float
    both: float


ENGLISH = Coefficients(-0.2093, -0.5089, 0.7436, 0.6799)
OTHER = Coefficients(-2.2004, 0.3305, 0.7876, 0.3244)

_LEAST = 1e-4
_MOST_LETTERS = 5_000


def terms(chance: npt.NDArray[np.float64], letters: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """1, logit(p), ln(n) and their product of each text, (texts, 4), within the bounds that the fit has seen."""
    bounded = np.clip(chance, _LEAST, 1 - _LEAST)
    logit = np.log(bounded / (1 - bounded))
    length = np.log(np.clip(letters, 1, _MOST_LETTERS))
    return np.column_stack([np.ones_like(logit), logit, length, logit * length])


def calibrated(
    chance: npt.NDArray[np.float64], letters: npt.NDArray[np.int64], english: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Probability that the language of each text is right."""
    given = terms(chance, letters)
    return np.asarray(1 / (1 + np.exp(-np.where(english, given @ np.array(ENGLISH), given @ np.array(OTHER)))))
