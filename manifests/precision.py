"""How often near-dedup was right, from what people said of a sample of its removals.

A removal is right if the pair is a copy: whoever keeps the survivor loses nothing. Precision is the share of right
removals among all of them, estimated from the strata that the sample was drawn from (`manifests.removals`):

    p = Σ w_h p_h,  w_h = N_h / N     N_h removals of stratum h, of which n_h were decided and n_h p_h are copies

with Wilson's score interval (l_h, u_h) for each p_h (Wilson, Probable inference, JASA 22 (1927), 209-212). The score's
variance has the finite population correction (Cochran, Sampling techniques, 3rd ed. (1977), section 2.6), which is to
say that n_h counts as n_h (N_h - 1) / (N_h - n_h). The intervals are joined as those of independent estimates (MOVER:
Zou, Huang & Zhang, A note on confidence interval estimation for a linear function of binomial proportions, Comput.
Stat. Data Anal. 53 (2009), 1080-1085):

    low = p - sqrt(Σ w_h² (p_h - l_h)²),   high = p + sqrt(Σ w_h² (u_h - p_h)²)

Of one stratum read in part this is Wilson's interval; of strata read whole it is a point. No bound contradicts what was
seen: a wrong removal that was found is wrong whatever the others are. Strata of which nothing was decided are left
out, and `covered` says how many removals are left in.

Pairs that reviewers are unsure of, or disagree on, are counted apart and decide nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import ValidationError

from corpus.errors import RecipeError
from manifests.estimates import Agreement, Precision, RemovalEstimate, StratumReview
from manifests.removals import pair_digest
from manifests.strict import Strict

ALL = "all sources"

_NORMAL = 1.959963984540054
"""0.975 quantile of the normal distribution."""

Said = Literal["copy", "distinct", "unsure"]


class Judgement(Strict):
    """What one person said of one pair; a line of a file of verdicts."""

    pair: str
    """Digest of the pair (`manifests.removals.pair_digest`): of other texts nothing was said."""
    doc_id: str
    survivor: str
    verdict: Said
    reviewer: str


def read_judgements(path: Path) -> list[Judgement]:
    """The lines of a file of verdicts. An unfinished last line, as a kill leaves it, is left out.

    Raises:
        RecipeError: there is no such file, or a line is no verdict.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror}: no file of verdicts can be read there") from None
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Judgement.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"])) or "line"
                raise RecipeError(f"{path}:{number}: no verdict: {place}: {first['msg']}") from None
    return found


def estimate(pairs: pl.DataFrame, judgements: Sequence[Judgement], *, named: bool = True) -> RemovalEstimate:
    """Precision by source and over all, from the sample (`manifests.removals.PAIRS`) and what people said.

    Of several verdicts of one reviewer on a pair the last counts. Of several reviewers more than half decide. Unless
    they are to be `named`, reviewers are called by numbers.
    """
    if not named:
        called = {name: f"reviewer {n}" for n, name in enumerate(sorted({one.reviewer for one in judgements}), 1)}
        judgements = [one.model_copy(update={"reviewer": called[one.reviewer]}) for one in judgements]
    digests = [pair_digest(pair) for pair in pairs.iter_rows(named=True)]
    known = set(digests)
    said: dict[str, dict[str, Said]] = defaultdict(dict)
    for one in judgements:
        if one.pair in known:
            said[one.pair][one.reviewer] = one.verdict
    decided = {pair: _decided(list(verdicts.values())) for pair, verdicts in said.items()}
    ids = set(pairs.select("doc_id", "survivor").iter_rows())
    others = [one for one in judgements if one.pair not in known]
    strata = _strata(pairs.with_columns(pl.Series("said", [decided.get(name) for name in digests], pl.String)))
    sources = list(dict.fromkeys(stratum.source for stratum in strata))
    return RemovalEstimate(
        total=precision(ALL, strata),
        sources=tuple(precision(name, [one for one in strata if one.source == name]) for name in sources),
        strata=tuple(strata),
        agreement=tuple(_agreement(said)),
        reviewers=len({reviewer for verdicts in said.values() for reviewer in verdicts}),
        stale=sum((one.doc_id, one.survivor) in ids for one in others),
        elsewhere=sum((one.doc_id, one.survivor) not in ids for one in others),
    )


def _decided(verdicts: list[Said]) -> Said:
    """What more than half say; unsure if no verdict has so many."""
    verdict, count = Counter(verdicts).most_common(1)[0]
    return verdict if 2 * count > len(verdicts) else "unsure"


