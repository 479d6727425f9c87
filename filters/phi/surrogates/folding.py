"""How values are compared: ways to write one value are one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_APART = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ª": "a", "º": "o"}
)
_NOT_ALPHANUMERIC: Final = re.compile(r"[\W_]+")
_WIDE: Final = 0xFEE0
"""From an ASCII character to its full-width form."""
_DIGIT: Final = re.compile(r"\d")
_FOREIGN: Final = re.compile(r"[^\W\d_A-Za-zªºÀ-ɏḀ-ỿ]")


def normalised(value: str) -> str:
    """`value` with case folded and white space and punctuation squeezed: to one blank between words, to nothing in
    what holds a digit. What holds nothing else is left as it is."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    squeezed = _NOT_ALPHANUMERIC.sub("" if _DIGIT.search(folded) else " ", folded).strip()
    return squeezed or value


@lru_cache(1 << 14)
def plain(word: str) -> str:
    """`word` in lower-case letters of ASCII as far as it is Latin: accents off, ligatures apart, apostrophes out."""
    if word.isascii():
        return word.lower().replace("'", "")
    apart = unicodedata.normalize("NFKD", word.casefold().translate(_APART))
    return "".join(each for each in apart if not unicodedata.combining(each) and each not in "'\u2019").translate(
        _APART
    )


def latin(value: str) -> bool:
    """Every letter of `value` (NFC) is Latin, and nothing in it combines with a letter."""
    return value.isascii() or (
        _FOREIGN.search(value) is None and not any(unicodedata.category(each)[0] == "M" for each in value)
    )


def composed(value: str) -> str:
    """`value` in Unicode's form NFC, with digits and full-width characters as ASCII has them."""
    if value.isascii():
        return value
    return "".join(map(_ascii, unicodedata.normalize("NFC", value)))


def _ascii(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return chr(ord(character) - _WIDE) if "\uff01" <= character <= "\uff5e" else character


def touch(one: str, other: str) -> bool:
    """One of two folded strings of three characters or more is the other, or part of it."""
    if len(one) > len(other):
        one, other = other, one
    return one in other if len(one) >= 3 else one == other


def cased(word: str, like: str) -> str:
    """`word` (lower case) in the case of `like`: upper, lower, else with a capital."""
    if like.islower():
        return word
    return word.upper() if len(like) > 1 and like.isupper() else word.capitalize()
