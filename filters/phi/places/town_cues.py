"""Towns, counties and districts by the words around them."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import lexicon, phrases, postcodes, towns

_QUALIFIED: Final = re.compile(
    r"(?:(?:the|greater|downtown|uptown|midtown|rural|suburban|central|inner|metropolitan|metro|nearby|old|"
    r"north(?:ern|east|west)?|south(?:ern|east|west)?|east(?:ern)?|"
    r"west(?:ern)?|just|outside|around|near|city of|town of|village of|county of|suburbs? of|outskirts of|"
    r"a suburb of|city|town|upstate|here|back)[ \t\n]){1,3}"
)

_STRONG: Final = lexicon.words("dwelling")

_OF: Final = lexicon.words("dwelling_of")

_FILLERS: Final = lexicon.words("fillers")

_NEAR: Final = re.compile(
    r"(?i)\b(?:near|outside(?: of)?|closer? to|moving to|moved to|miles (?:from|of|outside|north of|south of|east of|"
    r"west of)|originally from|driving (?:from|to)|drive (?:from|to)|"
    r"(?:pt|patient|man|woman|boy|girl|gentleman|lady|farmer|student|visitor|traveler|traveller|tourist|immigrant|"
    r"refugee|veteran|worker|teacher|couple|family|native|he is|she is|he's|she's|i'm|i am|"
    r"is|was|hails) from|(?:household|family|relatives|clinic|office|hospital|pharmacy|lab|school|job|business|"
    r"bed avail(?:able)?|bed|placement|home|house|apartment|farm|church|store|"
    r"practice|[a-z]{4,}ist|doctor|specialist|facility|snf|rehab|cottage|born|raised|brother|sister|son|daughter|"
    r"mother|father|aunt|uncle|cousin|friend|boyfriend|girlfriend|daughter|parents|living|residing|"
    r"lives|lived|live) in|(?:specialist|therapist|doctor|lab|clinic|pharmacy|rheumatologist|[a-z]{4,}ist|anyone|"
    r"anybody|somewhere|somebody) around)[ \n]{1,3}(?:the[ ]{1,3})?$"
)
"""Words directly before a name that hardly anything but a town follows."""

_PREPOSITIONS: Final = lexicon.words("prepositions")

_WEAK: Final = re.compile(
    r"(?i)\b(in|from|near|of|around|outside|to|at|into|between|en|de|à|bei|aus|nach|da|di)[ \t\n]+(?:(?:the|"
    r"our)[ \t\n]+)?$"
)

_OF_PEOPLE: Final = 50_000
"""People from which a town is known behind "of", which joins much else."""

STRONG_LOWER: Final = (
    r"\b(?i:live|lives|living|lived|resides?|residing|resident|native|born|raised|grew up|moved|moving|relocated|"
    r"hometown|visiting|vacation|travell?ed|travell?ing|trip|flew|fly|flying|drove|stationed|"
    r"returned|originally|i'm|i am|he's|she's|we're|pt|patient|farmer|man|woman|household|family|machinist|"
    r"[a-z]{4,}ologist|avail|office|clinic|lab|closer|home|job|miles|somewhere|anyone)(?: (?i:up|back|out|over|here|"
    r"now|down))?[ \n]{1,3}"
    r"(?i:in|at|to|from|near|outside|around|of)[ \n]{1,3}([a-zà-ÿ])|\b(?i:ship to|moving to)[ ]{1,3}([a-zà-ÿ])"
)

LABEL: Final = (
    r"\b(?i:city|town|hometown|home town|birthplace|place of (?:birth|residence)|residence|county|municipality|"
    r"locality|location|resides in|lives in|lugar de nacimiento|localidad(?:/ provincia)?|"
    r"municipio|provincia|poblaci[oó]n|ville|commune|domicile|wohnort|geburtsort|ort|comune|citt[aà]|"
    r"luogo di nascita|residente (?:en|a|in)|vive en|habite(?: [aà])?|wohnhaft in|wohnt in|natural de|"
    r"procedente de|origin(?:ario|aire) d[ei]|domicilio|domicili[ée]e? (?:à|en)|n[ée]e? à|nato a|nata a|"
    r"traslad(?:ad[oa]|o) (?:a|desde)|derivad[oa] (?:a|desde|de)|transf[eé]r(?:t|[ée]e?) (?:à|vers|de|depuis)|"
    r"trasferit[oa] (?:a|da)|verleg(?:t|ung) nach|zuverlegt aus|"
    r"verzogen nach)[ \t]*[:=]?[ \t\n]{1,3}((?:[\dOlISB]{5}[ ])?\p{Lu})"
)

STATED: Final = rf",[ \t\n]{{1,2}}(?:(?:{towns.POST})\b|(?:{towns.STATE_NAMES})\b|(?:{towns.OLD})\.)"

_NAME: Final = r"(?:\p{Lu}[\p{L}'’.\-]+[ ]){0,3}\p{Lu}[\p{L}'’\-]+"
CODED: Final = (
    rf"({_NAME}),?[ \n]{{1,3}}(?:{postcodes.UK_POSTCODE}|{postcodes.CANADA_POSTCODE}|"
    rf"(?:NSW|VIC|QLD|TAS|ACT|Vic|Qld|Tas|(?:NT|SA|WA)),?[ ]\d{{4}}\b|(?:{towns.POST})[ ]{{1,2}}\d{{5}}(?:-\d{{4}})?\b)"
)
"""A town or county before a postcode whose shape is its own."""

COUNTY: Final = r"\b(?:County|Parish|Township|Borough|Twp|COUNTY|Precinct|Co\.)"

AREA: Final = r"\b(?i:the|greater|downtown|uptown|midtown|suburban|metro|metropolitan) (\p{Lu})"


def coded(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Nether Stowey, TA5 1NA; Nambour QLD 4560."""
    name = text[start:end]
    if phrases.generic(name) or (towns.spared(name) and not towns.known(name)) or (name.isupper() and len(name) < 4):
        return None
    return start, end


