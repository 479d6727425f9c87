"""Records of JSON files that are one value or a few: found in the bytes without reading the whole file at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import orjson

from corpus.document import Quarantined
from corpus.errors import RawFileError
from sources.json_lines import json_damage
from sources.reader import RawFile

MAX_RECORD_BYTES = 200_000_000
_CHUNK = 1 << 20
# A string (whole, or cut by the end of the bytes), or one bracket.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*("?)|[\[\]{}]', re.S)


def objects(raw: RawFile, arrays: Collection[bytes]) -> Iterator[tuple[int, int, dict[str, Any] | Quarantined]]:
    """Record number, byte offset in the decompressed file, and each object that is a record, in file order.

    Records are the elements of any array whose key is one of `arrays`, in the file's outermost two objects; else the
    outermost objects themselves, one or several. An object that is no JSON is `Quarantined`: `not_json`,
    `invalid_unicode`.

    Raises:
        RawFileError: `not_json` (the file does not start with an object or array), `truncated_json` (it ends inside a
            record), `record_too_large`, or any of `RawFile.stream`.
    """
    for record, (offset, data) in enumerate(_slices(raw, frozenset(arrays))):
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError:
            yield record, offset, Quarantined(record=record, reason=json_damage(data), offset=offset)
        else:
            yield record, offset, value


def _slices(raw: RawFile, arrays: frozenset[bytes]) -> Iterator[tuple[int, bytes]]:
    """Bytes of each record and where they start."""
    with raw.stream() as stream:
        held = b""  # from `base` on; what lies before is done with
        base = at = 0
        start = -1  # of the record that is open
        depth = inside = 0  # brackets open; depth at which records stand
        key = b""
        seen = False
        while chunk := stream.read(_CHUNK):
            held += chunk
            if not seen and held.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"{", b"["}:
                raise RawFileError("not_json", "neither an object nor an array")
            seen = True
            for token in _TOKEN.finditer(held, at - base):
                sign = token.group()
                if sign[:1] == b'"':
                    if not token.group(1):
                        at = base + token.start()  # The rest of the string is in the next chunk.
                        break
                    key = sign[1:-1]
                elif sign in b"{[":
                    if sign == b"[" and ((key in arrays and depth <= 2) or depth == 0) and depth >= inside:
                        inside, start = depth + 1, -1
                    elif sign == b"{" and depth == inside:
                        start = base + token.start()
                    depth += 1
                else:
                    depth -= 1
                    if sign == b"}" and depth == inside and start >= 0:
                        yield start, held[start - base : token.end()]
                        start = -1
                    elif depth < inside:
                        inside = depth if depth == 0 else inside
                at = base + token.end()
            keep = start if start >= 0 else at
            held, base = held[keep - base :], keep
            if len(held) > MAX_RECORD_BYTES:
                raise RawFileError("record_too_large", f"over {MAX_RECORD_BYTES} bytes of JSON without an end")
        if depth or start >= 0:
            raise RawFileError("truncated_json", "the file ends inside an object or array")
