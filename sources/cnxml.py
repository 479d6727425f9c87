"""CNXML modules: the sections of OpenStax textbooks, one file each, and the collection that makes a book of them.

Schemas: https://github.com/openstax/cnxml (CNXML 0.8, CollXML 1, MDML 0.5)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.cnxml_books import (
    COLLECTION,
    LICENCE_FILE,
    Repository,
    collection,
    licence_words,
    repositories,
    stated,
    stated_authors,
    stated_licence,
)
from sources.cnxml_text import renamed
from sources.dates import date_in
from sources.jats_front import licence_spelling
from sources.jats_text import Blocks, block, blocks, line
from sources.markup import Element, records
from sources.reader import RawFile

_FACTS = ("records", "without_text", "prefaces", "without_licence", "not_in_collection")
_CNXML = "{http://cnx.rice.edu/cnxml}"


class CnxmlReader:
    """One document a module; its id is the module id and the module's UUID, for new books number from `m00001` on."""

    name: ClassVar[str] = "cnxml"
    version: ClassVar[int] = 5
    doc_types: ClassVar[tuple[str, ...]] = ("textbook",)
    section_policy: ClassVar[str] = (
        "Title, paragraphs, sections and notes with the headings that the book prints, lists, examples, exercises with "
        "their answers, equations, tables, captions and glossary; not prefaces, references, further reading, "
        "footnotes, authors, objectives repeated in the metadata, credits of pictures, or notes that only lead to a "
        "video or website."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Pictures, their alternative texts and embedded exercises are not read.",
        "References to figures and tables lose their numbers, which the book gives them when it is built.",
        "Table cells that span rows or columns are written once, where they begin; subscripts become plain characters.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "title", "authors", "published", "journal", "language", "licence_raw"}
    )  # fmt: skip

    def __init__(self, books: str | None = None) -> None:
        """`books`: a folder with one repository of books or several, for the licences, languages and titles that their
        licence files and collections state. A module is of the repository in which it lies; one that lies in none, of
        the first that lists it.

        Raises:
            ValueError: there is no repository, or a collection cannot be read.
        """
        try:
            self._repositories = repositories(Path(books)) if books else []
        except RawFileError as error:
            raise ValueError(f"books: {error}") from error

    @property
    def config(self) -> Json:
        """What the repositories state, not where they lie."""
        return {"books": [one.config for one in self._repositories]} if self._repositories else {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Modules in file order; a collection or a licence file is a record without text, with what it states.

        Quarantined: `no_module_id`, `nested_too_deep`.

        Raises:
            RawFileError: as `sources.markup.elements`, and `no_module` for XML without module or collection.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        if raw.name == LICENCE_FILE:
            return iter([self._licence_file(raw, facts)])
        return records(
            raw,
            facts,
            (f"{_CNXML}document", COLLECTION),
            lambda element, record: self._record(element, record, raw.path, facts),
            "no_module",
        )

    def _licence_file(self, raw: RawFile, facts: Counter[str]) -> Document:
        home = self._home(raw.path)
        own = [(licence_words(raw), "file:LICENSE")]
        told = [(book.licence, "collxml:metadata/license") for book in home.collections] if home else []
        licence, evidence = _licence([*own, *told])
        facts["records"] += 1
        return Document(
            record=0,
            native_id=None,
            text="",
            no_text="licence_file",
            doc_type="textbook",
            licence_raw=licence,
            licence_evidence=evidence,
        )

    def _home(self, path: str) -> Repository | None:
        place = path if "://" in path else str(Path(path).resolve())
        return max(
            (one for one in self._repositories if one.holds(place)), key=lambda one: len(one.folder), default=None
        )

    def _record(self, element: Element, record: int, path: str, facts: Counter[str]) -> Document | Quarantined:
        home = self._home(path)
        if element.tag != COLLECTION:
            return _module(element, record, home, self._repositories, facts)
        book = collection(element)
        licence, evidence = _licence(
            [(book.licence, "collxml:metadata/license"), (home.licence if home else None, "file:LICENSE")]
        )
        return Document(
            record=record,
            native_id=f"collection/{book.uuid}" if book.uuid else None,
            text="",
            no_text="collection",
            doc_type="textbook",
            title=book.title,
            authors=book.authors,
            language=book.language,
            licence_raw=licence,
            licence_evidence=evidence,
        )


def _module(
    module: Element, record: int, home: Repository | None, known: list[Repository], facts: Counter[str]
) -> Document | Quarantined:
    meta = module.find(f"{_CNXML}metadata")
    module_id = stated(meta, "content-id") or module.get("id")
    if not module_id:
        return Quarantined(record=record, reason="no_module_id")
    home = home or next((one for one in known if one.book(module_id)), None)
    book = home.book(module_id) if home else None
    facts["not_in_collection"] += bool(known) and book is None
    uuid = stated(meta, "uuid")
    licence, evidence = _licence(
        [
            (stated_licence(meta), "cnxml:metadata/license"),
            *((words, "collxml:metadata/license") for words in (home.licences(module_id) if home else ())),
            (home.licence if home else None, "file:LICENSE"),
        ]
    )
    facts["without_licence"] += licence is None
    stated_title, authors = stated(meta, "title"), stated_authors(meta)
    language = stated(meta, "language") or module.get("{http://www.w3.org/XML/1998/namespace}lang")
    published, version = date_in(stated(meta, "revised") or stated(meta, "created")), _version(meta)
    preface = "preface" in (module.get("class") or "").split()
    renamed(module)
    # The metadata's title may be older than the one on the page.
    shown = module.find("title")
    title = (line(shown) if shown is not None else "") or stated_title
    content: Blocks = []
    for place in module.iterchildren("content"):
        blocks(place, content)
    for glossary in module.iterchildren("def-list"):
        content.append("Glossary")
        block(glossary, content)
    facts["without_text"] += not content
    facts["prefaces"] += preface
    no_text = "preface" if preface else None if content else "no_content"
    return Document(
        record=record,
        native_id=f"{module_id}/{uuid}" if uuid else module_id,
        text="" if no_text else "\n\n".join([title, *content] if title else content),
        no_text=no_text,
        doc_type="textbook",
        version=version,
        title=title or None,
        authors=authors or (book.authors if book else ()),
        published=published,
        journal=book.title if book else None,
        language=language or (book.language if book else None),
        licence_raw=licence,
        licence_evidence=evidence,
    )


def _licence(places: list[tuple[str | None, str]]) -> tuple[str | None, str | None]:
    """Every licence that module, collection and licence file state, so that none is taken for granted; and where."""
    found: dict[str, tuple[str, str]] = {}
    for words, place in places:
        if words:
            found.setdefault(licence_spelling(words), (words, place))
    if not found:
        return None, None
    return " | ".join(words for words, _ in found.values()), "; ".join(
        dict.fromkeys(place for _, place in found.values())
    )


def _version(meta: Element | None) -> str:
    """`1.10` as `0001.0010`, so that versions sort as strings."""
    return re.sub(r"\d+", lambda number: number.group().zfill(4), stated(meta, "version") or "")
