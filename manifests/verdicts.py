"""Files of verdicts: one JSON object a line, added to and never rewritten, by any number of people at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from corpus.errors import RecipeError

Line = TypeVar("Line", bound=BaseModel)


def read_lines(path: Path, kind: type[Line]) -> list[Line]:
    """The lines of a file of verdicts. An unfinished last line, as a kill leaves it, is left out.

    Raises:
        RecipeError: there is no such file, or a line is no verdict.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecipeError(f"{path}: {error.strerror}: no file of verdicts can be read there") from None
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(kind.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"])) or "line"
                raise RecipeError(f"{path}:{number}: no verdict: {place}: {first['msg']}") from None
    return found


def append_line(path: Path, said: BaseModel) -> None:
    """Add a line behind the last whole one, and flush it to disk; nobody else writes meanwhile."""
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        file.truncate(_whole(file.fileno(), end))
        file.write(said.model_dump_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _whole(descriptor: int, end: int) -> int:
    """Where the last whole line ends, looked for from the end."""
    step = 1 << 16
    for start in range(max(0, end - step), -step, -step):
        part = os.pread(descriptor, min(step, end), max(0, start))
        if (found := part.rfind(b"\n")) >= 0:
            return max(0, start) + found + 1
    return 0
