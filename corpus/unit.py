"""Units: immutable pieces of work, named by everything their output depends on."""

from __future__ import annotations

import importlib
import shutil
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.digest import Json
from corpus.errors import EngineError, Hc4Error
from corpus.storage import WorkFolder

Result = dict[str, Any]
Task = Callable[[dict[str, Any], dict[str, Path], WorkFolder], Mapping[str, Json]]
"""A task gets its parameters, a folder for each product still to be written, and the work folder to read inputs from.
It returns the summary of each product it wrote."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One call of a task.

    `products` maps stage name to digest. The digest must cover every parameter that changes the bytes; the unit is
    finished when all its products are, and only those still missing are written.
    """

    task: str
    """`module:function`, importable wherever the unit runs."""
    products: dict[str, str]
    params: dict[str, Any] = field(hash=False)
    weight: int = 0
    """Rough size of the work in bytes: heavier units start first."""
    label: str = ""


Phase = Callable[[str, list[Unit]], list[dict[str, Result]]]
"""Runs the units of a phase, which has a title; their results in the order of the units."""


def finished(unit: Unit, work: WorkFolder) -> bool:
    """Whether every product of `unit` is there."""
    return all(work.finished(stage, digest) for stage, digest in unit.products.items())


def execute(unit: Unit, work: WorkFolder) -> dict[str, Result]:
    """Run `unit` if anything is missing; return the summary of each product.

    Safe to run twice, at the same time, and after a kill at any point.

    Raises:
        EngineError: the task failed; says where in the code. Messages of foreign errors may quote text, so they are
            chained, not repeated.
    """
    missing = {s: d for s, d in unit.products.items() if not work.finished(s, d)}
    if missing:
        folders = {stage: work.begin(stage, digest) for stage, digest in missing.items()}
        try:
            results = _task(unit.task)(unit.params, folders, work)
            for stage, digest in missing.items():
                work.commit(stage, digest, folders[stage], results[stage])
        except Hc4Error:
            raise
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            if isinstance(error, OSError) and error.strerror:
                where += f": {error.strerror}" + (f": {error.filename}" if error.filename else "")
            raise EngineError(f"{unit.label or unit.task} failed: {where}") from error
        finally:
            for folder in folders.values():
                shutil.rmtree(folder, ignore_errors=True)
    return {stage: work.result(stage, digest) for stage, digest in unit.products.items()}


def _task(name: str) -> Task:
    module, _, function = name.partition(":")
    task: Task = getattr(importlib.import_module(module), function)
    return task
