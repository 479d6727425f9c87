"""Ages over 89 as people say them: in words, of whoever the sentence is about, or in answer to a question."""

from __future__ import annotations

import re
from typing import Any, Final

from filters.phi import numerals
from filters.phi.dates.ages import KIND
from filters.phi.numerals import GAP, UNIT
from filters.phi.scanning import Range, Search, after, before

_ORDINAL_UNIT: Final = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
_OVER_HUNDRED: Final = (
    rf"(?:(?:one|a){GAP}hundred(?:{GAP}(?:and{GAP})?(?:ten|eleven|twelve|thirteen|fourteen|{UNIT}))?|"
    rf"one{GAP}(?:oh|o){GAP}{UNIT}|one{GAP}(?:ten|eleven|twelve))"
)
_AGE: Final = rf"(?:ninety(?:{GAP}{UNIT})?|{_OVER_HUNDRED}|9\d|1[01]\d)"
"""90 to 119."""
_NTH: Final = (
    rf"(?:ninetieth|ninety{GAP}{_ORDINAL_UNIT}|(?:(?:one{GAP}|a{GAP})?hundred(?:{GAP}and)?{GAP}{_ORDINAL_UNIT})|"
    rf"(?:one{GAP}|a{GAP})?hundredth|9\d(?:st|nd|rd|th)|1[01]\d(?:st|nd|rd|th))"
)
_RELATIVE: Final = (
    r"(?:(?:great[ -])?grand(?:ma|pa|mother|father|mom|dad|mum)|granny|nana|mother|father|mom|mum|mama|dad|papa|daddy|"
    r"aunt(?:ie)?|uncle|wife|husband|brother|sister|neighbou?r|lady|gentleman|patient|friend|resident)"
)
_BE: Final = (
    r"(?:[ ]?['’][ ]?(?:m|re|s|ll[ ]be|d[ ](?:be|have[ ]been))|[ ](?:am|are|is|was|were|be|will[ ]be|"
    r"turned|turns|turning|made|hit|reached))"
)
_SUBJECT: Final = (
    rf"(?:\b(?:i|you|he|she|they|we|who|{_RELATIVE})"
    rf"(?:[ ](?:just|actually|already|now|only|still|really|finally|both))?{_BE}|"
    r"\b(?:gon[ ]?na[ ]be|going[ ]to[ ]be|about[ ]to[ ](?:be|turn)|just[ ]turned|turn(?:ed|ing|s)?|"
    r"lived[ ]to(?:[ ]be)?|"
    r"made[ ]it[ ]to|pushing|going[ ]on|coming[ ]up[ ]on|celebrated|"
    r"(?:died|passed|passed[ ]away|went|die|dying)[ ](?:at|when[ ]\w+[ ]was)|at[ ]the[ ]age[ ]of|age[sd]?|age[ ]of))"
)
_HEDGE: Final = (
    rf"(?:{GAP}(?:now|about|around|almost|nearly|only|just|already|like|actually|going[ ]on|turning|gon[ ]?na[ ]be|"
    r"going[ ]to[ ]be|pushing|over|at|the[ ]age[ ]of))*"
)
_PERSON: Final = rf"(?i){_SUBJECT}{_HEDGE}{GAP}({_AGE})\b"
_SPEAKER: Final = r"(?:\[[\w ]{2,20}\]|[A-Za-z][\w .]{1,20}:)?"
_QUESTION: Final = (
    r"(?i)\b(?:(?:how|what)[ ](?:old|age)|(?:your|his|her|their|the|patient['’]?s|current|and)[ ]age)\b[^?\n.:]{0,40}"
    rf"[?.:,]?[ \n\r]{{0,3}}{_SPEAKER}[ ]{{0,2}}(?:[^\n\d.?]{{0,32}}[ ,-])?({_AGE})\b"
)
_OLD: Final = (
    rf"(?i)\b({_AGE})(?:[ -]|{GAP})(?:and[ ]a[ ]half[ ])?(?:(?:years?|yrs?)(?:[ -]|{GAP})(?:old|young|of[ ]age)|"
    r"y[ ]?o\b|year[ -](?:male|female|man|woman)|years[ ](?:on[ ]this|and[ ]counting))"
)
_BIRTHDAY: Final = rf"(?i)\b({_NTH})[ ](?:birthday|b[ -]?day|year[ ]of[ ]life)\b"
_ECHO: Final = (
    rf"(?im)(?:^|[.?!,][ ]){_SPEAKER}[ ]{{0,2}}(?:(?:yes|yeah|yep|yup|uh-huh|mm-hmm|wow|oh|right|well|"
    rf"no)[ ]?[,.!]?[ ])*({_AGE})\b"
)

