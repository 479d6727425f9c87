"""MEDLINE/PubMed XML: baseline and update files (`pubmed21n1298.xml.gz`).

Format: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Deletion, Document, Notice, Quarantined, Record, Retraction
from corpus.errors import RawFileError
from sources.dates import iso_date, year_in
from sources.genre import genre
from sources.ids import doi_in, pmcid_in, pmid_in
from sources.markup import Element, entity_text, first, located, raised, single_spaced
from sources.mathml import formula
from sources.mesh import heading
from sources.reader import RawFile

_FACTS = (
    "records",
    "distinct_pmids",
    "repeated_versions",
    "delete_citation_blocks",
    "delete_citation_pmids",
    "abstract_elements",
    "empty_abstracts",
    "only_other_abstract",
    "copyright_information",
    "not_english",
    "retracted_publications",
    "notices_without_id",
)
# Half of a file; nothing that is read stands in these.
_UNREAD = (
    "AuthorList", "ReferenceList", "QualifierName", "ChemicalList", "History", "MedlineJournalInfo", "KeywordList",
    "GrantList", "InvestigatorList",
)  # fmt: skip
_SUFFIXES = re.compile(r"\.xml(\.gz|\.zst)?$")
_TRUNCATED = re.compile(r"\s*\(ABSTRACT TRUNCATED(?: AT \d+ WORDS)?\)")
# What databases and publishers add to an abstract.
_ADDED = re.compile(
    r"\s*(?:\(PsycInfo Database Record \(c\) \d{4} APA, all rights reserved\)\.?"
    r"|See Video Abstract at https?://\S+"
    r"|(?:(?<=[.!?)])|(?<=[.!?)]\s)|^)(?:video|graphical) abstract(?:: ?https?://\S+|\.|$))",
    re.I,
)
_TRANSLATED = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*?)(?:\s*[(\[]author's transl[.)]*\]?|\])(\.?)", re.S)
_ESCAPED = re.compile(r"&(?:lt|gt|amp|quot|apos);")
_NO_TITLE = "[Not Available]."
_RETRACTIONS: dict[str, Retraction] = {
    "RetractionIn": "retracted",
    "RetractedandRepublishedIn": "retracted",
    "PartialRetractionIn": "concern",
    "ExpressionOfConcernIn": "concern",
    "ErratumIn": "corrected",
    "CorrectedandRepublishedIn": "corrected",
}
# What a record says of another one: the article that it retracts or corrects, or of which it is a new edition.
_NOTICES: dict[str, Retraction] = {
    "RetractionOf": "retracted",
    "RetractedandRepublishedFrom": "retracted",
    "PartialRetractionOf": "concern",
    "ExpressionOfConcernFor": "concern",
    "ErratumFor": "corrected",
    "CorrectedandRepublishedFrom": "corrected",
}
_WORST_FIRST: tuple[Retraction, ...] = ("retracted", "concern", "corrected")


class MedlineReader:
    """One document a `PubmedArticle`; one deletion a PMID of `DeleteCitation`."""

    name: ClassVar[str] = "medline"
    version: ClassVar[int] = 7
    doc_types: ClassVar[tuple[str, ...]] = ("abstract",)
    section_policy: ClassVar[str] = (
        "Title, then the abstract; labelled parts of a structured abstract become paragraphs `LABEL: text`; "
        "notes that an abstract was truncated, has a video or is of a database are left out, and so are the brackets "
        "of a translated title; a title alone is not a document."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Keywords, chemicals, affiliations, grants and references are not read.",
        "Of MeSH headings, qualifiers are not read, nor which heading is a major topic.",
        "Authors are not read, for they are a third of a file: NLM's terms ask to name NLM, and a DOI leads to them.",
        "Abstracts in further languages (OtherAbstract) are not read where the article has an abstract.",
        "PubmedBookArticle records are quarantined.",
        "Subscripts become plain characters; matrices in formulas become rows.",
        "Damage inside elements that are not read is not noticed, but for an end tag that is missing.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "offset", "pmid", "pmcid", "doi", "title", "published", "journal", "mesh", "language",
         "genre", "retraction", "notices", "copyright"}
    )  # fmt: skip

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in file order. Versions sort by file name, then position: NLM loads files in number order.

        Quarantined: `no_pmid`, `book_article`, and `nested_too_deep` for formulas deeper than Python can follow.

        Raises:
            RawFileError: as `sources.markup.elements`, and `no_citations` for XML that holds none.
        """
        stem = _SUFFIXES.sub("", raw.name)
        facts.update(dict.fromkeys(_FACTS, 0))
        seen = _Seen()
        record = 0
        for element, offset in located(raw, "PubmedArticle", "PubmedBookArticle", "DeleteCitation", unread=_UNREAD):
            if element.tag == "DeleteCitation":
                facts["delete_citation_blocks"] += 1
                for child in element.iterchildren("PMID"):
                    if pmid := pmid_in(child.text):
                        facts["delete_citation_pmids"] += 1
                        yield Deletion(native_id=pmid, version=f"{stem}:~")  # "~" sorts after every record number
                continue
            facts["records"] += 1
            found = _record(element, record, stem, facts)
            found.offset = offset
            if isinstance(found, Document) and found.native_id is not None:
                facts["distinct_pmids" if seen.add(found.native_id) else "repeated_versions"] += 1
            yield found
            record += 1
        if record == 0 and facts["delete_citation_blocks"] == 0:
            raise RawFileError("no_citations", "no element PubmedArticle or DeleteCitation")


