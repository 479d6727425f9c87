"""The work folder: what can be seen is whole, and one build at a time writes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.digest import digest
from corpus.errors import BuildStopped
from corpus.storage import WorkFolder

NAME = digest("a unit")


@pytest.fixture
def work(tmp_path: Path) -> WorkFolder:
    return WorkFolder.create(tmp_path / "work")


def visible(work: WorkFolder) -> list[str]:
    return sorted(path.name for path in (work.root / "units").rglob("*") if path.is_file())


def test_a_product_is_seen_only_when_it_is_committed(work: WorkFolder) -> None:
    folder = work.begin("documents", NAME)
    (folder / "rows.parquet").write_bytes(b"rows")
    assert not work.finished("documents", NAME)
    assert visible(work) == []

    work.commit("documents", NAME, folder, {"rows": 1})

    assert work.finished("documents", NAME)
    assert work.result("documents", NAME) == {"rows": 1}
    assert (work.product("documents", NAME) / "rows.parquet").read_bytes() == b"rows"
    assert not folder.exists()


def test_of_two_equal_products_the_first_stays(work: WorkFolder) -> None:
    first, second = work.begin("documents", NAME), work.begin("documents", NAME)
    (first / "rows.parquet").write_bytes(b"rows")
    (second / "rows.parquet").write_bytes(b"rows")
    work.commit("documents", NAME, first, {"rows": 1})
    before = work.product("documents", NAME).stat().st_ino

    work.commit("documents", NAME, second, {"rows": 1})

    assert work.product("documents", NAME).stat().st_ino == before
    assert not second.exists()


def test_products_of_stages_and_digests_lie_apart(work: WorkFolder) -> None:
    places = {work.product(stage, digest(n)) for stage in ("documents", "quality") for n in range(50)}

    assert len(places) == 100


def test_a_new_build_removes_what_a_killed_one_left(work: WorkFolder) -> None:
    (work.begin("documents", NAME) / "half.parquet").write_bytes(b"ro")
    work.beat(NAME, 1, 2, 3, 4)

    work.discard_unfinished()

    assert list((work.root / "unfinished").iterdir()) == []
    assert work.beats() == {}


def test_a_new_build_keeps_what_is_finished(work: WorkFolder) -> None:
    work.commit("documents", NAME, work.begin("documents", NAME), {})

    WorkFolder.create(work.root).discard_unfinished()

    assert work.finished("documents", NAME)


def test_the_folder_is_private_even_if_it_was_not(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir(mode=0o755)

    WorkFolder.create(tmp_path / "work")

    assert (tmp_path / "work").stat().st_mode & 0o777 == 0o700


def test_a_second_build_is_refused_while_the_first_runs(work: WorkFolder) -> None:
    with work.lock(), pytest.raises(BuildStopped, match="another build is using"), work.lock():
        pass


def test_the_lock_is_free_after_the_build(work: WorkFolder) -> None:
    for _ in range(2):
        with work.lock():
            pass


HOLD = """
import signal, sys
from pathlib import Path
from corpus.storage import WorkFolder
with WorkFolder(Path(sys.argv[1])).lock():
    print("held", flush=True)
    signal.pause()
"""


def test_the_lock_goes_with_a_killed_process(work: WorkFolder) -> None:
    command = [sys.executable, "-c", HOLD, str(work.root)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(BuildStopped), work.lock():
            pass
        process.kill()

    with work.lock():
        pass


@given(st.lists(st.integers(0, 1 << 50), min_size=4, max_size=4))
def test_a_beat_comes_back_as_it_was_given(tmp_path_factory: pytest.TempPathFactory, beat: list[int]) -> None:
    work = WorkFolder.create(tmp_path_factory.getbasetemp() / "beats")

    work.beat("unit", *beat)

    assert work.beats()["unit"] == beat


def test_a_beat_cut_short_is_ignored(work: WorkFolder) -> None:
    work.beat("whole", 1, 2, 3, 4)
    (work.root / "progress" / "cut").write_bytes(b"[1, 2")

    assert work.beats() == {"whole": [1, 2, 3, 4]}
