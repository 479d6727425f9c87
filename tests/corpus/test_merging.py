"""Sorted tables merged into one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.merging import merged
from corpus.tables import row_groups, write_frame, write_frames

KEYS = ("name", "place")
SCHEMA: dict[str, type[pl.DataType]] = {"name": pl.String, "place": pl.Int64, "score": pl.Float32}
ROWS = st.lists(
    st.tuples(st.sampled_from("aAbé€𝄞") | st.text(max_size=2), st.integers(-2, 9)), unique=True, max_size=60
)


def parts_of(frame: pl.DataFrame, dealt: Sequence[int], folder: Path, group_rows: int) -> list[Path]:
    """`frame` in as many sorted files as `dealt` has numbers; row by row it says which."""
    paths = []
    for number in sorted(set(dealt)):
        mine = frame.filter(pl.Series([one == number for one in dealt[: len(frame)]], dtype=pl.Boolean))
        paths.append(folder / f"part-{number}.parquet")
        write_frame(mine.sort(KEYS), paths[-1], row_group_rows=group_rows)
    return paths


@settings(deadline=None)
@given(rows=ROWS, data=st.data(), group_rows=st.integers(1, 9), at_once=st.integers(2, 5))
def test_many_files_give_the_bytes_of_one(
    rows: list[tuple[str, int]], data: st.DataObject, group_rows: int, at_once: int
) -> None:
    frame = pl.DataFrame([(*row, n / 3) for n, row in enumerate(rows)], SCHEMA, orient="row")
    dealt = data.draw(st.lists(st.integers(0, 14), min_size=max(len(rows), 1), max_size=max(len(rows), 1)))
    with TemporaryDirectory() as name:
        folder, scratch = Path(name), Path(name, "scratch")
        scratch.mkdir()
        paths = parts_of(frame, dealt, folder, group_rows)
        found = merged(paths, KEYS, scratch, at_once=at_once, group_rows=group_rows)
        count = write_frames([frame.clear(), *found], folder / "several.parquet", row_group_rows=7)
        write_frame(frame.sort(KEYS), folder / "one.parquet", row_group_rows=7)
        assert count == len(rows)
        assert (folder / "several.parquet").read_bytes() == (folder / "one.parquet").read_bytes()


@pytest.mark.parametrize("disjoint", [False, True])
def test_no_more_is_held_than_a_row_group_of_each_of_a_few_files(tmp_path: Path, disjoint: bool) -> None:
    many, at_once, group_rows = 30, 4, 5
    frame = pl.DataFrame([(f"{n:05}", n % 7, 0.5) for n in range(1200)], SCHEMA, orient="row")
    dealt = [n * many // len(frame) if disjoint else n * 7919 % many for n in range(len(frame))]
    paths = parts_of(frame, dealt, tmp_path, group_rows)
    assert len(paths) == many
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    frames, opened = [], set[Path]()
    for part in merged(paths, KEYS, scratch, at_once=at_once, group_rows=group_rows):
        assert len(open_below(tmp_path)) <= at_once
        opened |= {*open_below(tmp_path)}
        assert 0 < len(part) <= at_once * group_rows
        frames.append(part)

    assert opened  # they were seen
    assert pl.concat(frames).equals(frame)
    left = sorted(scratch.iterdir())
    assert len(left) <= at_once  # what was merged again is gone
    for path in left:
        facts = pq.read_metadata(path)
        assert {facts.row_group(n).num_rows for n in range(facts.num_row_groups - 1)} <= {group_rows}


def open_below(folder: Path) -> list[Path]:
    """Files below a folder that this process holds open."""
    found = []
    for number in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):  # what listed them is among them, and closed again
            found.append(number.readlink())
    return [path for path in found if path.is_relative_to(folder)]


def test_row_groups_are_cut_alike_however_frames_come(tmp_path: Path) -> None:
    frame = pl.DataFrame([(f"{n % 11}", n, None) for n in range(100)], SCHEMA, orient="row")
    write_frame(frame, tmp_path / "whole", row_group_rows=8)
    for size in (1, 3, 8, 50):
        count = write_frames((frame[n : n + size] for n in range(0, 100, size)), tmp_path / "cut", row_group_rows=8)
        assert count == 100
        assert (tmp_path / "cut").read_bytes() == (tmp_path / "whole").read_bytes()
    assert [len(part) for part in row_groups(tmp_path / "cut")] == [8] * 12 + [4]


def test_of_nothing_a_table_without_rows_is_left(tmp_path: Path) -> None:
    empty = pl.DataFrame(schema=SCHEMA)
    assert write_frames([empty, *merged([], KEYS, tmp_path)], tmp_path / "none.parquet") == 0
    assert pl.read_parquet(tmp_path / "none.parquet").schema == empty.schema
    assert list(row_groups(tmp_path / "none.parquet")) == []
