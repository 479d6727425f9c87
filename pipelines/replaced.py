"""A folder that is written beside its place and put there as a whole, over the one that was there."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.storage import flush_tree


@contextmanager
def replaced(output: Path, check: Callable[[Path], None]) -> Iterator[Path]:
    """An empty folder beside `output` that is swapped into its place, unless an error is raised before.

    A kill leaves `output` as it was or as it is to be, or, between two renames, not there: the next call puts it back.
    `check` raises if what is at `output` must stay.
    """
    output = output.resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (output.with_name(f".{output.name}.{word}") for word in ("publishing", "replaced"))
    with _alone(output.parent):
        if old.exists() and not output.exists():  # killed between the two renames below
            old.rename(output)
        check(output)
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            yield fresh
            flush_tree(fresh)
            shutil.rmtree(old, ignore_errors=True)
            if output.exists():
                output.rename(old)
            fresh.rename(output)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder while writing into it; another process that does so waits. Renames are on disk at the end."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
