"""fastText's inference over Arrow buffers: whole texts to labels. Needs numba.

`filters.fasttext_words` sums the features of a text, `filters.fasttext_labels` makes probabilities of their mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel
from filters.fasttext_labels import best, scores
from filters.fasttext_words import gather


@kernel
def _summed(network: Any, known: Any, data: Any, start: int, end: int, limits: Any, total: Any, recent: Any) -> int:
    """Sum the features of a whole text into `total` (float64); how many they were."""
    total[:] = 0
    recent[:] = 0
    return gather(network, known, data, start, end, limits, total, recent, True)[1]  # type: ignore[no-any-return]


@kernel
def predict(data: Any, offsets: Any, network: Any, known: Any, labels: Any, chances: Any) -> None:
    """Likeliest label (int32; -1: no feature) and its probability (float32) of each text."""
    total = np.zeros(network.rows.shape[1])
    recent = np.zeros(max(network.word_ngrams, 1), np.uint64)
    limits = np.full(3, np.iinfo(np.int64).max)
    stack = np.zeros(len(network.output) + 1, np.int64)
    carried = np.zeros(len(network.output) + 1)
    for row in range(len(offsets) - 1):
        features = _summed(network, known, data, offsets[row], offsets[row + 1], limits, total, recent)
        if features:
            total /= features
            labels[row], chances[row] = best(network, total, stack, carried)
        else:
            labels[row], chances[row] = -1, 0


@kernel
def probabilities(data: Any, offsets: Any, network: Any, known: Any, chances: Any) -> None:
    """Probability of every label of each text: `chances`, float32 (texts, labels), zeros before."""
    total = np.zeros(network.rows.shape[1])
    recent = np.zeros(max(network.word_ngrams, 1), np.uint64)
    limits = np.full(3, np.iinfo(np.int64).max)
    for row in range(len(offsets) - 1):
        features = _summed(network, known, data, offsets[row], offsets[row + 1], limits, total, recent)
        if features:
            total /= features
            scores(network, total, chances[row])
