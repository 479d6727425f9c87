"""The rooms of the house, from the ground up, and the files they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOMS = ("corpus", "sources", "filters", "dedup", "shards", "manifests", "datacards", "pipelines")

_WRITTEN = (".py", ".yaml", ".j2", ".css")


def room_files() -> Iterator[tuple[str, Path]]:
    """(relative name, path) of every file that people wrote in the rooms, sorted by name."""
    house = Path(__file__).parents[1]
    found = (path for room in ROOMS for path in (house / room).rglob("*") if path.suffix in _WRITTEN)
    yield from sorted((path.relative_to(house).as_posix(), path) for path in found)
