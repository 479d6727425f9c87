from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.designators import split_texts
from tests.dedup import oracle
from tests.dedup.test_shingles import TEXTS


def split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words with `#` for designators, and the designators."""
    found = oracle.words(text)
    apart = [len(word) == 1 or any(unicodedata.category(c)[0] == "N" for c in word) for word in found]
    return (
        tuple("#" if one else word for word, one in zip(found, apart, strict=True)),
        tuple(word for word, one in zip(found, apart, strict=True) if one),
    )


@given(st.lists(TEXTS, max_size=8))
def test_keys_are_equal_where_words_and_designators_are(texts: list[str]) -> None:
    skeleton, designators = split_texts(oracle.column(texts))
    for a, one in enumerate(texts):
        for b, other in enumerate(texts):
            same = [x == y for x, y in zip(split(one), split(other), strict=True)]
            assert [skeleton[a] == skeleton[b], designators[a] == designators[b]] == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hepatitis A is a virus.", "Hepatitis B is a virus."),
        ("Take 5 mg daily", "Take 10 mg daily"),
        ("mutations in MESP2", "mutations in HES7"),
        ("the ΔF508 allele, type Δ1", "the ΔF509 allele, type Δ"),
    ],
)
def test_texts_that_differ_in_numbers_or_letters_have_one_skeleton(one: str, other: str) -> None:
    skeleton, designators = split_texts(oracle.column([one, other]))
    assert skeleton[0] == skeleton[1]
    assert designators[0] != designators[1]


def test_a_missing_number_is_another_skeleton() -> None:
    skeleton, _ = split_texts(oracle.column(["type 2 diabetes", "type diabetes", "type of diabetes"]))
    assert len(set(skeleton.tolist())) == 3
