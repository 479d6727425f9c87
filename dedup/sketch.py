"""Fast similarity sketching: a MinHash signature whose cost does not grow with its number of rows.

Dahlgaard, Knudsen, Thorup (2017), "Fast Similarity Sketching", FOCS, algorithm 1. Round i gives each shingle one row
and one value; a row keeps the least value of the first round that reached it; rounds end when no row is empty. After t
rounds, t the number of rows, round t + r gives every shingle row r, so that 2t rounds always suffice. Each row is then
an exact MinHash of the set: two rows agree with probability J (theorem 1), and rows of one signature are negatively
correlated, so estimates vary no more than with t independent permutations. One round costs one hash a shingle where t
permutations cost t; a set of n shingles needs about max(1, t ln(t) / n) rounds.

Importing this module imports numba: import it only where it is run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from dedup.shingles import (
    CHUNK,
    FLAG,
    STATE_SLOTS,
    Bytes,
    Hashes,
    Offsets,
    Tables,
    exact_key,
    mix,
    next_shingles,
    start,
)

EMPTY = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_LOW = np.uint64(0xFFFF_FFFF)
_HALF = np.uint64(32)


@kernel
def first_round(shingles: Hashes, key: Any, rows: Hashes) -> None:
    """Round 0 over some of a text's shingles; `rows` (uint64[t]) starts out EMPTY."""
    count = np.uint64(rows.size)
    for shingle in shingles:
        hashed = mix(shingle ^ key)
        # The high half picks the row, the low half leads the order in it, so that value and row are independent.
        row = ((hashed >> _HALF) * count) >> _HALF
        value = hashed << _HALF | hashed >> _HALF
        rows[row] = min(rows[row], value)


@kernel
def later_rounds(shingles: Hashes, keys: Hashes, rows: Hashes, empty: npt.NDArray[np.bool_]) -> None:
    """Rounds 1 to 2t - 1 over all of a text's shingles (at least one), until no row is EMPTY.

    `keys` is uint64[2t], one key a round; `empty` is scratch, bool[t].
    """
    t = rows.size
    count = np.uint64(t)
    for turn in range(1, 2 * t):
        left = 0
        for row in range(t):
            empty[row] = rows[row] == EMPTY
            left += empty[row]
        if left == 0:
            return
        key = keys[turn]
        if turn < t:
            for shingle in shingles:
                hashed = mix(shingle ^ key)
                row = ((hashed >> _HALF) * count) >> _HALF
                if empty[row]:  # values of later rounds count as greater than any value of an earlier one
                    rows[row] = min(rows[row], hashed << _HALF | hashed >> _HALF)
        elif empty[turn - t]:
            for shingle in shingles:
                hashed = mix(shingle ^ key)
                rows[turn - t] = min(rows[turn - t], hashed << _HALF | hashed >> _HALF)


@kernel
def sketch(shingles: Hashes, keys: Hashes, rows: Hashes) -> None:
    """Signature (uint64[t] `rows`) of a set of at least one shingle; repeats change nothing."""
    rows[:] = EMPTY
    first_round(shingles, keys[0], rows)
    later_rounds(shingles, keys, rows, np.empty(rows.size, np.bool_))


@kernel
def band_keys(rows: Hashes, bands: Hashes) -> None:
    """Hash the rows of a signature (uint64[b * r]) into `bands` (uint64[b]), r rows each; no key is 0."""
    rows_per_band = rows.size // bands.size
    for band in range(bands.size):
        key = np.uint64(0)
        for row in range(band * rows_per_band, (band + 1) * rows_per_band):
            key = mix(key ^ rows[row])
        bands[band] = max(key, np.uint64(1))


