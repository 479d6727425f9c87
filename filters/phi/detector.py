"""The identifiers of one policy in a text: patterns first, then whatever else the policy asks for.

A prefilter reads the document once and tells which patterns occur at all; in most papers none does. Only the patterns
that occur look for their candidates, and validators decide. Finders of names, places and dates read the
characters. Words that neither decides are put to a model, where policy and caller ask for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Protocol

from filters.phi import dates, names, places
from filters.phi.expressions import Expression, western
from filters.phi.folding import BREAKS, CHARACTERS, Folded, Rule, folded
from filters.phi.patterns import Pattern, patterns, spoken
from filters.phi.policy import Policy, load_policy
from filters.phi.prefilter import FEW, MANY, Prefilter
from filters.phi.spans import Span, masked_bytes, merged, moved
from filters.phi.text import Text
from filters.phi.undecided import stage_for
from filters.phi.validators.telephones import toll_free

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
        self.policy = load_policy(policy)
        self.patterns: tuple[Pattern, ...] = patterns(self.policy.patterns)
        self.finders = [finder for make in FINDERS if (finder := make(self.policy)) is not None]
        foldings: list[Rule] = [rule for rules in (CHARACTERS, BREAKS) for rule in rules]
        asking: dict[str, list[tuple[int, Pattern]]] = {}
        for place, pattern in enumerate(self.patterns):
            asking.setdefault(pattern.expression, []).append((place, pattern))
        expressions = [*asking, *(rule.expression for rule in foldings)]
        searches = [Expression(expression) for expression in expressions]
        self._prefilter = Prefilter(expressions, FEW if self.finders else MANY)
        self._asking = list(zip(searches, asking.values(), strict=False))
        """Each expression of the patterns, and the patterns that have it, with their places."""
        read = list(zip(range(len(asking), len(searches)), foldings, searches[len(asking) :], strict=True))
        self._rules: list[list[tuple[int, Rule, Expression]]] = [read[: len(CHARACTERS)], read[len(CHARACTERS) :]]
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
        """Identifiers in `text` as it stands and, where something in it may split one, as it is read.

        Finders read characters as a reader would, and across breaks by themselves: they read once.
        """
        hits = self._prefilter.hits(text)
        if not hits:
            return merged(self._others(text)) if self.finders else []
        found = self._spans(text, hits)
        if hits[-1] < len(self._asking):
            return merged([*found, *self._others(text)])
        characters = self._folded(text, hits, self._rules[0])
        read = text if characters is None else characters.text
        inner = hits if characters is None else self._prefilter.hits(read)
        more = [*self._others(read), *(self._spans(read, inner) if characters is not None else ())]
        breaks = self._folded(read, inner, self._rules[1])
        if breaks is not None:
            more += _original(breaks, self._spans(breaks.text, self._prefilter.hits(breaks.text)))
        return merged([*found, *(more if characters is None else _original(characters, more))])

    @staticmethod
    def _folded(text: bytes, hits: list[int], rules: list[tuple[int, Rule, Expression]]) -> Folded | None:
        """`text` as those of `rules` read it that are among its `hits`; None if as it stands."""
        asked = [(rule, search.compiled(plain=False)) for index, rule, search in rules if index in hits]
        return folded(text, asked) if asked else None

    def _spans(self, text: bytes, hits: list[int]) -> list[Span]:
        found: list[tuple[int, list[Span]]] = []
        plain = western(text)
        for index in hits:
            if index >= len(self._asking):
                break
            search, asking = self._asking[index]
            candidates = search.ranges(text, plain, 1 if asking[0][1].cue else 0)
            found += [(place, list(self._kept(text, pattern, candidates))) for place, pattern in asking]
        found.sort(key=itemgetter(0))  # where two find the same place, the earlier names its class
        return merged(span for _, spans in found for span in spans)

    def _others(self, text: bytes) -> Iterable[Span]:
        if self.finders:
            read = Text(text)
            for finder in self.finders:
                yield from finder.find(read)

    def _kept(self, text: bytes, pattern: Pattern, candidates: list[tuple[int, int]]) -> Iterator[Span]:
        spared = self.policy.toll_free == "keep" and pattern.kind in ("PHONE", "FAX")
        for start, end in candidates:
            kept = pattern.validate(text, start, end)
            if kept is not None and kept[0] < kept[1] and not (spared and toll_free(text[slice(*kept)])):
                yield Span(*kept, pattern.kind, pattern.id)


def _original(reading: Folded, spans: Iterable[Span]) -> list[Span]:
    """Spans of a reading, at their places in the text that was read."""
    return [Span(*reading.original(span.start, span.end), span.kind, span.rule) for span in spans]


@cache
def detector(policy: str = "literature", undecided: str | None = None, weights: Path | None = None) -> Detector:
    """The detector of `policy`, built once a process; `undecided` and `weights` as `Detector` takes them.

    Raises:
        RecipeError: unknown policy or decider.
        AssetError: what the decider needs is not here.
    """
    return Detector(policy, undecided, weights)
