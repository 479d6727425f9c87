"""Documents to read are chosen by what was measured, and shown masked with what decided."""

from __future__ import annotations

import io

import polars as pl
import pytest
from rich.console import Console

from corpus.errors import RecipeError
from manifests.inspect import Choice, choose
from manifests.snapshot import Snapshot
from pipelines.show_inspect import show_pages
from tests.conftest import Built


@pytest.fixture(scope="module")
def whole(snapshot: Built) -> Snapshot:
    return Snapshot.open(snapshot.folder)


def printed(whole: Snapshot, choice: Choice, *, count: int = 5, page: int = 1, full: bool = False) -> str:
    told = io.StringIO()
    console = Console(file=told, width=140)
    show_pages(console, whole, choose(whole, choice), count=count, page=page, full=full)
    return told.getvalue()


def test_every_kept_document_can_be_read(whole: Snapshot) -> None:
    assert len(choose(whole, Choice(kept=True))) == whole.manifest.totals.documents


def test_dropped_documents_are_those_with_a_sample(whole: Snapshot) -> None:
    found = choose(whole, Choice(kept=False))
    shown = whole.samples().filter(pl.col("verdict") != "keep", pl.col("excerpt").is_not_null())
    assert set(found["doc_id"]) == set(shown["doc_id"])


def test_reasons_take_turns(whole: Snapshot) -> None:
    reasons = choose(whole, Choice(kept=False))["reason"].to_list()
    different = len(set(reasons))
    assert different > 3
    assert len(set(reasons[:different])) > different // 2


def test_conditions_on_signals_hold(whole: Snapshot) -> None:
    found = choose(whole, Choice(where=("n_words>=100", "language=en", "digit_share<0.02"), by="-n_words"))
    assert found["words"].min() >= 100
    assert found["words"].to_list() == sorted(found["words"], reverse=True)
    assert set(found["language"]) == {"en"}
    assert found["digit_share"].max() < 0.02


def test_a_rule_that_failed_beside_another_one_counts(whole: Snapshot) -> None:
    found = choose(whole, Choice(reason="too_few_words"))
    assert (found["rules_failed"].list.contains("too_few_words")).all()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(source="nobody"), "no source 'nobody'; there are "),
        (Choice(reason="nothing"), "no document to read is like that; reasons here: .*too_few_words"),
        (Choice(where=("n_wrods>1",)), "no signal 'n_wrods'; there are "),
        (Choice(where=("n_words",)), "a condition is"),
        (Choice(where=("n_words>x",)), "not a number"),
        (Choice(by="size"), "no signal 'size'"),
    ],
)
def test_what_is_not_there_is_an_error_that_says_what_is(whole: Snapshot, choice: Choice, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        choose(whole, choice)


def test_pages_are_parts_of_one_order(whole: Snapshot) -> None:
    rows = choose(whole, Choice(kept=True))
    first, second = printed(whole, Choice(kept=True)), printed(whole, Choice(kept=True), page=2)
    for page, place in ((first, 0), (second, 5)):
        assert all(name in page for name in rows["doc_id"][place : place + 5])
    assert f"page 2 of {-(-len(rows) // 5)}" in second


def test_a_page_after_the_last_is_the_last(whole: Snapshot) -> None:
    rows = choose(whole, Choice(kept=True))
    assert rows["doc_id"][-1] in printed(whole, Choice(kept=True), page=10_000)


def test_a_dropped_document_is_shown_with_what_decided(whole: Snapshot) -> None:
    page = printed(whole, Choice(reason="too_few_words"), count=1)
    assert "too_few_words (" in page
    assert "bound 21" in page
    assert "n_words" in page


def test_kept_documents_are_shown_whole_if_asked(whole: Snapshot) -> None:
    choice = Choice(kept=True, by="-n_words")
    longest = choose(whole, choice)["doc_id"][0]
    text = whole.released_texts(longest.partition(":")[0], [longest])[longest]
    last_words = " ".join(text.split()[-3:])
    assert last_words in " ".join(printed(whole, choice, count=1, full=True).replace("│", " ").split())
    assert last_words not in " ".join(printed(whole, choice, count=1).replace("│", " ").split())
