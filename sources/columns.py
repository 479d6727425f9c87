"""Rows of generic tables (JSONL, Parquet) become documents through a mapping of columns."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from corpus.digest import Json
from corpus.document import Document, Quarantined
from sources.dates import date_in
from sources.ids import checked_doc_type, doi_in, is_doc_type, pmcid_in, pmid_in
from sources.json_lines import at

FIELDS = ("text", "id", "doc_type", "licence", "language", "pmid", "pmcid", "doi", "published", "version")


class Columns:
    """Which column holds which field; a dotted name (`metadata.licence`) reaches into nested objects.

    `text` and `id` are columns of that name unless mapped; what is not mapped is absent. `doc_type` is the type of
    documents whose row names none.
    """

    def __init__(self, mapping: Mapping[str, str] | None, doc_type: str) -> None:
        mapping = dict(mapping or {})
        if unknown := sorted(mapping.keys() - set(FIELDS)):
            raise ValueError(f"columns: no field {', '.join(unknown)}; the fields are {', '.join(FIELDS)}")
        if wrong := sorted(field for field, column in mapping.items() if not isinstance(column, str) or not column):
            raise ValueError(f"columns: {', '.join(wrong)} must name a column")
        self.mapping = {"text": "text", "id": "id"} | mapping
        self.explicit = frozenset(mapping) | {"text"}
        self.doc_type = checked_doc_type(doc_type)

    @property
    def config(self) -> Json:
        """For the stage digest."""
        return {"columns": self.mapping, "doc_type": self.doc_type}

    def document(self, row: Mapping[str, Any], record: int, offset: int | None) -> Document | Quarantined:
        """The document in one row.

        Quarantined: `no_text_field`, `text_not_a_string`, `field_not_a_string`, or `bad_doc_type`.
        """
        text = at(row, self.mapping["text"])
        if not isinstance(text, str):
            reason = "no_text_field" if text is None else "text_not_a_string"
            return Quarantined(record=record, reason=reason, detail=self.mapping["text"], offset=offset)
        values: dict[str, str | None] = {}
        for field, column in self.mapping.items():
            if field == "text":
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
            text=text,
            doc_type=doc_type,
            version=values.get("version") or "",
            offset=offset,
            pmid=pmid_in(values.get("pmid")),
            pmcid=pmcid_in(values.get("pmcid")),
            doi=doi_in(values.get("doi")),
            published=date_in(values.get("published")),
            language=values.get("language"),
            licence_raw=licence,
            licence_evidence=f"column:{self.mapping['licence']}" if licence else None,
        )
