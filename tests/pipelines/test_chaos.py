"""kill -9, again and again: the build finds its place and ends where an undisturbed one ends."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.conftest import Typed
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
def test_a_build_killed_at_random_moments_ends_with_the_undisturbed_bytes(
    small_corpus: SmallCorpus, request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    undisturbed: Typed = request.getfixturevalue("typed" if engine == "inline" else "by_ray")
    arguments = ["build", small_corpus.recipe_file, "--engine", engine, "--workers", 2, "--output", "out"]
    work = tmp_path / ".hc4" / "work"
    draw = random.Random(6)
    killed = 0
    for part in range(KILLS):  # one moment in each fifth of the time an undisturbed build takes
        moment = (part + draw.random()) / KILLS * undisturbed.seconds
        with subprocess.Popen(
            command(*arguments),
            cwd=tmp_path,
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
        assert not partial_products(work)
    assert killed

    done = hc4(*arguments, home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    sums = [folder / "SHA256SUMS" for folder in (tmp_path / "out", undisturbed.folder)]
    assert sums[0].read_bytes() == sums[1].read_bytes()
    assert not partial_products(work)
    assert not list((work / "unfinished").iterdir())
    assert hc4("verify", "out", home=tmp_path / "home", cwd=tmp_path).returncode == 0
