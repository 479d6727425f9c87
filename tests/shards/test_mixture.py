"""Quotas: exact in each window, exact at the end, and computed for any window alone."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import LoadError
from shards.mixture import Mixture, largest_remainder, tempered, within_limits

TOTALS = st.lists(st.integers(0, 400), min_size=1, max_size=8).filter(any)


@given(totals=TOTALS, window=st.integers(1, 90))
def test_each_window_is_within_one_sequence_and_all_together_are_the_totals(totals: list[int], window: int) -> None:
    mixture = Mixture(tuple(totals), window)
    windows = -(-mixture.count // window)
    quotas = mixture.quotas(np.arange(windows))
    sizes = np.minimum(window, mixture.count - window * np.arange(windows))

    assert quotas.sum(axis=1).tolist() == sizes.tolist()
    assert quotas.sum(axis=0).tolist() == totals
    for size, row in zip(sizes.tolist(), quotas.tolist(), strict=True):
        for total, quota in zip(totals, row, strict=True):
            assert abs(quota - Fraction(size * total, mixture.count)) < 1


@given(totals=TOTALS, window=st.integers(1, 90), data=st.data())
def test_running_sums_are_sums_of_quotas(totals: list[int], window: int, data: st.DataObject) -> None:
    mixture = Mixture(tuple(totals), window)
    windows = -(-mixture.count // window)
    asked = data.draw(st.lists(st.integers(0, windows), min_size=1, max_size=5))
    expected = [mixture.quotas(np.arange(each)).sum(axis=0).tolist() for each in asked]

    assert mixture.before(np.array(asked)).tolist() == expected


def test_a_source_rarer_than_windows_comes_all_through_the_run() -> None:
    mixture = Mixture((300_000, 90), 1000)  # 301 windows, 90 sequences
    held = mixture.before(np.arange(301))[:, 1]
    exact = 90 * np.arange(301) / 300.09

    assert np.abs(held - exact).max() < 3


def test_a_trillion_tokens_need_no_schedule() -> None:
    mixture = Mixture((400_000_000, 99_999_999, 1_234_567), 1024)

    assert mixture.before([mixture.full])[0].sum() == mixture.full * 1024
    assert mixture.before([mixture.full + 1])[0].tolist() == list(mixture.totals)
    assert mixture.quotas([123_456])[0].sum() == 1024


@given(count=st.integers(0, 1000), shares=st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any))
def test_largest_remainder(count: int, shares: list[int]) -> None:
    found = largest_remainder(count, shares)
    exact = [Fraction(count * share, sum(shares)) for share in shares]

    assert sum(found) == count
    assert all(abs(each - other) < 1 for each, other in zip(found, exact, strict=True))
    went_up = [other - int(other) for each, other in zip(found, exact, strict=True) if each > int(other)]
    stayed = [other - int(other) for each, other in zip(found, exact, strict=True) if each == int(other)]
    assert not went_up or not stayed or min(went_up) >= max(stayed)


def test_temperature() -> None:
    tokens = {"large": 900, "small": 100, "none": 0}

    assert tempered(tokens, 1) == {"large": Fraction("0.9"), "small": Fraction("0.1"), "none": 0}
    hot = tempered(tokens, 2)
    assert float(hot["large"] / hot["small"]) == pytest.approx(3)
    assert float(tempered(tokens, 1e9)["small"]) == pytest.approx(1)


@given(
    weights=st.lists(st.integers(0, 9), min_size=2, max_size=5).filter(any),
    have=st.lists(st.integers(0, 500), min_size=5, max_size=5),
)
def test_a_run_is_as_long_as_its_scarcest_source_allows(weights: list[int], have: list[int]) -> None:
    shares = {str(name): Fraction(weight) for name, weight in enumerate(weights)}
    limits = {name: have[int(name)] for name in shares}
    found = within_limits(shares, limits, None)

    assert all(found[name] <= limits[name] for name in found)
    longer = sum(found.values()) + 1
    assert any(ceil(longer * weight / sum(shares.values())) > limits[name] for name, weight in shares.items())


def test_a_run_longer_than_that_is_refused() -> None:
    with pytest.raises(LoadError, match="20 sequences would need 10 of b, of which all epochs together have 9"):
        within_limits({"a": Fraction(1), "b": Fraction(1)}, {"a": 99, "b": 9}, 20)
