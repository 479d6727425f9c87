"""Builds as tests run them: in this process, or as the command that people type."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import Result as Printed
from typer.testing import CliRunner

from corpus.assets import home_folder
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit, finished
from manifests.model import Manifest
from pipelines.build import Build
from pipelines.cli import app
from pipelines.engines.engine import Engine
from pipelines.engines.inline import InlineEngine
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe

ROOT = Path(__file__).parents[2]


@dataclass
class Listener:
    """A `Progress` that remembers."""

    phases: list[str] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)

    def phase(self, title: str, units: int) -> None:
        """Remember the phase."""
        self.phases.append(title)

    def done(self, unit: Unit, results: dict[str, Result]) -> None:
        """Remember the unit."""
        self.units.append(unit)

    def say(self, message: str) -> None:
        """Nothing is asked of it."""


class CountingEngine(InlineEngine):
    """The inline engine; knows which units were not finished before they were asked for."""

    def __init__(self, work: WorkFolder) -> None:
        super().__init__(work)
        self.executed: list[Unit] = []

    def map(self, units: Sequence[Unit]) -> Iterator[tuple[Unit, dict[str, Result]]]:
        """See `Engine.map`."""
        for unit in units:
            if not finished(unit, self._work):
                self.executed.append(unit)
            yield from super().map([unit])


def build(recipe: Path, output: Path, work: Path, *, engine: Callable[[WorkFolder], Engine] = InlineEngine) -> Manifest:
    """One build in this process, as `hc4 build` does it."""
    planned = make_plan(load_recipe(recipe), recipe.parent)
    folder = WorkFolder.create(work)
    with folder.lock():
        folder.discard_unfinished()
        with engine(folder) as running:
            return Build(planned, running, folder, Listener()).run(output)


def command(*arguments: object) -> list[str]:
    """`hc4 ARGUMENTS`, from this source tree."""
    return [sys.executable, "-m", "pipelines.cli", *map(str, arguments)]


def environment(home: Path) -> dict[str, str]:
    """Of a subprocess that must leave the user's home alone: Ray writes a token there."""
    home.mkdir(exist_ok=True)
    return os.environ | {
        "HOME": str(home),
        "HC4_HOME": str(home_folder()),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }


def hc4(*arguments: object, home: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        command(*arguments), cwd=cwd, env=environment(home), capture_output=True, text=True, check=False
    )


def hc4_here(*arguments: object) -> Printed:
    """`hc4 ARGUMENTS` in this process, which has its imports done. Errors are in `exception`."""
    return CliRunner().invoke(app, [str(one) for one in arguments])


def partial_products(work: Path) -> list[Path]:
    """Product folders that can be seen and are not whole."""
    return [path for path in work.glob("units/*/??/*") if not (path / "result.json").is_file()]
