"""What a table of copies of evaluation items amounts to, however it is cut."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from manifests.contamination import HITS, ORDER, OUTCOMES, found_of, in_order

COPIES = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(["medline", "pmc"]),
            "doc_id": st.sampled_from(["d1", "d2", "d3"]),
            "raw_file": st.sampled_from(["a.xml", "b.xml"]),
            "record": st.integers(0, 1),
            "set": st.sampled_from(["medqa", "mmlu"]),
            "item": st.sampled_from(["1", "2", "3"]),
            "part": st.sampled_from(["question", "context"]),
            "start": st.integers(0, 3),
            "outcome": st.sampled_from(OUTCOMES),
        }
    ),
    max_size=40,
    unique_by=lambda row: tuple(value for name, value in row.items() if name != "outcome"),
)


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    others = {"end": 9, "score": 1.0, "matched": 9, "of": 9, "action": "report"}
    return pl.DataFrame([row | others for row in rows], schema=HITS).sort(ORDER)


@settings(deadline=None)
@given(rows=COPIES, size=st.integers(1, 7))
def test_counts_are_those_of_counting_one_by_one_however_the_table_is_cut(
    rows: list[dict[str, Any]], size: int
) -> None:
    frame = table(rows)
    expected: dict[tuple[str, ...], dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
    for number, row in enumerate(rows):
        here = expected[row["set"], row["source"], row["part"]]
        record = (row["source"], row["doc_id"], row["raw_file"], row["record"])
        here["documents"].add(record)
        here["items"].add(row["item"])
        here["spans"].add(number)
        if row["outcome"] in ("released", "masked"):
            here["released"].add(record)
        if row["outcome"] in ("masked", "dropped"):
            here[row["outcome"]].add(record)

    found = found_of(frame[start : start + size] for start in range(0, len(frame), size))

    assert {name: [(one.source, one.part) for one in of] for name, of in found.items()} == {
        name: [key[1:] for key in sorted(expected) if key[0] == name] for name in sorted({key[0] for key in expected})
    }
    for name, of in found.items():
        for one in of:
            counts = expected[name, one.source, one.part]
            for what in ("documents", "items", "spans", "released", "masked", "dropped"):
                assert getattr(one, what) == len(counts[what]), what


@settings(deadline=None)
@given(rows=COPIES, data=st.data(), size=st.integers(1, 7))
def test_a_table_in_another_order_is_not_in_order(rows: list[dict[str, Any]], data: st.DataObject, size: int) -> None:
    frame = table(rows)
    moved = frame[data.draw(st.permutations(range(len(frame))))] if len(frame) else frame
    for one in (frame, moved):
        cut = [one[start : start + size] for start in range(0, len(one), size)]
        assert in_order(cut) == one.equals(frame)
