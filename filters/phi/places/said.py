"""Postcodes and addresses as people say them: figure by figure, letter by letter, house numbers in words."""

from __future__ import annotations

import re
from typing import Any, Final

from filters.phi import numerals
from filters.phi.numerals import FIGURE, GAP, NUMBER, figures
from filters.phi.places import lexicon, phrases, said_towns, towns

_SPEAKER: Final = r"(?:\[[\w ]{2,20}\]|[A-Za-z][\w .]{1,20}:)?"
_SPELLING: Final = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whiskey x-ray yankee zulu"
)
_NATO: Final = _SPELLING.split()
_LETTERS: Final = {**{word: word[0] for word in _NATO}, "xray": "x", "alfa": "a", "juliett": "j"}

CODE_CUE: Final = r"(?i)\b(zip(?:s|[ -]?codes?)?|post(?:al)?[ -]?codes?|pin[ -]?code)\b"
_ANSWER: Final = 110
"""Characters behind the word "zip" or "postcode" in which the code begins."""
_PIECE: Final = re.compile(
    rf"(?i)\b(?:{NUMBER}|double|triple|dash|hyphen|space|{'|'.join(_NATO)}|alfa|juliett|xray|[a-z]|\d{{1,9}}|"
    r"[a-z]{1,2}\d[a-z\d]?|\d[a-z]{1,2}|[a-z]{1,2}\d[a-z\d]?\d[a-z]{2})\b"
)
_PAUSE: Final = re.compile(re.sub(r"\\x\{(\w+)\}", r"\\u\1", rf"(?i)(?:{GAP}|[ ]?\n)"))
_SHAPE: Final = re.compile(
    r"\d{5}(?:\d{4})?|[a-pr-uwyz][a-hk-y]?\d[a-z\d]?\d[abd-hjlnp-uw-z]{2}|[abceghj-nprstvxy]\d[abceghj-nprstv-z]\d"
    r"[abceghj-nprstv-z]\d"
)
"""A ZIP code, one of the United Kingdom (BS 7666), one of Canada."""
_PIN: Final = re.compile(r"\d{6}")
_OTHER_CUE: Final = re.compile(
    r"(?i)\b(?:zip|post ?code|phone|cell|mobile|social|record|account|"
    r"member|birth\w*|born|policy|fax)\b"
)

_SINGLY: Final = rf"{FIGURE}(?:{GAP}{FIGURE}){{4}}(?:{GAP}(?:dash|hyphen){GAP}{FIGURE}(?:{GAP}{FIGURE}){{3}})?"
_CITY_STATES: Final = "|".join(sorted(re.escape(name.lower()) for name in lexicon.STATES.values()))
CODE_BEHIND: Final = rf"(?i)(?:\b(?:in|near|from|around|to|area)|\b(?:{_CITY_STATES}))[ ]?,?[ ]{{1,3}}({_SINGLY})\b"


