"""One pass over UTF-8 bytes that counts everything the quality signals are made of.

Two steps a document, both compiled. `_scan` reads each byte once: it decodes, looks every character up, counts, and
leaves behind one 64-bit hash a word, line and paragraph. `_repeat` then works on words alone.

A word is what lies between white space (`str.split`). The published filters take English words and punctuation marks
apart with a tokenizer (datatrove: spaCy); that costs nine tenths of their time, differs from language to language, and
makes `(95% CI 0.3-0.7)` a run of words without letters, which is why web thresholds drop medical abstracts.

Repeated n-grams are found without hashing n-grams. An n-gram can only occur twice if both (n-1)-grams in it do, so each
n from 2 on looks only at positions that were repeated at n-1, and calls an n-gram by the pair of names of those two
(Karp, Miller & Rosenberg 1972). Names are exact, and after n = 3 there is little left to look at. Results equal those
of datatrove's `gopher_repetition_filter` on the same words, but for n-grams that it takes as equal because it joins
words without a space (`ab c` and `a bc`).

Import this only to run it: it needs numba.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from filters.quality.tallies import TALLIES
from filters.quality.traits import BULLET, CLOSING, DIGIT, LETTER, MARKER, SPACE, TERMINAL, UPPER, traits

Array = npt.NDArray[Any]

SHORT_LINE = 30
"""Characters up to which FineWeb calls a line short."""

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Gopher's eight (Rae et al. 2021, A1.1), compared as they are written: `The` is not one of them."""

_SEED = 0xCBF29CE484222325
_PRIME = 0x9E3779B97F4A7C15
_NEWLINE = ord("\n")
_C4_TERMINAL = (ord("."), ord("?"), ord("!"), ord('"'), ord("'"))
_WIDE = (0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61)  # ideographic and full-width stops: no white space follows


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
    )


@kernel
def _mixed(value: Any) -> Any:
    """Finaliser of splitmix64 (Steele, Lea & Flood 2014): every input bit moves every output bit."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _word_hash(word: str) -> int:
    """The kernel's hash of a word, for constants."""
    full = (1 << 64) - 1
    value = _SEED
    for character in word:
        value = ((value ^ ord(character)) * _PRIME) & full
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & full
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & full
    return value ^ (value >> 31)


_STOP_HASHES = np.array([_word_hash(word) for word in STOP_WORDS], np.uint64)


@kernel
def _decoded(data: Any, at: int, end: int) -> Any:
    """Code point of the character beyond ASCII at byte `at`, and where the next one starts; never reads past `end`."""
    lead = np.int64(data[at])
    if lead < 0xE0 and at + 2 <= end:
        return (lead & 0x1F) << 6 | (np.int64(data[at + 1]) & 0x3F), at + 2
    if lead < 0xF0 and at + 3 <= end:
        return (lead & 0x0F) << 12 | (np.int64(data[at + 1]) & 0x3F) << 6 | (np.int64(data[at + 2]) & 0x3F), at + 3
    if at + 4 <= end:
        code = (
            (lead & 0x07) << 18
            | (np.int64(data[at + 1]) & 0x3F) << 12
            | (np.int64(data[at + 2]) & 0x3F) << 6
            | (np.int64(data[at + 3]) & 0x3F)
        )
        return min(code, 0x10FFFF), at + 4
    return np.int64(0xFFFD), end


@kernel
def _reads(data: Any, at: int, end: int, phrase: bytes) -> bool:
    """Whether `phrase` (lower-case ASCII) stands at byte `at`, in whatever case."""
    if at + len(phrase) > end:
        return False
    for i in range(len(phrase)):
        byte = data[at + i]
        if 65 <= byte <= 90:
            byte += 32
        if byte != phrase[i]:
            return False
    return True


