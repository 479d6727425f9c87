"""Kernels over sorted sets of shingles. Importing this module imports numba: import it only where it is run.

A set is ascending and distinct. A shingle is what its upper 63 bits say; its lowest bit is a *flag*, set where the
shingle does not count (`dedup.templates`). Many sets lie one after the other: set s is
`hashes[starts[s]:starts[s + 1]]`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from dedup.shingles import FLAG, Hashes, Offsets

Counts = npt.NDArray[np.int64]


@kernel
def overlaps(
    hashes: Hashes,
    starts: Offsets,
    a: Offsets,
    b: Offsets,
    shared: Counts,
    shared_counting: Counts,
    counting_a: Counts,
    counting_b: Counts,
) -> None:
    """What sets a[i] and b[i] have in common.

    A shared shingle that either set flags counts in neither, so that a pair is judged alike in both directions.

    Args:
        hashes, starts: the sets.
        a, b: int64[m], numbers of sets.
        shared: int64[m], written: shingles in both.
        shared_counting: int64[m], written: shingles in both that neither set flags.
        counting_a, counting_b: int64[m], written: shingles of each set that count.
    """
    counting = np.empty(starts.size - 1, np.int64)
    for number in range(counting.size):
        flagged = np.int64(0)
        for i in range(starts[number], starts[number + 1]):
            flagged += np.int64(hashes[i] & FLAG)
        counting[number] = starts[number + 1] - starts[number] - flagged
    for pair in range(a.size):
        i, end_i = starts[a[pair]], starts[a[pair] + 1]
        j, end_j = starts[b[pair]], starts[b[pair] + 1]
        both = neither_flags = a_flags = b_flags = np.int64(0)
        while i < end_i and j < end_j:
            left, right = hashes[i] | FLAG, hashes[j] | FLAG
            same = np.int64(left == right)
            flag_i, flag_j = np.int64(hashes[i] & FLAG), np.int64(hashes[j] & FLAG)
            both += same
            neither_flags += same & ~(flag_i | flag_j)
            a_flags += same & flag_i
            b_flags += same & flag_j
            # Without branches: which side is smaller is a coin toss that no processor predicts.
            i += left <= right
            j += right <= left
        shared[pair] = both
        shared_counting[pair] = neither_flags
        # What one set alone flags counts in the other until here.
        counting_a[pair] = counting[a[pair]] - (both - neither_flags - a_flags)
        counting_b[pair] = counting[b[pair]] - (both - neither_flags - b_flags)


@kernel
def mark(hashes: Hashes, frequent: Hashes) -> None:
    """Set the flag of every hash whose shingle is in `frequent`, and clear it in all others, in place.

    Args:
        hashes: uint64[n], one ascending set after another; only the speed depends on the order.
        frequent: uint64, ascending and distinct, flags clear.
    """
    place = 0
    before = np.uint64(0)
    for index in range(hashes.size):
        wanted = hashes[index] & ~FLAG
        if wanted < before:
            place = 0  # the next set begins
        before = wanted
        # Gallop: a set of n among f frequent shingles takes n log(f / n) steps (Bentley, Yao 1976).
        low, step = place, 1
        while low + step < frequent.size and frequent[low + step] <= wanted:
            low += step
            step *= 2
        high = min(low + step, frequent.size)
        while low < high:
            middle = (low + high) // 2
            if frequent[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        place = low
        found = place < frequent.size and frequent[place] == wanted
        hashes[index] = wanted | np.uint64(found)


@kernel
def runs(ascending: Hashes, counts: Counts) -> int:
    """Move the distinct values of `ascending` to its front and write how often each occurs; return how many."""
    kept = -1
    for index in range(ascending.size):
        if index == 0 or ascending[index] != ascending[kept]:
            kept += 1
            ascending[kept] = ascending[index]
            counts[kept] = 0
        counts[kept] += 1
    return kept + 1
