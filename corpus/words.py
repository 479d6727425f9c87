"""What a word is, in Python: for whoever counts words outside the quality kernel, which counts the same.

A word is what lies between white space; in scripts that put none between words (Chinese, Japanese, Thai, ...) each
letter is a word, with the marks and punctuation that follow it.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt

from corpus import unicode


def words(text: str) -> list[str]:
    """The words of `text`, in order; none holds white space, and nothing but white space is left out."""
    pieces = text.split()
    if text.isascii() or not _unspaced().search(text):
        return pieces
    word = _word()
    return [found for piece in pieces for found in word.findall(piece)]


def count_words(text: str) -> int:
    """How many words `text` has."""
    return len(words(text))


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{_ranges(unicode.unspaced())}]")


@cache
def _word() -> re.Pattern[str]:
    """A letter of an unspaced script and what follows it, or another word up to such a letter; signs may come first."""
    letter, starter = _ranges(unicode.unspaced()), _ranges(unicode.starters())
    sign = f"[^{letter}{starter}]"
    return re.compile(f"{sign}*(?:[{letter}]{sign}*|[{starter}][^{letter}]*)|{sign}+")


def _ranges(table: npt.NDArray[np.bool_]) -> str:
    """The code points of `table` as they stand in a character class."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], table, [False]]).astype(np.int8)))
    return "".join(
        f"{re.escape(chr(first))}-{re.escape(chr(last - 1))}"
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    )
