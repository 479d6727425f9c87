from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from benchmarks.documents import kit_folder
from dedup.shingles import shingle_sets
from dedup.templates import (
    flag,
    frequent,
    set_frequencies,
    template_shingles,
    variants,
)
from dedup.verify import similarities
from tests.dedup import oracle
from tests.dedup.test_shingles import TEXTS

FEW_WORDS = st.lists(st.sampled_from(["aspirin", "Aspirin", "β", "75", "mg"]), max_size=12).map(" ".join)
MANY = st.lists(st.one_of(TEXTS, FEW_WORDS), max_size=8)
# 63-bit shingles, near each other and far apart.
SHINGLES = st.one_of(st.integers(0, 40), st.integers(0, (1 << 63) - 1))


def sets(*given: set[int]) -> np.ndarray:
    """Sorted sets one after the other, flags clear."""
    return np.array([one << 1 for members in given for one in sorted(members)], np.uint64)


def laid_out(texts: list[str], k: int = 5) -> tuple[np.ndarray, np.ndarray]:
    return shingle_sets(oracle.column(texts), np.arange(len(texts)), k)


def counted(part: tuple[np.ndarray, np.ndarray]) -> dict[int, int]:
    hashes, counts = part
    assert (hashes[1:] > hashes[:-1]).all()
    return dict(zip(hashes.tolist(), counts.tolist(), strict=True))


@given(MANY, st.integers(1, 3))
def test_frequencies_are_the_oracles(texts: list[str], k: int) -> None:
    expected = Counter(one for text in texts for one in oracle.shingles(text, k))
    found = counted(set_frequencies(laid_out(texts, k)[0]))
    assert Counter(found.values()) == Counter(expected.values())
    for text in texts:
        mine, _ = shingle_sets(oracle.column([text]), np.array([0]), k)
        assert sorted(found[one] for one in mine.tolist()) == sorted(expected[one] for one in oracle.shingles(text, k))


def test_a_text_that_repeats_itself_is_one_document() -> None:
    found = counted(set_frequencies(laid_out(["a b a b a b", "a b"], 2)[0]))
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
    hashes, starts = laid_out(abstracts)
    template = template_shingles(hashes, starts, share=share, least=4, variant=2.0)
    expected = oracle.template(abstracts, share, 4)
    assert len(template) == len(expected) > 0
    flagged = flag(hashes, template) & np.uint64(1)
    found = np.add.reduceat(flagged.astype(np.int64), starts[:-1])
    assert found.tolist() == [len(oracle.shingles(text) & expected) for text in abstracts]


@given(MANY, st.floats(0.1, 1.0))
def test_every_document_left_out_is_a_variant_of_one_that_is_counted(texts: list[str], similarity: float) -> None:
    kept = variants(*laid_out(texts), similarity).tolist()
    assert kept == sorted(set(kept))
    assert all(oracle.words(texts[i]) for i in kept)
    for i in set(range(len(texts))) - set(kept):
        assert not oracle.words(texts[i]) or any(oracle.jaccard(texts[i], texts[j]) >= similarity for j in kept)


@given(MANY)
def test_the_same_words_are_one_variant(texts: list[str]) -> None:
    kept = variants(*laid_out(texts), 1.0)
    assert len(kept) == len({frozenset(oracle.shingles(text)) for text in texts} - {frozenset()})


@given(MANY)
def test_without_variants_every_document_with_words_counts(texts: list[str]) -> None:
    kept = variants(*laid_out(texts), 2.0)
    assert kept.tolist() == [i for i, text in enumerate(texts) if oracle.words(text)]


def test_the_text_that_copies_were_made_from_stands_for_them(abstracts: list[str]) -> None:
    random = np.random.default_rng(4)
    longest = sorted(abstracts, key=len)[-20:]
    copies = {oracle.edited(text, 0.002, random): text for text in longest for _ in range(30)}
    changed = [copy for copy, text in copies.items() if oracle.jaccard(copy, text) < 1]
    near = {copy for copy in changed if oracle.jaccard(copy, copies[copy]) >= 0.95}
    assert max(oracle.jaccard(*pair) for pair in itertools.combinations(longest, 2)) < 0.5
    assert len(near) > 300
    texts = [*changed, *longest]
    kept = {texts[i] for i in variants(*laid_out(texts), 0.95)}
    assert len(kept & set(longest)) >= 15
    assert len(kept & near) <= len(near) / 50


def test_the_order_of_the_sample_changes_no_template(abstracts: list[str]) -> None:
    random = np.random.default_rng(6)
    texts = abstracts[:300] + [oracle.edited(text, 0.004, random) for text in abstracts[:100] for _ in range(3)]
    bound = {"share": 0.001, "least": 3, "variant": 0.95}
    learnt = template_shingles(*laid_out(texts), **bound)
    shuffled = [texts[i] for i in random.permutation(len(texts))]
    assert learnt.size > 0
    assert np.array_equal(learnt, template_shingles(*laid_out(shuffled), **bound))


def test_a_text_in_many_copies_is_no_template(abstracts: list[str]) -> None:
    random = np.random.default_rng(8)
    original = max(abstracts[:500], key=len)
    copies = [oracle.edited(original, 0.002, random) for _ in range(30)]
    hashes, starts = laid_out([original, *copies, *abstracts[500:1000]])
    mine, _ = laid_out([original])
    every_document = template_shingles(hashes, starts, share=0.001, least=10, variant=2.0)
    of_variants = template_shingles(hashes, starts, share=0.001, least=10, variant=0.95)
    assert np.isin(mine, every_document).all()
    assert not np.isin(mine, of_variants).any()


@pytest.fixture(scope="module")
def inheritance() -> list[str]:
    """Question and answer on how a disease is inherited, from each such page of MedQuAD's Genetics Home Reference."""
    kit = kit_folder()
    if kit is None:
        pytest.skip("the kit is not on this machine (set HC4_KIT)")
    found = set()
    for path in sorted((kit / "medquad" / "3_GHR_QA").glob("*.xml")):
        for pair in etree.parse(path).iter("QAPair"):
            question, answer = pair.find("Question"), pair.findtext("Answer")
            if answer and question.get("qtype") == "inheritance":
                found.add(f"{question.text} {answer}")
    return sorted(found)


def test_answers_about_different_diseases_stay_apart_and_copies_do_not(inheritance: list[str]) -> None:
    copied = inheritance[::10]
    hashes, starts = laid_out([*inheritance, *(f"{text} Reviewed in May." for text in copied)])
    template = template_shingles(hashes, starts, share=0.001, least=10, variant=0.95)
    a, b = np.triu_indices(len(inheritance), 1)
    found = similarities(flag(hashes, template), starts, a, b)
    alike = found.jaccard >= 0.8
    assert alike.sum() > 5000
    # What is left are types of one disease and families of less than ten pages.
    assert (alike & found.copies(0.8)).sum() < alike.sum() / 100

    a, b = np.arange(len(inheritance))[::10], np.arange(len(copied)) + len(inheritance)
    found = similarities(flag(hashes, template), starts, a, b)
    long = np.diff(starts)[a] > 150
    assert found.copies(0.8)[long].all()
    assert long.sum() > 5
