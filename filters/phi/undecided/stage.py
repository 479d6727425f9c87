"""Undecided words of documents, put to a decider in their sentences, and what is believed of its answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from corpus.errors import AssetError
from filters.phi.classes import KINDS
from filters.phi.names.undecided import undecided as undecided_words
from filters.phi.policy import Policy
from filters.phi.spans import Span
from filters.phi.text import Text
from filters.phi.undecided.decider import PRESIDIO, Decider, Decision, chosen, decider_for
from filters.phi.undecided.science import plainly_scientific
from filters.phi.undecided.sentences import Sentence, sentences

_LABELS: Final = {"NAME": "person", "GEO": "location", "HOSPITAL": "organization"}
"""How a kind is called in the id of a rule; any other is called by its own name."""

_LETTERS = re.compile(r"[^\W\d_]+")
_OF_ENGLISH = "the and of to with was is for on at by from has in no not he she his her who"
_OF_OTHERS = (
    "de la el los las del que con una por para se su les des du une est dans pour et le und der die das mit von ist "
    "nicht den im di della il che per non dei è"
)
_ENGLISH, _OTHERS = frozenset(_OF_ENGLISH.split()), frozenset(_OF_OTHERS.split())
_READ: Final = 8000
"""Characters that are read to tell the language: presidio's model is made for English."""
_FEW: Final = 8

_POSSESSIVE = re.compile(r"['\u2019]s?$")
_WORD = re.compile(r"[^\W_](?:[\w'\u2019.-]*[^\W_])?")


class _Document:
    """The undecided words of one document and what is said of them."""

    def __init__(self, text: Text, found: Sequence[Span]) -> None:
        self.text = text.characters
        words = [word for start, end in undecided_words(text, found) for word in _words(self.text, start, end)]
        # A word that is plainly no name in one place is none in any: half of all, and nobody need be asked.
        self._spared = {
            self.text[start:end] for start, end in words if plainly_scientific(self.text, start, end, alone=False)
        }
        self._words = [(start, end) for start, end in words if self.text[start:end] not in self._spared]
        self.sentences = list(sentences(self.text, self._words))
        self._answers: set[tuple[int, int, str, frozenset[str]]] = set()
        """Characters, kind, and the undecided words that the characters hold."""

    def answered(self, sentence: Sentence, start: int, end: int, kind: str) -> None:
        """Characters `[start, end)` of a sentence are of `kind`, someone says."""
        span = _trimmed(self.text, sentence.start + start, sentence.start + end)
        if span is None:
            return
        held = frozenset(self.text[left:right] for left, right in sentence.words if span[0] < right and left < span[1])
        if held and plainly_scientific(self.text, *span):
            self._spared |= held
        elif held:
            self._answers.add((*span, kind, held))

    def believed(self) -> list[tuple[int, int, str]]:
        """The answers that stand, sorted, and the words of names among them wherever else they are undecided."""
        kept = [answer for answer in self._answers if self._spared.isdisjoint(answer[3])]
        names = {word for _, _, kind, held in kept if kind == "NAME" for word in held}
        again = [(start, end, "NAME") for start, end in self._words if self.text[start:end] in names]
        return sorted({answer[:3] for answer in kept}.union(again))


def reads_english(text: str) -> bool:
    """Function words of English are as many as those of the other languages that notes are in, or these are few."""
    words = _LETTERS.findall(text[:_READ].lower())
    others = sum(word in _OTHERS for word in words)
    return others < _FEW or others <= sum(word in _ENGLISH for word in words)


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
        kinds = self.policy.kinds
        documents = [_Document(text, spans) for text, spans in zip(texts, found, strict=True)]
        asked = [
            (document, sentence)
            for document in documents
            if self.name != PRESIDIO or reads_english(document.text)
            for sentence in document.sentences
        ]
        answers = self._answers([sentence.line for _, sentence in asked]) if asked else []
        for (document, sentence), answer in zip(asked, answers, strict=True):
            for start, end, kind in answer:
                if kind in kinds:
                    document.answered(sentence, start, end, kind)
        return [
            [text.span(start, end, kind, self._rule(kind)) for start, end, kind in document.believed()]
            for text, document in zip(texts, documents, strict=True)
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

    def _rule(self, kind: str) -> str:
        return f"{self.name}-{_LABELS.get(kind, kind.lower())}"


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span from its first word to its last, without what marks a possessor; None if no word is left."""
    words = _words(text, start, end)
    return (words[0][0], words[-1][1]) if words else None


def _words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The words in characters `[start, end)`, each without what marks a possessor."""
    found = []
    for match in _WORD.finditer(text, start, end):
        left, right = match.span()
        mark = _POSSESSIVE.search(text[max(left, right - 3) : right])
        right -= len(mark.group()) if mark is not None else 0
        if left < right:
            found.append((left, right))
    return found
