"""One contestant in deduplication, alone in its process: CPU seconds, and what it found.

    python -m benchmarks.near_contest {sign|deduplicate} CONTESTANT SHAPE.json TEXTS.json FOLDER

TEXTS.json is a list of strings. SHAPE.json has `bands`, `rows`, `shingle_words` and `threshold`; `bands` and `rows` are
null for a contestant that is to choose them as it does by itself. Runs in the contestant's own environment, so it needs
the standard library and numpy only. Prints a JSON object by name of the row; survivors and band keys go into FOLDER.

Imports, models, compiled kernels and the conversion of the texts come before the clock starts, and so does a warm-up on
the first texts. The clock counts user and system time of all threads and of waited-for children. A pass is repeated
until a second of CPU is spent, and the mean counts.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.near_contestants import DEDUPLICATE, SIGN, Shape

_WARM_UP = 200
_ENOUGH = 1.0
"""CPU seconds."""


def main(mode: str, name: str, shape: Shape, texts: list[str], folder: Path) -> dict[str, Any]:
    """Every row of a contestant: `cpu_seconds` of a pass, and `found`, the file of survivors and band keys if any."""
    results: dict[str, Any] = {}
    if mode == "sign":
        for work in SIGN[name](texts[:_WARM_UP], shape).values():
            work()
        for row, work in SIGN[name](texts, shape).items():
            results[row] = {"cpu_seconds": _timed(work)[0]}
        return results
    for run in DEDUPLICATE[name](texts[:_WARM_UP], shape).values():
        run()
    for number, (row, run) in enumerate(DEDUPLICATE[name](texts, shape).items()):
        seconds, found = _timed(run)
        file = folder / f"{name}-{number}.npz"
        survivor, bands = found()
        np.savez(file, survivor=np.asarray(survivor, np.int64), bands=np.asarray(bands, np.uint64))
        results[row] = {"cpu_seconds": seconds, "found": str(file)}
    return results


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    passes, began = 0, _clock()
    while True:
        found = work()
        passes += 1
        spent = _clock() - began
        if spent >= _ENOUGH:
            return spent / passes, found


def _clock() -> float:
    return sum(os.times()[:4])


if __name__ == "__main__":
    arguments = [json.loads(Path(file).read_text(encoding="utf-8")) for file in sys.argv[3:5]]
    print(json.dumps(main(sys.argv[1], sys.argv[2], *arguments, Path(sys.argv[5]))))
