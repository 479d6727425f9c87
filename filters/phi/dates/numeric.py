"""Dates in figures: which numbers are one."""

from __future__ import annotations

import re
from typing import Any, Final

from filters.phi.dates import context
from filters.phi.dates.calendars import MONTHS, YEARS, exists
from filters.phi.scanning import Range, after, before

_FRACTIONS: Final = frozenset({"1/2", "1/3", "2/3", "1/4", "3/4", "1/8", "1/5", "1/10"})

_WEAK_CUE: Final = re.compile(
    r"(?i)^(?:by|from|through|between|about|to|le|il|el|del|bis|done|next|last|le|due|fell|removed|"
    r"returned|return|transferr?e?d?|negative|neg|called|thru)\b"
)

_DATED: Final = re.compile(r"(?i)\b(?:on|dated?|since|until|seen|admitted|dob|born)[ :]{1,3}$")

_THREE: Final = re.compile(
    r"(\d{1,4})\s{0,3}([/.\-\u2010-\u2015\u2212])\s{0,3}(\d{1,2})\s{0,3}([/.\-\u2010-\u2015\u2212])\s{0,3}(\d{2,4})"
)


def numeric(text: bytes, match: Any) -> Range | None:
    """Three numbers: year, month, day in one of the orders in use, of one separator."""
    start, end = match.span()
    own = match.group(1).decode()
    parts = _THREE.fullmatch(own)
    if parts is None or parts[2] != parts[4]:
        return None
    if not context.standing(text, start, end, parts[2]):
        return None
    if not three_numbers(parts[1], parts[3], parts[5]) or context.CODE_BEFORE.search(before(text, start, 24)):
        return None
    if match.group(2) is not None:
        last = _THREE.fullmatch(match.group(2).decode())
        if last is None or last[2] != last[4] or not three_numbers(last[1], last[3], last[5]):
            return None
    mark = parts[2]
    short = mark in ".-" and len(parts[1]) + len(parts[3]) < 3 and len(parts[5]) < 4
    if short and not _DATED.search(before(text, start, 16)):
        return None  # 1.2.13 is a section or a version, and 1-2-10 a code
    if match.end(1) == end and context.UNIT.match(after(text, end, 24)):
        return None
    return context.unstopped(text, start, end)


def read(text: bytes, match: Any) -> Range | None:
    """l2.O7.1958: a date once letters are taken for the figures they look like."""
    start, end = match.span()
    own = match.group().decode()
    if own.isdigit() or not re.search(r"[OolISB]", own) or sum(map(str.isdigit, own)) < 3:
        return None
    parts = _THREE.fullmatch(own.translate(context.FIGURES))
    if parts is None or parts[2] != parts[4] or not three_numbers(parts[1], parts[3], parts[5]):
        return None
    return (start, end) if context.standing(text, start, end, parts[2]) else None


def three_numbers(first: str, second: str, third: str) -> bool:
    """The three are a date as year-month-day, day-month-year or month-day-year."""
    one, two, three = int(first), int(second), int(third)
    if len(first) == 4:
        return len(third) <= 2 and one in YEARS and (exists(three, two, one) or exists(two, three, one))
    if len(first) == 3 or len(third) == 3 or (len(third) == 4 and three not in YEARS):
        return False
    return exists(one, two, three) or exists(two, one, three) or (len(first) == 2 and exists(three, two, one))


def month_slash_year(text: bytes, match: Any) -> Range | None:
    """03/2020, 2020-03."""
    own = match.group().decode()
    start, end = match.span()
    first, second = (int(number) for number in re.findall(r"\d+", own))
    month, year = (second, first) if first > 31 else (first, second)
    if not 1 <= month <= 12 or year not in YEARS or not context.standing(text, start, end, "-"):
        return None
    if "/" not in own and (month > 9 or not re.match(r"0|\d{4}-0", own)):
        return None  # 2010-12 is a span of years, 5.2010 a number
    if context.CODE_BEFORE.search(before(text, start, 24)) or context.UNIT.match(after(text, end, 12)):
        return None
    return start, end


def stamp(text: bytes, match: Any) -> Range | None:
    """20200305101112 behind a cue."""
    start, end = match.span(1)
    digits = match.group(1).decode()
    if not exists(int(digits[6:8]), int(digits[4:6]), int(digits[:4])):
        return None
    return start, end


def week(text: bytes, match: Any) -> Range | None:
    """2020-W12."""
    return match.span() if context.standing(text, *match.span()) else None


def birth(text: bytes, match: Any) -> Range | None:
    """Anything like a date behind "date of birth"."""
    start, end = match.span(1)
    numbers = [int(number) for number in re.findall(rb"\d+", match.group(1))]
    if len(numbers) == 2 and not (exists(*numbers) or exists(numbers[1], numbers[0])):
        return None
    return start, end


