"""How many sequences of each source come in each window of a run: exact in every window, exact at the end.

A run has a total for each source, T together, and windows of W sequences. Each window holds, of a source with share
q = total / T, either floor(W q) or ceil(W q) sequences; all windows together hold its total. Both follow from Hermite's
identity, sum over j < K of floor((A + j) / K) = A: sources lie on a line in their order, A being where each ends, and
the window with number j takes floor((A + j) / K) up to there. The j are taken in steps of about K / golden ratio, so
that what is rounded up is spread over the run. Quotas and their running sums are computed for any window at once, from
nothing but the totals: no schedule is stored, and a run resumes anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd

import numpy as np
import numpy.typing as npt

from corpus.errors import LoadError

Counts = npt.NDArray[np.int64]
_GOLDEN = (5**0.5 - 1) / 2
_DIGITS = 9
"""Significant digits of powers: what mathematical libraries agree on."""


def largest_remainder(count: int, shares: Sequence[Fraction | int]) -> list[int]:
    """`count` divided by `shares` (not negative, not all zero): each rounded down, the largest remainders up.

    Of equal remainders the first one goes up.
    """
    whole = sum(map(Fraction, shares), Fraction())
    exact = [count * Fraction(share) / whole for share in shares]
    found = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (found[place] - exact[place], place))
    for place in by_remainder[: count - sum(found)]:
        found[place] += 1
    return found


def tempered(tokens: Mapping[str, int], temperature: float) -> dict[str, Fraction]:
    """Weights of sources that are their shares of tokens to the power of 1 / temperature.

    1 leaves shares as they are, larger temperatures make them more alike (Devlin et al. 2018, multilingual BERT:
    1 / 0.7; Xue et al. 2021, mT5: 1 / 0.3).
    """
    whole = sum(tokens.values())
    return {
        source: Fraction(f"{(count / whole) ** (1 / temperature):.{_DIGITS}g}") if count else Fraction()
        for source, count in tokens.items()
    }


def within_limits(weights: Mapping[str, Fraction], limits: Mapping[str, int], count: int | None) -> dict[str, int]:
    """Sequences of each source in a run mixed by `weights`: `count` together, by default as many as there can be.

    `limits` says how many sequences of each source there are, all its epochs together.

    Raises:
        LoadError: of some source there are fewer than its share of `count`.
    """
    whole = sum(weights.values(), Fraction())
    if count is None:
        most = min(int(limits[source] * whole / weight) for source, weight in weights.items() if weight)
        found = _divided(most, weights)
        while any(found[source] > limits[source] for source in found):  # rounding up can go beyond a limit
            most -= 1
            found = _divided(most, weights)
        return found
    found = _divided(count, weights)
    for source, needed in found.items():
        if needed > limits[source]:
            raise LoadError(
                f"{count} sequences would need {needed} of {source}, of which all epochs together have "
                f"{limits[source]}; allow more epochs of it, give it less weight, or ask for fewer sequences"
            )
    return found


def _divided(count: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    return dict(zip(weights, largest_remainder(count, list(weights.values())), strict=True))


@dataclass(frozen=True)
class Mixture:
    """Quotas of a run, by window and source."""

    totals: tuple[int, ...]
    """Sequences of each source in the whole run."""
    window: int
    """Sequences a window; the last window has what is left."""

    @cached_property
    def count(self) -> int:
        """Sequences of the run."""
        return sum(self.totals)

    @cached_property
    def full(self) -> int:
        """Full windows; a shorter one follows if `window` does not divide `count`."""
        return self.count // self.window

    @cached_property
    def _step(self) -> int:
        near = max(round(self.full * _GOLDEN), 1)
        return next(step for step in range(near, near + self.full + 1) if gcd(step, self.full) == 1)

    @cached_property
    def _ends(self) -> Counts:
        """Where each source ends on the line of all full windows, int64[m]."""
        rest = largest_remainder(self.count % self.window, self.totals) if self.count else [0] * len(self.totals)
        return np.cumsum(np.array(self.totals, np.int64) - np.array(rest, np.int64))

    def before(self, windows: npt.ArrayLike) -> Counts:
        """Sequences of each source in all windows before each of `windows` (int64[k]), int64[k, m]."""
        asked = np.asarray(windows, np.int64).reshape(-1, 1)
        ends = self._ends
        if not self.full:
            return np.where(asked > 0, np.array(self.totals, np.int64), 0)
        number = np.minimum(asked, self.full)
        rounded_up = _floor_sum(number, self.full, self._step, ends % self.full) - _floor_sum(
            number, self.full, self._step, np.zeros_like(ends)
        )
        found = np.diff(number * (ends // self.full) + rounded_up, axis=1, prepend=0)
        return np.where(asked > self.full, np.array(self.totals, np.int64), found)

    def quotas(self, windows: npt.ArrayLike) -> Counts:
        """Sequences of each source in each of `windows` (int64[k]), int64[k, m]."""
        asked = np.asarray(windows, np.int64)
        return self.before(asked + 1) - self.before(asked)


def _floor_sum(n: Counts, modulus: int, step: int, offset: Counts) -> Counts:
    """Sum over i < n of floor((step * i + offset) / modulus), by Euclid's algorithm; `n` and `offset` are broadcast."""
    n, offset = (each.copy() for each in np.broadcast_arrays(n, offset))
    found = np.zeros(n.shape, np.int64)
    while n.any():
        found += n * (n - 1) // 2 * (step // modulus) + n * (offset // modulus)
        step, offset = step % modulus, offset % modulus
        highest = step * n + offset
        n, offset = highest // modulus, highest % modulus
        if not step:
            break
        modulus, step = step, modulus
    return found
