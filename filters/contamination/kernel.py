"""Copies of indexed texts in every document, in one pass over its UTF-8 bytes. Needs numba.

A document is cut into words, each word looked up in the vocabulary. Where a run of known words may be a seed, by a bit
array, and is one, by a hash table, each text that holds it is laid over the document there and followed in both
directions across edits (`filters.contamination.alignment`). What holds enough of the text's information is a hit; of a
question it is then asked whether its answer and choices are near.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel
from filters.contamination.alignment import find_near, follow
from filters.contamination.cutting import cut
from filters.contamination.index import ANSWER, BIT, CHOICE, QUESTION, QUESTION_ANSWER
from filters.contamination.run import known_word, run_hash, slot_of

ITEM = 5
"""A part that is found and not stored: a question with all its choices near it."""

COLUMNS = 9
"""Of a hit: document, item, part, first byte, one past the last, bits matched, bits of the text, words matched, words
of the text."""

_SLACK = 12
"""Words by which gaps may shift a text against the document before a seed is taken for another copy."""
_NONE = -(1 << 40)


@kernel
def scan(data: Any, offsets: Any, known: Any, index: Any, settings: Any, hits: Any) -> int:
    """Hits in every document.

    Args:
        data: UTF-8 bytes; document i is `data[offsets[i]:offsets[i + 1]]`.
        offsets: int64[n + 1].
        known: `filters.contamination.words.tables()`.
        index: `filters.contamination.seeds.Tables`.
        settings: `filters.contamination.settings.Settings`.
        hits: int64[most, COLUMNS], receives as many as there is room for.

    Returns:
        How many there are.
    """
    text_firsts = index.text_firsts
    largest = 0
    for row in range(offsets.size - 1):
        largest = max(largest, offsets[row + 1] - offsets[row])
    most = largest // 2 + 2  # something stands between two words, or each has two bytes or more
    hashes = np.empty(most, np.uint64)
    starts, ends, ids = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32)
    texts = text_firsts.size - 1
    met = np.full(texts, -1, np.int64)
    shift, until = np.empty(texts, np.int64), np.empty(texts, np.int64)
    laid = np.empty(4, np.int64)
    count = 0
    for row in range(offsets.size - 1):
        size = cut(data, offsets[row], offsets[row + 1], known, hashes, starts, ends)
        run = 0
        for at in range(size):
            ids[at] = known_word(hashes[at], index.keys, index.ids)
        for at in range(size):
            run = run + 1 if ids[at] else 0
            for length in (settings.short_seed, settings.long_seed):
                if run < length:
                    continue
                begin = at - length + 1
                seed = run_hash(ids, begin, length)
                slot = slot_of(seed, index.filter, index.seeds)
                if slot < 0:
                    continue
                first = index.seed_firsts[slot]
                for posting in range(first, first + index.seed_counts[slot]):
                    text, offset = index.seed_texts[posting], index.seed_offsets[posting]
                    if met[text] == row and begin < until[text] and abs(begin - offset - shift[text]) <= _SLACK:
                        continue
                    words = index.words[text_firsts[text] : text_firsts[text + 1]]
                    follow(ids, 0, size, begin, words, offset, index.weights, settings, laid)
                    met[text], shift[text], until[text] = row, begin - offset, laid[1]
                    if laid[2] * 100 < index.text_bits[text] * settings.least_share:
                        continue
                    count = _found(row, text, laid, ids, size, starts, ends, index, settings, hits, count)
    return count


@kernel
def _found(
    row: int,
    text: int,
    laid: Any,
    ids: Any,
    size: int,
    starts: Any,
    ends: Any,
    index: Any,
    settings: Any,
    hits: Any,
    count: int,
) -> int:
    """Add the hits that a text laid over the document is, one for each item that looks for it; the new count."""
    bits, total = laid[2], index.text_bits[text]
    of = index.text_firsts[text + 1] - index.text_firsts[text]
    for owner in range(index.owner_firsts[text], index.owner_firsts[text + 1]):
        item, part = index.owner_items[owner], np.int64(index.owner_parts[owner])
        asked = False
        begin, end, gained, full, matched, whole = laid[0], laid[1], bits, total, laid[3], of
        enough = (
            laid[3] >= settings.passage_words and bits >= settings.gate and bits * 100 >= total * settings.share_passage
        )
        if part in (QUESTION, QUESTION_ANSWER):
            asked = laid[3] * 100 >= of * settings.share_asked
            whole_words = laid[3] == of and laid[1] - laid[0] == of and of >= settings.whole_words
            gate = settings.gate_whole if whole_words else settings.gate
            enough = asked and bits >= gate and bits * 100 >= total * _share(total, settings)
        if part == QUESTION and asked:
            part, begin, end, evidence, extra, more = _supported(item, laid, ids, size, index, settings)
            if part != QUESTION:
                gained, full, matched, whole = gained + extra, full + extra, matched + more, whole + more
                enough |= bits + evidence >= settings.gate_answered and bits * 100 >= total * settings.share_answered
        if enough:
            if count < hits.shape[0]:
                hits[count, 0], hits[count, 1], hits[count, 2] = row, item, part
                hits[count, 3], hits[count, 4] = starts[begin], ends[end - 1]
                hits[count, 5], hits[count, 6], hits[count, 7], hits[count, 8] = gained, full, matched, whole
            count += 1
    return count


@kernel
def _share(total: int, settings: Any) -> Any:
    """Percent of a question's bits that must be found if nothing else is."""
    gate, far, short, long = settings.gate, settings.far, settings.share_short, settings.share_long
    reach = min(max(total - gate, 0), far - gate)
    return short - (short - long) * reach // (far - gate)


