"""The members of one array in a large JSON object (`{"meta": ..., "results": [...]}`), one at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from corpus.errors import RawFileError
from sources.json_brackets import Brackets
from sources.reader import RawFile

_SMALL = 8 << 20
_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"
BAD = object()
"""Stands for a member that is no JSON."""
LARGE = object()
"""Stands for a member that is larger than a record may be."""


def members(raw: RawFile, key: str) -> Iterator[Any]:
    """Each member of the array under the top-level `key`: objects, as in every file of this shape.

    A large file is not parsed at once: memory holds one member. A damaged one is `BAD`, one over the limit of a raw
    record is `LARGE`, and reading goes on.

    Raises:
        RawFileError: `not_json`; `no_array` if the object has no such array; or any of `RawFile.stream`.
    """
    with raw.stream() as stream:
        head = stream.read(_SMALL + 1).removeprefix(_BOM)
        if len(head) >= _SMALL:
            yield from _scanned(head, stream, key, raw.limits.raw_record_bytes)
            return
    try:
        whole = orjson.loads(head)
    except orjson.JSONDecodeError:
        # One bad member must not cost the others; what is no object at all gives none.
        if not head.lstrip().startswith(b"{"):
            raise RawFileError("not_json") from None
        yield from _scanned(head, io.BytesIO(), key, raw.limits.raw_record_bytes)
        return
    array = whole.get(key) if isinstance(whole, dict) else None
    if not isinstance(array, list):
        raise RawFileError("no_array", key)
    yield from array


def _scanned(head: bytes, stream: BinaryIO, key: str, limit: int) -> Iterator[Any]:
    wanted = orjson.dumps(key)[1:-1]
    brackets = Brackets()
    held = bytearray()  # from `base` on, while a member is open
    base = read = depth = 0
    start = -1  # of the member that is open
    inside = found = False
    chunk = head
    while chunk:
        if start < 0:
            held, base = bytearray(), read
        if base >= 0:
            held += chunk
        read += len(chunk)
        for sign, at, last in brackets.feed(chunk):
            if sign in b"[{":
                depth += 1
                if depth == 2 and sign == b"[" and last == wanted:
                    inside = found = True
                elif depth == 3 and inside:
                    start = at
                    if base < 0:  # after one that was too large
                        held, base = bytearray(chunk), read - len(chunk)
                continue
            depth -= 1
            if depth < 0:
                raise RawFileError("not_json", "more brackets closed than opened")
            if depth == 2 and inside and start >= 0:
                yield _loaded(bytes(held[start - base : at + 1 - base])) if base >= 0 else LARGE
                start = -1
            elif depth == 1:
                inside = False
        if start >= 0 and base >= 0:
            del held[: start - base]
            base = start
            if len(held) > limit:
                held, base = bytearray(), -1
        chunk = stream.read(_CHUNK)
    if depth or not found:
        raise RawFileError("not_json" if depth else "no_array", "the file ends inside it" if depth else key)


def _loaded(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return BAD
