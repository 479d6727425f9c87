"""How far groups and concepts are spoken of together, from counts of documents alone: estimates, intervals, tests.

Counts are those of `manifests.demographics`; rows are concepts, columns groups. A group is compared with the other
groups of its dimension, so that long texts, which name everybody and everything, count on both sides; a document that
names two groups counts for both.

- Rate: documents that name both within the window, of 1,000 documents.
- NPMI: normalised pointwise mutual information (Bouma, GSCL 2009), of -1 (never together) to 1 (never apart).
- Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn, Political Analysis 16(4), 2008, eq. 15-22):
  how much likelier a document that names the group is to name the concept near it. The prior is what all groups of the
  dimension have in common, worth `PRIOR` documents.
- Intervals: bootstrap over documents (Poisson weights, which for counts of documents is to draw each cell), 95 %.
- Null: the labels of groups are exchanged at random within their source and dimension, and what stands near a concept
  stays; the number near a group is then hypergeometric. Of one source the p-value is exact, of several it is that of
  the Cochran-Mantel-Haenszel statistic. Two-sided.
- q: Benjamini and Hochberg (J. R. Stat. Soc. B 57(1), 1995) over all tests made together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from manifests.demographics import Tally

Reals = npt.NDArray[np.float64]
Places = Sequence[range]
"""By dimension, the columns of its groups."""

PRIOR: Final = 100.0
"""Documents that the prior is worth."""
DRAWS: Final = 500
LEVEL: Final = 0.05
"""From which q downwards an association counts as found; intervals hold the rest to 1."""
_SEED: Final = 20_080_403
_SPREADS = 12
"""Standard deviations of the null beyond which nothing that floats can hold is left."""


class Estimate(NamedTuple):
    """A value and the ends of its interval; rows are concepts, columns groups. NaN where nothing can be said."""

    value: Reals
    low: Reals
    high: Reals


class Associations(NamedTuple):
    """Everything about some documents; rows are concepts, columns groups."""

    rate: Estimate
    npmi: Estimate
    log_odds: Estimate
    z: Reals
    """Log-odds by its standard deviation under the prior."""


def associations(tally: Tally, places: Places) -> Associations:
    """Estimates with intervals for every group and concept."""
    cells = _cells(tally)
    drawn = _generator().poisson(np.broadcast_to(cells, (DRAWS, *cells.shape))).astype(np.float64)
    odds, z = log_odds(*_odds_counts(cells), places)
    met = tally.near > 0
    return Associations(
        rate=_estimate(_rate(cells), _rate(drawn), met),
        npmi=_estimate(_npmi(cells), _npmi(drawn), met),
        log_odds=_estimate(odds, log_odds(*_odds_counts(drawn), places)[0], met),
        z=z,
    )


def changes(ended: Tally, left: Tally, places: Places) -> Estimate:
    """Log-odds of what a stage left minus that of what entered it; what it took and what it left are drawn apart."""
    generator = _generator()
    parts = []
    for tally in (ended, left):
        near = tally.near.astype(np.float64)
        cells = np.stack([near, tally.groups - near])
        parts.append((cells, generator.poisson(np.broadcast_to(cells, (DRAWS, *cells.shape))).astype(np.float64)))

    def change(took: Reals, stays: Reals) -> Reals:
        before = took + stays
        after, whole = (log_odds(c[..., 0, :, :], c.sum(axis=-3), places)[0] for c in (stays, before))
        return after - whole

    (took, drawn_took), (stays, drawn_stays) = parts
    return _estimate(change(took, stays), change(drawn_took, drawn_stays), (took + stays)[0] > 0)


def log_odds(near: Reals, named: Reals, places: Places) -> tuple[Reals, Reals]:
    """Log-odds of each group against the others of its dimension, and z.

    `near` has documents near the concept, `named` those that name the group; both (..., concepts, groups).
    """
    odds, z = np.full(near.shape, np.nan), np.full(near.shape, np.nan)
    for columns in places:
        own = slice(columns.start, columns.stop)
        y, n = near[..., own], named[..., own]
        all_y, all_n = y.sum(axis=-1, keepdims=True), n.sum(axis=-1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            prior = PRIOR * all_y / all_n
            ours, theirs = y + prior, all_y - y + prior
            rest = n - y + PRIOR - prior
            found = np.log(ours / rest) - np.log(theirs / (all_n - all_y - (n - y) + PRIOR - prior))
            found = np.where((n > 0) & (all_n > n), found, np.nan)
            odds[..., own] = found
            z[..., own] = found / np.sqrt(1 / ours + 1 / theirs)
    return odds, z


def p_values(tallies: Sequence[Tally], places: Places) -> Reals:
    """Two-sided p-value of each group and concept under the null, within each of `tallies`; NaN where none is made."""
    shape = tallies[0].near.shape
    found = np.full(shape, np.nan)
    for columns in places:
        for concept in range(shape[0]):
            for group in columns:
                strata = [
                    drawn
                    for tally in tallies
                    if (
                        drawn := (
                            int(tally.groups[columns.start : columns.stop].sum()),
                            int(tally.near[concept, columns.start : columns.stop].sum()),
                            int(tally.groups[group]),
                            int(tally.near[concept, group]),
                        )
                    )[1]
                    and 0 < drawn[2] < drawn[0]
                ]
                if strata:
                    found[concept, group] = exact_p(*strata[0]) if len(strata) == 1 else _stratified_p(strata)
    return found


def exact_p(whole: int, marked: int, drawn: int, met: int) -> float:
    """Chance that of `drawn` out of `whole`, `marked` of which are marked, a number as unlikely as `met` is marked."""
    low, high = max(0, drawn + marked - whole), min(drawn, marked)
    mean, spread = _moments(whole, marked, drawn)
    reach = _SPREADS * math.sqrt(spread) + 10
    support = np.arange(max(low, math.floor(mean - reach)), min(high, math.ceil(mean + reach)) + 1, dtype=np.float64)
    if not support[0] <= met <= support[-1]:
        return 0.0
    chances = _log_choose(marked, support) + _log_choose(whole - marked, drawn - support)
    chances = np.exp(chances - chances.max())
    own = chances[int(met - support[0])]
    return float(min(1.0, chances[chances <= own * (1 + 1e-9)].sum() / chances.sum()))


def q_values(p: Reals) -> Reals:
    """The share of false findings at which each test would be one; NaN stays NaN and counts for nothing."""
    made = np.flatnonzero(~np.isnan(p.ravel()))
    ordered = made[np.argsort(p.ravel()[made], kind="stable")]
    count = len(ordered)
    scaled = p.ravel()[ordered] * count / np.arange(1, count + 1)
    found = np.full(p.size, np.nan)
    found[ordered] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return found.reshape(p.shape)


def _generator() -> np.random.RandomState:
    """Its stream is the same in every release of numpy (NEP 19), which that of newer generators need not be."""
    return np.random.RandomState(_SEED)


def _cells(tally: Tally) -> Reals:
    """Documents with: both near, both apart, the group alone, the concept alone, neither. (5, concepts, groups)."""
    near, both = tally.near, tally.both
    groups, concepts = np.broadcast_to(tally.groups, both.shape), np.broadcast_to(tally.concepts[:, None], both.shape)
    found = np.stack([near, both - near, groups - both, concepts - both, tally.documents - groups - concepts + both])
    return found.astype(np.float64)


def _rate(cells: Reals) -> Reals:
    near = cells[..., 0, :, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1000 * near / cells.sum(axis=-3))


def _npmi(cells: Reals) -> Reals:
    near, apart, group, concept, _ = (cells[..., place, :, :] for place in range(5))
    whole = cells.sum(axis=-3)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = near / whole
        alone = (near + apart + group) / whole * (near + apart + concept) / whole
        found = np.log(shared / alone) / -np.log(shared)
    return np.asarray(np.where((near == 0) & (alone > 0), -1.0, found))


def _odds_counts(cells: Reals) -> tuple[Reals, Reals]:
    return cells[..., 0, :, :], cells[..., :3, :, :].sum(axis=-3)


def _estimate(value: Reals, drawn: Reals, met: npt.NDArray[np.bool_]) -> Estimate:
    """The middle 95 % of what was drawn; a draw about which nothing can be said takes no part.

    Where no document names both (not `met`), drawing again tells nothing of how many might: there is no interval.
    """
    ordered = np.sort(drawn, axis=0)  # NaN last
    valid = (~np.isnan(drawn)).sum(axis=0)
    ends = []
    for quantile in (LEVEL / 2, 1 - LEVEL / 2):
        place = np.clip(np.rint(quantile * (valid - 1)), 0, None).astype(np.int64)
        ends.append(np.take_along_axis(ordered, place[None], axis=0)[0])
    return Estimate(value, *(np.where(np.isnan(value) | ~met, np.nan, end) for end in ends))


def _moments(whole: int, marked: int, drawn: int) -> tuple[float, float]:
    """Mean and variance of the hypergeometric distribution."""
    share = marked / whole
    return drawn * share, drawn * share * (1 - share) * (whole - drawn) / max(whole - 1, 1)


def _stratified_p(strata: list[tuple[int, int, int, int]]) -> float:
    moments = [_moments(whole, marked, drawn) for whole, marked, drawn, _ in strata]
    spread = math.sqrt(sum(variance for _, variance in moments))
    apart = abs(sum(met for *_, met in strata) - sum(mean for mean, _ in moments))
    if not spread:
        return 1.0
    return math.erfc(max(0.0, apart - 0.5) / spread / math.sqrt(2))


def _log_choose(whole: int, part: Reals) -> Reals:
    return _log_factorial(np.asarray(float(whole))) - _log_factorial(part) - _log_factorial(whole - part)


def _log_factorial(n: Reals) -> Reals:
    """Stirling's series; exact sums below 256."""
    table = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, 256)))])
    large = np.maximum(n, 1.0)
    series = large * np.log(large) - large + 0.5 * np.log(2 * math.pi * large) + 1 / (12 * large) - 1 / (360 * large**3)
    return np.asarray(np.where(n < 256, table[np.minimum(n, 255).astype(np.int64)], series))
