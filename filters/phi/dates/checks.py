"""Is a match a date? The calendar decides, and what stands around: doses, scores, versions, codes."""

from __future__ import annotations

import re
from typing import Any, Final

from filters.phi.dates.calendars import ENGLISH, FOREIGN_SHORT, MONTHS, YEARS, exists
from filters.phi.scanning import Range, after, before

_UNIT: Final = re.compile(
    r"(?i)[ \t\xa0]?(?:%|°|(?:mg|mcg|µg|μg|ug|ng|pg|kg|g|gm|grams?|ml|cc|dl|l|liters?|mm|cm|mmhg|meq|mmol|units?|iu|tabs?|"
    r"tablets?|caps?|capsules?|pills?|puffs?|drops?|doses?|bpm|hz|kda|kb|bp|nm|µm|μm|fold|times|percent|pounds?|lbs?|"
    r"inch(?:es)?|feet|ft|minutes?|mins?|weeks?|months?|hours|hrs|days|patients?|cases|controls|subjects|participants|"
    r"women|men|children|items?|points?|copies|million|miles?|cigarettes?|packs?)\b)|[ \t]?-(?:year|month|week|day|hour|"
    r"fold|item|point|minute)|[.,]\d|[ \t]?[x×][ \t]?\d"
)
"""What a number that is no day or year is a number of."""
_OLD: Final = re.compile(r"(?i)[ -]?(?:years?|yrs?|y/?o)\b")
_SHARE: Final = re.compile(
    r"(?i)[ \t\n-]{0,2}(?:of\b|tablets?|tabs?|tab\b|pills?|strength|ns\b|normal saline|inch|\"|cups?|packs?|ppd|life|dose|"
    r"bottles?|sets?|positive|cores?|nodes?|lymph|murmur|systolic|diastolic|holosystolic|sem\b|pain|scale|mile|way|teaspoon|tsp|"
    r"ounce|pint|gallon|amp|bilateral|throughout|in (?:the |all |both |bilateral )?(?:upper|lower|extremit|all)|motor|"
    r"power|vision|for (?:pain|strength)|criteria|questions|items|points|visits|sessions|cycles?|episodes|times|patients|"
    r"words|objects|recall|th\b|rd\b|ths\b)"
)
"""What a ratio is a share of."""
_SCALE: Final = re.compile(
    r"(?i)(?:pain|scores?|scored|strength|gcs|scale|rated|rating|reflex(?:es)?|motor|grade|murmur|mmse|moca|vision|acuity|"
    r"apgars?|nodes?|cores?|phq|gad|power|severity|bp|pressure|ratio|snellen|visual|dtrs?|pulses?)\b[^.;\n]{0,28}$"
)
"""What is told as so many of so many."""
_CODE_BEFORE: Final = re.compile(
    r"(?i)(?:\b(?:version|ver|v|release|section|sect|sec|chapter|table|fig|figure|appendix|clause|annex|§|ec|cas|icd|"
    r"cpt|ndc|model|lot|serial|ref|catalog|cat|isbn|issn|doi|build|software|phone|tel|fax|call|ratio|of|dilution)\b|§)[ .:#()-]{0,3}"
    r"(?:no\.? ?|number ?)?$"
)
_FRACTIONS: Final = frozenset({"1/2", "1/3", "2/3", "1/4", "3/4", "1/8", "1/5", "1/10"})
_WEAK_CUE: Final = re.compile(r"(?i)^(?:by|from|through|between|about|to|le|il|el|del|bis|done|next|last|le|due)\b")
_THREE: Final = re.compile(r"(\d{1,4})\s{0,3}([/.\-\u2010-\u2015\u2212])\s{0,3}(\d{1,2})\s{0,3}([/.\-\u2010-\u2015\u2212])\s{0,3}(\d{2,4})")
_SENTENCE_CUE: Final = re.compile(r"(?i)\b(?:of|de|di|del)\b")


