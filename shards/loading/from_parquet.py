"""Sequences straight from the shards: packing blocks are decoded when one of their sequences comes, then kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.errors import LoadError, SnapshotError
from shards.loading.batch import Ids, Numbers
from shards.loading.blocks import Block, blocks_of, packed_lengths, unreadable
from shards.loading.config import PackConfig
from shards.loading.corpus import Corpus, ShardFile
from shards.loading.pages import DamagedPage, ShardReader
from shards.loading.store import Pieces

MEMORY = 2 << 30
"""Bytes of decoded blocks that are kept, by default."""

_BYTES_A_TOKEN = 4
_OPEN_FILES = 16


class _Decoded(NamedTuple):
    tokens: Ids
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
        self._decoded: OrderedDict[tuple[int, int], _Decoded] = OrderedDict()
        self._files: OrderedDict[str, ShardReader] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_decoded": OrderedDict(), "_files": OrderedDict()}

    def check(self, shuffle_blocks: int | None) -> None:
        """See `Store.check`: what is shuffled together must fit into memory."""
        needed = sum(_largest(each, shuffle_blocks) for each in self.blocks) * _BYTES_A_TOKEN
        if needed > self._memory:
            raise LoadError(
                f"this order keeps {needed / 1e9:.1f} GB of tokens decoded, memory is {self._memory / 1e9:.1f} GB: "
                "make a cache of the shards (`hc4 pack`), set shuffle_blocks lower, or give more memory"
            )

    def read(self, source: npt.NDArray[np.int32], number: Numbers, ids: Ids, pad: int) -> Pieces:
        """See `Store.read`.

        Raises:
            SnapshotError: a shard cannot be read, or its token ids are not as many as it says.
        """
        from shards.loading.fill import fill, pieces_of

        block = np.empty(len(source), np.int64)
        for each in np.unique(source):
            of = source == each
            block[of] = np.searchsorted(self._ends[each], number[of], side="right")
        groups, group = np.unique(np.stack([source, block]), axis=1, return_inverse=True)
        bos, eos = (-1 if token is None else token for token in (self.pack.bos, self.pack.eos))
        rows_of, found = [], []
        for at, (its, place) in enumerate(groups.T.tolist()):
            rows = np.flatnonzero(group == at)
            chosen = self.blocks[its][place]
            decoded = self._block(its, place)
            plan = decoded.plan
            local = number[rows] - (self._ends[its][place] - chosen.sequences)
            lists = plan.offsets, plan.document, plan.start, plan.length
            fill(ids, rows, local, decoded.tokens, decoded.documents, *lists, bos, eos, pad)
            pieces = pieces_of(local, plan.offsets)
            rows_of.append(np.repeat(rows, plan.offsets[local + 1] - plan.offsets[local]))
            found.append((plan.length[pieces], plan.document[pieces] + chosen.first, plan.start[pieces]))
        rows = np.concatenate(rows_of)
        order = np.argsort(rows, kind="stable")
        lengths, documents, starts = (np.concatenate(column)[order] for column in zip(*found, strict=True))
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(rows, minlength=len(source)))])
        return Pieces(offsets, lengths, documents, starts)

    def _block(self, source: int, place: int) -> _Decoded:
        key = (source, place)
        if key in self._decoded:
            self._decoded.move_to_end(key)
            return self._decoded[key]
        held = sum(each.tokens.nbytes for each in self._decoded.values())
        while self._decoded and held + self.blocks[source][place].tokens * _BYTES_A_TOKEN > self._memory:
            held -= self._decoded.popitem(last=False)[1].tokens.nbytes
        self._decoded[key] = self._decode(source, self.blocks[source][place])
        return self._decoded[key]

    def _decode(self, source: int, block: Block) -> _Decoded:
        from shards.packing import pack

        shard = self.corpus.sources[source].shards[block.shard]
        try:
            lengths, tokens = self._file(shard).read(block.groups)
        except (OSError, DamagedPage, pa.ArrowException, KeyError) as error:
            raise unreadable(shard, error) from None
        if len(lengths) != block.documents or not len(tokens) == int(lengths.sum()) == block.tokens:
            raise SnapshotError(f"{shard.name}: its n_tokens are not the numbers of its input_ids")
        plan = pack(packed_lengths(lengths, self.pack), self.pack.length, split_below=self.pack.split_below)
        return _Decoded(tokens, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]), plan)

    def _file(self, shard: ShardFile) -> ShardReader:
        key = str(shard.path)
        if key not in self._files:
            while len(self._files) >= _OPEN_FILES:
                self._files.popitem(last=False)[1].close()
            self._files[key] = ShardReader(shard)
        self._files.move_to_end(key)
        return self._files[key]


def _largest(blocks: tuple[Block, ...], together: int | None) -> int:
    """Tokens of the blocks of a source that can be in use at once, at most."""
    sizes = sorted((block.tokens for block in blocks), reverse=True)
    return sum(sizes if together is None else sizes[:together])
