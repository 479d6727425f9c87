"""Brackets of JSON that comes in chunks. Each byte is looked at once, however long the strings, and nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONGEST_KEY = 256  # None that anyone asks for comes near.
# A string (whole, or cut by the end of the bytes), or one bracket. Possessive: a long string must leave no way back.
_TOKEN = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)("?)|[\[\]{}]', re.S)
_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+("?)', re.S)


class Brackets:
    """Where brackets stand in a stream, outside its strings."""

    def __init__(self) -> None:
        self._at = 0
        self._inside = False  # The last chunk ended in a string,
        self._escaped = False  # and with a backslash.
        self._last = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[bytes, int, bytes]]:
        """Each bracket of the next chunk, its place in the stream, and the last string before it (perhaps its key)."""
        base, at = self._at, 0
        self._at += len(chunk)
        if self._inside and chunk:
            rest = _REST.match(chunk, 1 if self._escaped else 0)
            assert rest is not None  # it matches nothing, too
            at = rest.end()
            self._inside = not rest.group(1)
            self._escaped = self._inside and at < len(chunk)
            self._last = (self._last + chunk[: len(chunk) if self._inside else at - 1])[:_LONGEST_KEY]
            if self._inside:
                return
        for token in _TOKEN.finditer(chunk, at):
            if token.group(1) is None:
                yield token.group(), base + token.start(), self._last
            else:
                self._last = token.group(1)[:_LONGEST_KEY]
                if not token.group(2):
                    self._inside, self._escaped = True, token.end() < len(chunk)
                    self._last = chunk[token.start() + 1 :][:_LONGEST_KEY]
                    return
