"""What every Semantic Scholar record states alike, whichever release and spelling of keys: ids, dates, licence.

Formats: https://api.semanticscholar.org/api-docs/datasets, https://github.com/allenai/s2orc
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.document import Genre
from sources.dates import date_in
from sources.genre import genre
from sources.ids import doi_in, pmcid_in, pmid_in
from sources.inline_html import without_tags
from sources.json_lines import at, words

_LICENCES = ("openaccessinfo.license", "content.source.oainfo.license", "openaccesspdf.license", "oainfo.license")
_IDS = ("openaccessinfo.externalids", "externalids", "metadata")


def folded(row: Mapping[str, Any], depth: int = 3) -> dict[str, Any]:
    """`row` with keys in lower case and without underscores, down to `depth`: releases spell them in three ways."""
    return {
        key.lower().replace("_", ""): folded(value, depth - 1) if depth > 1 and isinstance(value, dict) else value
        for key, value in row.items()
    }


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record says about its paper."""

    native_id: str
    s2: str | None
    pmid: str | None
    pmcid: str | None
    doi: str | None
    title: str
    authors: tuple[str, ...]
    published: str | None
    journal: str | None
    genre: Genre | None
    url: str | None
    version: str
    licence: str | None
    evidence: str | None

    def fields(self) -> dict[str, Any]:
        """As fields of a `Document`."""
        return {
            "native_id": self.native_id,
            "version": self.version,
            "pmid": self.pmid,
            "pmcid": self.pmcid,
            "doi": self.doi,
            "s2": self.s2,
            "title": self.title or None,
            "authors": self.authors,
            "url": self.url,
            "published": self.published,
            "journal": self.journal,
            "genre": self.genre,
            "genre_evidence": "s2:publicationtypes",
            "licence_raw": self.licence,
            "licence_evidence": self.evidence,
        }


def facts_of(row: Mapping[str, Any]) -> Facts | None:
    """The facts of a record whose keys are `folded`; None if it has no corpus id or paper id.

    S2ORC's numeric `paper_id` is the corpus id.
    """
    native_id = words(row.get("corpusid")) or words(row.get("paperid"))
    if native_id is None:
        return None
    place = next((place for place in _LICENCES if words(at(row, place))), None)
    metadata = row.get("metadata")
    stated: Mapping[str, Any] = metadata if isinstance(metadata, dict) else row
    kinds = at(stated, "publicationtypes")
    return Facts(
        native_id=native_id,
        s2=native_id if native_id.isascii() and native_id.isdigit() else None,
        pmid=pmid_in(_id(row, "pubmed", "pubmedid")),
        pmcid=pmcid_in(_id(row, "pubmedcentral", "pmcid")),
        doi=doi_in(_id(row, "doi")),
        title=without_tags(words(at(stated, "title")) or ""),
        authors=_authors(at(stated, "authors")),
        published=date_in(words(at(stated, "publicationdate")) or words(at(stated, "year"))),
        journal=words(at(stated, "journal.name")) or words(at(stated, "journal")) or words(at(stated, "venue")),
        genre=genre(kind for kind in kinds if isinstance(kind, str)) if isinstance(kinds, list) else None,
        url=words(row.get("url")),
        version=words(row.get("updated")) or "",
        licence=words(at(row, place)) if place else None,
        evidence=f"s2:{place}" if place else None,
    )


def _id(row: Mapping[str, Any], *keys: str) -> str | None:
    return next((found for place in _IDS for key in keys if (found := words(at(row, f"{place}.{key}")))), None)


def _authors(stated: Any) -> tuple[str, ...]:
    """Names in the order of the paper; S2ORC and doc2json give them in parts (`first`, `middle`, `last`, `suffix`)."""
    names = []
    for author in stated if isinstance(stated, list) else []:
        if isinstance(author, dict):
            middle = author.get("middle")
            parts = [author.get("first"), *(middle if isinstance(middle, list) else [middle]), author.get("last")]
            whole = " ".join(part for one in [*parts, author.get("suffix")] if (part := words(one)))
            names.append(words(author.get("name")) or whole)
    return tuple(name for name in names if name)
