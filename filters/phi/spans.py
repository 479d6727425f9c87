"""Where an identifier stands: spans over bytes, what they become, and how places move when they do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pyarrow as pa

SPAN = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
    ]
)
"""One identifier: byte offsets into the UTF-8 text of its row, half-open; its class; the rule that found it."""

SPANS = pa.list_(pa.field("item", SPAN, nullable=False))

EVALUATION_ITEM = "EVALUATION_ITEM"
"""Class of a span that is masked and no identifier: words of an item of an evaluation set (`filters.contamination`)."""

_YEAR = re.compile(rb"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


class Span(NamedTuple):
    """Bytes `[start, end)` of a UTF-8 text that rule `rule` takes for an identifier of class `kind`."""

    start: int
    end: int
    kind: str
    rule: str


Mark = Callable[[str, bytes], bytes]
"""What stands for an identifier of a class and a value."""


def span_array(spans: list[Span]) -> pa.StructArray:
    """`spans` as Arrow's structs, `SPAN`."""
    starts, ends, kinds, rules = zip(*spans, strict=True) if spans else ((), (), (), ())
    columns = [pa.array(starts, pa.int32()), pa.array(ends, pa.int32()), pa.array(kinds, pa.string())]
    return pa.StructArray.from_arrays([*columns, pa.array(rules, pa.string())], fields=list(SPAN))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Union of overlapping spans; the longest names the class."""
    joined: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            named = span if span.end - span.start > longest else last
            longest = max(longest, span.end - span.start)
            joined[-1] = Span(last.start, max(last.end, span.end), named.kind, named.rule)
        else:
            joined.append(span)
            longest = span.end - span.start
    return joined


def placeholder(kind: str, value: bytes = b"") -> bytes:
    """What stands for an identifier of class `kind` in released text.

    Of a date its year may stay, and of an age over 89 that it is one: 45 CFR 164.514(b)(2)(i)(C).
    """
    if kind == "DATE":
        years = {year.group() for year in _YEAR.finditer(value)}
        if len(years) == 1:
            return years.pop()
    return b"90 or older" if kind == "AGE" else b"[%s]" % kind.encode()


def masked_bytes(text: bytes, spans: list[Span], mark: Mark = placeholder) -> tuple[bytes, list[tuple[int, int]]]:
    """The masked text, and where what stands for each identifier stands in it."""
    parts: list[bytes] = []
    moves: list[tuple[int, int]] = []
    done = length = 0
    for span in spans:
        instead = mark(span.kind, text[span.start : span.end])
        parts += (text[done : span.start], instead)
        length += span.start - done + len(instead)
        moves.append((length - len(instead), length))
        done = span.end
    parts.append(text[done:])
    return b"".join(parts), moves


def moved(span: Span, spans: list[Span], moves: list[tuple[int, int]]) -> Span:
    """A span of the masked text in the coordinates of the original; placeholders it touches are taken in whole."""
    start, end = span.start, span.end
    shift_start = shift_end = 0
    for original, (left, right) in zip(spans, moves, strict=True):
        shift = original.end - right
        if right <= span.start:
            shift_start = shift
        elif left <= span.start:
            start, shift_start = original.start, 0
        if right <= span.end:
            shift_end = shift
        elif left < span.end:
            end, shift_end = original.end, 0
    return Span(start + shift_start, end + shift_end, span.kind, span.rule)
