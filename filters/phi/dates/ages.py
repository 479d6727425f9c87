"""Ages over 89, of which only that they are may stand: 45 CFR 164.514(b)(2)(i)(C)."""

from __future__ import annotations

import re
from typing import Any, Final

from filters.phi.dates.calendars import UNIT
from filters.phi.scanning import Range, Search, after, before

KIND: Final = "AGE"
_WORDS: Final = (
    rf"(?:ninety(?:[ \-\x{{2010}}-\x{{2015}}\x{{2212}}]{{1,3}}(?:{UNIT}))?|(?:one|"
    rf"a) hundred(?:(?: and)?[ \-\x{{2010}}-\x{{2015}}]{{1,3}}(?:{UNIT}|ten|eleven|twelve|thirteen|fourteen))?)"
)
_NUMBER: Final = rf"(?:9\d|1[01]\d|12[0-4]|{_WORDS})"
_OLD: Final = (
    r"(?:[ \t\n\-\x{2010}\x{2011}\x{a0}]{0,2}(?:years?|yrs?)\.?[ \t\n\-\x{2010}\x{2011}\x{a0}]{0,2}(?:old|"
    r"of[ \t\n]age|young|o\b)|"
    r"[ \t\-]{0,2}(?:y/?o|y\.\s?o\.?|yo[mfwg]|y/o[mfwg]|yro|yrold|y\.o\.[mf])\b|[ \t\-]?y(?:r|rs|"
    r"ears?)?[ \t\-]?(?:old|male|female|man|woman)\b|"
    r"[ \t\n]?(?:años|ans\b|jahre[ \t\n]alt|anni\b|anos\b)|-?jährig\w*)"
)
_CUE: Final = (
    r"(?:\b(?:aged|age[ds]?|age of|age is|age was|turned|turning|edad|âge|alter|età|years of age|nearly|almost)\b"
    r"(?:[ \t]{0,2}\((?:years|yrs?|y)\))?[ \t:=,\-]{1,3}(?:(?:is|was|at|of|de|about|approximately|~|"
    r"of about)[ \t]{1,2})?)"
)
_PERSON: Final = (
    r"(?:\b(?:i['’]?m|i am|he['’]s|she['’]s|he is|she is|he was|she was|patient is|mother is|father is|grandmother is|"
    r"(?:grandma|grandpa|granny|grandmother|grandfather|mother|father|mom|mum|mama|dad|papa|aunt|uncle|nana|wife|"
    r"husband|brother|sister|lady|gentleman|he|she|neighbou?r|great-grandmother|great-grandfather)(?: is| was|"
    r" turned|['’]s|,|:)|who is|pt is|patient was|died at|lived to(?: be)?|passed away at|deceased at|"
    r"i turned)[ \t\n]{1,2}"
    r"(?:now |about |almost |nearly |like |the age of |age )?)"
)
_NOT_AGE: Final = re.compile(
    r"(?i)[ \t\n-]{0,2}(?:or (?:older|over|above|more)|and (?:older|over|above)|%|percent|mg|milligrams?|pounds?|"
    r"lbs?|kg|kilos?|over\b|"
    r"degrees|minutes?|mins?|days?|weeks?|months?|hours?|times|beats|feet|cm|mm|meters|on room air|/|units?|ml|bpm|"
    r"to \d|"
    r"out of|point\b|miles|calories|cigarettes|packs?|dollars|thousand|million|years (?:of (?!age)|ago|from|in\b|"
    r"later|history))|[.,]\d|\+"
)
_FOREIGN_SPAN: Final = re.compile(r"(?i)(?:desde hace|hace|durante|depuis|pendant|seit|da|per)[ \n]$")


def old(text: bytes, match: Any) -> Range | None:
    """92-year-old, 92 y/o, ninety-four years old."""
    start, end = match.span(1)
    left = before(text, start, 16)
    if left[-1:].isalnum() or re.search(r"\d[.,/]$", left) or re.search(r"[<>≥≤≦≧][ ]?$|\b(?:over|than)[ \n]$", left):
        return None
    if re.search(r"(?i)(?:hundred|\bto|[-–]|\band) ?$", left) and re.search(r"(?i)\d{1,2} ?(?:to|-|–|and) ?$", left):
        return None  # 65 to 95 years old: a group
    if _FOREIGN_SPAN.search(left) or re.match(
        r"(?i)[ \t\n-]{0,2}(?:or|and) (?:older|over|above|more)", after(text, match.end(), 24)
    ):
        return None
    return start, end


