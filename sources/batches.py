"""Records become Arrow batches: ids given, text normalised, limits kept."""

from __future__ import annotations

import hashlib
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus.document import DELETIONS, DOCUMENTS, QUARANTINE, Deletion, Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.dates import possible
from sources.ids import is_doc_type
from sources.limits import Limits
from sources.mojibake import repaired
from sources.reader import RawFile, Reader
from sources.text import normalised, one_line

_LONGEST_ID = 200  # characters; no registry's ids come near
_ROW_BYTES = 512  # What a row weighs besides its text, so that a batch of empty texts ends too.
_FIELDS = (
    "native_id",
    "version",
    "pmid",
    "pmcid",
    "doi",
    "nct",
    "openalex",
    "s2",
    "setid",
    "title",
    "url",
    "published",
    "journal",
    "language",
    "licence_raw",
    "copyright",
)
_stated = attrgetter(*_FIELDS)
_ROW = pa.struct(list(DOCUMENTS))
_FEW = 30


@dataclass(frozen=True, slots=True)
class Batch:
    """What one stretch of a raw file gave, in file order. Any of the three may have no rows."""

    documents: pa.RecordBatch
    """Schema `corpus.document.DOCUMENTS`."""
    quarantined: pa.RecordBatch
    """Schema `corpus.document.QUARANTINE`."""
    deletions: pa.RecordBatch
    """Schema `corpus.document.DELETIONS`."""


def documents_in(
    reader: Reader,
    raw: RawFile,
    source: str,
    facts: Counter[str],
    *,
    identity: str | None = None,
    batch_bytes: int = 4 << 20,
    limits: Limits | None = None,
) -> Iterator[Batch]:
    """Batches of about `batch_bytes` bytes of text; the same bytes give the same batches, cut at the same rows.

    `doc_id` is `source:native_id`; without a native id, or with one that could be an address or words of a person
    (counted in `facts` as `unsafe_ids`), it is `source:` and 32 hex digits of the sha256 of `identity#record`. Never
    of the text: the id is released beside the masked text, and what was masked could be guessed until the hash fits.
    Mojibake is put right where that is sure (`mojibake_repaired`, `mojibake_left`). A document without text keeps its
    row, and says why in `no_text` (`empty_text` if the reader does not say). `published` outside the years 1500 to 2100
    becomes None and is counted as `impossible_dates`; a `doc_type` that is no plain word is quarantined as
    `bad_doc_type`.

    Args:
        identity: what tells this raw file from all others: the sha256 of its bytes. Its name if not given.
        limits: those of `raw`, if not given.

    Raises:
        RawFileError: the file is damaged (or `reader_failed`); batches already yielded are to be discarded.
    """
    made = _Made(source, identity or raw.name, limits or raw.limits, facts)
    open_batch = _Open()
    for entry in _read(reader, raw, facts):
        if isinstance(entry, Document):
            rejected = _append(open_batch, entry, made)
            if rejected is not None:
                open_batch.quarantined.append(rejected)
        elif isinstance(entry, Quarantined):
            open_batch.quarantined.append(entry)
        else:
            open_batch.deletions.append(entry)
        open_batch.weight += _ROW_BYTES
        if open_batch.weight >= batch_bytes:
            yield open_batch.sealed(source)
            open_batch = _Open()
    if open_batch.weight:
        yield open_batch.sealed(source)