@kernel
def signatures(
    data: Bytes,
    offsets: Offsets,
    tables: Tables,
    shingle_words: int,
    keys: Hashes,
    exact: Hashes,
    count: npt.NDArray[np.int32],
    bands: Hashes,
) -> None:
    """Exact keys, shingle counts and band keys of every text.

    Args:
        data, offsets: UTF-8 bytes and int64[n + 1] offsets of n texts.
        tables: `shingles.lookup_tables()`.
        shingle_words: k.
        keys: uint64[2t], t = number of bands times minima hashed into one band key.
        exact: uint64[2, n], written.
        count: int32[n], written: shingles, repeats included.
        bands: uint64[number of bands, n], written; 0 where a text has no words, and nowhere else.
    """
    state = np.empty(STATE_SLOTS, np.uint64)
    last_words = np.zeros(shingle_words, np.uint64)
    chunk = np.empty(CHUNK, np.uint64)
    rows = np.empty(keys.size // 2, np.uint64)
    empty = np.empty(rows.size, np.bool_)
    for index in range(offsets.size - 1):
        start(state)
        rows[:] = EMPTY
        position, end = offsets[index], offsets[index + 1]
        total = np.int64(0)
        written = 0
        while position < end:
            position, written = next_shingles(data, position, end, tables, state, last_words, chunk)
            first_round(chunk[:written], keys[0], rows)
            total += written
        exact[0, index], exact[1, index] = exact_key(state)
        count[index] = total
        if total == 0:
            bands[:, index] = np.uint64(0)
            continue
        if total == written:
            later_rounds(chunk[:total], keys, rows, empty)
        else:
            for row in range(rows.size):
                if rows[row] == EMPTY:
                    # So many shingles and a row none of them reached: the text repeats itself. Its distinct shingles
                    # are few, so gathering them takes little memory, and spares reading the text once a round.
                    seen = np.empty(0, np.uint64)
                    start(state)
                    position = offsets[index]
                    while position < end:
                        position, written = next_shingles(data, position, end, tables, state, last_words, chunk)
                        seen = np.unique(np.concatenate((seen, chunk[:written])))
                    later_rounds(seen, keys, rows, empty)
                    break
        band_keys(rows, bands[:, index])


@kernel
def signatures_of_substance(hashes: Hashes, starts: Offsets, keys: Hashes, bands: Hashes) -> None:
    """Band keys of the shingles of each set that are not flagged.

    Args:
        hashes, starts: n sets (`dedup.overlap`).
        keys: uint64[2t], as in `signatures`.
        bands: uint64[number of bands, n], written; 0 where no shingle counts, and nowhere else.
    """
    rows = np.empty(keys.size // 2, np.uint64)
    for index in range(starts.size - 1):
        members = hashes[starts[index] : starts[index + 1]]
        counting = members[members & FLAG == 0]
        if counting.size == 0:
            bands[:, index] = np.uint64(0)
            continue
        sketch(counting, keys, rows)
        band_keys(rows, bands[:, index])


def substance_bands(hashes: Hashes, starts: Offsets, keys: Hashes, bands: int, rows: int) -> Hashes:
    """Band keys of what documents say beside templates: MinHash over the shingles that count.

    They are never equal to those of `signatures` but by chance, as sets hold 63 bits of a hash: compare them among
    each other only.

    Args:
        hashes: uint64, sorted distinct shingles of n documents, templates flagged (`dedup.templates.flag`).
        starts: int64[n + 1]: the shingles of document i are `hashes[starts[i]:starts[i + 1]]`.
        keys: uint64[2 * bands * rows] (`MinHashConfig.keys`).
        bands, rows: shape of the signature.

    Returns:
        uint64[bands, n]; 0 where no shingle counts, and nowhere else.

    Raises:
        ValueError: the keys are not as many as the shape needs.
    """
    if keys.size != 2 * bands * rows:
        raise ValueError(f"{bands} bands of {rows} rows take {2 * bands * rows} keys, not {keys.size}")
    found = np.empty((bands, starts.size - 1), np.uint64)
    signatures_of_substance(hashes, starts, keys, found)
    return found