@kernel
def _scan(data: Any, start: int, end: int, trait_of: Any, work: Any, tally: Any) -> None:
    """Count characters, words, sentences, lines and paragraphs of `data[start:end]`; leave their hashes in `work`."""
    code: Any
    after: Any
    characters = newlines = letters = uppercase = digits = 0
    words = word_characters = longest = alphabetic = 0
    hashes = ellipses = braces = lorem = javascript = sentences = 0
    lines = bullets = ellipsis_lines = terminal_lines = punctuated = short = paragraphs = 0
    spaced = single = 0  # runs of one-letter words; length of the present one
    word_end = 0  # byte after the last word
    last = 0  # its last character
    mark_end = -1  # byte after the last sentence mark and what closes behind it
    wide_mark = False
    sentence_end = -1
    dot_end = -1
    dots = 0
    line_hash = paragraph_hash = np.uint64(_SEED)
    line_begin = paragraph_begin = 0  # in characters
    line_first_word = 0
    bullet = False
    paragraph_end = -1  # in characters; -1 while no paragraph is open

    at = start
    while True:
        finished = at >= end
        if finished:
            code, after = _NEWLINE, at
        else:
            code, after = np.int64(data[at]), at + 1
            if code >= 0x80:
                code, after = _decoded(data, at, end)
        trait = trait_of[code]

        if trait & SPACE:
            if code != _NEWLINE:
                line_hash = (line_hash ^ np.uint64(code)) * np.uint64(_PRIME)
                characters += 1
                at = after
                continue
            if words > line_first_word:
                length = characters - line_begin
                work.line[lines] = _mixed(line_hash)
                work.line_characters[lines] = length
                lines += 1
                short += length <= SHORT_LINE
                bullets += bullet
                ellipsis = last == 0x2026 or (dot_end == word_end and dots >= 3)
                ellipsis_lines += ellipsis
                quoted_or_ended = last in _C4_TERMINAL
                terminal_lines += quoted_or_ended and not (ellipsis and last == 0x2E)
                punctuated += (trait_of[last] & TERMINAL) != 0
                sentences += word_end > sentence_end
                if paragraph_end < 0:
                    paragraph_begin = line_begin
                    paragraph_hash = np.uint64(_SEED)
                paragraph_hash = _mixed((paragraph_hash ^ _mixed(line_hash)) * np.uint64(_PRIME))
                paragraph_end = characters
            elif paragraph_end >= 0:
                work.paragraph[paragraphs] = paragraph_hash
                work.paragraph_characters[paragraphs] = paragraph_end - paragraph_begin
                paragraphs += 1
                paragraph_end = -1
            if finished:
                break
            characters += 1
            newlines += 1
            at = after
            line_begin = characters
            line_first_word = words
            line_hash = np.uint64(_SEED)
            continue

        if words == line_first_word:
            bullet = (trait & BULLET) != 0
        if code in (0x69, 0x49) and _reads(data, at, end, b"ipsum"):
            lorem += at - 6 >= start and _reads(data, at - 6, end, b"lorem ")
        begin = characters
        hashed = np.uint64(_SEED)
        some = np.uint8(0)
        every = np.uint8(0xFF)
        while True:
            hashed = (hashed ^ np.uint64(code)) * np.uint64(_PRIME)
            some |= trait
            every &= trait
            letters += trait & LETTER
            uppercase += (trait & UPPER) != 0
            digits += (trait & DIGIT) != 0
            if trait & (TERMINAL | CLOSING | MARKER):
                if trait & TERMINAL:
                    if mark_end != at:
                        wide_mark = code >= _WIDE[0] and code in _WIDE
                        sentences += wide_mark
                    mark_end = after
                    if wide_mark:
                        sentence_end = after
                elif trait & CLOSING and mark_end == at:
                    mark_end = after
                    if wide_mark:
                        sentence_end = after
                if code == 0x2E:
                    dots = dots + 1 if dot_end == at else 1
                    dot_end = after
                    ellipses += dots % 3 == 0
                elif code == 0x23:
                    hashes += 1
                elif code == 0x7B:
                    braces += 1
                elif code == 0x2026:
                    ellipses += 1
                elif code in (0x6A, 0x4A):
                    javascript += _reads(data, at, end, b"javascript")
            last = code
            characters += 1
            at = after
            if at >= end:
                break
            code, after = np.int64(data[at]), at + 1
            if code >= 0x80:
                code, after = _decoded(data, at, end)
            trait = trait_of[code]
            if trait & SPACE:
                break

        word_end = at
        if mark_end == at and not wide_mark:
            sentences += 1
            sentence_end = at
        length = characters - begin
        single = single + 1 if length == 1 and every & LETTER else 0
        spaced += single == 2
        longest = max(longest, length)
        alphabetic += some & LETTER
        hashed = _mixed(hashed)
        line_hash = _mixed((line_hash ^ hashed) * np.uint64(_PRIME))
        work.word[words] = hashed
        work.before[words] = word_characters
        work.only_letters[words] = (every & LETTER) != 0
        words += 1
        word_characters += length

    if paragraph_end >= 0:
        work.paragraph[paragraphs] = paragraph_hash
        work.paragraph_characters[paragraphs] = paragraph_end - paragraph_begin
        paragraphs += 1
    work.before[words] = word_characters

    tally.bytes = end - start
    tally.characters = characters
    tally.newlines = newlines
    tally.letters = letters
    tally.uppercase = uppercase
    tally.digits = digits
    tally.words = words
    tally.word_characters = word_characters
    tally.longest_word = longest
    tally.alphabetic_words = alphabetic
    tally.hashes = hashes
    tally.ellipses = ellipses
    tally.curly_braces = braces
    tally.lorem_ipsum = lorem
    tally.javascript = javascript
    tally.spaced_letters = spaced
    tally.sentences = sentences
    tally.lines = lines
    tally.bullet_lines = bullets
    tally.ellipsis_lines = ellipsis_lines
    tally.terminal_lines = terminal_lines
    tally.punctuated_lines = punctuated
    tally.short_lines = short
    tally.paragraphs = paragraphs


