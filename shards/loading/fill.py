"""Kernels that lay out sequences. Import this only where they are run: numba takes half a second."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from shards.loading.batch import IGNORED

Array = npt.NDArray[Any]


@kernel
def copy(found: Array, values: Array) -> None:
    """From 0 in both: the compiler sees that no index is negative, and moves many at a time."""
    for place in range(found.size):
        found[place] = values[place]


@kernel
def count_up(found: Array) -> None:
    """0, 1, 2 ..."""
    for place in range(found.size):
        found[place] = place


@kernel
def fill(
    ids: Array,
    rows: Array,
    numbers: Array,
    tokens: Array,
    documents: Array,
    offsets: Array,
    document: Array,
    start: Array,
    length: Array,
    bos: int,
    eos: int,
    pad: int,
) -> None:
    """Write the sequences `numbers` of a plan (`offsets`, `document`, `start`, `length`) into `rows` of `ids`.

    Tokens of document d are `tokens[documents[d]:documents[d + 1]]`; `bos` and `eos` are -1 where there are none.
    """
    front = 1 if bos >= 0 else 0
    for at in range(rows.size):
        line = ids[rows[at]]
        to = 0
        for piece in range(offsets[numbers[at]], offsets[numbers[at] + 1]):
            begin = documents[document[piece]]
            size = documents[document[piece] + 1] - begin
            first = start[piece]
            last = first + length[piece]
            if first < front:
                line[to] = bos
                to += 1
            source = begin + max(first - front, 0)
            count = max(min(last - front, size) - max(first - front, 0), 0)
            copy(line[to : to + count], tokens[source : source + count])
            to += count
            if last > front + size:
                line[to] = eos
                to += 1
        line[to:] = pad


@kernel
def take_pieces(
    numbers: Array, count: int, first: int, offsets: Array, document: Array, start: Array, length: Array
) -> tuple[Array, Array, Array]:
    """The `count` pieces of the sequences `numbers` of a plan, one sequence after the other.

    Gives their lengths (int32), documents (int64, the plan's from `first` on) and starts (int32).
    """
    lengths, documents, starts = np.empty(count, np.int32), np.empty(count, np.int64), np.empty(count, np.int32)
    to = 0
    for number in numbers:
        for piece in range(offsets[number], offsets[number + 1]):
            lengths[to], documents[to], starts[to] = length[piece], document[piece] + first, start[piece]
            to += 1
    return lengths, documents, starts


@kernel
def copy_sequences(ids: Array, rows: Array, tokens: Array, offsets: Array, lengths: Array, pad: int) -> None:
    """Write sequences `rows` of `tokens` (any integer, [sequences, length]) into `ids`, padding after their pieces."""
    for at in range(rows.size):
        line, source = ids[at], tokens[rows[at]]
        copy(line, source)
        held = 0
        for piece in range(offsets[at], offsets[at + 1]):
            held += lengths[piece]
        line[held:] = pad


@kernel
def fill_positions(found: Array, pieces: Array, lengths: Array) -> None:
    """Count from 0 in each piece of each sequence, and in what is left."""
    for row in range(found.shape[0]):
        line = found[row]
        to = 0
        for piece in range(pieces[row], pieces[row + 1]):
            count_up(line[to : to + lengths[piece]])
            to += lengths[piece]
        count_up(line[to:])


@kernel
def fill_labels(found: Array, ids: Array, pieces: Array, lengths: Array, mask_starts: bool) -> None:
    """Copy `ids`, but for padding and, if asked, the first token of each piece."""
    for row in range(found.shape[0]):
        line = found[row]
        to = 0
        for piece in range(pieces[row], pieces[row + 1]):
            copy(line[to : to + lengths[piece]], ids[row, to : to + lengths[piece]])
            if mask_starts and 0 <= to < line.size:  # lengths may be from a damaged file
                line[to] = IGNORED
            to += lengths[piece]
        line[to:] = IGNORED


def pieces_of(numbers: Array, offsets: Array) -> Array:
    """Numbers of the pieces of some sequences, one sequence after the other, int64."""
    counts = offsets[numbers + 1] - offsets[numbers]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    return np.repeat(offsets[numbers] - (ends - counts), counts) + np.arange(total)
