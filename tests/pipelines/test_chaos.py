"""kill -9, again and again: the build finds its place and ends where an undisturbed one ends."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.conftest import Built
from tests.pipelines.building import command, environment, hc4, partial_products
from tests.pipelines.small import SmallCorpus

KILLS = 5


def kill_everything(driver: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the driver and to everything it started, Ray's daemons and workers included."""
    try:
        family = [psutil.Process(driver.pid), *psutil.Process(driver.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    driver.wait()
    psutil.wait_procs(family, timeout=30)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["inline", "ray"])
def test_a_build_killed_at_random_moments_ends_with_the_undisturbed_id(
    small_corpus: SmallCorpus, snapshot: Built, tmp_path: Path, engine: str
) -> None:
    arguments = ["build", small_corpus.recipe_file, "--engine", engine, "--output", "out"]
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    began = time.monotonic()
    done = hc4(*arguments, home=tmp_path / "home", cwd=undisturbed)
    lasted = time.monotonic() - began
    assert done.returncode == 0, done.stderr

    draw = random.Random(6)
    disturbed = tmp_path / "disturbed"
    disturbed.mkdir()
    killed = 0
    for part in range(KILLS):  # one moment in each fifth of the time an undisturbed build takes
        moment = (part + draw.random()) / KILLS * lasted
        with subprocess.Popen(
            command(*arguments),
            cwd=disturbed,
            env=environment(tmp_path / "home"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as driver:
            try:
                driver.wait(moment)
            except subprocess.TimeoutExpired:
                killed += 1
            finally:
                kill_everything(driver)
        assert not partial_products(disturbed / ".hc4" / "work")
    assert killed

    done = hc4(*arguments, home=tmp_path / "home", cwd=disturbed)

    assert done.returncode == 0, done.stderr
    sums = (disturbed / "out" / "SHA256SUMS").read_text(encoding="utf-8")
    assert sums == (snapshot.folder / "SHA256SUMS").read_text(encoding="utf-8")
    assert not partial_products(disturbed / ".hc4" / "work")
    assert not list((disturbed / ".hc4" / "work" / "unfinished").iterdir())
    assert hc4("verify", "out", home=tmp_path / "home", cwd=disturbed).returncode == 0
