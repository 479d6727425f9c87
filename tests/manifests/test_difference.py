"""What changed between two builds, held against a count by hand of their tables."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacards.difference import render_difference
from manifests.difference import Difference, changes, compare
from manifests.snapshot import Snapshot
from tests.conftest import Built
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus

ORDER = ("keep", "merge", "drop", "fail")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def stricter(snapshot: Built, small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The same corpus under one rule more."""
    folder = tmp_path_factory.mktemp("stricter")
    rules = {"rules": [{"name": "too_many_digits", "signal": "digit_share", "max": 0.02, "cite": "a test"}]}
    recipe = small_corpus.write_recipe(folder / "stricter.yaml", quality=rules)
    build(recipe, folder / "snapshot", snapshot.work)
    return Snapshot.open(folder / "snapshot")


@pytest.fixture(scope="module")
def found(snapshot: Built, stricter: Snapshot) -> Difference:
    return compare(Snapshot.open(snapshot.folder), stricter)


def outcomes(snapshot: Snapshot) -> dict[str, str]:
    """Of each document, the outcome that went furthest."""
    best: dict[str, tuple[int, str]] = {}
    for doc_id, verdict, stage, reason in (
        snapshot.audit().select("doc_id", "verdict", "stage", "reason").collect().iter_rows()
    ):
        outcome = "kept" if verdict == "keep" else f"{stage}: {reason}"
        if doc_id is not None:
            best[doc_id] = min(best.get(doc_id, (9, "")), (ORDER.index(verdict), outcome))
    return {doc_id: outcome for doc_id, (_, outcome) in best.items()}


def test_a_snapshot_does_not_differ_from_itself(snapshot: Built) -> None:
    whole = Snapshot.open(snapshot.folder)
    found = compare(whole, whole)

    assert found.same
    assert (found.recipe, found.made_by, found.reasons, found.moves, found.rewritten) == ((),) * 5


def test_moves_are_those_that_the_tables_show(snapshot: Built, stricter: Snapshot, found: Difference) -> None:
    before, after = outcomes(Snapshot.open(snapshot.folder)), outcomes(stricter)
    expected = Counter(
        (doc_id.partition(":")[0], before.get(doc_id, "absent"), after.get(doc_id, "absent"))
        for doc_id in {*before, *after}
        if before.get(doc_id) != after.get(doc_id)
    )

    assert {(move.source, move.before, move.after): move.documents for move in found.moves} == expected
    assert any(key[1:] == ("kept", "quality: too_many_digits") for key in expected)


def test_moves_and_amounts_agree(found: Difference) -> None:
    for one in found.sources:
        mine = [move for move in found.moves if move.source == one.source]
        gained = sum(move.documents for move in mine if move.after == "kept")
        lost = sum(move.documents for move in mine if move.before == "kept")
        assert one.kept[1].documents - one.kept[0].documents == gained - lost
    assert found.after.totals.documents < found.before.totals.documents


def test_examples_are_of_the_move_and_masked_as_released(
    snapshot: Built, small_corpus: SmallCorpus, found: Difference
) -> None:
    before = Snapshot.open(snapshot.folder)
    move = next(move for move in found.moves if move.before == "kept")
    assert len(move.examples) == min(5, move.documents)
    texts = before.released_texts(move.source, [one.doc_id for one in move.examples])
    for one in move.examples:
        assert one.excerpt == texts[one.doc_id][:600]
        assert one.score is not None
        assert one.threshold == 0.02
        assert one.score > one.threshold


@pytest.mark.parametrize("part_rows", [997, 5000])
def test_the_answer_is_the_same_however_the_documents_are_cut(
    snapshot: Built, stricter: Snapshot, found: Difference, part_rows: int
) -> None:
    assert compare(Snapshot.open(snapshot.folder), stricter, part_rows=part_rows) == found


def test_the_rule_is_named_by_its_place_in_the_recipe(found: Difference) -> None:
    places = [change.pointer for change in found.recipe]
    assert "/recipe/quality/rules/too_many_digits" in places
    assert all(change.before is None for change in found.recipe)


def test_other_text_of_a_released_document_is_found(snapshot: Built, tmp_path: Path) -> None:
    shutil.copytree(snapshot.folder, tmp_path / "other")
    after = Snapshot.open(tmp_path / "other")
    shard = after.manifest.shards[0]
    rows = pl.read_parquet(after.folder / shard.path)
    doc_id = rows["doc_id"][0]
    changed = pl.when(pl.col("doc_id") == doc_id).then(pl.lit("0" * 64)).otherwise("text_sha256").alias("text_sha256")
    rows.with_columns(changed).write_parquet(after.folder / shard.path)
    told = tuple(one.model_copy(update={"sha256": "1" * 64}) if one == shard else one for one in after.manifest.shards)
    after = Snapshot(after.folder, after.manifest.model_copy(update={"shards": told}))

    (rewritten,) = compare(Snapshot.open(snapshot.folder), after).rewritten
    assert (rewritten.source, rewritten.documents, rewritten.examples) == (shard.source, 1, (doc_id,))


def test_the_page_escapes_what_a_snapshot_says(found: Difference) -> None:
    hostile = found.model_copy(update={"after": found.after.model_copy(update={"name": "<script>alert(1)</script>"})})
    page = render_difference(hostile).decode()
    assert "<script" not in page
    assert "too_many_digits" in page
    assert render_difference(hostile).decode() == page


@given(JSON, JSON)
def test_no_change_is_told_of_equal_values_and_some_of_others(before: object, after: object) -> None:
    told = list(changes(before, after))
    assert bool(told) == (json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True))


def test_entries_of_a_list_are_compared_by_name() -> None:
    before = {"sources": [{"name": "a", "x": 1}, {"name": "b", "x": 2}]}
    after = {"sources": [{"name": "b", "x": 3}, {"name": "a", "x": 1}]}
    (change,) = changes(before, after)
    assert (change.pointer, change.before, change.after) == ("/sources/b/x", 2, 3)
