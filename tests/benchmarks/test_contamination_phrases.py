"""Sentences that medicine says everywhere: filled whole, drawn the same way again, and none an item's."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.contamination_phrases import DOCUMENTS, FILLS, KINDS, phrases, sentence, terms
from filters.contamination import Item

ITEMS = [
    Item("ours", str(number), f"Question {number}?", answers=(drug,), choices=(drug, "None of these at all, ever"))
    for number, drug in enumerate(["Metformin", "Atorvastatin", "Cholera toxin", "Metformin"])
]
HOSTS = ["A text about something else. " * 20]


def test_terms_are_the_short_choices_and_answers() -> None:
    assert terms(ITEMS) == ["Metformin", "Atorvastatin", "Cholera toxin"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_blank_is_filled(kind: str) -> None:
    generator = np.random.default_rng(0)
    for pattern in KINDS[kind]:
        for _ in range(20):
            assert not {"{", "}"} & set(sentence(pattern, terms(ITEMS), generator))


@pytest.mark.parametrize("kind", KINDS)
def test_documents_differ_and_are_drawn_the_same_way_again(kind: str) -> None:
    one, other = (list(phrases(kind, ITEMS, HOSTS, np.random.default_rng(5))) for _ in range(2))

    assert [made.text for made in one] == [made.text for made in other]
    assert len({made.text for made in one}) > 0.9 * DOCUMENTS == 0.9 * len(one)
    assert not any(item.question in made.text for made in one for item in ITEMS)


def test_no_fill_is_unused() -> None:
    used = "".join(pattern for patterns in KINDS.values() for pattern in patterns)
    assert all(f"{{{name}}}" in used for name in FILLS)
