"""Dates as people say them and transcripts have them: in words, with pauses, the answer a turn behind its question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from filters.phi import numerals
from filters.phi.dates.calendars import ENGLISH, YEARS, exists
from filters.phi.numerals import FIGURE, GAP, TEEN, TENS, UNIT, figures
from filters.phi.scanning import Range, Search, after, before

_KIND: Final = "DATE"
_MONTH: Final = rf"(?:{'|'.join(sorted(ENGLISH, key=lambda name: (-len(name), name)))})"
_DAY_NAME: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_WEEKDAY: Final = rf"(?:(?:(?:next|last|this|on|a)[ ])?\b{_DAY_NAME}{GAP}(?:the{GAP})?)?"
_ORDINAL: Final = rf"(?:(?:(?:twenty|thirty){GAP})?{numerals.ORDINAL}|\d{{1,2}}(?:[ ]?(?:st|nd|rd|th))?)\b"
_CARDINAL: Final = rf"(?:(?:twenty|thirty){GAP}{UNIT}|twenty|thirty|{TEEN}|{UNIT})\b"
_YY: Final = rf"(?:{TENS}(?:{GAP}{UNIT})?|{TEEN}|(?:oh|o|zero|ought|aught){GAP}{UNIT})"
_THOUSAND: Final = rf"two{GAP}thousand(?:{GAP}(?:and{GAP})?(?:{_YY}|{UNIT}))?"
_CENTURY: Final = rf"(?:nineteen|eighteen|twenty)(?:{GAP}hundred(?:{GAP}and)?)?{GAP}{_YY}|nineteen{GAP}hundred"
_SINGLY: Final = rf"(?:one{GAP}nine|two{GAP}(?:oh|o|zero)){GAP}{FIGURE}{GAP}{FIGURE}"
_YEAR: Final = rf"(?:{_THOUSAND}|{_CENTURY}|{_SINGLY}|(?:18|19|20)\d\d|(?:19|20)[ ]\d\d)\b"
_JOIN: Final = rf"{GAP}(?:(?:of|in|the[ ]year|in[ ]the[ ]year){GAP})?"
_BEHIND: Final = rf"(?:{_JOIN}(?:{_YEAR}|{_YY}\b|['’]?\d\d\b))?"
"""The year behind a day and its month, of four figures or of two."""

_DAY_FIRST: Final = rf"(?i){_WEEKDAY}\b(?:the{GAP})?({_ORDINAL}){GAP}(?:day{GAP})?(?:of{GAP})?({_MONTH})\b({_BEHIND})"
_MONTH_FIRST: Final = rf"(?i){_WEEKDAY}\b({_MONTH}){GAP}(?:the{GAP})?({_ORDINAL}|{_CARDINAL})({_BEHIND})"
_MONTH_YEAR: Final = rf"(?i)\b({_MONTH}){_JOIN}(?:{_YEAR})"
_DAY_ALONE: Final = (
    rf"(?i)\b(?:(?:on|since|until|till|by|for|from|before|after)[ ](?:{_DAY_NAME}{GAP})?|{_DAY_NAME}{GAP})"
    rf"(the{GAP}{_ORDINAL})(?:[ ]?[.,;?!]|[ ]?\n|$|[ ](?:of[ ](?:the|this|last|next)[ ]month|and|he|she|they|i|we|it|"
    r"at|when|because|so|if)\b)"
)
_WHEN: Final = (
    r"(?i)\b(?:when[ ](?:was|did|were|is|does|had|have)|(?:what|which)[ ](?:day|date))\b[^?.\n]{0,60}[?.]?[ \n\r]{0,3}"
    r"(?:\[[\w ]{2,20}\]|[A-Za-z][\w .]{1,20}:)?[^\n\d?]{0,40}?\b(\d{1,2}/\d{1,2}|"
    r"\d{1,2}[ ]{1,3}(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)|"
    r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?[ ]{1,3}\d{1,2})\b"
)
"""A question for a day and its answer."""
_STARTED: Final = (
    r"(?i)\b(?:started|starting|began|begun|happened|seen|done|due|back|scheduled|placed|removed|born)"
    r"[ ]{1,3}(?:on|since|for)[ ]{1,3}(\d{1,2}/\d{1,2})\b"
)
_PART: Final = rf"(?:{numerals.NUMBER}|(?:twenty{GAP}|thirty{GAP})?{numerals.ORDINAL}|\d{{1,4}}|slash|dash|double)"
_ROW: Final = rf"(?i)\b{_PART}(?:{GAP}(?:(?:and|of|the){GAP}){{0,2}}{_PART}){{1,11}}\b"

_AMOUNT: Final = re.compile(
    r"(?i)[ ,-]{0,3}(?:milli\w+|micro\w+|mgs?|ml|percent|hundred|thousand|million|weeks?|months?|days?|years?|hours?|"
    r"minutes?|times|units?|pounds?|kilos?|degrees?|over|or[ ](?:so|two|three)|to|of us|tablets?|pills?|doses?|"
    r"point|o'?clock|feet|inches|beats|steps?|cycles?|sessions?|visits?)\b"
)
_MODAL: Final = re.compile(
    r"(?i)\b(?:on|since|until|till|by|from|of|was|is|for|through|last|this|next|before|after)[ ]$"
)
_PARTS_OF_BODY: Final = re.compile(
    r"(?i)\b(?:fingers?|toes?|digits?|ribs?|metacarpals?|metatarsals?|knuckles?|teeth|tooth|grade|floor|degree|"
    r"visit|try|attempt|time|dose)\b"
)
_BIRTH: Final = re.compile(
    r"(?i)(?:\bbirth[ -]?(?:da(?:te|y)|dates)\b|\bdate[ ]of[ ]birth\b|\bborn\b|\bd[. ]?o[. ]?b\b)"
)
_DATED: Final = re.compile(r"(?i)\b(?:dates?|dated)\b")
_OTHER_CUE: Final = re.compile(
    r"(?i)\b(?:phone|cell|number|zip|post ?code|address|street|social|record|insurance|policy|account|pressure|"
    r"weigh\w*|"
    r"pounds|heights?|tall|pulse|rate|temperature|sugars?|milligrams?|years?[ ]old|weeks?|months?|age|aged)\b"
)
_CUE_AREA: Final = 120
"""Bytes before a row of numbers in which a question for a date may stand."""


def _cut(text: bytes, whole: Range, year: Range) -> Range:
    """`whole` without the two-figure year `year` where what follows makes it an amount."""
    start, end = whole
    if year[0] < year[1] and _AMOUNT.match(after(text, end, 20)):
        said = figures(text[year[0] : year[1]].decode())
        if len("".join(said)) <= 2:
            return start, year[0]
    return start, end


def day_and_month(text: bytes, match: Any) -> Range | None:
    """The third of May, may third nineteen fifty one, june uh ninth of eighty two."""
    names = {match.group(1).decode().lower(), match.group(2).decode().lower()}
    start, end = _cut(text, match.span(), match.span(3))
    bare = match.start(3) == match.end(3) or end == match.start(3)
    if bare and _AMOUNT.match(after(text, end, 20)):
        return None
    if bare and names & {"may", "march"} and not text[start:end].lower().startswith(b"the "):
        ordinal = re.search(rf"(?i)(?:{numerals.ORDINAL}|st|nd|rd|th)$", text[start:end].decode().rstrip())
        by_cue = _MODAL.search(before(text, start, 12))
        if not by_cue and (ordinal is None or (names & {"march", "may"} and names & {"first", "second"})):
            return None  # "you may first notice", "in march two of us"
    return start, end


def month_and_year(text: bytes, match: Any) -> Range | None:
    """March of nineteen ninety; "may twenty twenty" needs a word before it."""
    start, end = match.span()
    if match.group(1).lower() == b"may" and not _MODAL.search(before(text, start, 12)):
        return None
    return (start, end) if not _AMOUNT.match(after(text, end, 12)) else None


def day_alone(text: bytes, match: Any) -> Range | None:
    """On the ninth; not the ninth rib, nor "on the first, ..."."""
    start, end = match.span(1)
    lone = match.start(1) - match.start() < 8  # no day of the week before
    if lone and figures(match.group(1).decode())[-1:] in (["1"], ["2"]) and b"of" not in match.group():
        return None
    around = before(text, start, 60) + after(text, end, 60)
    return None if _PARTS_OF_BODY.search(around) else (start, end)


def asked(text: bytes, match: Any) -> Range | None:
    """When was that? - It was 4/3."""
    start, end = match.span(1)
    first, slash, second = match.group(1).decode().partition("/")
    if re.match(r"[\d/.%]|[ ](?:of|pain|out)\b", after(text, end, 8)):
        return None
    if slash and not (exists(int(first), int(second)) or exists(int(second), int(first))):
        return None
    return start, end


def row(text: bytes, match: Any) -> Range | None:
    """Oh four twelve nineteen eighty: a day by its cue, or by its order and a year of four figures."""
    start, end = match.span()
    said = match.group().decode()
    while (trailing := re.search(r"(?i)[ ,-]+(?:slash|dash|and|of|the)$", said)) is not None:
        said = said[: trailing.start()]
    end = start + len(said.encode())
    numbers = figures(said)
    if not 2 <= len("".join(numbers)) <= 8 or _AMOUNT.match(after(text, end, 20)):
        return None
    if _year(numbers) is not None and "slash" not in said:
        return None  # born in nineteen eighty: a year alone stays
    area = before(text, start, _CUE_AREA)
    born = max((found.end() for found in _BIRTH.finditer(area)), default=-1)
    dated = max((found.end() for found in _DATED.finditer(area)), default=-1)
    cue = max(born, dated)
    cued = cue >= 0 and _OTHER_CUE.search(area[cue:]) is None
    if cued and any(_day(numbers, ordered) for ordered in (True, False)):
        return start, end
    lead = numbers[0] == "0" or re.search(r"(?i)\b(?:slash|dash)\b", said)
    return (start, end) if lead and len(numbers) >= 4 and _day(numbers, True) and _full(numbers) else None


def _year(numbers: list[str]) -> int | None:
    joined = "".join(numbers)
    return int(joined) if len(joined) == 4 and int(joined) in YEARS else None


def _full(numbers: list[str]) -> bool:
    """The last figures are a year of four."""
    return _year([numbers[-1]]) is not None or (len(numbers) > 1 and _year(numbers[-2:]) is not None)


def _day(numbers: list[str], whole: bool) -> bool:
    """The figures are a month, a day and a year, in some order of the first two; `whole`: no number is cut in two."""
    return any(_dated(*parts) for parts in (_splits(numbers) if whole else _pieces("".join(numbers))))


def _pieces(joined: str) -> Iterator[tuple[str, str, str]]:
    for first in (1, 2):
        for second in (1, 2):
            if len(joined) - first - second in (2, 4):
                yield joined[:first], joined[first : first + second], joined[first + second :]


def _splits(numbers: list[str]) -> Iterator[tuple[str, str, str]]:
    for first in range(1, len(numbers) - 1):
        for second in range(first + 1, len(numbers)):
            yield "".join(numbers[:first]), "".join(numbers[first:second]), "".join(numbers[second:])


def _dated(first: str, second: str, year: str) -> bool:
    if len(first) > 2 or len(second) > 2 or len(year) not in (2, 4) or (len(year) == 4 and int(year) not in YEARS):
        return False
    one, two, last = int(first), int(second), int(year)
    return exists(two, one, last) or exists(one, two, last)


SEARCHES: Final = (
    Search("date-said-day-month", _KIND, _DAY_FIRST, day_and_month),
    Search("date-said-month-day", _KIND, _MONTH_FIRST, day_and_month),
    Search("date-said-month-year", _KIND, _MONTH_YEAR, month_and_year),
    Search("date-said-alone", _KIND, _DAY_ALONE, day_alone),
    Search("date-said-asked", _KIND, _WHEN, asked),
    Search("date-said-started", _KIND, _STARTED, asked),
    Search("date-said-row", _KIND, _ROW, row),
)
