"""`hc4 verify` notices every damaged byte and every changed number, and names where."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datacards.render import render
from manifests.model import Manifest
from manifests.sums import snapshot_files, write_sums
from manifests.verify import Finding, notes, verify
from tests.conftest import Built
from tests.manifests.damage import SUMS, changed, forged, names, rewritten
from tests.pipelines.building import hc4, hc4_here

PAGES = ["DATASHEET.md", "README.md"]


def some_files(folder: Path, depth: int) -> list[str]:
    """All files at the top, two of each folder down to `depth`: what lies in one folder is made and checked alike."""
    chosen: dict[tuple[str, ...], list[str]] = {}
    for name in snapshot_files(folder):
        parts = name.split("/")
        chosen.setdefault(tuple(parts[: min(depth, len(parts) - 1)]) or (name,), []).append(name)
    return sorted({name for names in chosen.values() for name in (names[0], names[-1])})


depths = pytest.mark.parametrize("depth", [1, pytest.param(3, marks=pytest.mark.slow)])


def test_a_fresh_snapshot_is_whole(snapshot: Built) -> None:
    assert verify(snapshot.folder, render) == []


def test_a_moved_snapshot_is_whole(copy: Path) -> None:
    assert verify(copy, render) == []


@pytest.mark.slow
@depths
def test_one_changed_byte_of_any_file_is_found_and_only_that_file_is_blamed(copy: Path, depth: int) -> None:
    files = [*some_files(copy, depth), SUMS]
    assert len(files) > 15
    draw = random.Random(20)
    for name in files:
        content = bytearray((copy / name).read_bytes())
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        with changed(copy / name, bytes(content)):
            findings = verify(copy, render)
        assert name in names(findings), name
        # SHA256SUMS vouches for every file, and every page is rendered from the manifest.
        implied = {SUMS, *render(Manifest.model_validate_json((copy / "manifest.json").read_bytes()))}
        assert names(findings) <= ({name, *implied} if name == "manifest.json" else {name, SUMS}), name
    assert verify(copy, render) == []


def test_the_sums_blame_the_same_file(copy: Path) -> None:
    name = "README.md"
    with changed(copy / name, (copy / name).read_bytes() + b"\n"):
        (finding,) = [finding for finding in verify(copy, render) if finding.file == SUMS]
    assert finding.what == f"does not agree with {name}"


@pytest.mark.slow
@depths
def test_every_missing_file_is_named(copy: Path, depth: int) -> None:
    for name in [*some_files(copy, depth), SUMS]:
        hidden = copy.parent / "hidden"
        (copy / name).rename(hidden)
        findings = verify(copy, render)
        hidden.rename(copy / name)
        assert name in names(findings), name
        assert names(findings) <= {name, SUMS}, name


def test_an_extra_file_is_named(copy: Path) -> None:
    extra = copy / "data" / "medline" / "train-00009-of-00009.parquet"
    extra.write_bytes(b"PAR1")
    findings = verify(copy, render)
    extra.unlink()

    assert Finding("data/medline/train-00009-of-00009.parquet", "is not part of the snapshot") in findings


@pytest.mark.parametrize("page", PAGES)
def test_one_edited_number_of_a_page_is_found_even_if_the_sums_agree(copy: Path, snapshot: Built, page: str) -> None:
    content = (copy / page).read_text(encoding="utf-8")
    number = f"{snapshot.manifest.totals.documents:,}"
    assert number in content
    with changed(copy / page, content.replace(number, f"{snapshot.manifest.totals.documents + 1:,}").encode()):
        write_sums(copy)
        findings = verify(copy, render)
    write_sums(copy)

    (finding,) = findings
    assert finding.file == page
    other = f"{snapshot.manifest.totals.documents + 1:,}"
    assert re.fullmatch(rf'line \d+ says "{other}.*", the manifest "{number}.*"', finding.what)


def test_a_number_that_json_cannot_carry_is_found(copy: Path) -> None:
    content = json.loads((copy / "manifest.json").read_bytes())
    content["totals"]["tokens"] = 2**60
    with changed(copy / "manifest.json", json.dumps(content).encode()):
        findings = verify(copy, render)

    assert any("has no canonical form" in finding.what for finding in findings)


@pytest.mark.parametrize("kind", ["data/medline/train", "audit/medline/", "ledger/ledger", "ledger/quar", "samples/"])
def test_a_table_that_is_none_is_named(copy: Path, kind: str) -> None:
    name = next(name for name in snapshot_files(copy) if name.startswith(kind))
    lacking = pq.read_table(copy / name)
    sink = pa.BufferOutputStream()
    pq.write_table(lacking.drop_columns(["source"]), sink)

    assert rewritten(copy, {name: b"no Parquet"}) == [Finding(name, "is no readable Parquet file (ArrowInvalid)")]
    assert rewritten(copy, {name: sink.getvalue().to_pybytes()}) == [Finding(name, "has no column source")]


@pytest.mark.parametrize("kind", ["data/medline/train", "ledger/ledger", "privacy/medline/", "ATTRIBUTION"])
def test_a_column_that_no_check_knows_is_named(copy: Path, kind: str) -> None:
    name = next(name for name in snapshot_files(copy) if name.startswith(kind))
    table = pq.read_table(copy / name)
    sink = pa.BufferOutputStream()
    pq.write_table(table.append_column("note", pa.array(["anything"] * len(table))), sink)

    found = rewritten(copy, {name: sink.getvalue().to_pybytes()})

    assert found == [Finding(name, "has a column that there is none of: note")]


def test_what_is_no_plain_file_is_named_and_never_opened(copy: Path) -> None:
    made = [copy / "data" / name for name in ("link", "pipe", "empty", "folder-link")]
    made[0].symlink_to(copy / "README.md")
    os.mkfifo(made[1])
    made[2].mkdir()
    made[3].symlink_to(copy / "audit", target_is_directory=True)
    try:
        findings = verify(copy, render)
    finally:
        for path in made:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    assert findings == [
        Finding(f"data/{name}", "is not part of the snapshot") for name in ("empty", "folder-link", "link", "pipe")
    ]


def test_a_manifest_that_is_a_pipe_is_no_manifest(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")

    (finding,) = verify(tmp_path, render)

    assert "is not a snapshot" in finding.what


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_named(copy: Path) -> None:
    path = copy / "ledger" / "ledger.parquet"
    path.chmod(0)
    try:
        findings = verify(copy, render)
    finally:
        path.chmod(0o644)

    assert Finding("ledger/ledger.parquet", "cannot be read: Permission denied") in findings


def test_brackets_in_the_path_are_no_pattern(snapshot: Built, tmp_path: Path) -> None:
    place = tmp_path / "a[1]*" / "snapshot"
    shutil.copytree(snapshot.folder, place)

    assert verify(place, render) == []


def test_cards_that_other_code_made_are_said_to_be_unchecked(copy: Path, snapshot: Built) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["environment"]["code_sha256"] = "0" * 64

    other = snapshot.manifest.environment.model_copy(update={"code_sha256": "0" * 64})

    assert forged(copy, change) == []
    assert notes(snapshot.manifest) == []
    assert notes(snapshot.manifest.model_copy(update={"environment": other})) == [
        "cards not checked byte by byte: built by other code"
    ]


def test_a_file_with_markup_in_its_name_is_named_as_it_is(copy: Path) -> None:
    evil = copy / "data" / "[bold]evil"
    evil.write_bytes(b"")
    done = hc4_here("verify", copy)
    evil.unlink()

    assert done.exit_code == 6
    assert "data/[bold]evil: is not part of the snapshot" in done.stderr


def test_a_folder_that_is_no_snapshot_is_said_to_be_none(tmp_path: Path) -> None:
    (finding,) = verify(tmp_path, render)

    assert "is not a snapshot" in finding.what


@pytest.mark.slow
def test_the_command_agrees(copy: Path, tmp_path: Path) -> None:
    whole = hc4("verify", copy, home=tmp_path / "home", cwd=tmp_path)
    shard = next(name for name in snapshot_files(copy) if name.startswith("data/"))
    content = bytearray((copy / shard).read_bytes())
    content[len(content) // 2] ^= 1
    with changed(copy / shard, bytes(content)):
        damaged = hc4_here("verify", copy)

    assert (whole.returncode, damaged.exit_code) == (0, 6)
    assert "the ledger closes" in whole.stdout
    assert f"✗ {shard}" in damaged.stderr


def test_the_name_of_a_file_does_not_hide_what_is_found(copy: Path) -> None:
    evil = copy / "data" / "x\x1b[1A\x1b[2K✓ whole"
    evil.write_bytes(b"")
    try:
        done = hc4_here("verify", copy)
    finally:
        evil.unlink()

    assert done.exit_code == 6
    assert "is not part of the snapshot" in done.stderr
    assert "\x1b" not in done.stderr
