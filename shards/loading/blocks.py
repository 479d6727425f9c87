"""Packing blocks: documents that are packed together, and what their packing comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import SnapshotError
from shards.loading.config import PackConfig
from shards.loading.corpus import ShardFile, SourceShards

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Row groups of one shard, and the sequences made of them."""

    shard: int
    """Number of the shard in its source."""
    groups: range
    first: int
    """Number of its first document in the source."""
    documents: int
    tokens: int
    """Without special ones."""
    specials: int
    sequences: int
    split: int
    """Documents that lie in more than one sequence."""
    cut_to_fill: int
    """Of these, such that would fit into one: longer than `split_below`, and cut to fill what was left."""


def blocks_of(source: SourceShards, config: PackConfig) -> Iterator[tuple[Block, Numbers]]:
    """The packing blocks of a source in order, each with the lengths of its documents (tokens, int64[documents]).

    Raises:
        SnapshotError: a shard cannot be read.
    """
    from shards.packing import pack

    first = 0
    for number, shard in enumerate(source.shards):
        lengths = document_lengths(shard)
        start = 0
        for groups in _groups(shard.group_rows, lengths, config.block_tokens):
            stop = start + sum(shard.group_rows[groups.start : groups.stop])
            sizes = lengths[start:stop]
            plan = pack(packed_lengths(sizes, config), config.length, split_below=config.split_below)
            pieces = np.bincount(plan.document, minlength=len(sizes))
            split = pieces > 1
            filling = split & (packed_lengths(sizes, config) <= config.length)
            filled = np.count_nonzero(sizes)
            yield (
                Block(
                    number,
                    groups,
                    first + start,
                    len(sizes),
                    int(sizes.sum()),
                    int(filled) * config.specials,
                    len(plan),
                    int(split.sum()),
                    int(filling.sum()),
                ),
                sizes,
            )
            start = stop
        first += len(lengths)


def packed_lengths(tokens: Numbers, config: PackConfig) -> Numbers:
    """What documents take in a sequence, special tokens and all; nothing if they are empty."""
    return np.where(tokens > 0, tokens + config.specials, 0)


def document_lengths(shard: ShardFile) -> Numbers:
    """Tokens of each document of a shard as its `n_tokens` says, int64.

    Raises:
        SnapshotError: the shard cannot be read.
    """
    try:
        with pq.ParquetFile(shard.tokens, page_checksum_verification=True) as file:
            column = file.read(columns=["n_tokens"], use_threads=False)["n_tokens"]
    except (OSError, pa.ArrowException, KeyError) as error:
        raise unreadable(shard, error) from None
    found: Numbers = column.to_numpy().astype(np.int64)
    return found


def unreadable(shard: ShardFile, error: Exception) -> SnapshotError:
    """The error to raise for a shard that cannot be read."""
    return SnapshotError(f"{shard.name} cannot be read ({type(error).__name__}): `hc4 verify` names what is damaged")


def _groups(rows: Sequence[int], lengths: Numbers, size: int) -> Iterator[range]:
    """Neighbouring row groups that have `size` tokens together; the last ones of a shard may have fewer."""
    start = first_row = filled = 0
    for group, count in enumerate(rows):
        filled += int(lengths[first_row : first_row + count].sum())
        first_row += count
        if filled >= size:
            yield range(start, group + 1)
            start, filled = group + 1, 0
    if start < len(rows):
        yield range(start, len(rows))
