"""The loader: a run over packed sequences that any number of ranks share and that resumes at any step."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any, NamedTuple

import numpy as np
import orjson

from corpus.digest import Json, canonical
from corpus.errors import LoadError
from shards.loading.batch import Batch, Rows, Sequence, Setting
from shards.loading.config import LoaderConfig
from shards.loading.corpus import Corpus
from shards.loading.from_parquet import MEMORY, ParquetStore
from shards.loading.order import Found, Order, totals
from shards.loading.store import Account, Store, accounts

_STATE = "hc4/loader/1"
_STEPS_AHEAD = 1 << 13
"""Of a rank: their order costs arrays of 160 kB."""
_TOKENS_AT_ONCE = 1 << 19
"""Of sequences that are laid out together: their arrays fit a cache, and calls cost little."""


class Loader:
    """Packed sequences in the order of a run.

    The order is one, whatever the number of ranks: of w ranks, rank r has steps r, r + w, r + 2w ... after the step at
    which it began or resumed. `state` counts steps of all ranks, which go in step; so another number of ranks may
    resume it. A loader is an iterator: what has been given is not given again.
    """

    def __init__(
        self,
        corpus: Corpus | Store,
        config: LoaderConfig,
        *,
        rank: int = 0,
        world_size: int = 1,
        memory: int = MEMORY,
    ) -> None:
        """`corpus`: shards (`open_corpus`), or what was made of them (`open_cache`). `memory`: bytes of tokens kept
        decoded when shards are read.

        Raises:
            LoadError: the settings contradict each other or what the corpus has.
            SnapshotError: a shard cannot be read.
        """
        if not 0 <= rank < world_size:
            raise LoadError(f"of {world_size} ranks none is {rank}")
        store = ParquetStore(corpus, config.pack, memory=memory) if isinstance(corpus, Corpus) else corpus
        if store.pack != config.pack:
            raise LoadError(f"the cache was packed by {store.pack}, the run asks for {config.pack}")
        store.prepare(config.shuffle_blocks)
        self.config = config
        self.corpus = store.corpus
        self.rank = rank
        self.world_size = world_size
        self._store = store
        self._accounts = accounts(store.corpus, store.pack, store.blocks)
        names = [source.name for source in store.corpus.sources]
        run = totals(
            config,
            names,
            [account.sequences for account in self._accounts],
            [account.tokens for account in self._accounts],
            [source.replayed for source in store.corpus.sources],
        )
        blocks = [np.array([block.sequences for block in each], np.int64) for each in store.blocks]
        self._order = Order(config, names, blocks, run)
        self._setting = Setting(
            tuple(names), tuple(_rows(store.corpus)), config.pack.bos is not None, config.mask_starts
        )
        self._start = 0
        self._given = 0
        self._ready: Batch | None = None
        self._next = 0
        self._ahead: _Steps | None = None

    @property
    def sequences(self) -> int:
        """Steps of the whole run, over all ranks."""
        return len(self._order)

    @property
    def totals(self) -> dict[str, int]:
        """Steps of the whole run by source."""
        return dict(zip(self._setting.sources, self._order.mixture.totals, strict=True))

    @property
    def index(self) -> int:
        """Steps that all ranks have had, when all have had as many as this one."""
        return min(self._start + self._given * self.world_size, self.sequences)

    @property
    def account(self) -> tuple[Account, ...]:
        """What one epoch of each source comes to: documents, tokens, special tokens, padding."""
        return self._accounts

    def state(self) -> bytes:
        """Where the run is: JSON of less than 1 kB. Every rank that has had as many sequences gives the same."""
        place = self.index
        facts: dict[str, Json] = {
            "format": _STATE,
            "index": place,
            "config": self.config.digest,
            "corpus": self.corpus.digest,
        }
        return canonical(facts)

    def resume(self, state: bytes | str) -> None:
        """Go on where a state says. The number of ranks may have changed.

        Raises:
            LoadError: it is no state, or that of a run with other settings or over another corpus.
        """
        try:
            found = orjson.loads(state)
            index, config, corpus = found["index"], found["config"], found["corpus"]
            known = found["format"] == _STATE
        except (ValueError, KeyError, TypeError):
            raise LoadError("not the state of a loader") from None
        if type(index) is not int:
            raise LoadError("not the state of a loader: its step is no whole number")
        if not known:
            raise LoadError(f"the state is of format {found['format']!r}, this is {_STATE!r}")
        if corpus != self.corpus.digest:
            raise LoadError("the state is of a run over another corpus: its shards are not these")
        if config != self.config.digest:
            raise LoadError("the state is of a run with other settings; give those, or begin a new run")
        if not 0 <= index <= self.sequences:
            raise LoadError(f"the state says step {index} of a run of {self.sequences}")
        self.seek(index)

    def seek(self, index: int) -> None:
        """Go on at a step of the run, counted over all ranks."""
        self._start, self._given = index, 0
        self._ready, self._next = None, 0

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_ready": None, "_next": 0, "_ahead": None}  # can be laid out again

    def __iter__(self) -> Iterator[Sequence]:
        return self

    def __next__(self) -> Sequence:
        while self._ready is None or self._next >= len(self._ready):
            self._ready, self._next = self._lay_out(self._at_once), 0
            if not len(self._ready):
                raise StopIteration
        found = self._ready[self._next]
        self._next += 1
        self._given += 1
        return found

    def copy(self) -> Loader:
        """One that stands where this one does and moves alone."""
        found = copy(self)
        found.seek(self.index)
        return found

    def batches(self, size: int, *, drop_last: bool = False, part: int = 0, parts: int = 1) -> Iterator[Batch]:
        """The rest of the rank's sequences, stacked `size` at a time; the last batch may have fewer.

        Ranks whose number does not divide the steps left have one sequence more or less than others. `drop_last`: stop
        on every rank before the first batch that is not full on all of them. `part` of `parts`: lay out only batches
        `part`, `part + parts` ..., as one of several processes of a rank; `index` is that after the last one.
        """
        if size < 1:
            raise LoadError("a batch has at least one sequence")
        self._ready, self._next = None, 0
        last = (self.sequences - self.index) // (size * self.world_size) * size + self._given
        together = max(self._at_once // size, 1) if parts == 1 else 1
        self._given += part * size
        while not drop_last or self._given < last:
            found = self._lay_out(together * size if not drop_last else min(together * size, last - self._given))
            if not len(found):
                return
            for start in range(0, len(found), size):
                stop = min(start + size, len(found))
                self._given += stop - start
                yield found.part(start, stop)
            self._given += (parts - 1) * size

    @property
    def _at_once(self) -> int:
        return max(_TOKENS_AT_ONCE // self.config.pack.length, 1)

    def _lay_out(self, count: int) -> Batch:
        """The next sequences of this rank, at most `count`."""
        first = self._start + self.rank + self._given * self.world_size
        stop = min(first + count * self.world_size, self.sequences)
        steps = range(first, max(first, stop), self.world_size)
        index = np.arange(steps.start, steps.stop, steps.step, dtype=np.int64)
        ids = np.empty((len(index), self.config.pack.length), np.int32)
        if not len(index):
            none, short = np.zeros(0, np.int64), np.zeros(0, np.int32)
            return Batch(ids, index, short, none, np.zeros(1, np.int64), short, none, short, self._setting)
        source, number, epoch = self._steps(steps)
        pieces = self._store.read(source, number, ids, self.config.pad)
        return Batch(
            ids, index, source, epoch, pieces.offsets, pieces.lengths, pieces.documents, pieces.starts, self._setting
        )

    def _steps(self, steps: range) -> Found:
        """What comes at some steps of this rank, found for many steps at a time."""
        if self._ahead is None or not self._ahead.have(steps):
            ahead = range(steps.start, min(steps.start + _STEPS_AHEAD * steps.step, self.sequences), steps.step)
            self._ahead = _Steps(ahead, self._order.at(np.arange(ahead.start, ahead.stop, ahead.step, dtype=np.int64)))
        return self._ahead.of(steps)


class _Steps(NamedTuple):
    """What comes at some steps: source, number and epoch (`Order.at`)."""

    steps: range
    found: Found

    def have(self, steps: range) -> bool:
        """Whether all of `steps`, which are not none, are among these."""
        return steps[0] in self.steps and steps[-1] in self.steps and steps.step == self.steps.step

    def of(self, steps: range) -> Found:
        """What comes at `steps`."""
        first = self.steps.index(steps[0])
        part = slice(first, first + len(steps))
        source, number, epoch = self.found
        return source[part], number[part], epoch[part]


def _rows(corpus: Corpus) -> Iterator[Rows]:
    for source in corpus.sources:
        counts = [shard.rows for shard in source.shards]
        first = np.cumsum([0, *counts[:-1]]).astype(np.int64)
        yield Rows(tuple(shard.name for shard in source.shards), first)
