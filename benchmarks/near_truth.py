"""What near-duplicates there are: the exact Jaccard similarity of every pair of a real sample with planted edits.

The sample mixes sources that have templates and copies (question pages, notes and their repackagings, case reports,
labels, guidelines, articles; `benchmarks.documents.every_kind`) with abstracts. Nothing here uses a signature: shared
shingles of all pairs are counted through an inverted index.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.documents import Text, every_kind
from benchmarks.near_edits import EDITS, near_copy, vocabulary_of, words_in
from corpus.kernel import kernel
from corpus.unicode import folds
from dedup.shingles import shingle_sets
from shards.place import uniform

Positions = npt.NDArray[np.int64]
Similarities = npt.NDArray[np.float64]

SHINGLE_WORDS = 5
FLOOR = 0.3
"""Pairs below it are not kept."""
_SEED = 20
_LEAST_WORDS = 60
"""Of a text that is edited: in a shorter one, a single word is more than was asked for."""
_STRENGTHS = (0.5, 0.995)


@dataclass(frozen=True, slots=True)
class Truth:
    """A sample and its similar pairs."""

    documents: tuple[Text, ...]
    real: int
    """How many of `documents` are real; the others are edits of these and come after them."""
    a: Positions
    b: Positions
    """int64[m], a < b, sorted by (b, a): every pair of Jaccard similarity `FLOOR` or more."""
    jaccard: Similarities

    def at_least(self, threshold: float) -> Truth:
        """The pairs that are so similar."""
        chosen = self.jaccard >= threshold
        return Truth(self.documents, self.real, self.a[chosen], self.b[chosen], self.jaccard[chosen])


@cache
def truth(real: int = 20_000, planted: int = 12_000) -> Truth:
    """`real` documents of every kind at hand, `planted` edits of them, and their similar pairs."""
    documents = sample(real)
    copies = plant(documents, planted)
    return measure((*documents, *copies), len(documents))


def sample(count: int) -> tuple[Text, ...]:
    """Real documents in an order drawn once; of each source at most 3,000 or 12 MB, the rest are abstracts."""
    found = every_kind(count, per_source=3000, per_source_megabytes=12.0)
    return tuple(sorted(found, key=lambda text: uniform(text.id, salt="near truth")))


def plant(documents: Sequence[Text], count: int) -> list[Text]:
    """`count` edits of documents drawn with a seed, of every kind, with similarities wanted from 0.5 to 0.995."""
    generator = np.random.default_rng(_SEED)
    vocabulary = vocabulary_of([text.text for text in documents[:2000]])
    long = [text for text in documents if words_in(text.text) >= _LEAST_WORDS]
    kinds = sorted(EDITS)
    found = []
    for number, place in enumerate(generator.integers(len(long), size=count).tolist()):
        kind = kinds[number % len(kinds)]
        edited = near_copy(long[place].text, kind, generator.uniform(*_STRENGTHS), generator, vocabulary)
        found.append(Text(f"planted:{number}-{kind}-{long[place].id}", edited))
    return found


def measure(documents: Sequence[Text], real: int) -> Truth:
    """The exact similarity of all pairs of `documents`."""
    text = pa.array([each.text for each in documents], pa.large_string())
    hashes, starts = shingle_sets(text, np.arange(len(text)), SHINGLE_WORDS)
    owner = np.repeat(np.arange(len(text)), np.diff(starts))
    order = np.argsort(hashes, kind="stable")  # postings of a shingle: documents that have it, ascending
    new = np.ones(hashes.size, np.bool_)
    new[1:] = hashes[order][1:] != hashes[order][:-1]
    number = np.empty(hashes.size, np.int64)
    number[order] = np.cumsum(new) - 1
    ends = np.append(np.flatnonzero(new), hashes.size)
    a, b, jaccard = similar_pairs(number, starts, owner[order], ends, FLOOR)
    return Truth(tuple(documents), real, a, b, jaccard)


@kernel
def similar_pairs(number: Positions, starts: Positions, postings: Positions, ends: Positions, floor: float) -> Any:
    """Every pair of sets with Jaccard similarity `floor` or more, by counting shared elements.

    Args:
        number: int64[total], elements of all sets, numbered from 0; those of set s are `number[starts[s]:starts[s+1]]`.
        postings, ends: sets that hold element e, ascending, are `postings[ends[e]:ends[e + 1]]`.

    Returns:
        Two int64[m], a < b, sorted by (b, a), and float64[m].
    """
    count = starts.size - 1
    shared = np.zeros(count, np.int64)
    met = np.empty(count, np.int64)
    room = 1 << 16
    first, second, similarity = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.float64)
    found = 0
    for b in range(count):
        n_met = 0
        for place in range(starts[b], starts[b + 1]):
            element = number[place]
            for entry in range(ends[element], ends[element + 1]):
                a = postings[entry]
                if a >= b:
                    break
                if shared[a] == 0:
                    met[n_met] = a
                    n_met += 1
                shared[a] += 1
        near = np.sort(met[:n_met])
        for a in near:
            union = starts[a + 1] - starts[a] + starts[b + 1] - starts[b] - shared[a]
            value = shared[a] / union
            shared[a] = 0
            if value >= floor:
                if found == room:
                    first = np.concatenate((first, np.empty(room, np.int64)))
                    second = np.concatenate((second, np.empty(room, np.int64)))
                    similarity = np.concatenate((similarity, np.empty(room, np.float64)))
                    room *= 2
                first[found], second[found], similarity[found] = a, b, value
                found += 1
    return first[:found], second[:found], similarity[:found]


def of_strings(text: str, k: int = SHINGLE_WORDS) -> set[str]:
    """The shingles of a text as strings, without any hash, as `dedup.shingles` defines them."""
    fold = folds()
    words, word = [], ""
    for character in f"{text} ":
        if unicodedata.category(character)[0] in "LMN":
            word += chr(int(fold[ord(character)]))
        elif word:
            words.append(word)
            word = ""
    if len(words) < k:
        return {" ".join(words)} if words else set()
    return {" ".join(words[place : place + k]) for place in range(len(words) - k + 1)}


def strings_disagree(found: Truth, pairs: int = 2000) -> int:
    """Of `pairs` drawn from a truth, how many have another similarity by shingles that are strings: must be none."""
    chosen = np.random.default_rng(_SEED).permutation(found.a.size)[:pairs]
    wrong = 0
    for pair in chosen.tolist():
        left, right = (of_strings(found.documents[end[pair]].text) for end in (found.a, found.b))
        wrong += abs(len(left & right) / len(left | right) - found.jaccard[pair]) > 1e-12
    return wrong
