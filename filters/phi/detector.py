"""The identifiers of one policy in a text: patterns first, then whatever else the policy asks for.

An `re2.Set` reads the document once and tells which patterns occur at all; most documents have none. Only the
patterns that occur look for their candidates, and validators decide. Finders of names, places and dates read the
characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Protocol

from filters.phi import names
from filters.phi.folding import BREAKS, CHARACTERS, Rule, folded
from filters.phi.patterns import Pattern, patterns
from filters.phi.policy import Policy, load_policy
from filters.phi.spans import Span, masked_bytes, merged, moved
from filters.phi.text import Text

_MEMORY = 256 << 20  # bytes that RE2 may use for the states of one automaton
_ROUNDS = 8


class Finder(Protocol):
    """Finds identifiers of some classes in a text. Spans may overlap and need no order."""

    def find(self, text: Text) -> Iterable[Span]:
        """Identifiers in `text`. A placeholder such as `[NAME]` is none, and may stand anywhere."""
        ...


FINDERS: tuple[Callable[[Policy], Finder | None], ...] = (names.finder,)
"""What makes the finder of one group of classes for a policy, or None if the policy asks for none of them."""


class Detector:
    """Finds the identifiers of one policy in UTF-8 bytes."""

    def __init__(self, policy: str) -> None:
        import re2

        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False  # an error message would quote the text
        self.policy = load_policy(policy)
        self.patterns: tuple[Pattern, ...] = patterns(self.policy.patterns)
        self.finders = [finder for make in FINDERS if (finder := make(self.policy)) is not None]
        self._searches = [re2.compile(pattern.expression.encode(), options) for pattern in self.patterns]
        self._set = re2.Set.SearchSet(options)
        for pattern in self.patterns:
            self._set.Add(pattern.expression.encode())
        self._rules = [
            [(rule, re2.compile(rule.expression.encode(), options)) for rule in rules] for rules in (CHARACTERS, BREAKS)
        ]
        for rule in (*CHARACTERS, *BREAKS):
            self._set.Add(rule.expression.encode())
        # Matches everything: if it is missing from an answer, RE2 gave up, and every pattern has to look for itself.
        self._sentinel: int = self._set.Add(b"")
        self._set.Compile()

    def find(self, text: bytes, known: Sequence[Span] = ()) -> list[Span]:
        """Identifiers in `text` (UTF-8), `known` ones among them, sorted, not overlapping.

        Masking them leaves a text in which nothing more is found: what only shows once its neighbour is masked is
        found here too.
        """
        found = self._once(text)
        spans = merged([*known, *found]) if known else found
        for _ in range(_ROUNDS):
            if not spans or not (found or known):
                break
            known = ()
            masked, moves = masked_bytes(text, spans)
            found = self._once(masked)
            spans = merged([*spans, *(moved(span, spans, moves) for span in found)])
        return spans

    def _once(self, text: bytes) -> list[Span]:
        """Identifiers in `text` as it stands and, where something in it may split one, as it is read."""
        hits: list[int] = self._set.Match(text)
        if len(hits) == 1 and hits[0] == self._sentinel and not self.finders:
            return []
        spans = merged([*self._spans(text, hits), *self._others(text)])
        # RE2 that gave up answers with no sentinel: then nothing is known.
        if self._sentinel not in hits or any(hit >= len(self.patterns) for hit in hits if hit != self._sentinel):
            spans = merged([*spans, *self._folded(text, self._rules)])
        return spans

    def _folded(self, text: bytes, passes: list[list[tuple[Rule, Any]]]) -> list[Span]:
        if not passes:
            return []
        reading = folded(text, passes[0])
        if reading is None:
            return self._folded(text, passes[1:])
        found = [
            *self._spans(reading.text, self._set.Match(reading.text)),
            *self._others(reading.text),
            *self._folded(reading.text, passes[1:]),
        ]
        return [Span(*reading.original(span.start, span.end), span.kind, span.rule) for span in found]

    def _spans(self, text: bytes, hits: list[int]) -> list[Span]:
        if self._sentinel not in hits:
            hits = list(range(len(self.patterns)))
        spans: list[Span] = []
        for index in sorted(hits):
            if index < len(self.patterns):
                spans.extend(self._candidates(text, self.patterns[index], self._searches[index]))
        return merged(spans)

    def _others(self, text: bytes) -> Iterable[Span]:
        if self.finders:
            read = Text(text)
            for finder in self.finders:
                yield from finder.find(read)

    @staticmethod
    def _candidates(text: bytes, pattern: Pattern, search: Any) -> Iterable[Span]:
        group = 1 if pattern.cue else 0
        for match in search.finditer(text):
            kept = pattern.validate(text, *match.span(group))
            if kept is not None and kept[0] < kept[1]:
                yield Span(*kept, pattern.kind, pattern.id)


@cache
def detector(policy: str = "literature") -> Detector:
    """The detector of `policy`, built once a process.

    Raises:
        RecipeError: unknown policy.
    """
    return Detector(policy)
