"""Looking texts up in an index: everything that shares a key, nothing else, however the index is cut."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import index
from dedup.candidates import band_pairs, unique_pairs
from dedup.index import Lookup, Shortlist
from dedup.signature import MinHashConfig
from tests.dedup import oracle
from tests.dedup.test_shingles import TEXTS
from tests.dedup.test_signature import BANDS, band_matrix, measure

FEW = ["band_00", "band_01", "band_02"]
KEYS = st.lists(st.tuples(*[st.integers(0, 4)] * 5), max_size=25)
"""Rows of exact_hi, exact_lo and three bands, of which 0 is none."""


def table(rows: list[tuple[int, ...]]) -> pa.Table:
    columns = np.array(rows, np.uint64).reshape(-1, 5).T
    return pa.table(dict(zip(["exact_hi", "exact_lo", *FEW], map(pa.array, columns), strict=True)))


def expected(texts: list[tuple[int, ...]], rows: list[tuple[int, ...]]) -> list[tuple[int, int, bool, int]]:
    """(row, text, exact, shared bands) of every pair that shares a key."""
    found = []
    for r, row in enumerate(rows):
        for t, text in enumerate(texts):
            exact = row[0] == text[0] != 0 and row[1] == text[1]
            shared = sum(a == b != 0 for a, b in zip(row[2:], text[2:], strict=True))
            if exact or shared:
                found.append((r, t, exact, shared))
    return found


def told(lookup: Lookup, rows: pa.Table) -> list[tuple[int, int, bool, int]]:
    return [
        pair
        for part in lookup.find(rows)
        for pair in zip(*(column.tolist() for column in (part.row, part.text, part.exact, part.bands)), strict=True)
    ]


@given(KEYS, KEYS, st.sampled_from([1, 3, 10_000]))
def test_every_pair_that_shares_a_key_is_found_once(
    texts: list[tuple[int, ...]], rows: list[tuple[int, ...]], pairs: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "PAIRS", pairs)
        assert told(Lookup(table(texts), FEW), table(rows)) == expected(texts, rows)


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6))
def test_exact_means_the_same_words(texts: list[str], documents: list[str]) -> None:
    found = {pair[:3] for pair in told(Lookup(measure(texts), BANDS), pa.Table.from_batches([measure(documents)]))}
    words = [oracle.words(text) for text in texts]
    for r, document in enumerate(documents):
        for t in range(len(texts)):
            assert ((r, t, True) in found) == (oracle.words(document) == words[t] != [])


def test_an_index_asked_about_itself_gives_the_pairs_that_a_build_compares(abstracts: list[str]) -> None:
    draw = np.random.default_rng(11)
    texts = abstracts[:300] + [oracle.edited(text, 0.03, draw) for text in abstracts[:150]]
    signed = measure(texts)
    ours = {(r, t) for r, t, *_ in told(Lookup(signed, BANDS), pa.Table.from_batches([signed])) if r < t}

    rank = np.arange(len(texts))
    theirs = unique_pairs([band_pairs(keys, rank, all_pairs_up_to=len(texts)) for keys in band_matrix(signed)])
    assert ours == set(zip(theirs[0].tolist(), theirs[1].tolist(), strict=True))
    assert len(ours) > 50


def test_the_more_bands_two_share_the_more_similar_they_are(abstracts: list[str]) -> None:
    draw = np.random.default_rng(12)
    light, heavy = ([oracle.edited(text, share, draw) for text in abstracts[:200]] for share in (0.005, 0.03))
    lookup = Lookup(measure(abstracts[:200]), BANDS)
    shared = [sum(pair[3] for pair in told(lookup, pa.Table.from_batches([measure(each)]))) for each in (light, heavy)]
    assert shared[0] > 1.5 * shared[1] > 0


def test_shapes_are_the_configurations(abstracts: list[str]) -> None:
    config = MinHashConfig(bands=3, rows=2)
    signed = measure(abstracts[:20], config)
    assert Lookup(signed, config.band_names()).columns == ["exact_hi", "exact_lo", *FEW]


CANDIDATES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans(), st.integers(1, 3)),
    max_size=20,
    unique_by=lambda c: c[:2],
)


@given(st.lists(CANDIDATES, max_size=4), st.integers(1, 4), st.sampled_from([1, 10_000]))
def test_a_shortlist_keeps_the_best_of_each_text(
    tables: list[list[tuple[int, int, bool, int]]], most: int, pairs: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "PAIRS", pairs)
        shortlist = Shortlist(4, most)
        for number, each in enumerate(tables):
            columns = [np.array([one[place] for one in each]) for place in range(4)]
            found = index.Candidates(
                *(columns[0].astype(np.int64), columns[1].astype(np.int64)),
                *(columns[2].astype(np.bool_), columns[3].astype(np.int64)),
            )
            shortlist.add(number, found, first_row=7 * number)
        best = shortlist.best()

    every = [(t, not exact, -bands, n, r + 7 * n) for n, each in enumerate(tables) for t, r, exact, bands in each]
    kept = [one for text in range(4) for one in sorted(one for one in every if one[0] == text)[:most]]
    columns = zip(best.text, ~best.exact, -best.bands, best.table, best.row, strict=True)
    assert sorted(tuple(map(int, one)) for one in columns) == sorted(tuple(map(int, one)) for one in kept)
    assert shortlist.found.tolist() == [sum(one[0] == text for one in every) for text in range(4)]
    places = list(zip(best.table.tolist(), best.row.tolist(), best.text.tolist(), strict=True))
    assert places == sorted(places)


def test_the_order_of_an_index_changes_nothing_but_the_numbers_of_rows(abstracts: list[str]) -> None:
    texts = abstracts[:100]
    shuffled = random.Random(4).sample(range(100), 100)
    lookup = Lookup(measure(texts[:50]), BANDS)
    straight = {(texts[r], t, exact, n) for r, t, exact, n in told(lookup, pa.Table.from_batches([measure(texts)]))}
    other = pa.Table.from_batches([measure([texts[place] for place in shuffled])])
    assert {(texts[shuffled[r]], t, exact, n) for r, t, exact, n in told(lookup, other)} == straight
