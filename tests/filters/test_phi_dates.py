"""Dates and ages over 89: what is found, what stands, and the calendar against the standard library's."""

from __future__ import annotations

import calendar
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.phi.dates import finder
from filters.phi.dates.calendars import exists
from filters.phi.dates.numeric import three_numbers
from filters.phi.policy import load_policy
from filters.phi.spans import masked_bytes, merged
from filters.phi.text import Text

NOTES = finder(load_policy("notes"))


def found(text: str, policy: str = "notes") -> list[tuple[str, str]]:
    """Kind and text of what is found."""
    made = NOTES if policy == "notes" else finder(load_policy(policy))
    assert made is not None
    raw = text.encode()
    return [(span.kind, raw[span.start : span.end].decode()) for span in merged(made.find(Text(raw)))]


def only(text: str, value: str, kind: str = "DATE", policy: str = "notes") -> bool:
    """Exactly `value` is found in `text`, as `kind`."""
    return found(text, policy) == [(kind, value)]


def none(text: str, kind: str) -> bool:
    """Nothing of `kind` is found."""
    return all(each != kind for each, _ in found(text))


WHOLE = (
    "12/25/2019", "12-25-19", "2019-12-25", "25.12.2019", "12 / 25 / 2019", "1/5/21", "31/12/2020", "2019/12/25",
    "December 25, 2019", "Dec 25, 2019", "Dec. 25th, 2019", "December 25th 2019", "25 December 2019",
    "25th of December, 2019",
    "25-DEC-2019", "Nov 11th '23", "May 5, 2020", "MAY 5, 2020", "Sept 9 2021", "2019 Dec 25",
    "June 2-5, 2021", "3/5/20-3/9/20",
    "25 de diciembre de 2019", "25 décembre 2019", "1er janvier 2020", "25. Dezember 2019", "3. März 2021",
    "25 dicembre 2019",
    "May 2022", "Dec '19", "January to March 2020", "3/4-3/9/2020", "12/25/2019 10:32 AM", "2019-12-25T10:11:12Z",
    "2019-W52-3",
    "03/2019", "Monday, March 3, 2014", "3rd of June", "April 30", "l2/O5/1958",
    "12\u201125\u20112019",
)  # fmt: skip


@pytest.mark.parametrize("value", WHOLE, ids=range(len(WHOLE)))
def test_a_date_is_found_whole_however_it_is_written(value: str) -> None:
    assert only(f"She was seen in clinic on {value}.", value)
    assert only(f"Note ({value}): stable", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("admitted on 12/25 with fever", "12/25"),
        ("seen 4/3, dx'd with pneumonia", "4/3"),
        ("Labs 3/4: Na 140", "3/4"),
        ("3/4: extubated", "3/4"),
        ("Date of birth: 3/4/52", "3/4/52"),
        ("DOB 12 05 1952", "12 05 1952"),
        ("DOB: 19520512", "19520512"),
        ("he fell back in March", "March"),
        ("well since October.", "October"),
        ("saw her last April", "last April"),
        ("pain since Christmas", "Christmas"),
        ("on Thanksgiving 2019 he fell", "Thanksgiving 2019"),
        ("seit dem 25.12.2019", "25.12.2019"),
        ("am 25.12. aufgenommen", "25.12."),
        ("readmitted on the 14th with fever", "14th"),
        ("the week of 3/5", "3/5"),
    ],
)
def test_a_date_by_the_words_around_it(text: str, value: str) -> None:
    assert only(text, value)


@pytest.mark.parametrize(
    "value",
    [
        "march third nineteen eighty",
        "fifth of may two thousand twelve",
        "october of fifty two",
        "june twenty first two thousand and four",
        "march 3rd 1980",
        "january of nineteen ninety one",
    ],
)
def test_a_date_that_is_said(value: str) -> None:
    assert only(f"um i was born on {value} , i think", value, policy="dialogue")


def test_a_birth_date_in_words_alone() -> None:
    assert only("my date of birth is ten twelve sixty five", "ten twelve sixty five", policy="dialogue")


