"""Policies: what each looks for, which document has which, and that nothing unscreened passes."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from corpus.errors import RecipeError
from filters.phi.annotator import PhiAnnotator, ruleset
from filters.phi.classes import KINDS, SafeHarbor
from filters.phi.detector import Detector
from filters.phi.mask import WITHHELD, mask_text
from filters.phi.patterns import GROUPS, patterns
from filters.phi.policy import BY_TYPE, load_policy, policies_of, policy_names, policy_of
from filters.phi.spans import Span


def batch(**columns: list[str | None]) -> pa.RecordBatch:
    return pa.record_batch({name: pa.array(values, pa.string()) for name, values in columns.items()})


def test_every_policy_can_be_read() -> None:
    for name in policy_names():
        policy = load_policy(name)
        assert policy.covers.strip().endswith(".")
        assert set(policy.patterns) <= set(GROUPS)
        assert policy.kinds <= KINDS
        assert set(policy.genres.values()) <= set(policy_names())
    assert {load_policy(name).replace for name in ("notes", "dialogue")} == {"surrogate"}


def test_no_type_of_document_has_two_policies() -> None:
    types = [kind for name in policy_names() for kind in load_policy(name).doc_types]
    assert len(types) == len(set(types))


def test_notes_are_screened_for_every_class_of_the_rule() -> None:
    kinds = load_policy("notes").kinds
    assert [each.name for each in SafeHarbor if not kinds & set(each.kinds)] == []
    assert load_policy("dialogue").kinds == kinds


@pytest.mark.parametrize(
    ("policy", "doc_type", "genre", "found"),
    [
        (BY_TYPE, "abstract", None, "literature"),
        (BY_TYPE, "abstract", "case_report", "case_report"),
        (BY_TYPE, "note", None, "notes"),
        (BY_TYPE, "note", "case_report", "notes"),
        (BY_TYPE, "dialogue", None, "dialogue"),
        (BY_TYPE, "label", None, "guideline"),
        (BY_TYPE, "qa", None, "web"),
        (BY_TYPE, "of no known kind", None, "web"),
        ("notes", "abstract", None, "notes"),
        ("literature", "note", "case_report", "case_report"),
    ],
)
def test_the_policy_of_a_document(policy: str, doc_type: str, genre: str | None, found: str) -> None:
    assert policy_of(policy, doc_type, genre) == found
    assert found in policies_of(policy)


def test_each_row_has_the_policy_of_its_type() -> None:
    rows = batch(text=["a", "b", "c"], doc_type=["note", "abstract", "abstract"], genre=[None, "case_report", None])
    assert PhiAnnotator(BY_TYPE).measure(rows).column("phi_policy").to_pylist() == [
        "notes",
        "case_report",
        "literature",
    ]
    assert PhiAnnotator("web").measure(batch(text=["a"])).column("phi_policy").to_pylist() == ["web"]


def test_unknown_policies_are_named() -> None:
    for given in (policies_of, PhiAnnotator):
        with pytest.raises(RecipeError, match="unknown PHI policy 'nonesuch'; known: by_type, case_report"):
            given("nonesuch")
    with pytest.raises(ValueError, match="no group of patterns: nonesuch"):
        patterns(("direct", "nonesuch"))


def test_a_document_that_cannot_be_screened_is_marked_and_the_others_are_screened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = Detector.find_many

    def find_many(self: Detector, texts: Sequence[bytes], known: Sequence[Sequence[Span]] = ()) -> list[list[Span]]:
        if any(b"broken" in text for text in texts):
            raise ValueError(b" ".join(texts))
        return whole(self, texts, known)

    monkeypatch.setattr(Detector, "find_many", find_many)
    found = PhiAnnotator().measure(batch(text=["jane@example.org", "broken jane@example.org", "fine"]))

    assert found.column("phi_count").to_pylist() == [1, 0, 0]
    assert found.column("phi_failed").to_pylist() == [None, "ValueError", None]


def test_words_that_cannot_be_screened_are_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(policy: str, undecided: str | None) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("filters.phi.mask.detector", broken)
    assert mask_text("jane@example.org") == WITHHELD


def test_an_unknown_policy_is_no_document_that_cannot_be_screened() -> None:
    with pytest.raises(RecipeError):
        mask_text("text", "nonesuch")


def test_the_ruleset_is_a_digest() -> None:
    assert len(ruleset()) == 64


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Call 1-800-422-6237 for help.", True),
        ("Poison Help hotline (1-800-222-1222) is open.", True),
        ("Phone: 888 346 3656", True),
        ("Call us at 617-392-4471.", False),
        ("Phone: +1 (617) 392-4471", False),
    ],
)
def test_numbers_that_are_free_to_call_stay_where_texts_tell_them(text: str, kept: bool) -> None:
    assert {policy: mask_text(text, policy) == text for policy in ("guideline", "web")} == dict.fromkeys(
        ("guideline", "web"), kept
    )
    assert (mask_text(text, "notes") == text) is False


def test_sums_of_fractions_and_names_of_guidelines_are_no_numbers() -> None:
    for text in (
        "P = (305/755 + 685/755) - 280/755 = 710/755",
        "45/100 + 25/100 - 11/100",
        "the AHA/ACC/HFSA 2022 Guidelines",
    ):
        assert mask_text(text, "guideline") == text


@pytest.mark.parametrize(
    "text",
    [
        "un score de Ranson à 03 et APACHE II à 10. Après mise en condition",
        "Donna, 85 anni, ricovero programmato",
        "leucocitos con 6.580 U/mm3, hemoglobina",
        "se decide derivar al paciente al Servicio de Urología para estudio",
        "hémostase progressive aux fils Vicryl 2/0",
    ],
)
def test_words_of_case_reports_in_other_languages_stay(text: str) -> None:
    assert mask_text(text, "case_report") == text