def cued(text: bytes, match: Any) -> Range | None:
    """Aged 95, age: 101, she is ninety two."""
    start, end = match.span(1)
    rest = after(text, end, 24)
    if _NOT_AGE.match(rest) or rest[:1].isalnum() or re.match(r"[ ]?[-–][ ]?\d", rest):
        return None
    return start, end


def person(text: bytes, match: Any) -> Range | None:
    """She is 92. A number alone must end its clause: "he is 98 kg" and "she is 95 on room air" tell other things."""
    kept = cued(text, match)
    if kept is None:
        return None
    rest = after(text, kept[1], 16)
    return kept if re.match(r"[ \t]?(?:[.,;!?)\n]|$|and\b|but\b|now\b|with\b|who\b|years\b)", rest) else None


def sexed(text: bytes, match: Any) -> Range | None:
    """92F with chest pain; not a temperature."""
    start, end = match.span(1)
    return start, end


def of_sex(text: bytes, match: Any) -> Range | None:
    """92F, F/92; not a temperature."""
    start, end = match.span(1)
    if re.search(
        r"(?i)(?:\bt|temp|temperature|tmax|fever|vitals?|vs|\d ?F)\S{0,2}[ :=;,]{0,3}$|[<>=~°]$",
        before(text, start, 16),
    ):
        return None
    return start, end


_NAMED: Final = (
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sister|Brother|Father|Rev|Professor|Prof|Señora?|Sra?|Mme|Herr|Frau|Patient|Pt|pt|patient|"
    r"resident|(?:wife|husband|mother|father|sister|brother|aunt|uncle|grandmother|grandfather|grandma|grandpa|neighbou?r|"
    r"friend|spouse|partner|cousin))\.?[ :]{1,2}(?:\p{Lu}[\p{L}'’\-]*\.?[ ]){0,3}\p{Lu}[\p{L}'’\-]+"
)
"""A person with a title or of a kin, whose age alone may follow."""

SEARCHES: Final = (
    Search("age-old", KIND, rf"(?i)({_NUMBER}){_OLD}", old),
    Search("age-cued", KIND, rf"(?i){_CUE}({_NUMBER})\b", cued),
    Search("age-person", KIND, rf"(?i){_PERSON}({_NUMBER})\b", person),
    Search(
        "age-sex",
        KIND,
        r"(?:^|(?i:\b(?:pt|patient|a|an|this|the|is|old|hpi:?)[ \t]|\n))(9\d|1[01]\d)[ \t]?(?:M|F|male|female|[wbh]m|"
        r"[wbh]f)[, \t]{1,2}"
        r"(?i:with|w/|who|s/p|h/o|hx|presents?|presenting|admitted|c/o|here|from|pmh|brought|found|pt|patient|in|p/w)",
        sexed,
    ),
    Search(
        "age-of-sex",
        KIND,
        r"(?:^|[^\p{L}\p{N}.,/\-])(9[1-9]|90|1[01]\d)[ ]?/?[ ]?(?:[MF]|[wb][mf]|W[MF]|BF)(?:[ \t]?[,;:.\n)]|$)",
        of_sex,
    ),
    Search(
        "age-of-sex",
        KIND,
        r"(?:^|[^\p{L}\p{N}])(?:[MF][ ]?[/|]|(?:[Mm]ale|[Ff]emale|MALE|FEMALE)[ ]?[/,|])[ ]?(9\d|1[01]\d)\b",
        cued,
    ),
    Search("age-aet", KIND, r"(?i)\b(?:aet|æt|aetat)\.?[ ](9\d|1[01]\d)\b", cued),
    Search("age-named", KIND, rf"(?:{_NAMED})(?:,[ ]|[ ]?[(])(9\d|1[01]\d)(?:[),;.]|$)", sexed),
    Search("age-birthday", KIND, r"(?i)\b(9\d|1[01]\d)(?:st|nd|rd|th)[ \t](?:birthday|year of life)", old),
)