_END: Final = re.compile(
    r"(?i)[ ]?(?:[.,;!?\n]|$|-[ \n])|[ ](?:and|but|now|when|who|with|so|already|in[ ](?:the[ ](?:spring|summer|fall|"
    r"autumn|winter)|january|february|march|april|may|june|july|august|september|october|november|december|a[ ](?:few|"
    r"couple)|two|three)|this|next|last|on[ ](?:my|his|her|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|the|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)|years?|soon|today|"
    r"tomorrow|doctor|doc|right|though|you[ ]know|living|still|she|he|i|my|come|if|believe|before|after)\b"
)
_NOT_YEARS: Final = re.compile(
    r"(?i)[ ,-]{0,3}(?:and[ ](?:a|over|above|older|older|\d|ninety|one|two|three|four|five|six|seven|eight|nine)\b|"
    r"years?[ ](?:ago|from|later|history|since)|percent|over\b|pounds|or\b|times|dollars|milli|%|miles|degrees)|"
    r"[.,]\d|[/%]|[ ]?[-–][ ]?\d"
)
_MEASURED: Final = re.compile(
    r"(?i)\b(?:sats?|saturat\w+|oxygen|o2|pulse|heart[ ]rate|rate|temp\w*|weigh\w*|weight|pressure|systolic|diastolic|"
    r"sugars?|glucose|score\w*|percent|pounds|kilos|speed|degrees|dose|cholesterol|ldl|hdl|minutes|beats|a1c|egfr|"
    r"creatinine|room[ ]air|milligrams?|bmi|numbers?|level)\b"
)
_OLD_TALK: Final = re.compile(r"(?i)\b(?:how[ ]old|years[ ]old|birthdays?|your[ ]age|old(?:er)?[ ]are[ ]you|turn\w*)\b")


def _turn(text: bytes, start: int) -> str:
    """The last words before `start` of the same turn."""
    return re.split(r"[\n\]]|[?!][ ]", before(text, start, 60))[-1]


def person(text: bytes, match: Any) -> Range | None:
    """She's ninety two; not when what is talked of is a measurement, nor with more than a clause's end behind."""
    start, end = match.span(1)
    rest = after(text, end, 24)
    if _NOT_YEARS.match(rest) or not _END.match(rest) or _MEASURED.search(_turn(text, match.start())):
        return None
    return start, end


def old(text: bytes, match: Any) -> Range | None:
    """A hundred and two years young; not "nineteen ninety two years", "one hundred ninety five"."""
    start, end = match.span(1)
    return None if re.search(rf"(?i)\b{numerals.NUMBER}[ -]$", before(text, start, 14)) else (start, end)


def answer(text: bytes, match: Any) -> Range | None:
    """How old are you? - Uh, ninety one."""
    start, end = match.span(1)
    rest = after(text, end, 24)
    lead = match.group().decode()
    if _NOT_YEARS.match(rest) or re.match(r"(?i)[ -](?:weeks?|months?|days?|hours?)\b", rest):
        return None
    return None if _MEASURED.search(lead) else (start, end)


def echo(text: bytes, match: Any) -> Range | None:
    """An age said again, or confirmed, at the beginning of a turn or clause: the same number stands just before."""
    start, end = match.span(1)
    rest = after(text, end, 24)
    if _NOT_YEARS.match(rest) or not _END.match(rest):
        return None
    said = numerals.figures(match.group(1).decode())
    area = before(text, start, 160)
    if _MEASURED.search(area.rpartition("\n")[2]):
        return None
    if _OLD_TALK.search(area):
        return start, end
    for found in _PERSON_RE.finditer(area):
        if numerals.figures(found[1]) == said:
            return start, end
    return None


_PERSON_RE: Final = re.compile(re.sub(r"\\x\{(\w+)\}", r"\\u\1", _PERSON))

SEARCHES: Final = (
    Search("age-said", KIND, _PERSON, person),
    Search("age-said-old", KIND, _OLD, old),
    Search("age-said-answer", KIND, _QUESTION, answer),
    Search("age-said-birthday", KIND, _BIRTHDAY, old),
    Search("age-said-again", KIND, _ECHO, echo),
)
