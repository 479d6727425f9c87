"""Manifest, cards and report of a million made documents: time and memory of everything after the last unit.

    python -m benchmarks.statement                              # 100,000 and a million
    python -m benchmarks.statement --documents 1000000          # any number; may be given again
    python -m benchmarks.statement --folder DIR                 # where work folders are made: 2 GB a million

The finished units are made before the clock starts (`benchmarks.statement_units`): of real schemas, written by a
build's own units or from theirs, of nine sources with refused licences, languages and texts, copies, boilerplate and
identifiers; `hc4 verify` calls the snapshot whole, in every run. All sizes are made of one build of 20,000 documents.
What is measured is what a build runs from there, `pipelines.publish`; then its parts once more, and `hc4 verify`, each
in a process of its own whose memory is sampled ten times a second. The work folder is deleted afterwards.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.statement_run import SNAPSHOT
from benchmarks.watch import Watched, watch

SIZES = (100_000, 1_000_000)
TARGET_SECONDS = 300
TARGET_GB = 4.0
PHASES = {
    "start": "start-up, in each of the following",
    "publish": "publish: all of it, as a build does",
    "manifest": "  of which manifest",
    "cards": "  of which card, datasheet, report, projections",
    "checks": "  of which checks before release",
    "sums": "  of which SHA256SUMS",
    "verify": "hc4 verify",
}


@dataclass(frozen=True, slots=True)
class Size:
    """One corpus."""

    documents: int
    phases: dict[str, Watched]
    sizes: dict[str, int]
    """What the snapshot holds, in numbers."""


def run(count: int, folder: Path) -> Size:
    """Make the units of `count` documents in `folder`, then run every phase."""
    # In a process of its own: what it held would be counted nowhere, but it would be in the way.
    subprocess.run([sys.executable, "-m", "benchmarks.statement_units", str(count), str(folder)], check=True)
    return measured(count, folder)


def measured(count: int, folder: Path) -> Size:
    """Every phase on the finished units in `folder`."""
    # A snapshot in its place would be rendered, to see that it is one.
    shutil.rmtree(folder / SNAPSHOT, ignore_errors=True)
    phases = {name: watch(["benchmarks.statement_run", str(folder), name]) for name in PHASES}
    sizes: dict[str, Any] = json.loads(phases["publish"].output.splitlines()[-1])
    return Size(count, phases, sizes)


def show(out: Console, sizes: list[Size]) -> None:
    """Tables: what each phase took; what the snapshot holds."""
    table = Table("", title="From finished units to a snapshot")
    for one in sizes:
        for column in (f"{one.documents:,}: CPU s", "wall s", "peak PSS GB"):
            table.add_column(column, justify="right")
    for name, title in PHASES.items():
        cells = []
        for one in sizes:
            took = one.phases[name]
            cells += [f"{took.cpu_seconds:,.1f}", f"{took.wall_seconds:,.1f}", f"{took.peak_pss / 1e9:.2f}"]
        table.add_row(title, *cells)
    table.caption = f"Target of publish for a million documents: {TARGET_SECONDS} s, {TARGET_GB:.0f} GB."
    out.print(table)
    table = Table("", *(f"{one.documents:,}" for one in sizes), title="What the snapshot holds")
    for name in sizes[0].sizes:
        table.add_row(name, *(f"{one.sizes[name]:,}" for one in sizes))
    out.print(table)


def main(
    documents: Annotated[list[int] | None, typer.Option(min=1, help="A number of documents.")] = None,
    place: Annotated[Path | None, typer.Option("--folder", help="Where work folders are made.")] = None,
) -> None:
    """What a snapshot's statements cost."""
    compare(Console(width=max(Console().width, 140)), documents or SIZES, place)


def compare(out: Console, documents: Sequence[int] = SIZES, place: Path | None = None) -> None:
    """One table of each kind for all numbers of documents."""
    with tempfile.TemporaryDirectory(prefix="hc4-statement-", dir=place) as folder:
        found = [run(count, Path(folder)) for count in documents]
    show(out, found)


if __name__ == "__main__":
    typer.run(main)
