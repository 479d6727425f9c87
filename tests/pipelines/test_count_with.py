"""Tokens by other tokenizers: exact, proved, stated by source, and counted again on demand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpus.assets import assets_folder
from corpus.digest import sha256_file
from corpus.errors import AssetError, BuildStopped, RecipeError, SnapshotError
from datacards.render import render
from manifests.finding import Finding
from manifests.model import Manifest
from manifests.recount_tokens import findings
from manifests.snapshot import Snapshot
from manifests.verify import notes, verify
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from pipelines.shard import count_tokens
from shards import token_counts as counting
from shards.tokenizer import Tokenizer, load_tokenizer
from tests.pipelines.building import build
from tests.pipelines.small import assets_are_here

RECIPE = """
name: notes
licence_profile: commercial
sources:
  - {name: first, reader: jsonl, files: [first.jsonl], options: {columns: {text: text, id: id}}, terms: CC0-1.0}
  - {name: second, reader: jsonl, files: [second.jsonl], options: {columns: {text: text, id: id}}, terms: CC0-1.0}
count_with:
  - {name: same, tokenizer: "asset:mistral-v3.model"}
  - {name: letters, tokenizer: ./tokenizer.json}
"""
WORDS = ["patient", "slept", "well", "morning", "pain", "fever", "cough", "history", "aspirin", "dose", "visit"]

pytestmark = pytest.mark.skipif(not assets_are_here(), reason="no models on this machine: `hc4 assets pull models`")


def texts(seed: int, count: int) -> list[str]:
    draw = np.random.default_rng(seed)
    return [
        " ".join(f"The {a} of {b} was {c} on the ward." for a, b, c in draw.choice(WORDS, (12, 3)))
        for _ in range(count)
    ]


def small_tokenizer(path: Path) -> None:
    """A tokenizer.json of bytes and a few merges, made here."""
    from tokenizers import Tokenizer as HuggingFace
    from tokenizers import decoders, models, pre_tokenizers, trainers

    made = HuggingFace(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(texts(0, 5), trainers.BpeTrainer(vocab_size=290, initial_alphabet=alphabet))
    made.save(str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("counted")
    small_tokenizer(place / "tokenizer.json")
    for seed, name in enumerate(("first", "second")):
        lines = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts(seed, 6 + seed))]
        (place / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    (place / "notes.yaml").write_text(RECIPE)
    build(place / "notes.yaml", place / "out", place / "work")
    return place


@pytest.fixture
def manifest(folder: Path) -> Manifest:
    return Snapshot.open(folder / "out").manifest


def test_the_snapshots_own_tokenizer_counts_what_is_stored(manifest: Manifest) -> None:
    same, _ = manifest.token_counts

    assert same.by_source == {source.name: source.kept.tokens for source in manifest.sources}
    assert (same.tokens, same.sha256) == (manifest.totals.tokens, manifest.tokenizer.sha256)


def test_another_tokenizer_counts_what_its_reference_counts(folder: Path, manifest: Manifest) -> None:
    _, letters = manifest.token_counts
    reference = load_tokenizer(folder / "tokenizer.json").oracle
    snapshot = Snapshot.open(folder / "out")
    released = {
        name: [text for path in snapshot.shards(name) for text in pa.parquet.read_table(path)["text"].to_pylist()]
        for name in letters.by_source
    }

    assert letters.by_source == {name: sum(map(len, reference.encode(found))) for name, found in released.items()}
    assert letters.by_source["first"] > 0
    assert (letters.sha256, letters.file) == (sha256_file(folder / "tokenizer.json"), "tokenizer.json")
    assert letters.oracle_documents == manifest.totals.documents  # fewer than are drawn of a shard


def test_the_recipe_names_them_by_their_digests(folder: Path, manifest: Manifest) -> None:
    assert manifest.recipe["count_with"] == [
        {"name": "same", "tokenizer": manifest.tokenizer.sha256},
        {"name": "letters", "tokenizer": sha256_file(folder / "tokenizer.json")},
    ]
    assert str(folder) not in manifest.canonical().decode()


def test_verification_counts_them_again_with_the_file_and_says_so_without(folder: Path, manifest: Manifest) -> None:
    files = [folder / "tokenizer.json", assets_folder() / "mistral-v3.model"]

    assert verify(folder / "out", render, files) == []
    assert any("same, letters not counted again" in note for note in notes(manifest))
    assert not any("not counted again" in note for note in notes(manifest, files))


def test_an_edited_count_is_found_when_it_is_counted_again(folder: Path, manifest: Manifest) -> None:
    letters = manifest.token_counts[1]
    true = letters.by_source["second"]
    forged = letters.model_copy(update={"by_source": letters.by_source | {"second": true + 1}})
    edited = manifest.model_copy(update={"token_counts": (manifest.token_counts[0], forged)})

    assert list(findings(Snapshot(folder / "out", edited), [folder / "tokenizer.json"])) == [
        Finding("manifest.json", f"tokens of source second by tokenizer.json: states {true + 1:,}, they are {true:,}")
    ]


def test_a_tokenizer_that_the_snapshot_does_not_name_is_an_error(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text((folder / "tokenizer.json").read_text() + "\n")

    with pytest.raises(SnapshotError, match=r"counts no tokens by other\.json"):
        list(findings(Snapshot.open(folder / "out"), [other]))


def test_a_fast_path_unlike_its_reference_stops_the_build(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = Tokenizer(folder / "tokenizer.json")
    rows = pa.table({"doc_id": ["a:1"], "text": pa.array(["fever"], pa.large_string()), "text_sha256": ["0" * 64]})
    assert count_tokens(rows, tokenizer, 1)[1] == 1
    monkeypatch.setattr(tokenizer.oracle, "encode", lambda texts: [[1] * 99 for _ in texts])

    with pytest.raises(BuildStopped, match="disagree on a:1"):
        count_tokens(rows, tokenizer, 1)


def test_counts_do_not_depend_on_how_much_is_encoded_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    text = pa.array(["", *texts(3, 9), "", "é" * 40, ""], pa.large_string())
    whole = counting.token_counts(text, tokenizer).tolist()

    for size in (1, 30, 700):
        monkeypatch.setattr(counting, "_AT_ONCE", size)
        assert counting.token_counts(text, tokenizer).tolist() == whole
    assert counting.token_counts(text[:0], tokenizer).tolist() == []


def test_two_of_one_name_are_an_error_and_so_is_no_file(folder: Path) -> None:
    twice = folder / "twice.yaml"
    twice.write_text(RECIPE.replace("name: letters", "name: same"))
    with pytest.raises(RecipeError, match="count_with names two tokenizers same"):
        load_recipe(twice)
    absent = folder / "absent.yaml"
    absent.write_text(RECIPE.replace("./tokenizer.json", "./none.json"))
    with pytest.raises(AssetError, match=r"none\.json"):
        make_plan(load_recipe(absent), folder)
