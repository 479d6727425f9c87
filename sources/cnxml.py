"""CNXML modules: the sections of OpenStax textbooks, one file each, and the collection that makes a book of them.

Schemas: https://github.com/openstax/cnxml (CNXML 0.8, CollXML 1, MDML 0.5)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.cnxml_text import renamed
from sources.dates import date_in
from sources.jats_front import licence_spelling
from sources.jats_text import Blocks, block, blocks, line
from sources.markup import Element, elements, records
from sources.reader import RawFile

_FACTS = ("records", "without_text", "prefaces", "without_licence", "not_in_collection", "licence_conflicts")
_CNXML = "{http://cnx.rice.edu/cnxml}"


@dataclass(frozen=True, slots=True)
class Collection:
    """What a collection says of the modules it lists."""

    title: str | None
    language: str | None
    licence: str | None
    modules: frozenset[str]


class CnxmlReader:
    """One document a module; its id is the module id and the module's UUID, for new books number from `m00001` on."""

    name: ClassVar[str] = "cnxml"
    version: ClassVar[int] = 2
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

    def __init__(self, collection: str | list[str] | None = None) -> None:
        """`collection`: path or URL of the book's `collection.xml`, for its licence, language and title.

        A repository of several books has several: a module is of the first that lists it.

        Raises:
            ValueError: a collection cannot be read.
        """
        places = [collection] if isinstance(collection, str) else collection or []
        try:
            self._books = [_collection(RawFile(place)) for place in places]
        except RawFileError as error:
            raise ValueError(f"collection: {error}") from error

    @property
    def config(self) -> Json:
        """What the collections state, not where they lie."""
        stated: list[Json] = [
            {
                "title": book.title,
                "language": book.language,
                "licence": book.licence,
                "modules": sorted(book.modules),
            }
            for book in self._books
        ]
        return {"books": stated} if stated else {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Modules in file order. Quarantined: `no_module_id`, `nested_too_deep`.

        Raises:
            RawFileError: as `sources.markup.elements`, and `no_module` for XML that holds none.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        return records(
            raw,
            facts,
            (f"{_CNXML}document",),
            lambda module, record: _document(module, record, self._books, facts),
            "no_module",
        )


def _document(module: Element, record: int, books: list[Collection], facts: Counter[str]) -> Document | Quarantined:
    meta = module.find(f"{_CNXML}metadata")
    module_id = _stated(meta, "content-id") or module.get("id")
    if not module_id:
        return Quarantined(record=record, reason="no_module_id")
    book = next((book for book in books if module_id in book.modules), None)
    facts["not_in_collection"] += bool(books) and book is None
    uuid = _stated(meta, "uuid")
    licence, evidence = _licence(meta, book)
    facts["without_licence"] += licence is None
    facts["licence_conflicts"] += licence is not None and " | " in licence
    stated_title = _stated(meta, "title")
    language = _stated(meta, "language") or module.get("{http://www.w3.org/XML/1998/namespace}lang")
    published, version = date_in(_stated(meta, "revised") or _stated(meta, "created")), _version(meta)
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
        published=published,
        journal=book.title if book else None,
        language=language or (book.language if book else None),
        licence_raw=licence,
        licence_evidence=evidence,
    )


def _collection(raw: RawFile) -> Collection:
    """Raises RawFileError: `no_collection`, or any of `sources.markup.elements`."""
    title = language = licence = None
    modules = set()
    found = False
    for element in elements(raw, "{http://cnx.rice.edu/collxml}collection"):
        found = True
        meta = next(element.iterchildren("{*}metadata"), None)
        title, language, licence = _stated(meta, "title"), _stated(meta, "language"), _stated_licence(meta)
        modules = {module.get("document") or "" for module in element.iter("{*}module")}
    if not found:
        raise RawFileError("no_collection", "no CollXML element `collection`")
    return Collection(title, language, licence, frozenset(modules))


def _stated(meta: Element | None, name: str) -> str | None:
    return (" ".join((meta.findtext(f"{{*}}{name}") or "").split()) or None) if meta is not None else None


def _stated_licence(meta: Element | None) -> str | None:
    """The licence's address, else its words."""
    element = meta.find("{*}license") if meta is not None else None
    if element is None:
        return None
    return (element.get("url") or "").strip() or " ".join((element.text or "").split()) or None


def _licence(meta: Element | None, book: Collection | None) -> tuple[str | None, str | None]:
    """The module's licence, else the collection's; both where they differ, so that neither is taken for granted."""
    places = (
        (_stated_licence(meta), "cnxml:metadata/license"),
        (book.licence if book else None, "collxml:metadata/license"),
    )
    found: dict[str, tuple[str, str]] = {}
    for stated, place in places:
        if stated:
            found.setdefault(licence_spelling(stated), (stated, place))
    if not found:
        return None, None
    return " | ".join(stated for stated, _ in found.values()), "; ".join(place for _, place in found.values())


def _version(meta: Element | None) -> str:
    """`1.10` as `0001.0010`, so that versions sort as strings."""
    return re.sub(r"\d+", lambda number: number.group().zfill(4), _stated(meta, "version") or "")
