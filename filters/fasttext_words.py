"""fastText's features over UTF-8 bytes: words and character n-grams to sums of vectors.

What a word contributes does not depend on its neighbours, and most words of a text were met before. So the sum of a
word's features (itself and its n-grams) is remembered in a table of bounded size, under the word's very bytes: a known
word costs one look and one addition. What is remembered is what would be computed again, bit by bit; so results do not
depend on what came before.

Differences to fastText: sums over a text are kept in double precision, and a line break is white space like any other
(fastText's `predict` refuses it). Import this only to run it: it needs numba.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from corpus.utf8 import decoded
from filters.quality.traits import DIGIT, LETTER, TERMINAL, UPPER, traits

REMEMBERED = 32
"""Longest word remembered, in bytes."""

_MEMORY_BYTES = 16 * 2**20
_KEYS = REMEMBERED // 8
_SIZES, _FACTS, _TOTAL = _KEYS, _KEYS + 1, 2 * (_KEYS + 2)
_BLANK = ord(" ")
_LINE = 64  # bytes of a line of the processor's cache
_FNV_BASIS, _FNV_PRIME = 2166136261, 16777619
_WORD_NGRAM_PRIME = 116049371


class Memory(NamedTuple):
    """Words met before, in a power of two of slots; a new word takes the place of the one in its slot.

    One slot more is for words too long to be remembered.
    """

    integers: npt.NDArray[np.uint64]
    """(slots, width): `_KEYS` numbers with the bytes of the word, zeros behind its end (all zero: free); `_SIZES`, its
    features (lower half) and letters (upper half); `_FACTS`, fastText's hash of it (lower half), its kind, whether a
    sentence may end with it, and its letters in upper case (from bit 35)."""
    floats: npt.NDArray[np.float32]
    """The same memory as (slots, 2 * width): from `_TOTAL` on, the sum of its features."""
    chosen: npt.NDArray[np.int64]
    """Rows to be added up."""
    trait_of: npt.NDArray[np.uint16]
    """`filters.quality.traits.traits`."""


WORD, LABEL, END = 0, 1, 2
"""What a token is: a word, a label (ignored), or `</s>`, at which fastText stops reading."""


def memory(dimension: int) -> Memory:
    """Nothing remembered yet."""
    width = -(-(8 * (_KEYS + 2) + 4 * dimension) // _LINE) * _LINE // 8
    slots = (1 << (_MEMORY_BYTES // (8 * width)).bit_length() - 1) + 1
    raw = np.zeros(slots * width + _LINE // 8, np.uint64)
    integers = raw[-(raw.ctypes.data // 8) % (_LINE // 8) :][: slots * width].reshape(slots, width)
    return Memory(integers, integers.view(np.float32), np.zeros(1024, np.int64), traits())


@kernel
def _extended(hashed: Any, byte: Any) -> Any:
    return np.uint32((hashed ^ np.uint32(np.int8(byte))) * np.uint32(_FNV_PRIME))


@kernel
def _hashed(data: Any, start: int, end: int, basis: Any) -> Any:
    """FNV-1a of 32 bits over *signed* bytes, as fastText computes it; `basis` is the hash of what comes before."""
    found = basis
    for at in range(start, end):
        found = _extended(found, data[at])
    return found


@kernel
def seat(network: Any) -> None:
    """Fill the table of the dictionary's entries."""
    mask = len(network.slots) - 1
    for entry in range(len(network.spelling_at) - 1):
        start, end = network.spelling_at[entry], network.spelling_at[entry + 1]
        slot = np.int64(_hashed(network.spelling, start, end, np.uint32(_FNV_BASIS))) & mask
        while network.slots[slot] >= 0:
            slot = (slot + 1) & mask
        network.slots[slot] = entry


@kernel
def _entry(network: Any, data: Any, start: int, end: int, hashed: Any) -> Any:
    """Entry of the dictionary with this spelling; -1 if there is none."""
    mask = len(network.slots) - 1
    slot = np.int64(hashed) & mask
    while network.slots[slot] >= 0:
        entry = network.slots[slot]
        first = network.spelling_at[entry]
        if network.spelling_at[entry + 1] - first == end - start:
            same = True
            for i in range(end - start):
                if network.spelling[first + i] != data[start + i]:
                    same = False
                    break
            if same:
                return np.int64(entry)
        slot = (slot + 1) & mask
    return -1


@kernel
def _begins(data: Any, start: int, end: int, phrase: bytes) -> bool:
    if end - start < len(phrase):
        return False
    same = True
    for i in range(len(phrase)):
        same &= data[start + i] == phrase[i]
    return same


