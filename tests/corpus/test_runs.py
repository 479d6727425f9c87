from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpus.runs import gather, key_range, read_run, spread, stable_order, write_run

KEYS = st.integers(0, 2**64 - 1) | st.sampled_from([0, 2**63, 2**64 - 1])
RUNS = st.lists(st.lists(st.tuples(KEYS, st.integers(0, 99)), max_size=20), min_size=1, max_size=4)


@given(RUNS, st.integers(1, 9))
def test_every_record_is_read_once_whatever_the_number_of_parts(runs: list[list[tuple[int, int]]], parts: int) -> None:
    with TemporaryDirectory() as name:
        folders = []
        for number, rows in enumerate(runs):
            folders.append(Path(name, str(number)))
            folders[-1].mkdir()
            key, value = np.array([k for k, _ in rows], np.uint64), np.array([v for _, v in rows], np.int64)
            write_run(folders[-1], "run", {"key": key, "value": value})
            assert [one.tolist() for one in read_run(folders[-1], "run", ["key", "value"])] == [
                [k for k, _ in sorted(rows, key=lambda row: row[0])],
                [v for _, v in sorted(rows, key=lambda row: row[0])],
            ]
        found = []
        for part in range(parts):
            low, high = key_range(part, parts)
            origin, (key, value) = gather(folders, "run", ["key", "value"], (low, high))
            assert all(low <= one <= high for one in key.tolist())
            found += list(zip(origin.tolist(), key.tolist(), value.tolist(), strict=True))
    assert sorted(found) == sorted((number, *row) for number, rows in enumerate(runs) for row in rows)


@given(st.lists(KEYS, max_size=50), st.integers(1, 2000))
def test_the_order_of_keys_is_numpys_stable_one(keys: list[int], times: int) -> None:
    repeated = np.resize(np.array(keys, np.uint64), len(keys) * times)
    for several in (repeated, repeated.astype(np.int64), repeated[::-1] % np.uint64(1000)):
        assert (stable_order(several) == np.argsort(several, kind="stable")).all()


def test_ranges_cover_all_keys_without_overlap() -> None:
    for parts in (1, 2, 7, 64):
        ranges = [key_range(part, parts) for part in range(parts)]
        assert ranges[0][0] == 0
        assert ranges[-1][1] == 2**64 - 1
        assert all(high + 1 == low for (_, high), (low, _) in pairwise(ranges))


def test_numbers_in_a_row_are_spread_evenly_and_never_collide() -> None:
    keys = spread(np.arange(100_000))
    assert len(np.unique(keys)) == 100_000
    shares = np.histogram(keys.astype(float), bins=10, range=(0.0, 2.0**64))[0]
    assert (abs(shares - 10_000) < 400).all()  # four standard deviations of a binomial are 380
