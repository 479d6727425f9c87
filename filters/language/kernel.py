"""Languages of documents, passage by passage, in one pass over their bytes. Needs numba.

fastText judges a text by the mean of its words' vectors. Sums add up: one pass gives the sum of every passage, and of
the whole. Where no passage is plainly of another language than the whole, the whole decides, and nothing else is looked
at. Where some are, every passage goes to that language among the candidates which is likeliest in it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel
from corpus.utf8 import decoded
from filters.fasttext_labels import best, chance_of
from filters.fasttext_words import finish, gather

CANDIDATES = 4
"""Languages that one document may have; the columns of `shares` and `letters`."""


_BLANK = ord(" ")
_REACH = 64
"""Bytes in which the end of a word is looked for."""


@kernel
def _folded(data: Any, start: int, end: int, fold_of: Any) -> Any:
    """`data[start:end]` in lower case, UTF-8."""
    code: Any
    after: Any
    found = np.empty(2 * (end - start) + 4, np.uint8)
    size = 0
    at = start
    while at < end:
        code, after = np.int64(data[at]), at + 1
        if code >= 0x80:
            code, after = decoded(data, at, end)
            code = np.int64(fold_of[code])
        elif 65 <= code <= 90:
            code += 32
        at = after
        if code < 0x80:
            found[size] = code
            size += 1
            continue
        trailing = 1 if code < 0x800 else 2 if code < 0x10000 else 3
        found[size] = (0xFF << 7 - trailing) & 0xFF | code >> 6 * trailing
        for place in range(trailing):
            found[size + 1 + place] = 0x80 | (code >> 6 * (trailing - 1 - place)) & 0x3F
        size += trailing + 1
    return found[:size]


@kernel
def _word_after(data: Any, at: int, end: int) -> int:
    """Where the next word begins; if none does soon, the next character (text without blanks)."""
    for ahead in range(at, min(at + _REACH, end)):
        if data[ahead] <= _BLANK:
            return ahead
    while at < end and data[at] & 0xC0 == 0x80:
        at += 1
    return at


@kernel
def judge(
    data: Any,
    offsets: Any,
    network: Any,
    known: Any,
    fold_of: Any,
    limits: Any,
    sampled: int,
    sure: float,
    anchored: int,
    labels: Any,
    letters: Any,
    chances: Any,
    total_letters: Any,
) -> None:
    """Languages of the documents `data[offsets[i]:offsets[i + 1]]`.

    Args:
        limits: int64 (3,): letters from which a passage ends with its line, with a sentence, and anywhere.
        sampled: bytes of a text that are read, about, in passages spread evenly over it; shorter texts are read whole.
        sure: probability from which a passage is plainly of another language than its document.
        anchored: letters of such passages that a language needs to be a candidate.
        labels: int32 (n, CANDIDATES): languages, most letters first; -1 where there are no more.
        letters: int64 (n, CANDIDATES): letters of the passages in each.
        chances: float64 (n,): what the model gives the first language on all passages that are in it.
        total_letters: int64 (n,): letters of all passages read.
    """
    dimension, count = network.rows.shape[1], len(network.output)
    recent = np.zeros(max(network.word_ngrams, 1), np.uint64)
    stack = np.zeros(count + 1, np.int64)
    carried = np.zeros(count + 1)
    ending = np.zeros(dimension)
    ending_features = finish(network, ending, recent)
    largest = 0
    for row in range(len(offsets) - 1):
        largest = max(largest, offsets[row + 1] - offsets[row])
    room = largest // limits[0] + 2
    sums = np.empty((room, dimension))
    features = np.empty(room, np.int64)
    size = np.empty(room, np.int64)
    other = np.empty(room, np.int64)
    mean = np.empty(dimension)
    whole = np.empty(dimension)
    anchors = np.zeros(count, np.int64)
    candidates = np.empty(CANDIDATES, np.int64)
    held = np.empty(CANDIDATES, np.int64)
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        length = end - at
        passages = 0
        whole[:] = ending
        whole_features = ending_features
        all_letters = 0
        while at < end:
            begin = at
            vector = sums[passages]
            vector[:] = 0
            recent[:] = 0
            at, found, some, upper = gather(network, known, data, at, end, limits, vector, recent, False)
            size_of = at - begin
            if 2 * upper > some:  # the model has seen few capitals, and takes them for another language
                folded = _folded(data, begin, at, fold_of)
                vector[:] = 0
                recent[:] = 0
                _, found, _, _ = gather(network, known, folded, 0, len(folded), _WHOLE, vector, recent, False)
            for d in range(dimension):
                whole[d] += vector[d]
            whole_features += found
            all_letters += some
            if some < limits[0] and passages:  # the rest of the text: part of the last passage
                for d in range(dimension):
                    sums[passages - 1, d] += vector[d]
                features[passages - 1] += found
                size[passages - 1] += some
            else:
                features[passages] = found
                size[passages] = some
                passages += 1
            if length > sampled and at < end:  # read on so much later that the whole text is covered by the sample
                at = _word_after(data, min(at + size_of * (length - sampled) // sampled, end), end)
        labels[row] = -1
        letters[row] = 0
        chances[row] = 0
        total_letters[row] = all_letters
        if not all_letters or not whole_features:
            continue
        for d in range(dimension):
            mean[d] = whole[d] / whole_features
        main, chances[row] = best(network, mean, stack, carried)
        labels[row, 0] = main
        letters[row, 0] = all_letters
        if passages == 1:
            continue
        foreign = False
        for i in range(passages):
            other[i] = -1
            for d in range(dimension):
                mean[d] = (sums[i, d] + ending[d]) / (features[i] + ending_features)
            if chance_of(network, mean, main, carried) < 0.5:
                label, chance = best(network, mean, stack, carried)
                if label != main and chance >= sure:
                    other[i] = label
                    anchors[label] += size[i]
                    foreign = True
        if not foreign:
            continue
        candidates[0] = main
        kinds = 1
        while kinds < CANDIDATES:
            label = np.int64(np.argmax(anchors))
            if anchors[label] < anchored:
                break
            candidates[kinds] = label
            kinds += 1
            anchors[label] = 0
        for i in range(passages):
            if other[i] >= 0:
                anchors[other[i]] = 0
        if kinds == 1:
            continue
        # Every passage goes to the candidate that is likeliest in it.
        held[:] = 0
        for i in range(passages):
            for d in range(dimension):
                mean[d] = (sums[i, d] + ending[d]) / (features[i] + ending_features)
            likeliest, highest = 0, -1.0
            for kind in range(kinds):
                chance = chance_of(network, mean, candidates[kind], carried)
                if chance > highest:
                    likeliest, highest = kind, chance
            other[i] = likeliest
            held[likeliest] += size[i]
        for place in range(kinds):
            kind = place
            for later in range(kinds):
                if held[later] > held[kind] or (held[later] == held[kind] and later < kind):
                    kind = later
            if held[kind] <= 0:
                labels[row, place] = -1
                letters[row, place] = 0
                held[kind] = -1
                continue
            labels[row, place] = candidates[kind]
            letters[row, place] = held[kind]
            held[kind] = -1
            if place == 0:
                whole[:] = ending
                whole_features = ending_features
                for i in range(passages):
                    if other[i] == kind:
                        for d in range(dimension):
                            whole[d] += sums[i, d]
                        whole_features += features[i]
                for d in range(dimension):
                    mean[d] = whole[d] / whole_features
                chances[row] = chance_of(network, mean, candidates[kind], carried)


_WHOLE = np.full(3, np.iinfo(np.int64).max)
"""Limits of a passage that is the whole text."""
