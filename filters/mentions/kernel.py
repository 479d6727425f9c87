"""Mentions of groups and concepts in every text, in one pass over its UTF-8 bytes. Needs numba.

A text is cut into words (`filters.mentions.words`), each known word looked up by its hash, each term that begins there
compared and its neighbours asked. Since mentions come in order, the last place of every group and concept is enough to
know which of them ever stand within the window of each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from filters.mentions.lexicon import MOST_GROUPS
from filters.mentions.words import CLAUSE, JOINED, LESS, LETTER, MORE, POINT, SIGNS

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.int32]
Contexts = npt.NDArray[np.int64]
Sets = npt.NDArray[np.uint64]

_SLOTS, _IDS, _SETS, _FIRST, _BITS, _UPPER, _PHRASES, _PHRASE, _CONTEXTS, _CONTEXT, _AGE_SETS, _BANDS = range(12)
"""Places of the arrays of `filters.mentions.lexicon.Tables`."""

_NO_NUMBER = -1
_OLDEST = 120
_AGE_REACH, _AGE_REACH_LEFT = 6, 3
"""Words in which an animal makes an age nobody's: "8-week-old male C57BL/6 mice"."""
_MORE_REACH = 4
"""Words behind an age in which "or older" opens it."""
_GROWN = 18
"""Years from which an age without an upper end counts for its band: those over it are grown, too."""
_AGE, _OF, _YEAR, _MONTH, _WEEK, _DAY, _OLD, _LESS, _MORE, _THAN, _RANGE, _ANIMAL, _THING = range(13)
_FAR = -(1 << 30)


@kernel
def _words(
    data: Bytes, start: int, end: int, kinds: Any, known: Any, ids: Words, gaps: Words, numbers: Words, capitals: Any
) -> int:
    """Cut one text; per word its id, the gap before it, its value (numbers of up to three digits), if all is capitals.

    Returns the number of words.
    """
    mask = np.uint64(len(known[_SLOTS]) - 1)
    count, gap, at = 0, CLAUSE, start
    while at < end:
        byte = data[at]
        length, kind = 1, LETTER
        if byte < 0x80:
            kind = kinds[byte]
        elif byte == 0xC2 and at + 1 < end:
            kind, length = kinds[data[at + 1]], 2
        elif byte == 0xE2 and at + 2 < end:
            code = (np.int64(data[at + 1] & 0x3F) << 6) | np.int64(data[at + 2] & 0x3F) | 0x2000
            length = 3
            if code < SIGNS:
                kind = kinds[code]
        if kind != LETTER:
            if kind == POINT:
                before = count > 0 and gap == -1
                after = at + 1 < end and (data[at + 1] >= 0x80 or kinds[data[at + 1]] == LETTER)
                kind = POINT if before and after else CLAUSE
            gap = kind if gap == -1 else gap | kind
            at += length
            continue
        found, digits, value, letters, small = np.uint64(0xCBF29CE484222325), 0, 0, 0, 0
        first = at
        while at < end:
            byte = data[at]
            if byte < 0x80:
                if kinds[byte] != LETTER:
                    break
                if 65 <= byte <= 90:
                    byte += np.uint8(32)
                    letters += 1
                elif byte >= 97:
                    letters += 1
                    small += 1
                else:
                    digits += 1
                    value = min(value * 10 + byte - 48, 9999)
                found = (found ^ np.uint64(byte)) * np.uint64(0x100000001B3)
                at += 1
                continue
            length = 1
            if byte == 0xC2 and at + 1 < end:
                if kinds[data[at + 1]] != LETTER:
                    break
                length = 2
            elif byte == 0xE2 and at + 2 < end:
                code = (np.int64(data[at + 1] & 0x3F) << 6) | np.int64(data[at + 2] & 0x3F) | 0x2000
                if code < SIGNS and kinds[code] != LETTER:
                    break
                length = 3
            for place in range(at, at + length):
                found = (found ^ np.uint64(data[place])) * np.uint64(0x100000001B3)
            at += length
            small += 1
        slot, word = found & mask, 0
        while known[_SLOTS][slot]:
            if known[_SLOTS][slot] == found:
                word = known[_IDS][slot]
                break
            slot = (slot + np.uint64(1)) & mask
        ids[count] = word
        gaps[count] = JOINED if gap == -1 else gap
        numbers[count] = value if 0 < digits <= 3 and digits == at - first else _NO_NUMBER
        capitals[count] = letters > 0 and small == 0
        count += 1
        gap = -1
    return count


