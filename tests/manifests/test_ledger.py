"""The account of random ledgers closes, and one unit out of place opens it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import LedgerImbalance
from corpus.verdict import Stage, Verdict
from manifests.amount import Amount
from manifests.ledger import KEYS, check_source, make_ledger

MEASURES = ("documents", "bytes", "words", "tokens")
SOURCES = ("pmc", "medline", "notes")
DECIDING = [stage for stage in Stage if stage is not Stage.RELEASE]

Row = dict[str, Any]


def amounts(largest: int = 1 << 40) -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({measure: st.integers(0, largest) for measure in MEASURES})


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Ledger rows of some files of each source; every source keeps something."""
    found: dict[tuple[str, ...], Row] = {}
    for source in SOURCES:
        for file in range(draw(st.integers(1, 3))):
            key = (source, f"file-{file}", Stage.RELEASE.value, Verdict.KEEP.value, "kept")
            found[key] = draw(amounts())
            for _ in range(draw(st.integers(0, 6))):
                stage = draw(st.sampled_from(DECIDING))
                verdict = draw(st.sampled_from([Verdict.DROP, Verdict.MERGE, Verdict.FAIL]))
                reason = draw(st.sampled_from(["too_short", "same_words", "not_json"]))
                found[source, f"file-{file}", stage.value, verdict.value, reason] = draw(amounts())
    return [dict(zip(KEYS, key, strict=True)) | amount for key, amount in found.items()]


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Row], dict[str, Amount], dict[str, Amount], dict[str, Amount]]:
    """Rows, what masking and then cutting took of each source, what was released of it."""
    table = draw(rows())
    masked, cut, released = {}, {}, {}
    for source in SOURCES:
        left = kept_of(table, source)
        for taken in (masked, cut):
            amount = {measure: draw(st.integers(0, getattr(left, measure))) for measure in MEASURES}
            taken[source] = Amount(**amount)
            left = left - Amount(**(amount | {"documents": 0}))
        released[source] = left
    return table, masked, cut, released


def kept_of(table: list[Row], source: str) -> Amount:
    kept = [row for row in table if (row["source"], row["verdict"]) == (source, "keep")]
    return sum((Amount(**{measure: row[measure] for measure in MEASURES}) for row in kept), Amount())


@settings(max_examples=40)
@given(accounts())
def test_a_true_account_closes_stage_by_stage_in_four_measures(account: Any) -> None:
    table, masked, cut, released = account
    ledger = make_ledger(pl.DataFrame(table), SOURCES, masked, cut, released)

    for source in SOURCES:
        stages = [stage for stage in ledger.stages if stage.source == source]
        everything = [row for row in table if row["source"] == source]
        for measure in MEASURES:
            entered = sum(row[measure] for row in everything)
            for stage in stages:
                assert getattr(stage.entered, measure) == entered
                gone = sum(getattr(part, measure) for part in (stage.dropped, stage.merged, stage.failed))
                entered -= gone
                assert getattr(stage.left, measure) == entered
            assert entered == getattr(kept_of(table, source), measure)


@settings(max_examples=40)
@given(accounts())
def test_lines_add_up_to_what_was_not_kept(account: Any) -> None:
    table, masked, cut, released = account
    ledger = make_ledger(pl.DataFrame(table), SOURCES, masked, cut, released)

    for measure in MEASURES:
        gone = sum(row[measure] for row in table if row["verdict"] != "keep")
        assert sum(getattr(line.amount, measure) for line in ledger.lines) == gone


@settings(max_examples=40)
@given(accounts(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(account: Any, random: Any) -> None:
    table, masked, cut, released = account
    shuffled = random.sample(table, len(table))

    one = make_ledger(pl.DataFrame(table), SOURCES, masked, cut, released)

    assert one == make_ledger(pl.DataFrame(shuffled), SOURCES, masked, cut, released)


@settings(max_examples=40)
@given(accounts(), st.data())
def test_one_unit_more_or_less_among_the_kept_opens_the_account(account: Any, data: st.DataObject) -> None:
    table, masked, cut, released = account
    row = data.draw(st.sampled_from([row for row in table if row["verdict"] == "keep"]))
    row[data.draw(st.sampled_from(MEASURES))] += data.draw(st.sampled_from([-1, 1]))

    with pytest.raises(LedgerImbalance, match=f"source {row['source']}: "):
        make_ledger(pl.DataFrame(table), SOURCES, masked, cut, released)


@settings(max_examples=40)
@given(accounts(), st.data())
def test_one_unit_more_or_less_released_opens_the_account(account: Any, data: st.DataObject) -> None:
    table, masked, cut, released = account
    source, measure = data.draw(st.sampled_from(SOURCES)), data.draw(st.sampled_from(MEASURES))
    one = Amount(**{measure: data.draw(st.sampled_from([-1, 1]))})

    with pytest.raises(LedgerImbalance, match=f"source {source}: "):
        make_ledger(pl.DataFrame(table), SOURCES, masked, cut, released | {source: released[source] + one})


@settings(max_examples=40)
@given(accounts(), st.data())
def test_one_unit_more_or_less_masked_or_cut_opens_the_account(account: Any, data: st.DataObject) -> None:
    table, masked, cut, released = account
    source, measure = data.draw(st.sampled_from(SOURCES)), data.draw(st.sampled_from(MEASURES[1:]))
    one = Amount(**{measure: data.draw(st.sampled_from([-1, 1]))})

    with pytest.raises(LedgerImbalance, match=f"source {source}: "):
        make_ledger(pl.DataFrame(table), SOURCES, masked | {source: masked[source] + one}, cut, released)
    with pytest.raises(LedgerImbalance, match=f"source {source}: "):
        make_ledger(pl.DataFrame(table), SOURCES, masked, cut | {source: cut[source] + one}, released)


@settings(max_examples=40)
@given(accounts(), st.data())
def test_a_document_moved_from_kept_to_dropped_opens_the_account(account: Any, data: st.DataObject) -> None:
    table, masked, cut, released = account
    row = data.draw(st.sampled_from([row for row in table if row["verdict"] == "keep"]))
    row["documents"] -= 1
    moved = row | {"stage": "quality", "verdict": "drop", "reason": "too_few_words", "documents": 1}

    with pytest.raises(LedgerImbalance):
        make_ledger(pl.DataFrame([*table, moved]), SOURCES, masked, cut, released)


def test_what_the_stages_leave_must_be_what_was_kept() -> None:
    with pytest.raises(LedgerImbalance, match="source pmc: the stages leave"):
        check_source("pmc", Amount(documents=2), Amount(documents=1), Amount(), Amount(), Amount(documents=1))


def test_masking_and_cutting_change_documents_and_remove_none() -> None:
    kept = Amount(documents=3, bytes=30, words=9, tokens=12)
    masked = Amount(documents=2, bytes=5, words=1, tokens=4)

    cut = Amount(documents=1, bytes=10, words=3, tokens=5)

    check_source("pmc", kept, kept, masked, cut, Amount(documents=3, bytes=15, words=5, tokens=3))


def test_an_account_of_a_time_when_nothing_was_cut_is_the_same_without_it() -> None:
    kept = {"documents": 1, "bytes": 2, "words": 1, "tokens": 1}
    table = [dict(zip(KEYS, ("pmc", "a", "release", "keep", "kept"), strict=True)) | kept]

    ledger = make_ledger(pl.DataFrame(table), ["pmc"], {"pmc": Amount()}, {}, {"pmc": Amount(**kept)})

    assert ledger.cut == ()
