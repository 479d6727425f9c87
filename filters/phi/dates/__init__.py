"""Dates but for their year, and ages over 89: 45 CFR 164.514(b)(2)(i)(C).

A year alone stays, and so do durations and ages up to 89. What is a date only by the words around it (12/25, "in
March", a feast) counts where places count, in records of patients, and not in published reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from filters.phi.dates import ages, grammar, numeric, said, said_ages, written
from filters.phi.policy import Policy
from filters.phi.scanning import Scanner, Search
from filters.phi.spans import Span
from filters.phi.text import Text

_KIND: Final = "DATE"
_WHOLE: Final = (
    Search("date-numeric", _KIND, grammar.NUMERIC, numeric.numeric),
    Search("date-read", _KIND, grammar.READ, numeric.read),
    Search("date-month-day", _KIND, grammar.MONTH_FIRST, written.month_first),
    Search("date-day-month", _KIND, grammar.DAY_FIRST, written.day_first),
    Search("date-year-month", _KIND, grammar.YEAR_FIRST, written.year_first),
    Search("date-month-year", _KIND, grammar.MONTH_YEAR, written.month_year),
    Search("date-month-slash-year", _KIND, grammar.MONTH_SLASH_YEAR, numeric.month_slash_year),
    Search("date-stamp", _KIND, grammar.STAMP_CUED, numeric.stamp),
    Search("date-joined", _KIND, grammar.JOINED, numeric.joined),
    Search("date-week", _KIND, grammar.ISO_WEEK, numeric.week),
    Search("date-birth", _KIND, grammar.AFTER_BIRTH, numeric.birth),
)
_BY_CONTEXT: Final = (
    Search("date-partial", _KIND, grammar.PARTIAL, numeric.partial),
    Search("date-pair", _KIND, grammar.PAIR, numeric.pair),
    Search("date-day-said", _KIND, grammar.DAY_SAID, numeric.day_said),
    Search("date-day", _KIND, grammar.DAY_ALONE, numeric.day_alone),
    Search("date-short", _KIND, grammar.SHORT, written.span_of_year),
    Search("date-weekday", _KIND, grammar.WEEKDAY_DAY, written.span_of_year),
    Search("date-season", _KIND, grammar.SEASON, written.span_of_year),
    Search("date-week-of", _KIND, grammar.WEEK_OF, written.span_of_year),
    Search("date-entry", _KIND, grammar.LINE, numeric.lone_pair),
    Search("date-timed", _KIND, grammar.TIMED, numeric.lone_pair),
    Search("date-month", _KIND, grammar.ALONE, written.alone),
    Search("date-holiday", _KIND, grammar.HOLIDAY, written.holiday),
    Search("date-said-day", _KIND, grammar.SAID_DAY_FIRST, written.said),
    Search("date-said-month", _KIND, grammar.SAID_MONTH_FIRST, written.said),
    Search("date-said-birth", _KIND, grammar.SAID_BIRTH, written.said_birth),
)


class DateFinder:
    """Finds dates and ages over 89."""

    def __init__(self, searches: Iterable[Search]) -> None:
        self._scanner = Scanner(tuple(searches))

    def find(self, text: Text) -> Iterable[Span]:
        """Spans of kinds DATE and AGE."""
        return self._scanner.find(text)


def finder(policy: Policy) -> DateFinder | None:
    """The finder of what `policy` asks for among dates and ages; None if it asks for neither."""
    searches: tuple[Search, ...] = ()
    if policy.dates:
        searches += _WHOLE
        if policy.places:
            searches += _BY_CONTEXT
        if policy.letters == "any":
            searches += said.SEARCHES
    if policy.ages:
        searches += ages.SEARCHES
        if policy.letters == "any":
            searches += said_ages.SEARCHES
    return DateFinder(searches) if searches else None
