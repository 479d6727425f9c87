"""Of what repeats an id only the newest stays, and a withdrawal takes every version up to its own."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.versions import find_outdated

Row = tuple[str, str, bool, str, int]
"""doc_id, version, has_text, raw_file, record."""

ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["", "1", "2", "~"]),
        st.booleans(),
        st.sampled_from("xy"),
        st.integers(0, 9),
    ),
    min_size=1,
    unique_by=lambda row: row[3:],  # a file has one record of each number
)
WITHDRAWN = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "1", "2", "~"])), max_size=4)


def outdated(rows: list[Row], withdrawn: list[tuple[str, str]]) -> dict[int, tuple[str, str | None]]:
    """Row number to reason and survivor, as the unit finds them."""
    table = pl.DataFrame(rows, schema=["doc_id", "version", "has_text", "raw_file", "record"], orient="row")
    table = table.with_row_index("row").with_columns(pl.lit(0, pl.Int64).alias("bundle"))
    gone = pl.DataFrame(withdrawn, schema={"doc_id": pl.String, "version": pl.String}, orient="row")
    found = find_outdated(table.lazy(), gone.lazy()).collect()
    return {row: (reason, survivor) for _, row, reason, survivor in found.iter_rows()}


def expected(rows: list[Row], withdrawn: list[tuple[str, str]]) -> dict[int, tuple[str, str | None]]:
    """The same, slow and obvious."""
    found: dict[int, tuple[str, str | None]] = {}
    for number, row in enumerate(rows):
        doc_id, version = row[:2]
        if any(name == doc_id and version <= last for name, last in withdrawn):
            found[number] = ("deleted_by_source", None)
        elif row[1:] != max(other[1:] for other in rows if other[0] == doc_id):
            found[number] = ("repeated_version", doc_id)
    return found


@given(ROWS, WITHDRAWN)
def test_outdated_rows_are_those_of_the_reference(rows: list[Row], withdrawn: list[tuple[str, str]]) -> None:
    assert outdated(rows, withdrawn) == expected(rows, withdrawn)


@given(ROWS)
def test_without_withdrawals_every_id_keeps_one_row(rows: list[Row]) -> None:
    kept = [row[0] for number, row in enumerate(rows) if number not in outdated(rows, [])]

    assert sorted(kept) == sorted({row[0] for row in rows})


def test_a_version_after_the_withdrawal_stands() -> None:
    rows = [("a", "1", True, "x", 0), ("a", "3", True, "y", 0)]

    assert outdated(rows, [("a", "2")]) == {0: ("deleted_by_source", None)}


def test_a_withdrawal_of_what_was_never_read_changes_nothing() -> None:
    assert outdated([("a", "1", True, "x", 0)], [("nonesuch", "~")]) == {}


def test_of_equal_versions_one_with_text_stands() -> None:
    rows = [("a", "1", True, "x", 0), ("a", "1", False, "y", 0)]

    assert outdated(rows, []) == {1: ("repeated_version", "a")}
