"""What becomes of each document of the small corpus, and that every account closes."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pyarrow.parquet as pq
import pytest

from manifests.amount import Amount
from manifests.snapshot import Snapshot
from tests.conftest import Built
from tests.pipelines.building import partial_products
from tests.pipelines.small import SmallCorpus


@pytest.fixture(scope="module")
def audit(snapshot: Built) -> pl.DataFrame:
    return Snapshot.open(snapshot.folder).audit().collect()


def fate(audit: pl.DataFrame, doc_id: str) -> list[tuple[str, str, str]]:
    return audit.filter(pl.col("doc_id") == doc_id).select("verdict", "stage", "reason").rows()


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("plain-00", ("keep", "release", "kept")),
        ("near-a", ("keep", "release", "kept")),
        ("near-b", ("merge", "near", "near_duplicate")),
        ("kin-a", ("keep", "release", "kept")),
        ("kin-b", ("keep", "release", "kept")),
        ("same-a", ("merge", "exact", "same_words")),  # the longer copy stays
        ("same-b", ("keep", "release", "kept")),
        ("german", ("drop", "language", "language_not_allowed")),
        ("short", ("drop", "quality", "too_few_words")),
        ("mail", ("keep", "release", "kept")),
        ("phone", ("keep", "release", "kept")),
        ("ssn", ("keep", "release", "kept")),
        ("dense", ("drop", "phi", "phi_density")),
        ("no-licence", ("drop", "licence", "licence_unknown")),
        ("non-commercial", ("drop", "licence", "licence_not_allowed")),
        ("nul", ("keep", "release", "kept")),
    ],
)
def test_planted_document_ends_as_planned(audit: pl.DataFrame, name: str, verdict: tuple[str, str, str]) -> None:
    assert fate(audit, f"articles:{name}") == [verdict]


def test_of_two_documents_with_one_doi_one_survives_and_the_other_names_it(audit: pl.DataFrame) -> None:
    pair = {"articles:doi-a", "registry:r01"}
    rows = audit.filter(pl.col("doc_id").is_in(pair)).sort("doc_id").to_dicts()

    assert [row["verdict"] for row in rows] == ["keep", "merge"]
    assert (rows[1]["stage"], rows[1]["survivor"]) == ("identity", rows[0]["doc_id"])


def test_the_survivor_keeps_the_ids_of_what_merged_into_it(snapshot: Built) -> None:
    paths = sorted((snapshot.folder / "data" / "registry").glob("*.parquet"))
    rows = pl.concat([pl.read_parquet(path, glob=False) for path in paths])
    (row,) = rows.filter(pl.col("doc_id") == "registry:r00").to_dicts()

    assert [name.partition(":")[0] for name in row["stands_for"]] == ["medline"]
    assert row["other_ids"] == sorted(row["other_ids"])
    assert row["stands_for"][0].replace("medline:", "pmid:") in row["other_ids"]


def test_a_doi_that_documents_of_one_source_share_merges_none_of_them(audit: pl.DataFrame) -> None:
    book = audit.filter(pl.col("doi").str.to_lowercase() == "10.5555/hc4.book")

    assert book.select("doc_id", "verdict").sort("doc_id").rows() == [
        ("articles:doi-b", "keep"),
        ("articles:plain-00", "keep"),
    ]


def test_a_document_of_an_earlier_source_survives_its_copy_in_a_later_one(
    audit: pl.DataFrame, small_corpus: SmallCorpus
) -> None:
    assert fate(audit, "registry:r00") == [("keep", "release", "kept")]
    assert fate(audit, f"medline:{small_corpus.shared_pmid}") == [("merge", "identity", "same_identifier")]


def test_older_versions_of_a_citation_give_way_to_the_newest(audit: pl.DataFrame) -> None:
    outdated = audit.filter(pl.col("reason") == "repeated_version")

    assert len(outdated) == 5
    assert (outdated["survivor"] == outdated["doc_id"]).all()
    for doc_id in outdated["doc_id"].unique():
        rows = audit.filter(pl.col("doc_id") == doc_id).sort("record")
        assert rows["stage"].to_list()[:-1] == ["version"] * (len(rows) - 1)
        assert rows["stage"][-1] != "version"


def test_a_withdrawn_citation_is_dropped_in_its_own_file_and_in_an_older_one(
    audit: pl.DataFrame, small_corpus: SmallCorpus
) -> None:
    withdrawn = audit.filter(pl.col("reason") == "deleted_by_source")

    assert sorted(withdrawn["doc_id"]) == sorted(f"medline:{pmid}" for pmid in small_corpus.withdrawn)
    assert withdrawn["raw_file"].n_unique() == 2


def test_retracted_citations_are_dropped(audit: pl.DataFrame) -> None:
    retracted = audit.filter(pl.col("retraction") == "retracted")

    assert len(retracted) == 3
    assert (retracted["stage"] == "retraction").all()


def test_real_duplicates_are_found(audit: pl.DataFrame) -> None:
    medline = audit.filter(source="medline")

    assert (medline["stage"] == "exact").sum() == 3
    assert (medline["stage"] == "near").sum() == 1


def test_a_record_that_cannot_be_read_is_named_by_its_place(audit: pl.DataFrame, snapshot: Built) -> None:
    failed = audit.filter(verdict="fail").sort("record")
    quarantine = pl.read_parquet(snapshot.folder / "ledger" / "quarantine.parquet")

    assert failed["doc_id"].to_list() == [f"articles:second.jsonl.gz#{record}" for record in (6, 7, 8)]
    assert failed["reason"].to_list() == ["not_json", "not_an_object", "no_text_field"]
    assert quarantine.select("source", "raw_file", "record", "reason").rows() == [
        ("articles", "second.jsonl.gz", 6, "not_json"),
        ("articles", "second.jsonl.gz", 7, "not_an_object"),
        ("articles", "second.jsonl.gz", 8, "no_text_field"),
    ]


def test_control_characters_do_not_reach_the_release(snapshot: Built) -> None:
    texts = [text for path in Snapshot.open(snapshot.folder).shards("articles") for text in column(path, "text")]

    assert not any("\x00" in text for text in texts)


def test_documents_that_are_alike_lie_in_one_split(snapshot: Built) -> None:
    opened = Snapshot.open(snapshot.folder)
    rows = pl.concat(
        pl.read_parquet(path, columns=["doc_id", "split", "cluster_id"]) for path in opened.shards("articles")
    )
    kin = rows.filter(pl.col("doc_id").is_in(["articles:kin-a", "articles:kin-b"]))

    assert len(kin) == 2
    assert kin["cluster_id"].to_list() == ["articles:kin-a"] * 2
    assert kin["split"].n_unique() == 1


def test_no_duplicate_group_straddles_two_splits(snapshot: Built) -> None:
    rows = pl.read_parquet([snapshot.folder / shard.path for shard in snapshot.manifest.shards])

    assert rows.group_by("cluster_id").agg(pl.col("split").n_unique())["split"].max() == 1


def test_every_record_has_one_verdict(audit: pl.DataFrame, snapshot: Built) -> None:
    records = sum(file.records for source in snapshot.manifest.sources for file in source.raw_files)

    assert len(audit) == records
    assert audit.select(pl.struct("source", "raw_file", "record").n_unique()).item() == records


def test_entered_is_left_and_dropped_and_merged_and_failed(snapshot: Built) -> None:
    for stage in snapshot.manifest.ledger.stages:
        assert stage.entered == stage.left + stage.dropped + stage.merged + stage.failed, (stage.source, stage.stage)


def test_what_one_stage_leaves_enters_the_next(snapshot: Built) -> None:
    stages = snapshot.manifest.ledger.stages
    for before, after in pairwise(stages):
        if before.source == after.source:
            assert before.left == after.entered, (after.source, after.stage)


def test_shards_add_up_to_sources_and_sources_to_totals(snapshot: Built) -> None:
    manifest = snapshot.manifest
    for source in manifest.sources:
        mine = [shard for shard in manifest.shards if shard.source == source.name]
        assert (sum(s.rows for s in mine), sum(s.tokens for s in mine)) == (source.kept.documents, source.kept.tokens)
    assert sum((source.kept for source in manifest.sources), Amount()) == manifest.totals
    assert sum((split.amount for split in manifest.splits), Amount()) == manifest.totals


def test_token_counts_are_lengths_of_token_lists_all_the_way_up(snapshot: Built) -> None:
    total = 0
    for shard in snapshot.manifest.shards:
        rows = pq.read_table(snapshot.folder / shard.path, columns=["input_ids", "n_tokens"])
        lengths = [len(ids) for ids in rows["input_ids"].to_pylist()]
        assert lengths == rows["n_tokens"].to_pylist(), shard.path
        assert sum(lengths) == shard.tokens, shard.path
        total += sum(lengths)
    assert total == snapshot.manifest.totals.tokens


def test_rows_of_a_shard_are_sorted_by_id(snapshot: Built) -> None:
    for shard in snapshot.manifest.shards:
        doc_ids = column(snapshot.folder / shard.path, "doc_id")
        assert doc_ids == sorted(doc_ids), shard.path


def test_a_released_document_is_its_words_and_bytes(snapshot: Built) -> None:
    for shard in snapshot.manifest.shards:
        rows = pq.read_table(snapshot.folder / shard.path, columns=["text", "n_words", "n_bytes"])
        texts = rows["text"].to_pylist()
        assert [len(text.split()) for text in texts] == rows["n_words"].to_pylist(), shard.path
        assert [len(text.encode()) for text in texts] == rows["n_bytes"].to_pylist(), shard.path


def test_no_licence_outside_the_profile_is_released(snapshot: Built) -> None:
    licences = {share.label for source in snapshot.manifest.sources for share in source.licences}

    assert licences == {"CC-BY-2.0", "CC-BY-4.0", "LicenseRef-NLM-Terms"}


def test_the_work_folder_is_private_and_says_so(snapshot: Built) -> None:
    assert snapshot.work.stat().st_mode & 0o777 == 0o700
    assert "unmasked" in (snapshot.work / "PRIVATE.txt").read_text(encoding="utf-8")


def test_only_whole_products_are_left_behind(snapshot: Built) -> None:
    assert not partial_products(snapshot.work)
    assert not list((snapshot.work / "unfinished").iterdir())


def column(path: object, name: str) -> list[str]:
    values: list[str] = pq.read_table(path, columns=[name])[name].to_pylist()
    return values
