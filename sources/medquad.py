"""MedQuAD: questions and answers of consumer-health sites, one XML file a page of a site.

Format: https://github.com/abachaa/MedQuAD
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.markup import Element, elements
from sources.medquad_answers import BEFORE_MARK, answer
from sources.reader import RawFile

_FACTS = ("pages", "records", "without_answer", "unanswered", "without_id")
_PAIRS = ("QAPair", "pair")  # A few files are in an older spelling.
_LISTS = ("QAPairs", "qaPairs")
_SUFFIXES = re.compile(r"\.xml(\.gz|\.zst)?$")


class MedquadReader:
    """One document a question with its answer; its id is the site and the question id."""

    name: ClassVar[str] = "medquad"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("qa",)
    section_policy: ClassVar[str] = (
        "The question, then its answer with one paragraph a line, list items and rows of symptom tables on lines of "
        "their own; not links and sentences that lead to them, players of videos, address blocks, the agency's name at "
        "the end, or a second telling of a list or question. A question alone, or "
        "with nothing but links (`unanswered`), is not a document."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "UMLS concepts, semantic types, question types and synonyms are not read.",
        "Tables of the sites, but for those of symptoms, stand in the answers as runs of words; so do headings.",
        "Apostrophes that the data lost are put back in contractions (`arent`) but not in possessives (`persons`).",
    )
    states: ClassVar[frozenset[str]] = frozenset({"native_id", "title", "url"})

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Pairs in file order. Quarantined: `no_question`.

        Raises:
            RawFileError: as `sources.markup.elements`, and `no_question_pairs` for XML that has no list of them (an
                empty list is one).
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        stem = _SUFFIXES.sub("", raw.name)
        record = 0
        for pair in elements(raw, *_PAIRS, *_LISTS):
            if pair.tag in _LISTS:
                facts["pages"] += 1
                continue
            facts["records"] += 1
            found = _document(pair, record, stem)
            if isinstance(found, Document):
                facts["without_answer"] += found.no_text == "no_answer"
                facts["unanswered"] += found.no_text == "unanswered"
                facts["without_id"] += found.native_id is None
            yield found
            record += 1
        if facts["pages"] == 0:
            raise RawFileError("no_question_pairs", "no element `QAPairs`")


def _document(pair: Element, record: int, stem: str) -> Document | Quarantined:
    question, answered = (_child(pair, name) for name in ("Question", "Answer"))
    asked = BEFORE_MARK.sub(r"\1", " ".join(_words(question).split())).replace("??", "?")
    if question is None or not asked:
        return Quarantined(record=record, reason="no_question")
    page = next(pair.iterancestors("Document", "doc"), pair)
    stated = _words(answered)
    words = answer(stated, asked)
    return Document(
        record=record,
        native_id=_native_id(page.get("source") or page.get("corpus"), question.get("qid"), stem),
        text=f"{asked}\n\n{words}" if words else "",
        no_text=None if words else "unanswered" if stated.strip() else "no_answer",
        doc_type="qa",
        title=asked,
        url=page.get("url"),
    )


def _child(pair: Element, name: str) -> Element | None:
    found = pair.find(name)
    return pair.find(name.lower()) if found is None else found


def _words(element: Element | None) -> str:
    return "".join(element.itertext()) if element is not None else ""


def _native_id(site: str | None, qid: str | None, stem: str) -> str | None:
    """Site and question id. Pages that were cut in several files repeat their ids: there the file's name tells them."""
    if not qid:
        return None
    page, _, number = qid.rpartition("-")
    return f"{site or 'unknown'}/{stem if page and stem.startswith(page) else page}-{number}"
