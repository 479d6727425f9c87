"""What a word is here, and what stands between two: a run of letters and digits, and a gap that joins or parts them.

Hyphens part words ("65-year-old" is three) and join phrases: "African-American" is the phrase "african american".
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

LETTER: Final = -1
"""Part of a word: an ASCII letter or digit, or any character beyond ASCII that is no sign of the kinds below."""
JOINED: Final = 0
"""A blank, a hyphen, an apostrophe, a slash: a phrase goes on."""
APART: Final = 1
"""A comma, a bracket, a quotation mark, a symbol: the clause goes on, a phrase does not."""
CLAUSE: Final = 2
"""A semicolon, a line end, a full stop before something that is no word: neighbours beyond are not asked."""
POINT: Final = 4
"""A full stop between two words: in a number, a decimal point."""
LESS: Final = 8
"""A sign for `less than`, or for a spread: the number behind it is nobody's age."""
MORE: Final = 16
"""A sign for `more than`, or the plus of "65+"."""

_JOINED = frozenset(" \t-'/\u00a0\u00ad\u2010\u2011\u2012\u2013\u2018\u2019\u202f\u2212").union(
    map(chr, range(0x2000, 0x200B))
)
_CLAUSE = frozenset(";!?|\n\r\f\v\u2028\u2029")
_LESS = frozenset("<\u2264\u2a7d\u00b1")
_MORE = frozenset(">\u2265\u2a7e+")
_NO_SIGN = frozenset("\u00aa\u00b5\u00ba")  # ordinals and the micro sign

SIGNS: Final = 0x2C00
"""Every sign lies below this code point, in U+0000 to U+00BF or from U+2000 on; all else is a letter."""


@cache
def kinds() -> npt.NDArray[np.int8]:
    """int8[SIGNS]: what each code point is; a full stop is `POINT` until it is known what follows."""
    return np.array([_kind(chr(code)) for code in range(SIGNS)], np.int8)


def _kind(character: str) -> int:
    code = ord(character)
    if character in _JOINED:
        return JOINED
    if character in _CLAUSE:
        return CLAUSE
    if character in _LESS:
        return LESS
    if character in _MORE:
        return MORE
    if character == ".":
        return POINT
    if code < 0x80:
        return LETTER if character.isalnum() else APART
    return LETTER if 0xC0 <= code < 0x2000 or character in _NO_SIGN else APART
