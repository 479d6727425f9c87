"""Is a row of spoken figures and letters a number of somebody's, and which?"""

from __future__ import annotations

import re
from typing import Final

from filters.phi.spans import Span
from filters.phi.validators.neighbours import Range

_BEFORE: Final = 160
"""Bytes before a value that are read for what it is: the question, and the beginning of the answer."""
_FEWEST: Final = 5
"""Figures and letters of a code."""
_FIGURES: Final = 4
"""Figures among them."""

_DIGIT = rb"zero|oh|o|one|two|three|four|five|six|seven|eight|niner?|nought|naught"
_TENS = (
    rb"ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|"
    rb"sixty|seventy|"
    rb"eighty|ninety"
)
_TOKEN = re.compile(rb"[A-Za-z0-9]+")
_FIGURE = re.compile(rb"(?i)(?:%s)$" % _DIGIT)
_TEN = re.compile(rb"(?i)(?:%s)$" % _TENS)
_FILLER = re.compile(rb"(?i)(?:uh|um|uhm|er|erm|hmm|and|then|space|sorry|let|me|see|lets|wait|okay|so)$")
_MARK = re.compile(
    rb"(?i)(?:dash|hyphen|slash|dot|point|underscore|colon|plus|pound|hash|hundred|double|triple|as|in)$"
)
_UNIT = re.compile(rb"(?i)\bm m h\b")
_TIME = re.compile(rb"(?i)[ap]\.? ?m\b|\d\.\d\d\b")

_TELEPHONE: Final = (7, 10, 11, 12, 13)
_LEVELS = re.compile(
    rb"(?i)\b[LTCS] (?:%s|%s|\d{1,2})[ ,]+(?:and |to |through )?[LTCS] (?:%s|%s|\d)" % (_DIGIT, _TENS, _DIGIT, _TENS)
)
"""Levels of the spine: "L two, L three"."""
_CUES: Final = {
    "SSN": rb"ssn|social|s s n",
    "FAX": rb"fax\w*",
    "IP": rb"ip|i p|logged in|log in|address is|connected from|shows? up as|host",
    "VEHICLE": rb"plates?|vin|v i n|vehicle|tag|registration|car",
    "DEVICE": rb"serial|s n|pump|pacemaker|device|recall|mine is|implant|cpap|model|monitor|sensor|hearing aid|icd|"
    rb"wheelchair|"
    rb"stent|generator|controller",
    "BIOMETRIC": rb"finger ?print|thumb ?print|hand ?print|voice ?print|palm|iris|retina|face|biometric|template|"
    rb"kiosk",
    "LICENCE": rb"licen[cs]e|npi|n p i|dea|d e a|certificate|prescriber|pharmacist",
    "HEALTH_PLAN": rb"insurance|member|subscriber|policy|plan|medicare|medicaid|beneficiary|group|coverage|new id",
    "ACCOUNT": rb"account|acct|(?:do you want|credit|debit|take) (?:my )?card|card number|bill|iban|invoice|bank|"
    rb"debit",
    "MRN": rb"record|chart|mrn|m r n|patient number|patient id|hospital number|medical number",
    "OTHER_ID": rb"passport|biopsy|specimen|accession|case|claim|referral|authorization|prescription|confirmation|"
    rb"reference|"
    rb"encounter|visit number|study|subject|id|badge|aadhaa?r|nhs|national|tax|pathology|sample|lab",
    "PHONE": rb"phone|cell|mobile|call|number to reach|reach|text|telephone|extension|home number|work number|"
    rb"contact|get my \w+",
}
_CUE = {kind: re.compile(rb"(?i)\b(?:%s)\b" % words) for kind, words in _CUES.items()}
_NOT_OURS = re.compile(
    rb"(?i)\b(?:zip|postal|post code|postcode|born|birth|birthday|birthdate|dob|d o b|date|year|age|old|"
    rb"blood pressure|pressure|"
    rb"count|countdown|serial sevens|backwards?|scale|milligrams?|pounds|degrees|percent|minutes|hours|days|weeks|"
    rb"months|times|"
    rb"o'?clock|repeat after me|remember)\b"
)
_AMOUNT = re.compile(
    rb"(?i)[ ,.-]{0,3}(?:milligrams?|mg|micrograms?|mcg|milliliters?|ml|pounds?|kilos?|degrees?|percent|inches|feet|"
    rb"days?|weeks?|"
    rb"months?|years?|hours?|minutes?|times|over|to|o'?clock|am|pm|a m|p m|thousand|million|beats|units?)\b"
)


