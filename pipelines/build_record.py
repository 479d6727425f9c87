"""What a build was started from and a snapshot must not depend on: recipe file, lock file, commit.

A manifest names the recipe as understood (`recipe_sha256`), the code that ran (`environment.code_sha256`) and the
versions of its libraries, so that equal builds give equal bytes. The same recipe in other words, the same code from a
wheel or from a checkout, and the same libraries by another lock file are equal builds. Which of them it was stands in
the work folder, by snapshot: `builds/<snapshot id>.json`.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from pydantic import BaseModel

from corpus.digest import canonical, sha256_file
from corpus.storage import WorkFolder
from manifests.model import Manifest

_HOUSE = Path(__file__).parents[1]
_LOCK = "requirements.lock"
_SECONDS = 30


class BuildRecord(BaseModel):
    """Facts of one build. `lock_sha256`, `commit` and `dirty` are None where the code does not run from a checkout."""

    snapshot_id: str
    recipe_file: str
    recipe_file_sha256: str
    recipe_sha256: str
    code_sha256: str
    lock_sha256: str | None
    commit: str | None
    dirty: bool | None
    """Whether tracked files differ from the commit."""


def record_build(work: WorkFolder, recipe_file: Path, manifest: Manifest, house: Path = _HOUSE) -> Path:
    """Write down what the build was started from; `house` is the folder that the code lies in."""
    lock = house / _LOCK
    commit, dirty = _checkout(house)
    record = BuildRecord(
        snapshot_id=manifest.snapshot_id,
        recipe_file=recipe_file.name,
        recipe_file_sha256=sha256_file(recipe_file),
        recipe_sha256=manifest.recipe_sha256,
        code_sha256=manifest.environment.code_sha256,
        lock_sha256=sha256_file(lock) if lock.is_file() else None,
        commit=commit,
        dirty=dirty,
    )
    path = work.root / "builds" / f"{manifest.snapshot_id}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(canonical(record.model_dump(mode="json")))
    return path


def _checkout(house: Path) -> tuple[str | None, bool | None]:
    """Commit, and whether tracked files differ from it; (None, None) outside a checkout, or without git."""
    git = shutil.which("git")
    if git is None or not (house / ".git").exists():
        return None, None

    def ask(*arguments: str) -> str:
        asked = [git, "-C", str(house), *arguments]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603  our own
        return done.stdout.strip()

    try:
        return ask("rev-parse", "HEAD"), bool(ask("status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None, None
