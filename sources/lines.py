"""Lines of bytes in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

_SKIP = 1 << 20


def lines(stream: BinaryIO, limit: int) -> Iterator[tuple[bytes | None, int]]:
    """Each line (None if longer than `limit`) and its length with the line end, holding at most one line."""
    while line := stream.readline(limit + 1):
        length = len(line)
        if length <= limit or line.endswith(b"\n"):
            yield line, length
            continue
        del line
        while rest := stream.readline(_SKIP):
            length += len(rest)
            if rest.endswith(b"\n"):
                break
        yield None, length
