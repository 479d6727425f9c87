"""What benchmarks of deduplication hold to be true: exact similarities, planted copies, word soup."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dedup_quality import judged
from benchmarks.documents import Text
from benchmarks.near_edits import EDITS, near_copy
from benchmarks.near_truth import FLOOR, Truth, measure, strings_disagree
from benchmarks.soup import KINDS, soup
from tests.dedup import oracle

texts = st.lists(st.lists(st.sampled_from("abcd"), max_size=14).map(" ".join), min_size=2, max_size=12)


@given(texts)
@settings(deadline=None)
def test_truth_is_every_similar_pair_with_its_jaccard(found: list[str]) -> None:
    known = measure([Text(str(number), text) for number, text in enumerate(found)], len(found))

    similar = {
        (a, b): value
        for b in range(len(found))
        for a in range(b)
        if (value := oracle.jaccard(found[a], found[b])) >= FLOOR
    }
    assert (
        dict(zip(zip(known.a.tolist(), known.b.tolist(), strict=True), known.jaccard.tolist(), strict=True)) == similar
    )
    assert strings_disagree(known) == 0


@pytest.mark.parametrize("kind", sorted(EDITS))
def test_an_edit_leaves_a_text_about_as_similar_as_was_asked_for(kind: str) -> None:
    text = " ".join(f"word{number}" for number in range(400))
    vocabulary = [f"other{number}" for number in range(5000)]
    generator = np.random.default_rng(3)

    for wanted in (0.55, 0.8, 0.95):
        copies = [near_copy(text, kind, wanted, generator, vocabulary) for _ in range(30)]
        assert np.mean([oracle.jaccard(text, copy) for copy in copies]) == pytest.approx(wanted, abs=0.05)


@pytest.mark.slow
def test_soup_states_how_alike_each_copy_is() -> None:
    found = soup(0, 4000)
    texts = found.text.to_pylist()
    copies = np.flatnonzero(found.original != np.arange(4000))

    assert set(found.kind[copies].tolist()) == {KINDS.index(kind) for kind in ("copy", "exact", "form copy")}
    for copy in copies.tolist():
        original = int(found.original[copy])
        assert original < copy
        assert oracle.jaccard(texts[original], texts[copy]) == pytest.approx(found.jaccard[copy], abs=1e-12)
        if KINDS[found.kind[copy]] == "form copy":
            same_form = [texts[i] for i in np.flatnonzero(found.kind == KINDS.index("form")) if i != original]
            form = set.union(*(oracle.shingles(text) for text in same_form))
            alike = oracle.substance(texts[original], texts[copy], form, form)
            assert alike == pytest.approx(found.substance[copy], abs=0.1)  # nobody else filled in its last lines


def test_soup_is_the_same_however_it_is_cut() -> None:
    whole, part = soup(0, 3000), soup(1900, 500)

    for name, values in part._asdict().items():
        of_whole = getattr(whole, name)[1900:2400]
        assert of_whole.equals(values) if name == "text" else (of_whole == values).all()


def test_outcomes_count_what_went_wrongly_and_what_was_left() -> None:
    # 0, 1 and 2 are alike; 3 is like 4, a little; 5 is like none.
    documents = tuple(Text(str(number), "") for number in range(6))
    a, b, value = np.array([0, 0, 1, 3]), np.array([1, 2, 2, 4]), np.array([0.95, 0.85, 0.9, 0.6])
    known = Truth(documents, 6, a, b, value)

    found = judged(known, np.array([0, 0, 2, 3, 3, -1]))

    assert (found.removed, found.wrong, found.lost) == (3, 1, 2)
    assert found.found == {0.8: 0.5, 0.9: 1.0}
