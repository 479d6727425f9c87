"""Dates: all of a document moved by the same number of days, written as they were.

The number is keyed, between 64 and 299 days back or forth, and no whole number of weeks: no date stays, nor its
weekday or its month. Ten days could turn 2 May into 12 May, 304 days 1/5 into 11/5, values that contain each other;
these numbers cannot, but for a few such as 1/1 and 21/10, for which the placeholder stands. What lies between two dates
stays; seasons do not.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from filters.phi.surrogates import spoken
from filters.phi.surrogates.folder import Folder
from filters.phi.surrogates.folding import cased
from filters.phi.surrogates.vocabulary import calendar, words

SHIFTS: Final = tuple(sign * days for sign in (-1, 1) for days in range(64, 300) if days % 7)
"""What dates are moved by, in days."""
_COMMON_YEAR, _LEAP_YEAR, _MIDDLE = 2001, 2000, 15

_WORD = r"[^\W\d_]{3,}"
_DASH: Final = r"\-\u2010-\u2015\u2212"
_MARK: Final = rf"\s?[/.{_DASH}]\s?"
_GAP: Final = rf"(?:\s?[/.,{_DASH}]\s?|\s?,?\s+)(?:(?:of|de|del|del año)\s+)?"
_YEAR: Final = r"['\u2019]?\d{4}|['\u2019]?\d{2}(?!\d*:)"
# Groups begin with a letter for their form: compact, ISO, numeric, month and year, then by the month in letters: day
# first, month before the day, month and year.
_FORMS: Final = re.compile(
    r"(?<!\w)(?:"
    r"(?P<compact>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"(?P<clock>(?:[01]\d|2[0-3])(?:[0-5]\d){1,2})?(?!\d)"
    rf"|(?P<iy>\d{{4}})(?P<i1>{_MARK})(?P<im>\d{{1,2}})(?:(?P<i2>{_MARK})(?P<id>\d{{1,2}}))?(?!\d)"
    rf"|(?P<na>\d{{1,2}})(?P<n1>{_MARK})(?P<nb>\d{{1,2}})(?:(?P<n2>{_MARK})(?P<ny>'?\d{{4}}|'?\d{{2}}))?(?!\d)"
    rf"|(?P<ma>\d{{1,2}})(?P<m1>{_MARK})(?P<my>\d{{4}})(?!\d)"
    rf"|(?P<dd>\d{{1,2}})(?P<do>st|nd|rd|th|er|\.?[ºª°]|\.)?(?P<d1>{_GAP}|)"
    rf"(?P<dm>{_WORD})(?P<dp>\.?)(?:(?P<d2>{_GAP})(?P<dy>{_YEAR}))?(?!\d)"
    rf"|(?P<sm>{_WORD})(?P<sp>\.?)(?P<s1>\s*[/.{_DASH}]?\s*(?:the\s+)?)(?P<sd>\d{{1,2}})(?P<so>st|nd|rd|th)?(?![\d:])"
    rf"(?:(?P<s2>{_GAP})(?P<sy>{_YEAR}))?(?!\d)"
    rf"|(?P<ym>{_WORD})(?P<yp>\.?)(?P<y1>[\s,/-]*(?:(?:of|de|del|del año)\s+)?['\u2019]?)"
    r"(?P<yy>\d{4}|(?<=['\u2019-])\d{2})(?!\d)"
    rf"|(?P<word>{_WORD})"
    r")",
    re.IGNORECASE,
)
_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd"}
_CLOCK: Final = re.compile(
    r"[\s,T]*(?:(?:at|um|à|a las|alle)\s+)?\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,9})?)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?|hours|hrs|Uhr|h)?\s*(?:Z|UTC|GMT)?(?:[+-]\d{2}:?\d{2})?"
)
_LEFT: Final = re.compile(r"[^\W_]+")


class _Unread(Exception):
    """The value is no date that can be moved."""


class _Style(NamedTuple):
    language: str
    form: str
    number: int


def shift(folder: Folder) -> int:
    """Days by which the dates of a document move."""
    return folder.draws("shift", "").pick(SHIFTS)


def move(folder: Folder, value: str) -> str | None:
    """`value` with every date in it moved, or None if it holds none, or anything else that could tell one."""
    return _Mover(folder, shift(folder)).moved(value) or _said(value, shift(folder))


def _said(value: str, days: int) -> str | None:
    """A date in words, moved."""
    found = spoken.date_heard(value)
    if found is None:
        return None
    try:
        year = found.year or _year(None, found.month, found.day)
        when = date(year, found.month, found.day) + timedelta(days)
    except ValueError:
        return None
    return spoken.date_said(spoken.Day(when.day, when.month, found.year and when.year, found.day_first))


def could_be_date(folder: Folder, value: str) -> bool:
    """Something that `move` could read, and so could have written."""
    return _Mover(folder, 0).moved(value) is not None or spoken.date_heard(value) is not None


def day_first(values: list[str]) -> bool | None:
    """Whether numeric dates among `values` begin with the day; None if none of them tells."""
    votes = 0
    for value in values:
        for found in _FORMS.finditer(value):
            if found["na"] and found["ny"]:
                votes += (int(found["na"]) > 12 >= int(found["nb"])) - (int(found["nb"]) > 12 >= int(found["na"]))
    return None if votes == 0 else votes > 0


class _Mover:
    def __init__(self, folder: Folder, days: int) -> None:
        self.folder = folder
        self.days = days

    def moved(self, value: str) -> str | None:
        """The whole value: dates moved, times of the day kept, nothing else but small words."""
        parts: list[str] = []
        done = found = 0
        try:
            while match := _FORMS.search(value, done):
                if match["word"]:
                    style = self._named(match["word"], "days", value)
                    month = self._named(match["word"], "months", value)
                    if style is not None or month is not None:
                        between = value[done : match.start()]
                        if not self._harmless(between):
                            return None
                        parts.append(between)
                        if style is not None:
                            name = calendar("days")[1][style.language, style.form][(style.number + self.days) % 7]
                            parts.append(cased(name, match["word"]))
                        elif month is not None:
                            when = self._move(_COMMON_YEAR, month.number + 1, _MIDDLE)
                            parts.append(self._month(month, match["word"], when.month - 1, ""))
                        found += 1
                    elif match["word"].lower() in words("date"):
                        parts.append(value[done : match.end()])
                    else:
                        return None
                    done = match.end()
                    continue
                new, end = self._date(match, value)
                between = value[done : match.start()]
                if not self._harmless(between):
                    return None
                parts.append(between + new)
                found += 1
                done = end
                if clock := _CLOCK.match(value, done):
                    parts.append(clock.group())
                    done = clock.end()
            rest = value[done:]
        except (_Unread, ValueError, OverflowError):
            return None
        return "".join(parts) + rest if found and self._harmless(rest) else None

    @staticmethod
    def _harmless(text: str) -> bool:
        return all(word.lower() in words("date") for word in _LEFT.findall(text))

    def _date(self, match: re.Match[str], value: str) -> tuple[str, int]:
        """The date that `match` is, moved, and where it ends."""
        if match["compact"]:
            old = match["compact"]
            when = self._move(int(old[:4]), int(old[4:6]), int(old[6:]))
            return f"{when:%Y%m%d}{match['clock'] or ''}", match.end()
        if match["iy"]:
            return self._iso(match), match.end()
        if match["na"]:
            return self._numeric(match), match.end()
        if match["ma"]:
            when = self._move(int(match["my"]), int(match["ma"]), _MIDDLE)
            return f"{_padded(when.month, match['ma'])}{match['m1']}{when.year:04}", match.end()
        return self._written(match, value)

    def _move(self, year: int, month: int, day: int) -> date:
        return date(year, month, day) + timedelta(self.days)

    def _iso(self, match: re.Match[str]) -> str:
        if match["id"] is None:
            when = self._move(int(match["iy"]), int(match["im"]), _MIDDLE)
            return f"{when.year:04}{match['i1']}{_padded(when.month, match['im'])}"
        when = self._move(int(match["iy"]), int(match["im"]), int(match["id"]))
        one_digit = len(match["im"]) < 2 or len(match["id"]) < 2
        month, day = (f"{each}" if one_digit else f"{each:02}" for each in (when.month, when.day))
        return f"{when.year:04}{match['i1']}{month}{match['i2']}{day}"

    def _numeric(self, match: re.Match[str]) -> str:
        first, second = int(match["na"]), int(match["nb"])
        points = "." in match["n1"]
        by_day = first > 12 or (second <= 12 and (self.folder.day_first or points))
        if points and match["ny"] is None and len(match["na"]) + len(match["nb"]) < 3:
            raise _Unread  # a decimal
        day, month = (first, second) if by_day else (second, first)
        when = self._move(_year(match["ny"], month, day), month, day)
        one_digit = len(match["na"]) < 2 or len(match["nb"]) < 2
        pair = (when.day, when.month) if by_day else (when.month, when.day)
        left, right = (f"{each}" if one_digit else f"{each:02}" for each in pair)
        end = f"{match['n2']}{_same_year(when.year, match['ny'])}" if match["ny"] else ""
        return f"{left}{match['n1']}{right}{end}"

    def _written(self, match: re.Match[str], value: str) -> tuple[str, int]:
        """With the month in letters: day first, month first, or no day."""
        lead = next(each for each in "dsy" if match[each + "m"])
        style = self._named(match[lead + "m"], "months", value)
        if style is None:
            raise _Unread
        if lead == "y":
            when = self._move(_year(match["yy"], 1, 1), style.number + 1, _MIDDLE)
            new = self._month(style, match["ym"], when.month - 1, match["yp"])
            return f"{new}{match['y1']}{_same_year(when.year, match['yy'])}", match.end()
        if lead == "s" and "-" in (match["s2"] or "") and "-" not in match["s1"] and len(match["sy"]) < 4:
            raise _Unread  # "September 24-26" is two days
        day = int(match[lead + "d"])
        when = self._move(_year(match[lead + "y"], style.number + 1, day), style.number + 1, day)
        name = self._month(style, match[lead + "m"], when.month - 1, match[lead + "p"])
        joined = lead == "d" and re.fullmatch(_MARK, match["d1"]) is not None
        padded = match[lead + "d"][:1] == "0" or joined
        number = _padded(when.day, match[lead + "d"]) if padded else f"{when.day}"
        number += _ordinal(match[lead + "o"] or "", when.day)
        end = f"{match[lead + '2']}{_same_year(when.year, match[lead + 'y'])}" if match[lead + "y"] else ""
        start = f"{number}{match['d1']}{name}" if lead == "d" else f"{name}{match['s1']}{number}"
        return start + end, match.end()

    def _named(self, word: str, what: str, value: str) -> _Style | None:
        """What month or day `word` names, and in which language."""
        found = calendar(what)[0].get(word.lower(), ())
        if not found:
            return None
        small = {each.lower() for each in _LEFT.findall(value)}
        hints = (
            self.folder.language,
            "es" if small & {"de", "del"} else "",
            "de" if re.search(r"\d\.\s", value) else "",
            "fr" if small & {"1er", "le", "du"} else "",
            "en",
        )
        for hint in hints:
            for language, form, number in found:
                if language == hint:
                    return _Style(language, form, number)
        return _Style(*found[0])

    def _month(self, style: _Style, old: str, number: int, point: str) -> str:
        form = style.form
        if style.language == "en" and old.lower() == "may" and (point or old.isupper()):
            form = "short"
        name = calendar("months")[1][style.language, form][number]
        return cased(name, old) + (
            "" if form == "short" and point and name in ("mars", "mai", "juin", "août") else point
        )


def _year(written: str | None, month: int, day: int) -> int:
    """The year; of two digits, one of 1950 to 2049; without one, a year that has the day."""
    if written is None:
        return _LEAP_YEAR if (month, day) == (2, 29) else _COMMON_YEAR
    digits = written.strip("'\u2019")
    number = int(digits)
    if len(digits) == 2:
        return number + (1900 if number >= 50 else 2000)
    return number


def _same_year(year: int, old: str) -> str:
    """`year` with as many digits as `old`, and its apostrophe."""
    mark = old[:1] if old[:1] in "'\u2019" else ""
    return mark + (f"{year % 100:02}" if len(old) - len(mark) == 2 else f"{year:04}")


def _padded(number: int, old: str) -> str:
    return f"{number:02}" if len(old) == 2 else f"{number}"


def _ordinal(old: str, day: int) -> str:
    if old.lower() in ("st", "nd", "rd", "th"):
        return cased("th" if 10 < day < 14 else _ORDINALS.get(day % 10, "th"), old)
    if old.lower() == "er":
        return "er" if day == 1 else ""
    return old


def looks_like_date(value: str) -> bool:
    """A day, a month and a year, in digits."""
    return (
        re.fullmatch(r"(?:19|20)\d\d(?:-?\d\d){2}(?:[T ].*)?|\d{1,2}([/.-])\d{1,2}\1(?:19|20)?\d\d", value, re.DOTALL)
        is not None
    )