@kernel
def _near(ids: Words, gaps: Words, sets: Sets, count: int, at: int, side: int, reach: int, wanted: Any) -> bool:
    """Whether a word of one of the `wanted` sets stands within `reach` words of word `at`, in its clause."""
    place = at
    for _ in range(reach):
        if (gaps[place] if side < 0 else (gaps[place + 1] if place + 1 < count else CLAUSE)) & CLAUSE:
            return False
        place += side
        if place < 0 or place >= count:
            return False
        if sets[ids[place]] & wanted:
            return True
    return False


@kernel
def _counts(ids: Words, gaps: Words, capitals: Any, count: int, at: int, term: int, known: Any, sets: Sets) -> bool:
    """Whether `term` stands at word `at` and its neighbours let it count."""
    last = at
    for number in range(known[_PHRASE][term], known[_PHRASE][term + 1]):
        last += 1
        if last >= count or ids[last] != known[_PHRASES][number] or gaps[last] != JOINED:
            return False
    if known[_UPPER][term]:
        for place in range(at, last + 1):
            if not capitals[place]:
                return False
    needed, met = False, False
    for row in range(known[_CONTEXT][term], known[_CONTEXT][term + 1]):
        needs, side, reach = known[_CONTEXTS][row, 0], known[_CONTEXTS][row, 1], known[_CONTEXTS][row, 2]
        beside = _near(
            ids, gaps, sets, count, at if side < 0 else last, side, reach, np.uint64(known[_CONTEXTS][row, 3])
        )
        if needs == 0:
            if beside:
                return False
        else:
            needed = True
            met = met or beside
    return met or not needed


@kernel
def _says(ids: Words, sets: Sets, known: Any, at: int, kind: int) -> bool:
    """Whether "under" (or, by `kind`, "over"), "less than", "up to" stands before word `at`."""
    wanted, than = known[_AGE_SETS][kind], known[_AGE_SETS][_THAN]
    if at >= 1 and sets[ids[at - 1]] & wanted:
        return True
    return at >= 2 and bool(sets[ids[at - 1]] & than) and bool(sets[ids[at - 2]] & wanted)


@kernel
def _range(ids: Words, gaps: Words, numbers: Words, count: int, at: int, known: Any, sets: Sets) -> Any:
    """First and last word of the range of numbers that word `at` is an end of; twice `at` if there is none."""
    wanted = known[_AGE_SETS][_RANGE]
    if at + 1 < count and gaps[at + 1] == JOINED:
        if numbers[at + 1] != _NO_NUMBER:
            return at, at + 1
        if at + 2 < count and gaps[at + 2] == JOINED and sets[ids[at + 1]] & wanted and numbers[at + 2] != _NO_NUMBER:
            return at, at + 2
    if at >= 1 and gaps[at] == JOINED:
        if numbers[at - 1] != _NO_NUMBER:
            return at - 1, at
        if at >= 2 and gaps[at - 1] == JOINED and sets[ids[at - 1]] & wanted and numbers[at - 2] != _NO_NUMBER:
            return at - 2, at
    return at, at


