"""Records of JSON files that are one value or a few: found in the bytes without reading the whole file at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import orjson

from corpus.document import Quarantined
from corpus.errors import RawFileError
from sources.json_brackets import Brackets
from sources.json_lines import json_damage
from sources.reader import RawFile

_CHUNK = 1 << 20


def objects(raw: RawFile, arrays: Collection[bytes]) -> Iterator[tuple[int, int, dict[str, Any] | Quarantined]]:
    """Record number, byte offset in the decompressed file, and each object that is a record, in file order.

    Records are the elements of any array whose key is one of `arrays`, in the file's outermost two objects; else the
    outermost objects themselves, one or several. An object that is no JSON is `Quarantined`: `not_json`,
    `invalid_unicode`, `record_too_large`.

    Raises:
        RawFileError: `not_json` (the file does not start with an object or array), `truncated_json` (it ends inside a
            record), or any of `RawFile.stream`.
    """
    for record, (offset, data) in enumerate(_slices(raw, frozenset(arrays))):
        if data is None:
            detail = f"over {raw.limits.raw_record_bytes} bytes"
            yield record, offset, Quarantined(record=record, reason="record_too_large", detail=detail, offset=offset)
            continue
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError:
            yield record, offset, Quarantined(record=record, reason=json_damage(data), offset=offset)
        else:
            yield record, offset, value


def _slices(raw: RawFile, arrays: frozenset[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Bytes of each record and where they start; None for one over the limit."""
    limit = raw.limits.raw_record_bytes
    with raw.stream() as stream:
        brackets = Brackets()
        held = bytearray()  # from `base` on, while a record is open
        base = read = 0
        start = -1  # of the record that is open
        depth = inside = 0  # brackets open; depth at which records stand
        seen = False
        while chunk := stream.read(_CHUNK):
            if not seen and (first := chunk.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]):
                if first not in b"{[":
                    raise RawFileError("not_json", "neither an object nor an array")
                seen = True
            if start < 0:
                held, base = bytearray(), read
            if start < 0 or base >= 0:
                held += chunk
            read += len(chunk)
            for sign, at, key in brackets.feed(chunk):
                if sign in b"{[":
                    if sign == b"[" and ((key in arrays and depth <= 2) or depth == 0) and depth >= inside:
                        inside, start = depth + 1, -1
                    elif sign == b"{" and depth == inside:
                        start = at
                        if base < 0:  # after one that was too long
                            held, base = bytearray(chunk), read - len(chunk)
                    depth += 1
                else:
                    depth -= 1
                    if sign == b"}" and depth == inside and start >= 0:
                        yield start, bytes(held[start - base : at + 1 - base]) if base >= 0 else None
                        start = -1
                    elif depth < inside:
                        inside = depth if depth == 0 else inside
            if start >= 0 and base >= 0:
                del held[: start - base]
                base = start
                if len(held) > limit:
                    held, base = bytearray(), -1
        if not seen:
            raise RawFileError("not_json", "only white space")
        if depth or start >= 0:
            raise RawFileError("truncated_json", "the file ends inside an object or array")
