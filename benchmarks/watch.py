"""Run a command and watch what it and all its descendants take: memory, CPU, time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_ROOT = Path(__file__).parents[1]
_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Watched:
    """What a command took."""

    cpu_seconds: float
    wall_seconds: float
    peak_pss: int
    """Greatest sum, over the processes alive at one time, of proportional set sizes, in bytes: each page of memory
    counts once, also where several processes share it, and pages of files that are mapped count too."""
    peak_anonymous: int
    """The same of memory that is no file's: what cannot be dropped and read again."""
    output: str


def watch(arguments: Sequence[str], bytecode: Path | None = None) -> Watched:
    """Run `python -m ...` to its end.

    CPU is the greater of the kernel's account (wait4), which lacks processes that nobody waited for, as Ray's workers
    are, and the sum over samples, which lacks the last moments of each. Both are too low.

    `bytecode` is where compiled Python is kept: parsing the source of thousands of modules again would cost seconds.

    Raises:
        RuntimeError: the command failed; quotes the end of its output.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}
    if bytecode is not None:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    with tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=_ROOT
        )
        spent: dict[int, float] = {}
        peak_pss = peak_anonymous = 0
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            family = []
            with suppress(psutil.NoSuchProcess):
                parent = psutil.Process(process.pid)
                family = [parent, *parent.children(recursive=True)]
            pss = anonymous = 0
            for member in family:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied, OSError):
                    times = member.cpu_times()
                    spent[member.pid] = times.user + times.system
                    one, other = _memory(member.pid)
                    pss += one
                    anonymous += other
            peak_pss, peak_anonymous = max(peak_pss, pss), max(peak_anonymous, anonymous)
            time.sleep(_SAMPLE_SECONDS)
        wall = time.perf_counter() - began
        _, status, usage = ended
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{said[-3000:]}")
    cpu = max(usage.ru_utime + usage.ru_stime, sum(spent.values()))
    return Watched(cpu, wall, peak_pss, peak_anonymous, said)


def _memory(pid: int) -> tuple[int, int]:
    """Proportional set size and anonymous memory of a process, in bytes (Linux)."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        found[name] = int(value) * 1024
    return found["Pss:"], found["Anonymous:"]
