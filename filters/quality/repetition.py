"""The quality kernel's second step: find what a document repeats. Needs numba.

Repeated n-grams are found without hashing n-grams. An n-gram can only occur twice if both (n-1)-grams in it do, so each
n from 2 on looks only at positions that were repeated at n-1, and calls an n-gram by the pair of names of those two
(Karp, Miller & Rosenberg 1972). Given the hashes of words, names are exact, and after n = 3 there is little left to
look at. Results equal those of datatrove's `gopher_repetition_filter` on the same words, but for n-grams that it takes
as equal because it joins words without a space (`ab c` and `a bc`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel
from filters.quality.scratch import mixed, word_hash

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Gopher's eight (Rae et al. 2021, A1.1), compared as they are written: `The` is not one of them."""

_STOP_HASHES = np.array([word_hash(word) for word in STOP_WORDS], np.uint64)


@kernel
def _named(work: Any, mask: int, known: int, key: Any) -> Any:
    """Name of `key`: the number of different keys seen before it. Equals `known` if it is new."""
    slot = np.int64(mixed(key) & np.uint64(mask))
    base = work.base[0]
    while True:
        name = work.slots[slot] - base
        if name < 0:
            work.slots[slot] = base + known
            work.key[known] = key
            work.times[known] = 0
            return known
        if work.key[name] == key:
            return name
        slot = (slot + 1) & mask


@kernel
def _repeated_blocks(work: Any, mask: int, blocks: Any, sizes: Any, n: int) -> Any:
    """How many of the first `n` blocks (hashes) equal an earlier one, and how many characters these have."""
    known = copies = characters = 0
    for i in range(n):
        if _named(work, mask, known, blocks[i]) == known:
            known += 1
        else:
            copies += 1
            characters += sizes[i]
    work.base[0] += known
    return copies, characters


@kernel
def repeat(work: Any, tally: Any) -> None:
    """Count repeated words, n-grams, lines and paragraphs of the document that `scan` left in `work`."""
    words = tally.words
    mask = 16
    while mask < 2 * words:
        mask *= 2
    mask -= 1

    tally.duplicate_lines, tally.duplicate_line_characters = _repeated_blocks(
        work, mask, work.line, work.line_characters, tally.lines
    )
    tally.duplicate_paragraphs, tally.duplicate_paragraph_characters = _repeated_blocks(
        work, mask, work.paragraph, work.paragraph_characters, tally.paragraphs
    )

    known = stops = 0
    for i in range(words):
        name = _named(work, mask, known, work.word[i])
        work.name[i] = name
        work.times[name] += 1
        if name == known:
            known += 1
            work.first[name] = i
            if 2 <= work.before[i + 1] - work.before[i] <= 4:
                for stop in _STOP_HASHES:
                    if work.word[i] == stop:
                        work.stop[stops] = name
                        stops += 1
    work.base[0] += known
    top = 0
    count_log_count = 0.0
    for name in range(known):
        count = work.times[name]
        if count > 1:
            count_log_count += count * np.log(count)
        if count > work.times[top]:
            top = name
    tally.unique_words = known
    tally.stop_words = stops
    for stop in range(stops):
        tally.stop_word_times += work.times[work.stop[stop]]
    if known:
        tally.top_word = work.times[top]
        tally.top_word_alphabetic = work.only_letters[work.first[top]]
    tally.count_log_count = count_log_count

    places = 0
    for i in range(words):
        if work.times[work.name[i]] > 1:
            work.position[places] = i
            work.name[places] = work.name[i]
            places += 1
    for n in range(2, 11):
        places = _repeated_grams(work, mask, n, places, words, tally)


@kernel
def _repeated_grams(work: Any, mask: int, n: int, places: int, words: int, tally: Any) -> int:
    """From the places of repeated (n-1)-grams to those of repeated n-grams; tells how many these are."""
    known = candidates = 0
    for j in range(places - 1):
        i = work.position[j]
        if work.position[j + 1] != i + 1:
            continue
        key = np.uint64(work.name[j]) << np.uint64(32) | np.uint64(work.name[j + 1])
        name = _named(work, mask, known, key)
        work.times[name] += 1
        if name == known:
            known += 1
            work.first[name] = i
            work.met[name] = False
        work.position[candidates] = i
        work.name[candidates] = name
        candidates += 1
    work.base[0] += known

    if n <= 4 and words >= n:
        # Where nothing repeats, the most frequent n-gram is the first, as with Counter.most_common.
        most, i = 1, 0
        for name in range(known):
            if work.times[name] > most:
                most, i = work.times[name], work.first[name]
        tally.top_gram_characters[n - 2] = most * (work.before[i + n] - work.before[i] + n - 1)

    kept = duplicate = free = 0
    for j in range(candidates):
        i, name = work.position[j], work.name[j]
        if work.times[name] < 2:
            continue
        work.position[kept] = i
        work.name[kept] = name
        kept += 1
        if n < 5 or i < free:
            continue
        if work.met[name]:
            duplicate += work.before[i + n] - work.before[i]
            free = i + n
        work.met[name] = True
    if n >= 5:
        tally.duplicate_gram_characters[n - 5] = duplicate
    return kept
