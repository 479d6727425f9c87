"""Evaluation sets in a build: copies are found, dropped, masked or counted, and the snapshot says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpus.errors import BuildStopped
from datacards.render import render
from manifests.contamination import HITS
from manifests.snapshot import Snapshot
from manifests.verify import notes, verify
from pipelines.takedowns.request import Request
from pipelines.takedowns.takedown import take_down
from tests.manifests.damage import forged, rewritten
from tests.pipelines.building import hc4_here
from tests.pipelines.contaminated import (
    LICENCES,
    MARK,
    PASSAGE,
    Q1,
    RELEASED,
    SHARED,
    TEXTS,
    Made,
    made,
    own,
    rebuilt,
    sets,
    text,
    written,
)

HITS_FILE = "contamination/hits.parquet"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("contaminated"))


@pytest.fixture(scope="module")
def copy(built: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("copy") / "snapshot"
    shutil.copytree(built.folder, place)
    return place


def test_items_are_dropped_masked_or_left_as_their_policy_asks(built: Made) -> None:
    texts = built.texts
    assert {name: texts.get(name) for name in RELEASED} == RELEASED
    assert texts["pages:several"].count(MARK) == 2
    assert "\n" + Q1 not in texts["pages:several"]


def test_a_document_ends_for_the_reason_that_names_set_and_part(built: Made) -> None:
    ends = built.ends
    assert ends["pages:leak"] == ("contamination", "exam:question_answer")
    assert ends["pages:shouted"] == ("contamination", "exam:question")
    assert ends["pages:mostly"] == ("contamination", "mostly_items")
    # What came before says so: a licence that lets no word be changed does not let one be masked.
    assert ends["notes:verbatim"] == ("licence", "licence_no_derivatives")
    assert ends["notes:closed"][0] == "licence"


def test_an_identifier_inside_an_item_goes_with_it(built: Made) -> None:
    released = built.texts["pages:inside"]
    assert MARK in released
    assert "[EMAIL]" not in released
    row = pl.read_parquet(sorted((built.folder / "data" / "pages").iterdir())).filter(
        pl.col("doc_id") == "pages:inside"
    )
    assert row["phi_masked"].to_list() == [1]


def test_the_table_says_where_each_copy_stands_and_what_became_of_it(built: Made) -> None:
    hits = built.hits
    assert dict(hits.schema) == HITS
    assert hits["doc_id"].is_sorted() or hits["source"].is_sorted()
    for row in hits.to_dicts():
        source, _, name = row["doc_id"].partition(":")
        raw = TEXTS[source][name].encode()
        assert 0 <= row["start"] < row["end"] <= len(raw)
        raw[row["start"] : row["end"]].decode()
    told = {(row["doc_id"], row["set"], row["part"]): (row["action"], row["outcome"]) for row in hits.to_dicts()}
    assert told["pages:leak", "exam", "question_answer"] == ("drop", "dropped")
    assert told["pages:masked", "quiz", "question"] == ("mask", "masked")
    assert told["pages:passage", "reading", "context"] == ("report", "released")
    assert told["notes:verbatim", "quiz", "question"] == ("mask", "elsewhere")
    (passage,) = hits.filter(pl.col("part") == "context").to_dicts()
    found = TEXTS["pages"]["passage"].encode()[passage["start"] : passage["end"]].decode()
    assert found in (PASSAGE, PASSAGE.rstrip("."))


def test_the_manifest_states_sets_files_policies_and_counts(built: Made) -> None:
    stated = built.manifest.contamination
    assert stated is not None
    exam, quiz, reading = stated.sets
    assert [(one.name, one.items, one.refused) for one in stated.sets] == [
        *(("exam", 2, {}), ("quiz", 2, {}), ("reading", 1, {})),
    ]
    assert exam.policy == dict.fromkeys(("item", "question", "question_answer"), "drop")
    assert set(quiz.policy.values()) == {"mask"}
    assert {(one.source, one.part): one.documents for one in reading.found} == {("pages", "context"): 1}
    assert {one.source: (one.spans, one.documents) for one in stated.masked} == {"pages": (6, 5)}
    assert "EVALUATION_ITEM" not in {one.kind for one in built.manifest.privacy.masked}
    assert not any("evaluation sets" in gap.what for gap in built.manifest.gaps)


def test_it_verifies_and_the_pages_tell_of_it(built: Made) -> None:
    assert verify(built.folder, render) == []
    (note,) = notes(built.manifest)
    assert "hc4 contamination" in note
    pages = render(built.manifest)
    for page in ("README.md", "report/index.html"):
        content = pages[page].decode()
        assert "exam" in content
        assert "question_answer" in content or "question + answer" in content
    # No word of an item is in anything that the snapshot says of itself.
    for path in built.folder.rglob("*"):
        if path.suffix in (".md", ".html", ".json", ".jsonl"):
            assert "crystalloid" not in path.read_text(encoding="utf-8"), path


def test_the_ledger_counts_what_masking_took_and_credits_say_so(built: Made) -> None:
    manifest = built.manifest
    (masked,) = [share.amount for share in manifest.ledger.masked if share.label == "pages"]
    texts, read = built.texts, TEXTS["pages"]
    changed = ("masked", "several", "inside", "cut", "first")
    lost = sum(len(read[name].encode()) - len(texts[f"pages:{name}"].encode()) for name in changed)
    assert (masked.documents, masked.bytes) == (5, lost)
    owed = pl.read_parquet(built.folder / "ATTRIBUTION.parquet", glob=False)
    changes = dict(owed.select("doc_id", "changes").iter_rows())
    assert changes["pages:masked"] == "text extracted; 2 identifiers masked; 1 items of evaluation sets masked"
    assert changes["pages:clean"] == "text extracted"


def test_the_same_input_gives_the_same_bytes_wherever_it_lies(built: Made, tmp_path: Path) -> None:
    other = made(tmp_path, partitions=5)
    assert (other.folder / "SHA256SUMS").read_text() == (built.folder / "SHA256SUMS").read_text()


def test_another_policy_decides_again_and_screens_nothing_again(built: Made, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(built.work.root, work)
    recipe = written(tmp_path / "again", {"exam": "mask", "quiz": "report", "reading": {"context": "drop"}})
    other, ran = rebuilt(recipe, work, tmp_path / "out")
    assert not {"documents", "contamination", "evaluations", "signature", "tokens", "licence"} & {*ran}
    assert {"verdicts", "phi"} <= {*ran}
    ends, texts = other.ends, other.texts
    assert ends["pages:passage"] == ("contamination", "reading:context")
    assert texts["pages:leak"].count(MARK) == 1
    assert Q1 in texts["pages:masked"]
    assert verify(other.folder, render) == []


def test_another_set_screens_again_and_reads_nothing_again(built: Made, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(built.work.root, work)
    place = tmp_path / "sets"
    recipe = written(tmp_path / "again")
    content = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    content["evaluations"] = sets(place, {"exam": "drop", "quiz": "mask", "reading": "drop"})[1:]
    recipe.write_text(yaml.safe_dump(content), encoding="utf-8")
    other, ran = rebuilt(recipe, work, tmp_path / "out")
    assert {"evaluations", "contamination"} <= {*ran}
    for stage in ("documents", "tokens", "licence", "quality", "signature", "language"):
        before, after = (sorted(place.joinpath("units", stage).glob("*/*")) for place in (built.work.root, work))
        assert [path.name for path in before] == [path.name for path in after]
    assert other.ends["pages:leak"] == ("release", "kept")


def test_a_build_that_lost_products_makes_them_again_with_the_same_bytes(built: Made, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(built.work.root, work)
    for stage in ("evaluations", "contamination", "verdicts"):
        shutil.rmtree(work / "units" / stage)
    other, ran = rebuilt(written(tmp_path / "again"), work, tmp_path / "out")
    assert {"evaluations", "contamination", "verdicts"} <= {*ran}
    assert "assembled" not in ran
    assert (other.folder / "SHA256SUMS").read_text() == (built.folder / "SHA256SUMS").read_text()


def test_without_sets_nothing_is_screened_or_said(tmp_path: Path) -> None:
    plain = made(tmp_path, evaluations=[])
    manifest = plain.manifest
    assert manifest.contamination is None
    assert not {"evaluations", "contamination"} & {*manifest.recipe}
    assert not (plain.folder / "contamination").exists()
    assert not plain.work.root.joinpath("units", "contamination").exists()
    assert "contamination" not in {stage.stage for stage in manifest.ledger.stages}
    assert any("evaluation sets" in gap.what for gap in manifest.gaps)
    assert verify(plain.folder, render) == []


def test_a_marked_paragraph_that_is_repeated_is_cut_with_its_mark(tmp_path: Path) -> None:
    other = made(tmp_path, dedup={"paragraphs": {"min_words": 15, "remove": True}})
    texts = other.texts
    assert texts["pages:cut"] == text(own(16), own(17))
    assert texts["pages:first"] == RELEASED["pages:first"]
    manifest = other.manifest
    (cut,) = [share.amount for share in manifest.ledger.cut if share.label == "pages"]
    assert (cut.documents, cut.bytes) == (1, len(f"{SHARED} {MARK}?\n"))
    assert manifest.contamination is not None
    assert [(one.spans, one.documents) for one in manifest.contamination.masked] == [(5, 4)]
    assert verify(other.folder, render) == []


def test_explain_trace_and_whatif_know_of_copies(built: Made) -> None:
    told = hc4_here("explain", "pages:leak", built.folder)
    assert "question and answer of exam item e1 in bytes" in told.stdout
    assert "dropped at contamination by exam:question_answer" in told.stdout
    again = json.loads(hc4_here("trace", "pages:masked", built.folder, "--raw", built.recipe.parent, "--json").stdout)
    assert [one["set"] for one in again["decisions"][0]["copies"]] == ["quiz"]
    assert '"masked"' in json.dumps(again)
    asked = json.loads(hc4_here("whatif", built.folder, "--set", "evaluations.exam=report", "--json").stdout)
    (pages,) = [one for one in asked["sources"] if one["source"] == "pages"]
    assert (pages["gained"]["documents"], pages["lost"]["documents"]) == (2, 0)
    wrong = hc4_here("whatif", built.folder, "--set", "evaluations.other=report")
    assert "no evaluation set 'other'; there are exam, quiz, reading" in str(wrong.exception)


def test_documents_with_masked_items_can_be_taken_out(built: Made, tmp_path: Path) -> None:
    request = Request.model_validate(
        {"request_id": "1", "reason": "asked", "doc_id": ["pages:masked", "pages:passage"]}
    )
    take_down(built.folder, tmp_path / "new", request)
    assert verify(tmp_path / "new", render) == []
    stated = Snapshot.open(tmp_path / "new").manifest.contamination
    assert stated is not None
    assert [(one.spans, one.documents) for one in stated.masked] == [(5, 4)]


# What a snapshot that somebody else built holds.


def test_no_item_is_left_of_what_policies_remove(built: Made) -> None:
    told = hc4_here("contamination", built.folder, built.recipe, "--json")
    assert told.exit_code == 0, told.output
    left = json.loads(told.stdout)["left"]
    assert {(one["set"], one["part"], one["action"]) for one in left} == {("reading", "context", "report")}


def test_items_that_are_left_are_found_by_whoever_has_the_sets(tmp_path: Path) -> None:
    plain = made(tmp_path, evaluations=[])
    named = {"evaluations": sets(tmp_path / "sets", {"exam": "drop", "quiz": "mask", "reading": "report"})}
    (tmp_path / "sets.yaml").write_text(yaml.safe_dump(named), encoding="utf-8")
    told = hc4_here("contamination", plain.folder, tmp_path / "sets.yaml")
    assert isinstance(told.exception, BuildStopped)
    assert told.exception.exit_code == 4
    assert "pages:leak" in told.stdout


# Forgeries.


@pytest.mark.parametrize("name", ["documents", "spans", "masked"])
def test_an_edited_count_is_found(copy: Path, name: str) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["contamination"]["sets"][1]["found"][0][name] += 1

    found = forged(copy, change)
    assert {one.file for one in found} == {"manifest.json"}
    assert any("what was found of quiz" in one.what for one in found), found


def test_another_policy_than_the_recipe_s_is_found(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["contamination"]["sets"][2]["policy"] = {"context": "drop"}

    found = {one.what for one in forged(copy, change)}
    assert "policy of evaluation set reading is not that of the recipe" in found
    assert "a copy in pages:passage is not treated as its policy asks" in found


def test_masked_items_that_the_account_does_not_have_are_found(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["contamination"]["masked"][0]["spans"] += 1

    found = {one.what for one in forged(copy, change)}
    assert "EVALUATION_ITEM masked in pages: not the numbers that the account gives" in found


def test_a_copy_that_the_table_leaves_out_is_found(copy: Path) -> None:
    hits = pl.read_parquet(copy / HITS_FILE, glob=False)
    for doc_id, said in (
        ("pages:leak", "pages:leak was dropped for an item of which no copy in it is listed"),
        ("pages:masked", "pages:masked has an item masked of which no copy in it is listed"),
    ):
        found = {one.what for one in rewritten(copy, {HITS_FILE: hits.filter(pl.col("doc_id") != doc_id)})}
        assert said in found


def test_a_copy_that_is_said_to_have_been_dropped_and_was_not_is_found(copy: Path) -> None:
    hits = pl.read_parquet(copy / HITS_FILE, glob=False)
    other = pl.when(pl.col("doc_id") == "pages:passage").then(pl.lit("dropped")).otherwise("outcome").alias("outcome")
    found = {one.what for one in rewritten(copy, {HITS_FILE: hits.with_columns(other)})}
    assert "what became of the copies in pages:passage is not how its record ends" in found


def test_a_table_in_another_order_is_found(copy: Path) -> None:
    hits = pl.read_parquet(copy / HITS_FILE, glob=False)
    found = {(one.file, one.what) for one in rewritten(copy, {HITS_FILE: hits.reverse()})}
    assert (HITS_FILE, "its rows are not in their order") in found


def test_sources_to_evaluate_with_are_not_screened_for_themselves(built: Made, tmp_path: Path) -> None:
    assert LICENCES  # the recipe's other sources are screened
    stated = built.manifest.contamination
    assert stated is not None
    assert stated.screened == ("pages", "notes")
