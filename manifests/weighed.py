"""A share of a whole, from what people said of samples of its strata.

    p = Σ w_h p_h,  w_h = N_h / N     N_h documents of stratum h, of which n_h were decided and n_h p_h are right

with Wilson's score interval (l_h, u_h) for each p_h (Wilson, Probable inference, JASA 22 (1927), 209-212). The score's
variance has the finite population correction (Cochran, Sampling techniques, 3rd ed. (1977), section 2.6), which is to
say that n_h counts as n_h (N_h - 1) / (N_h - n_h). The intervals are joined as those of independent estimates (MOVER:
Zou, Huang & Zhang, A note on confidence interval estimation for a linear function of binomial proportions, Comput.
Stat. Data Anal. 53 (2009), 1080-1085):

    low = p - sqrt(Σ w_h² (p_h - l_h)²),   high = p + sqrt(Σ w_h² (u_h - p_h)²)

Of one stratum read in part this is Wilson's interval; of strata read whole it is a point. No bound contradicts what was
seen: something wrong that was found is wrong whatever the others are. Strata of which nothing was decided are left
out, and `covered` says how many documents are left in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

_NORMAL = 1.959963984540054
"""0.975 quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Read:
    """A stratum of `size` documents, of which so many were read and found `right` or `wrong`."""

    size: int
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """Documents that are right among those `covered`, with bounds at 95 %."""

    covered: int
    right: float
    fewest: float
    most: float

    @property
    def share(self) -> float:
        """Of the covered documents, those that are right."""
        return self.right / self.covered

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval of `share`."""
        return self.fewest / self.covered, self.most / self.covered


def weigh(strata: Iterable[Read]) -> Weighed | None:
    """The estimate over `strata`; None if nothing of them was decided."""
    decided = [one for one in strata if one.right + one.wrong]
    if not decided:
        return None
    covered = sum(one.size for one in decided)
    right, below, above = 0.0, 0.0, 0.0
    for one in decided:
        share, low, high = _bounds(one)
        right += one.size * share
        below += (one.size * (share - low)) ** 2
        above += (one.size * (high - share)) ** 2
    fewest = max(right - sqrt(below), sum(one.right for one in decided))
    most = min(right + sqrt(above), covered - sum(one.wrong for one in decided))
    return Weighed(covered, right, fewest, most)


def _bounds(one: Read) -> tuple[float, float, float]:
    """Share of what is right in a stratum, and its bounds."""
    decided = one.right + one.wrong
    share = one.right / decided
    if decided == one.size:
        return share, share, share
    low, high = _wilson(share, decided * (one.size - 1) / (one.size - decided))
    return share, max(low, one.right / one.size), min(high, 1 - one.wrong / one.size)


def _wilson(share: float, size: float) -> tuple[float, float]:
    """Wilson's score interval at 95 % of a share of `size`, which need not be whole."""
    spread = _NORMAL**2 / size
    middle = (share + spread / 2) / (1 + spread)
    half = _NORMAL / (1 + spread) * sqrt(share * (1 - share) / size + spread / (4 * size))
    return min(middle - half, share), max(middle + half, share)
