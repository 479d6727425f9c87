"""Fit a fastText model, and calibrate its scores. Needs fasttext."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_PREFIX = "__label__"


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """fastText's (Joulin et al. 2017, arXiv 1607.01759); one thread, so that equal input gives equal bytes."""

    dimensions: int = 16
    epochs: int = 5
    learning_rate: float = 0.3
    minimum_count: int = 3
    """Rarer words are left out."""
    word_ngrams: int = 1
    buckets: int = 0
    """For hashed n-grams of words; 0 is none."""


def fit(labels: Sequence[str], lines: Sequence[str], parameters: Hyperparameters, seed: int) -> bytes:
    """The bytes of a fastText model trained on `lines`, each with its label (without blanks)."""
    import fasttext

    order = np.random.default_rng(seed).permutation(len(lines))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        with path.open("w", encoding="utf-8") as stream:
            for place in order:
                stream.write(f"{_PREFIX}{labels[place]} {lines[place]}\n")
        model = fasttext.train_supervised(
            input=str(path),
            dim=parameters.dimensions,
            epoch=parameters.epochs,
            lr=parameters.learning_rate,
            minCount=parameters.minimum_count,
            wordNgrams=parameters.word_ngrams,
            bucket=parameters.buckets,
            loss="softmax",
            thread=1,
            seed=seed,
            verbose=0,
        )
        model.save_model(str(Path(folder) / "model.bin"))
        return (Path(folder) / "model.bin").read_bytes()


def load(path: Path) -> Any:
    """The model in a file, as fastText's own object beneath its Python class, whose `predict` fails under numpy 2."""
    import fasttext

    return fasttext.load_model(str(path)).f


def probabilities(model: Any, lines: Sequence[str], label: str) -> npt.NDArray[np.float64]:
    """The model's probability (n) of `label` for each line; 0 for a line without words."""
    found = np.zeros(len(lines))
    rows = [row for row, line in enumerate(lines) if line]
    if not rows:
        return found
    labels, chances = model.multilinePredict([lines[row] + "\n" for row in rows], -1, 0.0, "strict")
    wanted = _PREFIX + label
    for row, names, own in zip(rows, labels, chances, strict=True):
        for name, chance in zip(names, own, strict=True):
            if name == wanted:
                found[row] = chance
    return np.clip(found, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probability = logistic(slope x logit + intercept) of the model's own (Platt 1999), fitted on held-out sources."""

    slope: float
    intercept: float

    def __call__(self, raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities (n) of raw ones (n)."""
        return _logistic(self.slope * logit(raw) + self.intercept)


def logit(raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """ln p/(1-p), for p kept a millionth away from 0 and 1."""
    near = np.clip(raw, 1e-6, 1 - 1e-6)
    found: npt.NDArray[np.float64] = np.log(near / (1 - near))
    return found


def calibrate(
    raw: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]
) -> Calibration:
    """Fit slope and intercept by Newton's method on the weighted log-loss, with Platt's smoothed targets.

    Steps that would not lower the loss are halved (Lin, Lin & Weng 2007); a slope is never negative.
    """
    positives, negatives = float(weight[truth].sum()), float(weight[~truth].sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.column_stack([logit(raw), np.ones(len(raw))])

    def loss(at: npt.NDArray[np.float64]) -> float:
        margin = design @ at
        return float((weight * (np.logaddexp(0, margin) - target * margin)).sum())

    found = np.array([1.0, 0.0])
    for _ in range(100):
        chance = _logistic(design @ found)
        gradient = design.T @ (weight * (chance - target))
        curvature = (design * (weight * chance * (1 - chance))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(found - step) > loss(found) and math.hypot(*step) > 1e-12:
            step = step / 2
        found = found - step
        if math.hypot(*step) < 1e-9:
            break
    return Calibration(float(round(max(found[0], 1e-3), 9)), float(round(found[1], 9)))


def _logistic(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = np.exp(-np.logaddexp(0, -value))
    return found
