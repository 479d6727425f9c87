from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.shingles import shingle_sets
from dedup.templates import document_frequencies, flag, frequent, merge_frequencies
from tests.dedup import oracle
from tests.dedup.test_shingles import TEXTS

FEW_WORDS = st.lists(st.sampled_from(["aspirin", "Aspirin", "β", "75", "mg"]), max_size=12).map(" ".join)
MANY = st.lists(st.one_of(TEXTS, FEW_WORDS), max_size=8)
# 63-bit shingles, near each other and far apart.
SHINGLES = st.one_of(st.integers(0, 40), st.integers(0, (1 << 63) - 1))


def sets(*given: set[int]) -> np.ndarray:
    """Sorted sets one after the other, flags clear."""
    return np.array([one << 1 for members in given for one in sorted(members)], np.uint64)


def counted(part: tuple[np.ndarray, np.ndarray]) -> dict[int, int]:
    hashes, counts = part
    assert (hashes[1:] > hashes[:-1]).all()
    return dict(zip(hashes.tolist(), counts.tolist(), strict=True))


@given(MANY, st.integers(1, 3))
def test_frequencies_are_the_oracles(texts: list[str], k: int) -> None:
    expected = Counter(one for text in texts for one in oracle.shingles(text, k))
    found = counted(document_frequencies(oracle.column(texts), k))
    assert Counter(found.values()) == Counter(expected.values())
    for text in texts:
        mine, _ = shingle_sets(oracle.column([text]), np.array([0]), k)
        assert sorted(found[one] for one in mine.tolist()) == sorted(expected[one] for one in oracle.shingles(text, k))


@given(st.lists(MANY, max_size=6), st.randoms(use_true_random=False))
def test_parts_in_any_order_are_one_column(parts: list[list[str]], random: np.random.Generator) -> None:
    whole = document_frequencies(oracle.column([text for part in parts for text in part]), 2)
    random.shuffle(parts)
    merged = merge_frequencies([document_frequencies(oracle.column(part), 2) for part in parts])
    assert np.array_equal(merged[0], whole[0])
    assert np.array_equal(merged[1], whole[1])


def test_a_text_that_repeats_itself_is_one_document() -> None:
    found = counted(document_frequencies(oracle.column(["a b a b a b", "a b"]), 2))
    assert sorted(found.values()) == [1, 2]


@given(
    st.lists(st.integers(1, 30), max_size=20),
    st.integers(30, 60),
    st.integers(0, 100),
    st.integers(0, 40),
)
def test_frequent_is_at_least_the_share_and_at_least_the_least(
    counts: list[int], documents: int, percent: int, least: int
) -> None:
    hashes = np.arange(len(counts), dtype=np.uint64) * np.uint64(2)
    kept = frequent(hashes, np.array(counts, np.int64), documents=documents, share=percent / 100, least=least)
    expected = [2 * i for i, n in enumerate(counts) if n >= least and 100 * n >= percent * documents]
    assert kept.tolist() == expected


def test_a_share_is_the_decimal_it_is_written_as() -> None:
    # 0.07 * 100 is 7.000000000000001 in binary.
    kept = frequent(np.array([2], np.uint64), np.array([7]), documents=100, share=0.07, least=1)
    assert kept.tolist() == [2]


@given(st.lists(st.sets(SHINGLES, max_size=60), max_size=4), st.sets(SHINGLES, max_size=60), st.data())
def test_flags_say_what_is_frequent_and_nothing_else_changes(
    given: list[set[int]], common: set[int], data: st.DataObject
) -> None:
    hashes, template = sets(*given), sets(common)
    if hashes.size and data.draw(st.booleans()):
        common |= {int(hashes[data.draw(st.integers(0, hashes.size - 1))]) >> 1}
        template = sets(common)
    flagged = flag(hashes, template)
    assert (flagged >> np.uint64(1)).tolist() == (hashes >> np.uint64(1)).tolist()
    assert (flagged & np.uint64(1)).tolist() == [int(one >> 1 in common) for one in hashes.tolist()]
    assert flag(flagged, template).tolist() == flagged.tolist()
    assert flag(flagged, template[:0]).tolist() == hashes.tolist()


@pytest.mark.parametrize("share", [0.001, 0.01])
def test_templates_of_real_abstracts_are_the_oracles(abstracts: list[str], share: float) -> None:
    parts = [document_frequencies(oracle.column(abstracts[i : i + 300])) for i in range(0, 2000, 300)]
    template = frequent(*merge_frequencies(parts), documents=2000, share=share, least=4)
    expected = oracle.template(abstracts, share, 4)
    assert len(template) == len(expected) > 0
    hashes, starts = shingle_sets(oracle.column(abstracts), np.arange(2000), 5)
    flagged = flag(hashes, template) & np.uint64(1)
    found = np.add.reduceat(flagged.astype(np.int64), starts[:-1])
    assert found.tolist() == [len(oracle.shingles(text) & expected) for text in abstracts]
