"""Pictures are as large as their numbers."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacards.charts import Segment, columns, length_columns, marks, stacked_bar, year_columns


def rectangles(picture: str) -> list[lxml.html.HtmlElement]:
    return list(lxml.html.fromstring(picture).xpath("//rect"))


@given(st.lists(st.integers(0, 10**9), max_size=8))
def test_a_stacked_bar_never_leaves_its_frame(values: list[int]) -> None:
    segments = [Segment(f"part {n}", value, "keep") for n, value in enumerate(values)]
    drawn = rectangles(stacked_bar(segments, sum(values)))
    ends = [float(one.get("x")) + float(one.get("width")) for one in drawn]
    assert all(end <= 100.01 for end in ends)
    assert len(drawn) == sum(value > 0 for value in values)


def test_segments_are_as_wide_as_their_shares() -> None:
    drawn = rectangles(stacked_bar([Segment("a", 30, "keep"), Segment("b", 10, "drop")], 80))
    assert [(one.get("x"), one.get("width")) for one in drawn] == [("0", "37.5"), ("37.5", "12.5")]


def test_a_bar_says_its_shares() -> None:
    picture = stacked_bar([Segment('left "so far"', 3, "keep")], 4)
    assert lxml.html.fromstring(picture).get("aria-label") == 'left "so far" 75.0%'


def test_the_highest_column_fills_the_height() -> None:
    drawn = rectangles(columns([("2019", 50), ("2020", 0), ("2021", 100)], "by year"))
    assert [one.get("height") for one in drawn] == ["50", "100"]
    assert drawn[1].xpath("string(./title)") == "2021: 100 documents"


def test_a_chart_of_nothing_is_empty() -> None:
    assert rectangles(columns([], "nothing")) == []
    assert rectangles(stacked_bar([Segment("none", 0, "keep")], 0)) == []


@pytest.mark.parametrize(
    ("count", "expected"), [(0, []), (1, ["0"]), (3, ["0", "1", "2"]), (19, ["0", "4", "8", "12", "18"])]
)
def test_marks_stand_at_equal_steps_and_at_the_end(count: int, expected: list[str]) -> None:
    assert [mark.label for mark in marks([str(n) for n in range(count)])] == expected


def test_years_between_are_filled_in() -> None:
    assert year_columns([(2021, 4), (2019, 1)]) == [("2019", 1), ("2020", 0), ("2021", 4)]
    assert year_columns([(1543, 1), (2021, 4)]) == [("1543", 1), ("2021", 4)]
    assert year_columns([]) == []


def test_empty_bins_between_are_filled_in() -> None:
    assert length_columns([(1, 2), (4, 3)]) == [("1", 2), ("2", 0), ("4", 3)]
    assert length_columns([(0, 1), (2, 3)]) == [("0", 1), ("1", 0), ("2", 3)]
    assert length_columns([(10, 1), (35, 3)]) == [("10", 1), ("35", 3)]
    assert length_columns([]) == []
