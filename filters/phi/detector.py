"""The identifiers of one policy in a text: patterns first, then whatever else the policy asks for.

An `re2.Set` reads the document once and tells which patterns occur at all; most documents have none. Only the
patterns that occur look for their candidates, and validators decide. Finders of names, places and dates read the
characters. Words that neither decides are put to a model, where policy and caller ask for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from filters.phi import dates, names, places
from filters.phi.folding import BREAKS, CHARACTERS, Rule, folded
from filters.phi.patterns import Pattern, patterns, spoken
from filters.phi.policy import Policy, load_policy
from filters.phi.spans import Span, masked_bytes, merged, moved
from filters.phi.text import Text
from filters.phi.undecided import stage_for

_MEMORY = 256 << 20  # bytes that RE2 may use for the states of one automaton
_ROUNDS = 8


class Finder(Protocol):
    """Finds identifiers of some classes in a text. Spans may overlap and need no order."""

    def find(self, text: Text) -> Iterable[Span]:
        """Identifiers in `text`. A placeholder such as `[NAME]` is none, and may stand anywhere."""
        ...


FINDERS: tuple[Callable[[Policy], Finder | None], ...] = (
    spoken.finder,
    names.finder,
    dates.finder,
    places.finder,
)
"""What makes the finder of one group of classes for a policy, or None if the policy asks for none of them."""


class Detector:
    """Finds the identifiers of one policy in UTF-8 bytes.

    Args:
        policy: its name.
        undecided: who decides about words that no rule decides (`filters.phi.undecided`): `rules` lets them stand;
            None is what the policy says.
        weights: file or folder that the one who decides reads.

    Raises:
        RecipeError: unknown policy or decider.
        AssetError: what the decider needs is not here.
    """

    def __init__(self, policy: str, undecided: str | None = None, weights: Path | None = None) -> None:
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
        self._rules: list[list[tuple[int, Rule, Any]]] = []
        for rules in (CHARACTERS, BREAKS):
            expressions = [rule.expression.encode() for rule in rules]
            self._rules.append(
                [(self._set.Add(e), rule, re2.compile(e, options)) for e, rule in zip(expressions, rules, strict=True)]
            )
        # Matches everything: if it is missing from an answer, RE2 gave up, and every pattern has to look for itself.
        self._sentinel: int = self._set.Add(b"")
        self._set.Compile()
        self._undecided = stage_for(self.policy, undecided, weights)

    def find(self, text: bytes, known: Sequence[Span] = ()) -> list[Span]:
        """Identifiers in `text` (UTF-8), `known` ones among them, sorted, not overlapping.

        Masking them leaves a text in which the rules find nothing more: what only shows once its neighbour is masked
        is found here too.
        """
        return self.find_many([text], [known])[0]

    def find_many(self, texts: Sequence[bytes], known: Sequence[Sequence[Span]] = ()) -> list[list[Span]]:
        """Identifiers in each of `texts`, as `find` gives them one by one; a model reads faster what it reads together.

        `known` are those of each text, if any text has some.
        """
        found = [
            merged([*stated, *self._once(text)]) for text, stated in zip(texts, known or [()] * len(texts), strict=True)
        ]
        if self._undecided is not None:
            # Asked before the rules read masked text: what they find there is little, and each reading costs as much
            # as the first.
            decided = self._undecided.decide([Text(text) for text in texts], found)
            found = [merged([*spans, *more]) for spans, more in zip(found, decided, strict=True)]
        return [self._settled(text, spans) for text, spans in zip(texts, found, strict=True)]

    def rules(self, text: bytes, known: Sequence[Span] = ()) -> list[Span]:
        """What the rules alone find in `text`, `known` spans among it."""
        return self._settled(text, merged([*known, *self._once(text)]))

    def _settled(self, text: bytes, spans: list[Span]) -> list[Span]:
        """`spans` and whatever shows once they are masked."""
        for _ in range(_ROUNDS):
            if not spans:
                break
            masked, moves = masked_bytes(text, spans)
            found = self._once(masked)
            if not found:
                break
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
            spans = merged([*spans, *self._folded(text, hits, self._rules)])
        return spans

    def _folded(self, text: bytes, hits: list[int], passes: list[list[tuple[int, Rule, Any]]]) -> list[Span]:
        """Identifiers in `text` as the passes read it one after the other; only rules among its `hits` can apply."""
        if not passes:
            return []
        known = self._sentinel in hits
        reading = folded(text, [(rule, search) for index, rule, search in passes[0] if not known or index in hits])
        if reading is None:
            return self._folded(text, hits, passes[1:])
        inner: list[int] = self._set.Match(reading.text)
        found = [
            *self._spans(reading.text, inner),
            *(self._others(reading.text) if passes is self._rules else ()),  # finders read across breaks themselves
            *self._folded(reading.text, inner, passes[1:]),
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
def detector(policy: str = "literature", undecided: str | None = None, weights: Path | None = None) -> Detector:
    """The detector of `policy`, built once a process; `undecided` and `weights` as `Detector` takes them.

    Raises:
        RecipeError: unknown policy or decider.
        AssetError: what the decider needs is not here.
    """
    return Detector(policy, undecided, weights)
