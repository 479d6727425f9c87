"""Deduplicate a work folder of word soup; in a process of its own, so that its memory can be watched.

    python -m benchmarks.dedup_scale_run FOLDER {inline|ray}

The last line of its output is JSON: wall seconds by phase, what was found, where the merges are.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.near_corpus import Corpus
from corpus.storage import WorkFolder
from pipelines.engines.inline import InlineEngine
from pipelines.engines.ray import RayEngine
from pipelines.sections.deduplication import DedupRecipe

WORKERS = 2


def main(folder: Path, engine: str) -> None:
    """Sign, find, verify, resolve, name."""
    work = WorkFolder(folder / "work")
    corpus = Corpus.load(folder / "corpus.json", work, DedupRecipe(keep=()))
    with RayEngine(work, WORKERS) if engine == "ray" else InlineEngine(work) as running:
        found, seconds = corpus.deduplicate(running)
    counts = {name: value for name, value in asdict(found).items() if isinstance(value, int)}
    print(json.dumps({"seconds": seconds, "counts": counts, "merges": found.merges}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
