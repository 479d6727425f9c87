"""Work space of the quality kernels, and the hash that they share. Needs numba."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel

SEED = 0xCBF29CE484222325
PRIME = 0x9E3779B97F4A7C15


class Scratch(NamedTuple):
    """Work space for one batch, sized to its largest document and reused by all.

    Pages are touched only as far as a document needs them, so the bounds may be generous: a document of b bytes has at
    most (b + 1) / 2 words, and no more lines or paragraphs than words.
    """

    word: npt.NDArray[np.uint64]
    """Hash of each word."""
    before: npt.NDArray[np.int64]
    """Characters of all words before word i; one entry more than there are words."""
    only_letters: npt.NDArray[np.bool_]
    """Whether each word is made of letters only."""
    line: npt.NDArray[np.uint64]
    line_characters: npt.NDArray[np.int64]
    paragraph: npt.NDArray[np.uint64]
    paragraph_characters: npt.NDArray[np.int64]
    position: npt.NDArray[np.int64]
    """Places (word index, ascending) where an n-gram stands that occurs more than once."""
    name: npt.NDArray[np.int64]
    """Name of the n-gram at each of these places."""
    slots: npt.NDArray[np.int64]
    """Open-addressing table of names. An entry below `base` is empty: raising `base` clears the table."""
    base: npt.NDArray[np.int64]
    key: npt.NDArray[np.uint64]
    """What each name stands for."""
    times: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    """Place where each name occurred first."""
    met: npt.NDArray[np.bool_]
    stop: npt.NDArray[np.int64]
    """Names of the stop words met."""


def scratch(largest: int) -> Scratch:
    """Work space for documents of up to `largest` bytes."""
    words = largest // 2 + 2
    slots = 1 << max(4, (2 * words - 1).bit_length())

    def hashes() -> npt.NDArray[np.uint64]:
        return np.empty(words, np.uint64)

    def numbers() -> npt.NDArray[np.int64]:
        return np.empty(words, np.int64)

    return Scratch(
        word=hashes(),
        before=numbers(),
        only_letters=np.empty(words, np.bool_),
        line=hashes(),
        line_characters=numbers(),
        paragraph=hashes(),
        paragraph_characters=numbers(),
        position=numbers(),
        name=numbers(),
        slots=np.zeros(slots, np.int64),
        base=np.ones(1, np.int64),
        key=hashes(),
        times=numbers(),
        first=numbers(),
        met=np.empty(words, np.bool_),
        stop=np.empty(8, np.int64),
    )


@kernel
def mixed(value: Any) -> Any:
    """Finaliser of splitmix64 (Steele, Lea & Flood 2014): every input bit moves every output bit."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def word_hash(word: str) -> int:
    """The kernel's hash of a word, for constants."""
    full = (1 << 64) - 1
    value = SEED
    for character in word:
        value = ((value ^ ord(character)) * PRIME) & full
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & full
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & full
    return value ^ (value >> 31)
