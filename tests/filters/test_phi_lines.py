"""Lines of a masked text are those of the text itself, and can be taken out of it with what stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.phi.lines import line_bounds, without_lines
from filters.phi.spans import Span, masked_bytes


@st.composite
def texts(draw: st.DrawFn) -> tuple[bytes, list[Span]]:
    """A text and spans in it, some of which hold line breaks."""
    text = draw(st.text(alphabet="ab\u00e9\n ", max_size=40)).encode()
    starts = [at for at in range(len(text) + 1) if at == len(text) or text[at] & 0xC0 != 0x80]
    edges = sorted(draw(st.sets(st.sampled_from(starts), max_size=8)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return text, [Span(start, end, draw(st.sampled_from(["NAME", "DATE", "AGE"])), "a rule") for start, end in pairs]


def said(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if line.strip()]


@given(texts(), st.data())
def test_cutting_the_text_and_masking_it_gives_what_masking_and_cutting_does(
    given: tuple[bytes, list[Span]], data: st.DataObject
) -> None:
    text, spans = given
    lines = masked_bytes(text, spans)[0].split(b"\n")
    cut = data.draw(st.sets(st.integers(0, len(lines) - 1)))

    short, left = without_lines(text, spans, cut)

    expected = [line for number, line in enumerate(lines) if number not in cut]
    assert said(masked_bytes(short, left)[0]) == [line for line in expected if line.strip()]
    assert len(line_bounds(text, spans)) == len(lines)


@given(texts(), st.data())
def test_spans_keep_what_they_stand_for(given: tuple[bytes, list[Span]], data: st.DataObject) -> None:
    text, spans = given
    bounds = line_bounds(text, spans)
    cut = data.draw(st.sets(st.integers(0, len(bounds) - 1)))

    short, left = without_lines(text, spans, cut)

    kept = [
        span
        for span in spans
        if not any(bounds[number][0] <= span.start and span.end <= bounds[number][1] for number in cut)
    ]
    assert [(short[span.start : span.end], span.kind) for span in left] == [
        (text[span.start : span.end], span.kind) for span in kept
    ]


@given(texts())
def test_nothing_changes_where_nothing_is_cut(given: tuple[bytes, list[Span]]) -> None:
    assert without_lines(*given, set()) == given


@pytest.mark.parametrize(
    ("text", "lines", "left"),
    [
        (b"one\ntwo\nthree", {1}, b"one\nthree"),
        (b"one\n\ntwo\n\nthree", {2}, b"one\n\nthree"),
        (b"one\ntwo\n\nthree", {1}, b"one\n\nthree"),
        (b"one\n\n\ntwo\nthree", {3}, b"one\n\n\nthree"),
        (b"one\n\ntwo\n\nthree", {0}, b"two\n\nthree"),
        (b"one\n\ntwo\n\nthree\n", {4}, b"one\n\ntwo"),
        (b"one\n\ntwo\n\nthree\n\nfour", {2, 4}, b"one\n\nfour"),
        (b"one\n\n\ntwo\n\nthree", {0}, b"two\n\nthree"),
        (b"one", {0}, b""),
    ],
)
def test_paragraphs_stay_as_far_apart_as_they_were(text: bytes, lines: set[int], left: bytes) -> None:
    assert without_lines(text, [], lines) == (left, [])
