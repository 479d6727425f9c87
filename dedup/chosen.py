"""Which of all documents are similar to one of some chosen ones: exact, but for a chance that can be stated.

Bands (`dedup.candidates`) find most pairs at the threshold that merges, fewer below it: with 16 bands of 6 rows 0.87 of
those of Jaccard similarity 0.7. Where a pair must not be missed, and one side is small, documents are looked up by
their smallest shingles instead. Of the KEYS smallest shingles of the union of two sets each is in both sets with
probability J, without replacement, and what is in both is among the KEYS smallest of either (Broder 1997, "On the
resemblance and containment of documents", section 4). So two documents share about J * KEYS of them, and one that
shares fewer than `needed` has similarity `threshold` with a probability that `miss_probability` bounds: 3e-8 at 0.7.
What is found is compared as a whole.

Importing this module imports numba: import it only where it is run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from dedup.shingles import Hashes, Offsets

KEYS = 32
"""Smallest shingles of a document by which it is looked up."""
_PART = 0.36
"""Of the keys that a pair of the least similarity shares on average, those that are asked for."""

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Index:
    """Chosen documents, numbered from 0, and where their smallest shingles are found."""

    hashes: Hashes
    starts: Offsets
    """The set of document i is `hashes[starts[i]:starts[i + 1]]`."""
    group: Codes
    """int64[n]: groups of documents that are not compared with each other, numbered from 0."""
    keys: Hashes
    """Ascending: the `KEYS` smallest shingles of each document."""
    owner: Codes
    """Whose each is."""

    @classmethod
    def of(cls, hashes: Hashes, starts: Offsets, group: Codes) -> Index:
        """That of shingle sets (`dedup.shingles.shingle_sets`)."""
        at, sizes = smallest(starts)
        owner = np.repeat(np.arange(sizes.size), sizes)
        keys = hashes[at]
        order = np.lexsort((owner, keys))
        return cls(hashes, starts, group, keys[order], owner[order])


def smallest(starts: Offsets) -> tuple[Offsets, Codes]:
    """Where the `KEYS` smallest shingles of each set stand, one set after the other; and how many each has."""
    sizes = np.minimum(np.diff(starts), KEYS)
    return np.arange(sizes.sum()) + np.repeat(starts[:-1] - (np.cumsum(sizes) - sizes), sizes), sizes


def needed(threshold: float) -> float:
    """Share of its keys that a document must have in common with another to be compared with it."""
    return _PART * threshold


def miss_probability(threshold: float) -> float:
    """The chance, at most, that a pair of similarity `threshold` or more is not compared: shares too few keys.

    Binomial, which has the heavier tail than the draw without replacement that it stands for.
    """
    least = max(1, math.floor(needed(threshold) * KEYS))
    return sum(math.comb(KEYS, k) * threshold**k * (1 - threshold) ** (KEYS - k) for k in range(least))


def similar(
    index: Index, hashes: Hashes, starts: Offsets, group: Codes, threshold: float, joined: Codes, beside: Codes
) -> None:
    """Compare documents with the chosen ones.

    Args:
        index: the chosen documents.
        hashes, starts: shingle sets of m documents, some of which may be chosen ones.
        group: int64[m]: the group of each; -1 of documents in none of the index.
        threshold: Jaccard similarity from which two documents are similar.
        joined: int64[groups], a forest (`arange` to begin with), written: similar documents' groups are in one tree.
        beside: int64[groups], written: 1 for groups one of whose documents is similar to one in no group.
    """
    _similar(
        index.hashes,
        index.starts,
        index.group,
        index.keys,
        index.owner,
        hashes,
        starts,
        group,
        threshold,
        needed(threshold),
        joined,
        beside,
    )


@kernel
def _root(parent: Codes, x: int) -> int:
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


@kernel
def _jaccard(left: Hashes, right: Hashes) -> float:
    i = j = shared = 0
    while i < left.size and j < right.size:
        a, b = left[i], right[j]
        shared += a == b
        i += a <= b
        j += b <= a
    return shared / max(left.size + right.size - shared, 1)


@kernel
def _similar(
    chosen: Hashes,
    chosen_starts: Offsets,
    chosen_group: Codes,
    keys: Hashes,
    owner: Codes,
    hashes: Hashes,
    starts: Offsets,
    group: Codes,
    threshold: float,
    share: float,
    joined: Codes,
    beside: Codes,
) -> None:
    count = np.zeros(chosen_group.size, np.int64)
    met = np.empty(chosen_group.size, np.int64)
    for document in range(starts.size - 1):
        begin, end = starts[document], starts[document + 1]
        size = end - begin
        n_met = 0
        for place in range(begin, min(end, begin + KEYS)):
            low, high = 0, keys.size
            while low < high:
                middle = (low + high) // 2
                if keys[middle] < hashes[place]:
                    low = middle + 1
                else:
                    high = middle
            while low < keys.size and keys[low] == hashes[place]:
                other = owner[low]
                if count[other] == 0:
                    met[n_met] = other
                    n_met += 1
                count[other] += 1
                low += 1
        for number in range(n_met):
            other = met[number]
            shared = count[other]
            count[other] = 0
            theirs = chosen_starts[other + 1] - chosen_starts[other]
            least = max(1, int(share * min(size, theirs, KEYS)))
            if shared < least or min(size, theirs) < threshold * max(size, theirs):
                continue
            root = _root(joined, chosen_group[other])
            if group[document] < 0:
                if beside[chosen_group[other]]:
                    continue
            elif _root(joined, group[document]) == root:
                continue
            own = hashes[begin:end]
            if _jaccard(own, chosen[chosen_starts[other] : chosen_starts[other + 1]]) < threshold:
                continue
            if group[document] < 0:
                beside[chosen_group[other]] = 1
            else:
                mine = _root(joined, group[document])
                joined[max(mine, root)] = min(mine, root)
