"""`explain` tells the truth about one document of every fate."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from corpus.errors import SnapshotError
from manifests.explain import Story, explain
from manifests.snapshot import Snapshot
from tests.conftest import Built
from tests.dedup.oracle import jaccard
from tests.pipelines.building import hc4
from tests.pipelines.small import SmallCorpus


@pytest.fixture(scope="module")
def opened(snapshot: Built) -> Snapshot:
    return Snapshot.open(snapshot.folder)


def only(opened: Snapshot, doc_id: str) -> Story:
    (story,) = explain(opened, doc_id)
    return story


def test_a_kept_document_is_where_its_story_says(opened: Snapshot) -> None:
    story = only(opened, "articles:plain-03")

    assert story.record["verdict"] == "keep"
    assert story.released is not None
    row = pq.read_table(opened.folder / story.released["shard"]).slice(story.released["row"], 1).to_pylist()[0]
    assert row["doc_id"] == "articles:plain-03"
    assert (row["split"], row["n_tokens"]) == (story.released["split"], story.released["n_tokens"])
    assert all(rule.passed for rule in story.rules)
    assert len(story.rules) > 10


def test_a_document_dropped_for_quality_names_rule_value_and_bound(opened: Snapshot, small_corpus: SmallCorpus) -> None:
    story = only(opened, "articles:short")
    (broken,) = [rule for rule in story.rules if rule.name == "too_few_words"]

    assert (story.record["verdict"], story.record["stage"], story.record["reason"]) == ("drop", "quality", broken.name)
    assert story.record["score"] == broken.value == len(small_corpus.planted["short"].split())
    assert story.record["threshold"] == broken.minimum
    assert broken.value < broken.minimum
    assert not broken.passed
    assert broken.cite
    assert story.released is None


def test_every_broken_rule_is_told_and_no_other(opened: Snapshot) -> None:
    story = only(opened, "articles:short")
    for rule in story.rules:
        assert rule.value is not None
        within = (rule.minimum is None or rule.value >= rule.minimum) and (
            rule.maximum is None or rule.value <= rule.maximum
        )
        assert within == rule.passed, rule.name


@pytest.mark.parametrize(
    ("name", "reason", "licence"),
    [
        ("no-licence", "licence_unknown", "NOASSERTION"),
        ("non-commercial", "licence_not_allowed", "CC-BY-NC-4.0"),
    ],
)
def test_a_document_dropped_for_its_licence_shows_the_evidence(
    opened: Snapshot, name: str, reason: str, licence: str
) -> None:
    record = only(opened, f"articles:{name}").record

    assert (record["verdict"], record["stage"], record["reason"]) == ("drop", "licence", reason)
    assert record["licence_spdx"] == licence
    assert (record["licence_raw"] is None) == (name == "no-licence")


def test_a_merged_document_states_the_true_jaccard_similarity(opened: Snapshot, small_corpus: SmallCorpus) -> None:
    record = only(opened, "articles:near-b").record
    planted = small_corpus.planted

    assert (record["verdict"], record["stage"], record["survivor"]) == ("merge", "near", "articles:near-a")
    assert record["similarity"] == pytest.approx(jaccard(planted["near-a"], planted["near-b"]), abs=1e-12)
    assert 0.8 <= record["similarity"] < 1


def test_a_survivor_names_what_it_stands_for(opened: Snapshot) -> None:
    story = only(opened, "articles:near-a")

    assert [(merged["doc_id"], merged["method"]) for merged in story.merged_into_it] == [("articles:near-b", "near")]
    assert story.merged_into_it[0]["similarity"] == only(opened, "articles:near-b").record["similarity"]


def test_every_merged_document_names_a_kept_survivor(opened: Snapshot) -> None:
    audit = opened.audit().collect()
    merged = audit.filter(verdict="merge")
    kept = set(audit.filter(verdict="keep")["doc_id"])

    assert len(merged) == 8
    assert set(merged["survivor"]) <= kept
    assert (merged["similarity"].is_not_null() == (merged["stage"] == "near")).all()


def test_a_repeated_citation_has_a_story_for_each_version_in_the_order_read(opened: Snapshot) -> None:
    outdated = opened.audit("medline").filter(pl.col("reason") == "repeated_version").collect()
    doc_id = outdated["doc_id"].mode().item()
    stories = explain(opened, doc_id)

    records = [story.record["record"] for story in stories]
    assert len(stories) == 4
    assert records == sorted(records)
    assert [story.record["reason"] for story in stories[:3]] == ["repeated_version"] * 3
    assert {story.record["survivor"] for story in stories[:3]} == {doc_id}
    assert stories[3].record["stage"] != "version"


def test_a_withdrawn_citation_has_no_survivor(opened: Snapshot, small_corpus: SmallCorpus) -> None:
    record = only(opened, f"medline:{small_corpus.withdrawn[0]}").record

    assert (record["reason"], record["survivor"]) == ("deleted_by_source", None)


def test_a_document_without_text_breaks_no_rule(opened: Snapshot) -> None:
    doc_id = opened.audit("medline").filter(pl.col("reason") == "no_abstract").select("doc_id").head(1).collect().item()

    assert only(opened, doc_id).rules == ()


def test_a_record_that_could_not_be_read_has_a_story(opened: Snapshot) -> None:
    story = only(opened, "articles:second.jsonl.gz#6")

    assert (story.record["verdict"], story.record["reason"], story.rules) == ("fail", "not_json", ())


@pytest.mark.parametrize("doc_id", ["articles:nonesuch", "elsewhere:1", "nonsense", ""])
def test_an_unknown_id_is_refused(opened: Snapshot, doc_id: str) -> None:
    with pytest.raises(SnapshotError):
        explain(opened, doc_id)


def test_the_command_says_it_in_words(snapshot: Built, tmp_path: Path) -> None:
    merged = hc4("explain", "articles:near-b", snapshot.folder, home=tmp_path / "home", cwd=tmp_path)
    unknown = hc4("explain", "articles:nonesuch", snapshot.folder, home=tmp_path / "home", cwd=tmp_path)

    assert (merged.returncode, unknown.returncode) == (0, 6)
    assert "merged into articles:near-a by verified Jaccard similarity 0." in merged.stdout
    assert "Traceback" not in unknown.stderr
