"""Fit `filters.language.calibration`, and say how well it is calibrated on texts that the fit has not seen.

    python -m benchmarks.language --calibrate

Texts are those of `benchmarks.labelled`, whole and cut at six lengths. English weighs as much as all other languages
together, and those weigh alike; Luganda, which the model does not know and is always wrong about, is one of them. A
corpus of another mixture has another error: the coefficients say how to weigh a number of the model's against the
length of the text, not how common a language is.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.labelled import Labelled, labelled, with_cuts
from filters.language.calibration import Coefficients, terms

FOLDS = 5
BINS = 10

Floats = npt.NDArray[np.float64]


class Judged(NamedTuple):
    """What the model says of n texts."""

    language: npt.NDArray[np.object_]
    chance: Floats
    letters: npt.NDArray[np.int64]


def judge(texts: Sequence[str]) -> Judged:
    """Language, the model's own probability of it, and letters of each text."""
    from corpus.assets import asset_path
    from filters.language import LanguageAnnotator

    annotator = LanguageAnnotator(asset_path("lid.176.ftz"))
    found = annotator.judged(pa.array(texts, pa.large_string()))
    names = np.array([*annotator.names, ""], object)
    return Judged(names[found.labels[:, 0]], found.chances, found.letters[:, 0])


def weights(texts: Sequence[Labelled]) -> Floats:
    """English half, the other languages alike; sum 1."""
    stated = np.array([each.language for each in texts])
    kinds, which, counts = np.unique(stated, return_inverse=True, return_counts=True)
    mass = np.where(kinds == "en", 0.5, 0.5 / (len(kinds) - 1))
    return np.asarray((mass / counts)[which])


def fit(given: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> Coefficients:
    """Weighted logistic regression by Newton's method; `given` as of `terms`."""
    found = np.array([0.0, 1.0, 0.0, 0.0])
    weight = weight / weight.sum()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-given @ found))
        slope = given.T @ (weight * (right - chance)) - 1e-6 * found
        curve = (given * (weight * chance * (1 - chance))[:, None]).T @ given + 1e-6 * np.eye(4)
        step = np.linalg.solve(curve, slope)
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    return Coefficients(*found.tolist())


def error(chance: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> float:
    """Expected calibration error (Naeini et al. 2015), ten bins of equal width."""
    bins = np.minimum((chance * BINS).astype(int), BINS - 1)
    total = 0.0
    for each in range(BINS):
        inside = bins == each
        if weight[inside].sum():
            total += abs(float((weight[inside] * (right[inside] - chance[inside])).sum()))
    return total / float(weight.sum())


def run() -> str:
    """Coefficients for all texts, and the error before and after on folds held out."""
    texts = with_cuts(labelled())
    found = judge([each.text for each in texts])
    right = found.language == np.array([each.language for each in texts], object)
    weight, given = weights(texts), terms(found.chance, found.letters)
    fold = np.array([zlib.crc32(each.document.encode()) % FOLDS for each in texts])
    raw = np.minimum(found.chance, 1)
    groups = {"English": found.language == "en", "other": found.language != "en"}
    after = np.zeros(len(texts))
    lines = [f"{len(texts):,} texts, {right.mean():.1%} right"]
    for name, group in groups.items():
        for out in range(FOLDS):
            train, test = group & (fold != out), group & (fold == out)
            after[test] = 1 / (1 + np.exp(-given[test] @ np.array(fit(given[train], right[train], weight[train]))))
        lines.append(
            f"{name.upper()} = Coefficients{tuple(round(x, 4) for x in fit(given[group], right[group], weight[group]))}"
        )
    bands = [(1, 50), (51, 200), (201, 1000), (1001, 10**9)]
    length = np.array([len(each.text) for each in texts])
    lines.append(f"{'expected calibration error':32}{'texts':>9}{'right':>8}{'before':>9}{'after':>9}")
    parts = {"all": np.ones(len(texts), bool), **{f"called {k}": g for k, g in groups.items()}}
    parts |= {f"{a} to {b if b < 10**9 else '...'} characters": (length >= a) & (length <= b) for a, b in bands}
    for name, part in parts.items():
        share = float((weight[part] * right[part]).sum() / weight[part].sum())
        figures = [error(values[part], right[part], weight[part]) for values in (raw, after)]
        lines.append(f"{name:32}{part.sum():>9,}{share:>8.3f}{figures[0]:>9.4f}{figures[1]:>9.4f}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())
