"""The quality kernel's first step: read each byte of a document once. Needs numba.

It decodes UTF-8, looks every character up, counts, and leaves behind one 64-bit hash a word, line and paragraph.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel
from corpus.utf8 import decoded
from filters.quality.figures import FIGURE, INITIALS, OPEN, PLACE, REFERENCE, REFERENCE_WORDS, figures
from filters.quality.scratch import PRIME, SEED, mixed
from filters.quality.traits import (
    BROKEN,
    BULLET,
    CLOSING,
    DIGIT,
    LEADS,
    LETTER,
    MARKER,
    PAIRS,
    SPACE,
    STARTER,
    TERMINAL,
    TRAILS,
    UNCAPPED,
    UNSPACED,
    UPPER,
)

SHORT_LINE = 30
"""Characters up to which FineWeb calls a line short."""

_NEWLINE = ord("\n")
_NO_BREAK_SPACE = 0xA0
_BAR = ord("|")
_TAB = ord("\t")
_CELLS = 2
"""Signs between cells from which a line is a row of a table."""
_FIGURES = 3
"""Words of digits from which a line is a row of a table, if they are more than half of its words."""
_BROKEN = (ord(BROKEN[0]), ord(BROKEN[1]), ord(BROKEN[-1]))  # and what lies between the last two
_LEADS = tuple(map(ord, LEADS))
_TRAILS_LOW, _TRAILS_HIGH = 0xA1, 0xBF
_TRAILS = tuple(ord(character) for character in TRAILS if ord(character) > _TRAILS_HIGH)
_PAIRS = tuple(tuple(map(ord, pair)) for pair in PAIRS)
_C4_TERMINAL = (ord("."), ord("?"), ord("!"), ord('"'), ord("'"))
_WIDE = (0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61)  # ideographic and full-width stops: no white space follows


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
def _is_mojibake(code: Any, before: Any) -> bool:
    """Whether a MARKER is broken, or completes a trace of UTF-8 read as Windows-1252; `before` it stood in the word."""
    if code >= 0x80 and (code == _BROKEN[0] or _BROKEN[1] <= code <= _BROKEN[2]):
        return True
    for first, second in _PAIRS:
        if before == first and code == second:
            return True
    if before in _LEADS:
        return _TRAILS_LOW <= code <= _TRAILS_HIGH or code in _TRAILS
    return False


@kernel
def scan(data: Any, start: int, end: int, trait_of: Any, work: Any, tally: Any) -> None:
    """Count characters, words, sentences, lines and paragraphs of `data[start:end]`; leave their hashes in `work`."""
    code: Any
    after: Any
    characters = newlines = letters = uppercase = digits = 0
    words = word_characters = longest = alphabetic = 0
    hashes = ellipses = braces = lorem = javascript = sentences = 0
    lines = bullets = ellipsis_lines = terminal_lines = punctuated = short = paragraphs = 0
    spaced = single = 0  # runs of one-letter words; length of the present one
    numeric = capital = mojibake = table_lines = references = 0
    line_cells = line_numeric = line_says = 0  # of the present line
    open_figure = False  # the word before ended as "2012;" does
    word_end = 0  # byte after the last word
    last = 0  # its last character
    mark_end = -1  # byte after the last sentence mark and what closes behind it
    wide_mark = False
    sentence_end = -1
    dot_end = -1
    dots = 0
    line_hash = paragraph_hash = np.uint64(SEED)
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
                code, after = decoded(data, at, end)
        trait = trait_of[code]

        if trait & SPACE:
            if code != _NEWLINE:
                line_cells += code == _TAB
                mojibake += code == _NO_BREAK_SPACE and last == _LEADS[0] and word_end == at
                line_hash = (line_hash ^ np.uint64(code)) * np.uint64(PRIME)
                characters += 1
                at = after
                continue
            if words > line_first_word:
                length = characters - line_begin
                work.line[lines] = mixed(line_hash)
                work.line_characters[lines] = length
                lines += 1
                line_words = words - line_first_word
                table_lines += line_cells >= _CELLS or (line_numeric >= _FIGURES and 2 * line_numeric > line_words)
                references += line_says & REFERENCE == REFERENCE and line_words <= REFERENCE_WORDS
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
                    paragraph_hash = np.uint64(SEED)
                paragraph_hash = mixed((paragraph_hash ^ mixed(line_hash)) * np.uint64(PRIME))
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
            line_hash = np.uint64(SEED)
            line_cells = line_numeric = line_says = 0
            open_figure = False
            continue

        if words == line_first_word:
            bullet = (trait & BULLET) != 0
        if code in (0x69, 0x49) and _reads(data, at, end, b"ipsum"):
            lorem += at - 6 >= start and _reads(data, at - 6, end, b"lorem ")
        begin = characters
        begin_byte = at
        before = np.int64(0)
        hashed = np.uint64(SEED)
        some = np.uint16(0)
        every = np.uint16(0xFFFF)
        while True:
            hashed = (hashed ^ np.uint64(code)) * np.uint64(PRIME)
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
                elif code == _BAR:
                    line_cells += 1
                elif code in (0x6A, 0x4A):
                    javascript += _reads(data, at, end, b"javascript")
                elif code >= 0x80 and trait & MARKER:
                    ellipses += code == 0x2026
                    mojibake += _is_mojibake(code, before)
            before = code
            characters += 1
            at = after
            if at >= end:
                break
            code, after = np.int64(data[at]), at + 1
            if code >= 0x80:
                code, after = decoded(data, at, end)
            trait = trait_of[code]
            if (trait & (SPACE | UNSPACED)) | (some & UNSPACED):
                if trait & SPACE:
                    break
                if trait & UNSPACED and some & (UNSPACED | STARTER):
                    break
                if trait & STARTER and some & UNSPACED:
                    break

        glued = at < end and trait & SPACE == 0
        last = before
        word_end = at
        if mark_end == at and not wide_mark and not glued:
            sentences += 1
            sentence_end = at
        length = characters - begin
        single = single + 1 if length == 1 and every & LETTER and some & STARTER else 0
        spaced += single == 2
        longest = max(longest, length)
        alphabetic += some & LETTER
        if some & DIGIT:
            if some & LETTER == 0:
                numeric += 1
                line_numeric += 1
            says = figures(data, begin_byte, at)
            if says & FIGURE and open_figure:
                says |= PLACE
            line_says |= says
            open_figure = says & OPEN != 0
        else:
            open_figure = False
        if some & (UPPER | UNCAPPED) == UPPER:
            capital += 1
            if length <= 6 and some & DIGIT == 0 and last in (0x2C, 0x2E, 0x3A, 0x3B):
                line_says |= INITIALS
        hashed = mixed(hashed)
        line_hash = mixed((line_hash ^ hashed) * np.uint64(PRIME))
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
    tally.numeric_words = numeric
    tally.capital_words = capital
    tally.mojibake = mojibake
    tally.sentences = sentences
    tally.lines = lines
    tally.bullet_lines = bullets
    tally.ellipsis_lines = ellipsis_lines
    tally.terminal_lines = terminal_lines
    tally.punctuated_lines = punctuated
    tally.short_lines = short
    tally.table_lines = table_lines
    tally.reference_lines = references
    tally.paragraphs = paragraphs
