"""Counts of merged documents against counting them one by one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.merged import count_merged

SOURCES = ["pmc", "medline", "medline"]
"""By bundle; what lies in bundles 3 and 4 was released by earlier snapshots."""
EARLIER = {3: "a" * 64, 4: "b" * 64}
SCHEMA = {
    "bundle": pl.Int32,
    "row": pl.UInt32,
    "survivor": pl.String,
    "method": pl.String,
    "survivor_bundle": pl.Int32,
    "survivor_row": pl.UInt32,
    "survivor_snapshot": pl.String,
}

PLACES = st.tuples(st.integers(0, 2), st.integers(0, 30))
SURVIVORS = st.tuples(st.integers(0, 4), st.integers(31, 34))
MERGES = st.dictionaries(PLACES, st.tuples(SURVIVORS, st.sampled_from(["exact", "near"])))


def named(bundle: int, row: int) -> str:
    return f"{[*SOURCES, 'pmc', 'pmc'][bundle]}:{bundle}-{row}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "merges.parquet"


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(merges=MERGES)
def test_counts_are_those_of_counting_one_by_one(merges: dict[tuple[int, int], Any], path: Path) -> None:
    rows = [
        (*place, named(*survivor), method, *survivor, EARLIER.get(survivor[0]))
        for place, (survivor, method) in sorted(merges.items())
    ]
    pl.DataFrame(rows, SCHEMA, orient="row").write_parquet(path)
    found = count_merged(path, SOURCES)
    of_survivor = Counter(survivor for survivor, _ in merges.values())
    sizes = Counter(count + 1 for count in of_survivor.values())
    assert [(one.size, one.clusters) for one in found.cluster_sizes] == sorted(sizes.items())
    crossed: Counter[tuple[str, str, str]] = Counter()
    for (bundle, _), (survivor, method) in merges.items():
        there = "@" + EARLIER[survivor[0]][:12] if survivor[0] in EARLIER else ""
        crossed[SOURCES[bundle], named(*survivor).split(":")[0] + there, method] += 1
    stated = [((one.merged, one.survivor, one.method), one.documents) for one in found.cross_source]
    assert stated == sorted(crossed.items())
    into = Counter(EARLIER[survivor[0]] for survivor, _ in merges.values() if survivor[0] in EARLIER)
    assert found.into == dict(into)
