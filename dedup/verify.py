"""True similarity of candidate pairs: a signature only proposes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]

Positions = npt.NDArray[np.int64]
Similarities = npt.NDArray[np.float64]


class Similarity(NamedTuple):
    """How alike the sets A and B of m pairs are; float64[m] each, in [0, 1]. Symmetric: (B, A) gives the same."""

    jaccard: Similarities
    """|A and B| / |A or B|; 0 where both are empty."""
    substance: Similarities
    """The same over the shingles that count: no flag in the set that holds them, nor in the other if both do. 1 where
    neither set has any, as then `jaccard` alone says what there is to say."""
    containment: Similarities
    """|A and B| / min(|A|, |B|) (Broder 1997, "On the resemblance and containment of documents", section 2); 0 where
    one is empty."""

    def copies(self, threshold: float) -> npt.NDArray[np.bool_]:
        """bool[m]: alike as a whole, and alike in what they do not share with other documents of their source."""
        return (self.jaccard >= threshold) & (self.substance >= threshold)


BLOCK_BYTES = 64 * 1024 * 1024
"""Text whose shingles are held at once. They take 8/6.5 of its bytes, 4 times as much if every word is one letter."""


def similarities(hashes: Hashes, starts: Positions, a: Positions, b: Positions) -> Similarity:
    """Similarity of pairs of shingle sets.

    Args:
        hashes: uint64, sorted distinct shingles of n documents, those that do not count flagged
            (`dedup.templates.flag`).
        starts: int64[n + 1]: the shingles of document i are `hashes[starts[i]:starts[i + 1]]`.
        a, b: int64[m], numbers of documents.
    """
    from dedup.overlap import overlaps

    shared, shared_counting, counting_a, counting_b = np.empty((4, a.size), np.int64)
    overlaps(hashes, starts, a, b, shared, shared_counting, counting_a, counting_b)
    sizes = np.diff(starts)
    union = sizes[a] + sizes[b] - shared
    union_counting = counting_a + counting_b - shared_counting
    # Where a set is empty nothing is shared: 0 / 1.
    return Similarity(
        jaccard=shared / np.maximum(union, 1),
        substance=np.where(union_counting == 0, 1.0, shared_counting / np.maximum(union_counting, 1)),
        containment=shared / np.maximum(np.minimum(sizes[a], sizes[b]), 1),
    )


def jaccard(
    text: pa.LargeStringArray,
    a: Positions,
    b: Positions,
    shingle_words: int = 5,
    block_bytes: int = BLOCK_BYTES,
) -> tuple[Similarities, Similarities]:
    """Jaccard similarity and containment of pairs of texts, over their sets of distinct shingles.

    Every shingle counts. Both are 0 where a text has no words. Pairs are taken in blocks of bounded text; within a
    block each text is shingled once, and pairs given in sorted order keep texts from recurring in other blocks.

    Args:
        text: the texts, large_string.
        a, b: int64[m], rows of `text`.
        shingle_words: k.
        block_bytes: UTF-8 bytes of text to shingle at a time (a single pair may exceed it).

    Returns:
        Two float64[m] in [0, 1].
    """
    from dedup.shingles import shingle_sets

    similarity = np.zeros(a.size, np.float64)
    containment = np.zeros(a.size, np.float64)
    for begin, end in _blocks(text, a, b, block_bytes):
        rows, place = np.unique(np.concatenate([a[begin:end], b[begin:end]]), return_inverse=True)
        hashes, starts = shingle_sets(text, rows, shingle_words)
        found = similarities(hashes, starts, place[: end - begin], place[end - begin :])
        similarity[begin:end], containment[begin:end] = found.jaccard, found.containment
    return similarity, containment


def _blocks(text: pa.LargeStringArray, a: Positions, b: Positions, block_bytes: int) -> list[tuple[int, int]]:
    """Consecutive ranges of pairs whose texts, counted twice where they recur, stay within `block_bytes`."""
    from corpus.kernel import text_buffers

    _, offsets = text_buffers(text)
    ends = np.cumsum(offsets[a + 1] - offsets[a] + offsets[b + 1] - offsets[b])
    blocks = []
    begin = 0
    while begin < a.size:
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + block_bytes, side="right")))
        blocks.append((begin, end))
        begin = end
    return blocks