def numeric(text: bytes, match: Any) -> Range | None:
    """Three numbers: year, month, day in one of the orders in use, of one separator."""
    start, end = match.span()
    own = match.group(1).decode()
    parts = _THREE.fullmatch(own)
    if parts is None or parts[2] != parts[4]:
        return None
    if not _standing(text, start, end, parts[2]):
        return None
    if not three_numbers(parts[1], parts[3], parts[5]) or _CODE_BEFORE.search(before(text, start, 24)):
        return None
    mark = parts[2]
    if mark in ".-" and (len(parts[1]) + len(parts[3]) < 3 and len(parts[5]) < 4):
        return None  # 1.2.13 is a section or a version, and 1-2-10 a code
    if match.end(1) == end and _UNIT.match(after(text, end, 24)):
        return None
    return start, end


_FIGURES: Final = str.maketrans("OolISB", "001158")


def read(text: bytes, match: Any) -> Range | None:
    """l2.O7.1958: a date once letters are taken for the figures they look like."""
    start, end = match.span()
    own = match.group().decode()
    if own.isdigit() or not re.search(r"[OolISB]", own) or sum(map(str.isdigit, own)) < 3:
        return None
    parts = _THREE.fullmatch(own.translate(_FIGURES))
    if parts is None or parts[2] != parts[4] or not three_numbers(parts[1], parts[3], parts[5]):
        return None
    return (start, end) if _standing(text, start, end, parts[2]) else None


def three_numbers(first: str, second: str, third: str) -> bool:
    """The three are a date as year-month-day, day-month-year or month-day-year."""
    one, two, three = int(first), int(second), int(third)
    if len(first) == 4:
        return len(third) <= 2 and one in YEARS and (exists(three, two, one) or exists(two, three, one))
    if len(first) == 3 or len(third) == 3 or (len(third) == 4 and three not in YEARS):
        return False
    return exists(one, two, three) or exists(two, one, three) or (len(first) == 2 and exists(three, two, one))


def _standing(text: bytes, start: int, end: int, mark: str = "/") -> bool:
    """Not a piece of a longer number or code."""
    left, right = before(text, start, 8), after(text, end, 8)
    if left and (left[-1].isdigit() or left[-1] in "#$€£"):
        return False
    if left and left[-1] in "./-:" and len(left) > 1 and left[-2].isalnum():
        return False
    if left and left[-1].isalpha() and mark != "/" and not left[-1].islower():
        return False
    if right and (right[0].isdigit() or right[0] == "%"):
        return False
    return not (len(right) > 1 and right[0] in "/.-" and right[1].isdigit())


def _day_numbers(days: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,2}", days)]


def _month(name: str) -> int:
    return MONTHS[name.rstrip(".").lower()]


def written(text: bytes, match: Any, month: str, days: str, year: str | None, year_end: int) -> Range | None:
    """A month in letters and one or more days, perhaps a year."""
    start, end = match.span()
    name = month.rstrip(".").lower()
    number = _month(month)
    year = year.translate(_FIGURES) if year is not None and not year.isdigit() and year[0] not in "'’" else year
    full = year is not None and len(year) == 4
    if not all(exists(day, number, int(year) if full and year else None) for day in _day_numbers(days)):
        return None
    if name in FOREIGN_SHORT and year is None:
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
        if year_end == end and (_UNIT.match(rest) or _OLD.match(rest) or re.match(r"[:/]\d|-\d|[ap]m\b", rest)):
            at = match.group().decode().rfind(year)
            end = start + len(match.group().decode()[:at].rstrip(" ,.\n").encode())
    rest = after(text, end, 24)
    if year is None and (_UNIT.match(rest) or _OLD.match(rest) or rest[:1].isdigit()):
        return None
    return start, end


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
    return match.span() if _standing(text, *match.span()) else None


