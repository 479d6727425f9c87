"""Ray core tasks over immutable units: paths go in, small summaries come out, nothing large in the object store.

Bounded work in flight, retries for lost workers, errors of a task reported once. A killed driver leaves only finished
products and rubbish that the next build removes.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from corpus.errors import EngineError, Hc4Error
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit, execute

_OBJECT_STORE = 96 * 2**20
"""Bytes. Only unit descriptions and summaries pass through it."""


class RayEngine:
    """A local Ray started and stopped with the build, or a running cluster by address.

    On a cluster, raw files and the work folder must lie on storage that every node mounts at the same path.
    """

    def __init__(self, work: WorkFolder, workers: int, address: str | None = None) -> None:
        self._work = work
        self.workers = workers
        self._address = address
        self._ray: Any = None
        self._run: Any = None

    def __enter__(self) -> Self:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
        except ImportError:
            raise EngineError("the default engine needs Ray: install `hc4[ray]`, or pass --engine inline") from None
        local: dict[str, Any] = {
            "num_cpus": self.workers,
            "include_dashboard": False,
            "object_store_memory": _OBJECT_STORE,
        }
        where: dict[str, Any] = {"address": self._address} if self._address else local
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Ray announces future defaults that do not concern us.
            ray.init(logging_level=logging.ERROR, log_to_driver=False, **where)
        self._ray = ray
        self._run = ray.remote(num_cpus=1, max_retries=3)(_execute)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._ray is not None:
            self._ray.shutdown()

    def map(self, units: Sequence[Unit]) -> Iterator[tuple[Unit, dict[str, Result]]]:
        """See `Engine.map`."""
        ray = self._ray
        waiting = sorted(units, key=lambda unit: unit.weight)
        running: dict[Any, Unit] = {}
        while waiting or running:
            while waiting and len(running) < 2 * self.workers:
                unit = waiting.pop()
                running[self._run.remote(unit, str(self._work.root))] = unit
            done, _ = ray.wait(list(running), num_returns=1)
            for reference in done:
                unit = running.pop(reference)
                yield unit, self._collect(reference, unit)

    def _collect(self, reference: Any, unit: Unit) -> dict[str, Result]:
        try:
            results: dict[str, Result] = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, Hc4Error):
                raise cause from None
            raise EngineError(f"{unit.label or unit.task} failed: {type(cause).__name__}") from error
        except self._ray.exceptions.RayError as error:
            raise EngineError(f"{unit.label or unit.task} was lost: {type(error).__name__}") from error
        return results


def _execute(unit: Unit, work: str) -> dict[str, Result]:
    return execute(unit, WorkFolder(Path(work)))
