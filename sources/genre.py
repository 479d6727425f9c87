"""What kind of publication a document is, from the words in which its record says so.

Every bibliography has a vocabulary of its own: NLM's publication types, JATS's `article-type` and the heading over the
title in print, the types of OpenAlex and Semantic Scholar. One table takes them all to `corpus.document.Genre`. What
says nothing ("Journal Article", "Article") gives None, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import get_args

from corpus.document import Genre

_WORDS: dict[Genre, str] = {
    "retraction": "retraction of publication, retraction, retraction notice, partial retraction, withdrawal, "
    "expression of concern, removal",
    "erratum": "published erratum, erratum, correction, corrected article, corrigendum, addendum",
    "guideline": "practice guideline, guideline, guidelines, clinical practice guideline, consensus statement, "
    "consensus development conference, consensus development conference nih, position statement, position paper, "
    "recommendations, consensus",
    "meta_analysis": "meta analysis, network meta analysis, systematic review and meta analysis",
    "systematic_review": "systematic review, cochrane review, scoping review",
    "protocol": "clinical trial protocol, study protocol, study protocol clinical trial, protocol, protocols, "
    "trial protocol",
    "randomized_trial": "randomized controlled trial, randomised controlled trial, randomized trial, "
    "randomised trial, pragmatic clinical trial, equivalence trial",
    "clinical_trial": "clinical trial, clinical trials, controlled clinical trial, adaptive clinical trial, "
    "clinical trial phase i, clinical trial phase ii, clinical trial phase iii, clinical trial phase iv",
    "case_report": "case reports, case report, case study, case studies, case presentation, case series, clinical "
    "case, clinical case report, clinical conference",
    "observational_study": "observational study, twin study, cohort study, case control study, cross sectional study",
    "review": "review, review article, reviews, literature review, mini review, minireview, narrative review, "
    "state of the art review",
    "editorial": "editorial, editorials, introductory journal article",
    "comment": "comment, commentary, article commentary, commentary article, viewpoint, viewpoints, perspective, "
    "perspectives, opinion, essay, discussion, reply, editorial comment",
    "letter": "letter, letters, letter to the editor, correspondence, research letter, letters and comments",
    "news": "news, newspaper article, press release, interview, in brief",
    "book_review": "book review, books received, product review",
    "biography": "biography, autobiography, obituary, portrait, personal narrative, personal narratives",
    "history": "historical article, classical article",
    "congress": "congress, congresses, meeting abstract, meeting abstracts, meeting report, conference, conference "
    "abstract, poster presentation, oral presentation, abstract, lecture",
    "methods": "methods article, methods, methodology, validation study, evaluation study, technical report, "
    "evaluative studies, brief technical report, technical note, data paper, data article, study design",
    "research": "research article, research paper, research, original article, original articles, original research, "
    "original paper, original investigation, clinical study, comparative study, multicenter study, brief report, "
    "short report, short communication, rapid communication, brief communication, rapid publication, "
    "artigos originais, study",
}
"""Words of all vocabularies by what they mean, the most telling first: an article filed under "Journal Article",
"Review" and "Practice Guideline" is a guideline. Lower case, signs as blanks."""

_SIGNS = re.compile(r"[^\w]+|_|(?<=[a-z])(?=[A-Z])")  # also between the words of "MetaAnalysis"


def _table() -> tuple[dict[str, Genre], dict[Genre, int]]:
    table: dict[str, Genre] = {}
    for genre, words in _WORDS.items():
        for phrase in words.split(", "):
            table.setdefault(phrase, genre)
        table.setdefault(genre.replace("_", " "), genre)
    return table, {genre: place for place, genre in enumerate(_WORDS)}


_GENRE_OF, _RANK = _table()
assert set(_WORDS) == set(get_args(Genre))


@lru_cache(4096)
def _meant(statement: str) -> Genre | None:
    return _GENRE_OF.get(_SIGNS.sub(" ", statement).lower().strip())


def genre(statements: Iterable[str | None]) -> Genre | None:
    """The most telling kind of publication that any of `statements` names; None if they name none."""
    found = [meant for statement in statements if statement and (meant := _meant(statement))]
    return min(found, key=lambda meant: _RANK[meant], default=None)
