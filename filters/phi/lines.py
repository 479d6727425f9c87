"""Lines of a text as it stands once its identifiers are masked, and the text without some of them.

What stands for an identifier (`filters.phi.spans.placeholder`) has no line break, so a line of the masked text ends
where a break stands outside of every span: the lines of both texts are the same, one by one, and a span lies in one.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

from filters.phi.spans import Span

_BREAK = b"\n"


def line_bounds(text: bytes, spans: list[Span]) -> list[tuple[int, int]]:
    """Where each line of the masked text begins and ends (without its break) in the text itself."""
    bounds: list[tuple[int, int]] = []
    begin = at = 0
    for start, end in [*((span.start, span.end) for span in spans), (len(text), len(text))]:
        while (found := text.find(_BREAK, at, start)) >= 0:
            bounds.append((begin, found))
            begin = at = found + 1
        at = end
    bounds.append((begin, len(text)))
    return bounds


def without_lines(text: bytes, spans: list[Span], lines: Collection[int]) -> tuple[bytes, list[Span]]:
    """The text without some lines of its masked form, and the spans that are left, moved with their text.

    Of the blank lines before and after what is cut the longer run stays, and at either end of the text none.

    Args:
        text: UTF-8.
        spans: sorted, not overlapping.
        lines: numbers from 0, by "\\n"; a number that no line has is an error.
    """
    bounds = line_bounds(text, spans)
    assert all(0 <= line < len(bounds) for line in lines)
    pieces: list[bytes] = []
    moved: list[Span] = []
    length, place = 0, 0
    for number in _left(text, bounds, {span.start for span in spans}, lines):
        begin, end = bounds[number]
        shift = length + len(pieces and _BREAK) - begin
        while place < len(spans) and spans[place].start < begin:
            place += 1
        while place < len(spans) and spans[place].end <= end:
            span = spans[place]
            moved.append(span._replace(start=span.start + shift, end=span.end + shift))
            place += 1
        pieces.append(text[begin:end])
        length = end + shift
    return _BREAK.join(pieces), moved


def _left(text: bytes, bounds: list[tuple[int, int]], identified: Collection[int], lines: Collection[int]) -> list[int]:
    """Numbers of the lines that stay. Bytes at which a span begins are `identified`."""

    def kind(number: int) -> str:
        if number in lines:
            return "cut"
        begin, end = bounds[number]
        blank = not text[begin:end].strip() and not any(at in identified for at in range(begin, end))
        return "blank" if blank else "said"

    left: list[int] = []
    for said, group in groupby(range(len(bounds)), lambda number: kind(number) == "said"):
        numbers = list(group)
        if not said and any(number in lines for number in numbers):
            if not left or numbers[-1] == len(bounds) - 1:
                continue
            runs = [list(run) for blank, run in groupby(numbers, lambda number: kind(number) == "blank") if blank]
            numbers = max(runs, key=len, default=[])
        left += numbers
    return left
