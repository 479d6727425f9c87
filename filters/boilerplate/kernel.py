"""Sentences of a text as hashes, in one pass over its UTF-8 bytes. Needs numba.

A sentence ends with its line, or behind a mark that ends sentences (and what closes after it) where white space
follows; full-width marks need none. Its hash is that of its words: runs of letters, marks and numbers, case-folded;
in scripts without blanks between words each letter is one. A year (1900 to 2099) counts as any other year, for
copyright lines change with it; other numbers count as they are, for findings differ in nothing else.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus import unicode
from corpus.kernel import kernel
from corpus.utf8 import decoded
from filters.quality.scratch import PRIME, SEED, mixed
from filters.quality.traits import CLOSING, LETTER, SPACE, TERMINAL, UNSPACED, traits

WORD = 2048  # letters, marks and numbers; beside the flags of `filters.quality.traits`

_NEWLINE = ord("\n")
_WIDE = (0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61)  # ideographic and full-width stops: no white space follows
_YEAR = 0x59454152  # what every year is hashed as
_ONE, _TWO, _NINE, _ZERO = ord("1"), ord("2"), ord("9"), ord("0")

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Tables = tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint32]]


@cache
def tables() -> Tables:
    """Flags (uint16) and case-folded code point (uint32) per code point."""
    flags = traits().copy()
    flags[unicode.classes() & (unicode.LETTER | unicode.MARK | unicode.NUMBER) != 0] |= WORD
    return flags, unicode.folds()


@kernel
def sentences(
    data: Bytes,
    offsets: Offsets,
    known: Tables,
    least_words: int,
    hashes: Hashes,
    starts: Offsets,
    ends: Offsets,
    lists: Offsets,
) -> None:
    """Sentences of at least `least_words` words that have a letter, of every text.

    Args:
        data: UTF-8 bytes of all texts; text i is `data[offsets[i]:offsets[i + 1]]`.
        offsets: int64[n + 1].
        known: `tables()`.
        least_words: one or more.
        hashes: receives the hash of each sentence, text by text; `room` says how many may come.
        starts: receives the byte each begins at, counted from its text's first.
        ends: receives one past its last byte; white space around it is left out.
        lists: int64[n + 1], receives where each text's sentences begin in `hashes`.
    """
    count = 0
    for text in range(offsets.size - 1):
        lists[text] = count
        count = _sentences(data, offsets[text], offsets[text + 1], known, least_words, hashes, starts, ends, count)
    lists[offsets.size - 1] = count


@kernel
def _sentences(
    data: Any,
    begin: int,
    end: int,
    known: Any,
    least_words: int,
    hashes: Any,
    starts: Any,
    ends: Any,
    count: Any,
) -> Any:
    flags, folds = known
    code: Any
    after: Any
    seed, prime = np.uint64(SEED), np.uint64(PRIME)
    sentence = word = seed
    words = 0  # of the sentence, that have a letter
    start = last = -1  # first byte, and one past the last one that is not white space
    inside = lettered = ended = wide = False
    length = 0  # of the word, in characters
    year = False  # it may still be one
    at = begin
    while True:
        finished = at >= end
        if finished:
            code, after = _NEWLINE, at
        else:
            code, after = np.int64(data[at]), at + 1
            if code >= 0x80:
                code, after = decoded(data, at, end)
        flag = flags[code]
        alone = flag & UNSPACED != 0

        if inside and (alone or not flag & WORD):  # the word ends
            if year and length == 4:
                word = mixed((seed ^ np.uint64(_YEAR)) * prime)
            sentence = mixed((sentence ^ mixed(word)) * prime)
            words += lettered
            inside = False

        mark = flag & TERMINAL != 0
        if (flag & SPACE and (ended or code == _NEWLINE)) or (ended and wide and not (mark or flag & CLOSING)):
            if words >= least_words:
                hashes[count] = sentence
                starts[count] = start - begin
                ends[count] = last - begin
                count += 1
            sentence = seed
            words = 0
            start = -1
            ended = wide = False
        if finished:
            return count

        if flag & WORD:
            if alone:
                sentence = mixed((sentence ^ mixed((seed ^ np.uint64(folds[code])) * prime)) * prime)
                words += 1
            else:
                if not inside:
                    inside = True
                    word = seed
                    length = 0
                    lettered = False
                    year = code in (_ONE, _TWO)
                elif length == 1:
                    year = year and code == (_NINE if data[at - 1] == _ONE else _ZERO)
                else:
                    year = year and _ZERO <= code <= _NINE
                word = (word ^ np.uint64(folds[code])) * prime
                lettered |= flag & LETTER != 0
                length += 1
            ended = wide = False
        elif mark:
            wide = code >= _WIDE[0] and code in _WIDE
            ended = True
        elif not flag & CLOSING:
            ended = ended and flag & SPACE != 0
        if not flag & SPACE:
            if start < 0:
                start = at
            last = after
        at = after


def room(data_bytes: int, texts: int, least_words: int) -> int:
    """How many sentences there may be at most: a word takes a byte, and something stands between two, or three."""
    return data_bytes // max(1, 2 * least_words - 1) + texts
