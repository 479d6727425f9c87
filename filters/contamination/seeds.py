"""What the kernel looks up: the vocabulary as a hash table, and runs of words that lead to texts. Made at load."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from filters.contamination.index import ANSWER, CONTEXT, QUESTION, QUESTION_ANSWER, Index
from filters.contamination.run import fill, mark, run_hashes

_WIDE = 16
"""Bits of the bit array a seed."""


class Tables(NamedTuple):
    """An index as the kernel reads it. Words are numbered from 1; 0 is a word of no text."""

    keys: npt.NDArray[np.uint64]
    """Open addressing, a power of two: hashes of words; 0 where there is none."""
    ids: npt.NDArray[np.int32]
    weights: npt.NDArray[np.int64]
    """By word; that of 0 is 0."""
    words: npt.NDArray[np.int32]
    text_firsts: npt.NDArray[np.int64]
    text_bits: npt.NDArray[np.int64]
    filter: npt.NDArray[np.uint64]
    """Bit array, a power of two bits: which runs of words may be seeds."""
    seeds: npt.NDArray[np.uint64]
    """Open addressing: hashes of runs of words; 0 where there is none."""
    seed_firsts: npt.NDArray[np.int32]
    seed_counts: npt.NDArray[np.int32]
    seed_texts: npt.NDArray[np.int32]
    seed_offsets: npt.NDArray[np.int32]
    """Word of the text that the run begins at."""
    owner_firsts: npt.NDArray[np.int64]
    """Items that look for text t: `owner_items[owner_firsts[t]:owner_firsts[t + 1]]`."""
    owner_items: npt.NDArray[np.int32]
    owner_parts: npt.NDArray[np.int8]
    item_firsts: npt.NDArray[np.int64]
    slot_texts: npt.NDArray[np.int32]
    slot_parts: npt.NDArray[np.int8]


def tables(index: Index) -> Tables:
    """The index, made ready."""
    words = index.words.astype(np.int32) + 1
    firsts = index.text_firsts.astype(np.int64)
    weights = np.concatenate([[0], index.weights]).astype(np.int64)
    totals = np.concatenate([[0], np.cumsum(weights[words])])
    parts, texts = index.slot_parts, index.slot_texts.astype(np.int64)
    lengths = np.diff(firsts)
    alone = np.isin(parts, [QUESTION, QUESTION_ANSWER])
    looked_for = alone | (np.isin(parts, [ANSWER, CONTEXT]) & (lengths[texts] >= index.config.max_n))
    items = np.repeat(np.arange(len(index)), np.diff(index.item_firsts.astype(np.int64)).astype(np.int64))
    order = np.argsort(texts[looked_for], kind="stable")
    owned = texts[looked_for][order]
    keys, ids = _hashed(index.vocabulary)
    hashes, of_text, offsets = _seeds(index, words, firsts, totals, np.unique(owned))
    distinct, first, count = np.unique(hashes, return_index=True, return_counts=True)
    seeds, numbers = _hashed(distinct)
    marks = np.zeros(1 << max(4, (_WIDE * distinct.size // 64).bit_length()), np.uint64)
    mark(distinct, marks)
    number = np.maximum(numbers - 1, 0)
    empty = np.zeros(1, np.int64)
    return Tables(
        keys=keys,
        ids=ids,
        weights=weights,
        words=words,
        text_firsts=firsts,
        text_bits=totals[firsts[1:]] - totals[firsts[:-1]],
        filter=marks,
        seeds=seeds,
        seed_firsts=(first if first.size else empty)[number].astype(np.int32),
        seed_counts=(count if count.size else empty)[number].astype(np.int32),
        seed_texts=of_text.astype(np.int32),
        seed_offsets=offsets.astype(np.int32),
        owner_firsts=np.searchsorted(owned, np.arange(lengths.size + 1)),
        owner_items=items[looked_for][order].astype(np.int32),
        owner_parts=parts[looked_for][order].astype(np.int8),
        item_firsts=index.item_firsts.astype(np.int64),
        slot_texts=texts.astype(np.int32),
        slot_parts=parts.astype(np.int8),
    )


def _seeds(
    index: Index,
    words: npt.NDArray[np.int32],
    firsts: npt.NDArray[np.int64],
    totals: npt.NDArray[np.int64],
    sought: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Seeds of the texts `sought`: hash, text, offset, ascending by these; of equal ones in a text, the first."""
    config = index.config
    lengths = np.diff(firsts)
    kinds = (
        (config.short_seed, sought[lengths[sought] <= config.short_text], 1),
        (config.long_seed, sought[lengths[sought] > config.short_text], config.long_seed - 2),
    )
    found: list[tuple[Any, Any, Any]] = []
    for length, texts, choice in kinds:
        runs = np.maximum(lengths[texts] - length + 1, 0)
        text = np.repeat(texts, runs)
        offset = np.arange(text.size) - np.repeat(np.cumsum(runs) - runs, runs)
        at = firsts[text] + offset
        every = np.empty(max(0, words.size - length + 1), np.uint64)
        run_hashes(words, length, every)
        hashes = every[at]
        _, inverse, shared = np.unique(hashes, return_inverse=True, return_counts=True)
        common = shared[inverse] > config.most_texts
        # The rarest of every `choice` neighbours, never a common one if the text has another.
        value = totals[at + length] - totals[at] - np.where(common, 1 << 32, 0)
        chosen = _rarest(value, text, choice)
        best = np.full(lengths.size, -(1 << 62), np.int64)
        np.maximum.at(best, text, value)
        chosen &= ~common | (value == best[text])
        found.append((hashes[chosen], text[chosen], offset[chosen]))
    hashes, text, offset = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((offset, text, hashes))
    hashes, text, offset = hashes[order], text[order], offset[order]
    new = np.ones(hashes.size, np.bool_)
    new[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
    return hashes[new], text[new], offset[new]


def _rarest(value: npt.NDArray[np.int64], text: npt.NDArray[np.int64], choice: int) -> npt.NDArray[np.bool_]:
    """Which runs have the greatest value of some `choice` neighbours of their text, the first of equals."""
    chosen = np.zeros(value.size, np.bool_)
    starts = np.arange(max(0, value.size - choice + 1))
    starts = starts[text[starts] == text[starts + choice - 1]] if starts.size else starts
    if starts.size:
        windows = np.stack([value[starts + place] for place in range(choice)])
        chosen[starts + windows.argmax(axis=0)] = True
    return chosen


def _hashed(hashes: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Open addressing by the lowest bits: the hashes, and the number of each, from 1."""
    size = 1 << max(4, (2 * hashes.size).bit_length())
    keys, numbers = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    fill(hashes, keys, numbers)
    return keys, numbers
