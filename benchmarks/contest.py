"""One contestant, alone in its process: CPU seconds of one pass over some texts, as JSON.

    python -m benchmarks.contest CONTESTANT DOCUMENTS.jsonl

Runs in the contestant's own environment, so it needs the standard library only. Imports, models, compiled kernels and
the conversion of the texts are done before the clock starts, and a pass over the first texts warms up the rest. A pass
is repeated until a second of CPU is spent, and the mean counts. The clock is `process_time`: user and system, all
threads of the process.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.contestants import CONTESTANTS, Work

_WARM_UP = 20
_ENOUGH = 1.0
"""CPU seconds."""


def run(name: str, texts: list[str]) -> dict[str, dict[str, float]]:
    """Seconds a pass, in all threads and in the main one, and number of dropped documents, by row of a contestant."""
    prepare = CONTESTANTS[name]
    for work in prepare(texts[:_WARM_UP]).values():
        work()
    return {row: _timed(work) for row, work in prepare(texts).items()}


def _timed(work: Work) -> dict[str, float]:
    passes = 0
    process, thread = time.process_time(), time.thread_time()
    while True:
        dropped = work()
        passes += 1
        spent = time.process_time() - process
        if spent >= _ENOUGH:
            of_main = time.thread_time() - thread
            return {"cpu_seconds": spent / passes, "main_thread_seconds": of_main / passes, "dropped": len(dropped)}


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").split("\n")
    print(json.dumps(run(sys.argv[1], [json.loads(line)["text"] for line in lines if line])))
