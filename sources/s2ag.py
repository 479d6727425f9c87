"""Semantic Scholar Academic Graph, one JSON object a line: the datasets `abstracts` and `papers`, and API answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.inline_html import without_tags
from sources.json_lines import records, words
from sources.reader import RawFile
from sources.semantic_scholar import facts_of, folded

_FACTS = ("records", "without_abstract", "without_licence")


class S2agReader:
    """One document a record; its id is the corpus id."""

    name: ClassVar[str] = "s2ag"
    version: ClassVar[int] = 3
    doc_types: ClassVar[tuple[str, ...]] = ("abstract",)
    section_policy: ClassVar[str] = "Title where the record has one, then the abstract; a title alone is no document."
    known_losses: ClassVar[tuple[str, ...]] = (
        "The dataset `abstracts` has no titles and `papers` has no abstracts; records of the two are not joined here.",
        "Fields of study, citation counts and generated summaries are not read.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "offset", "pmid", "pmcid", "doi", "s2", "title", "authors", "url", "published",
         "journal", "genre", "licence_raw"}
    )  # fmt: skip

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in line order. `offset` is the byte at which the line starts in the decompressed file.

        Quarantined: `no_paper_id`, or a reason of `json_lines.rows`.

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        return records(raw, facts, lambda row, record, offset: _document(folded(row), record, offset, facts))


def _document(row: dict[str, Any], record: int, offset: int, facts: Counter[str]) -> Document | Quarantined:
    paper = facts_of(row)
    if paper is None:
        return Quarantined(record=record, reason="no_paper_id", offset=offset)
    abstract = without_tags(words(row.get("abstract")) or "")
    facts["without_abstract"] += not abstract
    facts["without_licence"] += paper.licence is None
    return Document(
        record=record,
        text=(f"{paper.title}\n\n{abstract}" if paper.title else abstract) if abstract else "",
        no_text=None if abstract else "no_abstract",
        doc_type="abstract",
        offset=offset,
        **paper.fields(),
    )
