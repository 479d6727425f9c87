"""Publication dates at the precision the source gives."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_WORDED = re.compile(r"([A-Za-z]{3,9})(?:\s+(\d{1,2}),)?\s+(\d{4})")
_YEAR = re.compile(r"[0-9]{4}")
_YEAR_OF_PRINT = re.compile(r"\b(1[5-9]|20|21)\d\d\b")
_ISO = re.compile(r"([0-9]{4})(-[0-9]{2}){0,2}")
_FIRST, _LAST = 1500, 2100  # Incunabula end in 1500; nothing is published in the next century. No clock is asked.


@lru_cache(1 << 14)  # The records of a file share few dates.
def iso_date(year: str | None, month: str | None = None, day: str | None = None) -> str | None:
    """`2021`, `2021-03` or `2021-03-09` from a source's parts; months may be names (`Mar`, `March`).

    A part that is no month or no day of that month, and all after it, is left out; without a year of four digits there
    is no date. Whether anything can have been published then is for `possible` to say.
    """
    year = (year or "").strip()
    if not _YEAR.fullmatch(year):
        return None
    month = (month or "").strip()
    number = int(month) if month.isdecimal() and len(month) <= 2 else _MONTHS.get(month[:3].lower(), 0)
    if not 1 <= number <= 12:
        return year
    day = (day or "").strip()
    if not day.isdecimal() or len(day) > 2 or not 1 <= int(day) <= monthrange(int(year), number)[1]:
        return f"{year}-{number:02d}"
    return f"{year}-{number:02d}-{int(day):02d}"


def year_in(words: str) -> str | None:
    """The first year in free words (`1998 Dec-1999 Jan` gives `1998`)."""
    found = _YEAR_OF_PRINT.search(words)
    return found.group() if found else None


def possible(date: str) -> bool:
    """`date` is an ISO 8601 date of the years 1500 to 2100."""
    found = _ISO.fullmatch(date)
    return found is not None and _FIRST <= int(found.group(1)) <= _LAST


def date_in(words: str | None) -> str | None:
    """The date in a field: `2021-03-09T10:00`, `2021-03`, `March 9, 2021`, `March 2021`; else its first year."""
    words = (words or "").strip()
    if worded := _WORDED.fullmatch(words):
        month, day, year = worded.groups()
        return iso_date(year, month, day)
    year, _, rest = words[:10].partition("-")
    month, _, day = rest.partition("-")
    return iso_date(year, month, day) or year_in(words)


def earliest(dates: list[str]) -> str | None:
    """The earliest ISO date; of two that do not contradict each other (`2021`, `2021-03`) the more precise.

    One that is not `possible` is taken only where there is no other.
    """
    best: str | None = None
    for date in sorted(filter(possible, dates)) or sorted(dates):
        shared = min(len(date), len(best)) if best else 0
        if best is None or (date[:shared] == best[:shared] and len(date) > len(best) and shared == len(best)):
            best = date
    return best


def hl7_date(value: str | None) -> str | None:
    """The day in an HL7 timestamp (`20120916191100-0400`, `201209`), at its own precision."""
    digits = (value or "").strip()
    return iso_date(digits[:4], digits[4:6], digits[6:8])
