"""JATS full text (`.nxml`, `.xml`): PubMed Central, PLOS, OAI wrappers and sets of articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Genre, Record
from sources.genre import genre
from sources.jats_front import article_ids, authors, licence, mesh, notices, published, retraction
from sources.jats_text import Blocks, abstracts, blocks, line, told
from sources.markup import Element, records
from sources.reader import RawFile

_FACTS = (
    "records",
    "without_body",
    "without_abstract",
    "sub_articles",
    "without_licence",
    "without_id",
    "formulas_as_images",
)
# Nothing that `jats_text` or `jats_front` looks at stands in these.
_UNREAD = ("ref-list", "aff", "author-notes", "ack")
_FORMULAS = frozenset({"inline-formula", "disp-formula"})


class JatsReader:
    """One document an `article`; its id is the PMCID, else the DOI, else the PMID."""

    name: ClassVar[str] = "jats"
    version: ClassVar[int] = 7
    doc_types: ClassVar[tuple[str, ...]] = ("full_text", "case_report", "abstract")
    section_policy: ClassVar[str] = (
        "Title, abstracts, body sections with headings, tables, captions, formulas, lists, appendices and floats; "
        "not authors, affiliations, references, acknowledgements, funding, competing interests, contributions, "
        "supplementary files, asides that point to those, highlights or numeric citation marks."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Formulas given only as images are lost.",
        "Table cells that span rows or columns are written once, where they begin.",
        "Footnotes of the running text, translated abstracts and sub-articles (reviews, replies) are not read.",
        "Subscripts become plain characters.",
        "Keywords are not read, but for MeSH headings; nor are their qualifiers.",
        "Damage inside references, affiliations and acknowledgements is not noticed.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "pmid", "pmcid", "doi", "title", "authors", "published", "journal", "mesh", "language", "genre",
         "retraction", "notices", "licence_raw", "copyright"}
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
        return records(
            raw,
            facts,
            ("article", "{*}article"),
            lambda article, record: _document(article, record, facts),
            "no_article",
            _UNREAD,
        )


def _strip_namespace(article: Element) -> None:
    """OAI responses put JATS in a namespace; article files do not."""
    if article.tag[0] == "{":
        for element in article.iter(article.tag.replace("article", "*")):
            element.tag = element.tag.rpartition("}")[2]


def _document(article: Element, record: int, facts: Counter[str]) -> Document:
    _strip_namespace(article)
    front = article.find("front")
    meta = front.find("article-meta") if front is not None else None
    if meta is None:
        meta = article  # Nothing stated: every fact below is then absent.
    ids = article_ids(meta)
    title = _title(meta)
    summaries = abstracts(meta)
    body = article.find("body")
    sections: Blocks = []
    if body is not None:
        blocks(body, sections)
    if sections:
        for place in article.iterchildren("back", "floats-group", "floats-wrap"):
            if place.tag != "back":
                blocks(place, sections)
            else:
                for appendix in place.iter("app"):
                    blocks(appendix, sections)
        facts["formulas_as_images"] += sum(
            1 for image in body.iter("inline-graphic", "graphic") if image.getparent().tag in _FORMULAS
        )
    facts["without_body"] += not sections
    facts["without_abstract"] += not summaries
    facts["sub_articles"] += sum(1 for _ in article.iterchildren("sub-article", "response"))
    terms = licence(meta)
    facts["without_licence"] += terms.raw is None
    native_id = ids["pmcid"] or ids["doi"] or ids["pmid"]
    facts["without_id"] += native_id is None
    doc_type = "abstract" if summaries and not sections else "full_text"
    text = told(title, summaries, sections)
    kind, stated = _genre(article, meta)
    return Document(
        record=record,
        native_id=native_id,
        text=text,
        no_text=None if text else "no_body",
        doc_type="case_report" if kind == "case_report" and sections else doc_type,
        genre=kind,
        genre_evidence=stated,
        title=title or None,
        authors=authors(meta),
        pmid=ids["pmid"],
        pmcid=ids["pmcid"],
        doi=ids["doi"],
        published=published(meta),
        journal=_journal(front),
        mesh=mesh(meta),
        language=article.get("{http://www.w3.org/XML/1998/namespace}lang"),
        retraction=retraction(article, meta, title),
        notices=notices(article, meta, ids["doi"]),
        licence_raw=terms.raw,
        licence_evidence=terms.evidence,
        copyright=terms.copyright,
    )


def _genre(article: Element, meta: Element) -> tuple[Genre | None, str]:
    """Kind of publication by the heading under which the journal prints it, else by `article-type`; and which said so.

    The heading is the finer one: protocols and reviews are often filed as `research-article`.
    """
    headings = [
        line(subject)
        for group in meta.iterfind("article-categories/subj-group")
        if group.get("subj-group-type") in (None, "heading")
        for subject in group.iterchildren("subject")
    ]
    heading, filed = genre(headings), genre([article.get("article-type")])
    if heading is not None and heading != "research":
        return heading, "jats:subject"
    return (filed, "jats:@article-type") if filed is not None else (heading, "jats:subject")


def _title(meta: Element) -> str:
    group = meta.find("title-group")
    pieces = [] if group is None else [line(child) for child in group.iterchildren("article-title", "subtitle")]
    return ": ".join(piece for piece in pieces if piece)


def _journal(front: Element | None) -> str | None:
    if front is None:
        return None
    title = front.find("journal-meta//journal-title")
    return line(title) or None if title is not None else None
