"""What a word is here: a run of letters, marks and numbers, folded so that a copy in other clothes is the same word.

Case, accents, width, ligatures, superscripts and presentation forms (Unicode NFKD, simple case folding, marks left out)
are folded away; invisible format characters are read over; all else parts words. In scripts that put no blank between
words each letter is one.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from corpus import unicode

GAP = 0
"""Parts words."""
INNER = 1
"""Part of a word."""
ALONE = 2
"""A word by itself: a letter of a script that is written without blanks."""
UNSEEN = 3
"""Neither parts words nor counts: a combining mark, a soft hyphen, a zero-width character."""

PACKED = 21
"""Bits of a code point; three of them go into one uint64."""
_MOST = 3

Kinds = npt.NDArray[np.uint8]
Folded = npt.NDArray[np.uint64]


@cache
def tables() -> tuple[Kinds, Folded]:
    """Per code point: its kind (uint8), and what it folds to (uint64: up to three code points, the first lowest)."""
    classes, simple, alone = unicode.classes(), unicode.folds(), unicode.unspaced()
    kinds = np.zeros(classes.size, np.uint8)
    kinds[(classes & (unicode.LETTER | unicode.NUMBER)) != 0] = INNER
    kinds[alone] = ALONE
    kinds[(classes & unicode.MARK) != 0] = UNSEEN
    folded = simple.astype(np.uint64)
    for code in np.flatnonzero(kinds == INNER).tolist():
        if code >= 0x80 and unicodedata.decomposition(chr(code)):
            plain = [
                int(simple[ord(part)])
                for part in unicodedata.normalize("NFKD", chr(code))
                if classes[ord(part)] & (unicode.LETTER | unicode.NUMBER)
            ]
            if 0 < len(plain) <= _MOST:
                folded[code] = sum(part << PACKED * place for place, part in enumerate(plain))
    for code in (*range(0x80, 0x1E000), *range(0xE0000, 0xE1000)):  # where format characters are
        if classes[code] == 0 and unicodedata.category(chr(code)) == "Cf":
            kinds[code] = UNSEEN
    kinds.flags.writeable = False
    folded.flags.writeable = False
    return kinds, folded
