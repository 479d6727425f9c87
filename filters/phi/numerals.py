"""Numbers in words, as speech has them: "nineteen , uh , fifty one", "oh two one three nine", "a hundred and two"."""

from __future__ import annotations

import re
from typing import Final

_FILLER: Final = (
    r"(?:uh+|um+|uhm|er+|erm|hmm+|ah|sorry|okay|well|like|you know|i mean|i think|let me see|let me think|let's see|"
    r"wait)"
)
GAP: Final = (
    rf"(?:[\-\x{{2010}}-\x{{2015}}\x{{2212}}]|[ ]{{0,3}}[,\x{{2026}}-]{{0,3}}[ ]{{1,3}}"
    rf"(?:{_FILLER}[ ]?[,.\x{{2026}}-]{{0,3}}[ ]{{1,3}}){{0,3}})"
)
"""What parts two words of one number: a blank or hyphen, a comma, and what people say while they think (RE2)."""

_ONES: Final = "one two three four five six seven eight nine"
_TEN_ON: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TWENTY_ON: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_FIRST_ON: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_UNITS, _TEENS, _TENS, _ORDINALS = (words.split() for words in (_ONES, _TEN_ON, _TWENTY_ON, _FIRST_ON))

_VALUES: Final = {
    **{word: str(value) for value, word in enumerate(_UNITS, 1)},
    **dict.fromkeys(("zero", "oh", "o", "nought", "naught"), "0"),
    "niner": "9",
    **{word: str(value) for value, word in enumerate((*_TEENS, "twenty"), 10)},
    **{word: str(10 * value) for value, word in enumerate(_TENS, 2)},
    **{word: str(value) for value, word in enumerate(_ORDINALS, 1)},
    "thirtieth": "30",
}

_MULTIPLES: Final = frozenset(str(10 * value) for value in range(2, 10))

FIGURE: Final = rf"(?:{'|'.join(_UNITS)}|niner|zero|oh|o|nought|naught)"
UNIT: Final = rf"(?:{'|'.join(_UNITS)})"
TEEN: Final = rf"(?:{'|'.join(_TEENS)})"
TENS: Final = rf"(?:{'|'.join(_TENS)})"
ORDINAL: Final = rf"(?:{'|'.join(_ORDINALS)}|thirtieth)"
NUMBER: Final = rf"(?:{FIGURE}|{TEEN}|{TENS}|hundred|thousand)"
"""One word of a cardinal number."""

_WORD: Final = re.compile(r"[a-z]+|\d+")


def figures(said: str) -> list[str]:
    """The numbers of a row as figures: "oh four twelve nineteen eighty two" is 0, 4, 12, 19, 82.

    "hundred" and "thousand" multiply what stands before them and take in what stands after: "two thousand and nine" is
    2009. "double" and "triple" repeat. Words that are no numbers are passed over.
    """
    found: list[str] = []
    added = 0  # below what a number is added to the last one: behind "hundred" 100, behind its tens 10
    times = 1
    for word in _WORD.findall(said.lower()):
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
            continue
        if word in ("hundred", "thousand"):
            added = 100 if word == "hundred" else 1000
            found.append(str(int(found.pop() if found else 1) * added))
            continue
        value = word if word.isdigit() else _VALUES.get(word)
        if value is None:
            continue
        tens = found and word in _VALUES and found[-1] in _MULTIPLES
        if added > int(value) > 0:
            found[-1] = str(int(found[-1]) + int(value))
            added = 10 if word in _TENS else 0
        elif tens and len(value) == 1 and value != "0" and times == 1:
            found[-1], added = found[-1][0] + value, 0
        else:
            found.append(value * times)
            added = 0
        times = 1
    return found
