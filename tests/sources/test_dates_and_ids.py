"""Dates at their own precision, ids in one spelling."""

from __future__ import annotations

import itertools

import pytest

from sources.dates import date_in, earliest, iso_date, possible, year_in
from sources.ids import doi_in, is_doc_type, pmcid_in, pmid_in


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("2021", "Mar", "9"), "2021-03-09"),
        (("2021", "March", None), "2021-03"),
        (("2021", "03", ""), "2021-03"),
        (("2021", None, "9"), "2021"),
        (("2021", "Spring", None), "2021"),
        (("2021", "02", "30"), "2021-02"),
        (("2021", "13", "1"), "2021"),
        (("9999", "1", None), "9999-01"),
        (("21", "1", "1"), None),
        ((None, "1", "1"), None),
    ],
)
def test_a_date_keeps_its_precision_and_no_more(parts: tuple[str | None, ...], expected: str | None) -> None:
    assert iso_date(*parts) == expected


@pytest.mark.parametrize(
    ("words", "year"), [("1998 Dec-1999 Jan", "1998"), ("Winter 2003", "2003"), ("n.d.", None), ("12345", None)]
)
def test_the_first_year_of_free_words(words: str, year: str | None) -> None:
    assert year_in(words) == year


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("2021-03-09T10:00:00Z", "2021-03-09"),
        ("2021-03", "2021-03"),
        ("March 9, 2021", "2021-03-09"),
        ("March 2021", "2021-03"),
        ("Winter 2003", "2003"),
        ("soon", None),
        (None, None),
    ],
)
def test_the_date_in_a_field(words: str | None, date: str | None) -> None:
    assert date_in(words) == date


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["2011", "2011-03-04", "2011-05"], "2011-03-04"),
        (["2011-01-05", "2010-12"], "2010-12"),
        (["2011", "2010-12-31"], "2010-12-31"),
        (["2011"], "2011"),
        (["0001-01-01", "2011-05", "2999"], "2011-05"),
        (["2999"], "2999"),
        ([], None),
    ],
)
def test_the_earliest_date_at_the_best_precision_in_any_order(dates: list[str], expected: str | None) -> None:
    assert {earliest(list(order)) for order in itertools.permutations(dates)} == {expected}


@pytest.mark.parametrize(
    ("date", "expected"),
    [("1500", True), ("2100-12-31", True), ("1499-12", False), ("2101", False), ("9999-01-01", False), ("May", False)],
)
def test_nothing_is_published_before_printing_or_in_the_next_century(date: str, expected: bool) -> None:
    assert possible(date) is expected


@pytest.mark.parametrize("value", ["note", "case_report", "a" + "1" * 31])
def test_a_document_type_is_a_word(value: str) -> None:
    assert is_doc_type(value)


@pytest.mark.parametrize("value", ["", "Note", "a b", "9a", "a" * 33, "a@b", "note\n", 5, None])
def test_nothing_else_is_a_document_type(value: object) -> None:
    assert not is_doc_type(value)


def test_ids_have_one_spelling() -> None:
    assert doi_in("https://doi.org/10.1056/NEJMoa2028564 ") == "10.1056/nejmoa2028564"
    assert doi_in("doi:10.1016/s0960-9822(00)00336-5") == "10.1016/s0960-9822(00)00336-5"
    assert doi_in("S0960-9822") is None
    assert doi_in("10.1000/jane@example.org") is None
    assert pmcid_in("7000123") == pmcid_in("PMC7000123") == pmcid_in("PMC7000123.1") == "PMC7000123"
    assert pmcid_in(None) is None
    assert pmid_in(" 0123 ") == "123"
    assert pmid_in("x1") is pmid_in("") is pmid_in("0") is None
