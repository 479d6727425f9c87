"""Tables laid out: cells that span keep all others in their columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sources.table_grid import Cell, laid_out, span, spans_of

CELLS = st.builds(Cell, st.sampled_from("ab"), st.integers(1, 4), st.integers(1, 4))


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6))
def test_every_cell_is_written_once_and_in_order(rows: list[list[Cell]]) -> None:
    assert [[text for text in row if text] for row in laid_out(rows)] == [[cell.text for cell in row] for row in rows]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(2, 4))
def test_a_cell_below_others_keeps_its_column(widths: list[int], height: int) -> None:
    side = [Cell("s", 1, height), *(Cell("h", width) for width in widths)]
    below = [[Cell("x") for _ in range(sum(widths))] for _ in range(height - 1)]
    assert laid_out([side, *below])[1:] == [["", *["x"] * sum(widths)] for _ in below]


def test_a_heading_across_the_table_stands_alone_and_an_empty_cell_stays() -> None:
    rows = [[Cell("All", 3)], [Cell("a"), Cell("b"), Cell("")], [Cell("c"), Cell(""), Cell("")], [Cell("")]]
    assert laid_out(rows) == [["All"], ["a", "b", ""], ["c"], []]


@pytest.mark.parametrize(("stated", "number"), [(None, 1), ("3", 3), ("0", 1), ("x", 1), ("-2", 1), ("999999999", 200)])
def test_a_span_is_a_sane_number(stated: str | None, number: int) -> None:
    assert span(stated) == number


def test_the_spans_of_a_cals_table_are_html_s() -> None:
    group = etree.fromstring(
        '<tgroup><colspec colname="a"/><colspec colname="b"/><colspec colname="c"/>'
        '<spanspec spanname="all" namest="a" nameend="c"/><tbody><row><entry namest="b" nameend="c" morerows="2"/>'
        '<entry spanname="all"/><entry namest="c" nameend="a" morerows="0"/></row></tbody></tgroup>'
    )
    spans_of(group)
    assert [(one.get("colspan"), one.get("rowspan")) for one in group.iter("entry")] == [
        ("2", "3"),
        ("3", None),
        (None, None),
    ]
