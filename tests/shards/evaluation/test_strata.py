"""The draw of source documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shards.evaluation.strata import Strata, length_of
from shards.place import uniform

DOCUMENTS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=60)


@given(DOCUMENTS, st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_draw_is_that_of_sorting_all(documents: list[tuple[str, int]], most: int, order: object) -> None:
    named = [(source, tokens, f"{source}:{number}") for number, (source, tokens) in enumerate(documents)]
    shuffled = list(named)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    strata = Strata(most, seed=3)
    for one in shuffled:
        strata.offer(*one)

    expected = {}
    for source, tokens, doc_id in named:
        expected.setdefault((source, length_of(tokens)), []).append(doc_id)
    found = {stratum: (met, drawn) for stratum, met, drawn in strata.drawn()}

    assert found == {
        stratum: (len(names), sorted(sorted(names, key=lambda name: uniform(name, salt="strata/3"))[:most]))
        for stratum, names in expected.items()
    }


def test_lengths_are_powers_of_two() -> None:
    assert [length_of(n) for n in (0, 1, 2, 3, 4, 1023, 1024)] == [0, 1, 2, 2, 4, 512, 1024]
