"""What a classifier sees of a text: its words in lower case, from windows over its whole length.

Digits, punctuation, headings' colons and line breaks are left out: they tell formats apart, not subjects, and a model
that learns the format of its training sources is worth nothing on the next one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from filters.classifier.sample import sample

_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001 - both apostrophes


@dataclass(frozen=True, slots=True)
class Features:
    """How texts become lines for fastText."""

    characters: int = 1200
    """A longer text is scored by a sample of this size, in windows from its start to its end."""
    windows: int = 8
    """Windows that a text may give to training."""
    lengths: tuple[int, int] = (60, 1200)
    """Shortest and longest window, in characters; drawn evenly on a logarithmic scale, for short texts count too."""


def line(text: str, features: Features) -> str:
    """What a model scores of `text`; empty if it holds no word."""
    return words(sample(text, features.characters))


def words(text: str) -> str:
    """The words of `text` in lower case, a blank between them."""
    return " ".join(_WORDS.findall(text.lower()))


def training_lines(text: str, name: str, features: Features, seed: int) -> Iterator[str]:
    """Windows of `text` of many lengths, the same ones whoever asks: they depend on `name` and `seed` alone.

    A text of n characters gives about one window for each `characters` of it, at least one and at most `windows`.
    """
    chance = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8]))
    low, high = np.log(features.lengths[0]), np.log(features.lengths[1])
    for _ in range(min(features.windows, 1 + len(text) // features.characters)):
        length = int(np.exp(chance.uniform(low, high)))
        start = int(chance.integers(max(1, len(text) - length)))
        if start:
            blank = text.find(" ", start)
            start = blank + 1 if blank >= 0 else start
        if found := words(text[start : start + length]):
            yield found
