"""The digest of a slice tells what its rows say, and nothing else."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.slices import write_sliced

SCHEMA = {"bundle": pl.Int64, "row": pl.Int64, "said": pl.String, "names": pl.List(pl.String), "share": pl.Float64}
WORDS = st.none() | st.sampled_from(["", "a", "b"])
ROWS = st.tuples(
    st.integers(0, 3), st.integers(0, 9), WORDS, st.none() | st.lists(WORDS, max_size=2), st.none() | st.floats(0, 1)
)


@given(st.lists(ROWS, max_size=40))
def test_a_slice_has_the_same_digest_whatever_stands_beside_it(rows: list[tuple[object, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("bundle", maintain_order=True)
    with TemporaryDirectory() as name:
        together = write_sliced(frame, Path(name, "all.parquet"))
        for bundle in frame["bundle"].unique():
            alone = pl.DataFrame(frame.filter(pl.col("bundle") == bundle).rows(), schema=SCHEMA, orient="row")
            assert write_sliced(alone, Path(name, "one.parquet")) == {str(bundle): together[str(bundle)]}
        assert len(set(together.values())) == len(
            {tuple(map(str, own.drop("bundle").rows())) for own in frame.partition_by("bundle")}
        )