def _strata(pairs: pl.DataFrame) -> list[StratumReview]:
    def count(verdict: Said) -> pl.Expr:
        return (pl.col("said") == verdict).sum().alias(verdict)

    keys = ["source", "stratum", "stratum_size"]
    table = pairs.group_by(keys).agg(pl.len(), count("copy"), count("distinct"), count("unsure")).sort(keys)
    names = ("source", "stratum", "removals", "shown", "copies", "distinct", "unsure")
    return [StratumReview(**dict(zip(names, row, strict=True))) for row in table.iter_rows()]


def precision(source: str, strata: Iterable[StratumReview]) -> Precision:
    """The estimate over `strata`, as the head of this file defines it."""
    strata = list(strata)
    decided = [one for one in strata if one.copies + one.distinct]
    covered = sum(one.removals for one in decided)
    right, below, above = 0.0, 0.0, 0.0
    for one in decided:
        share, low, high = _bounds(one)
        right += one.removals * share
        below += (one.removals * (share - low)) ** 2
        above += (one.removals * (high - share)) ** 2
    seen_right, seen_wrong = sum(one.copies for one in strata), sum(one.distinct for one in strata)
    fewest = max(right - sqrt(below), seen_right)
    most = min(right + sqrt(above), covered - seen_wrong)
    return Precision(
        source=source,
        removals=sum(one.removals for one in strata),
        covered=covered,
        read=sum(one.copies + one.distinct + one.unsure for one in strata),
        copies=seen_right,
        distinct=seen_wrong,
        unsure=sum(one.unsure for one in strata),
        precision=right / covered if decided else None,
        low=fewest / covered if decided else None,
        high=most / covered if decided else None,
        wrong=covered - right if decided else None,
        wrong_low=covered - most if decided else None,
        wrong_high=covered - fewest if decided else None,
    )


def _bounds(one: StratumReview) -> tuple[float, float, float]:
    """Share of copies in a stratum, and its bounds."""
    decided = one.copies + one.distinct
    share = one.copies / decided
    if decided == one.removals:
        return share, share, share
    low, high = _wilson(share, decided * (one.removals - 1) / (one.removals - decided))
    return share, max(low, one.copies / one.removals), min(high, 1 - one.distinct / one.removals)


def _wilson(share: float, size: float) -> tuple[float, float]:
    """Wilson's score interval at 95 % of a share of `size`, which need not be whole."""
    spread = _NORMAL**2 / size
    middle = (share + spread / 2) / (1 + spread)
    half = _NORMAL / (1 + spread) * sqrt(share * (1 - share) / size + spread / (4 * size))
    return min(middle - half, share), max(middle + half, share)


def contradicted(stated: RemovalEstimate, pairs: pl.DataFrame) -> bool:
    """Whether an estimate is of other strata than those of `pairs`, or does not follow from what it says of them."""
    strata = list(stated.strata)
    names = [(one.source, one.stratum, one.removals, one.shown) for one in strata]
    read = all(one.copies + one.distinct + one.unsure <= one.shown for one in strata)
    if not read or names != [(one.source, one.stratum, one.removals, one.shown) for one in estimate(pairs, []).strata]:
        return True
    sources = dict.fromkeys(one.source for one in strata)
    expected = (precision(ALL, strata), *(precision(n, [one for one in strata if one.source == n]) for n in sources))
    return (stated.total, *stated.sources) != expected


def _agreement(said: dict[str, dict[str, Said]]) -> Iterable[Agreement]:
    reviewers = sorted({reviewer for verdicts in said.values() for reviewer in verdicts})
    for first, second in combinations(reviewers, 2):
        both = [(own[first], own[second]) for own in said.values() if first in own and second in own]
        if both:
            agreed = sum(one == other for one, other in both)
            yield Agreement(reviewers=(first, second), pairs=len(both), agreed=agreed, kappa=kappa(both))


def kappa(both: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two people's verdicts on the same pairs: (observed - expected) / (1 - expected agreement)."""
    size = len(both)
    ones, others = Counter(one for one, _ in both), Counter(other for _, other in both)
    by_chance = sum(ones[verdict] * others[verdict] for verdict in ones)  # times size squared
    if by_chance == size**2:
        return None
    agreed = sum(one == other for one, other in both)
    return (agreed * size - by_chance) / (size**2 - by_chance)
