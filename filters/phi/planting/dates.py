"""Dates of all kinds but the year alone, and ages over 89."""

from __future__ import annotations

from typing import Final

from filters.phi.planting import spoken
from filters.phi.planting.chance import Chance
from filters.phi.planting.setting import Setting, Value

_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def date(setting: Setting, chance: Chance, form: str) -> Value:
    """A date: `birth` (1925 to 2012), `visit` (2008 to 2025), `partial` (no year) or `long` (month in letters)."""
    month = chance.between(1, 12)
    day = chance.between(1, _LENGTHS[month - 1])
    year = chance.between(1925, 2012) if form == "birth" else chance.between(2008, 2025)
    name = _MONTHS[setting.language].split()[month - 1]
    partial = form == "partial"
    if setting.spoken:
        text = f"{name.lower()} {spoken.ordinal(day)}"
        if not setting.american and chance.often(0.6):
            text = f"the {spoken.ordinal(day)} of {name.lower()}"
        return Value(text if partial else f"{text} {spoken.year(year)}", "spoken")
    if setting.language != "en":
        return _foreign(setting, chance, (day, month, year), name, form)
    numeric = form != "long" and chance.often(0.5)
    if partial:
        if numeric:
            return Value(f"{month}/{day}" if setting.american else f"{day:02}/{month:02}", "partial")
        ordinal = f"{day}{_suffix(day)}"
        american = (f"{name} {day}", f"{name} {ordinal}", f"{name[:3]} {day}", f"{chance.pick(_DAYS)}, {name} {day}")
        other = (f"{day} {name}", f"{ordinal} {name}", f"{ordinal} of {name}", f"{day} {name[:3]}")
        return Value(chance.pick(american if setting.american else other), "partial")
    if numeric:
        first, second = (month, day) if setting.american else (day, month)
        mark = "." if setting.locale == "DE" else chance.pick("//-.")
        shapes = (
            (f"{first:02}{mark}{second:02}{mark}{year}", "numeric"),
            (f"{first}{mark}{second}{mark}{year}", "numeric"),
            (f"{first}{mark}{second}{mark}{year % 100:02}", "short"),
            (f"{first:02}{mark}{second:02}{mark}{year % 100:02}", "short"),
            (f"{year}-{month:02}-{day:02}", "iso"),
        )
        return Value(*chance.pick(shapes))
    if setting.american:
        shapes = (
            (f"{name} {day}, {year}", "long"),
            (f"{name} {day}{_suffix(day)}, {year}", "long"),
            (f"{name[:3]} {day}, {year}", "abbreviated"),
            (f"{name[:3]}{'.' if name[3:] else ''} {day}, {year}", "abbreviated"),
            (f"{day:02}-{name[:3].upper()}-{year}", "abbreviated"),
        )
    else:
        shapes = (
            (f"{day} {name} {year}", "long"),
            (f"{day}{_suffix(day)} {name} {year}", "long"),
            (f"{day}{_suffix(day)} of {name}, {year}", "long"),
            (f"{day} {name[:3]} {year}", "abbreviated"),
            (f"{day:02}-{name[:3]}-{year}", "abbreviated"),
        )
    return Value(*chance.pick(shapes))


def _foreign(setting: Setting, chance: Chance, when: tuple[int, int, int], name: str, form: str) -> Value:
    day, month, year = when
    of = {"es": " de ", "de": ". "}.get(setting.language, " ")
    if form == "partial":
        return Value(f"{day}{of}{name}", "partial")
    if form != "long" and chance.often(0.5):
        mark = "." if setting.language == "de" else chance.pick("/-")
        return Value(f"{day:02}{mark}{month:02}{mark}{year if chance.often(0.7) else f'{year % 100:02}'}", "numeric")
    return Value(f"{day}{of}{name}{' de ' if setting.language == 'es' else ' '}{year}", "long")


def _suffix(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def age(setting: Setting, chance: Chance, form: str) -> Value:
    """An age of 90 to 104 years: the number alone, in digits or in words."""
    years = chance.weighted([(year, 104 - year + 1) for year in range(90, 105)])
    words = "one hundred" if years == 100 else spoken.number(years).replace(" oh ", " ")
    if years > 100:
        words = f"one hundred {spoken.number(years - 100)}"
    if setting.spoken:
        return Value(words, "spoken")
    if setting.language == "en" and chance.often(0.15):
        return Value(words.replace(" ", "-") if years < 100 else words, "words")
    return Value(str(years), "digits")