def month_year(text: bytes, match: Any) -> Range | None:
    """March 2020, Mar '20, January to March 2020."""
    month = match.group(1).decode()
    name = month.rstrip(".").lower()
    if match.end(1) == match.start(2):
        return None
    if name in FOREIGN_SHORT and month[0].islower() and name not in ("abr", "juil", "janv", "févr", "okt", "dez", "déc"):
        return None
    if name in ("may", "march") and month[0].islower() and "," in match.group().decode():
        return None
    return match.span()


def month_slash_year(text: bytes, match: Any) -> Range | None:
    """03/2020, 2020-03."""
    own = match.group().decode()
    start, end = match.span()
    first, second = (int(number) for number in re.findall(r"\d+", own))
    month, year = (second, first) if first > 31 else (first, second)
    if not 1 <= month <= 12 or year not in YEARS or not _standing(text, start, end, "-"):
        return None
    if "/" not in own and (month > 9 or not re.match(r"0|\d{4}-0", own)):
        return None  # 2010-12 is a span of years, 5.2010 a number
    if _CODE_BEFORE.search(before(text, start, 24)) or _UNIT.match(after(text, end, 12)):
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
    return match.span() if _standing(text, *match.span()) else None


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
    if _UNIT.match(rest) or _SHARE.match(rest) or re.match(r"[/\-–]\d|\d", rest):
        return None
    cue = match.group().decode()
    if re.match(r"(?i)(?:is|placed)\b", cue) and not re.search(r"(?i)\b(?:date|appointment|appt|surgery|due|foley|line|picc|iv|catheter|tube|birthday|lmp|lbm)\b[^.\n]{0,20}$", before(text, match.start(), 40)):
        return None
    if _WEAK_CUE.match(cue) and own in _FRACTIONS:
        return None
    if "." in own and not re.match(r"(?i)(?:am|vom|seit|bis|on|el|le|il)\b", cue):
        return None
    if "-" in own and re.fullmatch(r"\d\d-\d\d", own) and (
        not re.match(r"(?i)(?:on|since|until|dated?|seen|admitted|el|le|il)\b", cue) or re.match(r"[ -][a-z]+s\b", rest)
    ):
        return None
    return None if _SCALE.search(before(text, match.start(), 48)) else (start, end)


def lone_pair(text: bytes, match: Any) -> Range | None:
    """12/25 at the beginning of an entry, or with its time."""
    start, end = match.span(1)
    numbers = [int(number) for number in re.findall(rb"\d+", match.group(1))[:2]]
    if not (exists(*numbers) or exists(numbers[1], numbers[0])) or not _standing(text, start, end):
        return None
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
    elif re.match(r"[ \t]+(?:[A-Z][a-z]|[A-Z]\.)", rest) and cue in ("of", "by", "from", "before", "after", "about", "between"):
        return None  # of June Smith
    if cue in ("about", "by", "of") and name.lower() in ("april", "june", "may", "august") and not name[0].islower():
        return (start, end) if cue != "about" and re.match(r"[ \t]*(?:[.,;:)\n]|$|and\b|with\b|he\b|she\b|when\b|due\b|this\b|last\b|she\b)", rest) else None
    return start, end


def holiday(text: bytes, match: Any) -> Range | None:
    """At Christmas: a feast that falls on one day."""
    start, end = match.span(1)
    rest = after(text, end, 24)
    if re.match(r"(?i)[ \t](?:disease|factor|tree|cactus|hospital|seals?|island)", rest) or re.match(r"(?i)easter\b", match.group(1).decode()) and re.match(r"n", rest):
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
    if len(words) == 2 and re.match(r"(?i) (?:hundred|thousand|percent|milligrams?|weeks?|months?|days?|years?|times|of us|or)\b", after(text, end, 16)):
        return None
    return start, end


def said_birth(text: bytes, match: Any) -> Range | None:
    """Birth date, ten twelve sixty five."""
    return match.span(1)
