from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import band_pairs, key_groups, star_edges, unique_pairs

KEYS = st.lists(st.integers(0, 5), max_size=30)


def oriented(pairs: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return list(zip(pairs[0].tolist(), pairs[1].tolist(), strict=True))


def drawn_rank(data: st.DataObject, count: int) -> np.ndarray:
    return np.array(data.draw(st.permutations(range(count))), np.int64)


@given(KEYS, st.data())
def test_a_star_leads_from_the_best_ranked_of_a_key_to_the_others(keys: list[int], data: st.DataObject) -> None:
    rank = drawn_rank(data, len(keys))
    expected = set()
    for key in set(keys) - {0}:
        best, *others = sorted((i for i, other in enumerate(keys) if other == key), key=lambda i: rank[i])
        expected |= {(best, other) for other in others}
    assert oriented(star_edges(np.array(keys, np.uint64), rank)) == sorted(expected)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30), st.data())
def test_a_key_of_two_halves_is_one_key(keys: list[tuple[int, int]], data: st.DataObject) -> None:
    rank = drawn_rank(data, len(keys))
    halves = np.array(keys, np.uint64).reshape(-1, 2)
    joined = np.array([4 * high + low for high, low in keys], np.uint64)
    assert oriented(star_edges((halves[:, 0], halves[:, 1]), rank)) == oriented(star_edges(joined, rank))


@given(KEYS, st.integers(1, 8), st.integers(1, 5), st.data())
def test_a_bucket_gives_all_pairs_or_each_member_against_its_leaders(
    keys: list[int], limit: int, leaders: int, data: st.DataObject
) -> None:
    rank = drawn_rank(data, len(keys))
    expected = set()
    for key in set(keys) - {0}:
        bucket = sorted((i for i, other in enumerate(keys) if other == key), key=lambda i: rank[i])
        heads = bucket if len(bucket) <= limit else bucket[:leaders]
        expected |= {(a, b) for a, b in itertools.combinations(bucket, 2) if a in heads}
    found = oriented(band_pairs(np.array(keys, np.uint64), rank, limit, leaders))
    assert found == sorted(expected)


@given(KEYS, st.data())
def test_the_order_of_the_rows_decides_nothing(keys: list[int], data: st.DataObject) -> None:
    values, rank = np.array(keys, np.uint64), drawn_rank(data, len(keys))
    shuffled = drawn_rank(data, len(keys))
    for pairs_of in (star_edges, lambda k, r: band_pairs(k, r, 3, 2)):
        there = oriented(pairs_of(values[shuffled], rank[shuffled]))
        assert sorted((shuffled[a], shuffled[b]) for a, b in there) == oriented(pairs_of(values, rank))


def test_documents_without_words_pair_with_nothing() -> None:
    zeros, rank = np.zeros(10, np.uint64), np.arange(10)
    assert oriented(star_edges(zeros, rank)) == oriented(star_edges((zeros, zeros), rank)) == []
    assert oriented(band_pairs(zeros, rank)) == []


def test_half_a_key_may_be_zero() -> None:
    zeros, ones = np.zeros(2, np.uint64), np.ones(2, np.uint64)
    assert oriented(star_edges((zeros, ones), np.array([1, 0]))) == [(1, 0)]


def test_no_documents_no_pairs() -> None:
    none = np.zeros(0, np.uint64)
    members, starts = key_groups(none, np.zeros(0, np.int64))
    assert members.tolist() == []
    assert starts.tolist() == [0]
    assert oriented(star_edges(none, none.astype(np.int64))) == oriented(unique_pairs([])) == []


def test_a_template_of_fifty_thousand_costs_linear_work() -> None:
    count = 50_000
    rank = np.random.default_rng(1).permutation(count)
    a, b = band_pairs(np.full(count, 7, np.uint64), rank)
    assert a.size == 4 * count - (1 + 2 + 3 + 4)
    assert set(rank[a].tolist()) == {0, 1, 2, 3}
    assert (rank[a] < rank[b]).all()
    leader, members = star_edges(np.full(count, 7, np.uint64), rank)
    assert members.size == count - 1
    assert set(rank[leader].tolist()) == {0}


def test_pairs_of_several_bands_are_sorted_and_counted_once() -> None:
    first = (np.array([3, 1]), np.array([4, 2]))
    second = (np.array([1, 0]), np.array([2, 9]))
    assert oriented(unique_pairs([first, second])) == [(0, 9), (1, 2), (3, 4)]