@kernel
def _age(ids: Words, gaps: Words, numbers: Words, count: int, at: int, known: Any, sets: Sets) -> int:
    """The group whose age the number at word `at` states, or -1.

    "65-year-old", "65 years of age", "3 months old", "aged 65", "age of 65". A range counts if both ends lie in one
    band, its upper end left out ("aged 18 to 65"). What is under an age is in no single band; what is over one counts
    from `_GROWN` on.
    """
    kinds = known[_AGE_SETS]
    if at > 0 and gaps[at] & POINT:
        return -1
    begin, last = _range(ids, gaps, numbers, count, at, known, sets)
    low, high = numbers[begin], numbers[last]
    # What is said behind it: years, months; old, of age.
    unit = last + 1
    if unit + 1 < count and gaps[unit] & POINT and numbers[unit] != _NO_NUMBER:  # 3.5 years
        unit += 1
    scale, old, end = 0, False, last
    if unit < count and gaps[unit] == JOINED:
        after = sets[ids[unit]]
        if after & kinds[_YEAR]:
            scale = 1
        elif after & (kinds[_MONTH] | kinds[_WEEK] | kinds[_DAY]):
            scale = 12 if after & kinds[_MONTH] else (52 if after & kinds[_WEEK] else 365)
        if scale:
            end = unit
    if scale and unit + 1 < count and gaps[unit + 1] == JOINED:
        old = bool(sets[ids[unit + 1]] & kinds[_OLD])
        if not old and unit + 2 < count and gaps[unit + 2] == JOINED:
            old = bool(sets[ids[unit + 1]] & kinds[_OF]) and bool(sets[ids[unit + 2]] & kinds[_AGE])
    # What is said before it: under, over; aged, age of.
    less = bool(gaps[begin] & LESS) or _says(ids, sets, known, begin, _LESS)
    more = bool(gaps[begin] & MORE) or (last + 1 < count and bool(gaps[last + 1] & MORE))
    more = more or _says(ids, sets, known, begin, _MORE)
    if not old:
        word = begin - 1
        if word >= 1 and gaps[begin] == JOINED and sets[ids[word]] & kinds[_OF]:
            word -= 1
        if word < 0 or gaps[begin] & CLAUSE or not sets[ids[word]] & kinds[_AGE]:
            return -1
        for before in range(max(0, word - 1), word + 1):  # "under age 18", "under the age of 18"
            less = less or _says(ids, sets, known, before, _LESS)
            more = more or _says(ids, sets, known, before, _MORE)
    if less:
        return -1
    nobody = kinds[_ANIMAL] | kinds[_THING]
    if _near(ids, gaps, sets, count, at, 1, _AGE_REACH, nobody) or _near(
        ids, gaps, sets, count, at, -1, _AGE_REACH_LEFT, nobody
    ):
        return -1
    more = more or _near(ids, gaps, sets, count, end, 1, _MORE_REACH, kinds[_MORE])
    scale = scale or 1
    if high > _OLDEST * scale or low > high or (more and low < _GROWN * scale):
        return -1
    band = _band(known, low // scale)
    return band if band == _band(known, max(low, high - 1) // scale) else -1


@kernel
def _band(known: Any, years: int) -> int:
    """The group of an age."""
    found = -1
    for row in range(len(known[_BANDS])):
        if years >= known[_BANDS][row, 0]:
            found = known[_BANDS][row, 1]
    return found


@kernel
def mentions(
    data: Bytes,
    offsets: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.int8],
    known: Any,
    window: int,
    groups: npt.NDArray[np.uint32],
    concepts: npt.NDArray[np.uint32],
    near: npt.NDArray[np.uint32],
) -> None:
    """Which groups and concepts every text names, and which groups within `window` words of each concept.

    Args:
        data: UTF-8 bytes of all texts; text i is `data[offsets[i]:offsets[i + 1]]`.
        offsets: int64[n + 1].
        kinds: `filters.mentions.words.kinds()`.
        known: `Lexicon.arrays`, as a plain tuple.
        window: words between the beginnings of two mentions, at most.
        groups, concepts: uint32[n], filled: bit k is group or concept k.
        near: uint32[n, concepts], filled: groups near each concept.
    """
    longest = 0
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    ids, gaps = np.empty(longest // 2 + 2, np.int32), np.empty(longest // 2 + 2, np.int32)
    numbers, capitals = np.empty(longest // 2 + 2, np.int32), np.empty(longest // 2 + 2, np.bool_)
    last = np.empty(MOST_GROUPS + near.shape[1], np.int64)
    for row in range(len(offsets) - 1):
        count = _words(data, offsets[row], offsets[row + 1], kinds, known, ids, gaps, numbers, capitals)
        groups[row] = 0
        concepts[row] = 0
        near[row] = 0
        last[:] = _FAR
        for at in range(count):
            if numbers[at] != _NO_NUMBER:
                band = _age(ids, gaps, numbers, count, at, known, known[_SETS])
                if band >= 0:
                    _note(band, at, window, last, groups, concepts, near, row)
            for term in range(known[_FIRST][ids[at]], known[_FIRST][ids[at] + 1]):
                if ids[at] and _counts(ids, gaps, capitals, count, at, term, known, known[_SETS]):
                    _note(known[_BITS][term], at, window, last, groups, concepts, near, row)


@kernel
def _note(what: int, at: int, window: int, last: Any, groups: Any, concepts: Any, near: Any, row: int) -> None:
    """Remember a mention, and everything of the other kind that stands within the window before it."""
    last[what] = at
    if what < MOST_GROUPS:
        groups[row] |= np.uint32(1 << what)
        for concept in range(near.shape[1]):
            if at - last[MOST_GROUPS + concept] <= window:
                near[row, concept] |= np.uint32(1 << what)
    else:
        concept = what - MOST_GROUPS
        concepts[row] |= np.uint32(1 << concept)
        for group in range(MOST_GROUPS):
            if at - last[group] <= window:
                near[row, concept] |= np.uint32(1 << group)
