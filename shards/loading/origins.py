"""From a packed sequence back to its documents: who wrote them, and under what licence they may be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import LoadError
from shards.loading.batch import Sequence
from shards.loading.blocks import unreadable
from shards.loading.corpus import Corpus, ShardFile


class Origin(NamedTuple):
    """Where the tokens of one piece are from."""

    doc_id: str
    source: str
    licence_spdx: str
    shard: str
    row: int
    first_token: int
    """Of the row's `input_ids`."""
    at: int
    """Where the piece begins in the sequence."""
    tokens: int
    """How many, special ones too."""


def origins(sequence: Sequence, corpus: Corpus) -> tuple[Origin, ...]:
    """Of each piece of a sequence its document, read from the shards of `corpus`, which is the one it was loaded from.

    Raises:
        LoadError: the corpus has no such shard.
        SnapshotError: a shard cannot be read.
    """
    shards = {
        shard.name: shard for source in corpus.sources if source.name == sequence.source for shard in source.shards
    }
    wanted: dict[str, set[int]] = {}
    for piece in sequence.documents:
        wanted.setdefault(piece.shard, set()).add(piece.row)
    if unknown := sorted(wanted.keys() - shards.keys()):
        raise LoadError(f"the corpus has no {unknown[0]} of {sequence.source}: the sequence is of another one")
    facts = {name: _facts(shards[name], rows) for name, rows in wanted.items()}
    return tuple(
        Origin(*facts[piece.shard][piece.row], *piece, at, size)
        for piece, at, size in zip(
            sequence.documents, sequence.cu_seqlens.tolist(), sequence.doc_lens.tolist(), strict=False
        )
    )


def _facts(shard: ShardFile, rows: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """`doc_id`, `source` and `licence_spdx` of some rows; only row groups that hold one are read."""
    found: dict[int, tuple[str, str, str]] = {}
    columns = ["doc_id", "source", "licence_spdx"]
    try:
        with pq.ParquetFile(shard.path) as file:
            first = 0
            for group, count in enumerate(shard.group_rows):
                here = sorted(row for row in rows if first <= row < first + count)
                if here:
                    table = file.read_row_group(group, columns=columns).take([row - first for row in here])
                    values = zip(*(table[name].to_pylist() for name in columns), strict=True)
                    found |= zip(here, values, strict=True)
                first += count
    except (OSError, pa.ArrowException, KeyError) as error:
        raise unreadable(shard, error) from None
    return found
