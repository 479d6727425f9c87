"""Which shingles are a template of a source: text that many of its documents share whatever they are about.

Two pages that fill in one form agree in the form, and differ in what matters. So similarity is measured twice: over all
shingles, and over the shingles that *count*, those that are no template of their document's source.

    template = template_shingles(*shingle_sets(sample, rows, 5), share=0.001, least=10, variant=0.95)
    hashes = flag(hashes, template)                # of the source's documents, from `dedup.shingles.shingle_sets`
    found = dedup.verify.similarities(hashes, starts, a, b)

A text that stands in many places in nearly the same words is no template either: it is one text, and its copies should
go. So frequencies are of *variants*: of documents so similar that not even a form would explain it, one is counted.
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
Offsets = npt.NDArray[np.int64]

_LEADERS = 16
"""Sets that every other one of a large bucket is compared with. Only templates fill large buckets, or copies."""


def template_shingles(hashes: Hashes, starts: Offsets, *, share: float, least: int, variant: float) -> Hashes:
    """Templates of a source, learnt from a sample of its documents.

    The order of the sample changes nothing. Takes about 24 bytes a shingle at its peak, 4 times the bytes of text.

    Args:
        hashes: uint64, sorted distinct shingles of n documents, flags clear.
        starts: int64[n + 1]: the shingles of document i are `hashes[starts[i]:starts[i + 1]]`.
        share, least: see `frequent`; of variants.
        variant: least similarity of variants of one text; above 1, every document counts.

    Returns:
        uint64, ascending and distinct, flags clear.
    """
    counted = variants(hashes, starts, variant)
    chosen = np.zeros(starts.size - 1, np.bool_)
    chosen[counted] = True
    found = set_frequencies(hashes[np.repeat(chosen, np.diff(starts))])
    return frequent(*found, documents=counted.size, share=share, least=least)


def variants(hashes: Hashes, starts: Offsets, similarity: float) -> Offsets:
    """One of each group of documents that are similar to it; documents without shingles are left out.

    Of a group the one that shares bands with most others is taken: the text that the others were made from, if it is
    there. Candidates have a band in common in a signature of 8 bands of 8
    rows, which finds a pair of Jaccard similarity 0.95 with probability 0.9998 (`dedup.signature.MinHashConfig`).

    Args:
        hashes, starts: n sets, as above.
        similarity: least Jaccard similarity; above 1, no two documents are similar.

    Returns:
        int64, numbers of sets, ascending.
    """
    from dedup.candidates import band_pairs, unique_pairs
    from dedup.resolve import Certain, resolve_near
    from dedup.signature import MinHashConfig
    from dedup.sketch import substance_bands
    from dedup.verify import similarities

    numbers = np.flatnonzero(np.diff(starts))
    if similarity > 1 or numbers.size < 2:
        return numbers
    shape = MinHashConfig(bands=8, rows=8)
    keys = substance_bands(hashes, starts, shape.keys(), shape.bands, shape.rows)[:, numbers]
    company = np.zeros(numbers.size, np.int64)
    for band in keys:
        _, place, count = np.unique(band, return_inverse=True, return_counts=True)
        company += count[place]
    # Shingles alone decide the rank, so that the order of the sets decides nothing.
    sizes, sums = np.diff(starts)[numbers], np.add.reduceat(hashes, starts[numbers])
    rank = np.empty(numbers.size, np.int64)
    rank[np.lexsort((sums, -sizes, -company))] = np.arange(numbers.size)
    nothing = np.empty(0, np.int64)
    found = resolve_near(
        rank,
        Certain.of((nothing, nothing), (nothing, nothing)),
        unique_pairs(band_pairs(band, rank, leaders=_LEADERS) for band in keys),
        lambda a, b: similarities(hashes, starts, numbers[a], numbers[b]).jaccard,
        threshold=similarity,
        split_threshold=similarity,
    )
    survives = found.survivor == np.arange(numbers.size)
    return np.compress(survives, numbers)


def document_frequencies(text: pa.LargeStringArray, shingle_words: int = 5) -> tuple[Hashes, Counts]:
    """In how many texts each shingle occurs; a text that repeats itself counts once.

    Args:
        text: the texts, large_string.
        shingle_words: k.

    Returns:
        As `set_frequencies`.
    """
    from dedup.shingles import shingle_sets

    return set_frequencies(shingle_sets(text, np.arange(len(text)), shingle_words)[0])


def set_frequencies(hashes: Hashes) -> tuple[Hashes, Counts]:
    """In how many sets each shingle is.

    Args:
        hashes: uint64, sets one after another, flags clear.

    Returns:
        uint64 shingles of any set, ascending and distinct; int64 number of sets that hold each.
    """
    from dedup.overlap import runs

    distinct = np.sort(hashes)
    counts = np.empty(distinct.size, np.int64)
    found = runs(distinct, counts)
    return distinct[:found], counts[:found]


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
