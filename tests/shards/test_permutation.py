"""Keyed permutations: every number once, whatever n; another key, another order; no place is preferred."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shards.permutation import key_of, keys_of, permuted


def whole(n: int, key: int) -> list[int]:
    found: list[int] = permuted(np.arange(n), n, np.uint64(key)).tolist()
    return found


def test_every_n_up_to_5000_is_permuted() -> None:
    for few in np.array_split(np.arange(1, 5001), 200):  # each number with its own n and key
        n = np.repeat(few, few)
        first = np.repeat(np.cumsum(few) - few, few)
        found = permuted(np.arange(len(n)) - first, n, np.repeat(keys_of(7, few), few))

        assert ((found >= 0) & (found < n)).all()
        assert (np.bincount(first + found, minlength=len(n)) == 1).all()


@given(n=st.integers(1, 2**52), key=st.integers(0, 2**64 - 1), data=st.data())
def test_one_number_alone_goes_where_it_goes_with_others(n: int, key: int, data: st.DataObject) -> None:
    some = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=20, unique=True))
    found = permuted(some, n, np.uint64(key))

    assert [int(permuted(each, n, np.uint64(key))) for each in some] == found.tolist()
    assert len(set(found.tolist())) == len(some)
    assert found.min() >= 0
    assert found.max() < n


def test_another_key_gives_another_order() -> None:
    orders = {tuple(whole(1000, key)) for key in range(50)}

    assert len(orders) == 50
    assert key_of("a", 1) != key_of("a", 2) != key_of("a1")
    assert key_of("ab", "c") != key_of("a", "bc")


@pytest.mark.parametrize("n", [2, 3, 5, 8, 24, 25])
def test_no_place_is_preferred(n: int) -> None:
    """Chi-square over 20,000 keys: where each number goes. Bound: the 1 - 1e-6 quantile, by Wilson and Hilferty."""
    keys = 20_000
    found = permuted(np.arange(n)[None, :], n, keys_of(3, np.arange(keys))[:, None])
    for number in range(n):
        counts = np.bincount(found[:, number], minlength=n)
        expected = keys / n
        freedom = n - 1
        bound = freedom * (1 - 2 / (9 * freedom) + 4.75 * (2 / (9 * freedom)) ** 0.5) ** 3
        assert ((counts - expected) ** 2 / expected).sum() < bound, number


def test_neighbours_are_not_neighbours_afterwards() -> None:
    found = permuted(np.arange(100_000), 100_000, np.uint64(1))
    steps = np.abs(np.diff(found))

    assert abs(steps.mean() - 100_000 / 3) < 500  # of two numbers drawn at random: n / 3
    assert np.mean(steps == 1) < 1e-4


def test_too_many_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="2\\^52"):
        permuted(0, 2**52 + 1, 0)
    with pytest.raises(ValueError, match="not below n"):
        permuted(3, 3, 0)
