"""The sample of removals: who is drawn, whatever the parts, and what a verifier finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.removals import ACROSS, NEAREST, OTHER, resample
from manifests.snapshot import Snapshot
from shards.place import uniform
from tests.conftest import Built
from tests.manifests.damage import rewritten

SEED = 3
COLUMNS = ("doc_id", "source", "survivor", "survivor_source", "similarity", "substance")


def oracle(rows: list[tuple[Any, ...]]) -> list[tuple[str, str, int, int, str]]:
    """(source, stratum, size, turn, doc_id) of the sample, from the sentences that define it."""
    found = []
    for source in sorted({row[1] for row in rows}):
        mine = [dict(zip(COLUMNS, row, strict=True)) for row in rows if row[1] == source]

        def draw(row: dict[str, Any]) -> tuple[float, str]:
            return uniform(row["doc_id"], salt=f"removal/{SEED}"), row["doc_id"]

        def margin(row: dict[str, Any]) -> float:
            return min(value for value in (row["similarity"], row["substance"]) if value is not None)

        nearest = sorted(mine, key=lambda row: (margin(row), draw(row)))[:25]
        rest = [row for row in mine if row not in nearest]
        across = [row for row in rest if row["survivor_source"] != source]
        other = [row for row in rest if row["survivor_source"] == source]
        quota = {NEAREST: 25, ACROSS: max(25, 75 - len(other)), OTHER: max(50, 75 - len(across))}
        for stratum, members in ((ACROSS, across), (NEAREST, nearest), (OTHER, other)):
            drawn = sorted(members, key=draw)[: quota[stratum]]
            found += [(source, stratum, len(members), turn, row["doc_id"]) for turn, row in enumerate(drawn, 1)]
    return found


@st.composite
def removed(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Removals of two sources: few or many, within and across, of similarities that tie."""
    rows = []
    for source in ("a", "b"):
        size = draw(st.sampled_from([0, 1, 20, 26, 80, 140, 260]))
        share = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
        salt = draw(st.integers(0, 9))
        for number in range(size):
            name = f"{source}:{salt}-{number}"
            into = "c" if uniform(name, salt="across") < share else source
            similarity = round(0.8 + 0.2 * uniform(name, salt="j"), 2)
            substance = None if number % 3 else round(0.8 + 0.2 * uniform(name, salt="s"), 2)
            rows.append((name, source, f"{into}:kept", into, similarity, substance))
    return rows


def framed(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {name: pl.Float64 if name in COLUMNS[4:] else pl.String for name in COLUMNS}
    return pl.DataFrame(rows, schema=schema, orient="row")


@given(removed(), st.integers(1, 9))
def test_the_sample_is_the_oracles_whatever_the_parts(rows: list[tuple[Any, ...]], parts: int) -> None:
    found = resample([framed(rows[start::parts]) for start in range(parts)], SEED)
    assert found is not None
    names = ("source", "stratum", "stratum_size", "turn", "doc_id")
    assert found.select(names).rows() == oracle(rows)


@given(removed())
def test_strata_add_up_to_all_removals(rows: list[tuple[Any, ...]]) -> None:
    found = resample([framed(rows)], SEED)
    assert found is not None
    assert found.select("source", "stratum", "stratum_size").unique()["stratum_size"].sum() == len(rows)
    assert all(size <= 100 for size in found.group_by("source").len()["len"])


NAME = "samples/removals.parquet"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.head(0), "is not the sample"),
        (lambda rows: rows.with_columns(pl.col("stratum_size") + 1), "is not the sample"),
        (lambda rows: rows.with_columns(similarity=pl.lit(0.99)), "is not the sample"),
        (lambda rows: rows.with_columns(survivor_text=pl.lit("Something else.")), "is not the one released"),
        (lambda rows: rows.with_columns(survivor_cut=pl.lit(value=True)), "is not the one released"),
        (lambda rows: rows.with_columns(text=pl.lit("Write to jane.q.doe@example-clinic.org.")), "not masked"),
    ],
    ids=["none", "stratum size", "similarity", "survivor text", "cut", "identifier"],
)
def test_a_forged_sample_is_found(copy: Path, change: Any, said: str) -> None:
    rows = pl.read_parquet(copy / NAME, glob=False)
    assert len(rows)
    found = rewritten(copy, {NAME: change(rows)})
    assert any(finding.file == NAME and said in finding.what for finding in found)
    assert not any("jane" in finding.what for finding in found)


def test_every_near_duplicate_of_a_small_corpus_is_in_its_sample(snapshot: Built) -> None:
    whole = Snapshot.open(snapshot.folder)
    near = whole.audit().filter(pl.col("stage") == "near").select("doc_id", "survivor").collect()
    shown = pl.read_parquet(snapshot.folder / NAME, glob=False)
    assert len(near) >= 2
    assert sorted(shown.select("doc_id", "survivor").rows()) == sorted(near.rows())
