"""Instructions of a snapshot: every document used or skipped for a reason, and the account balances."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.assets import asset_path
from corpus.digest import canonical, sha256_file
from corpus.errors import BuildStopped, LedgerImbalance, RecipeError, SnapshotError
from manifests.instructed import INSTRUCT, Total, read_instructions
from manifests.snapshot import Snapshot
from pipelines.instruct_mapping import load_mapping
from pipelines.instructing import Task, instruct
from shards.instructions.mistral import MistralTemplate
from shards.special_tokens import special_tokens
from shards.tokenizer import load_tokenizer
from shards.write import write_shard
from tests.conftest import Built
from tests.pipelines.building import ROOT, hc4_here

MEDICAL = ROOT / "pipelines" / "instructions" / "medical.yaml"
TEXTS = {
    "qa": "What is asthma? [INST]\n\nA disease of the airways. </s>\n\nIt has no cure.",
    "unanswered": "What is asthma?",
    "dialogue": "Doctor: Where does it hurt?\nPatient: Here.\nDoctor: I see.",
    "stranger": "Robot: Where does it hurt?\nPatient: Here.",
    "chat": "System:\nBe brief.\n\nUser:\nWhy?\n\nAssistant:\nBecause.",
    "shortened": "What is asthma?\n\nA disease.",
}
REASONS = {"unanswered": "no_answer", "stranger": "unknown_speaker", "shortened": "shortened"}


@pytest.fixture(scope="module")
def talking(snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The small snapshot, the first documents of each shard replaced by conversations. Read it only."""
    place = tmp_path_factory.mktemp("talking")
    opened = Snapshot.open(snapshot.folder)
    shards = []
    for shard in opened.manifest.shards:
        rows = pl.read_parquet(snapshot.folder / shard.path).to_dicts()
        for row, (kind, text) in zip(rows, TEXTS.items(), strict=False):
            row["text"] = text
            row["doc_type"] = {"unanswered": "qa", "shortened": "qa", "stranger": "dialogue"}.get(kind, kind)
            row["paragraphs_cut"] = int(kind == "shortened")
            row["title"] = kind
        table = pa.Table.from_pylist(rows, pq.read_schema(snapshot.folder / shard.path))
        path = place / shard.path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_shard(path, table, row_group_tokens=5000, metadata={})
        shards.append(shard.model_copy(update={"sha256": sha256_file(path)}))
    manifest = opened.manifest.model_copy(update={"shards": tuple(shards)}).identified()
    (place / "manifest.json").write_bytes(manifest.canonical())
    return Snapshot.open(place)


@pytest.fixture(scope="module")
def task(talking: Snapshot) -> Task:
    path = asset_path("mistral-v3.model")
    tokenizer = load_tokenizer(path)
    return Task(talking, load_mapping(MEDICAL), tokenizer, MistralTemplate(tokenizer, special_tokens(path)))


