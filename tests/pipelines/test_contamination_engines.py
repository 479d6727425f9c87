"""Screening by Ray's workers: the snapshot of one process, whatever the policies ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.building import hc4
from tests.pipelines.contaminated import Made, rebuilt, written


def policies(action: str) -> dict[str, Any]:
    """Every part that the texts hold is treated alike."""
    return {"exam": action, "quiz": action, "reading": {"context": action}}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Work folders of one process and of Ray; a policy after the other decides in each."""
    folder = tmp_path_factory.mktemp("engines")
    return folder / "inline", folder / "ray"


@pytest.mark.slow
@pytest.mark.parametrize("action", ["report", "mask", "drop"])
def test_ray_gives_the_bytes_of_one_process(places: tuple[Path, Path], tmp_path: Path, action: str) -> None:
    alone, together = places
    recipe = written(tmp_path, policies(action))
    here, _ = rebuilt(recipe, alone, tmp_path / "here")
    where = ("--output", tmp_path / "there", "--work", together)
    done = hc4("build", recipe, *where, "--engine", "ray", "--workers", 2, home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    there = Made(tmp_path / "there", here.work, recipe)
    assert set(there.hits["action"]) == {action}
    assert there.hits.equals(here.hits)
    assert (there.folder / "SHA256SUMS").read_text() == (here.folder / "SHA256SUMS").read_text()
