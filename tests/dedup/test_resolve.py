from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import band_pairs, star_edges, unique_pairs
from dedup.resolve import Certain, Method, Near, Resolution, resolve, resolve_near
from dedup.signature import MinHashConfig, SignatureAnnotator
from dedup.verify import jaccard
from tests.dedup import oracle

NO_PAIRS = (np.zeros(0, np.int64), np.zeros(0, np.int64))
NOTHING_CERTAIN = Certain.of(NO_PAIRS, NO_PAIRS)


def pairs(*given: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    both = np.array(given, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def measured(similarity: dict[tuple[int, int], float]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A `verify` that knows some similarities; all others are 0."""
    known = similarity | {(b, a): value for (a, b), value in similarity.items()}
    return lambda a, b: np.array([known.get(pair, 0.0) for pair in zip(a.tolist(), b.tolist(), strict=True)])


def run(
    similarity: dict[tuple[int, int], float], count: int, candidates: list[tuple[int, int]], certain: Certain
) -> Resolution:
    return resolve_near(
        np.arange(count), certain, pairs(*candidates), measured(similarity), threshold=0.8, split_threshold=0.6
    )


def test_a_document_merges_into_the_best_ranked_similar_one_that_survives() -> None:
    found = run({(0, 2): 0.8, (1, 2): 0.99}, 3, [(0, 2), (1, 2)], NOTHING_CERTAIN)
    assert found.survivor.tolist() == [0, 1, 0]
    assert found.method.tolist() == [Method.NONE, Method.NONE, Method.NEAR]
    assert found.similarity[2] == 0.8
    assert np.isnan(found.similarity[:2]).all()


def test_a_chain_does_not_merge_its_ends() -> None:
    found = run({(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.7}, 3, [(0, 1), (1, 2)], NOTHING_CERTAIN)
    assert found.survivor.tolist() == [0, 0, 2]
    assert found.missing[0].size == 0


def test_the_ends_of_a_chain_merge_if_they_are_verified_similar() -> None:
    found = run({(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.85}, 3, [(0, 1), (1, 2)], NOTHING_CERTAIN)
    assert found.survivor.tolist() == [0, 0, 0]
    assert found.similarity[2] == 0.85


def test_what_must_still_be_verified_is_said() -> None:
    near = Near(*pairs((1, 0), (2, 1)), np.array([0.9, 0.9]))
    found = resolve(np.arange(3), NOTHING_CERTAIN, near, threshold=0.8, split_threshold=0.6)
    assert [one.tolist() for one in found.missing] == [[0], [2]]
    assert found.survivor.tolist() == [0, 0, 2]


def test_certain_edges_are_transitive_and_the_best_rank_survives() -> None:
    certain = Certain.of(pairs((3, 2), (2, 1)), pairs((1, 0), (4, 5)))
    found = resolve(np.array([5, 4, 3, 0, 2, 1]), certain, Near(*NO_PAIRS, np.zeros(0)), threshold=1, split_threshold=1)
    assert found.survivor.tolist() == [3, 3, 3, 3, 5, 5]
    assert [Method(one).name for one in found.method] == ["EXACT", "IDENTITY", "IDENTITY", "NONE", "EXACT", "NONE"]
    assert found.group.tolist() == [0, 0, 0, 0, 4, 4]


def test_identity_is_named_before_exact() -> None:
    found = run({}, 2, [], Certain.of(pairs((0, 1)), pairs((0, 1))))
    assert found.method.tolist() == [Method.NONE, Method.IDENTITY]


def test_documents_that_are_certainly_the_same_follow_their_best() -> None:
    found = run({(0, 1): 0.9}, 3, [(0, 1)], Certain.of(NO_PAIRS, pairs((1, 2))))
    assert found.survivor.tolist() == [0, 0, 0]
    assert found.method.tolist() == [Method.NONE, Method.NEAR, Method.EXACT]
    assert np.isnan(found.similarity[2])
    assert found.same_as.tolist() == [0, 1, 1]


def test_a_document_similar_to_a_merged_one_is_compared_with_what_it_merged_into() -> None:
    certain = Certain.of(pairs((0, 1)), NO_PAIRS)
    apart = run({(1, 2): 0.9, (0, 2): 0.1}, 3, [(1, 2)], certain)
    together = run({(1, 2): 0.9, (0, 2): 0.95}, 3, [(1, 2)], certain)
    assert apart.survivor.tolist() == [0, 0, 2]
    assert together.survivor.tolist() == [0, 0, 0]
    assert together.similarity[2] == 0.95


def test_groups_reach_further_than_merges() -> None:
    found = run({(3, 1): 0.7, (1, 4): 0.6, (0, 2): 0.59}, 5, [(1, 3), (1, 4), (0, 2)], NOTHING_CERTAIN)
    assert found.survivor.tolist() == [0, 1, 2, 3, 4]
    assert found.group.tolist() == [0, 1, 2, 1, 1]


def test_ranks_that_tie_are_refused() -> None:
    with pytest.raises(ValueError, match="distinct"):
        resolve(np.array([1, 1]), NOTHING_CERTAIN, Near(*NO_PAIRS, np.zeros(0)), threshold=1, split_threshold=1)


def test_no_documents_no_merges() -> None:
    found = run({}, 0, [], NOTHING_CERTAIN)
    assert found.survivor.size == found.group.size == 0


COUNT = 12
EDGES = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=25)
SIMILARITIES = st.dictionaries(
    st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)).map(lambda pair: (min(pair), max(pair))),
    st.sampled_from([0.3, 0.6, 0.8, 0.9, 1.0]),
    max_size=40,
)
ORDERS = st.permutations(range(COUNT)).map(lambda order: np.array(order, np.int64))


@given(SIMILARITIES, EDGES, EDGES, EDGES, ORDERS)
def test_every_merge_is_verified_and_ends_at_a_survivor(
    similarity: dict[tuple[int, int], float],
    candidates: list[tuple[int, int]],
    identity: list[tuple[int, int]],
    exact: list[tuple[int, int]],
    rank: np.ndarray,
) -> None:
    verify = measured(similarity)
    certain = Certain.of(pairs(*identity[:3]), pairs(*exact[:3]))
    found = resolve_near(rank, certain, pairs(*candidates), verify, threshold=0.8, split_threshold=0.6)
    own = np.arange(COUNT)
    near = found.method == Method.NEAR
    assert (found.survivor[found.survivor] == found.survivor).all()
    assert ((found.survivor == own) == (found.method == Method.NONE)).all()
    assert (rank[found.survivor] <= rank).all()
    assert np.array_equal(found.similarity[near], verify(found.survivor[near], own[near]))
    assert (found.similarity[near] >= 0.8).all()
    assert np.isnan(found.similarity[~near]).all()
    for a, b in identity[:3] + exact[:3]:
        assert found.survivor[a] == found.survivor[b]
        assert found.group[a] == found.group[b]
    for a, b, value in zip(found.near.a, found.near.b, found.near.similarity, strict=True):
        assert value < 0.8 or a == b or found.survivor[a] != a or found.survivor[b] != b
        assert value < 0.6 or found.group[a] == found.group[b]
    assert np.array_equal(found.survivor[found.same_as], found.survivor)
    assert ((found.same_as == own) == (near | (found.method == Method.NONE))).all()
    assert (found.group[found.survivor] == found.group).all()
    assert (found.group <= own).all()


@given(SIMILARITIES, EDGES, EDGES, ORDERS, ORDERS)
def test_the_order_of_the_documents_decides_nothing(
    similarity: dict[tuple[int, int], float],
    candidates: list[tuple[int, int]],
    exact: list[tuple[int, int]],
    rank: np.ndarray,
    shuffled: np.ndarray,
) -> None:
    place = np.argsort(shuffled)  # document d stands at row place[d]

    def outcome(rank: np.ndarray, row_of: np.ndarray, document_at: np.ndarray) -> list[tuple]:
        known = {(int(row_of[a]), int(row_of[b])): value for (a, b), value in similarity.items()}
        certain = Certain.of(NO_PAIRS, pairs(*((row_of[a], row_of[b]) for a, b in exact[:4])))
        near = pairs(*((row_of[a], row_of[b]) for a, b in candidates))
        found = resolve_near(rank, certain, near, measured(known), threshold=0.8, split_threshold=0.6)
        same_group = found.group[row_of][:, None] == found.group[row_of]
        return [
            (int(document_at[found.survivor[row]]), int(found.method[row]), str(found.similarity[row]), same.tolist())
            for row, same in zip(row_of, same_group, strict=True)
        ]

    assert outcome(rank, np.arange(COUNT), np.arange(COUNT)) == outcome(rank[shuffled], place, shuffled)


def deduplicate(texts: list[str], rank: np.ndarray, threshold: float = 0.8) -> Resolution:
    """All steps, from texts to survivors."""
    text = oracle.column(texts)
    signed = SignatureAnnotator().measure(pa.record_batch({"text": text}))
    keys = (signed.column("exact_hi").to_numpy(), signed.column("exact_lo").to_numpy())
    bands = [band_pairs(signed.column(name).to_numpy(), rank) for name in MinHashConfig().band_names()]
    return resolve_near(
        rank,
        Certain.of(NO_PAIRS, star_edges(keys, rank)),
        unique_pairs(bands),
        lambda a, b: jaccard(text, a, b)[0],
        threshold=threshold,
        split_threshold=0.6,
    )


@pytest.fixture(scope="module")
def planted(abstracts: list[str]) -> list[str]:
    """Abstracts with copies, rewritings of case and punctuation, edits light and heavy, edits of edits, and blanks."""
    random = np.random.default_rng(11)
    texts = [*abstracts[:400], "", " ", "…"]
    texts += abstracts[:50]
    texts += [text.upper().replace(". ", " -- ") for text in abstracts[50:100]]
    light = [oracle.edited(text, 0.01, random) for text in abstracts[100:200]]
    texts += light + [oracle.edited(text, 0.01, random) for text in light]
    texts += [oracle.edited(text, 0.05, random) for text in abstracts[200:300]]
    return texts


def test_the_same_documents_merge_in_any_order(planted: list[str]) -> None:
    count = len(planted)
    rank = np.random.default_rng(1).permutation(count)
    first = deduplicate(planted, rank)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(count)
        second = deduplicate([planted[row] for row in order], rank[order])
        assert np.array_equal(order[second.survivor], first.survivor[order])
        assert np.array_equal(second.method, first.method[order])
        assert np.array_equal(second.similarity, first.similarity[order], equal_nan=True)
        assert np.array_equal(first.group[order][second.group], first.group[order])


def test_planted_duplicates_merge_and_nothing_else_does(planted: list[str]) -> None:
    found = deduplicate(planted, np.arange(len(planted)))
    near = np.flatnonzero(found.method == Method.NEAR)
    clear = [
        row
        for row, original in enumerate(range(100, 200), 503)
        if oracle.jaccard(planted[row], planted[original]) > 0.9
    ]
    assert len(clear) > 30
    assert (found.survivor[clear] != clear).all()
    for row in near:
        similarity = oracle.jaccard(planted[row], planted[found.survivor[row]])
        assert similarity == found.similarity[row] >= 0.8
    for row in np.flatnonzero(found.method == Method.EXACT):
        assert oracle.words(planted[row]) == oracle.words(planted[found.same_as[row]])
    assert (found.method[403:503] == Method.EXACT).all()
    assert (found.survivor[403:503] == found.survivor[:100]).all()
    assert found.survivor[400:403].tolist() == [400, 401, 402]


def test_texts_that_are_only_alike_never_merge(abstracts: list[str]) -> None:
    random = np.random.default_rng(4)
    texts = [*abstracts, *(oracle.edited(text, 0.06, random) for text in abstracts)]
    half = len(abstracts)
    similarity, _ = jaccard(oracle.column(texts), np.arange(half), np.arange(half, 2 * half))
    alike = np.flatnonzero((similarity >= 0.5) & (similarity <= 0.75))
    assert alike.size > 500
    found = deduplicate(texts, np.arange(2 * half))
    assert (found.survivor[alike + half] == alike + half).all()
    # Many of them were candidates: what kept them apart is their true similarity.
    proposed = (found.near.similarity >= 0.5) & (found.near.similarity <= 0.75)
    assert proposed.sum() > 50
