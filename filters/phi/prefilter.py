"""Which of many RE2 expressions occur in a text at all: asked before any of them looks for its matches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

_MEMORY: Final = 256 << 20
"""Bytes that RE2 may use for the states of one automaton."""
FEW: Final = 18
MANY: Final = 36
"""Expressions of one automaton. Its states are made when a text first asks for them, and the more expressions it holds,
the more there are to make; but every automaton reads the whole text. `FEW` is for texts in which most expressions'
words occur, `MANY` for those in which next to none do. Of the 140 of notes, 36 together read new notes at 11 MB/s and
18 at 15 MB/s, notes read before at 50 and 36 MB/s; of the 80 of papers, 36 read abstracts read before at 108 MB/s, 18
at 72 MB/s."""
_ASCII: Final = {"L": "A-Za-z", "Lu": "A-Z", "Ll": "a-z", "M": "", "N": "0-9"}
"""What ASCII has of the classes of Unicode that expressions ask for."""
_ABOVE: Final = r"\x{80}-\x{10ffff}"
_PIECES: Final = re.compile(r"\\p\{(\w+)\}|\\.|\[\^?|\]", re.DOTALL)


def options() -> Any:
    """RE2's options for expressions over documents."""
    import re2

    made = re2.Options()
    made.max_mem = _MEMORY
    made.log_errors = False  # an error message would quote the text
    return made


def ranges(search: Any, text: bytes, group: int = 0) -> list[tuple[int, int]]:
    """Where the matches of a compiled expression, or a group of it, stand in `text`, as `search.finditer` finds them.

    No object is made for each match: on short texts these cost more than the search.
    """
    import re2

    matched = search._regexp.Match
    anywhere = re2._Anchor.UNANCHORED
    found: list[tuple[int, int]] = []
    at, stop = 0, len(text)
    while (spans := matched(anywhere, text, at, stop))[0][0] >= 0:
        found.append(spans[group])
        if at == stop:
            break
        at = max(spans[0][1], at + 1)
    return found


def widened(expression: str) -> str:
    """An expression that occurs wherever `expression` does, and that RE2 reads with a smaller automaton.

    Every character beyond ASCII counts as one of every class of Unicode, and of the complement of every class: a class
    of hundreds of ranges becomes one of two or three. Places where a match begins and ends are not those of
    `expression`.

    Raises:
        KeyError: a class of Unicode that is not in `_ASCII`.
    """
    parts: list[str] = []
    at = 0
    within: str | None = None  # "[" or "[^", where inside brackets
    for piece in _PIECES.finditer(expression):
        parts.append(expression[at : piece.start()])
        at = piece.end()
        read = piece.group()
        if piece[1] is not None:
            read = _ASCII[piece[1]] + ("" if within == "[^" else _ABOVE)
            read = read if within else f"[{read}]"
        elif read[0] == "[" and within is None:
            within = read
        elif read == "]":
            within = None
        parts.append(read)
    return "".join((*parts, expression[at:]))


class Prefilter:
    """Answers for all of `expressions` (RE2 syntax, over UTF-8 bytes) at once, `together` of them in one automaton."""

    def __init__(self, expressions: Sequence[str], together: int = FEW) -> None:
        import re2

        self._sets: list[tuple[int, int, Any]] = []
        for start in range(0, len(expressions), together):
            automaton = re2.Set.SearchSet(options())
            held = expressions[start : start + together]
            for expression in held:
                automaton.Add(widened(expression).encode())
            # Matches everything: if it is missing from an answer, RE2 gave up, and every expression has to look itself.
            automaton.Add(b"")
            automaton.Compile()
            self._sets.append((start, len(held), automaton))

    def hits(self, text: bytes) -> list[int]:
        """Places of the expressions that occur in `text`, ascending; some may be among them that do not occur."""
        found: list[int] = []
        for start, size, automaton in self._sets:
            answer: list[int] = automaton.Match(text)
            if len(answer) == 1 and answer[0] == size:
                continue
            if size not in answer:
                found += range(start, start + size)
            else:
                found += sorted(start + hit for hit in answer if hit != size)
        return found
