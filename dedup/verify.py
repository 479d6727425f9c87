"""True similarity of candidate pairs: a signature only proposes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Positions = npt.NDArray[np.int64]
Similarities = npt.NDArray[np.float64]

BLOCK_BYTES = 64 * 1024 * 1024
"""Text whose shingles are held at once. They take 8/6.5 of its bytes, 4 times as much if every word is one letter."""


def jaccard(
    text: pa.LargeStringArray,
    a: Positions,
    b: Positions,
    shingle_words: int = 5,
    block_bytes: int = BLOCK_BYTES,
) -> tuple[Similarities, Similarities]:
    """Jaccard similarity and containment of pairs of texts, over their sets of distinct shingles.

    Jaccard is |A and B| / |A or B|; containment is |A and B| / min(|A|, |B|) (Broder 1997, "On the resemblance and
    containment of documents", section 2). Both are 0 where a text has no words. Pairs are taken in blocks of bounded
    text; within a block each text is shingled once, and pairs given in sorted order keep texts from recurring in other
    blocks.

    Args:
        text: the texts, large_string.
        a, b: int64[m], rows of `text`.
        shingle_words: k.
        block_bytes: UTF-8 bytes of text to shingle at a time (a single pair may exceed it).

    Returns:
        Two float64[m] in [0, 1].
    """
    from dedup.overlap import shared_counts
    from dedup.shingles import shingle_sets

    similarity = np.zeros(a.size, np.float64)
    containment = np.zeros(a.size, np.float64)
    for begin, end in _blocks(text, a, b, block_bytes):
        rows, place = np.unique(np.concatenate([a[begin:end], b[begin:end]]), return_inverse=True)
        hashes, starts = shingle_sets(text, rows, shingle_words)
        left, right = place[: end - begin], place[end - begin :]
        shared = np.zeros(end - begin, np.int64)
        shared_counts(hashes, starts, left, right, shared)
        sizes = np.diff(starts)
        union = sizes[left] + sizes[right] - shared
        smaller = np.minimum(sizes[left], sizes[right])
        # Where both are empty the union is 0, and so is what is shared.
        similarity[begin:end] = shared / np.maximum(union, 1)
        containment[begin:end] = shared / np.maximum(smaller, 1)
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
