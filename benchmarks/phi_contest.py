"""One detector of identifiers, alone in its process: spans of every text of some files, and CPU seconds, as JSON.

    python -m benchmarks.phi_contest CONTESTANT TEXTS.json...

A file holds a list of strings. Runs in the contestant's own environment, so it needs the standard library only.
Imports, models and a warm-up on a quarter of the texts come before the clock starts: automata are made as texts ask
for them. A pass is repeated until a second of CPU is
spent, and the mean counts: the best of many short passes beside a slow peer's only one would flatter the fast. The
clock is `process_time`: user and system, all threads of the process.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.phi_contestants import CONTESTANTS

_WARM_UP = 4
"""Share of the texts, from one on."""
_LEAST = 3
_ENOUGH = 1.0
"""CPU seconds."""


def run(name: str, files: list[Path]) -> list[dict[str, Any]]:
    """Of each file, seconds of one pass and the spans of each text."""
    screen = CONTESTANTS[name]()
    results = []
    for file in files:
        texts = json.loads(file.read_text(encoding="utf-8"))
        screen(texts[: max(_LEAST, len(texts) // _WARM_UP)])
        passes, start = 0, time.process_time()
        while True:
            spans = screen(texts)
            passes += 1
            spent = time.process_time() - start
            if spent >= _ENOUGH:
                break
        results.append({"cpu_seconds": spent / passes, "spans": spans})
    return results


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], [Path(file) for file in sys.argv[2:]])))