def partial(text: bytes, match: Any) -> Range | None:
    """12/25 behind "on" and its like."""
    start, end = match.span(1)
    own = match.group(1).decode()
    pairs = re.findall(r"(\d{1,2})[/.\-](\d{1,2})", own)
    if not all(exists(int(a), int(b)) or exists(int(b), int(a)) for a, b in pairs):
        return None
    rest = after(text, end, 40)
    if context.UNIT.match(rest) or context.SHARE.match(rest) or re.match(r"[/\-–]\d|\d", rest):
        return None
    cue = match.group().decode()
    if re.match(r"(?i)(?:is|placed)\b", cue) and not re.search(
        r"(?i)\b(?:date|appointment|appt|surgery|due|foley|line|picc|iv|catheter|tube|birthday|lmp|lbm)\b[^.\n]{0,20}$",
        before(text, match.start(), 40),
    ):
        return None
    if _WEAK_CUE.match(cue) and own in _FRACTIONS:
        return None
    if "." in own and not re.match(r"(?i)(?:am|vom|seit|bis|on|el|le|il)\b", cue):
        return None
    if (
        "-" in own
        and re.fullmatch(r"\d\d-\d\d", own)
        and (
            not re.match(r"(?i)(?:on|since|until|dated?|seen|admitted|visit|appt|appointment|el|le|il)\b", cue)
            or re.match(r"[ -][a-z]+s\b", rest)
        )
    ):
        return None
    return None if context.SCALE.search(before(text, match.start(), 48)) else (start, end)


_ROMAN: Final = {
    name: number
    for number, name in enumerate(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"), 1)
}
_OF_EYES: Final = re.compile(
    r"(?i)\b(?:va|od|os|ou|eyes?|glasses|pinhole|ph|snellen|acuity|vision|titer|titre|inch|dilut\w+|gauge)\b"
)
_NO_DAYS: Final = re.compile(
    r"(?i)[ \t]?(?:-?inch|in\b|[\"'″”]|eyes?|vision|titer|titre|dilution|correct|mmhg|am\b|pm\b|positive|negative)"
)


def joined(text: bytes, match: Any) -> Range | None:
    """05Jul2018, 2/IX/2020."""
    if match.group(1) is not None:
        day, month = int(match.group(1)), MONTHS[match.group(2).decode().lower()]
    else:
        day, month = int(match.group(4)), _ROMAN[match.group(5).decode()]
    start, end = match.span()
    return (start, end) if exists(day, month) and context.standing(text, start, end, "-") else None


def pair(text: bytes, match: Any) -> Range | None:
    """A day above 12 and a month (6/18), a month or day with its zero (03/8), or two days that differ (3/2-3/9)."""
    start, end = match.span()
    pairs = [(int(a), int(b)) for a, b in re.findall(r"(\d+)/(\d+)", match.group().decode())]
    if not all(exists(a, b) or exists(b, a) for a, b in pairs):
        return None
    if len(pairs) == 2:
        told = pairs[0][1] != pairs[1][1] and pairs[0][0] <= pairs[1][0]
    else:
        told = max(pairs[0]) > 12 and pairs[0] not in _ACUITIES
    left, rest = before(text, start, 48), after(text, end, 40)
    if not told or not context.standing(text, start, end) or re.search(r"[\d.)]$|[(]?[<>=~] ?$", left):
        return None
    if (
        context.UNIT.match(rest)
        or context.SHARE.match(rest)
        or _NO_DAYS.match(rest)
        or re.match(r"[ ]?[/\-–(]\d", rest)
    ):
        return None
    if context.SCALE.search(left) or _OF_EYES.search(left[-24:]) or context.CODE_BEFORE.search(left[-24:]):
        return None
    return start, end


_ACUITIES: Final = frozenset(((6, 18), (1, 16)))
"""Of the eyes (Snellen, in metres), and of the inch, whose numbers could be a day."""


def day_said(text: bytes, match: Any) -> Range | None:
    """On 12th, before the 24th?, 28th inst."""
    start, end = next(match.span(group) for group in (1, 2, 3) if match.group(group) is not None)
    return (start, end) if 1 <= int(re.match(rb"\d+", text[start:end]).group()) <= 31 else None  # type: ignore[union-attr]


def lone_pair(text: bytes, match: Any) -> Range | None:
    """12/25 at the beginning of an entry, or with its time."""
    start, end = match.span(1)
    numbers = [int(number) for number in re.findall(rb"\d+", match.group(1))[:2]]
    if not (exists(*numbers) or exists(numbers[1], numbers[0])) or not context.standing(text, start, end):
        return None
    return start, end


def day_alone(text: bytes, match: Any) -> Range | None:
    """On the 14th: a day whose month stands elsewhere; not "of the first" nor the fifth of anything."""
    start, end = match.span(1)
    own = match.group(1).decode()
    if not own[0].isdigit() and len(own) < 8:
        return None  # "on the second, ..." counts
    figures = re.match(r"\d+", own)
    return (start, end) if figures is None or 1 <= int(figures.group()) <= 31 else None
