"""Check digits agree with those that another author's generator makes, and every change of one figure is seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.phi.planting import check_digits as made
from filters.phi.validators import check_digits as check

FIGURES = "0123456789"


def digits(count: int, first: str = FIGURES) -> st.SearchStrategy[str]:
    return st.builds(
        lambda head, tail: head + tail, st.sampled_from(first), st.text(FIGURES, min_size=count - 1, max_size=count - 1)
    )


WHOLE: dict[str, tuple[st.SearchStrategy[str], Callable[[str], bool]]] = {
    "luhn": (digits(15).map(lambda body: body + made.luhn(body)), check.luhn),
    "npi": (digits(9, "12").map(lambda body: body + made.npi(body)), check.npi),
    "dni": (digits(8).map(lambda body: body + made.dni(body)), check.dni),
    "insee": (digits(13, "12").map(lambda body: body + made.insee(body)), check.insee),
    "german_tax": (digits(10, "123456789").map(lambda body: body + made.german_tax(body)), check.german_tax),
    "aadhaar": (digits(11, "23456789").map(lambda body: body + made.aadhaar(body)), check.aadhaar),
    "gtin": (digits(13).map(lambda body: body + made.gtin(body)), check.gtin),
    "iban": (digits(20).map(lambda body: "ES" + made.iban("ES", body) + body), check.iban),
}


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
def test_right_numbers_pass_and_one_wrong_figure_does_not(name: str, data: st.DataObject) -> None:
    numbers, right = WHOLE[name]
    number = data.draw(numbers)
    assert right(number) is True
    at = data.draw(st.sampled_from([place for place, each in enumerate(number) if each.isdigit()]))
    other = data.draw(st.sampled_from([figure for figure in FIGURES if figure != number[at]]))
    assert right(number[:at] + other + number[at + 1 :]) is False


@given(digits(6))
def test_dea_numbers_pass(body: str) -> None:
    assert [figure for figure in FIGURES if check.dea("AB" + body + figure)] == [made.dea(body)]


@given(digits(9))
def test_nhs_numbers_pass(body: str) -> None:
    last = made.nhs(body)
    passing = [figure for figure in FIGURES if check.nhs(body + figure)]
    assert passing == ([] if last is None else [last])


@given(st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=17, max_size=17))
def test_vehicle_identification_numbers_pass(characters: str) -> None:
    assert check.vin(made.vin(characters)) is True


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=6, max_size=6), digits(9))
def test_italian_tax_codes_pass(letters: str, figures: str) -> None:
    body = f"{letters}{figures[:2]}A{figures[2:4]}H{figures[4:7]}"
    assert check.codice_fiscale(body + made.codice_fiscale(body)) is True


@pytest.mark.parametrize(
    ("right", "number"),
    [
        (check.luhn, "4111111111111111"),
        (check.npi, "1234567893"),  # CMS's example
        (check.nhs, "9434765919"),  # NHS's example
        (check.iban, "GB82WEST12345698765432"),  # ISO 13616's example
        (check.vin, "1M8GDM9AXKP042788"),  # SAE's example
        (check.insee, "255081416802538"),
    ],
    ids=["card", "npi", "nhs", "iban", "vin", "insee"],
)
def test_published_examples_pass(right: Callable[[str], bool], number: str) -> None:
    assert right(number) is True
