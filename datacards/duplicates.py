"""Which source's documents gave way to which source's, as a matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from datacards.text import number
from manifests.deduplicated import CrossSource

LEVELS = 5
"""Shades of a cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Documents of one source that gave way to documents of one source."""

    documents: int
    level: int
    """1 to `LEVELS`, each ten times as many documents as the one before; 0 where there are none."""
    told: str
    """Methods and documents, for whoever points at it."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Only sources that something was merged from, or into, have a row or a column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def merged_matrix(crossed: Iterable[CrossSource], sources: Iterable[str]) -> Matrix:
    """The matrix, sources in the order given; sources that are not among them come last, by name."""
    methods: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for one in crossed:
        methods[one.merged, one.survivor].append((one.method, one.documents))
    order = list(dict.fromkeys([*sources, *sorted({name for pair in methods for name in pair})]))
    columns = tuple(name for name in order if any(into == name for _, into in methods))
    rows = tuple(
        (name, tuple(_cell(methods.get((name, into), [])) for into in columns))
        for name in order
        if any(merged == name for merged, _ in methods)
    )
    return Matrix(columns, rows)


def _cell(methods: list[tuple[str, int]]) -> Cell:
    documents = sum(count for _, count in methods)
    level = min(LEVELS, len(str(documents))) if documents else 0
    return Cell(documents, level, ", ".join(f"{method} {number(count)}" for method, count in sorted(methods)))
