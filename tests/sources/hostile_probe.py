"""Reads hostile files, each in a process of its own, and tells what came out: run as a module, cases on standard input.

The processes are forks of one that has imported every reader, so that a case costs milliseconds. Small files of a
reader share one, and so a peak; unless it does not end well: then each gets its own. A crash, a hang or a kill is an
outcome too.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 240
"""A case that takes longer hangs: none needs more than a tenth of these, and some machines are busy."""
TOGETHER = 16
SMALL = 1 << 16
GOOD = re.compile("good-[0-9]+")


@dataclass
class Case:
    """A file, the reader that must survive it, and the reader's options."""

    key: str
    reader: str
    path: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What a case gave. `died` says how the process ended if it did not end well."""

    good: list[str] = field(default_factory=list)
    documents: int = 0
    no_text: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    refused: str | None = None
    text: str = ""
    """The first text that is no good one's, cut to 2,000 characters."""
    megabytes: float = 0
    seconds: float = 0
    printed: str = ""
    died: str = ""

    @property
    def reasons(self) -> list[str]:
        return [*([self.refused] if self.refused else []), *self.quarantined, *self.no_text]


def probe(cases: list[Case]) -> dict[str, Outcome]:
    """Outcomes by key."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sources.hostile_probe"],
        input=json.dumps([vars(case) for case in cases]),
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return {key: Outcome(**outcome) for key, outcome in json.loads(done.stdout).items()}


def peak() -> float:
    # Not resource.getrusage: its peak is inherited from the process that started this one.
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024


def _read(case: dict[str, Any], before: float) -> dict[str, Any]:
    from corpus.errors import RawFileError
    from sources.batches import documents_in
    from sources.reader import RawFile
    from sources.registry import make_reader

    out = Outcome()
    began = time.monotonic()
    found: set[str] = set()
    try:
        reader = make_reader(case["reader"], case["options"])
        for batch in documents_in(reader, RawFile(case["path"]), "s", Counter()):
            texts = batch.documents.column("text")
            for text in texts:
                head = bytes(text.as_buffer()[:2000]).decode(errors="replace")
                if marks := GOOD.findall(head):
                    found.update(marks)
                else:
                    out.text = out.text or head
            reasons = batch.documents.column("no_text").to_pylist()
            out.documents += sum(reason is None for reason in reasons)
            out.no_text += [reason for reason in reasons if reason]
            out.quarantined += batch.quarantined.column("reason").to_pylist()
            out.details += batch.quarantined.column("detail").to_pylist()
    except RawFileError as error:
        out.refused = error.reason
        out.details.append(error.detail)
        found, out.documents = set(), 0
    out.good, out.megabytes, out.seconds = sorted(found), peak() - before, time.monotonic() - began
    return vars(out)


def _forked(cases: list[dict[str, Any]]) -> tuple[int, int]:
    """Process id, and the descriptor from which its outcomes can be read."""
    out, into = os.pipe()
    pid = os.fork()
    if pid:
        os.close(into)
        return pid, out
    code = 1
    try:
        os.close(out)
        os.dup2(into, 1)
        os.dup2(into, 2)
        signal.alarm(SECONDS)
        before = peak()
        found = [_read(case, before) for case in cases]
        os.write(into, b"\n\0" + json.dumps(found).encode())
        code = 0
    except BaseException as error:  # noqa: BLE001  the outcome is that it was raised
        os.write(into, f"\n\0{type(error).__name__}: {str(error)[:300]}".encode(errors="replace"))
    finally:
        os._exit(code)


def _outcomes(text: str, status: int) -> list[dict[str, Any]]:
    printed, _, told = text.rpartition("\n\0")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return [vars(Outcome(died="hang" if number == signal.SIGALRM else signal.Signals(number).name))]
    if os.WEXITSTATUS(status):
        return [vars(Outcome(died=told or "exit", printed=printed))]
    return [outcome | {"printed": printed} for outcome in json.loads(told)]


def _groups(cases: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    groups: list[list[dict[str, Any]]] = []
    room, reader = 0, ""
    for case in cases:
        size = Path(case["path"]).stat().st_size if Path(case["path"]).is_file() else 0
        if size > room or case["reader"] != reader or len(groups[-1]) == TOGETHER:
            groups.append([])
            room, reader = SMALL, case["reader"]
        room -= size
        groups[-1].append(case)
    return groups


def main() -> None:
    import pyarrow as pa

    from sources.registry import READERS, reader_class

    for name in READERS:
        reader_class(name)
    for module in ("mwparserfromhell", "markdown_it", "pypdfium2", "resiliparse.extract.html2text", "zipfile"):
        __import__(module)
    pa.array([""])  # brings pandas, where that is installed
    cases = json.load(sys.stdin)
    waiting = list(reversed(_groups(cases)))
    running: dict[int, tuple[int, list[dict[str, Any]], list[bytes]]] = {}
    outcomes = {}
    while waiting or running:
        while waiting and len(running) < 2:
            group = waiting.pop()
            pid, out = _forked(group)
            running[out] = (pid, group, [])
        for out in select.select(list(running), [], [])[0]:
            pid, group, parts = running[out]
            if data := os.read(out, 1 << 16):
                parts.append(data)
                continue
            os.close(out)
            del running[out]
            _, status = os.waitpid(pid, 0)
            found = _outcomes(b"".join(parts).decode(errors="replace"), status)
            if len(group) > 1 and (status or found[0]["printed"].strip()):
                waiting += [[case] for case in group]
            else:
                outcomes |= {case["key"]: outcome for case, outcome in zip(group, found, strict=True)}
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
