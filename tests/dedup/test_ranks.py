from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dedup.ranks import CRITERIA, Criterion, keep_keys

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3)
DOCUMENTS = st.lists(
    st.tuples(
        *(st.integers(0, 300), st.integers(0, 9), st.integers(0, 5)),
        st.sampled_from(["", "1", "10", "2", "2.1", "é"]) | TEXT,
        *(st.integers(0, 2**40), TEXT),
    ),
    max_size=20,
    unique_by=lambda row: row[-1],
)
PLACE = {name: place for place, name in enumerate(CRITERIA)}
LARGEST_FIRST = {"licence", "version", "length"}


def keys(rows: list[tuple], order: list[Criterion], first: bytes = b"") -> list[bytes]:
    source, licence, doc_type, version, length, doc_id = zip(*rows, strict=True) if rows else [()] * 6
    found = keep_keys(
        order,
        source=source,
        licence=licence,
        doc_type=doc_type,
        version=pa.array(version, pa.string()),
        length=length,
        doc_id=pa.array(doc_id, pa.string()),
        first=first,
    )
    return found.to_pylist()


@given(DOCUMENTS, st.lists(st.sampled_from(CRITERIA), unique=True))
def test_keys_sort_by_one_criterion_after_the_other(rows: list[tuple], order: list[Criterion]) -> None:
    best_first = sorted(rows, key=lambda row: row[5])
    for name in reversed(order):
        best_first.sort(key=lambda row, name=name: row[PLACE[name]], reverse=name in LARGEST_FIRST)
    by_key = [row for _, row in sorted(zip(keys(rows, order), rows, strict=True), key=lambda pair: pair[0])]
    assert by_key == best_first
    assert len(set(keys(rows, order))) == len(rows)


def test_what_keys_begin_with_decides_before_all_else() -> None:
    row = (0, 1, 1, "1", 1, "a")
    assert max(keys([row], list(CRITERIA), b"\0")) < min(keys([(9, 0, 9, "", 0, "z"), row], list(CRITERIA), b"\1"))
