"""Packing: no token lost, nothing cut that fits, sequences full."""

from __future__ import annotations

import bisect
from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shards.packing import LONGEST, Plan, pack

LENGTHS = st.lists(st.one_of(st.integers(0, 40), st.integers(0, 400)), max_size=80)


def pieces_by_document(plan: Plan) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for document, start, length in zip(plan.document.tolist(), plan.start.tolist(), plan.length.tolist(), strict=True):
        found[document].append((start, length))
    return found


@given(lengths=LENGTHS, length=st.integers(1, 130), split_below=st.none() | st.integers(0, 140))
def test_every_token_lies_in_one_place(lengths: list[int], length: int, split_below: int | None) -> None:
    plan = pack(lengths, length, split_below=split_below)
    found = pieces_by_document(plan)

    for document, size in enumerate(lengths):
        end = 0
        for start, count in sorted(found.pop(document, [])):
            assert start == end
            assert count > 0
            end += count
        assert end == size
    assert not found
    filled = np.add.reduceat(plan.length, plan.offsets[:-1]) if len(plan) else np.zeros(0)
    assert (filled <= length).all()
    assert (np.diff(plan.offsets) > 0).all()


@given(lengths=LENGTHS, length=st.integers(1, 130), split_below=st.none() | st.integers(0, 140))
def test_documents_that_may_not_be_split_are_whole(lengths: list[int], length: int, split_below: int | None) -> None:
    whole = length if split_below is None else min(split_below, length)
    for document, pieces in pieces_by_document(pack(lengths, length, split_below=split_below)).items():
        if lengths[document] <= whole:
            assert len(pieces) == 1


@given(lengths=LENGTHS, length=st.integers(1, 130))
def test_a_long_document_is_cut_as_seldom_as_can_be(lengths: list[int], length: int) -> None:
    for document, pieces in pieces_by_document(pack(lengths, length)).items():
        assert len(pieces) == -(-lengths[document] // length)


@given(lengths=LENGTHS, length=st.integers(1, 130))
def test_as_many_sequences_as_best_fit_in_plain_words(lengths: list[int], length: int) -> None:
    """Oracle: rests longest first, each into the fullest sequence that has room for it."""
    rests = sorted((size % length for size in lengths if size % length), reverse=True)
    rooms: list[int] = []
    count = sum(size // length for size in lengths)
    for rest in rests:
        place = bisect.bisect_left(rooms, rest)
        if place == len(rooms):
            count += 1
            bisect.insort(rooms, length - rest)
        else:
            bisect.insort(rooms, rooms.pop(place) - rest)

    assert len(pack(lengths, length)) == count


@given(lengths=LENGTHS, length=st.integers(64, 130))
def test_if_everything_may_be_split_hardly_a_place_stays_free(lengths: list[int], length: int) -> None:
    plan = pack(lengths, length, split_below=0)
    free = len(plan) * length - sum(lengths)

    assert free <= 31 * len(plan) + length  # less than the smallest piece in each, and the last one


def lognormal(count: int) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = np.random.default_rng(5).lognormal(6.2, 1.3, count).astype(np.int64) + 1
    return found


@pytest.mark.parametrize("length", [2048, 4096, 8192])
def test_sequences_are_full_on_a_long_tailed_mix(length: int) -> None:
    lengths = lognormal(100_000)
    plan = pack(lengths, length)

    assert plan.length.sum() == lengths.sum()
    assert lengths.sum() / (len(plan) * length) > 0.9999


def test_the_longest_sequences() -> None:
    lengths = lognormal(20_000) * 30
    plan = pack(lengths, LONGEST)

    assert plan.length.sum() == lengths.sum()
    assert lengths.sum() / (len(plan) * LONGEST) > 0.99


def test_pieces_lie_in_the_order_of_documents() -> None:
    plan = pack(lognormal(5000), 2048)

    for first, last in zip(plan.offsets[:-1], plan.offsets[1:], strict=True):
        assert (np.diff(plan.document[first:last]) > 0).all()


def test_nothing_to_pack() -> None:
    assert len(pack([], 8)) == 0
    assert len(pack([0, 0], 8)) == 0


@pytest.mark.parametrize(("lengths", "length"), [([1], 0), ([1], LONGEST + 1), ([-1], 8)])
def test_impossible_lengths_are_refused(lengths: list[int], length: int) -> None:
    with pytest.raises(ValueError, match=r"sequences have 1 to|negative number"):
        pack(lengths, length)
