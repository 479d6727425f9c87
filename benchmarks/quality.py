"""Quality signals: hc4's one pass beside its peers' filters, on the same documents, in turn, in one call.

    python -m benchmarks.quality                      # hc4 and datatrove; others if they are installed
    python -m benchmarks.quality --peers              # installs the others first (`make bench-peers`)
    python -m benchmarks.quality --articles FOLDER    # full texts: JATS files of a folder

Each contestant has a process of its own with one thread, and reads the first documents up to `--megabytes`. All take
turns, three rounds; the best round counts. How one is timed: `benchmarks.contest`. What each of them computes:
`benchmarks.contestants`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.documents import Text, abstracts, articles, megabytes, write_jsonl
from benchmarks.peers import PEERS, install, python_of

MEGABYTES = 2.5
"""UTF-8 that every contestant reads: a quarter of a minute for the slowest."""
ROUNDS = 3
TARGETS = {"hc4": 60.0, "datatrove": 100.0, "NeMo Curator": 25.0, "Dolma: gopher": 30.0}
"""By beginning of the row: MB a CPU second of hc4; how many times as fast as a peer hc4 is to be."""

_THREADS = "OMP OPENBLAS MKL BLIS NUMEXPR NUMBA RAYON"
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in _THREADS.split()} | {
    "POLARS_MAX_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
OFFLINE = {"HF_HUB_OFFLINE": "1", "PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}
"""Some peers install or download what they miss while they run; here they fail instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one contestant did, or why it did not."""

    name: str
    documents: int
    megabytes: float
    """10^6 bytes of UTF-8."""
    cpu_seconds: float | None = None
    """One pass, best round; None if the contestant is absent."""
    other_threads: float = 0.0
    """Share of that time spent in threads other than the main one."""
    dropped: int | None = None
    """Documents that fail at least one rule or filter."""

    @property
    def speed(self) -> float:
        """MB of UTF-8 per CPU second; NaN if the contestant is absent."""
        return self.megabytes / self.cpu_seconds if self.cpu_seconds else float("nan")


def run(documents: Sequence[Text], preset: str, limit: float = MEGABYTES, rounds: int = ROUNDS) -> list[Row]:
    """hc4 with the rules of `preset` and its peers on the first `limit` MB of `documents`; last, hc4 on all of them."""
    few = list(_first(documents, limit))
    best: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as place:
        write_jsonl(few, Path(place, "few"))
        write_jsonl(documents, Path(place, "all"))
        turns = [(name, python, Path(place, "few"), few) for name, python in _contestants(preset).items()]
        if len(few) < len(documents):
            turns.append((f"hc4-{preset}", Path(sys.executable), Path(place, "all"), list(documents)))
        for _ in range(rounds):
            for name, python, folder, texts in turns:
                for row in _contest(python, name, folder, texts):
                    key = f"{row.name} {row.documents}"
                    best[key] = min(best.get(key, row), row, key=lambda one: one.cpu_seconds or 0.0)
    return list(best.values())


def _first(documents: Sequence[Text], limit: float) -> Iterator[Text]:
    size = 0.0
    for document in documents:
        size += megabytes([document.text])
        if size > limit:
            return
        yield document


def _contestants(preset: str) -> dict[str, Path | None]:
    here = Path(sys.executable)
    return {f"hc4-{preset}": here, "datatrove": here} | {name: python_of(name) for name in PEERS}


def _contest(python: Path | None, name: str, folder: Path, documents: Sequence[Text]) -> list[Row]:
    size = megabytes([each.text for each in documents])
    if python is None:
        return [Row(f"{PEERS[name].title}: not installed (make bench-peers)", len(documents), size)]
    command = [str(python), "-m", "benchmarks.contest", name, str(folder / "0.jsonl")]
    environment = os.environ | ONE_THREAD | OFFLINE
    root = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=root)
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr.strip()[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        Row(row, len(documents), size, spent, 1 - each["main_thread_seconds"] / spent, each["dropped"])
        for row, each in found.items()
        for spent in [each["cpu_seconds"]]
    ]


def show(out: Console, title: str, rows: Sequence[Row]) -> None:
    """A table of `rows`; the first is hc4's, on the documents that all read."""
    ours = rows[0]
    mean = ours.megabytes / ours.documents * 1e6
    threads = max(row.other_threads for row in rows)
    out.print(
        f"\n{title}: {mean:,.0f} bytes a document. One process and one thread each, best of {ROUNDS} rounds; at most "
        f"{threads:.1%} of a contestant's CPU seconds went to other threads.",
        highlight=False,
    )
    table = Table("", title=f"Quality, {title}")
    for column in ("documents", "MB", "CPU s/MB", "MB/CPU s", "hc4 is faster by", "drops"):
        table.add_column(column, justify="right")
    for row in rows:
        mine = row.name.startswith("hc4")
        target = next((f" (target {aim:.0f})" for start, aim in TARGETS.items() if row.name.startswith(start)), "")
        figures = [f"{row.documents:,}", f"{row.megabytes:.2f}"]
        if row.cpu_seconds is not None:
            figures += [f"{1 / row.speed:.4f}", f"{row.speed:.2f}" + mine * target]
            figures += ["" if mine else f"{ours.speed / row.speed:,.1f} x{target}"]
            figures += ["" if row.dropped is None else f"{row.dropped / row.documents:.1%}"]
        table.add_row(row.name, *figures)
    out.print(table)


def main(
    peers: Annotated[bool, typer.Option("--peers", help="Install absent peers first, through pip's index.")] = False,
    articles_folder: Annotated[
        Path | None, typer.Option("--articles", help="JATS files to read as full texts. Default: the demonstration's.")
    ] = None,
    limit: Annotated[
        float, typer.Option("--megabytes", min=0.01, help="UTF-8 that every contestant reads.")
    ] = MEGABYTES,
) -> None:
    """Quality signals and filters side by side."""
    out = Console(width=max(Console().width, 120))
    if peers:
        for name in PEERS:
            try:
                install(name)
            except RuntimeError as error:
                out.print(str(error), style="yellow", highlight=False, markup=False)
    compare(out, articles_folder, limit)


def compare(out: Console, articles_folder: Path | None = None, limit: float = MEGABYTES) -> None:
    """Tables for abstracts and for full texts."""
    for title, preset, documents in (
        ("abstracts", "abstract", abstracts()),
        ("full texts", "full_text", articles(articles_folder)),
    ):
        show(out, title, run(documents, preset, limit))


if __name__ == "__main__":
    typer.run(main)
