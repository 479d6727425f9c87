"""How good scores are: ranking, precision at a recall, calibration. Arrays in, numbers out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def auc(positive: Scores, negative: Scores) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half; nan of none."""
    if not len(positive) or not len(negative):
        return float("nan")
    both = np.concatenate([positive, negative])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2  # mean rank of equal scores
    above = ranks[inverse][: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(above / (len(positive) * len(negative)))


def precision_at_recall(positive: Scores, negative: Scores, recall: float = 0.95) -> tuple[float, float]:
    """Precision at the highest threshold that finds `recall` of the positives, and that threshold."""
    threshold = float(np.sort(positive)[::-1][max(0, int(np.ceil(recall * len(positive))) - 1)])
    right, wrong = int((positive >= threshold).sum()), int((negative >= threshold).sum())
    return right / (right + wrong), threshold


def bins(score: Scores, truth: npt.NDArray[np.bool_], count: int = 10) -> list[tuple[float, float, int]]:
    """Mean score, share of positives and number of documents of each of `count` equally wide bins that holds any."""
    place = np.minimum((score * count).astype(int), count - 1)
    return [
        (float(score[place == one].mean()), float(truth[place == one].mean()), int((place == one).sum()))
        for one in range(count)
        if (place == one).any()
    ]


def calibration_error(score: Scores, truth: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al. 2015): mean distance of the two in `bins`, weighted by documents."""
    return sum(abs(mean - share) * number for mean, share, number in bins(score, truth)) / len(score)
