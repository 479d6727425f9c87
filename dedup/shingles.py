"""Words and shingles of a text, hashed in one pass over its UTF-8 bytes.

A *word* is a maximal run of letters, marks and numbers (Unicode classes L, M, N), each code point simple case-folded.
A *shingle* is k consecutive words; a text of fewer than k words has one shingle, all its words; a text without words
has none. Texts are assumed to be NFC. What stands between words (white space, punctuation, symbols) never matters.
Where a script writes no spaces (Chinese, Japanese, Thai), what stands between two punctuation marks is one word: such
texts still match themselves, but one changed character changes a clause.

A *set* of shingles is ascending and distinct, and holds 63 bits of each hash. The lowest bit is clear: it is free for a
*flag* that `dedup.templates` sets on shingles that do not count.

Importing this module imports numba: import it only where it is run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.kernel import kernel, text_buffers
from corpus.unicode import LETTER, MARK, NUMBER, classes, folds

Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]
Offsets = npt.NDArray[np.int64]
Tables = tuple[Bytes, Bytes, npt.NDArray[np.uint32]]

CHUNK = 2048
"""Shingles handled at a time (16 KiB, so they stay in the first-level cache)."""

FLAG = np.uint64(1)
"""The bit of a shingle in a set that says nothing about which shingle it is."""

_WORD = np.uint8(LETTER | MARK | NUMBER)
# Random odd constants. _BASE is the base of the shingle polynomial; the others start independent hash streams.
_BASE = np.uint64(0xC5A9_4E1D_2B87_F36B)
_SEED_HI = np.uint64(0x9D3F_61B2_07E8_5AC5)
_SEED_LO = np.uint64(0x4B17_C8E6_D295_3F0D)
# A code point outside ASCII is hashed as a unit with the top bit set; up to 8 packed ASCII letters never have it set.
_WIDE = np.uint64(1 << 63)

# Slots of the reader's state.
_POLYNOMIAL, _EXACT_HI, _EXACT_LO, _WORDS = 0, 1, 2, 3
STATE_SLOTS = 4


@kernel
def mix(value: Any) -> Any:
    """A bijection of uint64 in which every input bit flips every output bit with probability near 1/2.

    Constants: Steele, Lea, Flood (2014), "Fast splittable pseudorandom number generators", section 6, variant 13 of
    Stafford, as in SplitMix64.
    """
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def decode(data: Bytes, position: int) -> tuple[int, int]:
    """Code point and length in bytes of the multi-byte UTF-8 sequence at `position` (valid UTF-8 is assumed)."""
    lead = int(data[position])
    second = int(data[position + 1]) & 0x3F
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second, 2
    third = int(data[position + 2]) & 0x3F
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | second << 6 | third, 3
    return (lead & 0x07) << 18 | second << 12 | third << 6 | int(data[position + 3]) & 0x3F, 4


@kernel
def power(base: Any, exponent: int) -> Any:
    """`base ** exponent` modulo 2**64."""
    result = np.uint64(1)
    for _ in range(exponent):
        result *= base
    return result


@kernel
def start(state: Hashes) -> None:
    """Make `state` (uint64[STATE_SLOTS]) ready for the first byte of a text."""
    state[_POLYNOMIAL] = np.uint64(0)
    state[_EXACT_HI] = _SEED_LO
    state[_EXACT_LO] = _SEED_HI
    state[_WORDS] = np.uint64(0)


@kernel
def next_shingles(
    data: Bytes,
    position: int,
    end: int,
    tables: Tables,
    state: Hashes,
    last_words: Hashes,
    out: Hashes,
) -> tuple[int, int]:
    """Read on from byte `position` until `out` is full or the text ends at `end`.

    Args:
        data: UTF-8 bytes.
        position: where to go on; the text's first byte after `start(state)`.
        end: one past the text's last byte.
        tables: `lookup_tables()`.
        state: uint64[STATE_SLOTS], carried from call to call.
        last_words: uint64[k], hashes of the last k words, carried from call to call; its length is the shingle size.
        out: uint64[any]; receives shingle hashes in reading order, repeats included.

    Returns:
        The position reached, and the number of shingles written.
    """
    ascii_fold, class_of, fold_of = tables
    k = last_words.size
    leaving = power(_BASE, k)  # what the word that leaves the window was multiplied by
    polynomial, exact_hi, exact_lo = state[_POLYNOMIAL], state[_EXACT_HI], state[_EXACT_LO]
    words: Any = np.int64(state[_WORDS])
    slot = words % k
    written = 0
    while position < end and written < out.size:
        # Two hashes of the next word. Both are chains of bijections, so words of up to 8 ASCII letters never collide.
        hi, lo = _SEED_HI, _SEED_LO
        packed = np.uint64(0)
        letters = 0
        inside = False
        while position < end:
            byte = data[position]
            if byte < 0x80:
                code = np.uint64(ascii_fold[byte])
                if code == 0:
                    position += 1
                    if inside:
                        break
                    continue
                position += 1
            else:
                point, length = decode(data, position)
                position += length
                if class_of[point] & _WORD == 0:
                    if inside:
                        break
                    continue
                code = np.uint64(fold_of[point])
            inside = True
            if code < 0x80:
                packed = packed << np.uint64(8) | code
                letters += 1
                if letters == 8:
                    hi, lo = mix(hi ^ packed), mix(lo ^ packed)
                    packed = np.uint64(0)
                    letters = 0
            else:
                if letters:
                    hi, lo = mix(hi ^ packed), mix(lo ^ packed)
                    packed = np.uint64(0)
                    letters = 0
                hi, lo = mix(hi ^ (code | _WIDE)), mix(lo ^ (code | _WIDE))
        if not inside:
            break
        if letters:
            hi, lo = mix(hi ^ packed), mix(lo ^ packed)
        exact_hi, exact_lo = mix(exact_hi ^ hi), mix(exact_lo ^ lo)
        # Rabin-Karp window over word hashes; the polynomial is only mixed when it leaves.
        polynomial = polynomial * _BASE + hi
        if words >= k:
            polynomial -= last_words[slot] * leaving
        last_words[slot] = hi
        slot += 1
        if slot == k:
            slot = 0
        words += 1
        if words >= k:
            out[written] = mix(polynomial)
            written += 1
    if position == end and 0 < words < k and written < out.size:
        out[written] = mix(polynomial)
        written += 1
    state[_POLYNOMIAL], state[_EXACT_HI], state[_EXACT_LO] = polynomial, exact_hi, exact_lo
    state[_WORDS] = np.uint64(words)
    return position, written


@kernel
def exact_key(state: Hashes) -> tuple[Any, Any]:
    """128-bit hash (two independent uint64) of the words read so far; (0, 0) if there were none."""
    if state[_WORDS] == 0:
        return np.uint64(0), np.uint64(0)
    return mix(state[_EXACT_HI] ^ state[_WORDS]), mix(state[_EXACT_LO] ^ state[_WORDS])


@kernel
def distinct_shingles(
    data: Bytes,
    begin: int,
    end: int,
    tables: Tables,
    shingle_words: int,
    out: Hashes,
) -> int:
    """Write the sorted, distinct shingles of one text to `out`, flags clear; return how many.

    `out` must hold every shingle before repeats are removed: (bytes + 1) // 2 is always enough, as a word takes at
    least one byte and something stands between two words.
    """
    state = np.empty(STATE_SLOTS, np.uint64)
    last_words = np.zeros(shingle_words, np.uint64)
    start(state)
    _, count = next_shingles(data, begin, end, tables, state, last_words, out)
    found = out[:count]
    found &= ~FLAG
    found.sort()
    kept = 0
    for index in range(count):
        if index == 0 or found[index] != found[index - 1]:
            # `kept <= index`, and the value compared next is at `index`, which is written only if nothing moved.
            found[kept] = found[index]
            kept += 1
    return kept


@kernel
def distinct_shingles_of_rows(
    data: Bytes,
    offsets: Offsets,
    rows: Offsets,
    tables: Tables,
    shingle_words: int,
    out: Hashes,
    starts: Offsets,
) -> None:
    """Distinct shingles of `rows`, one after the other in `out`; those of `rows[i]` begin at `starts[i]`."""
    cursor = 0
    for index in range(rows.size):
        starts[index] = cursor
        row = rows[index]
        room = (offsets[row + 1] - offsets[row] + 1) // 2
        cursor += distinct_shingles(
            data,
            offsets[row],
            offsets[row + 1],
            tables,
            shingle_words,
            out[cursor : cursor + room],
        )
    starts[rows.size] = cursor


def lookup_tables() -> Tables:
    """What the kernels know of Unicode.

    Returns:
        uint8[128], the folded ASCII letter or digit, 0 outside words; uint8 class flags and uint32 folded code point,
        both per code point (`corpus.unicode`).
    """
    class_of, fold_of = classes(), folds()
    ascii_fold = np.where(class_of[:128] & _WORD, fold_of[:128], 0).astype(np.uint8)
    return ascii_fold, class_of, fold_of


def shingle_sets(text: pa.LargeStringArray, rows: Offsets, shingle_words: int) -> tuple[Hashes, Offsets]:
    """Sorted distinct shingles of some rows of `text`, flags clear.

    Args:
        text: m texts.
        rows: int64[n], rows of `text`.
        shingle_words: k.

    Returns:
        uint64 hashes, and int64[n + 1] starts: those of `rows[i]` are `hashes[starts[i]:starts[i + 1]]`.
    """
    data, offsets = text_buffers(text)
    room = int(((offsets[rows + 1] - offsets[rows] + 1) // 2).sum())
    # Far more than needed (a real word takes 6.5 bytes), but memory that is never written is never taken.
    hashes = np.empty(room, np.uint64)
    starts = np.empty(rows.size + 1, np.int64)
    distinct_shingles_of_rows(data, offsets, rows, lookup_tables(), shingle_words, hashes, starts)
    return hashes[: starts[-1]], starts
