"""Tokens by other tokenizers: exact, proved, stated by source, and counted again on demand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from corpus.assets import assets_folder
from corpus.digest import sha256_file
from corpus.errors import AssetError, BuildStopped, LoadError, RecipeError, SnapshotError
from datacards.render import render
from manifests.finding import Finding
from manifests.model import Manifest
from manifests.recount_tokens import beside, findings
from manifests.snapshot import Snapshot
from manifests.unchanged import compare_with_parent
from manifests.verify import notes, verify
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from pipelines.shard import prove_counts
from pipelines.takedowns.request import Request
from pipelines.takedowns.takedown import take_down
from shards import token_counts as counting
from shards.loading import Loader, LoaderConfig, PackConfig, make_cache, open_cache, open_corpus, origins
from shards.other_tokens import STORED, write_other_tokens
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
  - {name: letters, tokenizer: ./tokenizer.json, store: true}
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
        {"name": "same", "tokenizer": manifest.tokenizer.sha256, "store": False},
        {"name": "letters", "tokenizer": sha256_file(folder / "tokenizer.json"), "store": True},
    ]
    assert str(folder) not in manifest.canonical().decode()


def test_a_loader_reads_the_ids_that_are_stored(folder: Path, manifest: Manifest, tmp_path: Path) -> None:
    reference = load_tokenizer(folder / "tokenizer.json").oracle
    corpus = open_corpus(folder / "out", tokenizer="letters", verify=True)
    own = open_corpus(folder / "out")
    pack = PackConfig(64)
    cache = open_cache(make_cache(corpus, pack, tmp_path), verify=True)
    loader, cached = (Loader(store, LoaderConfig(pack)) for store in (corpus, cache))
    found: dict[str, dict[int, int]] = {}
    for sequence, other in zip(loader, cached, strict=True):
        assert sequence.input_ids.tolist() == other.input_ids.tolist()
        for origin in origins(sequence, corpus):
            ids = sequence.input_ids[origin.at : origin.at + origin.tokens].tolist()
            found.setdefault(origin.doc_id, {}).update(enumerate(ids, origin.first_token))
    texts_of = {
        row["doc_id"]: row["text"]
        for shard in manifest.shards
        if shard.split == "train"
        for row in pq.read_table(folder / "out" / shard.path).to_pylist()
    }

    assert {name: [ids[place] for place in sorted(ids)] for name, ids in found.items()} == dict(
        zip(texts_of, reference.encode([*texts_of.values()]), strict=True)
    )
    assert corpus.digest != own.digest
    assert {shard.tokenizer_sha256 for shard in corpus.shards} == {sha256_file(folder / "tokenizer.json")}
    with pytest.raises(LoadError, match="of 2 tokenizers"):
        corpus.replaying(own)


@pytest.mark.parametrize("name", ["same", "absent"])
def test_a_loader_says_which_ids_are_stored(folder: Path, name: str) -> None:
    with pytest.raises(LoadError, match=f"no tokens by '{name}'; it has its own, and those by letters"):
        open_corpus(folder / "out", tokenizer=name)


def test_a_loader_notices_ids_that_are_not_the_manifests(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "out"
    shutil.copytree(folder / "out", other)
    (path, *_) = sorted((other / "tokens" / "letters").rglob("train-*.parquet"))
    rows = pq.read_table(path)
    pq.write_table(rows, path, row_group_size=2)
    with pytest.raises(SnapshotError, match="cut differently"):
        open_corpus(other, tokenizer="letters")

    pq.write_table(rows, path)
    with pytest.raises(SnapshotError, match="not the file that the manifest names"):
        open_corpus(other, tokenizer="letters", verify=True)

    path.unlink()
    with pytest.raises(SnapshotError, match="cannot be read"):
        open_corpus(other, tokenizer="letters")


def test_verification_counts_them_again_with_the_file_and_says_so_without(folder: Path, manifest: Manifest) -> None:
    files = [folder / "tokenizer.json", assets_folder() / "mistral-v3.model"]

    assert verify(folder / "out", render, files) == []
    assert any("same, letters not counted again" in note for note in notes(manifest))
    assert not any("not counted again" in note for note in notes(manifest, files))


def test_each_document_has_its_count_and_its_ids_where_they_are_stored(folder: Path, manifest: Manifest) -> None:
    reference = load_tokenizer(folder / "tokenizer.json").oracle
    for one in manifest.token_counts:
        for shard in manifest.shards:
            rows, mine = (pq.read_table(folder / "out" / name) for name in (shard.path, one.beside(shard.path)))
            assert mine["doc_id"].to_pylist() == rows["doc_id"].to_pylist()
            assert sum(mine["n_tokens"].to_pylist()) == one.by_shard[shard.path]
            assert mine.column_names == ["doc_id", "n_tokens", *(["input_ids"] if one.stored else [])]
            if one.stored:
                assert mine["input_ids"].to_pylist() == reference.encode(rows["text"].to_pylist())
            else:
                assert mine["n_tokens"].to_pylist() == rows["n_tokens"].to_pylist()


def test_a_shard_has_the_same_row_groups_in_every_tokenizer(folder: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    rows = pa.table({"doc_id": [f"a:{n}" for n in range(9)], "text": pa.array(texts(5, 9), pa.large_string())})
    rows = rows.append_column("n_tokens", pa.array([5] * 9, pa.int32()))
    whole = write_other_tokens(tmp_path / "whole", rows, tokenizer, row_group_tokens=1000, store=True)
    cut = write_other_tokens(tmp_path / "cut", rows, tokenizer, row_group_tokens=10, store=True)
    counts = write_other_tokens(tmp_path / "counts", rows, tokenizer, row_group_tokens=10, store=False)

    assert whole.tolist() == cut.tolist() == counts.tolist()
    assert pq.read_metadata(tmp_path / "cut").num_row_groups == 5
    assert pq.read_table(tmp_path / "cut").equals(pq.read_table(tmp_path / "whole"))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda rows: rows.slice(1), "is not of the documents of its shard, in order"),
        (
            lambda rows: rows.set_column(1, "n_tokens", pc.add(rows["n_tokens"], 1)).cast(STORED),
            "n_tokens of some documents",
        ),
        (lambda rows: rows.drop_columns(["input_ids"]), "has not the columns"),
    ],
)
def test_edited_tokens_beside_a_shard_are_found(
    folder: Path, tmp_path: Path, edit: Callable[[pa.Table], pa.Table], said: str
) -> None:
    copy = shutil.copytree(folder / "out", tmp_path / "out")
    letters = Snapshot.open(copy).manifest.token_counts[1]
    name = letters.beside(Snapshot.open(copy).manifest.shards[0].path)
    edited = edit(pq.read_table(copy / name))
    pq.write_table(edited, copy / name)

    assert any(said in finding.what for finding in beside(Snapshot.open(copy)))
    assert any(finding.file == name for finding in verify(copy, render))


def test_other_ids_of_the_same_number_are_found_with_the_tokenizer(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder / "out", tmp_path / "out")
    opened = Snapshot.open(copy)
    name = opened.manifest.token_counts[1].beside(opened.manifest.shards[0].path)
    rows = pq.read_table(copy / name)
    turned = pa.array([ids[::-1] for ids in rows["input_ids"].to_pylist()], STORED.field("input_ids").type)
    pq.write_table(rows.set_column(2, STORED.field("input_ids"), turned).cast(STORED), copy / name)

    assert list(beside(opened)) == []
    assert list(findings(opened, [folder / "tokenizer.json"])) == [Finding(name, "has other tokens than its documents")]


def test_a_takedown_leaves_the_tokens_of_what_stays(folder: Path, tmp_path: Path) -> None:
    parent = Snapshot.open(folder / "out")
    gone = pq.read_table(folder / "out" / parent.manifest.shards[0].path)["doc_id"][0].as_py()
    done = take_down(folder / "out", tmp_path / "less", Request(request_id="one", reason="asked", doc_id=(gone,)))
    _, letters = done.manifest.token_counts

    assert verify(tmp_path / "less", render, [folder / "tokenizer.json"]) == []
    before = pq.read_table(folder / "out" / letters.beside(parent.manifest.shards[0].path))
    lost = before["n_tokens"][before["doc_id"].to_pylist().index(gone)].as_py()
    assert letters.tokens == parent.manifest.token_counts[1].tokens - lost
    assert (
        compare_with_parent(Snapshot(tmp_path / "less", done.manifest), parent.manifest, folder / "out").findings == ()
    )


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
    counts = counting.token_counts(rows["text"].combine_chunks(), tokenizer)
    assert prove_counts(rows, counts, tokenizer, 1) == 1
    with pytest.raises(BuildStopped, match="disagree on a:1"):
        prove_counts(rows, counts + 1, tokenizer, 1)
    monkeypatch.setattr(tokenizer.oracle, "encode", lambda texts: [[1] * 99 for _ in texts])

    with pytest.raises(BuildStopped, match="disagree on a:1"):
        prove_counts(rows, counts, tokenizer, 1)


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
