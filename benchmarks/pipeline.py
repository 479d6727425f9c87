"""The whole build: hc4 beside datatrove's composition of the same stages, each in fresh processes, in turn.

    python -m benchmarks pipeline [--documents N] [--peer-documents N]

Both read the same JSONL and write Parquet. hc4 runs its command, `hc4 build`, with everything on; datatrove runs
`benchmarks.peer_datatrove`. The figure is CPU seconds, user and system, of a process with all its descendants, so that
other work on the machine and the number of cores matter little. hc4's kernels are compiled before the clock starts.

Fixed costs (imports, models, cards) are measured by a run on a handful of documents, and named: a build of a thousand
documents is little else, a build of a hundred million pays them once a worker.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.documents import Text, abstracts, megabytes, write_jsonl
from benchmarks.watch import Watched, watch

PEER_DOCUMENTS = 2000
TARGET = 20.0
"""Times datatrove's MB per CPU second."""
_HANDFUL = 20
_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One run, start to end."""

    name: str
    documents: int
    megabytes: float
    """10^6 bytes of UTF-8 read."""
    cpu_seconds: float
    wall_seconds: float
    kept: int
    """Documents released."""

    @property
    def speed(self) -> float:
        """MB of UTF-8 per CPU second."""
        return self.megabytes / self.cpu_seconds

    def without(self, start_up: Row) -> float:
        """MB of UTF-8 per CPU second after what `start_up` cost."""
        return (self.megabytes - start_up.megabytes) / (self.cpu_seconds - start_up.cpu_seconds)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every run, and what it says about the speed of the two."""

    start_up: Row
    prefix: Row
    whole: Row
    ray_start_up: Row
    ray: Row
    peer_start_up: Row
    peer: Row

    @property
    def rows(self) -> tuple[Row, ...]:
        """All runs, ours first."""
        return (
            self.start_up,
            self.prefix,
            self.whole,
            self.ray_start_up,
            self.ray,
            self.peer_start_up,
            self.peer,
        )

    @property
    def ratios(self) -> dict[str, float]:
        """Times datatrove's MB per CPU second. The first is the one with a target: all that counts against hc4."""
        alone = self.peer.without(self.peer_start_up)
        size, whole = f"{self.prefix.documents:,}", f"{self.whole.documents:,}"
        return {
            f"{whole} documents with hc4's start-up; datatrove's left out": self.whole.speed / alone,
            f"{whole} documents, both start-ups left out": self.whole.without(self.start_up) / alone,
            f"the same {size} documents, each with its start-up": self.prefix.speed / self.peer.speed,
            f"the same {size} documents, both start-ups left out": self.prefix.without(self.start_up) / alone,
            f"{whole} documents on Ray with its start-up; datatrove's left out": self.ray.speed / alone,
            f"{whole} documents on Ray, both start-ups left out": self.ray.without(self.ray_start_up) / alone,
        }


def run(documents: int | None = None, peer_documents: int = PEER_DOCUMENTS) -> Comparison:
    """Both on real abstracts: hc4 on `documents` of them (default: all), datatrove on the first `peer_documents`."""
    texts = abstracts()[:documents]
    few = [*texts[:_HANDFUL], *(Text(f"{each.id}-copy", f"{each.text} Again.") for each in texts[:_HANDFUL])]
    with tempfile.TemporaryDirectory(prefix="hc4-benchmark-") as name:
        folder = Path(name)
        inputs = {"few": few, "prefix": texts[:peer_documents], "whole": texts}
        for part, content in inputs.items():
            # Two large files, so that two workers have one each.
            write_jsonl(content, folder / part, files=_WORKERS if part == "whole" else 1)
        sizes = {part: (len(content), megabytes([each.text for each in content])) for part, content in inputs.items()}

        def ours(title: str, part: str, engine: str, times: int = 1) -> Row:
            return _median([_row(title, sizes[part], *_ours(folder, part, engine)) for _ in range(times)])

        def peer(title: str, part: str, times: int = 1) -> Row:
            return _median([_row(title, sizes[part], *_datatrove(folder, part)) for _ in range(times)])

        # Compiles kernels and bytecode, as a second run finds them: what counts is work on documents.
        ours("", "few", "inline"), peer("", "few"), ours("", "few", "ray")
        return Comparison(
            start_up=ours("hc4, start-up", "few", "inline", times=3),
            prefix=ours("hc4", "prefix", "inline", times=3),
            peer_start_up=peer("datatrove, start-up", "few", times=3),
            peer=peer("datatrove", "prefix"),
            whole=ours("hc4", "whole", "inline"),
            ray_start_up=ours(f"hc4 on Ray ({_WORKERS}), start-up", "few", "ray"),
            ray=ours(f"hc4 on Ray ({_WORKERS})", "whole", "ray"),
        )


def _row(title: str, size: tuple[int, float], spent: Watched, kept: int) -> Row:
    return Row(title, *size, spent.cpu_seconds, spent.wall_seconds, kept)


def _median(rows: list[Row]) -> Row:
    """The run of median cost: short runs differ by as much as the documents in them cost."""
    return sorted(rows, key=lambda row: row.cpu_seconds)[len(rows) // 2]


def _ours(folder: Path, part: str, engine: str) -> tuple[Watched, int]:
    """Build a snapshot of one folder of documents from nothing, with everything on."""
    recipe = folder / f"{part}.yaml"
    source = {
        "name": "pubmed",
        "reader": "jsonl",
        "options": {"doc_type": "abstract"},
        "files": [part],
        "terms": "LicenseRef-NLM-Terms",
    }
    recipe.write_text(yaml.safe_dump({"name": "benchmark", "licence_profile": "research", "sources": [source]}))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        output, work = Path(name, "snapshot"), Path(name, "work")
        command = ["pipelines.cli", "build", str(recipe), "--output", str(output), "--work", str(work)]
        workers = ["--workers", str(_WORKERS)] if engine == "ray" else []
        spent = watch([*command, "--engine", engine, *workers], folder / "bytecode")
        return spent, json.loads((output / "manifest.json").read_text())["totals"]["documents"]


def _datatrove(folder: Path, part: str) -> tuple[Watched, int]:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        command = ["benchmarks.peer_datatrove", str(folder / part), str(Path(name, "output"))]
        spent = watch(command, folder / "bytecode")
        return spent, json.loads(spent.output.splitlines()[-1])["documents"]
