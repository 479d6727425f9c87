"""Exports of a snapshot: every format is read back, what is whole is not written twice, what was changed is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from corpus.assets import asset_path
from corpus.errors import AssetError, BuildStopped, Hc4Error, RecipeError, SnapshotError
from manifests.exported import EXPORT, LINEAGE_FILE, read_export
from manifests.snapshot import Snapshot
from manifests.token_counts import TokenCount
from pipelines.export_check import check
from shards.exports.registry import FORMATS
from shards.other_tokens import write_other_tokens
from shards.tokenizer import load_tokenizer
from tests.conftest import Built
from tests.pipelines.building import hc4_here


def exported(snapshot: Path, output: Path, form: str = "megatron", *options: object) -> Path:
    """`hc4 export`, as people type it."""
    done = hc4_here("export", form, snapshot, "--output", output, *options)
    if isinstance(done.exception, Hc4Error):
        raise done.exception
    assert done.exit_code == 0, done.output
    return output


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def places(folder: Path) -> dict[str, tuple[int, int]]:
    """When each file of tokens was written, and where it lies: one written anew differs."""
    found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*.bin")}
    return {path: (facts.st_ino, facts.st_mtime_ns) for path, facts in found.items()}


@pytest.mark.filterwarnings("ignore:The given buffer is not writable:UserWarning")
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_format_is_read_back_token_by_token(snapshot: Built, tmp_path: Path, form: str) -> None:
    folder = exported(snapshot.folder, tmp_path / form, form)
    opened = Snapshot.open(snapshot.folder)
    stated, findings = check(folder, opened)
    assert findings == []
    assert (stated.documents, stated.tokens) == (opened.manifest.totals.documents, opened.manifest.totals.tokens)
    assert stated.encoded.eos == (None if form == "datasets" else 2)


def test_an_export_states_licences_and_leads_every_token_back(snapshot: Built, tmp_path: Path) -> None:
    folder = exported(snapshot.folder, tmp_path / "out")
    done = hc4_here("export", "--check", folder, snapshot.folder)
    assert done.exit_code == 0
    assert "token streams equal the snapshot's" in done.output
    stated = read_export(folder)
    lineage = pl.read_parquet(folder / LINEAGE_FILE)
    rows = pl.concat([pl.read_parquet(snapshot.folder / part.shard) for part in stated.parts])
    assert lineage["doc_id"].to_list() == rows["doc_id"].to_list()
    for part in stated.parts:
        mine = lineage.filter(pl.col("file") == part.files[0].path)
        assert mine["document"].to_list() == list(range(part.documents))
        tokens = np.fromfile(folder / part.files[0].path, stated.encoded.dtype)
        ids = rows.filter(pl.col("doc_id").is_in(mine["doc_id"].implode()))["input_ids"].to_list()
        for first, length, document in zip(mine["first_token"], mine["tokens"], ids, strict=True):
            assert tokens[first : first + length].tolist() == document
            assert tokens[first + length] == 2
        by_licence = mine.group_by("licence_spdx").agg(pl.len(), pl.col("tokens").sum()).sort("licence_spdx").rows()
        assert [(one.spdx, one.documents, one.tokens) for one in part.licences] == by_licence


def test_what_is_whole_is_not_written_again(snapshot: Built, tmp_path: Path) -> None:
    folder = exported(snapshot.folder, tmp_path / "out")
    before, was = content(folder), places(folder)
    damaged = folder / read_export(folder).parts[0].files[0].path
    damaged.write_bytes(b"\xff" + damaged.read_bytes()[1:])
    missing = folder / read_export(folder).parts[-1].files[1].path
    missing.unlink()
    exported(snapshot.folder, folder)
    assert content(folder) == before
    anew = {path for path, facts in places(folder).items() if was[path] != facts}
    assert anew == {path.relative_to(folder).as_posix() for path in (damaged, missing.with_suffix(".bin"))}


def test_a_killed_export_goes_on_and_parts_make_the_whole(
    snapshot: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = content(exported(snapshot.folder, tmp_path / "whole"))
    parts = tmp_path / "parts"
    for number in (1, 2, 3):
        exported(snapshot.folder, parts, "megatron", "--part", f"{number}/3")
        assert not (parts / EXPORT).exists()
    was = places(parts)
    assert content(exported(snapshot.folder, parts)) == whole
    assert places(parts) == was

    writer = FORMATS["megatron"].writer
    begun: list[str] = []

    def killed(folder: Path, stem: str, documents: int, encoding: object) -> object:
        begun.append(stem)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return writer(folder, stem, documents, encoding)  # type: ignore[arg-type]

    torn = tmp_path / "torn"
    with monkeypatch.context() as patch:
        patch.setattr(FORMATS["megatron"], "writer", killed)
        done = hc4_here("export", "megatron", snapshot.folder, "--output", torn)
    assert done.exit_code != 0
    assert not (torn / EXPORT).exists()
    was = places(torn)
    assert len(was) == 2
    assert content(exported(snapshot.folder, torn)) == whole
    assert was.items() <= places(torn).items()


def test_after_a_takedown_only_shards_concerned_are_written(snapshot: Built, tmp_path: Path) -> None:
    folder = exported(snapshot.folder, tmp_path / "out")
    was = places(folder)
    part = read_export(folder).parts[0]
    gone = pl.read_parquet(snapshot.folder / part.shard)["doc_id"][0]
    less = tmp_path / "less"
    arguments = ("--doc-id", gone, "--reason", "asked", "--request-id", "1")
    done = hc4_here("takedown", snapshot.folder, "-o", less, *arguments)
    assert done.exit_code == 0, done.output
    exported(less, folder)
    stated, findings = check(folder, Snapshot.open(less))
    assert findings == []
    assert {path for path, facts in places(folder).items() if was[path] != facts} == {part.files[0].path}
    assert gone not in pl.read_parquet(folder / LINEAGE_FILE)["doc_id"]
    assert stated.documents == read_export(folder).documents


def test_tokens_by_another_tokenizer_are_exported_where_they_are_stored(snapshot: Built, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(snapshot.folder, copy)
    opened = Snapshot.open(copy)
    tokenizer = load_tokenizer(asset_path("mistral-v3.model"))
    size, by_shard = opened.manifest.recipe["shards"]["row_group_tokens"], {}  # type: ignore[index,call-overload]
    other = TokenCount(
        name="shifted",
        file="shifted.model",
        sha256="0" * 64,
        vocabulary=70_000,
        fast_path="none",
        oracle="none",
        oracle_documents=0,
        tokens=0,
        by_source={},
        stored=True,  # type: ignore[arg-type]
    )
    for shard in opened.manifest.shards:
        rows = pq.read_table(copy / shard.path)
        path = copy / other.beside(shard.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        counts = write_other_tokens(path, rows, tokenizer, row_group_tokens=size, store=True)
        by_shard[shard.path] = int(counts.sum())
    manifest = opened.manifest.model_copy(update={"token_counts": (other.model_copy(update={"by_shard": by_shard}),)})
    (copy / "manifest.json").write_bytes(manifest.identified().canonical())
    folder = exported(copy, tmp_path / "out", "megatron", "--by", "shifted", "--eos", "69999")
    stated, findings = check(folder, Snapshot.open(copy))
    assert findings == []
    assert (stated.encoded.dtype, stated.encoded.eos, stated.encoded.tokenizer) == ("int32", 69_999, "shifted.model")
    own = read_export(exported(snapshot.folder, tmp_path / "own"))
    assert [part.tokens_sha256 for part in stated.parts] == [part.tokens_sha256 for part in own.parts]
    with pytest.raises(AssetError, match=r"shifted\.model, which names the token"):
        exported(copy, tmp_path / "more", "megatron", "--by", "shifted")


def test_a_choice_takes_other_files_away(snapshot: Built, tmp_path: Path) -> None:
    folder = exported(snapshot.folder, tmp_path / "out")
    exported(snapshot.folder, folder, "megatron", "--split", "validation", "--source", "medline", "--eos", "none")
    stated, findings = check(folder, Snapshot.open(snapshot.folder))
    assert findings == []
    assert {(part.split, part.source) for part in stated.parts} == {("validation", "medline")}
    assert not (folder / "train").exists()
    exported(snapshot.folder, folder, "datatrove")
    assert not list(folder.rglob("*.bin"))
    assert check(folder, Snapshot.open(snapshot.folder))[1] == []


@pytest.mark.parametrize(
    ("form", "options", "error", "words"),
    [
        ("tfrecord", (), RecipeError, "the formats are"),
        ("megatron", ("--split", "test"), RecipeError, "no split 'test'; it has train, validation"),
        ("megatron", ("--by", "gpt2"), RecipeError, "no tokens by 'gpt2'; it has its own, and none by others"),
        ("megatron", ("--source", "nobody"), RecipeError, "no source 'nobody'"),
        ("megatron", ("--eos", "32768"), RecipeError, "below 32,768"),
        ("megatron", ("--eos", "</s>"), RecipeError, "`none` or an id"),
        ("olmo", ("--eos", "none"), RecipeError, "tells documents apart"),
        ("megatron", ("--part", "3/2"), RecipeError, "--part"),
        ("megatron", ("--tokenizer", "absent.model"), AssetError, "no tokenizer at"),
    ],
)
def test_wrong_options_are_named(
    snapshot: Built, tmp_path: Path, form: str, options: tuple[str, ...], error: type[Hc4Error], words: str
) -> None:
    with pytest.raises(error, match=words):
        exported(snapshot.folder, tmp_path / "out", form, *options)
    assert not (tmp_path / "out").exists()


def test_another_tokenizer_is_refused(snapshot: Built, tmp_path: Path) -> None:
    other = tmp_path / "other.model"
    other.write_bytes(asset_path("mistral-v3.model").read_bytes() + b"\n")
    with pytest.raises(AssetError, match="is not the snapshot's tokenizer"):
        exported(snapshot.folder, tmp_path / "out", "megatron", "--tokenizer", other)


def test_nothing_else_is_written_over(snapshot: Built, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(BuildStopped, match="is not empty"):
        exported(snapshot.folder, tmp_path / "out")
    with pytest.raises(SnapshotError, match="nothing may be added"):
        exported(snapshot.folder, snapshot.folder / "export")


def flip(path: Path, place: int = -1) -> None:
    held = bytearray(path.read_bytes())
    held[place] ^= 1
    path.write_bytes(held)


def restate(folder: Path) -> None:
    """Make a damaged file the one that is stated: only reading it back can tell."""
    stated = read_export(folder)
    from pipelines.output_folder import file_of

    def again(part: object) -> object:
        files = tuple(file_of(folder / file.path, file.path) for file in part.files)  # type: ignore[attr-defined]
        return part.model_copy(update={"files": files})  # type: ignore[attr-defined]

    beside = tuple(file_of(folder / file.path, file.path) for file in stated.beside)
    update = {"parts": tuple(again(part) for part in stated.parts), "beside": beside}
    (folder / EXPORT).write_bytes(stated.model_copy(update=update).canonical())


def lineage_elsewhere(folder: Path) -> None:
    table = pl.read_parquet(folder / LINEAGE_FILE)
    table.with_columns(pl.col("doc_id").reverse()).write_parquet(folder / LINEAGE_FILE)


@pytest.mark.parametrize(
    ("damage", "stated", "words"),
    [
        (lambda folder: flip(next(folder.rglob("*.bin")), 0), False, "has sha256"),
        (lambda folder: next(folder.rglob("*.idx")).unlink(), False, "is not there"),
        (lambda folder: (folder / "train" / "more.bin").touch(), False, "not part of the export"),
        (lambda folder: flip(next(folder.rglob("*.bin")), 0), True, "token stream"),
        (lambda folder: flip(next(folder.rglob("*.bin")), -2), True, "ends with the token 2"),
        (lambda folder: flip(next(folder.rglob("*.idx")), -8), True, "cannot read it: SnapshotError"),
        (lineage_elsewhere, True, "leads documents of"),
    ],
)
def test_what_was_changed_is_named(
    snapshot: Built, tmp_path: Path, damage: Callable[[Path], None], stated: bool, words: str
) -> None:
    folder = exported(snapshot.folder, tmp_path / "out", "megatron", "--split", "train", "--source", "medline")
    damage(folder)
    if stated:
        restate(folder)
    done = hc4_here("export", "--check", folder, snapshot.folder)
    assert isinstance(done.exception, SnapshotError)
    assert words in done.output


def test_an_export_of_another_snapshot_is_refused(snapshot: Built, tmp_path: Path) -> None:
    folder = exported(snapshot.folder, tmp_path / "out")
    text = (folder / EXPORT).read_text()
    (folder / EXPORT).write_text(text.replace(read_export(folder).snapshot_id, "0" * 64))
    with pytest.raises(SnapshotError, match="was exported from snapshot 000000000000"):
        check(folder, Snapshot.open(snapshot.folder))
    (folder / EXPORT).write_text(text.replace('"path":"train/', '"path":"../'))
    with pytest.raises(SnapshotError, match="is damaged"):
        check(folder, Snapshot.open(snapshot.folder))


def test_two_at_a_time_are_refused(snapshot: Built, tmp_path: Path) -> None:
    from pipelines.output_folder import OutputFolder

    with OutputFolder(tmp_path / "out", EXPORT).held(), pytest.raises(BuildStopped, match="another process"):
        exported(snapshot.folder, tmp_path / "out")


def test_a_shard_that_is_not_the_manifests_stops_the_export(snapshot: Built, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(snapshot.folder, copy)
    shard = next(copy.glob("data/medline/train-*.parquet"))
    pl.read_parquet(shard).head(3).write_parquet(shard)
    with pytest.raises(SnapshotError, match="run `hc4 verify`"):
        exported(copy, tmp_path / "out")
