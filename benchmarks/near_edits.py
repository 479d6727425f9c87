"""Near copies of real texts, made by seeded edits of known kinds, so that similarities of all sizes occur.

The size of an edit is computed from the similarity that is wanted, on the assumption that no shingle occurs twice in a
text; what the similarity truly is must be measured afterwards. n is the number of words, k of words in a shingle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

Words = list[str]
Edit = Callable[[Words, float, int, np.random.Generator, Sequence[str]], Words]

_TOKEN = re.compile(r"\s*\S+\s*?")
"""A word with the white space before it, so that lines stay where they are."""


def near_copy(
    text: str, kind: str, jaccard: float, generator: np.random.Generator, vocabulary: Sequence[str], k: int = 5
) -> str:
    """`text` after an edit of one kind (a key of `EDITS`) that should leave it `jaccard` similar.

    Args:
        text: at least some twenty words; with fewer, one edit changes more than was asked for.
        jaccard: wanted similarity, between 0 and 1.
        vocabulary: words that take the place of others.
        k: words in a shingle.
    """
    return "".join(EDITS[kind](_TOKEN.findall(text), jaccard, k, generator, vocabulary))


def _substituted(
    words: Words, jaccard: float, k: int, generator: np.random.Generator, vocabulary: Sequence[str]
) -> Words:
    """Scattered words replaced: a shingle stays with probability (1 - share)^k, and J = p / (2 - p)."""
    share = 1 - (2 * jaccard / (1 + jaccard)) ** (1 / k)
    changed = list(words)
    for place in np.flatnonzero(generator.random(len(words)) < share):
        changed[place] = _spaced(words[place], vocabulary[generator.integers(len(vocabulary))])
    return changed


def _deleted(words: Words, jaccard: float, k: int, generator: np.random.Generator, vocabulary: Sequence[str]) -> Words:
    """Scattered words left out: each takes k shingles and brings k - 1, so J = (n - k d) / (n + (k - 1) d)."""
    del vocabulary
    count = _rounded(len(words) * (1 - jaccard) / (k + (k - 1) * jaccard), generator)
    gone = set(generator.permutation(len(words))[:count].tolist())
    return [word for place, word in enumerate(words) if place not in gone]


def _inserted(words: Words, jaccard: float, k: int, generator: np.random.Generator, vocabulary: Sequence[str]) -> Words:
    """Scattered words added: each takes k - 1 shingles and brings k, so J = (n - (k - 1) d) / (n + k d)."""
    count = _rounded(len(words) * (1 - jaccard) / (k - 1 + k * jaccard), generator)
    changed = list(words)
    for place in sorted(generator.integers(len(words), size=count).tolist(), reverse=True):
        changed.insert(place + 1, " " + vocabulary[generator.integers(len(vocabulary))])
    return changed


def _moved(words: Words, jaccard: float, k: int, generator: np.random.Generator, vocabulary: Sequence[str]) -> Words:
    """Passages put elsewhere: each opens three seams of s = k - 1 shingles, so J = (n - 3 s d) / (n + 3 s d)."""
    del vocabulary
    changed = list(words)
    for _ in range(_rounded(len(words) * (1 - jaccard) / (3 * (k - 1) * (1 + jaccard)), generator)):
        size = int(generator.integers(k, max(k + 1, len(words) // 4)))
        start = int(generator.integers(0, max(1, len(changed) - size)))
        passage = changed[start : start + size]
        del changed[start : start + size]
        place = int(generator.integers(0, len(changed) + 1))
        changed[place:place] = passage
    return changed


def _truncated(
    words: Words, jaccard: float, k: int, generator: np.random.Generator, vocabulary: Sequence[str]
) -> Words:
    """The end, or the beginning, cut off: J is the share that stays."""
    del k, vocabulary
    kept = max(1, round(len(words) * jaccard))
    return words[:kept] if generator.random() < 0.5 else words[-kept:]


def _extended(words: Words, jaccard: float, k: int, generator: np.random.Generator, vocabulary: Sequence[str]) -> Words:
    """A passage of other words appended, as a notice is: J = n / (n + d)."""
    del k
    count = _rounded(len(words) * (1 - jaccard) / jaccard, generator)
    return [*words, *(" " + vocabulary[place] for place in generator.integers(len(vocabulary), size=count))]


EDITS: dict[str, Edit] = {
    "substituted": _substituted,
    "deleted": _deleted,
    "inserted": _inserted,
    "moved": _moved,
    "truncated": _truncated,
    "extended": _extended,
}


def vocabulary_of(texts: Sequence[str]) -> list[str]:
    """Every distinct word of some texts, sorted."""
    return sorted({word.strip() for text in texts for word in _TOKEN.findall(text)})


def words_in(text: str) -> int:
    """Runs without white space."""
    return len(_TOKEN.findall(text))


def _spaced(old: str, new: str) -> str:
    return old[: len(old) - len(old.lstrip())] + new


def _rounded(value: float, generator: np.random.Generator) -> int:
    """One of the two integers around `value`, right on average."""
    return int(value) + int(generator.random() < value % 1)