@pytest.mark.parametrize(
    "text",
    [
        "in 2019",
        "since 2021",
        "blood pressure 120/80, then 130/85",
        "strength is 5/5 in all extremities",
        "pain 8/10 on exertion, 3/10 at rest",
        "took 1/2 tablet twice a day, on 1/2 tablet since",
        "vision 20/20",
        "2/6 systolic murmur",
        "for 3 days, a 1-year follow-up, the 30-day mortality",
        "version 1.2.13 and section 4.3.12",
        "You may 5 times a day march on",
        "it may improve; they march 3 miles",
        "aspirin 81 mg, 10-20 mg, INR 2-3",
        "ICD I63.9, CPT 99213, L4-L5, C5-6",
        "call 555-12-1234 or 555-123-4567",
        "between 10-15 mg",
        "30/02/2020",
        "2019-13-45",
        "H56-11471",
        "April came in with her mother",
        "an easterly wind, Christmas disease",
        "a ratio of 3/4",
        "the 1970s",
        "c-Jun 5 and CD44",
        "on the 5th metatarsal, of the 3rd and 4th digits, of the second, and first",
    ],
)
def test_what_is_no_date_stands(text: str) -> None:
    assert none(text, "DATE")


def test_a_paper_keeps_what_only_its_context_makes_a_date() -> None:
    assert only("In March the patient, seen 4/3, returned on May 5, 2020.", "May 5, 2020", policy="case_report")
    assert finder(load_policy("literature")) is None
    assert finder(load_policy("web")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a 92-year-old woman", "92"),
        ("aged 95", "95"),
        ("Age: 101", "101"),
        ("96 yo F", "96"),
        ("91 y/o", "91"),
        ("93 years old", "93"),
        ("a 94 y.o. man", "94"),
        ("ninety-four years old", "ninety-four"),
        ("at the age of 90", "90"),
        ("mother is 97.", "97"),
        ("i'm ninety two.", "ninety two"),
        ("pt 92F with chest pain", "92"),
        ("mujer de 93 años", "93"),
        ("eine 92-jährige Frau", "92"),
        ("femme de 94 ans", "94"),
        ("she turned one hundred and two", "one hundred and two"),
    ],
)
def test_an_age_over_89_is_found(text: str, value: str) -> None:
    assert only(text, value, "AGE")


@pytest.mark.parametrize(
    "text",
    [
        "an 89-year-old man",
        "age 67",
        "95 years of data",
        "98.6 F, 99 F",
        "sat 95 percent; he is 98 on room air",
        "aged 90 or older",
        "patients 65 to 95 years old",
        "90 mg",
        "she is 92 kg",
        "90 or older-year-old",
        "smoked for 92 pack-years",
        "BP ninety over sixty",
    ],
)
def test_other_numbers_are_no_age(text: str) -> None:
    assert none(text, "AGE")


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_every_day_of_the_calendar_exists(day: datetime.date) -> None:
    assert exists(day.day, day.month, day.year)


@given(st.integers(0, 40), st.integers(0, 15), st.integers(1900, 2099))
def test_the_calendar_agrees_with_the_standard_library(day: int, month: int, year: int) -> None:
    there = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    assert exists(day, month, year) == there
    other = 1 <= day <= 12 and 1 <= month <= calendar.monthrange(year, day)[1]
    assert three_numbers(str(day), str(month), str(year)) == (there or other)


FORMATS = (
    "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y-%m-%d", "%m/%d/%y", "%d-%m-%y", "%B %d, %Y", "%b %d %Y",
    "%d %B %Y",
    "%d-%b-%Y", "%b. %d, %Y", "%A, %B %d, %Y", "%B %Y", "%Y %b %d",
)  # fmt: skip


@settings(max_examples=200)
@given(st.dates(datetime.date(1920, 1, 1), datetime.date(2039, 12, 31)), st.sampled_from(FORMATS))
def test_every_date_is_found_in_every_format_and_its_mask_is_clean(day: datetime.date, form: str) -> None:
    value = day.strftime(form)
    raw = f"Mr. Ames was seen on {value} for pain.".encode()
    assert NOTES is not None
    spans = merged(NOTES.find(Text(raw)))
    assert len(spans) == 1
    assert (spans[0].start, spans[0].end) == (21, 21 + len(value))
    masked, _ = masked_bytes(raw, spans)
    assert list(NOTES.find(Text(masked))) == []


@settings(max_examples=200)
@given(st.text(alphabet="0123456789/-. ,:marMAYjune'th\n", max_size=60))
def test_spans_lie_in_the_text_whatever_it_is(text: str) -> None:
    raw = text.encode()
    assert NOTES is not None
    for span in NOTES.find(Text(raw)):
        assert 0 <= span.start < span.end <= len(raw)
        raw[span.start : span.end].decode()