def labelled(text: str, at: int) -> tuple[int, int] | None:
    """A town behind "City:", or a phrase that leads to one; its postcode may stand first."""
    code = re.match(r"[\dOlISB]{5}[ ]{1,3}", text[at : at + 8])
    if code:
        end = towns.read(text, at + code.end(), strict=False, cue=True)
        return (at, end) if end is not None else None
    qualified = _QUALIFIED.match(text, at)
    begin = qualified.end() if qualified else at
    if begin >= len(text) or not (text[begin].isupper()):
        return None
    end = towns.read(text, begin, strict=False, cue=True)
    if end is None or towns.follows_eponym(text, end):
        return None
    return begin, end


def cued(text: str, at: int) -> tuple[int, int] | None:
    """A town behind "lives in" and the like."""
    if _NEAR.search(text[max(0, at - 40) : at]):
        return labelled(text, at)
    before = phrases.before(text, at, 9)
    while (
        before
        and before[-1] in ("the", "our", "a", "of", "outside", "just")
        and len(before) > 1
        and before[-2] in _PREPOSITIONS | {"just"}
    ):
        before.pop()
    if not before or before.pop() not in _PREPOSITIONS:
        return None
    of = re.search(r"(?i)\bof[ \t\n]+(?:the[ \t\n]+)?$", text[max(0, at - 12) : at]) is not None
    for word in reversed(before):
        if word in (_OF if of else _STRONG):
            return labelled(text, at)
        if word not in _FILLERS:
            return None
    return None


def weak(text: str, at: int) -> tuple[int, int] | None:
    """A known or townlike name behind "in", "from" and the like."""
    behind = _WEAK.search(text[max(0, at - 20) : at])
    if behind is None:
        return None
    end = towns.read(text, at, strict=True, cue=True)
    if end is None or towns.follows_eponym(text, end):
        return None
    if (
        behind[1].lower() == "of"
        and lexicon.people(text[at:end].lower()) < _OF_PEOPLE
        and "," not in text[at:end]
        and " " not in text[at:end]
    ):
        return None
    return at, end


