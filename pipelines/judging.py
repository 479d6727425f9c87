"""What held-out scores say about a classifier: how well it ranks, how right its chances are, where it is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from corpus.digest import Json
from filters.classifier.evaluation import auc, bins, calibration_error, precision_at_recall
from filters.classifier.training import Calibration, calibrate
from filters.phi.mask import mask_text

_MISTAKES = 20
_EXCERPT = 400


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text."""

    name: str
    text: str
    label: str
    group: str
    policy: str
    """PHI policy by which excerpts are masked."""


def judged(
    examples: Sequence[Example], raw: npt.NDArray[np.float64], positive: str
) -> tuple[dict[str, Any], Calibration]:
    """Everything measured on held-out groups, and the calibration fitted on them; each group weighs the same."""
    truth = np.array([one.label == positive for one in examples])
    groups = np.array([one.group for one in examples])
    weight = np.zeros(len(examples))
    for label in (True, False):
        names = sorted(set(groups[truth == label]))
        for name in names:
            rows = (groups == name) & (truth == label)
            weight[rows] = len(examples) / 2 / len(names) / rows.sum()
    calibration = calibrate(raw, truth, weight)
    # The error is told of groups that the calibration has not seen either.
    held_out = np.zeros(len(examples))
    for name in sorted(set(groups)):
        mine = groups == name
        held_out[mine] = calibrate(raw[~mine], truth[~mine], weight[~mine])(raw[mine])
    score = calibration(raw)
    precision, threshold = precision_at_recall(score[truth], score[~truth])
    size = np.array([len(one.text) for one in examples])
    measured: dict[str, Any] = {
        "method": "leave one group out: each document is scored by a model that saw nothing of its group",
        "documents": len(examples),
        "auc": auc(score[truth], score[~truth]),
        "precision_at_recall_95": precision,
        "threshold_at_recall_95": threshold,
        "calibration_error_before": calibration_error(raw, truth),
        "calibration_error": calibration_error(held_out, truth),
        "bins": bins(held_out, truth),
        "groups": [],
        "lengths": [],
    }
    for name, kind in sorted({(str(group), bool(own)) for group, own in zip(groups, truth, strict=True)}):
        mine = (groups == name) & (truth == kind)
        pair = (score[mine], score[~truth]) if kind else (score[truth], score[mine])
        measured["groups"].append(
            {
                "group": name,
                "label": examples[int(np.flatnonzero(mine)[0])].label,
                "documents": int(mine.sum()),
                "auc": auc(*pair),
                "mean_score": float(score[mine].mean()),
                "right_at_half": float(((score[mine] >= 0.5) == kind).mean()),
            }
        )
    for low, high in ((0, 100), (100, 500), (500, 2000), (2000, 10**9)):
        some = (size >= low) & (size < high)
        measured["lengths"].append(
            {
                "from_characters": low,
                "below_characters": high,
                "positives": int((some & truth).sum()),
                "others": int((some & ~truth).sum()),
                "auc": auc(score[some & truth], score[some & ~truth]),
            }
        )
    rounded: dict[str, Any] = orjson.loads(orjson.dumps(_rounded(measured)))
    return rounded, calibration


def _rounded(value: Any) -> Json:
    """Floats to six places: beyond that they are noise of the order of summation."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    found: Json = value
    return found


def mistakes(examples: Sequence[Example], score: npt.NDArray[np.float64], positive: str) -> list[dict[str, Any]]:
    """The documents on which the held-out score is furthest from the truth, masked; at most a quarter of one group."""
    truth = np.array([one.label == positive for one in examples])
    off = np.abs(score - truth)
    found: list[dict[str, Any]] = []
    taken: Counter[str] = Counter()
    for row in np.lexsort((np.array([one.name for one in examples]), -off)):
        one = examples[row]
        if taken[one.group] >= _MISTAKES // 4:
            continue
        taken[one.group] += 1
        excerpt = mask_text(mask_text(one.text, one.policy)[:_EXCERPT], one.policy)
        found.append(
            {
                "group": one.group,
                "label": one.label,
                "score": round(float(score[row]), 4),
                "characters": len(one.text),
                "excerpt": excerpt,
            }
        )
        if len(found) == _MISTAKES:
            break
    return found
