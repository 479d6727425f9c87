"""Words of a text as hashes with their places, in one pass over its UTF-8 bytes. Needs numba."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.kernel import kernel, text_buffers
from corpus.utf8 import decoded
from filters.contamination.words import ALONE, INNER, PACKED, UNSEEN, tables
from filters.quality.scratch import PRIME, SEED, mixed

_CODE = (1 << PACKED) - 1


@kernel
def cut(data: Any, begin: int, end: int, known: Any, hashes: Any, starts: Any, ends: Any) -> int:
    """Words of `data[begin:end]`: their hashes (uint64), first bytes and ends (int32, from `begin`).

    Returns how many; at most one for two bytes, and one.
    """
    kinds, folded = known
    seed, prime = np.uint64(SEED), np.uint64(PRIME)
    count, at = 0, begin
    inside = False
    word = seed
    first = last = begin
    while at < end:
        code: Any = np.int64(data[at])
        after: Any = at + 1
        if code >= 0x80:
            code, after = decoded(data, at, end)
        kind = kinds[code]
        if kind == INNER:
            if not inside:
                inside, word, first = True, seed, at
            letters = folded[code]
            if letters <= np.uint64(_CODE):
                word = (word ^ letters) * prime
            else:
                while letters:
                    word = (word ^ (letters & np.uint64(_CODE))) * prime
                    letters >>= np.uint64(PACKED)
            last = after
        elif kind == UNSEEN:
            if inside:
                last = after
        else:
            if inside:
                hashes[count], starts[count], ends[count] = mixed(word), first - begin, last - begin
                count += 1
                inside = False
            if kind == ALONE:
                hashes[count] = mixed((seed ^ folded[code]) * prime)
                starts[count], ends[count] = at - begin, after - begin
                count += 1
        at = after
    if inside:
        hashes[count], starts[count], ends[count] = mixed(word), first - begin, last - begin
        count += 1
    return count


@kernel
def _cut_all(data: Any, offsets: Any, known: Any, hashes: Any, starts: Any, ends: Any, firsts: Any) -> None:
    count = 0
    for row in range(offsets.size - 1):
        firsts[row] = count
        count += cut(data, offsets[row], offsets[row + 1], known, hashes[count:], starts[count:], ends[count:])
    firsts[offsets.size - 1] = count


def words_of(texts: list[str]) -> list[npt.NDArray[np.uint64]]:
    """Hashes of the words of each text."""
    data, offsets = text_buffers(pa.array(texts, pa.large_string()))
    size = int(offsets[-1] - offsets[0]) + 1
    hashes, starts, ends = np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32)
    firsts = np.empty(len(texts) + 1, np.int64)
    _cut_all(data, offsets, tables(), hashes, starts, ends, firsts)
    return [hashes[firsts[row] : firsts[row + 1]].copy() for row in range(len(texts))]