@kernel
def _named(work: Any, mask: int, known: int, key: Any) -> Any:
    """Name of `key`: the number of different keys seen before it. Equals `known` if it is new."""
    slot = np.int64(_mixed(key) & np.uint64(mask))
    base = work.base[0]
    while True:
        name = work.slots[slot] - base
        if name < 0:
            work.slots[slot] = base + known
            work.key[known] = key
            work.times[known] = 0
            return known
        if work.key[name] == key:
            return name
        slot = (slot + 1) & mask


@kernel
def _repeated_blocks(work: Any, mask: int, blocks: Any, sizes: Any, n: int) -> Any:
    """How many of the first `n` blocks (hashes) equal an earlier one, and how many characters these have."""
    known = copies = characters = 0
    for i in range(n):
        if _named(work, mask, known, blocks[i]) == known:
            known += 1
        else:
            copies += 1
            characters += sizes[i]
    work.base[0] += known
    return copies, characters


@kernel
def _repeat(work: Any, tally: Any) -> None:
    """Count repeated words, n-grams, lines and paragraphs of the document that `_scan` left in `work`."""
    words = tally.words
    mask = 16
    while mask < 2 * words:
        mask *= 2
    mask -= 1

    tally.duplicate_lines, tally.duplicate_line_characters = _repeated_blocks(
        work, mask, work.line, work.line_characters, tally.lines
    )
    tally.duplicate_paragraphs, tally.duplicate_paragraph_characters = _repeated_blocks(
        work, mask, work.paragraph, work.paragraph_characters, tally.paragraphs
    )

    known = stops = 0
    for i in range(words):
        name = _named(work, mask, known, work.word[i])
        work.name[i] = name
        work.times[name] += 1
        if name == known:
            known += 1
            work.first[name] = i
            if 2 <= work.before[i + 1] - work.before[i] <= 4:
                for stop in _STOP_HASHES:
                    stops += work.word[i] == stop
    work.base[0] += known
    top = 0
    count_log_count = 0.0
    for name in range(known):
        count = work.times[name]
        if count > 1:
            count_log_count += count * np.log(count)
        if count > work.times[top]:
            top = name
    tally.unique_words = known
    tally.stop_words = stops
    if known:
        tally.top_word = work.times[top]
        tally.top_word_alphabetic = work.only_letters[work.first[top]]
    tally.count_log_count = count_log_count

    places = 0
    for i in range(words):
        if work.times[work.name[i]] > 1:
            work.position[places] = i
            work.name[places] = work.name[i]
            places += 1
    for n in range(2, 11):
        places = _repeated_grams(work, mask, n, places, words, tally)


@kernel
def _repeated_grams(work: Any, mask: int, n: int, places: int, words: int, tally: Any) -> int:
    """From the places of repeated (n-1)-grams to those of repeated n-grams; tells how many these are."""
    known = candidates = 0
    for j in range(places - 1):
        i = work.position[j]
        if work.position[j + 1] != i + 1:
            continue
        key = np.uint64(work.name[j]) << np.uint64(32) | np.uint64(work.name[j + 1])
        name = _named(work, mask, known, key)
        work.times[name] += 1
        if name == known:
            known += 1
            work.first[name] = i
            work.met[name] = False
        work.position[candidates] = i
        work.name[candidates] = name
        candidates += 1
    work.base[0] += known

    if n <= 4 and words >= n:
        # Where nothing repeats, the most frequent n-gram is the first, as with Counter.most_common.
        most, i = 1, 0
        for name in range(known):
            if work.times[name] > most:
                most, i = work.times[name], work.first[name]
        tally.top_gram_characters[n - 2] = most * (work.before[i + n] - work.before[i] + n - 1)

    kept = duplicate = free = 0
    for j in range(candidates):
        i, name = work.position[j], work.name[j]
        if work.times[name] < 2:
            continue
        work.position[kept] = i
        work.name[kept] = name
        kept += 1
        if n < 5 or i < free:
            continue
        if work.met[name]:
            duplicate += work.before[i + n] - work.before[i]
            free = i + n
        work.met[name] = True
    if n >= 5:
        tally.duplicate_gram_characters[n - 5] = duplicate
    return kept


@kernel
def _count(data: Any, offsets: Any, trait_of: Any, work: Any, tallies: Any) -> None:
    for row in range(len(offsets) - 1):
        _scan(data, offsets[row], offsets[row + 1], trait_of, work, tallies[row])
        _repeat(work, tallies[row])


def count(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Array:
    """Tallies (dtype `TALLIES`, one record a document) of the UTF-8 documents `data[offsets[i]:offsets[i + 1]]`."""
    tallies = np.zeros(max(len(offsets) - 1, 0), TALLIES)
    if len(tallies):
        _count(data, offsets, traits(), scratch(int(np.diff(offsets).max())), tallies)
    return tallies
