"""Dates, ages, places and postcodes as a transcript of speech has them; talk that is full of other numbers stays."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.phi import dates, places
from filters.phi.dates.calendars import LENGTHS
from filters.phi.detector import Finder
from filters.phi.numerals import figures
from filters.phi.planting.spoken import digits, number, ordinal, year
from filters.phi.policy import load_policy
from filters.phi.spans import merged
from filters.phi.text import Text

MONTHS = "january february march april may june july august september october november december"


@cache
def finders(policy: str) -> tuple[Finder, ...]:
    asked = load_policy(policy)
    return tuple(finder for make in (dates.finder, places.finder) if (finder := make(asked)) is not None)


def found(text: str) -> list[tuple[str, str]]:
    """Kind and text of the dates, ages and places of `text`."""
    raw = text.encode()
    spans = merged(span for finder in finders("dialogue") for span in finder.find(Text(raw)))
    return [(span.kind, raw[span.start : span.end].decode()) for span in spans]


FOUND = (
    ("she's ", "ninety four", " and still sharp", "AGE"),
    ("my grandmother just turned ", "a hundred and one", " last week", "AGE"),
    ("[doctor] how old are you now ?\n[patient] well , uh , ", "ninety one", " .", "AGE"),
    ("[doctor] you're ninety two , right ?\n[patient] ", "ninety two", " , yes .", "AGE"),
    ("she lived to be ", "one hundred and three", " .", "AGE"),
    ("we had a party for her ", "ninety fifth", " birthday", "AGE"),
    ("i saw him on ", "march the third nineteen fifty one", " .", "DATE"),
    ("it was ", "the twenty second of august two thousand and nineteen", " , i think", "DATE"),
    ("[doctor] date of birth ?\n[patient] sure , uh , ", "oh four twelve nineteen eighty", " .", "DATE"),
    ("he was born on the ", "eighth of the third nineteen fifty five", " .", "DATE"),
    ("my birthday is ", "ten twelve sixty five", " .", "DATE"),
    ("we'll see you on ", "tuesday , april uh ninth , twenty nineteen", " .", "DATE"),
    ("and my birthdate is ", "zero four one two one nine eight zero", " .", "DATE"),
    ("come back on ", "the ninth", " .", "DATE"),
    ("surgery is thursday ", "the twenty first", " , right ?", "DATE"),
    ("since ", "october of two thousand eighteen", " it hurts", "DATE"),
    ("[doctor] when was the surgery ?\n[patient] it was ", "24/9", " , i think .", "DATE"),
    ("my zip is ", "oh two one three nine", " .", "ZIP"),
    ("my zip is ", "one double oh two one", " .", "ZIP"),
    ("[doctor] and the zip code ?\n[patient] that's ", "nine oh two um one oh", " .", "ZIP"),
    ("the post code is ", "s w one a one a a", " , thanks", "ZIP"),
    ("the postal code is ", "k one a , zero b one", " .", "ZIP"),
    ("the pharmacy in ", "oh seven two nine five", " is always out of it", "ZIP"),
    ("i live at ", "four twenty two maple street apartment three b", " .", "ADDRESS"),
    ("are you still at ", "seventy nine um thirty two birch hill road", " ?", "ADDRESS"),
    ("", "twelve forty two riverside drive , unit five", " .", "ADDRESS"),
    ("mail it to ", "two hundred north main street , dayton ohio four five four oh two", " .", "ADDRESS"),
    ("do you still live on ", "maple avenue", " ?", "ADDRESS"),
    ("send it to ", "p o box two eleven", " .", "ADDRESS"),
    ("[doctor] what's your address ?\n[patient] it's ", "14 rue des lilas", " .", "ADDRESS"),
    ("we drive in from ", "kalamazoo", " every week", "GEO"),
    ("my sister in ", "scranton", " has it too", "GEO"),
    ("i grew up in ", "bath", " and moved later", "GEO"),
    ("we're going down to ", "columbus georgia", " for it", "GEO"),
    ("[doctor] have you traveled ?\n[patient] just to ", "kettlemere", " to see my aunt", "GEO"),
    ("they took me to ", "mercy hospital", " that night", "HOSPITAL"),
    ("i was in ", "klinikum aalen", " for four days", "HOSPITAL"),
    ("he is in the ", "hospital de cabueñes", " now", "HOSPITAL"),
)


@pytest.mark.parametrize("each", range(len(FOUND)))
@pytest.mark.parametrize("rounded", [False, True])
def test_what_is_said_is_found_whole(each: int, rounded: bool) -> None:
    before, value, after, kind = FOUND[each]
    talk = "[doctor] okay . and how are you ?\n[patient] fine .\n" if rounded else ""
    assert any(name == kind and value in piece for name, piece in found(f"{talk}{before}{value}{after}"))


STAY = (
    "your blood pressure is one twenty over eighty , take five hundred milligrams twice a day",
    "for two to three weeks at l five s one , with twenty twenty vision",
    "her oxygen was ninety two percent . he's ninety eight pounds , with ninety degrees of flexion",
    "she's ninety two on room air and her pulse was ninety and regular",
    "you may first notice a rash , and you may second guess it",
    "pain in the third , fourth and fifth fingers , on the fifth toe . on the first , i think so",
    "it was nineteen eighty five . i was born in nineteen forty , in two thousand and ten i retired",
    "i take it at ten thirty and ten fifteen . my sugar's one ten , one twelve , one twenty",
    "count back from one hundred , ninety three , eighty six",
    "it's a five minute drive , twenty four hours a day , in one place , on a two way street",
    "he went to physical therapy , she went in for surgery , in the clinic , at the general hospital",
    "numbness in one two three four five fingers , still at five milligrams of lisinopril twice daily",
    "out of breath , been to a chiropractor , up to five milligrams , moved to california , back to normal",
    "i was raised in poverty , grew up in foster care , flew in for the wedding and retired from kettleworks",
    "back in high school , surgeon in residence , the va in general , he lives in fear , visited cardiology",
    "zip it up , one two three four five times . five street drugs , three road trips , a ten lane pool",
    "cut it in half , thirty one fifty milligram tablets , nineteen ninety nine , he's a hundred and ten percent sure",
    "my a1c was seven point two , ldl one ten , i'm ninety days out , she's pushing a hundred and five pounds",
    "the fourth visit , on the third day , since the fifth grade , ten out of ten , twelve slash eight hours",
    "he is 90 or older and still driving",
)


@pytest.mark.parametrize("each", range(len(STAY)))
def test_other_numbers_and_places_of_talk_stay(each: int) -> None:
    assert found(STAY[each]) == []


def test_a_month_alone_goes_as_before_and_what_follows_it_stays() -> None:
    assert found("in march two of us got sick") == [("DATE", "march")]


def test_an_amount_behind_a_day_is_no_year() -> None:
    assert found("since june third twenty milligrams daily") == [("DATE", "june third")]


@pytest.mark.parametrize("policy", ["notes", "case_report"])
@pytest.mark.parametrize("each", [number for number, (*_, kind) in enumerate(FOUND) if kind == "ZIP"])
def test_policies_of_written_text_have_no_rules_for_codes_that_are_said(policy: str, each: int) -> None:
    text = Text("".join(FOUND[each][:3]).encode())
    assert not [span for finder in finders(policy) for span in finder.find(text) if span.kind == "ZIP"]


@given(st.integers(0, 9999))
def test_a_number_in_words_is_read_as_it_was_said(value: int) -> None:
    spelled = number(value)
    assert "".join(figures(spelled)) == str(value)


@given(st.text("0123456789", min_size=1, max_size=12))
def test_figures_said_one_by_one_are_read_one_by_one(value: str) -> None:
    assert figures(digits(value)) == list(value)


@given(st.integers(1, 12), st.integers(1, 28), st.integers(1930, 2029), st.sampled_from(["uh", "um", "er"]))
def test_every_day_is_found_with_its_year(month: int, day: int, told: int, pause: str) -> None:
    name = MONTHS.split()[month - 1]
    assert day <= LENGTHS[month - 1]
    for value in (
        f"{name} {ordinal(day)} {year(told)}",
        f"the {ordinal(day)} of {name} {year(told)}",
        f"{name} the {ordinal(day)} , {pause} , {year(told)}",
    ):
        assert found(f"it started on {value} .") == [("DATE", value)]


@given(st.integers(1, 99999))
def test_every_zip_code_is_found(value: int) -> None:
    said = digits(f"{value:05d}")
    assert found(f"my zip code is {said} .") == [("ZIP", said)]


@pytest.mark.parametrize("piece", ["one ", "ninety ", "street ", "zip ", "in x ", "one street ", "uh , ", "may "])
def test_time_is_linear_in_the_text(piece: str) -> None:
    assert found(piece * 20_000) is not None
