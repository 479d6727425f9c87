"""Texts that are asked after: a plain file, lines of JSON, or Parquet, with what they say about themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import RawFileError
from sources.text import normalised

BATCH_BYTES = 32 * 2**20
"""Text that is looked up at a time: an index is scanned once for it."""

_PARQUET_ROWS = 1024


class Record(NamedTuple):
    """A text, and what the keep policy asks about it; None where it is not stated."""

    name: str
    """Its id, or its place in the file."""
    text: str
    """In the normal form of `sources.text`, as documents are."""
    source: str | None = None
    licence_spdx: str | None = None
    doc_type: str | None = None
    version: str | None = None


_STATED = Record._fields[2:]


def read_records(path: Path, field: str = "text") -> Iterator[list[Record]]:
    """The records of a file, in order, in lists of about `BATCH_BYTES`.

    `.jsonl` (also `.gz` and `.zst`) and `.parquet` have a text in `field` and may have `doc_id` or `id`, `source`,
    `licence_spdx`, `doc_type` and `version`, as the shards of a snapshot do. Anything else is one text, UTF-8.

    Raises:
        RawFileError: the file is none of these; names the line or row, and quotes nothing.
    """
    held: list[Record] = []
    weight = 0
    try:
        for record in _records(path, field):
            held.append(record)
            weight += len(record.text)
            if weight >= BATCH_BYTES:
                yield held
                held, weight = [], 0
    except (OSError, pa.ArrowException) as error:  # Arrow says OSError of a stream that was cut
        raise RawFileError(
            "unreadable_query", f"{path}: {getattr(error, 'strerror', None) or type(error).__name__}"
        ) from None
    if held:
        yield held


def _records(path: Path, field: str) -> Iterator[Record]:
    suffixes = [suffix for suffix in path.suffixes if suffix not in (".gz", ".zst")]
    if suffixes[-1:] == [".parquet"]:
        yield from _parquet(path, field)
    elif suffixes[-1:] == [".jsonl"]:
        yield from _lines(path, field)
    else:
        try:
            yield _record(path.name, path.read_bytes().decode(), {}, str(path))
        except UnicodeDecodeError as error:
            _malformed(f"{path}, byte {error.start:,}", "not UTF-8: give a text, .jsonl or .parquet")


def _lines(path: Path, field: str) -> Iterator[Record]:
    with pa.input_stream(str(path), compression="detect") as stream:
        for number, line in enumerate(_split(stream), 1):
            if not line.strip():
                continue
            place = f"{path}:{number}"
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                _malformed(place, "not a line of JSON")
            if not isinstance(row, dict) or not isinstance(row.get(field), str):
                _malformed(place, f"no object with a text in {field!r}")
            yield _record(f"{path.name}:{number}", row[field], row, place)


def _split(stream: pa.NativeFile) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(2**20):
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    yield rest


def _parquet(path: Path, field: str) -> Iterator[Record]:
    with pq.ParquetFile(path) as file:
        known = set(file.schema_arrow.names)
        if field not in known:
            _malformed(str(path), f"no column {field!r}")
        columns = [field, *(name for name in ("doc_id", "id", *_STATED) if name in known and name != field)]
        number = 0
        for batch in file.iter_batches(_PARQUET_ROWS, columns=columns):
            for row in batch.to_pylist():
                number += 1
                place = f"{path}, row {number:,}"
                if not isinstance(row[field], str):
                    _malformed(place, f"no text in {field!r}")
                yield _record(f"{path.name}:{number}", row[field], row, place)


def _record(place_name: str, text: str, row: dict[str, Any], place: str) -> Record:
    name = next((str(row[key]) for key in ("doc_id", "id") if row.get(key) is not None), place_name)
    stated = {key: str(row[key]) for key in _STATED if row.get(key) is not None}
    try:
        return Record(name, normalised(text).decode(), **stated)
    except UnicodeEncodeError:
        _malformed(place, "half of a surrogate pair in the text")


def _malformed(place: str, what: str) -> NoReturn:
    raise RawFileError("malformed_query", f"{place}: {what}")
