"""Chosen documents and what is similar to them, against every pair compared."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.chosen import KEYS, Index, miss_probability, needed, similar
from dedup.shingles import shingle_sets
from tests.dedup import oracle

VOCABULARY = [f"word{number}" for number in range(400)]


def variants(seed: int, families: int, of_each: int) -> list[str]:
    """Texts in families whose members differ in a run of words, from a few to most of them."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(families):
        base = draw.choice(VOCABULARY, int(draw.integers(3, 220))).tolist()
        for _ in range(of_each):
            text, run = list(base), int(len(base) * draw.uniform(0, 0.6) ** 3)
            begin = int(draw.integers(0, len(text) - run + 1))
            text[begin : begin + run] = draw.choice(VOCABULARY, run).tolist()
            found.append(" ".join(text))
    return found


def compared(texts: list[str], chosen: list[int], group: list[int], threshold: float) -> tuple[list[int], list[int]]:
    """Roots of groups, and which are beside; by the kernel. `group[i]` is that of text i, -1 where it has none."""
    hashes, starts = shingle_sets(pa.array([texts[i] for i in chosen], pa.large_string()), np.arange(len(chosen)), 5)
    index = Index.of(hashes, starts, np.array([group[i] for i in chosen], np.int64))
    groups = max(group, default=-1) + 1
    joined, beside = np.arange(groups), np.zeros(groups, np.int64)
    for begin in range(0, len(texts), 7):  # a few at a time, as bundles are
        part = pa.array(texts[begin : begin + 7], pa.large_string())
        sets = shingle_sets(part, np.arange(len(part)), 5)
        similar(index, *sets, np.array(group[begin : begin + 7], np.int64), threshold, joined, beside)
    return [root(joined, one) for one in range(groups)], beside.tolist()


def root(joined: np.ndarray, one: int) -> int:
    while joined[one] != one:
        one = int(joined[one])
    return one


def by_all_pairs(texts: list[str], group: list[int], threshold: float) -> tuple[list[int], list[int]]:
    groups = max(group, default=-1) + 1
    label, beside = list(range(groups)), [0] * groups
    sets = [oracle.shingles(text) for text in texts]
    for a, left in enumerate(sets):
        for b, right in enumerate(sets[:a]):
            pair = (group[a], group[b])
            if max(pair) < 0 or len(left & right) < threshold * max(1, len(left | right)):
                continue
            if min(pair) < 0:
                beside[max(pair)] = 1
            else:
                keep, gone = sorted((label[pair[0]], label[pair[1]]))
                label = [keep if one == gone else one for one in label]
    return label, beside


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("seed", range(6))
def test_the_kernel_finds_what_comparing_all_pairs_finds(seed: int, threshold: float) -> None:
    texts = variants(seed, families=12, of_each=6)
    draw = np.random.default_rng(seed)
    chosen = sorted(draw.choice(len(texts), len(texts) // 2, replace=False).tolist())
    codes = draw.integers(0, len(chosen), len(chosen)).tolist()
    names = {code: number for number, code in enumerate(sorted(set(codes)))}
    group = [-1] * len(texts)
    for place, code in zip(chosen, codes, strict=True):
        group[place] = names[code]

    found = compared(texts, chosen, group, threshold)

    assert found == by_all_pairs(texts, group, threshold)
    assert sum(found[1]) > 0  # something there was to find


@given(st.lists(st.text(alphabet="abc ", max_size=12), min_size=1, max_size=14), st.data())
def test_short_texts_and_empty_ones_are_compared_exactly(texts: list[str], data: st.DataObject) -> None:
    chosen = sorted(data.draw(st.sets(st.integers(0, len(texts) - 1))))
    group = [chosen.index(place) if place in chosen else -1 for place in range(len(texts))]

    assert compared(texts, chosen, group, 0.7) == by_all_pairs(texts, group, 0.7)


def test_the_chance_of_a_miss_is_the_one_that_is_stated() -> None:
    draw = np.random.default_rng(3)
    shared = draw.binomial(KEYS, 0.7, 2_000_000)

    assert needed(0.7) * KEYS >= 8
    assert miss_probability(0.7) < 3e-8
    assert (shared < 8).mean() < 1e-5
