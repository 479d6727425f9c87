"""Elsevier full text (`ja` articles, alone or in an `xocs` envelope).

Its elements are JATS's under other names: an article is renamed in place and read by the same functions.
Format: https://www.elsevier.com/about/policies-and-standards/xml-dtds (Journal Article DTD 5)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Genre, Record
from sources.dates import iso_date
from sources.ids import doi_in
from sources.jats_front import RETRACTED_TITLE
from sources.jats_text import Blocks, abstracts, blocks, line, told
from sources.markup import Element, records
from sources.reader import RawFile
from sources.table_grid import spans_of

_FACTS = ("records", "without_body", "without_abstract", "without_licence", "without_id")
_GENRES: dict[str, Genre] = {
    "brv": "book_review",
    "cor": "letter",
    "crp": "case_report",
    "dis": "comment",
    "edi": "editorial",
    "err": "erratum",
    "fla": "research",
    "let": "letter",
    "nws": "news",
    "pgl": "guideline",
    "ret": "retraction",
    "rev": "review",
    "sco": "research",
    "ssu": "review",
}
"""Elsevier's codes of document subtypes (Tag by Tag, The Elsevier DTD 5 Family of XML DTDs)."""
_ARTICLES = tuple(
    f"{{http://www.elsevier.com/xml/ja/dtd}}{tag}" for tag in ("article", "simple-article", "converted-article")
)
_JATS = {
    "para": "p",
    "simple-para": "p",
    "note-para": "p",
    "section": "sec",
    "abstract-sec": "sec",
    "section-title": "title",
    "inf": "sub",
    "small-caps": "sc",
    "sans-serif": "styled-content",
    "inter-ref": "ext-link",
    "hsp": "named-content",
    "br": "break",
    "vsp": "break",
    "figure": "fig",
    "link": "graphic",
    "inline-figure": "inline-graphic",
    "float-anchor": "graphic",
    "table": "table-wrap",
    "row": "tr",
    "entry": "td",
    "table-footnote": "fn",
    "footnote": "fn",
    "formula": "disp-formula",
    "display": "disp-formula-group",
    "displayed-quote": "disp-quote",
    "enunciation": "statement",
    "textbox": "boxed-text",
    "textbox-body": "boxed-text",
    "sections": "boxed-text",
    "appendices": "boxed-text",
    "e-component": "supplementary-material",
    "acknowledgment": "ack",
    "cross-ref": "xref",
    "cross-refs": "xref",
}
# Characters that the DTD names instead of writing them.
_GLYPHS = {"sbnd": "\u2013", "dbnd": "=", "tbnd": "\u2261", "rad": "\u2022"}
_DROPPED_ABSTRACTS = frozenset({"author-highlights", "editor-highlights", "graphical", "teaser"})
_COMMON = "{http://www.elsevier.com/xml/common/dtd}"
_ABOUT_SUPPLEMENTS = re.compile(
    r"(?:the following (?:is|are) (?:the )?)?supplementary (?:data|materials?|information) (?:related )?"
    r"to this article\b.*",
    re.I,
)
_NOT_ID = re.compile(r"[^0-9A-Z]")


class ElsevierReader:
    """One document an article; its id is the PII without punctuation, else the DOI."""

    name: ClassVar[str] = "elsevier"
    version: ClassVar[int] = 5
    doc_types: ClassVar[tuple[str, ...]] = ("full_text", "case_report", "abstract")
    section_policy: ClassVar[str] = (
        "Title, abstract, body sections with headings, lists, formulas, appendices, then captions of figures and "
        "tables with their cells; not authors, affiliations, keywords, highlights, references, acknowledgements, "
        "footnotes, supplementary files, numeric citation marks or what only the printed version says."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Figures and tables follow the text, for the format keeps them apart from it.",
        "Table cells that span rows or columns are written once, where they begin.",
        "Subscripts become plain characters; characters given as pictures are lost.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "doi", "title", "authors", "published", "journal", "language", "genre", "retraction",
         "licence_raw", "copyright"}
    )  # fmt: skip

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Articles in file order; one nested deeper than Python can follow is quarantined as `nested_too_deep`.

        Raises:
            RawFileError: as `sources.markup.elements`, and `no_article` for XML that holds none.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        return records(raw, facts, _ARTICLES, lambda article, record: _document(article, record, facts), "no_article")


def _document(article: Element, record: int, facts: Counter[str]) -> Document:
    envelope = next(article.iterancestors("{*}doc"), None)
    meta = envelope.find("{*}meta") if envelope is not None else None
    language = article.get("{http://www.w3.org/XML/1998/namespace}lang")
    subtype = article.get("docsubtype")
    licence, evidence = _licence(article, meta)
    rights = _copyright(article, meta)
    _renamed(article)
    info = article.find("item-info")
    head = article.find("head")
    title = _title(head)
    sections: Blocks = []
    body = article.find("body")
    if body is not None:
        blocks(body, sections)
    if sections:
        for floats in article.iterchildren("floats"):
            blocks(floats, sections)
    summaries = abstracts(head) if head is not None else []
    facts["without_body"] += not sections
    facts["without_abstract"] += not summaries
    facts["without_licence"] += licence is None
    doi = doi_in(_stated(meta, "doi") or _stated(info, "doi"))
    pii = _NOT_ID.sub("", (_stated(meta, "pii-unformatted") or _stated(info, "pii") or "").upper()) or None
    facts["without_id"] += pii is None and doi is None
    text = told(title, summaries, sections)
    kind = "case_report" if subtype == "crp" else "full_text"
    stated = _GENRES.get(subtype or "")
    return Document(
        record=record,
        native_id=pii or doi,
        text=text,
        no_text=None if text else "no_body",
        doc_type="abstract" if summaries and not sections else kind,
        genre=stated,
        genre_evidence="elsevier:@docsubtype",
        doi=doi,
        title=title or None,
        authors=_authors(head),
        published=_published(meta),
        journal=_stated(meta, "srctitle"),
        language=language,
        retraction="retracted" if RETRACTED_TITLE.match(title) else "none",
        licence_raw=licence,
        licence_evidence=evidence,
        copyright=rights,
    )


