"""Which numbers are a day of the Gregorian calendar, and the words for months, days and years."""

from __future__ import annotations

from typing import Final

LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month, in the longest year."""
YEARS: Final = range(1850, 2100)
"""Years that a medical text may tell a date of."""


def leap(year: int) -> bool:
    """February has 29 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def exists(day: int, month: int, year: int | None = None) -> bool:
    """`month` has that day, in `year` or, if that is not told, in some year.

    A year of two digits is one of either century: it has a leap day if one of 19YY and 20YY has.
    """
    if not 1 <= month <= 12 or not 1 <= day <= LENGTHS[month - 1]:
        return False
    if (day, month) != (29, 2) or year is None:
        return True
    return any(map(leap, (year + 1900, year + 2000))) if year < 100 else leap(year)


FULL: Final = {
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre",
    "fr": "janvier février|fevrier mars avril mai juin juillet août|aout septembre octobre novembre décembre|decembre",
    "de": "januar|jänner februar|feber märz|maerz april mai juni juli august september oktober november dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
"""Names of the twelve months; spellings of one month are parted by a bar."""
SHORT: Final = {
    "en": "jan feb mar apr - jun jul aug sept|sep oct nov dec",
    "es": "ene - - abr - - - ago set - - dic",
    "fr": "janv févr|fév|fevr - avr - - juil - - - - déc",
    "de": "jän - mär|mrz - - - - - - okt - dez",
    "it": "gen - - - mag giu lug - - ott - -",
}
"""Abbreviations, less those that another language of the list has; a dash: none."""


def _numbers(names: dict[str, str]) -> dict[str, int]:
    return {
        name: number
        for words in names.values()
        for number, spellings in enumerate(words.split(), 1)
        for name in spellings.split("|")
        if name != "-"
    }


MONTHS: Final = {**_numbers(FULL), **_numbers(SHORT)}
"""Number of each month by its name or abbreviation, in lower case."""
FOREIGN_SHORT: Final = frozenset(_numbers({key: words for key, words in SHORT.items() if key != "en"}))
"""Abbreviations that are words or parts of words in English."""
ENGLISH: Final = frozenset(_numbers({"en": FULL["en"]}))
"""The English names, in full."""

ENGLISH_WEEKDAYS: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thu(?:rs?)?|fri|sat"
WEEKDAYS: Final = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|"
    "lunes|martes|miércoles|jueves|viernes|sábado|domingo|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica"
)

UNIT: Final = "one|two|three|four|five|six|seven|eight|nine"
TEEN: Final = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
TWO_DIGITS: Final = rf"(?:(?:{TENS})(?:[ -](?:{UNIT}))?|{TEEN}|(?:oh|o|zero)[ -](?:{UNIT}))"
"""10 to 99, or a figure after a zero, in words."""
CARDINAL_DAY: Final = rf"(?:twenty[ -](?:{UNIT})|thirty[ -]one|twenty|thirty|{TEEN}|{UNIT})"
ORDINAL_DAY: Final = (
    r"(?:(?:twenty[ -]|thirty[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|"
    r"twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
YEAR_WORDS: Final = (
    rf"(?:(?:nineteen|eighteen)(?: hundred(?: and)?)?[ -]{TWO_DIGITS}|nineteen hundred|"
    rf"two thousand(?:(?: and)? (?:{TWO_DIGITS}|{UNIT}))?|twenty[ -](?:{TWO_DIGITS}))"
)
"""A year as it is said: nineteen eighty four, two thousand and twelve, twenty twelve."""
NUMBER_WORD: Final = rf"(?:{UNIT}|{TEEN}|{TENS}|hundred|thousand|oh|zero|nineteen)"
