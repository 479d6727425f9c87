"""XML dumps of wikis (`pages-articles.xml.bz2`): one document an article.

Format: https://www.mediawiki.org/xml/export-0.11.xsd
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.ids import checked_doc_type
from sources.markup import Element, elements
from sources.reader import RawFile
from sources.wikitext import MAX_CHARACTERS, plain_text

_FACTS = ("records", "articles", "redirects", "other_namespaces", "without_licence")
_NAMESPACES = frozenset(
    {"file", "image", "media", "category", "template", "portal", "help", "wikipedia", "special", "module", "user"}
)
_LICENCE_TAGS = frozenset({"rights", "rightsinfo", "license"})


class MediawikiReader:
    """One document a page, known by its page id; its revision id orders versions."""

    name: ClassVar[str] = "mediawiki"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = (
        "Title, then the article: headings, paragraphs and lists; sections of references, links and further reading "
        "are left out."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Templates are dropped, save quantities and words of another language; boxes of facts are among them.",
        "Tables, references, pictures with their captions, and categories are dropped.",
        "Of a page's revisions only the last in the file is read.",
    )
    states: ClassVar[frozenset[str]] = frozenset({"native_id", "version", "title", "url", "language", "licence_raw"})

    def __init__(self, doc_type: str = "other", licence: str | None = None, language: str | None = None) -> None:
        """`licence`, `language`: of dumps that do not state their own (most state no licence)."""
        self._doc_type = checked_doc_type(doc_type)
        self._licence = licence
        self._language = language

    @property
    def config(self) -> Json:
        """The options."""
        return {"doc_type": self._doc_type, "licence": self._licence, "language": self._language}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in file order. Pages without text say why: `redirect`, `not_an_article` (another namespace),
        `empty_page`. Quarantined: `no_page_id`, `record_too_large`, `nested_too_deep`.

        Raises:
            RawFileError: `not_a_dump` (no page in it), or as `sources.markup.elements`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        site = _Site()
        record = 0
        for element in elements(raw, "{*}siteinfo", "{*}page"):
            if element.tag.endswith("siteinfo"):
                site = _Site(element)
                continue
            facts["records"] += 1
            yield self._page(element, record, site, facts)
            record += 1
        if record == 0:
            raise RawFileError("not_a_dump", "no element `page`")

    def _page(self, page: Element, record: int, site: _Site, facts: Counter[str]) -> Document | Quarantined:
        page_id = (page.findtext("{*}id") or "").strip()
        if not page_id:
            return Quarantined(record=record, reason="no_page_id")
        title = " ".join((page.findtext("{*}title") or "").split())
        revisions = page.findall("{*}revision")
        last = revisions[-1] if revisions else page
        revision = (last.findtext("{*}id") or "").strip() if revisions else ""
        licence = site.licence or self._licence
        document = Document(
            record=record,
            native_id=page_id,
            text="",
            doc_type=self._doc_type,
            version=f"{revision:0>20}" if revision else "",
            title=title or None,
            url=site.address(title),
            language=site.language or self._language,
            licence_raw=licence,
            licence_evidence=("mediawiki:siteinfo" if site.licence else "recipe:options.licence") if licence else None,
        )
        wikitext = last.findtext("{*}text") or ""
        if page.find("{*}redirect") is not None or wikitext[:20].lstrip().upper().startswith("#REDIRECT"):
            facts["redirects"] += 1
            document.no_text = "redirect"
        elif (page.findtext("{*}ns") or "0").strip() != "0":
            facts["other_namespaces"] += 1
            document.no_text = "not_an_article"
        elif len(wikitext) > MAX_CHARACTERS:
            return Quarantined(record=record, reason="record_too_large", detail=f"over {MAX_CHARACTERS} characters")
        else:
            facts["articles"] += 1
            facts["without_licence"] += licence is None
            try:
                body = plain_text(wikitext, site.namespaces)
            except RecursionError:
                body = None
            if body is None:
                return Quarantined(record=record, reason="nested_too_deep")
            document.text = f"{title}\n\n{body}" if title and body else body
            document.no_text = None if body else "empty_page"
        return document


class _Site:
    """What a dump says about its wiki."""

    def __init__(self, info: Element | None = None) -> None:
        names: set[str] = set()
        self.licence: str | None = None
        self.language: str | None = None
        self._base = ""
        if info is not None:
            names = {(one.text or "").strip().lower() for one in info.iterfind("{*}namespaces/{*}namespace")}
            # The main page's address: `https://en.wikipedia.org/wiki/Main_Page`.
            self._base = (info.findtext("{*}base") or "").strip().rpartition("/")[0]
            root = info.getparent()
            self.language = root.get("{http://www.w3.org/XML/1998/namespace}lang") if root is not None else None
            for element in info.iter():
                if isinstance(element.tag, str) and element.tag.rpartition("}")[2] in _LICENCE_TAGS:
                    self.licence = self.licence or element.get("url") or " ".join((element.text or "").split()) or None
        self.namespaces = _NAMESPACES | (names - {""})

    def address(self, title: str) -> str | None:
        """Where a page is found."""
        return f"{self._base}/{quote(title.replace(' ', '_'), safe='/:(),')}" if self._base and title else None