class _Seen:
    """PMIDs in a bit each: a file of any length takes 12 MB at most."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._others: set[str] = set()  # NLM gives numbers of up to eight digits

    def add(self, pmid: str) -> bool:
        """Whether `pmid` is new."""
        if len(pmid) > 8:
            new = pmid not in self._others
            self._others.add(pmid)
            return new
        place, bit = divmod(int(pmid), 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        new = not self._bits[place] >> bit & 1
        self._bits[place] |= 1 << bit
        return new


def _record(element: Element, record: int, stem: str, facts: Counter[str]) -> Document | Quarantined:
    if element.tag == "PubmedBookArticle":
        return Quarantined(record=record, reason="book_article")
    try:
        document = _document(element, record, stem, facts)
    except RecursionError:
        return Quarantined(record=record, reason="nested_too_deep")
    return document or Quarantined(record=record, reason="no_pmid", detail="MedlineCitation/PMID or Article")


def _document(element: Element, record: int, stem: str, facts: Counter[str]) -> Document | None:
    citation = first(element, "MedlineCitation")
    if citation is None:
        return None
    pmid, article, corrections = None, None, None
    mesh: tuple[str, ...] = ()
    others: list[Element] = []
    for child in citation:
        match child.tag:
            case "PMID":
                pmid = pmid or pmid_in(child.text)
            case "Article":
                article = child
            case "CommentsCorrectionsList":
                corrections = child
            case "MeshHeadingList":
                mesh = _mesh(child)
            case "OtherAbstract":
                others.append(child)
    if pmid is None or article is None:
        return None
    title, abstract, doi, journal, published, issued = "", None, None, None, None, None
    languages: list[str] = []
    kinds: list[str | None] = []
    retraction: Retraction = "none"
    for child in article:
        match child.tag:
            case "ArticleTitle":
                title = _line(child)
            case "Abstract":
                abstract = child
            case "Language":
                languages.append(child.text or "")
            case "ArticleDate":
                published = published or _date(child)
            case "Journal":
                journal, issued = _journal(child)
            case "ELocationID":
                if child.get("EIdType") == "doi" and child.get("ValidYN") != "N":
                    doi = doi or doi_in(child.text)
            case "PublicationTypeList":
                kinds = [kind.text for kind in child]
                if "Retracted Publication" in kinds:
                    retraction = "retracted"
    facts["not_english"] += "eng" not in languages
    facts["retracted_publications"] += retraction == "retracted"
    notices: list[Notice] = []
    if corrections is not None:
        retraction = _worst(corrections, retraction)
        notices = _notices(corrections, facts)
    pmcid = None
    for identifier in _article_ids(element):
        match identifier.get("IdType"):
            case "doi":
                doi = doi_in(identifier.text) or doi
            case "pmc":
                pmcid = pmcid_in(identifier.text)
    copyright_ = None
    body, no_text = "", None
    if abstract is not None:
        facts["abstract_elements"] += 1
        if (notice := first(abstract, "CopyrightInformation")) is not None:
            facts["copyright_information"] += 1
            copyright_ = _line(notice) or None
        body = _paragraphs(abstract)
        if not body:
            facts["empty_abstracts"] += 1
            no_text = "empty_abstract"
    elif others:
        facts["only_other_abstract"] += 1
        body = _paragraphs(_preferred(others))
        no_text = None if body else "empty_abstract"
    else:
        no_text = "no_abstract"
    if title == _NO_TITLE:
        title = ""
    elif title[:1] == "[" and (translated := _TRANSLATED.fullmatch(title)):
        title = "".join(translated.groups())
    return Document(
        record=record,
        native_id=pmid,
        text=(f"{title}\n\n{body}" if title else body) if body else "",
        no_text=no_text,
        doc_type="abstract",
        genre=genre(kinds),
        genre_evidence="medline:PublicationType",
        version=f"{stem}:{record:09d}",
        pmid=pmid,
        pmcid=pmcid,
        doi=doi,
        published=published or (_date(issued) if issued is not None else None),
        journal=journal,
        mesh=mesh,
        language=languages[0] if languages else None,
        title=title or None,
        retraction=retraction,
        notices=tuple(notices),
        copyright=copyright_,
    )


def _journal(element: Element) -> tuple[str | None, Element | None]:
    """Title of the journal, and the date of the issue."""
    title, issued = None, None
    for child in element:
        if child.tag == "Title" and title is None:
            title = child.text or ""
        elif child.tag == "JournalIssue":
            issued = first(child, "PubDate") if issued is None else issued
    return title, issued


def _mesh(headings: Element) -> tuple[str, ...]:
    """Descriptors; a heading repeats one only with other qualifiers."""
    found = [heading(one.get("UI"), one.text) for one in headings.iter("DescriptorName")]
    return tuple(dict.fromkeys(filter(None, found)))


def _article_ids(element: Element) -> Iterator[Element]:
    """The ids of the record itself; references have lists of their own."""
    for data in element.iterchildren("PubmedData"):
        for identifiers in data.iterchildren("ArticleIdList"):
            yield from identifiers.iterchildren("ArticleId")


def _worst(corrections: Element, found: Retraction) -> Retraction:
    states = {found}
    for correction in corrections.iterchildren("CommentsCorrections"):
        states.add(_RETRACTIONS.get(correction.get("RefType"), "none"))
    return next((state for state in _WORST_FIRST if state in states), "none")


def _notices(corrections: Element, facts: Counter[str]) -> list[Notice]:
    """What the record says of others: by PMID, else by the DOI in the words of the citation."""
    notices = []
    for correction in corrections.iterchildren("CommentsCorrections"):
        if (state := _NOTICES.get(correction.get("RefType"))) is None:
            continue
        if pmid := pmid_in(correction.findtext("PMID")):
            notices.append(Notice(state, "pmid", pmid))
        elif doi := doi_in(correction.findtext("RefSource")):
            notices.append(Notice(state, "doi", doi.rstrip(".,;")))
        else:
            facts["notices_without_id"] += 1
    return notices


def _preferred(others: list[Element]) -> Element:
    """An abstract in English or in no stated language before any other."""
    return next((one for one in others if one.get("Language", "eng") == "eng"), others[0])


def _paragraphs(abstract: Element) -> str:
    parts = []
    for child in abstract:
        if child.tag != "AbstractText" or not (text := _line(child)):
            continue
        text = _TRUNCATED.sub("", text) if "TRUNCATED" in text else text
        if "bstract" in text or "ABSTRACT" in text or "PsycI" in text:
            text = _ADDED.sub("", text)
        if "&" in text:  # Some publishers escape signs twice.
            text = _ESCAPED.sub(lambda found: unescape(found.group()), text)
        if not text:
            continue
        label = child.get("Label")
        parts.append(f"{label.strip().rstrip(':')}: {text}" if label and label != "UNLABELLED" else text)
    return "\n\n".join(parts)


def _date(element: Element) -> str | None:
    parts = {child.tag: child.text for child in element}
    if "MedlineDate" in parts:
        return year_in(parts["MedlineDate"] or "")
    return iso_date(parts.get("Year"), parts.get("Month"), parts.get("Day"))


def _line(element: Element) -> str:
    """Text of an element with inline markup, on one line with single spaces."""
    if len(element) == 0:
        return single_spaced(element.text or "")
    parts: list[str] = []
    _flatten(element, parts)
    return single_spaced("".join(parts))


def _flatten(element: Element, parts: list[str]) -> None:
    if text := element.text:
        parts.append(text)
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            parts.append(entity_text(child))
        elif tag == "sup":
            inner: list[str] = []
            _flatten(child, inner)
            parts.append(raised("".join(inner)))
        elif tag[0] == "{":
            parts.append(formula(child))
        else:
            _flatten(child, parts)
        if tail := child.tail:
            parts.append(tail)
