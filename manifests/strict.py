"""What every part of a manifest is, and how a file that holds one is read."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.errors import SnapshotError


class Strict(BaseModel):
    """Unknown fields are errors; values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Stated = TypeVar("_Stated", bound=Strict)


def read_statement(path: Path, kind: type[_Stated], owner: str) -> _Stated:
    """What a folder states of itself in the file at `path`; `owner` is what such a folder is called.

    Raises:
        SnapshotError: the file cannot be read, or it is damaged.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError:
        raise SnapshotError(f"{path.parent} is no finished {owner}: it has no readable {path.name}") from None
    except ValidationError as error:
        raise SnapshotError(f"{path} is damaged: {first_fault(error)}") from None


def first_fault(error: ValidationError) -> str:
    """What is wrong first, and where; nothing of the content is quoted."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "top level"
    return f"{first['type']} at {place}"
