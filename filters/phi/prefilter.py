"""Which of many RE2 expressions occur in a text at all: asked before any of them looks for its matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_MEMORY: Final = 256 << 20
"""Bytes that RE2 may use for the states of one automaton."""
_TOGETHER: Final = 36
"""Expressions of one automaton. Its states are made when a text first asks for them, and the more expressions it holds,
the more there are to make: 146 of them in one read new notes at 2.7 MB/s, in four at 6 MB/s."""


def options() -> Any:
    """RE2's options for expressions over documents."""
    import re2

    made = re2.Options()
    made.max_mem = _MEMORY
    made.log_errors = False  # an error message would quote the text
    return made


class Prefilter:
    """Answers for all of `expressions` (RE2 syntax, over UTF-8 bytes) at once."""

    def __init__(self, expressions: Sequence[str]) -> None:
        import re2

        self._sets: list[tuple[int, int, Any]] = []
        for start in range(0, len(expressions), _TOGETHER):
            together = re2.Set.SearchSet(options())
            size = len(expressions[start : start + _TOGETHER])
            for expression in expressions[start : start + _TOGETHER]:
                together.Add(expression.encode())
            # Matches everything: if it is missing from an answer, RE2 gave up, and every expression has to look itself.
            together.Add(b"")
            together.Compile()
            self._sets.append((start, size, together))

    def hits(self, text: bytes) -> list[int]:
        """Places of the expressions that occur in `text`, ascending, or may: where RE2 gives up, all of a set may."""
        found: list[int] = []
        for start, size, together in self._sets:
            answer: list[int] = together.Match(text)
            if size not in answer:
                found += range(start, start + size)
            elif len(answer) > 1:
                found += sorted(start + hit for hit in answer if hit != size)
        return found
