"""Objects of JSON lines files, plain or compressed, one at a time; bad lines get a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from corpus.document import Quarantined, Record
from corpus.errors import RawFileError
from sources.lines import lines
from sources.reader import RawFile

_BOM = b"\xef\xbb\xbf"


def rows(raw: RawFile, max_line_bytes: int | None = None) -> Iterator[tuple[int, int, dict[str, Any] | Quarantined]]:
    """Record number, byte offset of the line in the decompressed file, and its object, in line order.

    Blank lines are none. A bad line is `Quarantined` in place of its object: `not_json`, `invalid_unicode`,
    `not_an_object` or `line_too_long`.

    Raises:
        RawFileError: as `RawFile.stream`; `empty_file` also for a file of nothing but blank lines.
    """
    limit = max_line_bytes or raw.limits.raw_record_bytes
    with raw.stream() as stream:
        offset = record = 0
        for line, length in lines(stream, limit):
            start, offset = offset, offset + length
            bare = line.removeprefix(_BOM) if line is not None and start == 0 else line
            if bare is not None and not bare.strip():
                continue
            yield record, start, _row(bare, record, start, limit)
            record += 1
        if record == 0:
            raise RawFileError("empty_file", "only blank lines")


def records(
    raw: RawFile,
    facts: Counter[str],
    read_one: Callable[[dict[str, Any], int, int], Record],
    max_line_bytes: int | None = None,
) -> Iterator[Record]:
    """What `read_one` makes of each object, its number and its offset, counted in `facts["records"]`.

    Bad lines and damage are as in `rows`.
    """
    for record, offset, row in rows(raw, max_line_bytes):
        facts["records"] += 1
        yield row if isinstance(row, Quarantined) else read_one(row, record, offset)


def at(row: Mapping[str, Any], column: str) -> Any:
    """The value at a dotted path, or None; a key that itself has dots comes first."""
    if column in row:
        return row[column]
    value: Any = row
    for key in column.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def words(value: Any) -> str | None:
    """A value that should be a string: itself, a number's digits, or None for anything else and for the empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value or None if isinstance(value, str) else None


def _row(line: bytes | None, record: int, offset: int, limit: int) -> dict[str, Any] | Quarantined:
    if line is None:
        return Quarantined(record=record, reason="line_too_long", detail=f"over {limit} bytes", offset=offset)
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return Quarantined(record=record, reason=json_damage(line), offset=offset)
    if not isinstance(row, dict):
        return Quarantined(record=record, reason="not_an_object", offset=offset)
    return row


def json_damage(data: bytes) -> str:
    """Why bytes are no JSON: `invalid_unicode` or `not_json`."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return "invalid_unicode"
    return "not_json"
