"""Documents to sequences of one length: best fit, decreasing, with splitting. No token is lost.

A document longer than a sequence is cut into pieces that fill sequences, and a tail. Tails and shorter documents are
placed longest first, each where it leaves least room (best-fit decreasing; Johnson 1974). Nothing else is cut, unless
`split_below` is less than a sequence: then parts of documents longer than that fill what is left of sequences that
nothing whole fits into. Open sequences are found through a bitmap of the room they have left, so a document costs
O(1) for lengths up to 2^18.

The same lengths give the same plan, whatever the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel

LONGEST = 1 << 18
"""Longest sequence: three levels of 64 bits say what room there is."""

_SMALLEST_PIECE = 32
"""Tokens of a document cut to fill a sequence: fewer than that teach nothing and cost a cut."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which piece of which document lies where. Piece p of sequence i has `offsets[i] <= p < offsets[i + 1]`."""

    offsets: npt.NDArray[np.int64]
    """int64[sequences + 1]."""
    document: npt.NDArray[np.int64]
    """Its number among the documents packed, int64[pieces]. In a sequence, pieces are in the order of documents, but
    those that were cut to fill it come last."""
    start: npt.NDArray[np.int32]
    """The first token of the piece in its document, int32[pieces]."""
    length: npt.NDArray[np.int32]
    """Tokens, int32[pieces]."""

    def __len__(self) -> int:
        return len(self.offsets) - 1


def pack(lengths: npt.ArrayLike, length: int, *, split_below: int | None = None) -> Plan:
    """The plan for documents of `lengths` tokens (int64, none negative) in sequences of `length`.

    Documents of no tokens are in no sequence. `split_below`: documents of so many tokens or fewer are never split;
    default `length`, so that only those are split that fit into no sequence. With 0 nearly every sequence is full.

    Raises:
        ValueError: a length is negative, or the sequence longer than `LONGEST`.
    """
    sizes = np.ascontiguousarray(lengths, np.int64)
    if not 1 <= length <= LONGEST:
        raise ValueError(f"sequences have 1 to {LONGEST} tokens, not {length}")
    if sizes.size and int(sizes.min()) < 0:
        raise ValueError("a document has a negative number of tokens")
    whole = length if split_below is None else min(split_below, length)
    offsets, document, start, taken = _plan(sizes, length, whole)
    return Plan(offsets, document, start, taken)


@kernel
def _set(bits: Array, place: int) -> None:
    for level in range(3):
        bits[level, place >> 6] |= np.uint64(1) << np.uint64(place & 63)
        place >>= 6


@kernel
def _clear(bits: Array, place: int) -> None:
    for level in range(3):
        bits[level, place >> 6] &= ~(np.uint64(1) << np.uint64(place & 63))
        if bits[level, place >> 6]:
            return
        place >>= 6


@kernel
def _lowest(word: Any) -> int:
    """Number of the lowest bit that is set."""
    found = 0
    for shift in (32, 16, 8, 4, 2, 1):
        if not word & ((np.uint64(1) << np.uint64(shift)) - np.uint64(1)):
            word >>= np.uint64(shift)
            found += shift
    return found


@kernel
def _at_least(bits: Array, place: int) -> int:
    """The smallest number in the set that is not below `place`, or -1."""
    for level in range(3):
        if place >> 6 >= bits.shape[1]:
            return -1
        word = bits[level, place >> 6] >> np.uint64(place & 63)
        if word:
            found = place + _lowest(word)
            for below in range(level - 1, -1, -1):
                found = (found << 6) + _lowest(bits[below, found])
            return found
        place = (place >> 6) + 1
    return -1


@kernel
def _largest(bits: Array) -> int:
    """The largest number in the set, or -1."""
    found = 0
    for level in range(2, -1, -1):
        word = bits[level, found]
        if not word:
            return -1
        highest = 0
        for shift in (32, 16, 8, 4, 2, 1):
            if word >> np.uint64(shift):
                word >>= np.uint64(shift)
                highest += shift
        found = (found << 6) + highest
    return found


@kernel
def _plan(sizes: Array, length: int, whole: int) -> tuple[Array, Array, Array, Array]:
    n_full = 0
    n_rest = 0
    for size in sizes:
        if size > 0:
            n_full += (size - 1) // length
            n_rest += 1
    most = n_full + 2 * n_rest  # a cut fills a sequence, and no more are opened than there are rests
    document = np.empty(most, np.int64)
    start = np.empty(most, np.int64)
    taken = np.empty(most, np.int64)
    place = np.empty(most, np.int64)

    # Full pieces have sequences of their own. Rests wait in lists by length, in the order of documents.
    head = np.full(length + 1, -1, np.int64)
    behind = np.empty(most, np.int64)
    pieces = n_full + n_rest
    slot = pieces
    for at in range(sizes.size - 1, -1, -1):
        size = sizes[at]
        if size == 0:
            continue
        full = (size - 1) // length
        slot -= full + 1
        for piece in range(full):
            document[slot + piece] = at
            start[slot + piece] = piece * length
            taken[slot + piece] = length
        rest = slot + full
        document[rest] = at
        start[rest] = full * length
        taken[rest] = size - full * length
        behind[rest] = head[taken[rest]]
        head[taken[rest]] = rest

    sequences = 0
    for piece in range(pieces):
        if taken[piece] == length:
            place[piece] = sequences
            sequences += 1
    head[length] = -1

    # Open sequences wait in lists by the room they have.
    bits = np.zeros((3, (length >> 6) + 1), np.uint64)
    first_open = np.full(length + 1, -1, np.int64)
    next_open = np.empty(n_full + n_rest + 1, np.int64)
    for size in range(length - 1, 0, -1):
        item = head[size]
        while item >= 0:
            following = behind[item]
            room = _at_least(bits, size)
            if room < 0 and whole < length and sizes[document[item]] > whole:
                room = _largest(bits)
                if room >= _SMALLEST_PIECE:  # cut: this part fills the room, what is left waits as a shorter one
                    rest = pieces
                    pieces += 1
                    document[rest] = document[item]
                    start[rest] = start[item] + room
                    taken[rest] = size - room
                    behind[rest] = head[size - room]
                    head[size - room] = rest
                    taken[item] = room
                else:
                    room = -1
            if room < 0:
                place[item] = sequences
                left = length - size
                sequences += 1
            else:
                place[item] = first_open[room]
                first_open[room] = next_open[place[item]]
                if first_open[room] < 0:
                    _clear(bits, room)
                left = room - taken[item]
            if left > 0:
                next_open[place[item]] = first_open[left]
                first_open[left] = place[item]
                _set(bits, left)
            item = following

    offsets = np.zeros(sequences + 1, np.int64)
    for piece in range(pieces):
        offsets[place[piece] + 1] += 1
    for at in range(sequences):
        offsets[at + 1] += offsets[at]
    next_slot = offsets[:-1].copy()
    ordered_document = np.empty(pieces, np.int64)
    ordered_start = np.empty(pieces, np.int32)
    ordered_taken = np.empty(pieces, np.int32)
    for piece in range(pieces):
        to = next_slot[place[piece]]
        next_slot[place[piece]] += 1
        ordered_document[to] = document[piece]
        ordered_start[to] = start[piece]
        ordered_taken[to] = taken[piece]
    return offsets, ordered_document, ordered_start, ordered_taken
