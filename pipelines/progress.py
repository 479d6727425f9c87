"""What a person sees of a running build: the phase, documents, tokens, MB/s, time left."""

from __future__ import annotations

import threading
import time
from typing import Self

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from pipelines.console import Console

_POLL_SECONDS = 0.5


class ConsoleProgress:
    """Live bars on a terminal; one line a phase elsewhere."""

    def __init__(self, console: Console, work: WorkFolder, raw_bytes: int) -> None:
        self._console = console
        self._work = work
        self._raw_bytes = raw_bytes
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._title = ""
        self._began = self._phase_began = time.monotonic()
        self._note = ""
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._bars.start()
        self._watcher.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._watcher.join()
        if exc[0] is None:
            self._end_phase()
        self._bars.stop()

    def phase(self, title: str, units: int) -> None:
        """See `pipelines.steps.phases.Progress`."""
        self._end_phase()
        self._title, self._note = title, ""
        self._phase_began = time.monotonic()
        measuring = title.startswith("Read")
        self._task = self._bars.add_task(title, total=self._raw_bytes if measuring else max(units, 1), note="")

    def done(self, unit: Unit, results: dict[str, Result]) -> None:
        """See `pipelines.steps.phases.Progress`."""
        if self._task is not None:
            self._bars.advance(self._task, unit.weight if self._title.startswith("Read") else 1)

    def say(self, message: str) -> None:
        """See `pipelines.steps.phases.Progress`."""
        self._console.print(message)

    def _end_phase(self) -> None:
        if not self._title:
            return
        self._look()
        seconds = time.monotonic() - self._phase_began
        if self._task is not None:
            total = next(task.total for task in self._bars.tasks if task.id == self._task)
            self._bars.update(self._task, completed=total, note=self._note)
        if not self._console.is_terminal:
            self._console.print(f"{self._title:<24} {seconds:7.1f} s   {self._note}".rstrip(), highlight=False)
        self._title = ""

    def _watch(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            self._look()

    def _look(self) -> None:
        """Sum what the running units say of themselves; only reading has beats worth showing."""
        if not self._title.startswith("Read") or self._task is None:
            return
        beats = list(self._work.beats().values())
        documents, text, tokens, raw = (sum(beat[place] for beat in beats) for place in range(4))
        seconds = max(time.monotonic() - self._phase_began, 0.001)
        self._note = f"{documents:,} documents  {tokens:,} tokens  {text / 1e6 / seconds:,.1f} MB/s of text"
        done = next(task.completed for task in self._bars.tasks if task.id == self._task)
        self._bars.update(self._task, completed=max(done, raw), note=self._note)
