"""Sequences straight from the shards: packing blocks are decoded when one of their sequences comes, then kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.errors import LoadError, SnapshotError
from shards.loading.batch import Ids, Numbers
from shards.loading.blocks import Block, blocks_of, packed_lengths, unreadable
from shards.loading.config import PackConfig
from shards.loading.corpus import Corpus, ShardFile, SourceShards
from shards.loading.pages import DamagedPage, ShardReader, Tokens, WrongCount
from shards.loading.store import Pieces

MEMORY = 2 << 30
"""Bytes of decoded blocks that are kept, by default."""

_OPEN_FILES = 16


class _Decoded(NamedTuple):
    tokens: Tokens
    documents: Numbers
    """Where each document begins in `tokens`, and their end."""
    plan: Any


class ParquetStore:
    """A corpus read from its shards."""

    def __init__(self, corpus: Corpus, pack: PackConfig, *, memory: int = MEMORY) -> None:
        """Pack everything once, by the lengths of documents alone (millions a second), to know what there is.

        Raises:
            SnapshotError: a shard cannot be read.
        """
        self.corpus = corpus
        self.pack = pack
        self.blocks: tuple[tuple[Block, ...], ...] = tuple(
            tuple(block for block, _ in blocks_of(source, pack)) for source in corpus.sources
        )
        self._memory = memory
        self._ends = [np.cumsum([block.sequences for block in each], dtype=np.int64) for each in self.blocks]
        self._kept = 1  # blocks of a source, the last ones used
        self._decoded: list[OrderedDict[int, _Decoded]] = [OrderedDict() for _ in corpus.sources]
        self._room: Tokens | None = None  # of the last block that was let go
        self._files: OrderedDict[str, ShardReader] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        none: dict[str, Any] = {
            "_decoded": [OrderedDict() for _ in self.corpus.sources],
            "_room": None,
            "_files": OrderedDict(),
        }
        return self.__dict__ | none

    def prepare(self, shuffle_blocks: int | None) -> None:
        """See `Store.prepare`: what is shuffled together must fit into memory twice.

        A window of the run may hold sequences of one group of blocks and of the next.
        """
        most = max((len(each) for each in self.blocks), default=0)
        kept = most if shuffle_blocks is None else min(2 * shuffle_blocks, most)
        needed = sum(
            _largest(source, each, kept) for source, each in zip(self.corpus.sources, self.blocks, strict=True)
        )
        if needed > self._memory:
            raise LoadError(
                f"this order keeps {needed / 1e9:.1f} GB of tokens decoded, memory is {self._memory / 1e9:.1f} GB: "
                "make a cache of the shards (`hc4 pack`), set shuffle_blocks lower, or give more memory"
            )
        self._kept = max(self._kept, kept)

    def read(self, source: npt.NDArray[np.int32], number: Numbers, ids: Ids, pad: int) -> Pieces:
        """See `Store.read`.

        Raises:
            SnapshotError: a shard cannot be read, or its token ids are not as many as it says.
        """
        from shards.loading.fill import fill, take_pieces

        bos, eos = (-1 if token is None else token for token in (self.pack.bos, self.pack.eos))
        rows_of, found = [], []
        for its, place, rows in self._by_block(source, number):
            decoded = self._block(its, place)
            plan = decoded.plan
            local = number[rows] - (self._ends[its][place] - self.blocks[its][place].sequences)
            lists = plan.offsets, plan.document, plan.start, plan.length
            fill(ids, rows, local, decoded.tokens, decoded.documents, *lists, bos, eos, pad)
            counts = plan.offsets[local + 1] - plan.offsets[local]
            first = self.blocks[its][place].first
            rows_of.append((rows, counts))
            found.append(take_pieces(local, int(counts.sum()), first, *lists))
        return _in_order(len(source), rows_of, found)

    def _by_block(self, source: npt.NDArray[np.int32], number: Numbers) -> Iterator[tuple[int, int, Numbers]]:
        """Which rows are of which block: source, number of the block, and rows in ascending order (int64)."""
        for its in np.unique(source).tolist():
            rows = np.flatnonzero(source == its)
            block = np.searchsorted(self._ends[its], number[rows], side="right")
            for place in np.unique(block).tolist():
                yield its, place, rows[block == place]

    def _block(self, source: int, place: int) -> _Decoded:
        decoded = self._decoded[source]
        if place in decoded:
            decoded.move_to_end(place)
            return decoded[place]
        while len(decoded) >= self._kept:
            self._room = decoded.popitem(last=False)[1].tokens.base
        decoded[place] = self._decode(source, self.blocks[source][place])
        return decoded[place]

    def _decode(self, source: int, block: Block) -> _Decoded:
        from shards.packing import pack

        shard = self.corpus.sources[source].shards[block.shard]
        room, self._room = self._room, None
        try:
            lengths, tokens = self._file(shard).read(block.groups, room)
            if len(lengths) != block.documents or len(tokens) != block.tokens:
                raise WrongCount
        except WrongCount:
            raise SnapshotError(f"{shard.name}: its n_tokens are not the numbers of its input_ids") from None
        except (OSError, DamagedPage, pa.ArrowException, KeyError) as error:
            raise unreadable(shard, error) from None
        plan = pack(packed_lengths(lengths, self.pack), self.pack.length, split_below=self.pack.split_below)
        return _Decoded(tokens, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]), plan)

    def _file(self, shard: ShardFile) -> ShardReader:
        key = str(shard.tokens)
        if key not in self._files:
            while len(self._files) >= _OPEN_FILES:
                self._files.popitem(last=False)[1].close()
            self._files[key] = ShardReader(shard)
        self._files.move_to_end(key)
        return self._files[key]


def _in_order(size: int, rows_of: list[tuple[Numbers, Numbers]], found: list[tuple[Ids, Numbers, Ids]]) -> Pieces:
    """Put together what blocks gave: of each, its rows with the number of their pieces, and these pieces."""
    count = np.zeros(size + 1, np.int64)
    for rows, counts in rows_of:
        count[rows + 1] = counts
    offsets = np.cumsum(count)
    if len(found) == 1:
        return Pieces(offsets, *found[0])
    order = np.argsort(np.concatenate([np.repeat(*each) for each in rows_of]), kind="stable")
    lengths, documents, starts = (np.concatenate(column)[order] for column in zip(*found, strict=True))
    return Pieces(offsets, lengths, documents, starts)


def _largest(source: SourceShards, blocks: tuple[Block, ...], count: int) -> int:
    """Bytes of the tokens of its largest blocks."""
    sizes = (block.tokens * source.shards[block.shard].token_dtype.itemsize for block in blocks)
    return sum(sorted(sizes, reverse=True)[:count])
