"""Which documents are samples of a reason."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.tables import reduced
from pipelines.conclude import NEAREST_PER_REASON, sampled

SCORES = st.one_of(st.none(), st.floats(0, 1))
DOCUMENTS = st.lists(
    st.tuples(st.sampled_from("ab"), SCORES, st.floats(0, 1)), max_size=60, unique_by=lambda one: one[2]
)
SCHEMA = {"reason": pl.String, "score": pl.Float64, "draw": pl.Float64}


@settings(deadline=None)
@given(documents=DOCUMENTS, size=st.integers(1, 20), at_once=st.integers(1, 4))
def test_samples_of_a_union_are_those_of_the_samples_of_its_parts(
    documents: list[tuple[str, float | None, float]], size: int, at_once: int
) -> None:
    whole = pl.DataFrame(documents, SCHEMA, orient="row").with_columns(threshold=pl.lit(0.5))
    chosen = sampled(["reason"], 3)
    parts = [whole.slice(start, size) for start in range(0, max(len(whole), 1), size)]
    found = reduced(parts, lambda frame: frame.filter(chosen), at_once)
    assert found.equals(whole.filter(chosen))
    assert found.group_by("reason").len().filter(pl.col("len") > 3 + NEAREST_PER_REASON).is_empty()
