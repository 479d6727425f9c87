"""The members of one array in a large JSON object (`{"meta": ..., "results": [...]}`), one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from corpus.errors import RawFileError
from sources.reader import RawFile

_SMALL = 8 << 20
_CHUNK = 1 << 20
MAX_MEMBER_BYTES = 200_000_000
# A string, a bracket, or a string that the held bytes do not end.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]|"', re.S)
_BOM = b"\xef\xbb\xbf"
BAD = object()
"""Stands for a member that is no JSON."""


def members(raw: RawFile, key: str) -> Iterator[Any]:
    """Each member of the array under the top-level `key`: objects, as in every file of this shape.

    A large file is not parsed at once: memory holds one member, and a damaged one is `BAD` while reading goes on.

    Raises:
        RawFileError: `not_json`; `no_array` if the object has no such array; `record_too_large`; or any of
            `RawFile.stream`.
    """
    with raw.stream() as stream:
        head = stream.read(_SMALL + 1)
        if len(head) > _SMALL:
            yield from _scanned(head, stream, key)
            return
    try:
        whole = orjson.loads(head.removeprefix(_BOM))
    except orjson.JSONDecodeError:
        raise RawFileError("not_json") from None
    array = whole.get(key) if isinstance(whole, dict) else None
    if not isinstance(array, list):
        raise RawFileError("no_array", key)
    yield from array


def _scanned(head: bytes, stream: Any, key: str) -> Iterator[Any]:
    wanted = orjson.dumps(key)
    held = head.removeprefix(_BOM)
    at = start = 0  # next byte to look at; first byte of the open member
    depth, last, inside, found = 0, b"", False, False
    while True:
        for token in _TOKEN.finditer(held, at):
            word = token.group()
            if word == b'"':  # the string goes on in what is not held yet
                break
            at = token.end()
            if word[:1] == b'"':
                if depth == 1:
                    last = word
                continue
            if word in b"[{":
                depth += 1
                if depth == 2 and word == b"[" and last == wanted:
                    inside, found, start = True, True, at
                elif depth == 3 and inside:
                    start = token.start()
                continue
            depth -= 1
            if depth < 0:
                raise RawFileError("not_json", "more brackets closed than opened")
            if depth == 2 and inside:
                yield _loaded(held[start:at])
                start = at
            elif depth == 1:
                inside = False
        else:
            at = len(held)
        keep = min(start, at) if inside else at
        held, at, start = held[keep:], at - keep, max(0, start - keep)
        if len(held) > MAX_MEMBER_BYTES:
            raise RawFileError("record_too_large", f"over {MAX_MEMBER_BYTES} bytes in one member")
        data = stream.read(_CHUNK)
        if not data:
            break
        held += data
    if depth or not found:
        raise RawFileError("not_json" if depth else "no_array", "the file ends inside it" if depth else key)


def _loaded(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return BAD
