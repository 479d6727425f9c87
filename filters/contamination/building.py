"""From items to the arrays of an index: texts, their words, and how much each word says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log2
from typing import Any

import numpy as np
import numpy.typing as npt

from filters.contamination.background import UNLISTED_SHARE, background
from filters.contamination.cutting import words_of
from filters.contamination.index import ANSWER, BIT, CHOICE, CONTEXT, QUESTION, QUESTION_ANSWER, ContaminationConfig
from filters.contamination.items import Item

Slot = tuple[int, npt.NDArray[np.uint64]]
"""What a text is to its item, and hashes of its words."""

_PRIOR = 200
"""Items that a set is taken to have beside its own: in a set of ten, every word is in a tenth of all."""


def arrays_of(items: Sequence[Item], config: ContaminationConfig) -> dict[str, npt.NDArray[Any]]:
    """Columns of the index file (`filters.contamination.index.Index`) but for the items' names."""
    slots = [list(_slots(item)) for item in items]
    cut = iter(words_of([text for one in slots for _, text in one]))
    texts: dict[bytes, int] = {}
    words: list[npt.NDArray[np.uint64]] = []
    slot_texts: list[int] = []
    slot_parts: list[int] = []
    item_firsts = [0]
    uses: dict[str, tuple[int, Counter[int]]] = {}
    for item, one in zip(items, slots, strict=True):
        found = _completed([(part, next(cut)) for part, _ in one], config)
        known = {int(word) for _, hashes in found for word in hashes.tolist()}
        count, used = uses.get(item.set, (0, Counter()))
        used.update(known)
        uses[item.set] = (count + 1, used)
        for part, hashes in found:
            if hashes.size:
                key = hashes.tobytes()
                if key not in texts:
                    texts[key] = len(words)
                    words.append(hashes)
                slot_texts.append(texts[key])
                slot_parts.append(part)
        item_firsts.append(len(slot_texts))
    vocabulary, places = np.unique(np.concatenate([*words, np.empty(0, np.uint64)]), return_inverse=True)
    return {
        "vocabulary": vocabulary,
        "weights": np.array([_weight(word, uses) for word in vocabulary.tolist()], np.uint8),
        "words": places.astype(np.uint16 if vocabulary.size <= 1 << 16 else np.uint32),
        "text_firsts": np.cumsum([0, *(hashes.size for hashes in words)]).astype(np.uint32),
        "slot_texts": np.array(slot_texts, np.uint32),
        "slot_parts": np.array(slot_parts, np.uint8),
        "item_firsts": np.array(item_firsts, np.uint32),
    }


def _slots(item: Item) -> Iterator[tuple[int, str]]:
    yield QUESTION, item.question
    yield from ((ANSWER, text) for text in item.answers)
    yield from ((CHOICE, text) for text in item.choices)
    yield from ((CONTEXT, text) for text in (item.context or "").split("\n\n"))


def _completed(found: list[Slot], config: ContaminationConfig) -> list[Slot]:
    """With an answer behind a question that is too short to be looked for; without that question if all are long."""
    (_, question), *rest = found
    if question.size >= config.min_words:
        return found
    short = (hashes for part, hashes in rest if part == ANSWER and 0 < hashes.size < config.max_n)
    answer = next(short, None)
    return rest if answer is None else [(QUESTION_ANSWER, np.concatenate([question, answer])), *rest]


def _weight(word: int, uses: dict[str, tuple[int, Counter[int]]]) -> int:
    """Sixteenths of a bit, by the share of documents that use the word.

    Or by that of items, if it is greater in two sets: a word that one set uses all the time is its subject, a word that
    two do is how questions are asked. Of a word that the background does not list one set is enough: it may be of
    another language.
    """
    listed = background().get(word)
    shares = sorted((used[word] - 1) / (count + _PRIOR) for count, used in uses.values())
    common = shares[-1:] if listed is None else shares[-2:-1]
    return round(-log2(max([listed or UNLISTED_SHARE, *common])) * BIT)
