"""What people's verdicts on samples amount to, and the file they are in."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import RecipeError
from manifests.audited import (
    Key,
    Opinion,
    SampleVerdict,
    contradicted,
    decide,
    estimate,
    read_verdicts,
    sample_digest,
)
from manifests.verdicts import append_line
from manifests.weighed import Read, weigh

DROPPED: Key = ("notes", "drop", "quality", "too_short")
KEPT: Key = ("notes", "keep", "release", "kept")
SIZES = {DROPPED: 400, KEPT: 10_000}


def samples(lots: dict[Key, int], near: dict[Key, int] | None = None) -> pl.DataFrame:
    """So many samples a stratum by lot, and so many that only lie near to a bound."""
    rows = []
    for key, count in lots.items():
        for turn in [*range(1, count + 1), *[None] * (near or {}).get(key, 0)]:
            source, verdict, stage, reason = key
            place = len(rows)
            rows.append(
                {"source": source, "doc_id": f"{source}:{place}", "verdict": verdict, "stage": stage, "reason": reason}
                | {"turn": turn, "excerpt": f"text {place}"}
            )
    return pl.DataFrame(rows, schema_overrides={"turn": pl.Int64})


def said(table: pl.DataFrame, opinions: dict[int, Opinion], reviewer: str = "ann") -> list[SampleVerdict]:
    """What a reviewer said of some rows."""
    found = []
    for place, opinion in opinions.items():
        row = table.row(place, named=True)
        ids = {name: row[name] for name in ("source", "doc_id", "stage", "reason")}
        found.append(SampleVerdict(sample=sample_digest(row), verdict=opinion, reviewer=reviewer, **ids))
    return found


def test_samples_by_lot_speak_for_their_stratum() -> None:
    table = samples({DROPPED: 50})
    found = estimate(table, SIZES, said(table, {n: "wrong" if n < 5 else "right" for n in range(50)}))
    (one,) = found.strata
    assert (one.documents, one.shown, one.right, one.wrong) == (400, 50, 45, 5)
    assert one.share == pytest.approx(0.9)
    assert one.low is not None
    assert one.high is not None
    assert 0.78 < one.low < 0.9 < one.high < 0.96
    assert (found.removed.share, found.removed.low, found.kept.share) == (one.share, one.low, None)


def test_a_stratum_that_was_read_whole_leaves_nothing_to_estimate() -> None:
    table = samples({DROPPED: 4})
    found = estimate(table, {DROPPED: 4}, said(table, {0: "right", 1: "right", 2: "right", 3: "wrong"}))
    assert (found.removed.share, found.removed.low, found.removed.high) == (0.75, 0.75, 0.75)


def test_samples_near_to_a_bound_are_counted_apart() -> None:
    table = samples({DROPPED: 1}, near={DROPPED: 3})
    found = estimate(table, SIZES, said(table, {0: "right", 1: "wrong", 2: "wrong", 3: "wrong"}))
    (one,) = found.strata
    assert (one.right, one.wrong, one.beside, one.shown) == (1, 0, 3, 1)


def test_strata_weigh_as_much_as_they_have_documents() -> None:
    other: Key = ("notes", "drop", "language", "language_not_allowed")
    table = samples({DROPPED: 10, other: 10})
    opinions: dict[int, Opinion] = {n: "right" if n < 10 else "wrong" for n in range(20)}
    found = estimate(table, {DROPPED: 900, other: 100}, said(table, opinions))
    assert found.removed.share == pytest.approx(0.9)


def test_the_last_word_of_a_reviewer_counts_and_more_than_half_of_several() -> None:
    table = samples({DROPPED: 2})
    lines = [*said(table, {0: "wrong"}), *said(table, {0: "right"})]
    assert estimate(table, SIZES, lines).strata[0].right == 1
    lines += said(table, {0: "wrong"}, "bob")
    assert estimate(table, SIZES, lines).strata[0].unsure == 1
    lines += said(table, {0: "right"}, "eve")
    found = estimate(table, SIZES, lines)
    assert (found.strata[0].right, found.reviewers) == (1, 3)
    assert decide(["right", "wrong", "unsure"]) == "unsure"


def test_verdicts_on_other_texts_and_other_documents_decide_nothing() -> None:
    table = samples({DROPPED: 2})
    other = table.with_columns(pl.col("excerpt") + " changed")
    elsewhere = table.with_columns(pl.col("doc_id") + "x")
    found = estimate(table, SIZES, [*said(other, {0: "wrong"}), *said(elsewhere, {1: "wrong"})])
    assert (found.strata, found.stale, found.elsewhere) == ((), 1, 1)


def test_an_estimate_that_does_not_follow_is_found() -> None:
    table = samples({DROPPED: 20, KEPT: 20})
    stated = estimate(table, SIZES, said(table, {n: "right" if n % 3 else "wrong" for n in range(30)}))
    assert not contradicted(stated, table, SIZES)
    one = stated.strata[0]
    for forged in (
        stated.model_copy(update={"removed": stated.removed.model_copy(update={"low": 0.99})}),
        stated.model_copy(update={"strata": (one.model_copy(update={"right": one.right + 1}), *stated.strata[1:])}),
        stated.model_copy(update={"strata": (one.model_copy(update={"documents": 401}), *stated.strata[1:])}),
        stated.model_copy(update={"strata": stated.strata[1:]}),
        stated.model_copy(update={"strata": stated.strata[::-1]}),
    ):
        assert contradicted(forged, table, SIZES)
    assert contradicted(stated, table.filter(pl.col("turn") != 20), SIZES)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20), st.integers(0, 20)), max_size=6))
def test_bounds_contradict_nothing_that_was_seen(parts: list[tuple[int, int, int]]) -> None:
    strata = [Read(right + wrong + more, right, wrong) for more, right, wrong in parts]
    found = weigh(strata)
    if found is None:
        assert not any(one.right + one.wrong for one in strata)
        return
    right, wrong = sum(one.right for one in strata), sum(one.wrong for one in strata)
    assert right <= found.fewest <= found.right + 1e-9
    assert found.right - 1e-9 <= found.most <= found.covered - wrong


def line(number: int) -> SampleVerdict:
    ids = {"sample": f"{number:064}", "source": "notes", "doc_id": f"notes:{number}", "stage": "near", "reason": "x"}
    return SampleVerdict(**ids, verdict="right", reviewer="ann")


@given(torn=st.binary(max_size=40).filter(lambda rest: b"\n" not in rest), before=st.integers(0, 3))
def test_a_torn_last_line_is_cut_off_before_the_next_one(
    tmp_path_factory: pytest.TempPathFactory, torn: bytes, before: int
) -> None:
    path = tmp_path_factory.mktemp("torn") / "verdicts.jsonl"
    for number in range(before):
        append_line(path, line(number))
    with path.open("ab") as file:
        file.write(torn)
    append_line(path, line(9))
    assert read_verdicts(path) == [*map(line, range(before)), line(9)]


def test_a_tail_longer_than_what_is_looked_at_at_once_is_cut_off_too(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    append_line(path, line(1))
    with path.open("ab") as file:
        file.write(b"x" * 200_000)
    append_line(path, line(2))
    assert read_verdicts(path) == [line(1), line(2)]


def test_many_writers_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    threads = [
        threading.Thread(target=lambda first: [append_line(path, line(first + n)) for n in range(10)], args=(10 * k,))
        for k in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.doc_id for one in read_verdicts(path)) == sorted(f"notes:{n}" for n in range(80))


def test_a_line_that_is_no_verdict_is_named(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    path.write_text(line(1).model_dump_json() + '\n{"sample": "x"}\n', encoding="utf-8")
    with pytest.raises(RecipeError, match=r"verdicts\.jsonl:2: no verdict: source"):
        read_verdicts(path)
