"""datasketch as the oracle of what is rebuilt for it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from datasketch import HyperLogLogPlusPlus
from hypothesis import given
from hypothesis import strategies as st

from dedup.interop import distinct, empty_registers, hyperloglog, lsh_index, merged, minhashes, registers
from dedup.registers import add_hashes
from dedup.shingles import STATE_SLOTS, lookup_tables, next_shingles, start
from tests.dedup import oracle
from tests.dedup.test_shingles import TEXTS
from tests.dedup.test_signature import band_matrix, measure

HASHES = st.lists(
    st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 64).map(lambda bits: (1 << bits) - 1), st.integers(0, 40))
)


def filled(hashes: list[int], p: int) -> np.ndarray:
    found = np.zeros(1 << p, np.uint8)
    add_hashes(np.array(hashes, np.uint64), found, p)
    return found


def theirs(hashes: list[int], p: int) -> HyperLogLogPlusPlus:
    """datasketch's own, item by item."""
    found = HyperLogLogPlusPlus(p=p, hashfunc=int)
    for hashed in hashes:
        found.update(hashed)
    return found


@given(HASHES, st.integers(4, 16))
def test_registers_are_datasketchs(hashes: list[int], p: int) -> None:
    expected = theirs(hashes, p)
    found = filled(hashes, p)
    assert (found == expected.reg).all()
    assert hyperloglog(found) == expected
    assert distinct(found) == round(float(expected.count()))


@given(HASHES, HASHES, st.integers(4, 16))
def test_merging_is_datasketchs_and_counts_what_both_have_once(left: list[int], right: list[int], p: int) -> None:
    whole = filled(left + right, p)
    assert (merged([filled(left, p), filled(right, p), filled(left, p)], p) == whole).all()
    union = HyperLogLogPlusPlus.union(theirs(left, p), theirs(right, p))
    assert (union.reg == whole).all()


@given(st.lists(TEXTS, max_size=5), st.integers(1, 6))
def test_registers_of_texts_are_those_of_their_shingles(texts: list[str], k: int) -> None:
    found = empty_registers(6)
    for text in texts:
        data = np.frombuffer(text.encode(), np.uint8)
        state, shingles = np.zeros(STATE_SLOTS, np.uint64), np.zeros(data.size, np.uint64)
        start(state)
        _, count = next_shingles(data, 0, data.size, lookup_tables(), state, np.zeros(k, np.uint64), shingles)
        found = merged([found, filled(shingles[:count].tolist(), 6)], 6)
    assert (registers(oracle.column(texts), k, p=6) == found).all()


def test_a_rebuilt_object_goes_on_where_it_was() -> None:
    found = hyperloglog(filled([1, 2, 3], 8))
    found.update(4)
    assert found == theirs([1, 2, 3, 4], 8)


def test_the_estimate_of_real_texts_is_within_three_standard_errors(abstracts: list[str]) -> None:
    exact = len(set().union(*(oracle.shingles(text) for text in abstracts)))
    assert exact > 300_000
    assert distinct(registers(oracle.column(abstracts))) == pytest.approx(exact, rel=3 * 0.0081)
    assert distinct(registers(oracle.column(abstracts * 2))) == distinct(registers(oracle.column(abstracts)))


def test_nothing_is_nothing() -> None:
    assert distinct(merged([])) == 0
    assert not registers(oracle.column(["", "--"])).any()


@pytest.mark.parametrize("p", [3, 17])
def test_precision_that_datasketch_cannot_count_with_is_refused(p: int) -> None:
    with pytest.raises(ValueError, match="p must be 4 to 16"):
        registers(oracle.column(["a"]), p=p)


def ours(bands: np.ndarray, text: int) -> set[int]:
    """Other texts that share a band, by comparing all."""
    return {
        other for other in range(bands.shape[1]) if ((bands[:, other] == bands[:, text]) & (bands[:, text] != 0)).any()
    }


@given(st.lists(st.one_of(TEXTS, st.sampled_from(["a b c", "A, b; c!", "a b c d e f g"])), max_size=8))
def test_datasketchs_index_finds_exactly_what_shares_a_band(texts: list[str]) -> None:
    bands = band_matrix(measure(texts))
    index = lsh_index(bands, range(len(texts)))
    for text, minhash in enumerate(minhashes(bands)):
        assert (minhash is None) == (oracle.words(texts[text]) == [])
        if minhash is not None:
            assert set(index.query(minhash)) == ours(bands, text)


def test_datasketchs_index_over_real_abstracts(abstracts: list[str]) -> None:
    draw = np.random.default_rng(6)
    texts = abstracts[:400] + [oracle.edited(text, 0.02, draw) for text in abstracts[:200]]
    bands = band_matrix(measure(texts))
    index = lsh_index(bands[:, :400], [f"doc:{number}" for number in range(400)])
    found = 0
    for text, minhash in enumerate(minhashes(bands)):
        expected = {f"doc:{other}" for other in ours(bands, text) if other < 400}
        assert set(index.query(minhash)) == expected
        found += text >= 400 and bool(expected)
    assert found > 100


def test_more_can_be_added_to_a_rebuilt_index(abstracts: list[str]) -> None:
    bands = band_matrix(measure(abstracts[:3]))
    index = lsh_index(bands[:, :2], ["a", "b"])
    third = minhashes(bands)[2]
    assert index.query(third) == []
    index.insert("c", third)
    assert index.query(third) == ["c"]


def test_importing_interop_imports_no_datasketch() -> None:
    code = "import sys, dedup.interop, dedup.index; sys.exit('datasketch' in sys.modules or 'numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