@kernel
def _learn(network: Any, known: Any, data: Any, start: int, end: int, slot: int) -> None:
    """Compute what the token `data[start:end]` contributes, and remember it in `slot`."""
    rows, members, chosen = network.rows, network.members, known.chosen
    first_row, dimension = network.words, network.rows.shape[1]
    total = known.floats[slot, _TOTAL : _TOTAL + dimension]
    total[:] = 0
    hashed = _hashed(data, start, end, np.uint32(_FNV_BASIS))
    entry = _entry(network, data, start, end, hashed)
    features = count = 0
    kind = WORD
    if entry >= first_row or (entry < 0 and _begins(data, start, end, b"__label__")):
        kind = LABEL
    elif end - start == 4 and _begins(data, start, end, b"</s>"):
        kind = END
    if entry >= 0 and kind != LABEL:
        for d in range(dimension):
            total[d] = rows[entry, d]
        features = 1
    # n-grams of characters of <token>: `at` runs over the first characters, `<` stands before the token, `>` after it.
    buckets, shortest, longest = np.uint32(network.buckets), network.shortest, network.longest
    pruned = len(members) > 0
    at = start - 1
    if kind != WORD or longest <= 0 or network.without_ngrams:
        at = end + 1
    while at <= end:
        last = at
        following = end + 1
        gram = np.uint32(_FNV_BASIS)
        characters = 0
        while characters < longest and last <= end:
            if last < start:
                gram = _extended(gram, 0x3C)
                last = start
            elif last == end:
                gram = _extended(gram, 0x3E)
                last = end + 1
            else:
                gram = _extended(gram, data[last])
                last += 1
                while last < end and data[last] & 0xC0 == 0x80:
                    gram = _extended(gram, data[last])
                    last += 1
            characters += 1
            if characters == 1:
                following = last
                if at < start or last > end:
                    continue
            if characters >= shortest:
                bucket = np.int64(gram % buckets)
                if pruned:
                    held, bucket = _rank(members, bucket)
                    chosen[count] = first_row + bucket
                    count += held  # no branch: whether an n-gram was kept cannot be foreseen
                else:
                    chosen[count] = first_row + bucket
                    count += 1
        at = following
        if at > end or count > len(chosen) - longest:
            for i in range(count):
                row = rows[chosen[i]]
                for d in range(dimension):
                    total[d] += row[d]
            features += count
            count = 0
    letters, upper, ends = _traits(data, start, end, known.trait_of)
    known.integers[slot, _SIZES] = np.uint64(letters) << np.uint64(32) | np.uint64(features)
    known.integers[slot, _FACTS] = (
        np.uint64(upper) << np.uint64(35) | np.uint64(ends) << np.uint64(34) | np.uint64(kind) << np.uint64(32)
    ) | np.uint64(hashed)


