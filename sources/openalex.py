"""OpenAlex works, one JSON object a line: snapshot parts and saved API answers.

Format: https://docs.openalex.org/api-entities/works/work-object
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import orjson

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.dates import date_in
from sources.genre import genre
from sources.ids import doi_in, pmcid_in, pmid_in
from sources.inline_html import without_tags
from sources.json_lines import at, records, words
from sources.reader import RawFile

_FACTS = ("records", "without_abstract", "without_licence", "retracted", "paratexts")
_WORK = re.compile(r"W\d+")
_LABEL = re.compile(r"(?i:abstract|summary)\b[\s:.\u2014-]*(?=[\"'\u201c(\[]?[A-Z0-9])")
_FOLD = re.compile(r"(?<=[.!?])\s+(?:\u2026\s*|\.\.\.\s*)?more$")  # the link that unfolded the abstract on its page
_PLACES = ("best_oa_location", "primary_location", "host_venue")
_TYPES = {
    "article": "abstract",
    "journal-article": "abstract",
    "proceedings-article": "abstract",
    "posted-content": "abstract",
    "preprint": "abstract",
    "review": "abstract",
    "letter": "abstract",
    "editorial": "abstract",
    "report": "abstract",
    "dissertation": "abstract",
    "book": "book",
    "book-chapter": "book",
    "book-part": "book",
    "book-section": "book",
    "edited-book": "book",
    "monograph": "book",
    "reference-book": "book",
    "reference-entry": "book",
    "dataset": "dataset",
}


class OpenAlexReader:
    """One document a work; its id is the work id (`W2741809807`)."""

    name: ClassVar[str] = "openalex"
    version: ClassVar[int] = 3
    doc_types: ClassVar[tuple[str, ...]] = ("abstract", "book", "dataset", "other")
    section_policy: ClassVar[str] = (
        "Title, then the abstract put together from its inverted index; a title alone is not a document."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Institutions, concepts, topics, keywords and references are not read.",
        "The inverted index has no line ends: a structured abstract is one paragraph.",
        "A publication date on the first of a month is given to the month, on the first of January to the year: "
        "OpenAlex writes so what it does not know.",
        "The licence is that of a copy of the work; OpenAlex does not say from which copy it took the abstract.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "offset", "pmid", "pmcid", "doi", "openalex", "title", "authors", "url", "published",
         "journal", "language", "genre", "retraction", "licence_raw"}
    )  # fmt: skip

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Works in line order. `offset` is the byte at which the line starts in the decompressed file.

        Quarantined: `no_work_id`, `bad_abstract_index` (positions that are no numbers), or a reason of
        `json_lines.rows`.

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        return records(raw, facts, lambda row, record, offset: _document(row, record, offset, facts))


def _document(row: dict[str, Any], record: int, offset: int, facts: Counter[str]) -> Document | Quarantined:
    work = _WORK.search(words(row.get("id")) or words(at(row, "ids.openalex")) or "")
    if work is None:
        return Quarantined(record=record, reason="no_work_id", offset=offset)
    try:
        abstract = _abstract(row.get("abstract_inverted_index"))
    except ValueError:
        return Quarantined(record=record, reason="bad_abstract_index", offset=offset)
    title = without_tags(words(row.get("title")) or words(row.get("display_name")) or "")
    licence, evidence = _licence(row)
    paratext = row.get("is_paratext") is True
    facts["without_abstract"] += not abstract
    facts["without_licence"] += licence is None
    facts["retracted"] += row.get("is_retracted") is True
    facts["paratexts"] += paratext
    return Document(
        record=record,
        native_id=work.group(),
        text=(f"{title}\n\n{abstract}" if title else abstract) if abstract else "",
        no_text=None if abstract else "no_abstract",
        doc_type="other" if paratext else _TYPES.get(words(row.get("type")) or "", "other"),
        genre=genre([words(row.get("type")), words(row.get("type_crossref"))]),
        genre_evidence="openalex:type",
        version=words(row.get("updated_date")) or "",
        offset=offset,
        pmid=pmid_in((words(at(row, "ids.pmid")) or "").rstrip("/").rpartition("/")[2]),
        pmcid=pmcid_in(words(at(row, "ids.pmcid"))),
        doi=doi_in(words(row.get("doi")) or words(at(row, "ids.doi"))),
        openalex=work.group(),
        title=title or None,
        authors=_authors(row.get("authorships")),
        url=words(row.get("id")),
        published=_published(words(row.get("publication_date"))) or date_in(words(row.get("publication_year"))),
        journal=words(at(row, "primary_location.source.display_name")) or words(at(row, "host_venue.display_name")),
        language=words(row.get("language")),
        retraction="retracted" if row.get("is_retracted") is True else "none",
        licence_raw=licence,
        licence_evidence=evidence,
    )


def _abstract(index: Any) -> str:
    """The abstract's words in order; empty if there is none.

    Some snapshots give the index as a JSON string, or with its length around it.

    Raises:
        ValueError: the index is no mapping of words to positions.
    """
    if isinstance(index, str):
        index = orjson.loads(index or "null")
    if isinstance(index, dict) and isinstance(index.get("InvertedIndex"), dict):
        index = index["InvertedIndex"]
    if not index:
        return ""
    if not isinstance(index, dict):
        raise ValueError("not a mapping")
    placed = []
    for word, positions in index.items():
        if not isinstance(positions, list) or not all(type(position) is int for position in positions):
            raise ValueError("positions are not numbers")
        placed += [(position, word) for position in positions]
    text = _FOLD.sub("", without_tags(" ".join(word for _, word in sorted(placed))))
    label = _LABEL.match(text)
    return text[label.end() :] if label else text


def _licence(row: dict[str, Any]) -> tuple[str | None, str | None]:
    """The best open-access copy's licence; the primary copy's too where it says otherwise, joined by ` | `."""
    found: dict[str, list[str]] = {}
    for place in _PLACES:
        if stated := words(at(row, f"{place}.license")):
            found.setdefault(stated, []).append(f"openalex:{place}.license")
    if not found:
        return None, None
    return " | ".join(found), "; ".join(places[0] for places in found.values())


def _authors(authorships: Any) -> tuple[str, ...]:
    """Names in the order of the work, each as OpenAlex displays it, else as it found it."""
    stated = [one for one in authorships if isinstance(one, dict)] if isinstance(authorships, list) else []
    names = [words(at(one, "author.display_name")) or words(one.get("raw_author_name")) for one in stated]
    return tuple(name for name in names if name)


def _published(stated: str | None) -> str | None:
    date = date_in(stated)
    if date and date.endswith("-01-01"):
        return date[:4]
    return date[:7] if date and len(date) == 10 and date.endswith("-01") else date
