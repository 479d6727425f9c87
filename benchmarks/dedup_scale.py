"""Deduplication of 1, 3 and 10 million synthetic documents: time, memory, disk and recall by size.

    python -m benchmarks.dedup_scale                            # 1, 3 and 10 million, in this process's descendants
    python -m benchmarks.dedup_scale --documents 100000         # any number; may be given again
    python -m benchmarks.dedup_scale --engine ray               # two workers
    python -m benchmarks.dedup_scale --folder DIR               # where the work folder is made: 2.5 GB a million

The documents are word soup (`benchmarks.soup`), written before the clock starts as a build's products. What is measured
are the units of a build from the signatures to the merges, from nothing, in processes of their own whose memory is
sampled ten times a second. The work folder is deleted afterwards.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.near_corpus import Corpus
from benchmarks.soup import KINDS
from benchmarks.watch import Watched, watch
from corpus.storage import WorkFolder
from pipelines.sections.deduplication import DedupRecipe

SIZES = (1_000_000, 3_000_000, 10_000_000)
THRESHOLD = 0.8
MEMORY_TARGET = 2.0
"""GB, at most, of all processes together."""
_WARM_UP = 12_000
_GIVEN = frozenset({"documents", "verdicts", "licence", "language", "quality", "phi", "works"})
"""Products that are there before the clock starts."""


@dataclass(frozen=True, slots=True)
class Size:
    """One run."""

    documents: int
    text_gb: float
    watched: Watched
    seconds: dict[str, float]
    """Wall, by phase."""
    counts: dict[str, int]
    disk: dict[str, int]
    """Bytes by stage, of what the run wrote."""
    recall: dict[str, float]
    """By kind and similarity, the share of planted copies that merged into their original."""
    wrong: int
    """Merges of documents that are no copy, or less than `THRESHOLD` like their original."""
    merged: int


def run(count: int, engine: str, folder: Path) -> Size:
    """Make `count` documents and deduplicate them."""
    # In a process of its own: what it held would be counted nowhere, but it would be in the way.
    subprocess.run([sys.executable, "-m", "benchmarks.soup", str(count), str(folder)], check=True)
    watched = watch(["benchmarks.dedup_scale_run", str(folder), engine])
    said = json.loads(watched.output.splitlines()[-1])
    work = WorkFolder(folder / "work")
    sizes = {stage.name: _bytes(stage) for stage in sorted((work.root / "units").iterdir())}
    recall, wrong, merged = _judged(folder, work, said["merges"])
    return Size(
        count,
        _text_bytes(work) / 1e9,
        watched,
        said["seconds"],
        said["counts"],
        {stage: size for stage, size in sizes.items() if stage not in _GIVEN},
        recall,
        wrong,
        merged,
    )


def _judged(folder: Path, work: WorkFolder, merges: str) -> tuple[dict[str, float], int, int]:
    corpus = Corpus.load(folder / "corpus.json", work, DedupRecipe())
    frame = corpus.merges_of(merges)
    parts: list[dict[str, Any]] = [dict(np.load(file)) for file in sorted(folder.glob("known-*.npz"))]
    known = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    survivor = np.arange(known["kind"].size)
    survivor[frame["document"].to_numpy()] = frame["kept"].to_numpy()
    # An original may itself have gone, into a document that it is like: what matters is where both ended.
    together = survivor == survivor[known["original"]]
    alike = known["jaccard"] >= THRESHOLD
    own = known["substance"] >= THRESHOLD
    recall = {}
    for number, kind in enumerate(KINDS):
        mine = known["kind"] == number
        if kind == "copy":
            for low, high in ((0.8, 0.85), (0.85, 0.9), (0.9, 1.01)):
                here = mine & (known["jaccard"] >= low) & (known["jaccard"] < high)
                recall[f"copy, J {low}-{min(high, 1)}"] = float(together[here].mean())
        elif kind == "exact":
            recall[kind] = float(together[mine].mean())
        elif kind == "form copy":
            recall["form copy, J ≥ 0.8 in substance too"] = float(together[mine & alike & own].mean())
            recall["form copy, not in substance"] = float(together[mine & alike & ~own].mean())
    merged = survivor != np.arange(survivor.size)
    right = alike & (known["original"] != np.arange(survivor.size)) & together
    return recall, int((merged & ~right).sum()), int(merged.sum())


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _text_bytes(work: WorkFolder) -> int:
    import pyarrow.parquet as pq

    total = 0
    for file in (work.root / "units" / "documents").rglob("*.parquet"):
        facts = pq.read_metadata(file)
        place = facts.schema.to_arrow_schema().get_field_index("text")
        groups = range(facts.num_row_groups)
        total += sum(facts.row_group(group).column(place).total_uncompressed_size for group in groups)
    return total


def show(out: Console, sizes: list[Size], engine: str) -> None:
    """Tables: what each size took, a million documents; where the time went; what was found."""
    table = Table("documents", title=f"Deduplication of word soup, {engine}")
    for column in ("text GB", "wall s", "CPU s", "peak PSS GB", "anonymous GB", "disk GB"):
        table.add_column(column, justify="right")
    for column in ("wall s a million", "CPU s a million", "disk GB a million"):
        table.add_column(column, justify="right")
    for one in sizes:
        took, million = one.watched, one.documents / 1e6
        disk = sum(one.disk.values()) / 1e9
        figures = [f"{one.text_gb:.1f}", f"{took.wall_seconds:,.0f}", f"{took.cpu_seconds:,.0f}"]
        figures += [f"{took.peak_pss / 1e9:.2f} (target {MEMORY_TARGET:.0f})", f"{took.peak_anonymous / 1e9:.2f}"]
        figures += [f"{disk:.2f}", f"{took.wall_seconds / million:.1f}", f"{took.cpu_seconds / million:.1f}"]
        table.add_row(f"{one.documents:,}", *figures, f"{disk / million:.2f}")
    out.print(table)
    for title, unit, parts in (
        ("Wall seconds a million documents, by phase", 1.0, [one.seconds for one in sizes]),
        ("Disk a million documents, GB, by product", 1e9, [one.disk for one in sizes]),
    ):
        table = Table("", *(f"{one.documents:,}" for one in sizes), title=title)
        for name in dict.fromkeys(name for part in parts for name in part):
            per = [part.get(name, 0) / unit / (one.documents / 1e6) for one, part in zip(sizes, parts, strict=True)]
            table.add_row(name, *(f"{value:.3f}" for value in per))
        out.print(table)
    table = Table("", *(f"{one.documents:,}" for one in sizes), title="What was found")
    for name in sizes[0].counts:
        table.add_row(name, *(f"{one.counts[name]:,}" for one in sizes))
    table.add_row("merged", *(f"{one.merged:,}" for one in sizes))
    table.add_row(f"merged, no planted copy of J ≥ {THRESHOLD}", *(f"{one.wrong:,}" for one in sizes))
    for name in sizes[0].recall:
        table.add_row(f"recall: {name}", *(f"{one.recall[name]:.5f}" for one in sizes))
    out.print(table)


def main(
    documents: Annotated[list[int] | None, typer.Option(min=10_000, help="A number of documents.")] = None,
    engine: Annotated[str, typer.Option(help="inline or ray.")] = "inline",
    place: Annotated[Path | None, typer.Option("--folder", help="Where the work folder is made.")] = None,
) -> None:
    """Deduplication by size."""
    compare(Console(width=max(Console().width, 140)), documents or SIZES, engine, place)


def compare(out: Console, documents: Sequence[int] = SIZES, engine: str = "inline", place: Path | None = None) -> None:
    """A table for each number of documents as soon as it is known, and one of all."""
    found = []
    with tempfile.TemporaryDirectory(prefix="hc4-scale-", dir=place) as folder:
        run(_WARM_UP, engine, Path(folder))  # compiles kernels
    for count in documents:
        with tempfile.TemporaryDirectory(prefix="hc4-scale-", dir=place) as folder:
            found.append(run(count, engine, Path(folder)))
        show(out, found[-1:], engine)
    if len(found) > 1:
        show(out, found, engine)


if __name__ == "__main__":
    typer.run(main)
