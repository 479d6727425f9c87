"""`hc4 verify` notices every damaged byte and every changed number, and names where."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from datacards.render import render
from manifests.model import Manifest
from manifests.sums import snapshot_files, write_sums
from manifests.verify import Finding, verify
from tests.conftest import Built
from tests.pipelines.building import hc4

SUMS = "SHA256SUMS"
PAGES = ["DATASHEET.md", "README.md"]


@pytest.fixture(scope="module")
def copy(snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to damage; whoever damages it repairs it."""
    place = tmp_path_factory.mktemp("copy") / "snapshot"
    shutil.copytree(snapshot.folder, place)
    return place


@contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    """The file with other content, for a while."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def names(findings: list[Finding]) -> set[str]:
    return {finding.file for finding in findings}


def test_a_fresh_snapshot_is_whole(snapshot: Built) -> None:
    assert verify(snapshot.folder, render) == []


def test_a_moved_snapshot_is_whole(copy: Path) -> None:
    assert verify(copy, render) == []


def test_one_changed_byte_of_any_file_is_found_and_only_that_file_is_blamed(copy: Path) -> None:
    files = [*snapshot_files(copy), SUMS]
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


def test_every_missing_file_is_named(copy: Path) -> None:
    for name in [*snapshot_files(copy), SUMS]:
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

    assert findings == [Finding(page, "is not what the manifest renders to")]


def forged(copy: Path, change: Callable[[dict[str, Any]], None]) -> list[Finding]:
    """What is found after a forger changed the manifest, gave it its new id, and rendered every page from it."""
    before = {name: (copy / name).read_bytes() for name in [*snapshot_files(copy), SUMS]}
    content = json.loads(before["manifest.json"])
    change(content)
    manifest = Manifest.model_validate(content).identified()
    try:
        (copy / "manifest.json").write_bytes(manifest.canonical())
        for name, page in render(manifest).items():
            (copy / name).write_bytes(page)
        write_sums(copy)
        return verify(copy, render)
    finally:
        for name, page in before.items():
            (copy / name).write_bytes(page)


def test_a_forger_who_changes_nothing_is_not_accused(copy: Path) -> None:
    assert forged(copy, lambda manifest: None) == []


COUNTS = [
    ("totals", "documents"),
    ("totals", "tokens"),
    ("splits", 0, "amount", "words"),
    ("splits", 1, "amount", "bytes"),
    ("sources", 3, "kept", "tokens"),
    ("sources", 3, "read", "documents"),
    ("sources", 3, "read", "tokens"),
    ("sources", 3, "raw_files", 0, "records"),
    ("sources", 3, "licences", 0, "amount", "tokens"),
    ("sources", 3, "doc_types", 0, "amount", "documents"),
    ("sources", 3, "years", 5, "amount", "documents"),
    ("sources", 3, "languages", 0, "amount", "words"),
    ("sources", 3, "length_histogram", 0, 1),
    ("ledger", "lines", 0, "amount", "documents"),
    ("ledger", "lines", 3, "amount", "tokens"),
    ("ledger", "stages", 4, "entered", "words"),
    ("ledger", "stages", 4, "left", "bytes"),
    ("ledger", "masked", 1, "amount", "documents"),
    ("ledger", "masked", 1, "amount", "tokens"),
    ("privacy", "masked", 0, "spans"),
    ("shards", 0, "rows"),
    ("shards", 0, "tokens"),
    ("shards", 0, "bytes"),
    ("shards", 0, "row_groups"),
    ("files", 0, "rows"),
    ("files", 0, "bytes"),
    ("dedup", "cluster_sizes", 0, "clusters"),
    ("dedup", "cross_source", 0, "documents"),
]
"""Counts that the shards and the record tables prove or disprove."""


@pytest.mark.parametrize("place", COUNTS, ids=lambda place: ".".join(map(str, place)))
def test_a_forged_count_contradicts_the_data(copy: Path, place: tuple[Any, ...]) -> None:
    def change(manifest: dict[str, Any]) -> None:
        owner: Any = manifest
        for part in place[:-1]:
            owner = owner[part]
        owner[place[-1]] += 1

    assert forged(copy, change)


@pytest.mark.parametrize("kind", ["years", "licences", "languages", "doc_types"])
def test_an_amount_moved_to_another_label_contradicts_the_data(copy: Path, kind: str) -> None:
    def change(manifest: dict[str, Any]) -> None:
        shares = manifest["sources"][3][kind]
        shares[0]["label"] = "1066"

    assert forged(copy, change)


def test_a_dropped_document_moved_to_another_reason_contradicts_the_record_tables(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["ledger"]["lines"][0]["reason"] = "another_reason"

    assert "manifest.json" in names(forged(copy, change))


def test_a_changed_recipe_contradicts_its_digest(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["recipe"]["seed"] += 1

    assert "manifest.json" in names(forged(copy, change))


def test_a_folder_that_is_no_snapshot_is_said_to_be_none(tmp_path: Path) -> None:
    (finding,) = verify(tmp_path, render)

    assert "is not a snapshot" in finding.what


def test_the_command_agrees(copy: Path, tmp_path: Path) -> None:
    whole = hc4("verify", copy, home=tmp_path / "home", cwd=tmp_path)
    shard = next(name for name in snapshot_files(copy) if name.startswith("data/"))
    content = bytearray((copy / shard).read_bytes())
    content[len(content) // 2] ^= 1
    with changed(copy / shard, bytes(content)):
        damaged = hc4("verify", copy, home=tmp_path / "home", cwd=tmp_path)

    assert (whole.returncode, damaged.returncode) == (0, 6)
    assert "the ledger closes" in whole.stdout
    assert f"✗ {shard}" in damaged.stderr
