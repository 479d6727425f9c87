"""RE2 expressions over documents, written so that RE2 needs few states to read them.

RE2 makes the states of an automaton when a text first asks for them. A class of Unicode is hundreds of ranges of
bytes, and every state holds those of all classes that may come next: most of the time for a new text goes there. So
two further forms are made of an expression: one for texts of Western letters, which finds the same in them, and one
that only tells where the expression cannot occur.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, cached_property
from itertools import groupby
from typing import Any, Final

_MEMORY: Final = 256 << 20
"""Bytes that RE2 may use for the states of one automaton."""

_WESTERN: Final = 0x240
"""Characters from here on are no letters of Western languages: basic Latin, its supplement, extension A and most of B
(Unicode, chapter 7.1). Their UTF-8 begins with a byte below 0xC9."""
_CASES: Final = 0x3000
"""No character from here on is the other case of a Western letter."""
_SIGNS: Final = (b"\xe2\x80", b"\xe2\x86", b"\xe2\x88", b"\xe2\x89")
"""Beginnings of U+2000 to 203F, 2180 to 21BF but for U+2180 to 218B, 2200 to 227F: punctuation, arrows, signs."""
_NUMBERS_AMONG_SIGNS: Final = re.compile(rb"\xe2\x86[\x80-\x8b]")
_SIGN: Final = 0xE2
_COMMON: Final = bytes(byte for byte in range(0x100) if byte < 0xC9 or byte == _SIGN)
"""Bytes of characters below U+0240, the first byte of signs, and bytes that no character begins with."""

_CLASSES: Final = ("L", "Lu", "Ll", "M", "N")
_ASCII: Final = {"L": "A-Za-z", "Lu": "A-Z", "Ll": "a-z", "M": "", "N": "0-9"}
"""What ASCII has of the classes of Unicode that expressions ask for."""
_ABOVE: Final = r"\x{80}-\x{10ffff}"
_NOTHING: Final = r"[^\x{0}-\x{10ffff}]"
_PIECES: Final = re.compile(r"\\p\{(\w+)\}|\\.|\[\^?|\]", re.DOTALL)


def options() -> Any:
    """RE2's options for expressions over documents."""
    import re2

    made = re2.Options()
    made.max_mem = _MEMORY
    made.log_errors = False  # an error message would quote the text
    return made


def western(text: bytes) -> bool:
    """Every character of `text` (UTF-8) is below U+0240, or a sign that is no letter, mark or number."""
    if text.isascii():
        return True
    if text.translate(None, _COMMON):
        return False
    signs = text.count(b"\xe2")
    if not signs:
        return True
    return signs == sum(map(text.count, _SIGNS)) and _NUMBERS_AMONG_SIGNS.search(text) is None


class Expression:
    """An expression (RE2 syntax, over UTF-8 bytes), compiled for each kind of text."""

    def __init__(self, expression: str) -> None:
        import re2

        self.expression = expression
        self._western = re2.compile(narrowed(expression).encode(), options())

    @cached_property
    def _any(self) -> Any:
        import re2

        return re2.compile(self.expression.encode(), options())

    def compiled(self, plain: bool) -> Any:
        """The compiled expression for texts of which `western` says `plain`."""
        return self._western if plain else self._any

    def ranges(self, text: bytes, plain: bool, group: int = 0) -> list[tuple[int, int]]:
        """Where the matches, or a group of them, stand in `text`, as `finditer` of the compiled expression finds them.

        No object is made for each match: on short texts these cost more than the search.
        """
        import re2

        matched = self.compiled(plain)._regexp.Match
        anywhere = re2._Anchor.UNANCHORED
        found: list[tuple[int, int]] = []
        at, stop = 0, len(text)
        while (spans := matched(anywhere, text, at, stop))[0][0] >= 0:
            found.append(spans[group])
            if at == stop:
                break
            at = max(spans[0][1], at + 1)
        return found


def narrowed(expression: str) -> str:
    """An expression that finds in Western texts (`western`) what `expression` finds, without letters of other scripts.

    Raises:
        KeyError: a class of Unicode that is not in `_CLASSES`.
    """

    def read(name: str, within: str | None) -> str:
        ranges = _western_classes()[name]
        if within is not None:
            return ranges
        return f"[{ranges}]" if ranges else _NOTHING

    return _replaced(expression, read)


def widened(expression: str) -> str:
    """An expression that occurs wherever `expression` does.

    Every character beyond ASCII counts as one of every class of Unicode, and of the complement of every class: a class
    of hundreds of ranges becomes one of two or three. Places where a match begins and ends are not those of
    `expression`.

    Raises:
        KeyError: a class of Unicode that is not in `_CLASSES`.
    """

    def read(name: str, within: str | None) -> str:
        ranges = _ASCII[name] + ("" if within == "[^" else _ABOVE)
        return ranges if within is not None else f"[{ranges}]"

    return _replaced(expression, read)


def _replaced(expression: str, read: Callable[[str, str | None], str]) -> str:
    """`expression` with its classes of Unicode as `read` puts them; it is told whether brackets stand around them."""
    parts: list[str] = []
    at = 0
    within: str | None = None  # "[" or "[^"
    for piece in _PIECES.finditer(expression):
        parts.append(expression[at : piece.start()])
        at = piece.end()
        instead = piece.group()
        if piece[1] is not None:
            instead = read(piece[1], within)
        elif instead[0] == "[" and within is None:
            within = instead
        elif instead == "]":
            within = None
        parts.append(instead)
    return "".join((*parts, expression[at:]))


@cache
def _western_classes() -> dict[str, str]:
    """The Western characters of each class, as ranges of an RE2 class, and what is one of them in the other case."""
    letters = set(map(chr, range(_WESTERN)))
    for _ in range(2):  # from the micro sign to the Greek letter, and to its other case
        letters |= {other for each in letters for other in (each.lower(), each.upper()) if len(other) == 1}
    letters |= {each for each in map(chr, range(_WESTERN, _CASES)) if {each.lower(), each.upper()} & letters}
    found = {}
    for name in _CLASSES:
        codes = sorted(ord(each) for each in letters if unicodedata.category(each).startswith(name))
        runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), lambda pair: pair[1] - pair[0])]
        found[name] = "".join(rf"\x{{{run[0]:x}}}-\x{{{run[-1]:x}}}" for run in runs)
    return found
