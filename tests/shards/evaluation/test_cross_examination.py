"""Scores of the Cross-Examination Framework, on examples computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shards.evaluation.cross_examination import ANSWERS, Answered, Examination, mean_scores, scores

FIRST = Examination(
    # The summary: knows 3 of 5, of which it contradicts one; a sixth question its own document cannot answer.
    document_questions=[
        Answered("YES", "YES"),
        Answered("YES", "IDK"),
        Answered("YES", "NO"),
        Answered("NO", "NO"),
        Answered("YES", "IDK"),
        Answered("IDK", "YES"),
    ],
    # The document: cannot answer 1 of 4, contradicts one.
    generated_questions=[
        Answered("YES", "YES"),
        Answered("YES", "IDK"),
        Answered("YES", "NO"),
        Answered("YES", "YES"),
    ],
    document_words=200,
    generated_words=50,
)
SECOND = Examination([Answered("YES", "YES")], [Answered("YES", "YES")], document_words=100, generated_words=120)


def test_one_document_by_hand() -> None:
    found = scores([FIRST])

    assert found.coverage == pytest.approx(100 * 3 / 5)
    assert found.conformity == pytest.approx(100 * 4 / 5)
    assert found.consistency_idk == pytest.approx(100 * 3 / 4)
    assert found.consistency_match == pytest.approx(100 * 2 / 4)
    assert found.conciseness == pytest.approx(75)
    harmonic = 2 * 60 * 75 / (60 + 75)
    assert found.overall_idk == pytest.approx((60 + 80 + 75 + harmonic) / 4)
    assert found.overall_match == pytest.approx((60 + 80 + 50) / 3)
    assert (found.questions, found.unsettled) == (9, 1)


def test_several_documents_pooled_and_averaged_by_hand() -> None:
    pooled, mean = scores([FIRST, SECOND]), mean_scores([FIRST, SECOND])

    assert pooled.coverage == pytest.approx(100 * 4 / 6)
    assert mean.coverage == pytest.approx((60 + 100) / 2)
    assert pooled.conformity == pytest.approx(100 * 5 / 6)
    assert pooled.consistency_idk == pytest.approx(100 * 4 / 5)
    assert pooled.consistency_match == pytest.approx(100 * 3 / 5)
    assert mean.consistency_match == pytest.approx((50 + 100) / 2)
    assert pooled.conciseness == pytest.approx(100 * (300 - 170) / 300)
    assert mean.conciseness == pytest.approx((75 - 20) / 2)
    # A longer text is not concise: the last term of the mean is 0.
    assert scores([SECOND]).overall_idk == pytest.approx(75)


def test_where_conciseness_is_not_asked_for_it_is_no_part_of_the_mean() -> None:
    note = Examination(FIRST.document_questions, FIRST.generated_questions, 200, None)

    assert scores([note]).conciseness is None
    assert scores([note]).overall_idk == pytest.approx((60 + 80 + 75) / 3)


def test_nothing_asked_is_no_score() -> None:
    found = scores([Examination([], [Answered("YES", "YES")], 10, 5)])

    assert (found.coverage, found.conformity, found.overall_idk, found.overall_match) == (None,) * 4
    assert found.consistency_match == 100


ASKED = st.lists(st.builds(Answered, st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)), max_size=12)


@given(ASKED, ASKED)
def test_definitions_of_consistency_differ_by_contradictions(of: list[Answered], by: list[Answered]) -> None:
    found = scores([Examination(of, by, 10, 10)])
    settled = [one for one in by if one.settled]

    if found.consistency_idk is None or found.consistency_match is None:
        assert not settled
        return
    contradictions = sum(one.contradicted for one in settled)
    assert found.consistency_idk - found.consistency_match == pytest.approx(100 * contradictions / len(settled))
    assert found.conformity is None or found.coverage is None or found.conformity >= 100 - found.coverage
