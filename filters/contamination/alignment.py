"""A text laid over a document, word by word, across edits. Needs numba.

From a run of words that agree, both are read on together. Where they part, the nearest point is taken from which two
words agree again, by least words passed over; a copy ends where none is within reach, or where edits outweigh what
agrees between them (X-drop: Altschul et al. 1990, "Basic local alignment search tool").
"""

from __future__ import annotations

from typing import Any

from corpus.kernel import kernel


@kernel
def _onward(
    ids: Any, low: int, high: int, at: int, text: Any, place: int, step: int, weights: Any, gap: int, drop: int
) -> Any:
    """Read on from document word `at` and text word `place` in steps of 1 or -1.

    Returns:
        The last document word that agrees (`at - step` if none does), bits and words that agree.
    """
    size = text.size
    reached, kept_bits, kept_words = at - step, 0, 0
    bits = matched = score = best = 0
    while 0 <= place < size and low <= at < high:
        if text[place] == ids[at]:
            bits += weights[text[place]]
            matched += 1
            score += 1
            if score >= best:
                best, reached, kept_bits, kept_words = score, at, bits, matched
            at += step
            place += step
            continue
        passed, left, right = _next_agreement(ids, low, high, at, text, place, step, gap)
        score -= passed
        if not passed or score < best - drop:
            break
        place += step * left
        at += step * right
    return reached, kept_bits, kept_words


@kernel
def _next_agreement(ids: Any, low: int, high: int, at: int, text: Any, place: int, step: int, gap: int) -> Any:
    """Least words of text and document to pass over until two in a row agree, or the text's last one; 0 if too many."""
    size = text.size
    for passed in range(1, gap + 1):
        for other in range(passed + 1):
            # Equal steps first: a word in the place of another is the commonest edit.
            for side in range(2):
                shorter = passed - other
                left, right = (passed, shorter) if side == 0 else (shorter, passed)
                if side == 1 and left == right:
                    continue
                one, two = place + step * left, at + step * right
                if not (0 <= one < size and low <= two < high) or text[one] != ids[two]:
                    continue
                one, two = one + step, two + step
                if not 0 <= one < size or (low <= two < high and text[one] == ids[two]):
                    return passed, left, right
    return 0, 0, 0


@kernel
def follow(
    ids: Any, low: int, high: int, at: int, text: Any, offset: int, weights: Any, settings: Any, laid: Any
) -> None:
    """Lay a text over the document so that its word `offset` is document word `at`, within `[low, high)`.

    `laid` receives the first document word, one past the last, bits and words that agree.
    """
    gap, drop = settings.gap, settings.drop
    last, bits, words = _onward(ids, low, high, at, text, offset, 1, weights, gap, drop)
    first, more_bits, more_words = _onward(ids, low, high, at - 1, text, offset - 1, -1, weights, gap, drop)
    laid[0], laid[1], laid[2], laid[3] = first, last + 1, bits + more_bits, words + more_words


@kernel
def find_near(
    ids: Any, low: int, begin: int, end: int, high: int, size: int, text: Any, weights: Any, settings: Any, near: Any
) -> bool:
    """Look for a text behind a question, `[end, high)`, then before it, `[low, begin)`; a longer one may be edited.

    `near` receives what `follow` gives of the first place where it stands.
    """
    return (
        _whole(ids, end, high, size, text, weights, near)
        or _whole(ids, low, begin, begin, text, weights, near)
        or (
            text.size >= 2 * settings.short_seed
            and (
                _edited(ids, end, high, size, text, weights, settings, near)
                or _edited(ids, low, begin, begin, text, weights, settings, near)
            )
        )
    )


@kernel
def _whole(ids: Any, low: int, high: int, end: int, text: Any, weights: Any, near: Any) -> bool:
    """Whether the text stands, word for word, at a place from `low` to `high`; it may go on to `end`."""
    for at in range(low, min(high, end - text.size + 1)):
        agree = 0
        while agree < text.size and ids[at + agree] == text[agree]:
            agree += 1
        if agree == text.size:
            near[0], near[1], near[2], near[3] = at, at + agree, 0, agree
            for place in range(agree):
                near[2] += weights[text[place]]
            return True
    return False


@kernel
def _edited(ids: Any, low: int, high: int, end: int, text: Any, weights: Any, settings: Any, near: Any) -> bool:
    """Whether enough of the text stands there, from a run of words on that agrees."""
    run = settings.short_seed
    total = 0
    for place in range(text.size):
        total += weights[text[place]]
    for at in range(low, min(high, end - run + 1)):
        for offset in range(text.size - run + 1):
            agree = 0
            while agree < run and ids[at + agree] == text[offset + agree]:
                agree += 1
            if agree == run:
                follow(ids, low, end, at, text, offset, weights, settings, near)
                if near[2] * 100 >= total * settings.share_passage:
                    return True
    return False
