"""Which of many RE2 expressions occur in a text at all: asked before any of them looks for its matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from filters.phi.expressions import options, widened

FEW: Final = 18
MANY: Final = 36
"""Expressions of one automaton. Its states are made when a text first asks for them, and the more expressions it holds,
the more there are to make; but every automaton reads the whole text. `FEW` is for texts in which most expressions'
words occur, `MANY` for those in which next to none do. Of the 140 of notes, 36 together read new notes at 11 MB/s and
18 at 15 MB/s, notes read before at 50 and 36 MB/s; of the 80 of papers, 36 read abstracts read before at 108 MB/s, 18
at 72 MB/s."""


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
