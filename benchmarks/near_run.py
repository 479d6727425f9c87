"""Contestants in deduplication, each run in a process and, where it has one, an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

from benchmarks.documents import megabytes
from benchmarks.peers import DEDUP_PEERS, install, python_of
from benchmarks.quality import OFFLINE, ONE_THREAD
from dedup.signature import MinHashConfig

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What one contestant did."""

    name: str
    documents: int
    megabytes: float
    """10^6 bytes of UTF-8."""
    cpu_seconds: float
    survivor: npt.NDArray[np.int64] | None = None
    """int64[n], of each document; itself if it survives, -1 if it went for a reason that was not told."""
    bands: npt.NDArray[np.uint64] | None = None
    """uint64[bands, n], keys; no bands where they were not told."""

    @property
    def speed(self) -> float:
        """MB of UTF-8 per CPU second."""
        return self.megabytes / self.cpu_seconds


def shape_of(config: MinHashConfig, threshold: float) -> Shape:
    """What contestants are told of a signature."""
    return config.model_dump(include={"bands", "rows", "shingle_words"}) | {"threshold": threshold}


def absent() -> list[str]:
    """Peers with environments of their own that were not made."""
    return [name for name in DEDUP_PEERS if python_of(name) is None]


def install_peers(out: Console) -> None:
    """Make the environments of all peers; says which cannot be made."""
    for name in DEDUP_PEERS:
        try:
            install(name)
        except RuntimeError as error:
            out.print(str(error), style="yellow", highlight=False, markup=False)


class Arena:
    """Runs contestants on texts, which it writes down once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[int, tuple[Sequence[str], Path]] = {}

    def run(self, mode: str, name: str, texts: Sequence[str], shape: Shape) -> list[Row]:
        """Rows of one contestant; none if it is not installed.

        Raises:
            RuntimeError: the contestant failed; quotes the end of what it said.
        """
        python = python_of(name) if name in DEDUP_PEERS else Path(sys.executable)
        if python is None:
            return []
        # The texts are kept, so that no others get their id.
        _, file = self._files.setdefault(id(texts), (texts, self._folder / f"texts-{len(self._files)}.json"))
        if not file.is_file():
            file.write_text(json.dumps(list(texts)), encoding="utf-8")
        form = self._folder / "shape.json"
        form.write_text(json.dumps(shape), encoding="utf-8")
        arguments = [mode, name, str(form), str(file), str(self._folder)]
        done = subprocess.run(
            [str(python), "-m", "benchmarks.near_contest", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | ONE_THREAD | OFFLINE,
            cwd=Path(__file__).parents[1],
        )
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr.strip()[-2000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        size = megabytes(texts)
        return [Row(row, len(texts), size, each["cpu_seconds"], *_arrays(each)) for row, each in found.items()]


@contextmanager
def arena() -> Iterator[Arena]:
    """An arena in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="hc4-near-") as folder:
        yield Arena(Path(folder))


def _arrays(each: dict[str, Any]) -> tuple[Any, ...]:
    if "found" not in each:
        return ()
    with np.load(each["found"]) as stored:
        return stored["survivor"], stored["bands"]
