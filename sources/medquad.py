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
from sources.reader import RawFile

_FACTS = ("pages", "records", "without_answer", "without_id")
_PAIRS = ("QAPair", "pair")  # A few files are in an older spelling.
_LISTS = ("QAPairs", "qaPairs")
_SUFFIXES = re.compile(r"\.xml(\.gz|\.zst)?$")
_ITEM = re.compile(r"(?:(?<=\s\s)|(?<=\n)|^)-\s+")
_BEFORE_MARK = re.compile(r"\s+([?.,;:)])")
# What only a web page can do: play, enlarge, be clicked.
_ASIDE = re.compile(r"\((?:Watch the video|Click here)(?:[^()]|\([^()]*\))*\)", re.I)
_PAGE = re.compile(r"\bclick (?:here|on the (?:link|title))\b|\bwatch the video\b", re.I)
_SENTENCE = re.compile(r"(?<=[.?!])(?=\s)")
# A piece of an address block: nothing but a phone number, an e-mail address, a site or a street's end.
_CONTACT = re.compile(
    r"(?:(?:e-?mail|phone|tel|fax|tty|toll[- ]free|website|internet|web)\b[^:]{0,20}:\s*)?"
    r"(?:\S+@\S+|(?:https?://|www\.)\S+|[\d()+\u2013. -]{7,}(?:\([^()]*\))?|"
    r"[A-Z][A-Za-z ]+, [A-Z]{2} \d{5}(?:-\d{4})?)",
    re.I,
)


class MedquadReader:
    """One document a question with its answer; its id is the site and the question id."""

    name: ClassVar[str] = "medquad"
    version: ClassVar[int] = 1
    doc_types: ClassVar[tuple[str, ...]] = ("qa",)
    section_policy: ClassVar[str] = (
        "The question, then its answer with one paragraph a line and list items on lines of their own; "
        "not links to click, players of videos or address blocks. A question alone is not a document."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "UMLS concepts, semantic types, question types and synonyms are not read.",
        "Tables of the sites stand in the answers as runs of words.",
    )

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
                facts["without_answer"] += found.no_text is not None
                facts["without_id"] += found.native_id is None
            yield found
            record += 1
        if facts["pages"] == 0:
            raise RawFileError("no_question_pairs", "no element `QAPairs`")


def _document(pair: Element, record: int, stem: str) -> Document | Quarantined:
    question, answer = (_child(pair, name) for name in ("Question", "Answer"))
    asked = _BEFORE_MARK.sub(r"\1", " ".join(_words(question).split())).replace("??", "?")
    if question is None or not asked:
        return Quarantined(record=record, reason="no_question")
    page = next(pair.iterancestors("Document", "doc"), pair)
    answered = _answer(_words(answer))
    return Document(
        record=record,
        native_id=_native_id(page.get("source") or page.get("corpus"), question.get("qid"), stem),
        text=f"{asked}\n\n{answered}" if answered else "",
        no_text=None if answered else "no_answer",
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


def _answer(text: str) -> str:
    """One paragraph a line, `- ` before list items; pages run their lines together with two blanks."""
    blocks: list[str] = []
    for line in text.strip().removeprefix("Summary : ").split("\n"):
        words = _without_page(line).strip()
        lead, *items = _ITEM.split(f"  {words}" if words else "")
        if lead := _paragraph(lead):
            blocks.append(lead)
        listed = [f"- {words}" for item in items if (words := _paragraph(item))]
        if listed and blocks and blocks[-1].startswith("- "):
            blocks[-1] = "\n".join([blocks[-1], *listed])
        elif listed:
            blocks.append("\n".join(listed))
    return "\n\n".join(blocks)


def _without_page(line: str) -> str:
    if not _PAGE.search(line):
        return line
    return "".join(one for one in _SENTENCE.split(_ASIDE.sub(" ", line)) if not _PAGE.search(one))


def _paragraph(text: str) -> str:
    pieces = [piece for piece in re.split(r"\s{2,}", text.strip()) if not _CONTACT.fullmatch(piece.strip())]
    return _BEFORE_MARK.sub(r"\1", " ".join(" ".join(pieces).split()))