_AMBIGUOUS: Final = frozenset(
    ("MD", "PA", "DO", "MS", "MA", "RN", "ND", "PT", "AS", "VA", "ID", "OR", "IN", "CO", "ME")
)
"""Abbreviations of states that are also degrees, or words in capitals."""


def stated(text: str, at: int) -> tuple[int, int] | None:
    """A name to the left of ", NM": the comma stands at `at`."""
    begin = phrases.left(text, at, limit=4)
    name = text[begin:at]
    if begin >= at or phrases.generic(name) or (towns.spared(name) and not towns.known(name)):
        return None
    end = towns.state(text, at)
    if end is None or towns.maker(text, begin, end):
        return None
    zipped = towns.postcode(text, end)
    abbreviated = text[at:end].strip(" ,\n\t")
    if not towns.plausible(name, cue=False, zipped=zipped > end):
        return None
    person = not towns.known(name) or name.lower() in lexicon.surnames()
    if abbreviated in _AMBIGUOUS and person and zipped == end:
        cue = re.search(r"(?i)\b(?:in|from|of|near|at|to)[ \t\n]{1,2}$", text[max(0, begin - 12) : begin])
        if cue is None:
            return None
    return begin, zipped


def county(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Cook County; precinct 12."""
    if text[start:end].lower() == "precinct":
        number = re.match(r" (?:No\.? ?)?\d{1,3}\b", text[end : end + 12])
        return (start, end + number.end()) if number else None
    begin = phrases.left(text, start, limit=3)
    name = text[begin:start].strip()
    if (
        not name
        or phrases.generic(name)
        or towns.spared(name)
        or (
            text[start:end] == "Co."
            and not re.match(r"(?i)(?:in|from|of)", text[max(0, begin - 5) : begin].strip() or "x")
        )
    ):
        return None
    after_state = towns.state(text, end)
    return begin, after_state if after_state is not None else end


def area(text: str, at: int) -> tuple[int, int] | None:
    """Greater Boston, the Milwaukee area."""
    stop = phrases.right(text, at, limit=3)
    name = text[at:stop]
    if stop <= at or towns.spared(name) or phrases.generic(name):
        return None
    match = towns.AREA_NOUN.match(text, stop)
    downtown = re.search(
        r"(?i)(?:greater|downtown|uptown|midtown|suburban|metro(?:politan)?) $", text[max(0, at - 14) : at]
    )
    if match is None and downtown is None:
        return None
    unit = (
        match is not None and re.match(r"[- ](?:county|parish|township|district|borough)\b", match.group()) is not None
    )
    if unit and phrases.proper(name) and phrases.titled(name):
        return at, match.end() if match else stop
    if not (towns.sure(name) or (downtown and phrases.proper(name) and phrases.titled(name))):
        return None
    return (at, match.end() if match else stop) if not towns.follows_eponym(text, stop) else None


def lower_case(text: str, at: int) -> tuple[int, int] | None:
    """A town in lower case behind "i live in": up to three words that are one, or one that English does not know."""
    qualified = _QUALIFIED.match(text, at)
    begin = qualified.end() if qualified else at
    words = list(re.finditer(r"[a-zà-ÿ'.-]+", text[begin : begin + 60]))
    best = None
    for count in range(1, min(4, len(words)) + 1):
        if count > 1 and words[count - 1].start() - words[count - 2].end() != 1:
            break
        end = begin + words[count - 1].end()
        name = text[begin:end].rstrip(".")
        size = lexicon.people(name)
        if towns.spared(name) or not name:
            continue
        single = count == 1
        listed = size > 0 and not (single and name in lexicon.common())
        stands = towns.state(text, begin + len(name), lower=True) is not None and name not in lexicon.words("generic")
        if listed or stands or (single and len(name) > 4 and name.isalpha() and not lexicon.medical(name)):
            best = begin + len(name)
    if best is None or not words or words[0].start() != 0:
        return None
    after_state = towns.state(text, best, lower=True)
    return begin, towns.postcode(text, after_state if after_state is not None else best)
