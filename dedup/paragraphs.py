"""Paragraphs of texts, and which of them repeat another word for word.

A *paragraph* is what stands between line breaks ("\\n") of a text, if it has at least so many words; words are those of
`dedup.shingles`, so case, white space and punctuation do not matter. Its *key* and *check* are two independent 64-bit
hashes of its words in their order: where both agree, the words do. Of a million million different paragraphs, two share
both with probability 10^-15 (n^2 / 2^129): enough to remove one by.

Importing this module imports numba: import it only where it is run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.kernel import kernel, text_buffers
from corpus.unicode import LETTER, MARK, NUMBER
from dedup.shingles import Bytes, Hashes, Offsets, Tables, decode, lookup_tables, mix

Lines = npt.NDArray[np.uint32]

# Random odd constants: they start two independent hash streams.
_START = np.uint64(0x8E9D_5A3B_F127_C64D)
_OTHER = np.uint64(0x3C6E_F92B_84D1_7A5F)
# As in `dedup.shingles`: a code point outside ASCII is a unit with the top bit set, packed ASCII letters never have it.
_WIDE = np.uint64(1 << 63)
_WORD = np.uint8(LETTER | MARK | NUMBER)
_LINE_BREAK = 10


class Paragraphs(NamedTuple):
    """Columns of equal length, by text and then by line."""

    key: Hashes
    check: Hashes
    row: Lines
    """Row of the text."""
    line: Lines
    """Line of the text, from 0; lines that are no paragraph count."""
    words: Lines
    bytes: Lines
    """UTF-8 bytes without the line break."""


class Repeated(NamedTuple):
    """Paragraphs whose words stand in a better place too."""

    which: npt.NDArray[np.int64]
    """Positions of the paragraphs, ascending."""
    first: npt.NDArray[np.int64]
    """Of each, the paragraph that says the same and comes first."""


def paragraphs(text: pa.LargeStringArray, min_words: int) -> Paragraphs:
    """Every paragraph of at least `min_words` words (at least 1) of each text."""
    data, offsets = text_buffers(text)
    # A paragraph of n words takes 2n - 1 bytes and a line break: this many fit. What is never written takes no memory.
    room = int(offsets[-1] - offsets[0]) // (2 * min_words) + len(text)
    key, check = np.empty(room, np.uint64), np.empty(room, np.uint64)
    columns = [np.empty(room, np.uint32) for _ in range(4)]
    count = _read(data, offsets, lookup_tables(), min_words, key, check, *columns)
    row, line, words, size = (column[:count].copy() for column in columns)
    return Paragraphs(key[:count].copy(), check[:count].copy(), row, line, words, size)


def repeated(key: Hashes, check: Hashes, number: npt.NDArray[np.int64], line: Lines) -> Repeated:
    """All but the first of each set of paragraphs of the same words.

    Args:
        key, check: uint64[n].
        number: int64[n], of its document, the lesser the better.
        line: uint32[n], in its document.
    """
    order = np.lexsort((line, number, check, key))
    begins = starts(key[order], check[order])
    first = order[np.flatnonzero(begins)[np.cumsum(begins) - 1]] if order.size else order
    index, first = order[~begins], first[~begins]
    by_index = np.argsort(index)
    return Repeated(index[by_index], first[by_index])


def starts(key: Hashes, check: Hashes) -> npt.NDArray[np.bool_]:
    """Where, among paragraphs sorted by key and check, other words begin: bool[n]."""
    found = np.ones(key.size, np.bool_)
    found[1:] = (key[1:] != key[:-1]) | (check[1:] != check[:-1])
    return found


@kernel
def _read(
    data: Bytes,
    offsets: Offsets,
    tables: Tables,
    min_words: int,
    key: Hashes,
    check: Hashes,
    row: Lines,
    line: Lines,
    words: Lines,
    size: Lines,
) -> int:
    """Write the paragraphs of every text; how many there are."""
    ascii_fold, class_of, fold_of = tables
    found = 0
    for text in range(offsets.size - 1):
        position, end = offsets[text], offsets[text + 1]
        number = 0
        while position < end:
            begin = position
            hashed: Any = _START
            checked: Any = _OTHER
            word: Any = _START
            other: Any = _OTHER
            packed = np.uint64(0)
            letters = 0
            count = 0
            inside = False
            while position < end:
                byte = data[position]
                if byte < 0x80:
                    code = np.uint64(ascii_fold[byte])
                    position += 1
                else:
                    point, length = decode(data, position)
                    code = np.uint64(fold_of[point]) if class_of[point] & _WORD else np.uint64(0)
                    position += length
                if code == 0:
                    if inside:
                        if letters:
                            word, other = mix(word ^ packed), mix(other ^ packed)
                            packed = np.uint64(0)
                            letters = 0
                        hashed, checked = mix(hashed ^ word), mix(checked ^ other)
                        word, other = _START, _OTHER
                        count += 1
                        inside = False
                    if byte == _LINE_BREAK:
                        break
                    continue
                inside = True
                if code < 0x80:
                    packed = packed << np.uint64(8) | code
                    letters += 1
                    if letters == 8:
                        word, other = mix(word ^ packed), mix(other ^ packed)
                        packed = np.uint64(0)
                        letters = 0
                else:
                    if letters:
                        word, other = mix(word ^ packed), mix(other ^ packed)
                        packed = np.uint64(0)
                        letters = 0
                    word, other = mix(word ^ (code | _WIDE)), mix(other ^ (code | _WIDE))
            if inside:
                if letters:
                    word, other = mix(word ^ packed), mix(other ^ packed)
                hashed, checked = mix(hashed ^ word), mix(checked ^ other)
                count += 1
            if count >= min_words:
                key[found] = mix(hashed ^ np.uint64(count))
                check[found] = mix(checked ^ np.uint64(count))
                row[found] = text
                line[found] = number
                words[found] = count
                size[found] = position - begin - (data[position - 1] == _LINE_BREAK)
                found += 1
            number += 1
    return found
