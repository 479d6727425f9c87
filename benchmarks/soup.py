"""Word soup: any number of synthetic documents of about 1.5 kB, and what near-duplicates there are among them.

    python -m benchmarks.soup DOCUMENTS FOLDER

Every word is a function of the seed, the document's number and its place, so a copy is made without looking for its
original, in whatever bundle that is. Of a hundred documents,

    83  are originals,
     9  are copies of an earlier original with some words replaced, some sentences' worth in a row or scattered,
     2  repeat an earlier original word for word,
     6  fill in one of ten forms: between 80 and 95 of a hundred of their words are the form's. One in eight of these
        has the same filling as an earlier one, but for a few words.

The similarity of each copy to its original is known: a replaced word takes away the shingles that it is in.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.kernel import kernel
from corpus.storage import WorkFolder
from dedup.shingles import mix

BUNDLE = 100_000
"""Documents a bundle."""
KINDS = ("original", "copy", "exact", "form", "form copy")
_SEED = 2026
_VOCABULARY = 50_000
_K = 5
_ORIGINAL, _COPY, _EXACT, _FORM, _FORM_COPY = range(len(KINDS))
_FORMS = 10


class Soup(NamedTuple):
    """Documents `first` to `first + n`."""

    text: pa.LargeStringArray
    kind: npt.NDArray[np.int8]
    """Position in `KINDS`."""
    original: npt.NDArray[np.int64]
    """Number of the document it is made from; its own if there is none."""
    jaccard: npt.NDArray[np.float64]
    """Similarity to that."""
    substance: npt.NDArray[np.float64]
    """The same over the shingles that are not the form's alone."""


def soup(first: int, count: int) -> Soup:
    """Documents `first` to `first + count` of the endless soup."""
    words, starts = _vocabulary()
    kind = np.empty(count, np.int8)
    original = np.empty(count, np.int64)
    jaccard, substance = np.empty((2, count), np.float64)
    lengths = np.empty(count, np.int64)
    describe(first, kind, original, lengths)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    numbers = np.empty(ends[-1], np.int32)
    write_words(first, kind, original, ends, _VOCABULARY, numbers, jaccard, substance)
    sizes = np.diff(starts)[numbers]
    at = np.concatenate([[0], np.cumsum(sizes)])
    data = np.empty(at[-1], np.uint8)
    spell(numbers, words, starts, at, data)
    text = pa.LargeStringArray.from_buffers(count, pa.py_buffer(at[ends]), pa.py_buffer(data))
    return Soup(text, kind, original, jaccard, substance)


@kernel
def describe(first: int, kind: Any, original: Any, lengths: Any) -> None:
    """Write kind, original and number of words of each document."""
    for i in range(kind.size):
        number = first + i
        kind[i] = kind_of(number)
        original[i] = number
        if kind[i] in (_COPY, _EXACT, _FORM_COPY):
            wanted = _FORM if kind[i] == _FORM_COPY else _ORIGINAL
            # The nearest document of that kind before a number drawn from all earlier ones.
            guess = np.int64(draw(number, 7) * number)
            while guess >= 0 and (kind_of(guess) != wanted or (wanted == _FORM and form_of(guess) != form_of(number))):
                guess -= 1
            if guess < 0:
                kind[i] = _ORIGINAL
            else:
                original[i] = guess
        lengths[i] = 120 + np.int64(draw(original[i], 3) * 220)


