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

from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]
Offsets = npt.NDArray[np.int64]

_ALL_PAIRS, _LEADERS = 64, 16
"""Members of a bucket that are all compared with each other; of a larger one, each is compared with so many."""


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

    Of a group the one that most others are similar to is taken, as is the text they were made from. Candidates have a
    band in common in a signature of 8 bands of 8 rows, which finds a pair of Jaccard similarity 0.95 with probability
    0.9998 (`dedup.signature.MinHashConfig`).

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
    leading = _rank(company, hashes, starts, numbers)
    pairs = unique_pairs(band_pairs(band, leading, all_pairs_up_to=_ALL_PAIRS, leaders=_LEADERS) for band in keys)
    found = similarities(hashes, starts, numbers[pairs[0]], numbers[pairs[1]]).jaccard
    alike = np.concatenate([ends[found >= similarity] for ends in pairs])
    nothing = np.empty(0, np.int64)
    first = [found]
    resolution = resolve_near(
        _rank(np.bincount(alike, minlength=numbers.size), hashes, starts, numbers),
        Certain.of((nothing, nothing), (nothing, nothing)),
        pairs,
        lambda a, b: first.pop() if first else similarities(hashes, starts, numbers[a], numbers[b]).jaccard,
        threshold=similarity,
        split_threshold=similarity,
    )
    return np.compress(resolution.survivor == np.arange(numbers.size), numbers)


def _rank(first: Counts, hashes: Hashes, starts: Offsets, numbers: Offsets) -> Offsets:
    """0 for the set with the greatest `first`. Shingles alone decide ties, so that the order of the sets does not."""
    sizes, sums = np.diff(starts)[numbers], np.add.reduceat(hashes, starts[numbers])
    rank = np.empty(numbers.size, np.int64)
    rank[np.lexsort((sums, -sizes, -first))] = np.arange(numbers.size)
    return rank


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
