"""Many RE2 expressions over one text: which occur at all is asked once, and only these look for their matches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from filters.phi.expressions import Expression
from filters.phi.prefilter import Prefilter
from filters.phi.spans import Span
from filters.phi.text import Text

Range = tuple[int, int]
Check = Callable[[bytes, Any], Range | Span | None]
"""From the text (UTF-8) and an RE2 match, the bytes of the identifier, or None if it is none; a span where the kind
depends on more than the expression."""


@dataclass(frozen=True, slots=True)
class Search:
    """One expression and what decides about its matches."""

    id: str
    """Stable name of the rule, recorded with every span."""
    kind: str
    """Kind of identifier."""
    expression: str
    """RE2 syntax, over UTF-8 bytes."""
    check: Check
    """Narrows or rejects a match."""


_TOGETHER: Final = 8
"""Expressions of one automaton: those of places read new notes twice as fast as 36 together (34 and 17 MB/s)."""


class Scanner:
    """Runs searches over bytes, in time linear in their number."""

    def __init__(self, searches: Sequence[Search]) -> None:
        self.searches = tuple(searches)
        self._expressions = [Expression(search.expression) for search in self.searches]
        self._prefilter = Prefilter([search.expression for search in self.searches], _TOGETHER)

    def find(self, text: Text) -> Iterator[Span]:
        """Every match that its check lets stand, search by search."""
        flat, plain = text.flat, text.western
        for hit in self._prefilter.hits(flat):
            search = self.searches[hit]
            for match in self._expressions[hit].compiled(plain).finditer(flat):
                kept = search.check(flat, match)
                if kept is None or kept[0] >= kept[1] or _inside_word(flat, kept[1]):
                    continue
                yield kept if isinstance(kept, Span) else Span(*kept, search.kind, search.id)


def _inside_word(text: bytes, end: int) -> bool:
    """The word goes on with a letter that RE2's ASCII boundaries take for its end: "Apr" of "Après"."""
    follows = text[end : end + 4]
    return follows[:1] > b"\x7f" and text[end - 1 : end].isalpha() and follows.decode(errors="ignore")[:1].isalpha()


def before(text: bytes, start: int, size: int = 60) -> str:
    """At most `size` bytes of the text before `start`, as characters; what is cut in two is left out."""
    return text[max(0, start - size) : start].decode(errors="ignore")


def after(text: bytes, end: int, size: int = 60) -> str:
    """At most `size` bytes of the text from `end` on, as characters; what is cut in two is left out."""
    return text[end : end + size].decode(errors="ignore")