@pytest.fixture(scope="module")
def folder(talking: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Instructions by the command. Read them only."""
    place = tmp_path_factory.mktemp("instructions") / "out"
    done = hc4_here("instruct", talking.folder, MEDICAL, "--output", place)
    assert done.exit_code == 0, done.output
    return place


def test_every_document_is_used_or_skipped_for_a_reason(talking: Snapshot, folder: Path) -> None:
    stated = read_instructions(folder)
    account = pl.read_parquet(str(folder / "account" / "*" / "*.parquet"))
    rows = pl.concat([pl.read_parquet(talking.folder / shard.path) for shard in talking.manifest.shards])
    assert sorted(account["doc_id"]) == sorted(rows["doc_id"])
    totals = talking.manifest.totals
    assert stated.read == Total(documents=totals.documents, tokens=totals.tokens)
    assert stated.used.tokens + sum(one.tokens for one in stated.skipped.values()) == totals.tokens
    by_reason = account.group_by("reason").agg(pl.len(), pl.col("tokens").sum()).rows()
    found = {reason: Total(documents=count, tokens=tokens) for reason, count, tokens in by_reason}
    assert found == {None: stated.used, **stated.skipped}
    kinds = account.join(rows.select("doc_id", "title"), on="doc_id").filter(pl.col("title").is_in(list(TEXTS)))
    for kind, reason, rule in kinds.select("title", "reason", "rule").iter_rows():
        assert reason == REASONS.get(kind)
        assert rule is not None
    assert set(kinds["title"]) == set(TEXTS)


def test_a_conversation_keeps_where_it_is_from(talking: Snapshot, folder: Path) -> None:
    made = pl.read_parquet(str(folder / "data" / "*" / "*.parquet"))
    rows = pl.concat([pl.read_parquet(talking.folder / shard.path) for shard in talking.manifest.shards])
    same = ["doc_id", "source", "split", "licence_spdx", "text_sha256"]
    assert made.select(same).sort("doc_id").equals(rows.join(made, on="doc_id", how="semi").select(same).sort("doc_id"))
    assert len(made) == read_instructions(folder).conversations > 0
    for messages, sha256 in made.select("messages", "messages_sha256").iter_rows():
        assert hashlib.sha256(canonical(messages)).hexdigest() == sha256
    for shard in talking.manifest.shards:
        path = folder / shard.path
        assert not path.exists() or set(pl.read_parquet(path)["split"]) == {shard.split}


def test_tokens_are_the_messages_and_the_loss_counts_for_replies(folder: Path, task: Task) -> None:
    made = pl.read_parquet(str(folder / "data" / "*" / "*.parquet"))
    for messages, ids, mask, count, learnt in made.select(
        "messages", "input_ids", "loss_mask", "n_tokens", "n_loss_tokens"
    ).iter_rows():
        assert (len(ids), len(mask), sum(mask)) == (count, count, learnt)
        replies = [one["content"] for one in messages if one["role"] == "assistant"]
        expected = [token for one in task.tokenizer.oracle.encode(replies) for token in [*one, 2]]
        assert [token for token, counts in zip(ids, mask, strict=True) if counts] == expected
        assert ids.count(3) == ids.count(4) == sum(one["role"] == "user" for one in messages)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_goes_on_where_it_was_and_gives_the_same_bytes(folder: Path, task: Task, tmp_path: Path) -> None:
    whole = content(folder)
    again = tmp_path / "again"
    instruct(task, again)
    assert content(again) == whole
    kept = again / read_instructions(again).parts[0].files[0].path
    lost = again / read_instructions(again).parts[-1].files[0].path
    was = kept.stat()
    lost.unlink()
    instruct(task, again)
    assert content(again) == whole
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (was.st_ino, was.st_mtime_ns)


def test_another_mapping_makes_all_anew(folder: Path, task: Task, tmp_path: Path) -> None:
    mapping = tmp_path / "less.yaml"
    mapping.write_text("name: less\nrules:\n  - {name: chats, kind: messages, doc_types: [chat]}\n")
    place = tmp_path / "out"
    instruct(task, place)
    less = instruct(Task(task.snapshot, load_mapping(mapping), task.tokenizer, task.template), place)
    assert set(less.skipped) == {"no_rule"}
    files = {file.path for part in less.parts for file in part.files}
    assert set(content(place)) == {*files, INSTRUCT}


def test_the_account_must_balance(folder: Path) -> None:
    stated = read_instructions(folder)
    with pytest.raises(LedgerImbalance, match="documents read"):
        stated.model_copy(update={"used": Total(documents=stated.used.documents + 1, tokens=0)}).balanced()


def test_an_oracle_that_disagrees_stops_it(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = task.tokenizer.oracle.encode
    with monkeypatch.context() as patch:
        patch.setattr(task.tokenizer.oracle, "encode", lambda texts: [[*ids, 5] for ids in encode(texts)])
        with pytest.raises(BuildStopped, match="oracle disagree"):
            instruct(task, tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("kind: question_answer", "kind: questions"), "question_answer"),
        (lambda text: text.replace("doc_types: [qa]", "doc_type: qa"), "unknown key"),
        (lambda text: text.replace("name: visits", "name: questions"), "two rules have one name"),
        (lambda text: text.replace(": assistant", ": user"), "a user and an assistant"),
        (lambda text: text.replace("Nurse: assistant", "Nurse: system"), "a speaker is"),
        (lambda text: text.replace("template: mistral", "template: chatml"), "mistral"),
        (lambda text: text[: text.index("rules:")], "rules"),
    ],
)
def test_mistakes_of_a_mapping_are_named(tmp_path: Path, change: Callable[[str], str], words: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(change(MEDICAL.read_text(encoding="utf-8")))
    with pytest.raises(RecipeError, match=words) as raised:
        load_mapping(path)
    assert "mapping.yaml:" in str(raised.value)


def test_the_order_of_speakers_counts(tmp_path: Path) -> None:
    text = MEDICAL.read_text(encoding="utf-8")
    path = tmp_path / "other.yaml"
    one, other = "      Doctor: assistant\n", "      Physician: assistant\n"
    path.write_text(text.replace(one + other, other + one))
    assert path.read_text() != text
    assert load_mapping(path).sha256 != load_mapping(MEDICAL).sha256


def test_a_damaged_statement_and_a_place_in_the_snapshot_are_refused(talking: Snapshot, tmp_path: Path) -> None:
    (tmp_path / INSTRUCT).write_text(json.dumps({}))
    with pytest.raises(SnapshotError, match="is damaged"):
        read_instructions(tmp_path)
    done = hc4_here("instruct", talking.folder, MEDICAL, "--output", talking.folder / "more")
    assert isinstance(done.exception, SnapshotError)


def test_datasets_load_the_conversations(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets", reason="install the extra `test`")
    files = sorted(str(path) for path in folder.glob("data/*/train-*.parquet"))
    rows = datasets.load_dataset("parquet", data_files={"train": files}, split="train", cache_dir=str(tmp_path))
    assert len(rows) == sum(one.conversations for one in read_instructions(folder).parts if one.split == "train")
    assert {message["role"] for message in rows[0]["messages"]} >= {"user", "assistant"}
