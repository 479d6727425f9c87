"""Unicode properties as lookup tables, so that kernels treat every script alike.

Tables are indexed by code point (0 to 0x10FFFF) and built once a process from `unicodedata`; record `VERSION` wherever
a result depends on them.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

VERSION = unicodedata.unidata_version

LETTER = 1  # L*
NUMBER = 2  # N*
MARK = 4  # M*, combines with the letter before it
SPACE = 8  # str.isspace()
PUNCTUATION = 16  # P*
SYMBOL = 32  # S*
UPPER = 64  # Lu, Lt
DIGIT = 128  # Nd

_CODE_POINTS = sys.maxunicode + 1


@cache
def classes() -> npt.NDArray[np.uint8]:
    """Bit flags (uint8) per code point: LETTER, NUMBER, MARK, SPACE, PUNCTUATION, SYMBOL, UPPER, DIGIT."""
    majors = {"L": LETTER, "N": NUMBER, "M": MARK, "P": PUNCTUATION, "S": SYMBOL}
    by_category = {
        major + chr(minor): flag for major, flag in majors.items() for minor in range(ord("a"), ord("z") + 1)
    }
    by_category |= {"Lu": LETTER | UPPER, "Lt": LETTER | UPPER, "Nd": NUMBER | DIGIT}
    category = unicodedata.category
    table = np.fromiter(
        (by_category.get(category(chr(code)), 0) for code in range(_CODE_POINTS)), np.uint8, _CODE_POINTS
    )
    table[[code for code in range(0x3001) if chr(code).isspace()]] |= SPACE
    table.flags.writeable = False
    return table


_UNSPACED = (
    "CJK UNIFIED", "CJK COMPATIBILITY", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "BOPOMOFO", "YI SYLLABLE",
    "TANGUT", "KHITAN", "NUSHU", "THAI", "LAO", "KHMER", "MYANMAR", "TAI LE", "NEW TAI LUE", "TAI THAM", "TAI VIET",
    "AHOM", "TIBETAN",
)  # fmt: skip
"""Beginnings of the names of letters whose script puts no blank between words: the ideographs and syllables of which
UAX #29 (4.1) makes a word each, and the scripts of South East Asia (Line_Break=SA, UAX #14) for which it asks for a
dictionary."""

_TANGUT = range(0x17000, 0x18D80)
"""The blocks of Tangut letters, whose names `unicodedata` may not know."""


@cache
def unspaced() -> npt.NDArray[np.bool_]:
    """Which code points (bool) are letters (Lo) of scripts written without blanks between words.

    Marks and modifier letters (the lengthening mark of Japanese, the repetition mark of Thai) are not among them: they
    go with the letter before them.
    """
    table = np.zeros(_CODE_POINTS, np.bool_)
    for code in np.flatnonzero(classes() & LETTER).tolist():
        character = chr(code)
        if code > 0x0E00 and unicodedata.category(character) == "Lo":
            table[code] = unicodedata.name(character, "TANGUT" if code in _TANGUT else "").startswith(_UNSPACED)
    table.flags.writeable = False
    return table


@cache
def starters() -> npt.NDArray[np.bool_]:
    """Which code points (bool) begin a new word after a letter of `unspaced`: every other letter and number.

    Modifier letters of its own scripts do not.
    """
    table: npt.NDArray[np.bool_] = ((classes() & (LETTER | NUMBER)) != 0) & ~unspaced()
    for code in np.flatnonzero(table).tolist():
        character = chr(code)
        if unicodedata.category(character) == "Lm":
            table[code] = not unicodedata.name(character, "").startswith((*_UNSPACED, "IDEOGRAPHIC", "VERTICAL IDEO"))
    table.flags.writeable = False
    return table


@cache
def folds() -> npt.NDArray[np.uint32]:
    """Simple case folding (uint32) per code point: itself where folding needs more than one character."""
    table = np.arange(_CODE_POINTS, dtype=np.uint32)
    for code in range(_CODE_POINTS):
        if 0xD800 <= code < 0xE000:
            continue
        folded = chr(code).casefold()
        if len(folded) == 1:
            table[code] = ord(folded)
    table.flags.writeable = False
    return table
