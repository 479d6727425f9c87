"""Hash tables of words and of runs of words, for kernels. Needs numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel

BASE = np.uint64(0x9E3779B97F4A7C15)
ROUND = np.uint64(0xBF58476D1CE4E5B9)
_UNUSED = np.uint64(20)
"""Lowest bits, which say least."""


@kernel
def run_hash(ids: Any, begin: int, length: int) -> Any:
    """Hash of the words `ids[begin:begin + length]`; never 0."""
    found = np.uint64(length)
    for place in range(length):
        found = (found ^ np.uint64(ids[begin + place])) * BASE
        found ^= found >> np.uint64(29)
    return found * ROUND | np.uint64(1)


@kernel
def fill(hashes: Any, keys: Any, numbers: Any) -> None:
    """Put distinct hashes into an empty table, numbered from 1; its size is a power of two."""
    mask = np.uint64(keys.size - 1)
    for number in range(hashes.size):
        place = (hashes[number] >> _UNUSED) & mask
        while keys[place]:
            place = (place + np.uint64(1)) & mask
        keys[place], numbers[place] = hashes[number], number + 1


@kernel
def known_word(word: Any, keys: Any, numbers: Any) -> Any:
    """Number of a word, 0 if it is not in the table."""
    mask = np.uint64(keys.size - 1)
    place = (word >> _UNUSED) & mask
    while keys[place]:
        if keys[place] == word:
            return numbers[place]
        place = (place + np.uint64(1)) & mask
    return np.int32(0)


@kernel
def slot_of(seed: Any, marks: Any, seeds: Any) -> Any:
    """Place of a run of words in the table, -1 if it is not there. Most runs go no further than the bit array."""
    bits = np.uint64(marks.size - 1)
    top = seed >> np.uint64(32)
    if not marks[(top >> np.uint64(6)) & bits] >> (top & np.uint64(63)) & np.uint64(1):
        return -1
    mask = np.uint64(seeds.size - 1)
    place = (seed >> _UNUSED) & mask
    while seeds[place]:
        if seeds[place] == seed:
            return np.int64(place)
        place = (place + np.uint64(1)) & mask
    return -1


@kernel
def mark(hashes: Any, marks: Any) -> None:
    """Set the bit of each hash."""
    bits = np.uint64(marks.size - 1)
    for number in range(hashes.size):
        top = hashes[number] >> np.uint64(32)
        marks[(top >> np.uint64(6)) & bits] |= np.uint64(1) << (top & np.uint64(63))


@kernel
def run_hashes(ids: Any, length: int, found: Any) -> None:
    """Hash of each run of `length` words."""
    for begin in range(found.size):
        found[begin] = run_hash(ids, begin, length)
