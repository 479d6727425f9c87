"""A document as detectors read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

import numpy as np

from filters.phi.expressions import western
from filters.phi.spans import Span

_GOES_ON: Final = rb"(?=[A-Za-z0-9(\xc3])(?![A-Z][A-Za-z ]{1,24}:)"
_FULL: Final = rb"[^\n]{40}[^\n.:;!?|]"
# What is looked behind at stands behind the break itself: so that a search for the break begins each.
_WRAP: Final = re.compile(rb"\n(?<=%s\n)%s" % (_FULL, _GOES_ON))
_RETURNED: Final = re.compile(rb"(?:\r\n(?<=%s\r\n)|\n(?<=%s\n))%s" % (_FULL, _FULL, _GOES_ON))
_BLANKS: Final = re.compile(rb"\xe2\x80[\x80-\x8a\xaf]")


def flat(text: bytes) -> bytes:
    """The text in as many bytes, with plain blanks for every other, and for the ends of lines that a width made.

    A line that is long and ends in no mark is taken to go on in the next one.
    """
    if b"\r" in text:
        text = _RETURNED.sub(lambda match: b" " * len(match.group()), text)
    elif b"\n" in text:
        text = _WRAP.sub(b" ", text)
    text = text.replace(b"\t", b" ")
    if not text.isascii():
        text = _BLANKS.sub(b"   ", text.replace(b"\xc2\xa0", b"  "))
    return text


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
    def western(self) -> bool:
        """It has letters of Western languages alone."""
        return western(self.raw)

    @cached_property
    def flat(self) -> bytes:
        """The bytes as `flat` reads them."""
        return flat(self.raw)

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
