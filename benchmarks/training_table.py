"""What the runs of the training proof say: means over seeds, differences to the curated arm, and which are resolved.

Runs are paired: with one seed all arms begin with the same weights and have the same order key. Two intervals of 95 %
are taken of a difference: Student's over seeds, which holds what training does by chance, and a bootstrap over
held-out documents (percentile, Efron 1979), which holds what the choice of texts does. A difference is *resolved* if
both leave out zero. No correction is made for the number of comparisons: of n differences that are none, n / 20 are
outside of one such interval by chance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.training_score import Score

REFERENCE = "curated"
_LEVEL = 0.95
_DRAWS = 2000
_NATS_A_BIT = math.log(2)

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One arm on one set of held-out texts."""

    arm: str
    texts: str
    seeds: int
    nats_per_token: float
    nats_interval: Interval
    bits_per_byte: float
    difference: float
    """In bits per byte, to the curated arm: above zero, the arm is worse."""
    over_seeds: Interval
    over_documents: Interval
    resolved: bool
    same_corpus: bool
    """Whether the arm has the very shards of the curated one: then there is nothing to tell apart."""


def rows(scores: Mapping[str, Sequence[Mapping[str, Score]]], same: Sequence[str] = ()) -> list[Row]:
    """A row for each arm and set.

    Args:
        scores: by arm, seed by seed, by set; `curated` among the arms, with as many seeds as the others.
        same: arms that have the curated arm's shards.
    """
    return [
        _row(arm, name, [each[name] for each in runs], [each[name] for each in scores[REFERENCE]], arm in same)
        for arm, runs in scores.items()
        for name in runs[0]
    ]


def student_interval(values: npt.NDArray[np.float64]) -> Interval:
    """Of the mean of `values`, float64[n], n >= 2, by Student's t; of one value, the whole line."""
    from scipy.stats import t  # datasketch brings it along

    mean = float(values.mean())
    if len(values) < 2:
        return -math.inf, math.inf
    half = float(t.ppf((1 + _LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))
    return mean - half, mean + half


def document_interval(nats: npt.NDArray[np.float64], n_bytes: npt.NDArray[np.int64]) -> Interval:
    """Of sum(nats) / sum(n_bytes) in bits, over documents drawn with replacement from a stated seed.

    Args:
        nats: float64[documents], a difference of each document's loss.
        n_bytes: int64[documents].
    """
    drawn = np.random.default_rng(1).integers(len(nats), size=(_DRAWS, len(nats)))
    means = nats[drawn].sum(1) / (_NATS_A_BIT * n_bytes[drawn].sum(1))
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def _row(arm: str, name: str, runs: list[Score], curated: list[Score], same: bool) -> Row:
    losses = np.array([each.nats_per_token for each in runs])
    differences = np.array([a.bits_per_byte - b.bits_per_byte for a, b in zip(runs, curated, strict=True)])
    by_document = np.mean([a.nats - b.nats for a, b in zip(runs, curated, strict=True)], axis=0)
    over_seeds = student_interval(differences)
    over_documents = document_interval(by_document, runs[0].n_bytes)
    outside = [low > 0 or high < 0 for low, high in (over_seeds, over_documents)]
    return Row(
        arm,
        name,
        len(runs),
        float(losses.mean()),
        student_interval(losses),
        float(np.mean([each.bits_per_byte for each in runs])),
        float(differences.mean()),
        over_seeds,
        over_documents,
        arm != REFERENCE and not same and all(outside),
        same,
    )


def as_json(found: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows for `training.json`; an interval that one seed cannot have is null."""
    return [
        {name: None if isinstance(each, tuple) and math.isinf(each[0]) else each for name, each in asdict(row).items()}
        for row in found
    ]


def as_markdown(found: Sequence[Row]) -> str:
    """A summary, then a table for each set: loss, difference to curated with both intervals, verdict."""
    parts = [_summary(found), ""]
    for name in dict.fromkeys(row.texts for row in found):
        parts += [f"### {name}", "", _HEAD]
        parts += [_line(row) for row in found if row.texts == name]
        parts.append("")
    return "\n".join(parts)


def _summary(found: Sequence[Row]) -> str:
    """Differences to curated by arm and set, in bits per byte; those that are resolved are bold."""
    names = list(dict.fromkeys(row.texts for row in found))
    lines = ["| arm | seeds | " + " | ".join(names) + " |", "| --- | ---: |" + " ---: |" * len(names)]
    for arm in dict.fromkeys(row.arm for row in found):
        own = {row.texts: row for row in found if row.arm == arm}
        cells = [_cell(own[name]) for name in names]
        lines.append(f"| {arm} | {own[names[0]].seeds} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: Row) -> str:
    if row.arm == REFERENCE:
        return f"{row.bits_per_byte:.3f}"
    if row.same_corpus:
        return "the same"
    return f"**{row.difference:+.3f}**" if row.resolved else f"{row.difference:+.3f}"


_HEAD = (
    "| arm | nats per token | bits per byte | difference to curated, bits per byte | over seeds | over documents | |\n"
    "| --- | ---: | ---: | ---: | :---: | :---: | --- |"
)


def _line(row: Row) -> str:
    low, high = row.nats_interval
    loss = f"{row.nats_per_token:.3f}" + ("" if math.isinf(low) else f" ({low:.3f} to {high:.3f})")
    if row.arm == REFERENCE:
        return f"| {row.arm} | {loss} | {row.bits_per_byte:.4f} | | | | |"
    if row.same_corpus:
        return f"| {row.arm} | {loss} | {row.bits_per_byte:.4f} | the same shards | | | |"
    worse = "worse" if row.difference > 0 else "better"
    said = f"**{worse}**" if row.resolved else "not resolved"
    intervals = " | ".join(_interval(each) for each in (row.over_seeds, row.over_documents))
    return f"| {row.arm} | {loss} | {row.bits_per_byte:.4f} | {row.difference:+.4f} | {intervals} | {said} |"


def _interval(found: Interval) -> str:
    return "" if math.isinf(found[0]) else f"{found[0]:+.4f} to {found[1]:+.4f}"