def _stated(holder: Element | None, name: str) -> str | None:
    """The text of a child, whatever its namespace."""
    if holder is None:
        return None
    return " ".join((holder.findtext(name) or holder.findtext(f"{{*}}{name}") or "").split()) or None


def _licence(article: Element, meta: Element | None) -> tuple[str | None, str | None]:
    """The user licence of open-access articles; others state none."""
    for holder, path, evidence in (
        (meta, "{*}open-access/{*}oa-user-license", "elsevier:xocs:open-access/oa-user-license"),
        (article.getroottree().getroot(), ".//{*}openaccessUserLicense", "elsevier:coredata/openaccessUserLicense"),
    ):
        stated = holder.findtext(path) if holder is not None else None
        if stated and stated.strip():
            return stated.strip(), evidence
    return None, None


def _copyright(article: Element, meta: Element | None) -> str | None:
    if found := _stated(meta, "copyright-line") or _stated(article.find("{*}item-info"), "copyright-line"):
        return found
    notice = article.find("{*}item-info/{*}copyright")
    return f"{notice.get('year') or ''} {notice.text or ''}".strip() or None if notice is not None else None


def _published(meta: Element | None) -> str | None:
    """The cover date, `201308` or `20140115` in the publisher's own precision."""
    stated = (meta.findtext("{*}cover-date-orig/{*}start-date") or "").strip() if meta is not None else ""
    if not stated:
        stated = (_stated(meta, "cover-date-year") or "").strip()
    return iso_date(stated[:4], stated[4:6], stated[6:8])


def _title(head: Element | None) -> str:
    pieces = [line(child) for child in head.iterchildren("title", "subtitle")] if head is not None else []
    return ": ".join(piece for piece in pieces if piece)


def _authors(head: Element | None) -> tuple[str, ...]:
    """People and groups of the author groups, in their order; not the members of a group."""
    names = []
    for group in head.iterchildren("author-group") if head is not None else ():
        for author in group.iterchildren("author", "collaboration"):
            tags = ("given-name", "surname", "suffix") if author.tag == "author" else ("text",)
            parts = [line(part) for tag in tags for part in author.iterchildren(tag)]
            names.append(" ".join(part for part in parts if part))
    return tuple(name for name in names if name)


def _renamed(article: Element) -> None:
    """Give the article's elements the names that JATS has for them."""
    _one_view(article)
    kinds = {}
    for element in article.iter("{*}bib-reference", "{*}footnote", "{*}table-footnote", "{*}other-ref"):
        kinds[element.get("id")] = {"bib-reference": "bibr", "other-ref": "bibr", "table-footnote": "table-fn"}.get(
            _local(element), "fn"
        )
    for element in list(article.iter("{*}*")):
        if "MathML" in element.tag:
            continue
        name = _local(element)
        element.tag = _JATS.get(name, name)
        match name:
            case "hsp":
                element.text = " "
            case "glyph":
                element.text = _GLYPHS.get(element.get("name") or "", "")
            case "cross-ref" | "cross-refs":
                target = (element.get("refid") or "").split()[:1]
                element.set("ref-type", kinds.get(target[0], "") if target else "")
            case "abstract":
                if element.get("class") in _DROPPED_ABSTRACTS:
                    element.set("abstract-type", "teaser")
            case "enunciation":
                for label in element.iterchildren("{*}label"):
                    label.tag = "title"
            case "table":
                _footed(element)
            case "tgroup":
                spans_of(element)


def _one_view(article: Element) -> None:
    """Leave out what only the printed version says, where the electronic one says it in its own way.

    Both stand side by side (`view="compact-standard"`, `view="extended"`), often word for word.
    """
    others = [one for one in article.iter("{*}*") if one.get("view") not in {None, "all"}]
    if any("extended" in one.get("view") for one in others):
        for one in others:
            if "extended" not in one.get("view"):
                _leave_out(one)
    for paragraph in article.iter("{*}para"):
        if _ABOUT_SUPPLEMENTS.fullmatch(" ".join("".join(paragraph.itertext()).split())):
            _leave_out(paragraph)


def _leave_out(element: Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None
    element.tag = f"{_COMMON}e-component"


def _footed(table: Element) -> None:
    """Legends and footnotes of a table go into the foot where JATS has them."""
    notes = [child for child in table if _local(child) in {"legend", "table-footnote"}]
    if notes:
        foot = table.makeelement("table-wrap-foot")
        for note in notes:
            foot.append(note)
        table.append(foot)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
