from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.shingles import shingle_sets
from dedup.templates import flag
from dedup.verify import similarities
from tests.dedup import oracle
from tests.dedup.test_verify import every_pair

# A set: each 63-bit shingle, and whether it is flagged.
FLAGGED = st.dictionaries(st.one_of(st.integers(0, 12), st.just((1 << 63) - 1)), st.booleans(), max_size=12)
WORDS = st.lists(st.sampled_from(list("abcdef")), max_size=12)


def laid_out(sets: list[dict[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    hashes = np.array([one << 1 | given[one] for given in sets for one in sorted(given)], np.uint64)
    return hashes, np.cumsum([0, *(len(given) for given in sets)])


def shingles_of(wanted: set[tuple[str, ...]]) -> np.ndarray:
    """One ascending set of these shingles of two words (or of a whole text of one word)."""
    found, _ = shingle_sets(oracle.column([" ".join(one) for one in wanted]), np.arange(len(wanted)), 2)
    return np.unique(found)


@given(st.lists(FLAGGED, max_size=5))
def test_similarities_are_the_set_formulas(sets: list[dict[int, bool]]) -> None:
    a, b = every_pair(len(sets))
    found = similarities(*laid_out(sets), a, b)
    for pair, (left, right) in enumerate(zip(a, b, strict=True)):
        one, other = sets[left], sets[right]
        both, either = one.keys() & other.keys(), one.keys() | other.keys()
        counting = {s for s in either if not one.get(s) and not other.get(s)}
        assert found.jaccard[pair] == (len(both) / len(either) if either else 0)
        assert found.substance[pair] == (len(both & counting) / len(counting) if counting else 1)
        assert found.containment[pair] == (len(both) / min(len(one), len(other)) if one and other else 0)


@given(st.lists(FLAGGED, min_size=2, max_size=2))
def test_a_pair_is_judged_alike_in_both_directions(sets: list[dict[int, bool]]) -> None:
    found = similarities(*laid_out(sets), np.array([0, 1]), np.array([1, 0]))
    for values in found:
        assert values[0] == values[1]


@given(st.lists(FLAGGED, max_size=4))
def test_without_flags_substance_is_jaccard(sets: list[dict[int, bool]]) -> None:
    hashes, starts = laid_out([dict.fromkeys(given, False) for given in sets])
    a, b = every_pair(len(sets))
    found = similarities(hashes, starts, a, b)
    some = np.diff(starts)[a] + np.diff(starts)[b] > 0
    assert np.array_equal(found.substance[some], found.jaccard[some])
    assert (found.substance[~some] == 1).all()


@given(st.lists(WORDS, min_size=2, max_size=4), st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_texts_of_two_sources_are_compared_without_the_templates_of_either(
    texts: list[list[str]], mine: set[int], theirs: set[int]
) -> None:
    column = oracle.column([" ".join(words) for words in texts])
    known = sorted(set().union(*(oracle.shingles(text, 2) for text in column.to_pylist())))
    chosen = [{known[i] for i in picks if i < len(known)} for picks in (mine, theirs)]
    templates = [shingles_of(one) for one in chosen]
    parts = [shingle_sets(column, np.array([row]), 2)[0] for row in range(len(texts))]
    source = [row % 2 for row in range(len(texts))]
    hashes = np.concatenate([flag(part, templates[of]) for part, of in zip(parts, source, strict=True)])
    starts = np.cumsum([0, *(part.size for part in parts)])
    a, b = every_pair(len(texts))
    found = similarities(hashes, starts, a, b)
    for pair, (left, right) in enumerate(zip(a, b, strict=True)):
        one, other = column[int(left)].as_py(), column[int(right)].as_py()
        assert found.jaccard[pair] == oracle.jaccard(one, other, 2)
        assert found.substance[pair] == oracle.substance(one, other, chosen[source[left]], chosen[source[right]], 2)


def test_pages_of_one_form_are_alike_only_where_their_substance_is() -> None:
    form = " ".join(f"form{number}" for number in range(400))
    texts = [f"{form} the disease of {name} is rare and treated by nobody at all" for name in ("gaucher", "fabry")]
    copy = texts[0] + " indeed"
    column = oracle.column([*texts, copy])
    hashes, starts = shingle_sets(column, np.arange(3), 5)
    template, _ = shingle_sets(oracle.column([form]), np.array([0]), 5)
    found = similarities(flag(hashes, template), starts, np.array([0, 0]), np.array([1, 2]))
    assert (found.jaccard > 0.9).all()
    assert found.copies(0.8).tolist() == [False, True]
