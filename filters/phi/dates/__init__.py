"""Dates but for their year, and ages over 89: 45 CFR 164.514(b)(2)(i)(C).

A year alone stays, and so do durations and ages up to 89. What is a date only by the words around it (12/25, "in
March", a feast) counts where places count, in records of patients, and not in published reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from filters.phi.dates import ages, checks, grammar
from filters.phi.policy import Policy
from filters.phi.scanning import Scanner, Search
from filters.phi.spans import Span
from filters.phi.text import Text

_KIND: Final = "DATE"
_WHOLE: Final = (
    Search("date-numeric", _KIND, grammar.NUMERIC, checks.numeric),
    Search("date-read", _KIND, grammar.READ, checks.read),
    Search("date-month-day", _KIND, grammar.MONTH_FIRST, checks.month_first),
    Search("date-day-month", _KIND, grammar.DAY_FIRST, checks.day_first),
    Search("date-year-month", _KIND, grammar.YEAR_FIRST, checks.year_first),
    Search("date-month-year", _KIND, grammar.MONTH_YEAR, checks.month_year),
    Search("date-month-slash-year", _KIND, grammar.MONTH_SLASH_YEAR, checks.month_slash_year),
    Search("date-stamp", _KIND, grammar.STAMP_CUED, checks.stamp),
    Search("date-week", _KIND, grammar.ISO_WEEK, checks.week),
    Search("date-birth", _KIND, grammar.AFTER_BIRTH, checks.birth),
)
_BY_CONTEXT: Final = (
    Search("date-partial", _KIND, grammar.PARTIAL, checks.partial),
    Search("date-entry", _KIND, grammar.LINE, checks.lone_pair),
    Search("date-timed", _KIND, grammar.TIMED, checks.lone_pair),
    Search("date-month", _KIND, grammar.ALONE, checks.alone),
    Search("date-holiday", _KIND, grammar.HOLIDAY, checks.holiday),
    Search("date-said-day", _KIND, grammar.SAID_DAY_FIRST, checks.said),
    Search("date-said-month", _KIND, grammar.SAID_MONTH_FIRST, checks.said),
    Search("date-said-birth", _KIND, grammar.SAID_BIRTH, checks.said_birth),
)


class DateFinder:
    """Finds dates and ages over 89."""

    def __init__(self, searches: Iterable[Search]) -> None:
        self._scanner = Scanner(tuple(searches))

    def find(self, text: Text) -> Iterable[Span]:
        """Spans of kinds DATE and AGE."""
        return self._scanner.find(text.raw)


def finder(policy: Policy) -> DateFinder | None:
    """The finder of what `policy` asks for among dates and ages; None if it asks for neither."""
    searches: tuple[Search, ...] = ()
    if policy.dates:
        searches += _WHOLE
        if policy.places:
            searches += _BY_CONTEXT
    if policy.ages:
        searches += ages.SEARCHES
    return DateFinder(searches) if searches else None
