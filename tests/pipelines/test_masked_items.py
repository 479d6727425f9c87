"""Items become spans among identifiers: nothing of either is left, and nothing is made by taking them out."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from filters.phi.detector import detector
from filters.phi.lines import without_lines
from filters.phi.release import RELEASED_SPANS, Release, items_in
from filters.phi.spans import EVALUATION_ITEM, Span, masked_bytes
from filters.phi.surrogates import Key
from filters.phi.undecided import RULES
from manifests.screening import shows
from pipelines.masked_items import with_items

POLICY = "notes"
WORDS = (
    *(
        "patient",
        "telephone:",
        "(617)",
        "555-0123",
        "jane.q.doe@example-clinic.org",
        "Größe",
        "was",
        "seen",
        "078-05-1121",
    ),
    *(
        "SSN",
        "on",
        "12 March 2019",
        "Mr.",
        "Smith",
        "with",
        "fièvre",
        "mg",
        "\n",
        "\n\n",
        "and",
        "call",
        "Which",
        "enzyme",
    ),
)


@st.composite
def texts(draw: st.DrawFn) -> tuple[bytes, list[Span]]:
    """A text, and some runs of its words that are items; they may overlap, and one another's words."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=40))
    text = " ".join(words).encode()
    bounds = [0]
    for word in words:
        bounds.append(bounds[-1] + len(word.encode()) + 1)
    items = []
    for number, (first, count) in enumerate(
        draw(st.lists(st.tuples(st.integers(0, len(words) - 1), st.integers(1, 12)), max_size=4))
    ):
        last = min(len(words), first + count)
        items.append(Span(bounds[first], bounds[last] - 1, EVALUATION_ITEM, f"set:{number}"))
    return text, items


@given(texts())
@example((b"Patient telephone: (617) Which enzyme 555-0123", [Span(25, 37, EVALUATION_ITEM, "set:0")]))
@example((b"call jane.q.doe@example-clinic.org", [Span(0, 12, EVALUATION_ITEM, "set:0")]))
def test_items_and_identifiers_are_gone_and_no_identifier_is_made(given: tuple[bytes, list[Span]]) -> None:
    text, items = given
    identifiers = detector(POLICY, RULES).find(text)
    spans = with_items(text, identifiers, items, POLICY)

    assert all(one.end <= other.start for one, other in pairwise(spans))
    for wanted in (*items, *identifiers):
        inside = [span for span in spans if span.start <= wanted.start and wanted.end <= span.end]
        assert len(inside) == 1
        if wanted in items:
            assert inside[0].kind == EVALUATION_ITEM
    for span in spans:
        touched = {item.rule for item in items if item.start < span.end and span.start < item.end}
        assert (span.kind == EVALUATION_ITEM) == bool(touched)
        assert not touched or span.rule in touched
    released, places = masked_bytes(text, spans)
    released.decode()
    assert not shows(POLICY, released)
    for span, (start, end) in zip(spans, places, strict=True):
        assert span.kind != EVALUATION_ITEM or released[start:end] == b"[EVALUATION_ITEM]"


@given(texts(), st.data())
def test_marks_go_and_move_with_the_lines_they_stand_in(given: tuple[bytes, list[Span]], data: st.DataObject) -> None:
    """A copy may go over several lines of the text as read; in the marked text it stands in one."""
    text, items = given
    spans = with_items(text, detector(POLICY, RULES).find(text), items, POLICY)
    lines = masked_bytes(text, spans)[0].split(b"\n")
    cut = data.draw(st.sets(st.integers(0, len(lines) - 1)))
    left, moved = without_lines(text, spans, cut)
    values = [text[span.start : span.end] for span in spans]
    assert [left[span.start : span.end] for span in moved] == [
        value
        for value, span in zip(values, spans, strict=True)
        if masked_bytes(text[: span.start], [one for one in spans if one.end <= span.start])[0].count(b"\n") not in cut
    ]


def test_an_item_has_its_mark_where_identifiers_have_surrogates(tmp_path: Path) -> None:
    Key.create(tmp_path / "key")
    text = b"Write to jane.q.doe@example-clinic.org. Which enzyme is lost in alkaptonuria?"
    item = Span(40, len(text) - 1, EVALUATION_ITEM, "quiz:question")
    spans = with_items(text, detector(POLICY, RULES).find(text), [item], POLICY)
    released, told = Release(Key.load(tmp_path / "key")).text("a:1", POLICY, text, spans)
    assert released.endswith(b". [EVALUATION_ITEM]?")
    assert b"jane" not in released
    assert b"[EMAIL]" not in released
    assert [(one["kind"], one["tag"] is None) for one in told] == [("EMAIL", False), (EVALUATION_ITEM, True)]
    assert items_in(pa.array([told, []], RELEASED_SPANS)).tolist() == [1, 0]


@given(texts())
def test_without_items_nothing_changes(given: tuple[bytes, list[Span]]) -> None:
    text, _ = given
    identifiers = detector(POLICY, RULES).find(text)
    assert with_items(text, identifiers, [], POLICY) == identifiers