def said(text: bytes, start: int, end: int) -> Span | None:
    """The row, of the class that the nearest cue before it names; without a cue, only telephone numbers."""
    kept = _row(text, start, end)
    if kept is None:
        return None
    value = text[kept[0] : kept[1]]
    figures, tens, letters, pieces, words = _count(value)
    kind = _nearest(text[max(0, kept[0] - _BEFORE) : kept[0]])
    if kind is None:
        kind = "PHONE" if letters == 0 and tens <= 1 and pieces >= 5 and figures in _TELEPHONE else ""
    if not kind or _LEVELS.match(value) or pieces < 4:
        return None
    spelled = words >= 3 or (words and letters >= 3) or (words == letters == 0 and figures == pieces)
    if not spelled or _UNIT.search(value):
        return None
    least = 1 if kind == "VEHICLE" else 2 if letters >= 4 else _FIGURES
    if figures < least or figures + letters < _FEWEST or (letters == 0 and 2 * tens > figures - 2):
        return None
    return Span(*kept, kind, f"{kind.lower()}-said")


def _row(text: bytes, start: int, end: int) -> Range | None:
    """`[start, end)` less articles and fillers at its edges; None if it is an amount or a time, or nothing is left."""
    tokens = [(found.start(), found.end(), found.group().lower()) for found in _TOKEN.finditer(text, start, end)]
    while tokens and (_FILLER.match(tokens[0][2]) or _contracted(text, tokens[0][0]) or _article(tokens)):
        tokens.pop(0)
    while tokens and (_FILLER.match(tokens[-1][2]) or _MARK.match(tokens[-1][2]) or _trailing(tokens)):
        tokens.pop()
    if not tokens:
        return None
    start, end = tokens[0][0], tokens[-1][1]
    return None if _AMOUNT.match(text, end, end + 24) or _TIME.search(text, start, end) else (start, end)


def _contracted(text: bytes, start: int) -> bool:
    """The letter belongs to the word before: "it's", "I'm"."""
    return text[start - 1 : start] == b"'" or text[max(0, start - 3) : start] == b"\xe2\x80\x99"


def _article(tokens: list[tuple[int, int, bytes]]) -> bool:
    """ "a" or "i" before anything but the next letter, figure or mark of a code."""
    if tokens[0][2] not in (b"a", b"i"):
        return False
    rest = [token for *_, token in tokens[1:] if not _FILLER.match(token)][:1]
    spelled = bool(rest) and (len(rest[0]) == 1 or _MARK.match(rest[0]) is not None)
    return not (spelled or (bool(rest) and tokens[0][2] == b"a" and _FIGURE.match(rest[0]) is not None))


def _trailing(tokens: list[tuple[int, int, bytes]]) -> bool:
    """An "a" or "i" after "and" begins what follows."""
    return len(tokens) > 1 and tokens[-1][2] in (b"a", b"i") and tokens[-2][2] in (b"and", b"then", b"so", b"okay")


def _count(value: bytes) -> tuple[int, int, int, int, int]:
    """Figures that are said, those of tens and teens among them, letters, pieces, and number words among the pieces."""
    figures = tens = letters = pieces = words = 0
    for found in _TOKEN.finditer(value):
        token = found.group()
        if token.isdigit():
            figures, pieces = figures + len(token), pieces + 1
        elif _FIGURE.match(token):
            figures, pieces, words = figures + 1, pieces + 1, words + 1
        elif _TEN.match(token):
            figures, tens, pieces, words = figures + 2, tens + 2, pieces + 1, words + 1
        elif len(token) == 1 or not (_MARK.match(token) or _FILLER.match(token)):
            letters, pieces = letters + 1, pieces + 1
    return figures, tens, letters, pieces, words


def _nearest(before: bytes) -> str | None:
    """The class whose cue stands last before a value; "" if what stands there says that it is none of ours."""
    places = {kind: max((found.end() for found in cue.finditer(before)), default=-1) for kind, cue in _CUE.items()}
    kind = max(places, key=lambda each: places[each])
    other = max((found.end() for found in _NOT_OURS.finditer(before)), default=-1)
    if other > places[kind]:
        return ""
    return kind if places[kind] >= 0 else None


def address(text: bytes, start: int, end: int) -> Range | None:
    """An e-mail address that is said; words before its own ("it is", "email me") stay outside."""
    value = text[start:end]
    at = re.search(rb"(?i) at ", value)
    assert at is not None, "the expression has it"
    local = value[: at.start()]
    # The local part is joined by marks, figures and letters; other words before it are the sentence's.
    return (start, end) if local else None


def page(text: bytes, start: int, end: int) -> Range | None:
    """A host that is said; "at each dot is" is none."""
    return None if re.match(rb"(?i)(?:each|the|every|a|one|this|that) dot ", text[start:end]) else (start, end)
