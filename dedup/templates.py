"""Which shingles are a template of a source: text that many of its documents share whatever they are about.

Two pages that fill in one form agree in the form, and differ in what matters. So similarity is measured twice: over all
shingles, and over the shingles that *count*, those that are no template of their document's source.

    parts = [document_frequencies(text, 5) for text in batches_of_a_sample]
    template = frequent(*merge_frequencies(parts), documents=n, share=..., least=...)
    hashes = flag(hashes, template)                # of the source's documents, from `dedup.shingles.shingle_sets`
    found = dedup.verify.similarities(hashes, starts, a, b)

Frequencies are of documents: a document that repeats a sentence has it once. Let no two documents of the sample have
the same words (`exact_hi`, `exact_lo`): many exact copies of one text are not a template.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]


def document_frequencies(text: pa.LargeStringArray, shingle_words: int = 5) -> tuple[Hashes, Counts]:
    """In how many texts each shingle occurs.

    Takes 16 bytes a shingle at its peak, about 2.5 times the bytes of text.

    Args:
        text: the texts, large_string.
        shingle_words: k.

    Returns:
        uint64 shingles of any text (flags clear), ascending and distinct; int64 number of texts that hold each.
    """
    from dedup.overlap import runs
    from dedup.shingles import shingle_sets

    hashes, _ = shingle_sets(text, np.arange(len(text)), shingle_words)
    hashes.sort()
    counts = np.empty(hashes.size, np.int64)
    found = runs(hashes, counts)
    return hashes[:found].copy(), counts[:found].copy()


def merge_frequencies(parts: Sequence[tuple[Hashes, Counts]]) -> tuple[Hashes, Counts]:
    """Document frequencies of all parts together, as if their texts had come as one column.

    A shingle that is rare in each part may be frequent in all, so nothing is left out on the way. Parts are merged two
    by two: the order of the parts changes nothing.
    """
    from dedup.overlap import add_counts

    merged = list(parts) or [(np.empty(0, np.uint64), np.empty(0, np.int64))]
    while len(merged) > 1:
        halves = []
        for left, right in zip(merged[::2], merged[1::2], strict=False):
            room = left[0].size + right[0].size
            hashes, counts = np.empty(room, np.uint64), np.empty(room, np.int64)
            found = add_counts(*left, *right, hashes, counts)
            halves.append((hashes[:found].copy(), counts[:found].copy()))
        merged = halves + merged[2 * len(halves) :]
    return merged[0]


def frequent(hashes: Hashes, counts: Counts, *, documents: int, share: float, least: int) -> Hashes:
    """Shingles that occur in at least `share` of the documents, and in at least `least`.

    Args:
        hashes, counts: document frequencies.
        documents: how many documents were counted.
        share: least share of them, in [0, 1], read as the decimal it is written as.
        least: least number of them. It protects small sources, where a few copies of one text are a large share.

    Returns:
        uint64, ascending and distinct, flags clear.
    """
    return hashes[counts >= max(least, ceil(Fraction(repr(float(share))) * documents))]


def flag(hashes: Hashes, frequent: Hashes) -> Hashes:
    """The same shingles, those in `frequent` flagged: they do not count.

    Args:
        hashes: uint64[n], sets of documents of one source, one after another; flags that are set are forgotten.
        frequent: uint64, ascending and distinct, flags clear.

    Returns:
        uint64[n], in the same order: the flag is the lowest bit, and a shingle what the upper 63 say.
    """
    from dedup.overlap import mark

    flagged = hashes.copy()
    mark(flagged, frequent)
    return flagged
