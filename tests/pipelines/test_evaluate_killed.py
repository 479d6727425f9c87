"""`hc4 evaluate export`, killed: what it leaves is whole or is no export, and the next run ends where others end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.digest import sha256_file
from corpus.errors import RecipeError
from manifests.snapshot import Snapshot
from pipelines.evaluation.export import Asked, export, read_export
from tests.conftest import Built
from tests.pipelines.building import ROOT

ASKED = Asked(per_stratum=2, tokens=(1, 100_000))

DYING = """
import os, shutil, sys
from pathlib import Path
import pipelines.replaced as place
from manifests.snapshot import Snapshot
from pipelines.evaluation import export as module

snapshot, output, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def die(*_, **__):
    os.kill(os.getpid(), 9)

def dying_after(ours, count):
    calls = [0]
    def call(*arguments, **named):
        result = ours(*arguments, **named)
        calls[0] += 1
        if calls[0] == count:
            die()
        return result
    return call

if moment == "documents":
    module._Writer._add = dying_after(module._Writer._add, 2)
elif moment == "stated":
    place.flush_tree = die
elif moment == "moved":
    Path.rename = dying_after(Path.rename, 1)
elif moment == "placed":
    Path.rename = dying_after(Path.rename, 2)
module.export(Snapshot.open(snapshot), output, module.Asked(per_stratum=2, tokens=(1, 100_000)))
"""


@pytest.fixture(scope="module")
def undisturbed(snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("undisturbed") / "export"
    export(Snapshot.open(snapshot.folder), folder, ASKED)
    return digests(folder)


def digests(folder: Path) -> dict[str, str]:
    """Of every file."""
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in folder.rglob("*") if path.is_file()}


def killed(snapshot: Path, output: Path, moment: str) -> None:
    """An export that dies."""
    around = os.environ | {"PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-c", DYING, str(snapshot), str(output), moment]
    done = subprocess.run(arguments, cwd=ROOT, env=around, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


@pytest.mark.parametrize("moment", ["documents", "stated"])
def test_nothing_that_looks_whole_is_left_and_the_next_run_succeeds(
    snapshot: Built, undisturbed: dict[str, str], tmp_path: Path, moment: str
) -> None:
    output = tmp_path / "export"
    killed(snapshot.folder, output, moment)
    assert not output.exists()
    with pytest.raises(RecipeError, match="no evaluation export"):
        read_export(output)

    export(Snapshot.open(snapshot.folder), output, ASKED)

    assert digests(output) == undisturbed
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["documents", "stated", "moved", "placed"])
def test_an_export_that_is_replaced_is_the_old_one_or_the_new_one_or_is_not_there(
    snapshot: Built, undisturbed: dict[str, str], tmp_path: Path, moment: str
) -> None:
    output = tmp_path / "export"
    export(Snapshot.open(snapshot.folder), output, Asked(per_stratum=1, seed=7, tokens=(1, 100_000)))
    before = digests(output)
    assert before != undisturbed
    killed(snapshot.folder, output, moment)
    left = {"documents": before, "stated": before, "moved": {}, "placed": undisturbed}[moment]
    assert digests(output) == left

    export(Snapshot.open(snapshot.folder), output, ASKED)

    assert digests(output) == undisturbed
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
