"""How often near-dedup was right, from what people said of a sample of its removals.

A removal is right if the pair is a copy: whoever keeps the survivor loses nothing. Precision is the share of right
removals among all of them, estimated from the strata that the sample was drawn from (`manifests.removals`).
`manifests.weighed` defines estimate and interval.

Pairs that reviewers are unsure of, or disagree on, are counted apart and decide nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Literal

import polars as pl

from manifests.estimates import Agreement, Precision, RemovalEstimate, StratumReview
from manifests.removals import pair_digest
from manifests.strict import Strict
from manifests.verdicts import read_lines
from manifests.weighed import Read, weigh

ALL = "all sources"

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
    return read_lines(path, Judgement)


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
    """The estimate over `strata`, by `manifests.weighed`."""
    strata = list(strata)
    found = weigh(Read(one.removals, one.copies, one.distinct) for one in strata)
    return Precision(
        source=source,
        removals=sum(one.removals for one in strata),
        covered=found.covered if found else 0,
        read=sum(one.copies + one.distinct + one.unsure for one in strata),
        copies=sum(one.copies for one in strata),
        distinct=sum(one.distinct for one in strata),
        unsure=sum(one.unsure for one in strata),
        precision=found.share if found else None,
        low=found.bounds[0] if found else None,
        high=found.bounds[1] if found else None,
        wrong=found.covered - found.right if found else None,
        wrong_low=found.covered - found.most if found else None,
        wrong_high=found.covered - found.fewest if found else None,
    )


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
