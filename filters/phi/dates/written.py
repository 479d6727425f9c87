"""Dates with a month in letters, feasts, and dates in words."""

from __future__ import annotations

import re
from typing import Any, Final

from filters.phi.dates import context
from filters.phi.dates.calendars import FOREIGN_SHORT, MONTHS, exists
from filters.phi.scanning import Range, after, before

_SENTENCE_CUE: Final = re.compile(r"(?i)\b(?:of|de|di|del)\b")


def _day_numbers(days: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,2}", days)]


def _month(name: str) -> int:
    return MONTHS[name.rstrip(".").lower()]


def written(text: bytes, match: Any, month: str, days: str, year: str | None, year_end: int) -> Range | None:
    """A month in letters and one or more days, perhaps a year."""
    start, end = match.span()
    name = month.rstrip(".").lower()
    number = _month(month)
    year = year.translate(context.FIGURES) if year is not None and not year.isdigit() and year[0] not in "'’" else year
    full = year is not None and len(year) == 4
    if not all(exists(day, number, int(year) if full and year else None) for day in _day_numbers(days)):
        return None
    if year is None and (name in FOREIGN_SHORT or month == "Mayo"):
        return None
    ordinal = re.search(r"\d(?:st|nd|rd|th|er|[ºª°])", days) is not None
    if month[0].islower() and name in ("may", "march", "mar", "sep", "set", "dec", "mag", "mars", "mai") and not full:
        of = _SENTENCE_CUE.search(match.group().decode())
        if not (ordinal or of or before(text, start, 4).rstrip().lower().endswith("on")):
            return None
    if before(text, start, 2)[-1:] in "-_" and before(text, start, 2)[-1:] and not full:
        return None  # c-Jun 5
    left = before(text, start, 8)
    if left and (left[-1].isdigit() or (left[-1] in "./:" and left[-2:-1].isdigit())):
        return None
    if year is not None and not full and year[0].isdigit():
        rest = after(text, year_end, 24)
        if year_end == end and (
            context.UNIT.match(rest) or context.OLD.match(rest) or re.match(r"[:/]\d|-\d|[ap]m\b", rest)
        ):
            at = match.group().decode().rfind(year)
            end = start + len(match.group().decode()[:at].rstrip(" ,.\n").encode())
    rest = after(text, end, 24)
    if year is None and (context.UNIT.match(rest) or context.OLD.match(rest) or rest[:1].isdigit()):
        return None
    return context.unstopped(text, start, end)


def month_first(text: bytes, match: Any) -> Range | None:
    """March 5, 2020."""
    return written(text, match, *_three(match, 1, 2, 3))


def day_first(text: bytes, match: Any) -> Range | None:
    """The 5th of March 2020, 5. März 2020, 5 de marzo de 2020."""
    return written(text, match, *_three(match, 2, 1, 3))


def _three(match: Any, month: int, days: int, year: int) -> tuple[str, str, str | None, int]:
    found = match.group(year)
    end = match.end(year) if found is not None else -1
    return match.group(month).decode(), match.group(days).decode(), found.decode() if found is not None else None, end


def year_first(text: bytes, match: Any) -> Range | None:
    """2019 Mar 5, 2019-Mar."""
    day = match.group(3)
    month = match.group(2).decode()
    if day is not None and not exists(int(re.findall(rb"\d+", day)[0]), _month(month)):
        return None
    if month[0].islower() and month.lower().rstrip(".") in ("may", "march", "mars", "mai", "set", "mag", "ago"):
        return None  # in 2019 may have been
    if day is None and month.rstrip(".").lower() in FOREIGN_SHORT:
        return None
    return match.span() if context.standing(text, *match.span()) else None


def month_year(text: bytes, match: Any) -> Range | None:
    """March 2020, Mar '20, January to March 2020."""
    month = match.group(1).decode()
    name = month.rstrip(".").lower()
    if match.end(1) == match.start(2):
        return None
    if (
        name in FOREIGN_SHORT
        and month[0].islower()
        and name not in ("abr", "juil", "janv", "févr", "okt", "dez", "déc")
    ):
        return None
    if name in ("may", "march") and month[0].islower() and "," in match.group().decode():
        return None
    start, end = match.span()
    return start, end


def alone(text: bytes, match: Any) -> Range | None:
    """In March: a month of no day and no year."""
    start, end = match.span(1)
    name = match.group(1).decode()
    rest = after(text, end, 24)
    cue = match.group().decode()[: -len(name)].strip(" -\n\t").lower()
    if re.match(r"['’]s\b|[-/][A-Za-z]", rest):
        return None
    if cue in ("last", "next", "this", "early", "late", "mid"):
        start = match.start()
    if name[0].islower():
        if re.match(r"(?:may|march)\b", name) and cue not in ("in", "since", "mid", "early", "late", "month of"):
            return None
    elif re.match(r"[ \t]+(?:[A-Z][a-z]|[A-Z]\.)", rest) and cue in (
        "of",
        "by",
        "from",
        "before",
        "after",
        "about",
        "between",
    ):
        return None  # of June Smith
    if cue in ("about", "by", "of") and name.lower() in ("april", "june", "may", "august") and not name[0].islower():
        return (
            (start, end)
            if cue != "about"
            and re.match(r"[ \t]*(?:[.,;:)\n]|$|and\b|with\b|he\b|she\b|when\b|due\b|this\b|last\b|she\b)", rest)
            else None
        )
    return start, end


def holiday(text: bytes, match: Any) -> Range | None:
    """At Christmas: a feast that falls on one day."""
    start, end = match.span(1)
    rest = after(text, end, 24)
    if re.match(r"(?i)[ \t](?:disease|factor|tree|cactus|hospital|seals?|island)", rest) or (
        re.match(r"(?i)easter\b", match.group(1).decode()) and re.match(r"n", rest)
    ):
        return None
    return start, end


def said(text: bytes, match: Any) -> Range | None:
    """March third nineteen eighty, the fifth of May two thousand twelve."""
    start, end = match.span(1)
    own = match.group(1).decode()
    words = own.split()
    if words[0] in ("may", "march", "august") and len(words) == 2:
        cue = before(text, start, 16)
        if re.search(r"(?i)\b(?:on|since|until|till|by|from|of|was|is|for|through|last|this|next)[ \n]$", cue) is None:
            return None
    if len(words) == 2 and re.match(
        r"(?i) (?:hundred|thousand|percent|milligrams?|weeks?|months?|days?|years?|times|of us|or)\b",
        after(text, end, 16),
    ):
        return None
    return start, end


def said_birth(text: bytes, match: Any) -> Range | None:
    """Birth date, ten twelve sixty five."""
    start, end = match.span(1)
    return start, end


def span_of_year(text: bytes, match: Any) -> Range | None:
    """Spring 2001, Q3 2014, the first week of August, Thurs 14th."""
    start, end = match.span(1)
    return None if context.UNIT.match(after(text, end, 24)) else (start, end)