@kernel
def _supported(item: int, laid: Any, ids: Any, size: int, index: Any, settings: Any) -> Any:
    """What stands near a question that was found: its answers and choices.

    Returns:
        The part that is found in all, its first word and one past its last, the evidence that the rest adds (sixteenths
        of a bit, less what chance explains), the bits of the rest, its words.
    """
    begin, end, least = laid[0], laid[1], settings.answer_gate
    low, high = max(0, begin - settings.window), min(size, end + settings.window)
    answered = False
    choices = here = 0
    best_first, best_last, best_bits, best_words, best_evidence = begin, end, 0, 0, 0
    all_first, all_last, all_bits, all_words, all_evidence = begin, end, 0, 0, 0
    near = np.empty(4, np.int64)
    for slot in range(index.item_firsts[item], index.item_firsts[item + 1]):
        part, text = index.slot_parts[slot], index.slot_texts[slot]
        if part not in (ANSWER, CHOICE):
            continue
        choices += part == CHOICE
        content = index.words[index.text_firsts[text] : index.text_firsts[text + 1]]
        if not find_near(ids, low, begin, end, high, size, content, index.weights, settings, near):
            continue
        if part == ANSWER:
            evidence = near[2] - _chance(begin, end, near)
            if evidence >= max(least, best_evidence):
                answered, best_evidence = True, evidence
                best_first, best_last = min(begin, near[0]), max(end, near[1])
                best_bits, best_words = near[2], near[3]
        else:
            here += 1
            all_evidence += max(0, near[2] - _chance(all_first, all_last, near))
            all_first, all_last = min(all_first, near[0]), max(all_last, near[1])
            all_bits, all_words = all_bits + near[2], all_words + near[3]
    if choices > 1 and here == choices and all_evidence >= least:
        return ITEM, all_first, all_last, all_evidence, all_bits, all_words
    if answered:
        return QUESTION_ANSWER, best_first, best_last, best_evidence, best_bits, best_words
    return QUESTION, begin, end, 0, 0, 0


@kernel
def _chance(first: int, last: int, near: Any) -> Any:
    """Sixteenths of a bit to say where something stands: the farther from `[first, last)`, the more places."""
    apart = max(0, near[0] - last, first - near[1])
    return round(np.log2(2.0 * (apart + 1)) * BIT)
