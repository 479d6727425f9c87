"""What a loader gives: sequences, one by one or stacked, each token with the document it is from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]

IGNORED = -100
"""Label of a token that is not to be predicted (torch's `cross_entropy`)."""


class Piece(NamedTuple):
    """Where the tokens of one piece of a sequence are from."""

    shard: str
    """Below the snapshot: `data/<source>/train-00000-of-00001.parquet`."""
    row: int
    """Of the shard, from 0."""
    first_token: int
    """Number of its first token in the row's `input_ids`; of a piece of special tokens alone, how many there are."""


class Rows(NamedTuple):
    """The shards of a source, and the number of the first document of each."""

    shards: tuple[str, ...]
    first: Numbers


@dataclass(frozen=True)
class Setting:
    """What all sequences of a run have in common."""

    sources: tuple[str, ...]
    rows: tuple[Rows, ...]
    """By source."""
    bos: bool
    mask_starts: bool


@dataclass(eq=False)
class Batch:
    """Sequences of a run that follow each other on one rank. Its arrays are views: copy them to change them.

    Piece p of sequence i has `pieces[i] <= p < pieces[i + 1]`.
    """

    input_ids: Ids
    """int32[sequences, length]."""
    index: Numbers
    """Step of the run, over all ranks, int64[sequences]."""
    source_codes: Ids
    """Number of the source in `setting.sources`, int32[sequences]."""
    epochs: Numbers
    """How often the source was gone through before, int64[sequences]."""
    pieces: Numbers
    """int64[sequences + 1]."""
    piece_lengths: Ids
    """Tokens, special ones too, int32[pieces]."""
    piece_documents: Numbers
    """Number of the document in its source and split, int64[pieces]."""
    piece_starts: Ids
    """Number of the first token in its document, which begins with its `bos` if there is one, int32[pieces]."""
    setting: Setting

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, place: int) -> Sequence:
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return Sequence(self, place % len(self))

    def part(self, start: int, stop: int) -> Batch:
        """Some sequences, without copying tokens."""
        first, last = self.pieces[start], self.pieces[stop]
        return Batch(
            self.input_ids[start:stop],
            self.index[start:stop],
            self.source_codes[start:stop],
            self.epochs[start:stop],
            self.pieces[start : stop + 1] - first,
            self.piece_lengths[first:last],
            self.piece_documents[first:last],
            self.piece_starts[first:last],
            self.setting,
        )

    @property
    def sources(self) -> list[str]:
        """Name of each sequence's source."""
        return [self.setting.sources[code] for code in self.source_codes.tolist()]

    @cached_property
    def position_ids(self) -> Ids:
        """From 0 in each piece and in the padding, int32[sequences, length]."""
        from shards.loading.fill import fill_positions

        found = np.empty_like(self.input_ids)
        fill_positions(found, self.pieces, self.piece_lengths)
        return found

    @cached_property
    def labels(self) -> Ids:
        """`input_ids`, and `IGNORED` at padding (with `mask_starts` at the first token of each piece too), int32.

        They are not shifted: a model compares the output at token t - 1 with the label at t, as transformers do.
        """
        from shards.loading.fill import fill_labels

        found = np.empty_like(self.input_ids)
        fill_labels(found, self.input_ids, self.pieces, self.piece_lengths, self.setting.mask_starts)
        return found

    @property
    def cu_seqlens(self) -> list[npt.NDArray[np.int32]]:
        """Of each sequence; see `Sequence.cu_seqlens`."""
        return [sequence.cu_seqlens for sequence in (self[place] for place in range(len(self)))]


class Sequence:
    """One packed sequence: a view of a batch."""

    __slots__ = ("_batch", "_place")

    def __init__(self, batch: Batch, place: int) -> None:
        self._batch = batch
        self._place = place

    @property
    def input_ids(self) -> Ids:
        """int32[length]."""
        found: Ids = self._batch.input_ids[self._place]
        return found

    @property
    def position_ids(self) -> Ids:
        """From 0 in each piece and in the padding, int32[length]."""
        found: Ids = self._batch.position_ids[self._place]
        return found

    @property
    def labels(self) -> Ids:
        """int32[length]; see `Batch.labels`."""
        found: Ids = self._batch.labels[self._place]
        return found

    @property
    def index(self) -> int:
        """Step of the run, over all ranks."""
        return int(self._batch.index[self._place])

    @property
    def source(self) -> str:
        """Name of its source."""
        return self._batch.setting.sources[int(self._batch.source_codes[self._place])]

    @property
    def epoch(self) -> int:
        """How often its source was gone through before."""
        return int(self._batch.epochs[self._place])

    @property
    def doc_lens(self) -> npt.NDArray[np.int32]:
        """Tokens of each piece, int32[k]; together less than `length` if there is padding."""
        return self._batch.piece_lengths[self._bounds]

    @property
    def cu_seqlens(self) -> npt.NDArray[np.int32]:
        """Where pieces begin and end, int32[k + 1], as attention kernels of variable length take it. Padding is beyond
        the last one."""
        return np.concatenate([np.zeros(1, np.int32), np.cumsum(self.doc_lens, dtype=np.int32)])

    @property
    def documents(self) -> tuple[Piece, ...]:
        """Where each piece is from."""
        batch = self._batch
        rows = batch.setting.rows[batch.source_codes[self._place]]
        numbers = batch.piece_documents[self._bounds]
        shard = np.searchsorted(rows.first, numbers, side="right") - 1
        first = np.maximum(batch.piece_starts[self._bounds] - batch.setting.bos, 0)
        return tuple(
            Piece(rows.shards[each], row, token)
            for each, row, token in zip(
                shard.tolist(), (numbers - rows.first[shard]).tolist(), first.tolist(), strict=True
            )
        )

    @property
    def _bounds(self) -> slice:
        return slice(int(self._batch.pieces[self._place]), int(self._batch.pieces[self._place + 1]))
