"""What a build was started from stands in the work folder, and never in the snapshot."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from corpus.digest import sha256_file
from corpus.storage import WorkFolder
from pipelines.build_record import BuildRecord, record_build
from tests.datacards.conftest import build as some_manifest

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]


def recorded(folder: Path, house: Path) -> BuildRecord:
    recipe = folder / "mine.yaml"
    recipe.write_text("name: mine\n")
    path = record_build(WorkFolder.create(folder / "work"), recipe, some_manifest(), house)
    return BuildRecord(**orjson.loads(path.read_bytes()))


def test_code_outside_a_checkout_has_no_commit(tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    record = recorded(tmp_path, house)

    assert (record.commit, record.dirty, record.lock_sha256) == (None, None, None)
    assert (record.recipe_file, record.recipe_file_sha256) == ("mine.yaml", sha256_file(tmp_path / "mine.yaml"))
    assert record.snapshot_id == some_manifest().snapshot_id


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on this machine")
def test_a_checkout_has_its_commit_and_says_whether_it_was_changed(tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "requirements.lock").write_text("numpy==2.3.1\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*GIT, "-C", str(house), *arguments], check=True)
    head = subprocess.run([*GIT, "-C", str(house), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)

    clean = recorded(tmp_path, house)
    (house / "untracked").write_text("x")
    also_clean = recorded(tmp_path, house)
    (house / "requirements.lock").write_text("numpy==2.3.2\n")
    dirty = recorded(tmp_path, house)

    assert clean.commit == head.stdout.strip()
    assert [clean.dirty, also_clean.dirty, dirty.dirty] == [False, False, True]
    assert dirty.lock_sha256 != clean.lock_sha256