def _read(reader: Reader, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
    """What the reader gives. What it did not foresee is a file that cannot be read, and names the place in its code.

    Only errors that the same bytes always cause: a failing disk or network must not become a loss.
    """
    try:
        yield from reader.read(raw, facts)
    except (RawFileError, OSError, MemoryError):
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        raise RawFileError("reader_failed", detail) from error


@dataclass(frozen=True, slots=True)
class _Made:
    """What every row of a raw file is made with."""

    source: str
    identity: str
    limits: Limits
    facts: Counter[str]

    def doc_id(self, native_id: str | None, record: int) -> str:
        if native_id is None:
            place = f"{self.identity}#{record}".encode(errors="surrogateescape")  # a file's name may be no UTF-8
            native_id = hashlib.sha256(place).hexdigest()[:32]
        return f"{self.source}:{native_id}"


@dataclass(slots=True)
class _Open:
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    weight: int = 0

    def sealed(self, source: str) -> Batch:
        return Batch(
            _documents(self.rows),
            _table(
                [
                    {"record": one.record, "offset": one.offset, "reason": one.reason, "detail": one.detail}
                    for one in self.quarantined
                ],
                QUARANTINE,
            ),
            _table(
                [{"doc_id": f"{source}:{one.native_id}", "version": one.version} for one in self.deletions], DELETIONS
            ),
        )


def _documents(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """Rows as a batch. Few are told to Arrow at once: an array for each of some thirty columns costs ten times that."""
    if 0 < len(rows) < _FEW:
        named = [dict(zip(DOCUMENTS.names, row, strict=True)) for row in rows]
        return pa.RecordBatch.from_struct_array(pa.array(named, _ROW))
    columns = list(zip(*rows, strict=True)) or [()] * len(DOCUMENTS)
    return pa.record_batch(
        [_column(values, kind.type) for values, kind in zip(columns, DOCUMENTS, strict=True)], schema=DOCUMENTS
    )


def _column(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    # Most facts are absent from all records of a source, and many files hold one record.
    return pa.nulls(len(values), kind) if values.count(None) == len(values) else pa.array(values, kind)


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema=schema) if rows else _empty(schema)


@cache
def _empty(schema: pa.Schema) -> pa.RecordBatch:
    # No rows is the usual case, and many files hold one document.
    return pa.RecordBatch.from_pylist([], schema=schema)


def _append(batch: _Open, document: Document, made: _Made) -> Quarantined | None:
    """Add a row, or say why the document cannot be one."""
    try:
        # Code points first: nobody should normalise a gigabyte to learn that it is too long.
        fits = len(document.text) <= made.limits.text_bytes
        text = normalised(repaired(document.text, made.facts)) if fits else None
        values = {
            name: None if value is None else _tidy(value)
            for name, value in zip(_FIELDS, _stated(document), strict=True)
        }
        # As the text is: what is written another way is not found in it.
        known_values = [found for stated in document.known_values if (found := _tidy(stated))]
        authors = [name for author in document.authors if (name := _tidy(author))]
        mesh = [found for stated in document.mesh if (found := _tidy(stated))]
        # What stands beside the text must not weigh more than a text may: a title of 100 MB is none.
        beside = sum([len(value) for value in values.values() if value])
        beside += sum(map(len, known_values)) + sum(map(len, authors)) + sum(map(len, mesh))
    except UnicodeEncodeError:
        return Quarantined(record=document.record, reason="invalid_unicode", offset=document.offset)
    if not is_doc_type(document.doc_type):
        return Quarantined(record=document.record, reason="bad_doc_type", offset=document.offset)
    if text is None or max(len(text), beside) > made.limits.text_bytes:
        kind = "fields" if text is not None and len(text) <= made.limits.text_bytes else "text"
        detail = f"{kind} longer than {made.limits.text_bytes} bytes"
        return Quarantined(record=document.record, reason="record_too_large", detail=detail, offset=document.offset)
    refused = []
    if (native_id := values["native_id"]) is not None and _unsafe(native_id):
        made.facts["unsafe_ids"] += 1
        values["native_id"] = None
        refused.append("native_id:unsafe_id")
    if (published := values["published"]) is not None and not possible(published):
        made.facts["impossible_dates"] += 1
        values["published"] = None
        refused.append("published:impossible_date")
    batch.rows.append(
        (
            made.doc_id(values["native_id"], document.record),
            document.record,
            text,
            document.no_text or (None if text else "empty_text"),
            document.doc_type,
            document.genre,
            document.genre and document.genre_evidence,
            values["version"] or "",
            document.offset,
            values["pmid"],
            values["pmcid"],
            values["doi"],
            values["nct"],
            values["openalex"],
            values["s2"],
            values["setid"],
            values["title"],
            authors,
            values["url"],
            document.member,
            known_values,
            values["published"],
            values["journal"],
            mesh or None,
            values["language"],
            document.retraction,
            [asdict(notice) for notice in document.notices],
            values["licence_raw"],
            document.licence_evidence,
            values["copyright"],
            refused,
        )
    )
    batch.weight += len(text) + beside
    return None


def _unsafe(native_id: str) -> bool:
    """Ids are released as they are: an e-mail address, or words such as a name, must not be one."""
    return "@" in native_id or " " in native_id or len(native_id) > _LONGEST_ID  # tidy: all white space is blanks


def _tidy(value: str) -> str | None:
    # Nearly all ids, dates and titles are already tidy, and there are millions.
    if value.isascii() and value.isprintable() and "  " not in value and value[:1] != " " != value[-1:]:
        return value or None
    return one_line(value)
