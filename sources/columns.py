"""Rows of generic tables (JSONL, JSON, CSV, XML, Parquet) become documents through a mapping of columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus.digest import Json
from corpus.document import Document, Quarantined
from sources.dates import date_in
from sources.genre import genre
from sources.ids import checked_doc_type, doi_in, is_doc_type, pmcid_in, pmid_in
from sources.json_lines import at

FIELDS = (
    "text", "id", "doc_type", "genre", "title", "authors", "url", "journal", "licence", "language", "pmid", "pmcid",
    "doi", "published", "version",
)  # fmt: skip
_NAMES = {"id": "native_id", "licence": "licence_raw"}
"""Fields whose name in `corpus.document.Document` is another."""


class Columns:
    """Which column holds which field; a dotted name (`metadata.licence`) reaches into nested objects.

    `text` and `id` are columns of that name unless mapped; what is not mapped is absent. `text` may be a list of
    columns: those that the row has are put together, a blank line between them. In a column of text `*` stands for
    every element of a list or every value of an object (`snippets.*.text`), and so in that of `authors`, whose values
    are names or lists of names. `doc_type` is the type of documents whose row names none.
    """

    def __init__(self, mapping: Mapping[str, str | Sequence[str]] | None, doc_type: str) -> None:
        mapping = dict(mapping or {})
        if unknown := sorted(mapping.keys() - set(FIELDS)):
            raise ValueError(f"columns: no field {', '.join(unknown)}; the fields are {', '.join(FIELDS)}")
        text = mapping.pop("text", "text")
        self.text = (text,) if isinstance(text, str) else tuple(text) if isinstance(text, Sequence) else ()
        if not self.text or not all(isinstance(column, str) and column for column in self.text):
            raise ValueError("columns: text must name a column or list columns")
        self.mapping = {"id": "id"}
        for field, column in sorted(mapping.items()):
            if not isinstance(column, str) or not column:
                raise ValueError(f"columns: {field} must name a column")
            self.mapping[field] = column
        self._explicit = frozenset(mapping)
        self.doc_type = checked_doc_type(doc_type)

    @property
    def config(self) -> Json:
        """For the stage digest."""
        text: Json = self.text[0] if len(self.text) == 1 else list(self.text)
        columns: dict[str, Json] = {"text": text, **self.mapping}
        return {"columns": columns, "doc_type": self.doc_type}

    @property
    def states(self) -> frozenset[str]:
        """Fields of `corpus.document.Document` that a row may state."""
        return frozenset(_NAMES.get(field, field) for field in self.mapping if field != "doc_type")

    @property
    def needed(self) -> list[str]:
        """Columns without which a table cannot be read: all that were named, and those of the text."""
        return [*self.text, *(column for field, column in self.mapping.items() if field in self._explicit)]

    @property
    def all(self) -> list[str]:
        """Every column that is read where it is there."""
        return [*self.text, *self.mapping.values()]

    def document(self, row: Mapping[str, Any], record: int, offset: int | None) -> Document | Quarantined:
        """The document in one row.

        Quarantined: `no_text_field`, `text_not_a_string`, `field_not_a_string`, or `bad_doc_type`.
        """
        parts: list[str] = []
        for column in self.text:
            for value in values_at(row, column):
                if isinstance(value, int) and not isinstance(value, bool) and len(self.text) > 1:
                    parts.append(str(value))
                elif isinstance(value, str):
                    parts.append(value)
                else:
                    return Quarantined(record=record, reason="text_not_a_string", detail=column, offset=offset)
        if not parts:
            detail = ", ".join(self.text)
            return Quarantined(record=record, reason="no_text_field", detail=detail, offset=offset)
        if len(parts) > 1:
            parts = [part for one in parts if (part := one.strip())]
        values: dict[str, str | None] = {}
        authors: list[str] = []
        for field, column in self.mapping.items():
            if field == "authors":
                for value in values_at(row, column):
                    authors += [one for one in value if one is not None] if isinstance(value, list) else [value]
                if not all(isinstance(author, str) for author in authors):
                    return Quarantined(record=record, reason="field_not_a_string", detail=column, offset=offset)
                continue
            value = at(row, column)
            if isinstance(value, int) and not isinstance(value, bool):
                # Versions sort as strings: 9 must come before 10.
                value = f"{value:020d}" if field == "version" else str(value)
            elif isinstance(value, datetime.date):
                value = value.isoformat()
            if not (value is None or isinstance(value, str)):
                return Quarantined(record=record, reason="field_not_a_string", detail=column, offset=offset)
            values[field] = value or None
        doc_type = values.get("doc_type") or self.doc_type
        if not is_doc_type(doc_type):
            return Quarantined(record=record, reason="bad_doc_type", detail=self.mapping["doc_type"], offset=offset)
        licence = values.get("licence")
        return Document(
            record=record,
            native_id=values.get("id"),
            text="\n\n".join(parts),
            doc_type=doc_type,
            genre=genre([values.get("genre")]),
            genre_evidence=f"column:{self.mapping['genre']}" if values.get("genre") else None,
            version=values.get("version") or "",
            offset=offset,
            pmid=pmid_in(values.get("pmid")),
            pmcid=pmcid_in(values.get("pmcid")),
            doi=doi_in(values.get("doi")),
            title=values.get("title"),
            authors=tuple(author for author in authors if author),
            url=values.get("url"),
            journal=values.get("journal"),
            published=date_in(values.get("published")),
            language=values.get("language"),
            licence_raw=licence,
            licence_evidence=f"column:{self.mapping['licence']}" if licence else None,
        )


def values_at(row: Mapping[str, Any], column: str) -> Iterator[Any]:
    """All values at a path in which `*` stands for every element or member, but nulls; a path without it has one."""
    if "*" not in column or column in row:
        value = at(row, column)
        if value is not None:
            yield value
        return
    for _, value in walked(row, column.split(".")):
        if value is not None:
            yield value


def walked(value: Any, path: Sequence[str], keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value at a path (a null is one), and the keys or numbers for which its `*` stand."""
    if not path:
        yield keys, value
    elif path[0] == "*":
        members = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
        for key, member in members:
            yield from walked(member, path[1:], (*keys, str(key)))
    elif isinstance(value, Mapping) and path[0] in value:
        yield from walked(value[path[0]], path[1:], keys)