def code(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """The postcode that is said behind its word, in the same turn or in the answer."""
    area = text[end : end + _ANSWER]
    if re.match(r"[ ](?:it|up|line|lock|ties?|them)\b", area):
        return None
    other = _OTHER_CUE.search(area)
    stop = end + (other.start() if other else len(area))
    pin = text[start:end].lower().startswith("pin")
    at = end
    while (piece := _PIECE.search(text, at, stop)) is not None:
        run = [piece]
        while (pause := _PAUSE.match(text, run[-1].end())) is not None:
            following = _PIECE.match(text, pause.end())
            if following is None or len(run) > 14:
                break
            run.append(following)
        for first in range(len(run)):
            for last in range(len(run), first, -1):
                spelled = _spelled([each.group().lower() for each in run[first:last]])
                if _SHAPE.fullmatch(spelled) or (pin and _PIN.fullmatch(spelled)):
                    return run[first].start(), run[last - 1].end()
        at = run[-1].end()
    return None


def behind(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """Five figures behind "the pharmacy in"; not a count of something, nor counting."""
    if "".join(figures(text[start:end])) == "12345" or re.match(r"[ ][a-z]+s\b(?<!is)(?<!was)", text[end : end + 16]):
        return None
    return start, end


def _spelled(words: list[str]) -> str:
    """What a row of letters, words for letters, and numbers spells."""
    spelled, numbers = "", list[str]()
    for word in [*words, ""]:
        letter = _LETTERS.get(word) or (word if len(word) == 1 and word.isalpha() and word != "o" else "")
        mixed = any(map(str.isdigit, word)) and not word.isdigit()
        if letter or mixed or not word:
            spelled += "".join(figures(" ".join(numbers))) + (letter or word)
            numbers = []
        else:
            numbers.append(word)
    return spelled


_STRONG: Final = "street|avenue|road|lane|boulevard|parkway|crescent|terrace|turnpike|blvd|ave"
_WEAK: Final = "drive|court|circle|place|way|trail|close|gardens|square|row|loop|mews|highway|st|rd|dr|ln|ct|pike|alley"
_SIDE: Final = r"(?:north|south|east|west|northeast|northwest|southeast|southwest|old|upper|lower|saint|new)"
_HOUSE: Final = rf"(?:{NUMBER}|\d{{1,5}})(?:{GAP}(?:and{GAP})?(?:{NUMBER}|\d{{1,4}})){{0,6}}(?:[ ][b-d]\b)?"
_NAME: Final = rf"(?:[\p{{Ll}}'’]{{2,20}}|{numerals.ORDINAL}|\d{{1,3}}(?:st|nd|rd|th))"
_FLAT: Final = (
    r"(?:[ ]?,)?[ ]{1,3}(?:apartment|apt\.?|unit|suite|ste\.?|flat|room|lot|trailer|building|number|floor)[ ]{1,3}"
    rf"(?:number[ ])?(?:{NUMBER}|\d{{1,5}}[a-z]?|[a-z])\b(?:[ -](?:dash[ ])?(?:{NUMBER}|\d{{1,4}}|[a-z])\b){{0,4}}"
)
STREET: Final = (
    rf"(?i)\b({_HOUSE}){GAP}((?:{_SIDE}[ ]{{1,3}})?(?:{_NAME}[ ]{{1,3}}){{1,3}}?)({_STRONG}|{_WEAK})\b\.?"
    rf"(?:[ ]{_SIDE}\b)?"
)
BOX: Final = (
    rf"(?i)\b(?:p\.?[ ]?o\.?|post[ ]office)[ ]box(?:[ ]number)?[ ]{{1,3}}(?:{NUMBER}|\d{{1,6}})"
    rf"(?:{GAP}(?:{NUMBER}|\d{{1,4}})){{0,6}}\b"
)
_UNITS: Final = re.compile(re.sub(r"\\x\{(\w+)\}", r"\\u\1", rf"(?i)(?:{_FLAT}){{1,2}}"))
_AT: Final = re.compile(
    r"(?i)\b(?:address|liv(?:e|es|ed|ing)|stay(?:s|ed|ing)?|mov(?:e|ed|ing)|resid(?:es?|ing)|home|house|mail|ship|"
    r"sent|send|still|over|up|down|out)\b[^.?!]{0,30}$|\b(?:at|on)[ ]$|\baddress\b"
)


def street(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """Four twenty two maple street, with flat and town; not "a five minute drive", "twenty in one place"."""
    house, name, kind = (match.group(group).decode() for group in (1, 2, 3))
    start = end - len(house)
    end = start + len(match.group().decode())
    words = phrases.tokens(name)
    numbers = figures(house)
    if (
        not words
        or not numbers
        or any(word in lexicon.words("no_streets") for word in words)
        or text[max(0, start - 1) : start].strip("$/.-") != text[max(0, start - 1) : start]
    ):
        return None
    strange = any(word not in lexicon.common() and len(word) > 3 and word.isalpha() for word in words)
    cued = _AT.search(text[max(0, start - 60) : start]) is not None
    strong = re.fullmatch(rf"(?i){_STRONG}", kind) is not None
    sure = strong and (len("".join(numbers)) > 1 or strange)
    long = len("".join(numbers)) > 2 and (len(kind) > 2 or kind.endswith("."))
    if not (cued or sure or long or (strange and len("".join(numbers)) > 1 and len(kind) > 2)):
        return None
    return start, flat_and_town(text, end)


_ZIP_SAID: Final = re.compile(re.sub(r"\\x\{(\w+)\}", r"\\u\1", rf"(?i)[ ]?,?[ ]{{1,3}}{_SINGLY}\b"))
_LAST: Final = re.compile(r"[a-zà-ÿ'’-]{3,}(?: [a-zà-ÿ'’-]{3,}){0,2}(?=[ ]?[.,?!\n]|$)")
"""All that a clause still holds: behind an address and "in" it is a town, known or not."""


def flat_and_town(text: str, end: int) -> int:
    """Where an address ends once flat, town, state and postcode behind the street are read."""
    flat = _UNITS.match(text, end)
    if flat is not None:
        end = flat.end()
        if text[end - 2 : end].lower() in (" a", " i") and re.match(r"[ ][a-z']", text[end : end + 2]):
            end -= 2
    behind = re.match(r"(?:[ ]?,[ ](?:in[ ])?|[ ]in[ ])", text[end : end + 6])
    if behind is not None:
        town = said_towns.named(text, end + behind.end(), loose=True)
        last = _LAST.match(text, end + behind.end()) if "in " in behind.group() else None
        if town is not None or last is not None:
            end = town if town is not None else last.end()  # type: ignore[union-attr]
    zipped = _ZIP_SAID.match(text, end)
    return zipped.end() if zipped is not None else towns.postcode(text, end)


def box(text: str, start: int, end: int, match: Any) -> tuple[int, int]:
    return start, flat_and_town(text, end)


NAMED: Final = (
    r"(?i)\b(?:liv(?:e|es|ed|ing)|stay(?:s|ed|ing)?|house|home|apartment|place|office|clinic|pharmacy|store|grew[ ]up|"
    rf"moved)(?:[ ](?:still|over|down|up|out))?[ ](?:on|off|near)[ ](?:{_SIDE}[ ])?((?:{_NAME}[ ]){{1,2}}?"
    r"(?:street|avenue|road|lane|boulevard|drive|parkway|terrace|crescent))\b"
)


def unnumbered(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """My house on maple avenue; not "off the road"."""
    words = phrases.tokens(text[start:end])[:-1]
    return None if any(word in lexicon.words("no_streets") for word in words) else (start, end)


_IT_IS: Final = (
    r"(?:(?:it['’]?s|it is|that['’]?s|that would be|yes|yeah|sure|uh|um|so|i['’]?m at|at|okay)[ ,]{1,3}){0,4}"
)
AT_CUE: Final = (
    r"(?i)\b(?:still[ ]at|liv(?:e|es|ed|ing)[ ](?:over[ ]|out[ ])?at|stay(?:s|ed|ing)?[ ]at|resid(?:es?|ing)[ ]at|"
    r"address(?:[ ](?:is|as)|:|[^\n?.]{0,30}[?.][ \n\r]{0,3}"
    rf"{_SPEAKER}))[ ]{{1,3}}{_IT_IS}([\p{{Ll}}\d])"
)
_KINDS: Final = re.compile(
    r"(?i)\b(?:calle|avenida|avda|paseo|plaza|carretera|camino|ronda|carrer|rue|avenue|boulevard|impasse|chemin|quai|"
    r"cours|place|via|viale|piazza|corso|vicolo|largo|strada|\w{3,}(?:stra(?:ß|ss)e|weg|gasse|allee|platz|ring|"
    r"damm|ufer)|"
    rf"{_STRONG})\b"
)
_SHORT: Final = re.compile(r"(?i)\b(?:avda?|apt|bât|bldg|c|e|esc|int|n|no|s|st|ste|str|w|whg|\d{1,2})\.(?=[ ])")
"""Abbreviations within an address: their full stop ends nothing."""
_OVER: Final = re.compile(
    r"(?i)[ ]?[?!\n;]|[ ]?\.(?:[ \n]+(?![ \d])|$)|[ ](?:in|and|but|yes|right|with|since|now|so|is|correct)\b"
)


def answered(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """What is told for an address: a number, and a name that is no word of English."""
    area = _SHORT.sub(lambda found: found.group()[:-1] + ",", text[: start + 90])
    stop = _OVER.search(area, start, start + 90)
    last = stop.start() if stop is not None else min(len(text), start + 90)
    own = text[start:last].rstrip(" ,.")
    words = phrases.tokens(own)
    if (
        not 2 <= len(words) <= 10
        or not (re.search(r"\d", own) or figures(own))
        or re.search(r"\d{6}|[%@$]|(?<!c)/", own)
    ):
        return None
    strange = [
        word
        for word in words
        if len(word) > 3 and word.isalpha() and not lexicon.medical(word) and not re.fullmatch(NUMBER, word)
    ]
    if not strange and _KINDS.search(own) is None:
        return None
    return start, flat_and_town(text, start + len(own))
