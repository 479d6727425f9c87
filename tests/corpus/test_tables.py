"""Tables put together a few at a time."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.tables import reduced

NUMBERS = st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=9)


@settings(deadline=None)
@given(tables=NUMBERS, at_once=st.integers(1, 10))
def test_however_few_at_a_time_the_result_is_that_of_the_whole(tables: list[list[int]], at_once: int) -> None:
    frames = [pl.DataFrame({"value": numbers}, schema={"value": pl.Int64}) for numbers in tables]
    found = reduced(frames, lambda frame: frame.unique("value", keep="first", maintain_order=True), at_once)
    assert found["value"].to_list() == list(dict.fromkeys(number for numbers in tables for number in numbers))


def test_no_more_tables_are_held_than_at_once_and_what_is_left_of_those_before() -> None:
    sizes = []

    def least(frame: pl.DataFrame) -> pl.DataFrame:
        sizes.append(len(frame))
        return frame.sort("value").head(3)

    frames = [pl.DataFrame({"value": [99 - number] * 10}) for number in range(100)]
    assert reduced(frames, least, at_once=4)["value"].to_list() == [0, 0, 0]
    assert max(sizes) <= 5 * 10
