"""Scores of the Cross-Examination Framework (CEF) from questions and answers that somebody else has got.

Two texts are examined by each other's questions: a source document, and what a system made of it. Closed questions are
made from either text, so that it answers YES (or NO); the other text answers YES, NO or IDK. Nothing is generated and
nothing is judged here.

Where each formula is from:

    coverage      100 - % of the document's questions to which the generated text answers IDK
    conformity    100 - % of the document's questions to which the two texts answer YES and NO, or NO and YES
    conciseness   100 * (words of the document - words of the generated text) / words of the document
        MEDIC, arXiv 2409.07314v2, appendix A.4 and algorithm 1.
    consistency   of the generated text's questions, by one of two published definitions:
        `idk`     100 - % to which the document answers IDK. MEDIC, the same place. An answer that contradicts counts as
                  consistent there.
        `match`   % to which the document gives the expected answer, so that IDK and contradictions both count against.
                  The code published with "Cross-Examination Framework", arXiv 2601.19350 (repository
                  m42-health/cross-examination-framework, folder `cef-paper`). That this is what the paper's own text
                  says was not checked: only its abstract was at hand.
    overall       `idk`: mean of coverage, conformity, consistency and the harmonic mean of coverage and conciseness, 0
                  unless both are positive (MEDIC, A.3.11); without that last term where conciseness is not asked for
                  (A.3.12). `match`: mean of the first three (README of the same repository).

Uncertain: MEDIC counts "word-level tokens", its code nltk's, in which punctuation is a token; here words are those of
`corpus.words`. A question that its own text does not answer YES or NO is left out of all counts, as that code does;
MEDIC's text has YES alone. Neither text says whether scores of many documents are pooled or averaged: both are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

YES, NO, IDK = "YES", "NO", "IDK"
ANSWERS: Final = (YES, NO, IDK)
Consistency = Literal["idk", "match"]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question made from one text: the answer `expected` by it, and the `answer` of the other text."""

    expected: str
    answer: str

    @property
    def settled(self) -> bool:
        """Whether the text that it was made from answers it at all."""
        return self.expected != IDK

    @property
    def contradicted(self) -> bool:
        """YES against NO, or NO against YES."""
        return self.settled and self.answer not in (IDK, self.expected)


@dataclass(frozen=True, slots=True)
class Examination:
    """A document and what a system made of it, examined by each other's questions."""

    document_questions: Sequence[Answered]
    """Made from the document, answered by the generated text."""
    generated_questions: Sequence[Answered]
    """Made from the generated text, answered by the document."""
    document_words: int
    generated_words: int | None
    """None where conciseness is not asked for: notes need not be short."""


@dataclass(frozen=True, slots=True)
class Scores:
    """In percent; None where nothing was asked. `conciseness` is negative where the generated text is longer."""

    coverage: float | None
    conformity: float | None
    consistency_idk: float | None
    consistency_match: float | None
    conciseness: float | None
    overall_idk: float | None
    overall_match: float | None
    questions: int
    """Settled ones, of both texts."""
    unsettled: int
    """Left out."""


def scores(examinations: Sequence[Examination]) -> Scores:
    """Of all questions and words together: each question counts the same."""
    of_document = [one for each in examinations for one in each.document_questions]
    of_generated = [one for each in examinations for one in each.generated_questions]
    asked, answered = ([one for one in both if one.settled] for both in (of_document, of_generated))
    coverage = _percent([one.answer != IDK for one in asked])
    conformity = _percent([not one.contradicted for one in asked])
    idk = _percent([one.answer != IDK for one in answered])
    match = _percent([one.answer == one.expected for one in answered])
    conciseness = _conciseness(examinations)
    return Scores(
        coverage=coverage,
        conformity=conformity,
        consistency_idk=idk,
        consistency_match=match,
        conciseness=conciseness,
        overall_idk=_overall(coverage, conformity, idk, conciseness),
        overall_match=_mean([coverage, conformity, match]),
        questions=len(asked) + len(answered),
        unsettled=len(of_document) + len(of_generated) - len(asked) - len(answered),
    )


def mean_scores(examinations: Sequence[Examination]) -> Scores:
    """The mean of the documents' own scores: each document counts the same; those that lack a score are left out."""
    each = [scores([one]) for one in examinations]

    def mean(name: str) -> float | None:
        known = [value for one in each if (value := getattr(one, name)) is not None]
        return sum(known) / len(known) if known else None

    return Scores(
        coverage=mean("coverage"),
        conformity=mean("conformity"),
        consistency_idk=mean("consistency_idk"),
        consistency_match=mean("consistency_match"),
        conciseness=mean("conciseness"),
        overall_idk=mean("overall_idk"),
        overall_match=mean("overall_match"),
        questions=sum(one.questions for one in each),
        unsettled=sum(one.unsettled for one in each),
    )


def _percent(right: Sequence[bool]) -> float | None:
    return 100 * sum(right) / len(right) if right else None


def _conciseness(examinations: Iterable[Examination]) -> float | None:
    asked = [(one.document_words, one.generated_words) for one in examinations if one.generated_words is not None]
    words = sum(document for document, _ in asked)
    return 100 * (words - sum(generated for _, generated in asked)) / words if words else None


def _overall(
    coverage: float | None, conformity: float | None, consistency: float | None, conciseness: float | None
) -> float | None:
    parts = [coverage, conformity, consistency]
    if conciseness is not None and coverage is not None:
        both = coverage > 0 and conciseness > 0
        parts.append(2 * coverage * conciseness / (coverage + conciseness) if both else 0.0)
    return _mean(parts)


def _mean(values: Sequence[float | None]) -> float | None:
    """None if one is missing."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None