@kernel
def _rank(members: Any, bucket: Any) -> Any:
    """Whether `bucket` was kept (1 or 0), and its place among those that were."""
    word, bit = bucket >> 6, np.uint64(bucket & 63)
    bits = members[word, 0]
    below = bits & ((np.uint64(1) << bit) - np.uint64(1))
    # population count (Warren, Hacker's Delight, 5-1)
    below -= (below >> np.uint64(1)) & np.uint64(0x5555555555555555)
    below = (below & np.uint64(0x3333333333333333)) + ((below >> np.uint64(2)) & np.uint64(0x3333333333333333))
    below = (below + (below >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    place = np.int64(members[word, 1]) + np.int64((below * np.uint64(0x0101010101010101)) >> np.uint64(56))
    return np.int64((bits >> bit) & np.uint64(1)), place


@kernel
def _traits(data: Any, start: int, end: int, trait_of: Any) -> Any:
    """Letters of `data[start:end]`, those among them in upper case, and whether a sentence may end there."""
    letters = upper = 0
    ends = False
    code: Any
    after: Any
    at = start
    while at < end:
        code, after = np.int64(data[at]), at + 1
        if code >= 0x80:
            code, after = decoded(data, at, end)
        at = after
        trait = trait_of[code]
        letters += trait & LETTER
        upper += (trait & UPPER) != 0
        if trait & (TERMINAL | LETTER | DIGIT):
            ends = (trait & TERMINAL) != 0
    return letters, upper, ends


@kernel
def _parts(byte: Any) -> bool:
    """What stands between tokens for fastText: blank, tab, line feed, vertical tab, form feed, carriage return, NUL."""
    return byte in (_BLANK, 0) or 9 <= byte <= 13


@kernel
def gather(
    network: Any, known: Any, data: Any, at: int, end: int, limits: Any, total: Any, recent: Any, ended: bool
) -> Any:
    """Add the features of the tokens from byte `at` on to `total` (float64), until the text or a passage ends.

    Args:
        limits: letters (int64) from which a passage ends with a line, with a sentence, and anywhere.
        total: not set to zero before.
        recent: work space (uint64, `word_ngrams` entries) and memory of the words before; `recent[-1]` counts them.
        ended: read as fastText reads a text: stop at `</s>`, and add this token at the end of it.

    Returns:
        the byte behind the passage; features added; letters, and those in upper case.
    """
    slot: Any
    features: Any
    letters: Any
    upper: Any
    integers, floats, dimension = known.integers, known.floats, len(total)
    mask = np.uint64(len(integers) - 2)  # the last slot is for words too long to be remembered
    by_line, by_sentence, anywhere = limits[0], limits[1], limits[2]
    linking = len(recent) > 1
    key = np.zeros(_KEYS, np.uint64)
    features = letters = upper = 0
    closed = False
    while at < end and not closed:
        byte = data[at]
        if byte <= _BLANK and _parts(byte):
            at += 1
            closed = byte == 10 and letters >= by_line
            continue
        begin = at
        key[:] = 0
        part = shift = np.uint64(0)
        place = 0
        while at < end:
            byte = data[at]
            if byte <= _BLANK and _parts(byte):
                break
            part |= np.uint64(byte) << shift
            shift += np.uint64(8)
            at += 1
            if shift == np.uint64(64):
                key[place & (_KEYS - 1)] = part
                place += 1
                part = shift = np.uint64(0)
        if shift:
            key[place & (_KEYS - 1)] = part
        size = at - begin
        key0, key1, key2, key3 = key[0], key[1], key[2], key[3]
        if size <= REMEMBERED:
            mixed = (key0 ^ (key2 * np.uint64(0xC2B2AE3D27D4EB4F))) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(32)
            mixed = (mixed + (key1 ^ (key3 * np.uint64(0x165667B19E3779F9)))) * np.uint64(0xD6E8FEB86659FD93)
            slot = np.int64((mixed >> np.uint64(32)) & mask)
            if (
                integers[slot, 0] != key0
                or integers[slot, 1] != key1
                or integers[slot, 2] != key2
                or integers[slot, 3] != key3
            ):
                integers[slot, 0] = key0
                integers[slot, 1] = key1
                integers[slot, 2] = key2
                integers[slot, 3] = key3
                _learn(network, known, data, begin, at, slot)
        else:
            slot = len(integers) - 1
            _learn(network, known, data, begin, at, slot)
        sizes, facts = integers[slot, _SIZES], integers[slot, _FACTS]
        features += np.int64(sizes & np.uint64(0xFFFFFFFF))
        letters += np.int64(sizes >> np.uint64(32))
        upper += np.int64(facts >> np.uint64(35))
        part_of = floats[slot]
        for d in range(dimension):
            total[d] += part_of[_TOTAL + d]
        kind = np.int64(facts >> np.uint64(32)) & 3
        if linking and kind != LABEL:
            features += _link(network, np.int32(facts & np.uint64(0xFFFFFFFF)), total, recent)
        if kind == END and ended:
            return end, features, letters, upper
        closed = (letters >= by_sentence and (facts >> np.uint64(34)) & np.uint64(1)) or letters >= anywhere
    if ended:
        features += finish(network, total, recent)
    return at, features, letters, upper


@kernel
def finish(network: Any, total: Any, recent: Any) -> int:
    """Add what fastText's token for the end of a line contributes; its features."""
    hashed = _hashed(_END, 0, 4, np.uint32(_FNV_BASIS))
    entry = _entry(network, _END, 0, 4, hashed)
    features = 0
    if entry >= 0:
        for d in range(len(total)):
            total[d] += network.rows[entry, d]
        features = 1
    return features + (_link(network, np.int32(hashed), total, recent) if len(recent) > 1 else 0)


_END = np.frombuffer(b"</s>", np.uint8)


@kernel
def _link(network: Any, hashed: Any, total: Any, recent: Any) -> int:
    """Add the word n-grams that end with the word of this hash; their number.

    `recent[i]` is the hash of the words from i + 1 words ago up to the last one.
    """
    extended = np.uint64(np.int64(hashed))
    row: Any
    features = 0
    longest = len(recent) - 1
    begun: Any = min(recent[longest], np.uint64(longest))
    for i in range(np.int64(begun) - 1, -1, -1):
        gram = recent[i] * np.uint64(_WORD_NGRAM_PRIME) + extended
        if i + 1 < longest:
            recent[i + 1] = gram
        row = np.int64(gram % np.uint64(network.buckets))
        if network.without_ngrams:
            continue
        if len(network.members):
            held, row = _rank(network.members, row)
            if not held:
                continue
        row += network.words
        features += 1
        for d in range(len(total)):
            total[d] += network.rows[row, d]
    recent[0] = extended
    recent[longest] += np.uint64(1)
    return features
