"""The same batches for PyTorch, from any number of worker processes in the same order. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from corpus.errors import LoadError
from shards.loading.batch import Batch
from shards.loading.loader import Loader

Tensors = dict[str, torch.Tensor]


class PackedDataset(IterableDataset[Tensors]):  # type: ignore[misc]  # torch is an extra
    """Batches of a loader's rank as tensors.

    Give it to a `DataLoader` with `batch_size=None`: of n workers, worker k lays out batches k, k + n, k + 2n ..., and
    the DataLoader takes them in turn, so that their order is that without workers. An item has

    - `input_ids`, `position_ids`, `labels`: int64[size, length], as transformers' models take them;
    - `source`: int64[size], numbers of `loader.totals`;
    - `cu_seqlens`: int32[pieces + 1]: where pieces begin and end in the batch laid end to end, padding being a
      piece of its own; `max_seqlen` is the longest;
    - `next_index`: int64[], the step at which to go on after it, over all ranks.

    Each pass of a `DataLoader` begins where the loader stands: at the beginning of the run, or where
    `load_state_dict` put it.
    """

    def __init__(self, loader: Loader, size: int, *, drop_last: bool = False) -> None:
        """`size`: sequences a batch. `drop_last`: see `Loader.batches`."""
        super().__init__()
        if size < 1:
            raise LoadError("a batch has at least one sequence")
        self.loader = loader
        self.size = size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[Tensors]:
        worker = get_worker_info()
        own, workers = (0, 1) if worker is None else (worker.id, worker.num_workers)
        loader = self.loader.copy()
        for batch in loader.batches(self.size, drop_last=self.drop_last, part=own, parts=workers):
            yield tensors(batch) | {"next_index": torch.tensor(loader.index)}

    def state_dict(self, after: Tensors | None = None) -> dict[str, Any]:
        """Where the run is after an item that a `DataLoader` gave; without one, where the next pass begins."""
        loader = self.loader.copy()
        if after is not None:
            loader.seek(int(after["next_index"]))
        return {"loader": loader.state().decode()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Begin the next pass there.

        Raises:
            LoadError: it is no such state, or that of another run.
        """
        if not isinstance(state.get("loader"), str):
            raise LoadError("not the state of a PackedDataset")
        self.loader.resume(state["loader"])


def tensors(batch: Batch) -> Tensors:
    """A batch as tensors; see `PackedDataset`."""
    length = batch.input_ids.shape[1]
    held = np.concatenate([np.zeros(1, np.int64), np.cumsum(batch.piece_lengths)])[batch.pieces]
    free = length - np.diff(held)
    padded = np.flatnonzero(free)
    lengths = np.insert(batch.piece_lengths, batch.pieces[padded + 1], free[padded])
    ends = np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)])
    return {
        "input_ids": torch.from_numpy(batch.input_ids.astype(np.int64)),
        "position_ids": torch.from_numpy(batch.position_ids.astype(np.int64)),
        "labels": torch.from_numpy(batch.labels.astype(np.int64)),
        "source": torch.from_numpy(batch.source_codes.astype(np.int64)),
        "cu_seqlens": torch.from_numpy(ends),
        "max_seqlen": torch.tensor(int(lengths.max())),
    }
