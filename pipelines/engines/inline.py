"""Everything in this process, one unit at a time: for tests, debugging and small corpora."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

from corpus.storage import WorkFolder
from corpus.unit import Result, Unit, execute


class InlineEngine:
    """Runs units in the given order."""

    workers = 1

    def __init__(self, work: WorkFolder) -> None:
        self._work = work

    def map(self, units: Sequence[Unit]) -> Iterator[tuple[Unit, dict[str, Result]]]:
        """See `Engine.map`."""
        for unit in units:
            yield unit, execute(unit, self._work)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing to stop."""
