"""Undecided words of documents, put to a decider in their sentences, and what is believed of its answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from corpus.errors import AssetError
from filters.phi.classes import KINDS
from filters.phi.policy import Policy
from filters.phi.spans import Span
from filters.phi.text import Text
from filters.phi.undecided.candidates import undecided as undecided_words
from filters.phi.undecided.decider import Decider, Decision, chosen, decider_for
from filters.phi.undecided.science import plainly_scientific
from filters.phi.undecided.sentences import Sentence, sentences

_LABELS: Final = {"NAME": "person", "GEO": "location", "HOSPITAL": "organization"}
"""How a kind is called in the id of a rule; any other is called by its own name."""

_PLACES: Final = frozenset({"GEO", "ADDRESS", "ZIP", "HOSPITAL"})

_POSSESSIVE = re.compile(r"['\u2019]s?$")
_WORD = re.compile(r"[^\W_](?:[\w'\u2019.-]*[^\W_])?")


class _Asked(NamedTuple):
    document: int
    sentence: Sentence


class _Judged:
    """The answers about one document."""

    def __init__(self) -> None:
        self.words: list[tuple[int, int]] = []
        """Undecided words, sorted."""
        self.scientific: set[str] = set()
        """Those that are plainly no name or place somewhere, and so nowhere."""
        self.answers: set[tuple[int, int, str, tuple[str, ...]]] = set()
        """Characters, kind, and the undecided words that the characters hold."""

    def believed(self, text: str) -> list[tuple[int, int, str]]:
        """The answers that stand, sorted, and the words of names among them wherever else they are undecided."""
        answered = {word for *_, words in self.answers for word in words}
        repeated = [(start, end, text[start:end]) for start, end in self.words if text[start:end] in answered]
        spared = {word for start, end, word in repeated if plainly_scientific(text, start, end)}.union(self.scientific)
        kept = [one for one in self.answers if spared.isdisjoint(one[3])]
        names = {word for _, _, kind, words in kept if kind == "NAME" for word in words}
        again = [(start, end, "NAME") for start, end, word in repeated if word in names]
        return sorted({(start, end, kind) for start, end, kind, _ in kept}.union(again))


def stage_for(policy: Policy, undecided: str | None = None, weights: Path | None = None) -> Stage | None:
    """The stage that `policy` asks for, or `undecided` in its place; None: the rules alone decide.

    Raises:
        RecipeError: there is no such decider.
        AssetError: something of it is absent; the message names the policy and the alternative.
    """
    decider = decider_for(policy, undecided, weights)
    return None if decider is None else Stage(policy, chosen(policy, undecided, weights), decider)


class Stage:
    """Asks one decider for one policy.

    Args:
        name: of the decider; begins the id of its rules.
    """

    def __init__(self, policy: Policy, name: str, decider: Decider) -> None:
        self.policy = policy
        self.name = name
        self.decider = decider

    def decide(self, texts: Sequence[Text], found: Sequence[Sequence[Span]]) -> list[list[Span]]:
        """What the decider adds to the spans `found` by rule in each of `texts`, sorted.

        All sentences of all texts are one request.

        Raises:
            AssetError: the decider's answer is no answer to what it was asked.
        """
        asked = [
            _Asked(number, sentence)
            for number, (text, spans) in enumerate(zip(texts, found, strict=True))
            for sentence in sentences(text.characters, undecided_words(text, spans))
        ]
        judged = [_Judged() for _ in texts]
        lines = [one.sentence.line for one in asked]
        for one, answer in zip(asked, self._answers(lines) if lines else [], strict=True):
            self._judge(judged[one.document], texts[one.document].characters, one.sentence, answer)
        return [
            [text.span(start, end, kind, self._rule(kind)) for start, end, kind in one.believed(text.characters)]
            for text, one in zip(texts, judged, strict=True)
        ]

    def _answers(self, lines: list[str]) -> list[list[Decision]]:
        answers = self.decider.decide(lines)
        if len(answers) != len(lines):
            raise AssetError(f"PHI decider {self.name!r} gave {len(answers)} answers to {len(lines)} sentences")
        for line, answer in zip(lines, answers, strict=True):
            for start, end, kind in answer:
                if not 0 <= start < end <= len(line) or kind not in KINDS:
                    raise AssetError(
                        f"PHI decider {self.name!r} gave an answer that lies outside its sentence, or of no known kind"
                    )
        return answers

    def _judge(self, judged: _Judged, text: str, sentence: Sentence, answer: Sequence[Decision]) -> None:
        held = [word for word in (_trimmed(text, *word) for word in sentence.words) if word is not None]
        judged.words += held
        for start, end, kind in answer:
            span = _trimmed(text, sentence.start + start, sentence.start + end)
            if span is None or not self._asks_for(kind):
                continue
            words = [text[left:right] for left, right in held if span[0] < right and left < span[1]]
            if words and plainly_scientific(text, *span):
                judged.scientific.update(words)
            elif words:
                judged.answers.add((*span, kind, tuple(words)))

    def _asks_for(self, kind: str) -> bool:
        """The policy looks for this kind at all."""
        if kind in _PLACES:
            return self.policy.places
        asked = {"NAME": self.policy.names != "no", "DATE": self.policy.dates, "AGE": self.policy.ages}
        return asked.get(kind, True)

    def _rule(self, kind: str) -> str:
        return f"{self.name}-{_LABELS.get(kind, kind.lower())}"


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span from its first word to its last, without what marks a possessor; None if no word is left."""
    words = [match.span() for match in _WORD.finditer(text, start, end)]
    if not words:
        return None
    start, end = words[0][0], words[-1][1]
    mark = _POSSESSIVE.search(text[max(start, end - 3) : end])
    if mark is not None:
        end -= len(mark.group())
    return (start, end) if start < end else None
