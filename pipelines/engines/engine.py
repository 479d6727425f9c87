"""The engine interface: run units, hand back summaries as they finish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, Self

from corpus.unit import Result, Unit


class Engine(Protocol):
    """Runs units somewhere. Results do not depend on which engine, how many workers, or the order of finishing."""

    @property
    def workers(self) -> int:
        """How many units run at once."""

    def map(self, units: Sequence[Unit]) -> Iterator[tuple[Unit, dict[str, Result]]]:
        """Each unit with the summaries of its products, as it finishes.

        Raises:
            EngineError: a unit failed; names the unit and the cause. Finished units stay finished.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
