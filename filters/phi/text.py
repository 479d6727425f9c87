"""A document as detectors read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from filters.phi.spans import Span


class Text:
    """One document: its bytes, its characters, and the way from these to those."""

    def __init__(self, raw: bytes) -> None:
        """`raw` is UTF-8."""
        self.raw = raw

    @cached_property
    def characters(self) -> str:
        """The text itself."""
        return self.raw.decode()

    @cached_property
    def _places(self) -> list[int] | None:
        """Byte at which each character begins, and the end; None if every character is one byte."""
        if self.raw.isascii():
            return None
        data = np.frombuffer(self.raw, np.uint8)
        return [*np.flatnonzero((data & 0xC0) != 0x80).tolist(), len(self.raw)]

    def span(self, start: int, end: int, kind: str, rule: str) -> Span:
        """The span of characters `[start, end)`, in bytes."""
        places = self._places
        return Span(start, end, kind, rule) if places is None else Span(places[start], places[end], kind, rule)


def character_ranges(raw: bytes, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Characters `[start, end)` of each of `spans` (sorted, not overlapping) of the UTF-8 text `raw`."""
    at = place = 0  # the same place in bytes and in characters
    for span in spans:
        start = place + len(raw[at : span.start].decode())
        at, place = span.end, start + len(raw[span.start : span.end].decode())
        yield start, place