@kernel
def write_words(
    first: int,
    kind: Any,
    original: Any,
    ends: Any,
    vocabulary: int,
    numbers: Any,
    jaccard: Any,
    substance: Any,
) -> None:
    """Write the words of each document (their numbers in the vocabulary) and its similarity to its original."""
    for i in range(kind.size):
        number, source = first + i, original[i]
        length = ends[i + 1] - ends[i]
        out = numbers[ends[i] : ends[i + 1]]
        is_form = kind[i] == _FORM or kind[i] == _FORM_COPY
        form = form_of(source)
        share = 0.80 + 0.15 * draw(source, 11)
        filled = length - np.int64(length * share)
        begin = np.int64(draw(source, 12) * (length - filled))  # the filling stands in a row, somewhere in the form
        for place in range(length):
            owner = source
            if is_form and not begin <= place < begin + filled:
                owner = -1 - form
            out[place] = word_of(owner, place, vocabulary)
        changed = 0.0
        if kind[i] == _COPY:
            changed = 0.12 * draw(number, 21) ** 2
        elif kind[i] == _FORM_COPY:
            changed = 0.01 * draw(number, 21)
        in_a_row = kind[i] == _COPY and draw(number, 22) < 0.3
        shift = np.int64(draw(number, 23) * length)
        # Shingles: unchanged, with some of the filling, with that or a change, unchanged with some of the filling.
        shared = filling = counting = both = 0
        since, own = _K, _K  # places since the last change, and since the last word of the filling
        for place in range(length):
            if in_a_row:
                replaced = changed > 0 and (place - shift) % length < 4 * changed * length
            else:
                replaced = draw(number, 1000 + place) < changed
            if replaced:
                out[place] = (out[place] + 1 + np.int64(draw(number, 3000 + place) * (vocabulary - 2))) % vocabulary
                since = 0
            else:
                since += 1
            own = 0 if not is_form or begin <= place < begin + filled else own + 1
            if place >= _K - 1:
                shared += since >= _K
                filling += own < _K
                counting += own < _K or since < _K
                both += own < _K and since >= _K
        every = length - _K + 1
        jaccard[i] = shared / (2 * every - shared)
        substance[i] = both / (filling + counting - both)


@kernel
def kind_of(number: int) -> int:
    """Kind of a document: the first thousand are originals and forms."""
    value = draw(number, 1)
    if value < 0.06:
        return _FORM_COPY if draw(number, 2) < 0.125 and number > 1000 else _FORM
    if number > 1000:
        if value < 0.08:
            return _EXACT
        if value < 0.17:
            return _COPY
    return _ORIGINAL


@kernel
def form_of(number: int) -> int:
    """Which form a document fills in."""
    return np.int64(draw(number, 5) * _FORMS)


@kernel
def word_of(owner: int, place: int, vocabulary: int) -> int:
    """Number of a word: low ones are frequent, as in language."""
    value = draw(owner, 5000 + place)
    return np.int64(value * value * vocabulary)


@kernel
def draw(number: int, what: int) -> float:
    """A number in [0, 1) that depends on its arguments alone."""
    value = mix(np.uint64(number) * np.uint64(0x9E3779B97F4A7C15) ^ mix(np.uint64(what) + np.uint64(_SEED)))
    return np.float64(value >> np.uint64(11)) / 2.0**53


@kernel
def spell(numbers: Any, words: Any, starts: Any, at: Any, data: Any) -> None:
    """Write the bytes of every word, each with a space after it."""
    for place in range(numbers.size):
        start = starts[numbers[place]]
        for letter in range(at[place + 1] - at[place]):
            data[at[place] + letter] = words[start + letter]


def _vocabulary() -> tuple[Any, Any]:
    """Distinct words of 3 to 10 letters, each with a space after it: their bytes, and where each begins."""
    generator = np.random.default_rng(_SEED)
    found: dict[str, None] = {}
    while len(found) < _VOCABULARY:
        letters = generator.integers(ord("a"), ord("z") + 1, size=int(generator.integers(3, 11)), dtype=np.uint8)
        found[letters.tobytes().decode()] = None
    spelt = [f"{word} ".encode() for word in found]
    return np.frombuffer(b"".join(spelt), np.uint8), np.cumsum([0, *map(len, spelt)])


def write(count: int, folder: Path) -> None:
    """`count` documents as products of a work folder, in bundles; what is known of them in `known-*.npz` beside it."""
    from benchmarks.near_corpus import Corpus

    corpus = Corpus(WorkFolder.create(folder / "work"))
    for first in range(0, count, BUNDLE):
        size = min(BUNDLE, count - first)
        found = soup(first, size)
        corpus.add(found.text, pa.array([f"soup:{number:010d}" for number in range(first, first + size)]), "soup")
        known = found._asdict()
        del known["text"]
        np.savez(folder / f"known-{first:010d}.npz", **known)
    corpus.save(folder / "corpus.json")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
