"""Proofs of single documents: every released document has one, and nothing else passes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import NotReleased, SnapshotError
from corpus.merkle import tree_root
from datacards.render import render
from manifests.merkle import Merkle, shard_leaf
from manifests.proof import Inclusion, Origin, Proof, faults, prove, read_proof
from manifests.snapshot import Snapshot
from manifests.verify import Finding, notes, verify
from shards.fingerprint import document_leaf
from shards.place import is_placed_in
from tests.conftest import Built
from tests.manifests.damage import changed, forged, names, rewritten
from tests.pipelines.building import hc4, hc4_here

ORIGIN = Origin(
    source="a", raw_file="a.jsonl", raw_sha256="0" * 64, member=None, record=0, offset=0, licence_spdx="CC0-1.0"
)


@dataclass
class Rows:
    """A shard, as far as its root is concerned."""

    path: str
    texts: list[str]

    @property
    def rows(self) -> int:
        return len(self.texts)

    @property
    def leaves(self) -> list[bytes]:
        return [document_leaf(f"a:{number}", text) for number, text in enumerate(self.texts)]

    @property
    def merkle_root(self) -> str:
        return tree_root(self.leaves).hex()


digests = st.text("0123456789abcdef", min_size=64, max_size=64)
corpora = st.lists(st.lists(digests, min_size=1, max_size=20), min_size=1, max_size=6).map(
    lambda texts: [Rows(f"data/a/train-{number:05d}.parquet", some) for number, some in enumerate(texts)]
)


def proof_of(shards: list[Rows], place: int, row: int) -> Proof:
    return Proof(
        snapshot_id="1" * 64,
        root=Merkle.over(shards).root,
        doc_id=f"a:{row}",
        text_sha256=shards[place].texts[row],
        shard=shards[place].path,
        row=Inclusion.of(shards[place].leaves, row),
        shards=Inclusion.of([shard_leaf(shard.path, shard.merkle_root) for shard in shards], place),
        origin=ORIGIN,
    )


@given(corpora)
def test_every_document_is_proved(shards: list[Rows]) -> None:
    root = Merkle.over(shards).root
    assert Merkle.over(shards).size == sum(shard.rows for shard in shards)
    for place, shard in enumerate(shards):
        for row in range(shard.rows):
            assert faults(proof_of(shards, place, row), root) == []


@given(corpora, st.data())
def test_no_other_id_text_shard_path_or_root_is_proved(shards: list[Rows], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(shards) - 1))
    proof = proof_of(shards, place, data.draw(st.integers(0, shards[place].rows - 1)))
    other = hashlib.sha256(proof.text_sha256.encode()).hexdigest()
    forgeries = [{"doc_id": f"{proof.doc_id}x"}, {"text_sha256": other}, {"shard": f"{proof.shard}x"}, {"root": other}]
    for name in ("row", "shards"):
        way: Inclusion = getattr(proof, name)
        forgeries += [{name: way.model_copy(update={"path": (*way.path, other)})}]
        forgeries += [{name: way.model_copy(update={"index": way.size})}]
        for step in range(len(way.path)):
            bent = (*way.path[:step], other, *way.path[step + 1 :])
            forgeries += [{name: way.model_copy(update={"path": bent})}]
            forgeries += [{name: way.model_copy(update={"path": (*way.path[:step], *way.path[step + 1 :])})}]
    for forgery in forgeries:
        assert faults(proof.model_copy(update=forgery), proof.root), forgery
    assert faults(proof, other) == [f"the proof is about root {proof.root}, not {other}"]


@pytest.fixture(scope="module")
def opened(snapshot: Built) -> Snapshot:
    return Snapshot.open(snapshot.folder)


def test_the_documents_of_a_snapshot_are_proved_against_its_manifest_alone(opened: Snapshot) -> None:
    manifest = (opened.folder / "manifest.json").read_bytes()
    for shard in opened.manifest.shards:
        rows = pq.read_table(opened.folder / shard.path, columns=["doc_id", "text"]).to_pylist()
        for row in (rows[0], rows[len(rows) // 2], rows[-1]):
            proof = prove(opened, row["doc_id"])
            assert proof.shard == shard.path
            assert faults(proof, opened.manifest.merkle.root, manifest, row["text"].encode()) == []  # type: ignore[union-attr]
            (fault,) = faults(proof, text=row["text"].encode() + b" ")
            assert fault.startswith(f"the text is not that of {row['doc_id']}")


def test_a_document_lies_in_the_shard_that_its_id_names(opened: Snapshot) -> None:
    for shard in opened.manifest.shards:
        doc_ids = pq.read_table(opened.folder / shard.path, columns=["doc_id"])["doc_id"].to_pylist()
        assert all(is_placed_in(doc_id, Path(shard.path).name) for doc_id in doc_ids)


@pytest.mark.parametrize(
    ("doc_id", "fate"),
    [
        ("articles:short", "was dropped at quality by too_few_words"),
        ("articles:same-a", "was merged into articles:same-b at exact by same_words"),
        ("articles:textless", "no record of this snapshot"),
        ("nowhere:1", "names no source of this snapshot"),
    ],
)
def test_a_document_that_is_not_released_is_told_so(opened: Snapshot, doc_id: str, fate: str) -> None:
    with pytest.raises((NotReleased, SnapshotError), match=fate):
        prove(opened, doc_id)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda manifest: manifest["totals"].update(tokens=1), "does not hash to its snapshot_id"),
        (lambda manifest: manifest.update(snapshot_id="0" * 64), "the proof is of"),
        (lambda manifest: manifest["merkle"].update(root="0" * 64), "the proof is of"),
        (lambda manifest: manifest.pop("merkle"), "states no Merkle root"),
        (lambda manifest: manifest["shards"].pop(), "counts other rows or shards"),
        (lambda manifest: manifest["sources"].clear(), "lists no raw file"),
    ],
)
def test_another_manifest_is_told(opened: Snapshot, change: Callable[[dict[str, Any]], Any], what: str) -> None:
    manifest = json.loads((opened.folder / "manifest.json").read_bytes())
    change(manifest)

    assert any(
        what in fault for fault in faults(prove(opened, "articles:plain-03"), None, json.dumps(manifest).encode())
    )


def test_what_is_no_proof_is_told(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text('{"doc_id": 1}')
    with pytest.raises(SnapshotError, match="is no proof"):
        read_proof(tmp_path / "proof.json")


def test_a_damaged_shard_proves_nothing(copy: Path) -> None:
    name = next(shard.path for shard in Snapshot.open(copy).manifest.shards if shard.source == "articles")
    rows = pl.read_parquet(copy / name, glob=False)
    rows = rows.with_columns(text_sha256=pl.col("text_sha256").str.reverse())
    with changed(copy / name, b""):
        rows.write_parquet(copy / name)
        with pytest.raises(SnapshotError, match="does not have the root that the manifest states"):
            prove(Snapshot.open(copy), rows["doc_id"][0])


def test_a_row_whose_text_and_digest_were_changed_together_is_named_by_its_root(copy: Path) -> None:
    name = next(shard.path for shard in Snapshot.open(copy).manifest.shards if shard.source == "articles")
    rows = pl.read_parquet(copy / name, glob=False)
    text = "A sentence of as many bytes."
    digest = hashlib.sha256(text.encode()).hexdigest()
    first = pl.int_range(pl.len()) == 0
    changes = {"text": pl.lit(text), "text_sha256": pl.lit(digest)}
    forgery = rows.with_columns(
        pl.when(first).then(value).otherwise(pl.col(column)).alias(column) for column, value in changes.items()
    )
    found = rewritten(copy, {name: forgery})

    assert Finding(name, "merkle_root is not that of its rows") in found
    assert Finding(name, "logical_sha256 is not that of its rows") in found


def test_changed_tokens_are_named_by_the_logical_digest(copy: Path) -> None:
    name = next(shard.path for shard in Snapshot.open(copy).manifest.shards if shard.source == "articles")
    rows = pl.read_parquet(copy / name, glob=False)
    found = rewritten(copy, {name: rows.with_columns(input_ids=pl.col("input_ids").list.reverse())})

    assert Finding(name, "logical_sha256 is not that of its rows") in found
    assert Finding(name, "merkle_root is not that of its rows") not in found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda manifest: manifest["merkle"].update(root="0" * 64), "merkle is not that of the roots of its shards"),
        (lambda manifest: manifest["merkle"].update(size=1), "merkle is not that of the roots of its shards"),
        (lambda manifest: manifest["shards"][0].update(merkle_root="0" * 64), "merkle is not that of the roots"),
        (lambda manifest: manifest["shards"][0].update(merkle_root=None), "some shards have no logical_sha256"),
        (lambda manifest: manifest.update(merkle=None), "merkle is not that of the roots"),
    ],
)
def test_forged_roots_contradict_each_other(copy: Path, change: Callable[[dict[str, Any]], Any], what: str) -> None:
    assert any(finding.what.startswith(what) for finding in forged(copy, change))


def test_a_manifest_without_roots_is_a_fault_of_this_code_and_a_note_of_older_ones(copy: Path) -> None:
    def older(manifest: dict[str, Any], code: str | None) -> None:
        manifest["merkle"] = None
        for shard in manifest["shards"]:
            shard |= {"merkle_root": None, "logical_sha256": None}
        if code is not None:
            manifest["environment"]["code_sha256"] = code

    assert names(forged(copy, lambda manifest: older(manifest, None))) == {"manifest.json"}
    assert forged(copy, lambda manifest: older(manifest, "0" * 64)) == []
    without = Snapshot.open(copy).manifest.model_copy(update={"merkle": None})
    assert any("no Merkle root" in note for note in notes(without))


def test_a_manifest_that_lacks_what_this_code_knows_keeps_its_id(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_bytes())
    del manifest["merkle"]
    for shard in manifest["shards"]:
        del shard["merkle_root"], shard["logical_sha256"]
    del manifest["snapshot_id"]
    canonical = json.dumps(manifest | {"snapshot_id": ""}).encode()
    named = Snapshot.open(copy).manifest.model_validate_json(canonical)
    older = named.model_copy(update={"snapshot_id": named.computed_id()})

    assert b"merkle" not in older.canonical()
    with changed(copy / "manifest.json", older.canonical()):
        about_itself = [finding.what for finding in verify(copy, render) if finding.file == "manifest.json"]
        assert not any("snapshot_id" in what or "canonical" in what for what in about_itself)


def test_the_command_proves_and_checks_elsewhere(snapshot: Built, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    made = hc4_here("prove", "articles:plain-03", snapshot.folder, "-o", proof)
    assert made.exit_code == 0, made.output
    assert proof.stat().st_size < 5_000
    manifest = snapshot.folder / "manifest.json"
    root = snapshot.manifest.merkle.root  # type: ignore[union-attr]
    for trust in (("--manifest", manifest), ("--root", root)):
        checked = hc4_here("prove", "--check", proof, *trust)
        assert checked.exit_code == 0, checked.output
        assert "articles:plain-03" in checked.stdout
        assert "nothing was compared" not in checked.stdout
    assert "nothing was compared" in hc4_here("prove", "--check", proof).stdout
    refused = hc4_here("prove", "--check", proof, "--root", "0" * 64)
    assert refused.exit_code == 6
    assert "is about root" in refused.stderr
    assert hc4_here("prove", "--check", proof, "--snapshot-id", "0" * 64).exit_code == 2
    assert hc4_here("prove", "--check", proof, "--snapshot-id", "0" * 64, "--manifest", manifest).exit_code == 6


def test_a_document_that_was_not_released_ends_the_command_with_its_fate(snapshot: Built, tmp_path: Path) -> None:
    absent = hc4("prove", "articles:short", snapshot.folder, home=tmp_path / "home", cwd=tmp_path)

    assert (absent.returncode, absent.stdout) == (1, "")
    assert "dropped at quality by too_few_words" in absent.stderr


@pytest.mark.parametrize("step", ["0" * 62, "0" * 66, "", "A" * 64, " " + "0" * 63, "0x" + "0" * 62])
def test_a_hash_of_another_form_is_told(opened: Snapshot, step: str) -> None:
    proof = prove(opened, "articles:plain-03")
    other = proof.model_copy(update={"row": proof.row.model_copy(update={"path": (step, *proof.row.path[1:])})})

    assert "a hash in the proof is not 64 hex digits, in lower case" in faults(other)


NO_MANIFESTS = [
    b'{"snapshot_id": "x", "merkle": {"root": "x"}, "shards": [], "sources": [], "n": 1152921504606846976}',
    b'{"snapshot_id": "x", "merkle": {"root": "x"}, "shards": [], "sources": [{"name": "articles", "raw_files": [1]}]}',
    b'{"snapshot_id": "x", "merkle": {"root": "x"}, "shards": [[]], "sources": []}',
    b'{"snapshot_id": "x", "merkle": {"root": NaN}}',
    b"[" * 100_000,
    b"",
]


@pytest.mark.parametrize("number", range(len(NO_MANIFESTS)))
def test_what_is_no_manifest_is_told(opened: Snapshot, number: int) -> None:
    found = faults(prove(opened, "articles:plain-03"), manifest=NO_MANIFESTS[number])

    assert found == ["the manifest is none, or states no Merkle root"]


def test_a_manifest_that_says_one_thing_twice_is_told(opened: Snapshot) -> None:
    content = (opened.folder / "manifest.json").read_bytes()
    twice = b'{"name":"another",' + content[1:]

    assert faults(prove(opened, "articles:plain-03"), manifest=content) == []
    assert faults(prove(opened, "articles:plain-03"), manifest=twice) == ["the manifest is not canonical JSON"]
