from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.verify import jaccard
from tests.dedup import oracle
from tests.dedup.test_shingles import TEXTS

FEW_WORDS = st.lists(st.sampled_from(["aspirin", "Aspirin", "β", "75", "mg"]), max_size=12).map(" ".join)


def every_pair(count: int) -> tuple[np.ndarray, np.ndarray]:
    pairs = np.array(list(itertools.product(range(count), repeat=2)), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


@given(st.lists(st.one_of(TEXTS, FEW_WORDS), max_size=5), st.integers(1, 6))
def test_similarity_is_the_oracles(texts: list[str], k: int) -> None:
    a, b = every_pair(len(texts))
    similarity, containment = jaccard(oracle.column(texts), a, b, k)
    for left, right, one, other in zip(a, b, similarity, containment, strict=True):
        assert one == oracle.jaccard(texts[left], texts[right], k)
        assert other == oracle.containment(texts[left], texts[right], k)


@given(st.lists(FEW_WORDS, min_size=1, max_size=6), st.integers(1, 100))
def test_blocks_change_nothing(texts: list[str], block_bytes: int) -> None:
    a, b = every_pair(len(texts))
    whole = jaccard(oracle.column(texts), a, b, 2)
    blocks = jaccard(oracle.column(texts), a, b, 2, block_bytes=block_bytes)
    assert np.array_equal(whole, blocks)


def test_a_text_contained_in_another_is_contained_wholly() -> None:
    texts = oracle.column(["one two three four five six", "zero one two three four five six seven eight nine"])
    similarity, containment = jaccard(texts, np.array([0]), np.array([1]))
    assert containment[0] == 1.0
    assert similarity[0] == pytest.approx(2 / 6)


def test_texts_without_words_are_similar_to_nothing() -> None:
    similarity, containment = jaccard(oracle.column(["", "--", "a"]), np.array([0, 0, 0]), np.array([0, 1, 2]))
    assert similarity.tolist() == containment.tolist() == [0.0, 0.0, 0.0]


def test_real_abstracts(abstracts: list[str]) -> None:
    random = np.random.default_rng(2)
    texts = [*abstracts[:200], *(oracle.edited(text, 0.05, random) for text in abstracts[:200])]
    a, b = np.arange(200), np.arange(200, 400)
    similarity, containment = jaccard(oracle.column(texts), a, b, block_bytes=10_000)
    assert similarity.tolist() == [oracle.jaccard(texts[i], texts[i + 200]) for i in range(200)]
    assert containment.tolist() == [oracle.containment(texts[i], texts[i + 200]) for i in range(200)]
