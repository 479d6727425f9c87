"""From a token to its document and back: a thousand times, and for every kind of question."""

from __future__ import annotations

import json
import random
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.assets import asset_path
from corpus.errors import NotReleased, RecipeError, SnapshotError
from manifests.model import Shard
from manifests.places import find_document, place_of_row, place_of_token, shard_named
from manifests.snapshot import Snapshot
from manifests.trace import decisions, trace_document, trace_row, trace_token
from shards.tokenizer import load_tokenizer
from tests.conftest import Built
from tests.manifests.damage import changed
from tests.pipelines.building import hc4_here
from tests.pipelines.small import SmallCorpus


@pytest.fixture(scope="module")
def opened(snapshot: Built) -> Snapshot:
    return Snapshot.open(snapshot.folder)


@pytest.mark.slow
def test_a_thousand_random_tokens_lead_to_their_documents_and_back(opened: Snapshot) -> None:
    locator = load_tokenizer(asset_path("mistral-v3.model")).oracle
    tables = {
        shard.path: pq.read_table(opened.folder / shard.path, columns=["doc_id", "text", "input_ids"]).to_pylist()
        for shard in opened.manifest.shards
    }
    # The definition: all tokens of a shard, row after row.
    bounds = {path: list(accumulate(len(row["input_ids"]) for row in rows)) for path, rows in tables.items()}
    draw = random.Random(1)
    weights = [shard.tokens for shard in opened.manifest.shards]
    for shard in draw.choices(opened.manifest.shards, weights, k=1000):
        number = draw.randrange(shard.tokens)
        trace = trace_token(opened, shard, number, locator)
        token, rows = trace.token, tables[shard.path]
        assert token is not None
        ends = bounds[shard.path]
        row = next(place for place, end in enumerate(ends) if number < end)
        assert trace.place.row == row
        assert trace.document["doc_id"] == rows[row]["doc_id"]
        assert token.id == rows[row]["input_ids"][token.in_document]
        assert token.in_document == number - (ends[row - 1] if row else 0)
        assert token.characters is not None
        assert token.text == rows[row]["text"][slice(*token.characters)]
        # And back.
        assert find_document(opened, trace.document["doc_id"]) == trace.place
        assert trace.place.first_token <= number <= trace.place.last_token


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.data())
def test_rows_without_tokens_and_row_groups_make_no_difference(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp()
    size = data.draw(st.integers(1, 13))
    pq.write_table(pa.table({"n_tokens": pa.array(counts, pa.int32())}), folder / "shard.parquet", row_group_size=size)
    snapshot: Any = SimpleNamespace(folder=folder)
    shard = Shard.model_construct(path="shard.parquet")
    owners = [row for row, count in enumerate(counts) for _ in range(count)]
    for token, row in enumerate(owners):
        place = place_of_token(snapshot, shard, token)
        assert (place.row, place.row_group, place.row_in_group) == (row, row // size, row % size)
        assert place.first_token <= token <= place.last_token
    for row, count in enumerate(counts):
        place = place_of_row(snapshot, shard, row)
        assert (place.first_token, place.tokens) == (sum(counts[:row]), count)
    for token in (-1, len(owners)):
        with pytest.raises(RecipeError, match="has no token"):
            place_of_token(snapshot, shard, token)
    for row in (-1, len(counts)):
        with pytest.raises(RecipeError, match="has no row"):
            place_of_row(snapshot, shard, row)


def test_a_document_names_its_raw_file_as_the_manifest_does(opened: Snapshot) -> None:
    trace = trace_document(opened, "articles:plain-03")

    assert trace.raw_file in opened.manifest.sources[1].raw_files
    assert trace.document["raw_sha256"] == trace.raw_file.sha256
    assert trace_row(opened, trace.place.shard, trace.place.row) == trace
    (story,) = decisions(opened, trace)
    assert (story.record["verdict"], story.record["record"]) == ("keep", trace.document["record"])


@pytest.mark.parametrize(
    ("doc_id", "fate"),
    [("articles:short", "dropped at quality by too_few_words"), ("articles:same-a", "merged into articles:same-b")],
)
def test_a_document_without_a_place_is_told_why(opened: Snapshot, doc_id: str, fate: str) -> None:
    with pytest.raises(NotReleased, match=fate):
        trace_document(opened, doc_id)


def test_a_shard_is_found_by_its_name_or_by_a_path(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    shard = opened.manifest.shards[0]

    assert shard_named(opened, shard.path) == shard_named(opened, opened.folder / shard.path) == shard
    monkeypatch.chdir(opened.folder.parent)
    assert shard_named(opened, f"{opened.folder.name}/{shard.path}") == shard
    for unknown in ("README.md", "data", "/etc/hostname"):
        with pytest.raises(RecipeError, match="is no shard of"):
            shard_named(opened, unknown)


def test_tokens_that_are_not_those_of_the_text_are_told(opened: Snapshot) -> None:
    class Other:
        def encode(self, texts: list[str]) -> list[list[int]]:
            return [[0] for _ in texts]

        def places(self, text: str) -> list[tuple[int, int]]:
            return [(0, len(text))]

    with pytest.raises(SnapshotError, match="are not those of its text"):
        trace_token(opened, opened.manifest.shards[0], 0, Other())


def test_a_damaged_shard_is_told(copy: Path) -> None:
    damaged = Snapshot.open(copy)
    shard = damaged.manifest.shards[0]
    with changed(copy / shard.path, b"no Parquet"), pytest.raises(SnapshotError, match="cannot be read"):
        trace_token(damaged, shard, 0)


def test_the_command_tells_and_reads_again(snapshot: Built, small_corpus: SmallCorpus) -> None:
    raw = small_corpus.folder / "raw"
    told = hc4_here("trace", "articles:mail", snapshot.folder, "--raw", raw)
    assert told.exit_code == 0, told.output
    assert "but for the identifiers that were replaced" in " ".join(told.stdout.replace("│", " ").split())
    assert "jane" not in told.stdout
    shard = snapshot.manifest.shards[0]
    done = hc4_here("trace", "--shard", shard.path, "--token", 5, snapshot.folder, "--raw", raw, "--json")
    answer = json.loads(done.stdout)
    assert answer["token"]["in_shard"] == 5
    assert answer["token"]["characters"]
    assert answer["place"]["shard"] == shard.path
    assert answer["read_again"]["text"] in ("equal", "masked")
    by_row = hc4_here("trace", "--shard", shard.path, "--row", answer["place"]["row"], snapshot.folder, "--json")
    assert json.loads(by_row.stdout)["document"] == answer["document"]


def test_the_command_refuses_questions_that_are_none(snapshot: Built) -> None:
    shard = snapshot.manifest.shards[0].path
    for question in ((), ("--token", 1), ("--shard", shard), ("--shard", shard, "--token", 1, "--row", 1)):
        assert hc4_here("trace", *question, *([snapshot.folder] if "--shard" in question else [])).exit_code == 2
