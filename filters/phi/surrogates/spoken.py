"""Values as a transcript of speech has them: digits and marks in words, letters one by one, and words to win time.

A value is read as it would be written, gets its surrogate, and is said again. Where the surrogate has as many
characters, each takes the place of the one it stands for, and what was said between them stays.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from filters.phi.surrogates.vocabulary import calendar, in_order, words

_DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGIT: Final = {**{word: str(digit) for digit, word in enumerate(_DIGITS)}, "oh": "0"}
_MARK: Final = {"dash": "-", "hyphen": "-", "minus": "-", "dot": ".", "point": ".", "slash": "/", "underscore": "_"}
_SAID: Final = {
    **{digit: word for word, digit in _DIGIT.items() if word != "oh"},
    **{mark: word for word, mark in _MARK.items()},
}
_SAID.update({"-": "dash", ".": "dot", "@": "at", "+": "plus", ":": "colon"})
_WORD: Final = re.compile(r"[^\W\d_]+")
_FEWEST: Final = 3


class Spoken(NamedTuple):
    """A value that was said."""

    written: str
    """As it would be written."""
    places: tuple[tuple[int, int], ...]
    """Where each character of `written` stands in what was said."""


def heard(value: str) -> Spoken | None:
    """`value` as it would be written, if it has no digit, a word for one, and nothing but letters and marks beside."""
    if any(map(str.isdecimal, value)):
        return None
    written: list[str] = []
    places: list[tuple[int, int]] = []
    digits = 0
    for match in _WORD.finditer(value):
        word = match.group()
        lower = word.lower()
        if lower in _DIGIT:
            written.append(_DIGIT[lower])
            digits += 1
        elif lower in _MARK:
            written.append(_MARK[lower])
        elif len(word) == 1:
            written.append(word)
        elif lower in words("pause"):
            continue
        else:
            return None
        places.append(match.span())
    return Spoken("".join(written), tuple(places)) if digits and len(written) >= _FEWEST else None


def said(value: str, spoken: Spoken, made: str) -> str:
    """`value` with what stands for `spoken.written` in it."""
    if len(made) != len(spoken.places):
        return again(made)
    parts: list[str] = []
    done = 0
    for (start, end), each in zip(spoken.places, made, strict=True):
        parts += (value[done:start], _SAID.get(each, each))
        done = end
    return "".join((*parts, value[done:]))


def address_heard(value: str) -> str | None:
    """An e-mail or web address as it would be written, if it has a spoken dot."""
    found = _WORD.findall(value.lower())
    if "dot" not in found or any(map(str.isdecimal, value)) or re.search(r"[^\w\s,]", value):
        return None
    marks = {**_DIGIT, **_MARK, "at": "@"}
    return "".join(marks.get(word, word) for word in found if word not in words("pause"))


def again(made: str) -> str:
    """What is written, said: words stay words."""
    return " ".join(_SAID.get(each, each) for each in re.findall(r"[^\W\d_]+|\S", made))


# Dates -----------------------------------------------------------------------------------------------------------


def _below_hundred(number: int) -> str:
    units, tens = in_order("units"), in_order("tens")
    if number < 20:
        return units[number]
    return tens[number // 10 - 2] + (f" {units[number % 10]}" if number % 10 else "")


def _ordinal(number: int) -> str:
    head, _, last = _below_hundred(number).rpartition(" ")
    irregular = dict(zip(in_order("units"), in_order("ordinals"), strict=True))
    ordinal = irregular.get(last, f"{last[:-1]}ieth")
    return f"{head} {ordinal}".strip()


def _years(year: int) -> tuple[str, ...]:
    """Ways to say a year, the usual one first."""
    century, rest = divmod(year, 100)
    two = _below_hundred(century)
    if year % 1000 < 10:
        thousand = f"{_below_hundred(year // 1000)} thousand"
        return (
            (thousand,)
            if not rest
            else (f"{thousand} {_below_hundred(rest)}", f"{thousand} and {_below_hundred(rest)}")
        )
    if not rest:
        return (f"{two} hundred",)
    usual = f"{two} {_below_hundred(rest)}" if rest > 9 else f"{two} oh {_below_hundred(rest)}"
    also = f"two thousand {_below_hundred(rest)}"
    return (usual, also, also.replace("thousand", "thousand and")) if century == 20 else (usual,)


class Day(NamedTuple):
    """A date that was said."""

    day: int
    month: int
    year: int | None
    day_first: bool


def date_heard(value: str) -> Day | None:
    """ "March third twenty twenty", "the third of March", whatever stands between."""
    found = [word.lower() for word in _WORD.findall(value)]
    said_words = [word for word in found if word not in words("pause") and word not in ("the", "of")]
    months = calendar("months")[1]["en", "full"]
    at = next((place for place, word in enumerate(said_words) if word in months), None)
    if at is None or any(map(str.isdecimal, value)):
        return None
    before, after = " ".join(said_words[:at]), said_words[at + 1 :]
    days = {text: day for day in range(1, 32) for text in (_ordinal(day), _below_hundred(day))}
    years = {text: year for year in range(1900, 2100) for text in _years(year)}
    month = months.index(said_words[at]) + 1
    if before:
        year = years.get(" ".join(after))
        return Day(days[before], month, year, True) if before in days and (year or not after) else None
    for cut in (2, 1):
        day, rest = days.get(" ".join(after[:cut])), " ".join(after[cut:])
        if day is not None and len(after) >= cut and (not rest or rest in years):
            return Day(day, month, years.get(rest), False)
    return None


def date_said(day: Day) -> str:
    """The date in words, in lower case."""
    month = calendar("months")[1]["en", "full"][day.month - 1]
    text = f"the {_ordinal(day.day)} of {month}" if day.day_first else f"{month} {_ordinal(day.day)}"
    return text if day.year is None else f"{text} {_years(day.year)[0]}"
