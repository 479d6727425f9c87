"""Where a document lies in the shards, and which document a row or a token of a shard belongs to.

Rows and tokens are counted from 0. Of a shard only footers, one column, and one row group are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import RecipeError
from manifests.model import Shard
from manifests.snapshot import BROKEN, Snapshot, unreadable
from shards.place import is_placed_in


@dataclass(frozen=True, slots=True)
class Place:
    """The row of one document."""

    shard: Shard
    row: int
    """In its shard."""
    row_group: int
    row_in_group: int
    first_token: int
    """Of its shard's tokens, row after row, the first that is the document's."""
    tokens: int

    @property
    def last_token(self) -> int:
        """The last token of the document; one before `first_token` if it has none."""
        return self.first_token + self.tokens - 1


def find_document(snapshot: Snapshot, doc_id: str) -> Place | None:
    """The place of a released document, None if it was not released.

    The shards where its id puts it come first; of each only row groups that can hold it by their statistics are read.

    Raises:
        SnapshotError: a shard cannot be read.
    """
    mine = [shard for shard in snapshot.manifest.shards if shard.source == doc_id.partition(":")[0]]
    for shard in sorted(mine, key=lambda shard: not is_placed_in(doc_id, Path(shard.path).name)):
        try:
            row = _row_of(snapshot.folder / shard.path, doc_id)
        except BROKEN as error:
            raise unreadable(shard.path, error) from None
        if row is not None:
            return place_of_row(snapshot, shard, row)
    return None


def shard_named(snapshot: Snapshot, name: str | Path) -> Shard:
    """The shard at a path below the snapshot folder, or at one that leads there.

    Raises:
        RecipeError: the snapshot has none there.
    """
    inside = Path(name)
    if inside.is_absolute() or inside.exists():
        full, home = inside.resolve(), snapshot.folder.resolve()
        inside = full.relative_to(home) if full.is_relative_to(home) else inside
    for shard in snapshot.manifest.shards:
        if shard.path == inside.as_posix():
            return shard
    known = ", ".join(shard.path for shard in snapshot.manifest.shards[:3])
    raise RecipeError(f"{name} is no shard of {snapshot.folder}; it has {len(snapshot.manifest.shards):,}: {known}, …")


def place_of_row(snapshot: Snapshot, shard: Shard, row: int) -> Place:
    """The place of a row.

    Raises:
        RecipeError: the shard has no such row.
        SnapshotError: it cannot be read.
    """
    return _place(shard, row, _layout(snapshot, shard))


def place_of_token(snapshot: Snapshot, shard: Shard, token: int) -> Place:
    """The place of the document that a token belongs to. Errors are as in `place_of_row`."""
    layout = _layout(snapshot, shard)
    total = int(layout.tokens[-1]) if len(layout.tokens) else 0
    if not 0 <= token < total:
        raise RecipeError(f"{shard.path} has no token {token:,}; its tokens are 0 to {total - 1:,}")
    return _place(shard, int(np.searchsorted(layout.tokens, token, side="right")), layout)


def read_row(snapshot: Snapshot, place: Place, columns: Sequence[str]) -> dict[str, Any]:
    """Some columns of a row; one row group of them is read.

    Raises:
        SnapshotError: the shard cannot be read.
    """
    try:
        with pq.ParquetFile(snapshot.folder / place.shard.path) as file:
            group = file.read_row_group(place.row_group, columns=list(columns))
    except BROKEN as error:
        raise unreadable(place.shard.path, error) from None
    row: dict[str, Any] = group.slice(place.row_in_group, 1).to_pylist()[0]
    return row


def _row_of(path: Path, doc_id: str) -> int | None:
    with pq.ParquetFile(path) as file:
        column = file.schema_arrow.get_field_index("doc_id")
        first = 0
        for number in range(file.num_row_groups):
            group = file.metadata.row_group(number)
            bounds = group.column(column).statistics
            outside = bounds is not None and bounds.has_min_max and not bounds.min <= doc_id <= bounds.max
            if not outside:
                found: int = pc.index(file.read_row_group(number, columns=["doc_id"])["doc_id"], doc_id).as_py()
                if found >= 0:
                    return first + found
            first += group.num_rows
    return None


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a shard is cut."""

    tokens: npt.NDArray[np.int64]
    """int64[rows]: tokens up to the end of each row."""
    groups: npt.NDArray[np.int64]
    """int64[row groups + 1]: first row of each row group, and the end."""


def _layout(snapshot: Snapshot, shard: Shard) -> _Layout:
    try:
        with pq.ParquetFile(snapshot.folder / shard.path) as file:
            counts = file.read(columns=["n_tokens"])["n_tokens"].to_numpy()
            sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    except BROKEN as error:
        raise unreadable(shard.path, error) from None
    return _Layout(np.cumsum(counts, dtype=np.int64), np.cumsum([0, *sizes], dtype=np.int64))


def _place(shard: Shard, row: int, layout: _Layout) -> Place:
    if not 0 <= row < len(layout.tokens):
        raise RecipeError(f"{shard.path} has no row {row:,}; its rows are 0 to {len(layout.tokens) - 1:,}")
    group = int(np.searchsorted(layout.groups, row, side="right")) - 1
    first = int(layout.tokens[row - 1]) if row else 0
    return Place(shard, row, group, row - int(layout.groups[group]), first, int(layout.tokens[row]) - first)
