"""Towns, counties and districts, with the state and the postcode behind them."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import lexicon, phrases

_BLANK: Final = r"[ \t\n]"
_NAMES: Final = "|".join(sorted((re.escape(name) for name in lexicon.STATES.values()), key=lambda name: (-len(name), name)))
_POST: Final = "|".join(sorted(lexicon.STATES))
_OLD: Final = "|".join(lexicon.OLD_STATES.split())
ZIP: Final = r"\b\d{5}(?:[-\u2013 ]\d{4})?\b(?![-.,]?\d)"
_STATE: Final = re.compile(
    rf",?[ \t\n]{{1,2}}(?:(?:{_POST})\b(?!\.?[a-z\d-])|(?i:{_NAMES})\b|(?:{_OLD})\.|(?:N\.[YJCMHD]|S\.[CD]|R\.I|W\.V|D\.C)\.(?:A\.)?)(?![-\w])"
)
_STATE_LOWER: Final = re.compile(rf"(?i),?[ \t\n]{{1,2}}(?:{_NAMES})\b(?![-\w])")
_ZIP: Final = re.compile(rf",?[ \t\n]{{1,3}}(?:{ZIP}|[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}\b|[A-Z]\d[A-Z] ?\d[A-Z]\d\b|-? ?\d{{3}} ?\d{{3}}\b)")
_COUNTRY_AFTER: Final = re.compile(r",[ \t\n]{1,2}([A-Z][\w. ]{2,24})")
_AREA: Final = re.compile(r"(?:[- ](?:area|region|suburbs?|metro(?:politan)?(?: area)?|county|parish|township|district|borough|vicinity|proper|city limits)\b)+")
_QUALIFIED: Final = re.compile(
    r"(?:(?:the|greater|downtown|uptown|midtown|rural|suburban|central|inner|metropolitan|metro|nearby|old|north(?:ern|east|west)?|south(?:ern|east|west)?|east(?:ern)?|"
    r"west(?:ern)?|just|outside|around|near|city of|town of|village of|county of|suburbs? of|outskirts of|a suburb of|city|town|upstate|here|back)[ \t\n]){1,3}"
)

_STRONG: Final = frozenset(
    "live lives living lived reside resides residing resided resident residents native born raised grew growing moved moving relocated "
    "relocating hometown hails stay stays staying stayed vacation vacationed vacationing travel travels traveled travelled traveling "
    "travelling trip trips flew flying drove drives driving commutes commuting incarcerated deployed stationed emigrated immigrated immigrant settled retired visiting "
    "returned returning arrived came originally city town village suburb suburbs outskirts municipality".split()
)
_OF: Final = frozenset("resident residents native city town village suburb suburbs outskirts municipality".split())
_FILLERS: Final = frozenset(
    "back now currently alone independently there here over up down out today last year together nearby with her his their my wife husband "
    "mother father family parents son daughter children sister brother sons daughters and and/or two three four partner boyfriend girlfriend "
    "by herself himself themselves cats dogs dog cat roommate roommates a an the in on at apartment house home farm trailer condo condominium alone town "
    "assisted mobile small single story group sober houseboat ranch shelter just outside raised recently permanently full time part originally".split()
)
_NEAR: Final = re.compile(
    r"(?i)\b(?:near|outside(?: of)?|closer? to|moving to|moved to|miles (?:from|of|outside|north of|south of|east of|west of)|originally from|driving (?:from|to)|drive (?:from|to)|"
    r"(?:pt|patient|man|woman|boy|girl|gentleman|lady|farmer|student|visitor|traveler|traveller|tourist|immigrant|refugee|veteran|worker|teacher|couple|family|native|he is|she is|he's|she's|i'm|i am|"
    r"is|was|hails|comes?|came) from|(?:household|family|relatives|clinic|office|hospital|pharmacy|lab|school|job|business|bed avail(?:able)?|bed|placement|home|house|apartment|farm|church|store|"
    r"practice|[a-z]{4,}ist|doctor|specialist|facility|snf|rehab|cottage|born|raised|brother|sister|son|daughter|mother|father|aunt|uncle|cousin|friend|boyfriend|girlfriend|daughter|parents|living|residing|"
    r"lives|lived|live) in|(?:specialist|therapist|doctor|lab|clinic|pharmacy|rheumatologist|[a-z]{4,}ist|anyone|anybody|somewhere|somebody) around)[ \n]{1,3}(?:the[ ]{1,3})?$"
)
"""Words directly before a name that hardly anything but a town follows."""
_PREPOSITIONS: Final = frozenset("in at of to from near outside around through".split())
_WEAK: Final = re.compile(
    r"(?i)\b(in|from|near|of|around|outside|to|at|into|between|en|de|à|bei|aus|nach|da|di)[ \t\n]+(?:(?:the|our)[ \t\n]+)?$"
)
_OF_PEOPLE: Final = 50_000
"""People from which a town is known behind "of", which joins much else."""
STRONG_LOWER: Final = (
    r"\b(?i:live|lives|living|lived|resides?|residing|resident|native|born|raised|grew up|moved|moving|relocated|hometown|visiting|vacation|travell?ed|travell?ing|trip|flew|fly|flying|drove|stationed|"
    r"returned|originally|i'm|i am|he's|she's|we're|pt|patient|farmer|man|woman|household|family|machinist|[a-z]{4,}ologist|avail|office|clinic|lab|closer|home|job|miles|somewhere|anyone)(?: (?i:up|back|out|over|here|now|down))?[ \n]{1,3}"
    r"(?i:in|at|to|from|near|outside|around|of)[ \n]{1,3}([a-zà-ÿ])|\b(?i:near|outside|outside of|around|ship to|moving to)[ ]{1,3}([a-zà-ÿ])"
)
LABEL: Final = (
    r"\b(?i:city|town|hometown|home town|birthplace|place of (?:birth|residence)|residence|county|municipality|locality|location|resides in|lives in|lugar de nacimiento|localidad(?:/ provincia)?|"
    r"municipio|provincia|poblaci[oó]n|ville|commune|domicile|wohnort|geburtsort|ort|comune|citt[aà]|luogo di nascita|residente (?:en|a|in)|vive en|habite(?: [aà])?|wohnhaft in|wohnt in|natural de|"
    r"procedente de|origin(?:ario|aire) d[ei]|aus|domicilio|n[ée]e? à|nato a|nata a)[ \t]*[:=]?[ \t\n]{1,3}(\p{Lu})"
)
STATED: Final = rf",[ \t\n]{{1,2}}(?:(?:{_POST})\b|(?:{_NAMES})\b|(?:{_OLD})\.)"
_FIVE: Final = r"\d{5}(?:[ ]{0,3}[-\x{2010}-\x{2015}\x{2212}][ ]{0,3}\d{4}|[ ]\d{4})?"
ZIPS: Final = (
    rf"(?:\b(?:{_POST})|\b(?i:{_NAMES})|\b(?:{_OLD})\.)[,]?[ \t\n]{{1,3}}({_FIVE})\b|"
    r"(?i:\b(?:zips?(?:[ -]?codes?)?|post(?:al|[ -]?codes?)(?: codes?| districts?| area)?|pin(?:[ -]?code)|c[oó]digo postal|c\.p\.|code postal|plz|cap)\b)(?:[ \t]*(?:is|was|of|:|=|#|,|\())?[ \t]{0,3}\(?"
    rf"({_FIVE}|\d{{3}} ?\d{{3}}|[A-Za-z]{{1,2}}\d[A-Za-z\d]? ?\d[A-Za-z]{{2}}|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d)\b|"
    r"(?i:\b(?:(?:i['’]?m|i am|we['’]?re|we are|lives?|living|lived|located|based|moved|moving|resid(?:es?|ing)|area|clinic|office|pharmacy|therapist|doctor|provider|specialist|house|home|patients?|person)[ ]{1,3}"
    r"(?:in|near|from|to|around|at)|near|around|close to|miles (?:of|from)|covers|serves|serving|ships? to|shipped to|deliver(?:s|ed)? to|mail(?:ed)? to))[ ]{1,3}"
    rf"({_FIVE})(?:[.,;:!?)]|[ ](?:on|if|and|but|for|who|where|with|takes|that|which|since|area|code|zip|now|until|is|was|to|in)\b|\n|$)"
)
_AREAS: Final = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU HA HD HG HP HR HS HU HX IG IP IV "
    "KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF "
    "TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
UK_POSTCODE: Final = rf"\b(?:{'|'.join(_AREAS.split())})\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{{2}}\b"
CANADA_POSTCODE: Final = r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d\b"
COUNTY: Final = r"\b(?:County|Parish|Township|Borough|Twp|COUNTY|Precinct|Co\.)"
AREA: Final = r"\b(?i:the|greater|downtown|uptown|midtown|suburban|metro|metropolitan) (\p{Lu})"


def spared(name: str) -> bool:
    """A country, a state, a people: what may stand."""
    low = " ".join(phrases.tokens(name))
    return low in lexicon.broad() and low not in lexicon.CITY_STATES


def known(name: str) -> bool:
    """A listed town."""
    low = " ".join(name.lower().split()).strip(" .,'’")
    return lexicon.people(low) > 0 and low not in ("of", "hospital", "man", "time")


def _sure(name: str) -> bool:
    """A town by its name alone, behind no more than "in" or "from"."""
    shouted = name.isupper() and len(name) > 5
    if not (phrases.titled(name) or shouted or name.lower() in lexicon.words("nicknames")):
        return False
    low = re.sub(r"['’]s?$", "", " ".join(name.lower().split()).strip(" .,"))
    size = lexicon.people(low)
    person = low in lexicon.surnames()
    if low in lexicon.broad() and low not in lexicon.CITY_STATES:
        return False
    if low in lexicon.common() or low in lexicon.words("generic") or low in lexicon.words("acronyms"):
        return False
    if size:
        return not person or size >= 50_000
    return not person and lexicon.townlike(low) and len(low) > 5


def state(text: str, at: int, *, lower: bool = False) -> int | None:
    """Where a state ends that stands at `at`, behind a comma or a blank."""
    match = (_STATE_LOWER if lower else _STATE).match(text, at)
    return match.end() if match else None


def postcode(text: str, at: int) -> int:
    """Where a postcode ends that stands at `at`; `at` if there is none."""
    match = _ZIP.match(text, at)
    return match.end() if match else at


def read(text: str, at: int, *, strict: bool, cue: bool = False) -> int | None:
    """Where a town ends that begins at `at`, with its state and postcode; None if there is none.

    `strict` asks for a town that is sure by itself or by its state; else a name will do, as behind "lives in".
    """
    stop = phrases.right(text, at, limit=5)
    if stop <= at:
        return None
    name = text[at:stop]
    after_state = state(text, stop)
    # "Boston MA 02115": the state was read as a word of the name.
    inner = re.search(rf"[ \t](?:{_POST})$", name)
    if inner and after_state is None:
        name, after_state, stop = name[: inner.start()], stop, at + inner.start()
    if phrases.generic(name) or spared(name):
        spelled = name.lower().strip(" .") in lexicon.CITY_STATES
        return _with(text, at, stop, after_state) if spelled and (cue or after_state is not None) else None
    if name.upper() in {word.upper() for word in lexicon.words("acronyms")}:
        return None
    comma = text[stop : stop + 1] == ","
    if after_state is not None and _plausible(
        name, cue=not strict or (comma and phrases.proper(name)), zipped=postcode(text, after_state) > after_state
    ):
        return _with(text, at, stop, after_state)
    if strict and not _sure(name):
        first = _longest(text, at, stop)
        return first if first is not None and first > at else None
    if not strict and not _namelike(name, text, at):
        return None
    return _with(text, at, stop, None)


def _longest(text: str, at: int, stop: int) -> int | None:
    """The longest beginning of several words that is a town: "Boston General" is one and a word."""
    cut = text.rfind(" ", at, stop)
    while cut > at:
        if _sure(text[at:cut]):
            after = phrases.tokens(text[cut:stop])
            return None if any(word in lexicon.words("eponym_nouns") for word in after) else cut
        cut = text.rfind(" ", at, cut)
    return None


def _plausible(name: str, *, cue: bool, zipped: bool) -> bool:
    """A name before a state's abbreviation is a town, and not a person before a degree: "Smith, MD"."""
    low = name.lower().strip(" .,")
    return cue or zipped or lexicon.people(low) > 0 or lexicon.townlike(low)


def _namelike(name: str, text: str, at: int) -> bool:
    low = name.lower().strip(" .,")
    if low in lexicon.words("acronyms") or re.search(r"\d", name) or len(name) < 3:
        return lexicon.people(low) > 0 and len(name) > 1
    if name.split()[0].rstrip(".") in ("Dr", "Mr", "Mrs", "Ms", "Miss", "Prof", "Drs"):
        return False
    if not phrases.titled(name) and not name.isupper() and not known(name):
        return False
    if name.isupper() and len(name) < 6:
        return known(name) and name in ("NYC", "LA", "SF", "NOLA")
    if name.isupper():  # a text in capitals: every word looks like a name
        return known(name) or lexicon.townlike(low) or " " not in name and low not in lexicon.common()
    words = phrases.tokens(name)
    return any(word not in lexicon.words("generic") for word in words)


def _with(text: str, at: int, stop: int, after_state: int | None) -> int:
    end = after_state if after_state is not None else stop
    zipped = postcode(text, end)
    if zipped > end:
        return zipped
    if after_state is None:
        area = _AREA.match(text, end)
        return area.end() if area else end
    return end


def labelled(text: str, at: int) -> tuple[int, int] | None:
    """A town behind "City:", or a phrase that leads to one."""
    qualified = _QUALIFIED.match(text, at)
    begin = qualified.end() if qualified else at
    if begin >= len(text) or not (text[begin].isupper()):
        return None
    end = read(text, begin, strict=False, cue=True)
    if end is None or _follows_eponym(text, end):
        return None
    return begin, end


def cued(text: str, at: int) -> tuple[int, int] | None:
    """A town behind "lives in" and the like."""
    if _NEAR.search(text[max(0, at - 40) : at]):
        return labelled(text, at)
    before = phrases.before(text, at, 9)
    while before and before[-1] in ("the", "our", "a", "of", "outside", "just") and len(before) > 1 and before[-2] in _PREPOSITIONS | {"just"}:
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
    end = read(text, at, strict=True, cue=True)
    if end is None or _follows_eponym(text, end):
        return None
    if behind[1].lower() == "of" and lexicon.people(text[at:end].lower()) < _OF_PEOPLE and "," not in text[at:end] and " " not in text[at:end]:
        return None
    return at, end


def _follows_eponym(text: str, end: int) -> bool:
    if re.match(r"['’]s\b", text[end:]):
        return True
    following = re.match(r"[ \t]?-?[ \t]?([A-Za-z-]+)", text[end : end + 30])
    return following is not None and following[1].lower() in lexicon.words("eponym_nouns")


def stated(text: str, at: int) -> tuple[int, int] | None:
    """A name to the left of ", NM": the comma stands at `at`."""
    begin = phrases.left(text, at, limit=4)
    name = text[begin:at]
    if begin >= at or phrases.generic(name) or spared(name):
        return None
    end = state(text, at)
    if end is None:
        return None
    zipped = postcode(text, end)
    abbreviated = text[at:end].strip(" ,\n\t")
    if not _plausible(name, cue=False, zipped=zipped > end):
        return None
    if abbreviated in ("MD", "PA", "DO", "MS", "MA", "RN", "ND", "PT", "AS", "VA", "ID", "OR", "IN", "CO", "ME") and not (
        zipped > end or known(name) and not (name.lower() in lexicon.surnames())
    ):
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
    if not name or phrases.generic(name) or spared(name) or (text[start:end] == "Co." and not re.match(r"(?i)(?:in|from|of)", text[max(0, begin - 5) : begin].strip() or "x")):
        return None
    after_state = state(text, end)
    return begin, after_state if after_state is not None else end


def area(text: str, at: int) -> tuple[int, int] | None:
    """Greater Boston, the Milwaukee area."""
    stop = phrases.right(text, at, limit=3)
    name = text[at:stop]
    if stop <= at or spared(name) or phrases.generic(name):
        return None
    match = _AREA.match(text, stop)
    downtown = re.search(r"(?i)(?:greater|downtown|uptown|midtown|suburban|metro(?:politan)?) $", text[max(0, at - 14) : at])
    if match is None and downtown is None:
        return None
    unit = match is not None and re.match(r"[- ](?:county|parish|township|district|borough)\b", match.group()) is not None
    if unit and phrases.proper(name) and phrases.titled(name):
        return at, match.end() if match else stop
    if not (_sure(name) or (downtown and phrases.proper(name) and phrases.titled(name))):
        return None
    return (at, match.end() if match else stop) if not _follows_eponym(text, stop) else None


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
        if spared(name) or not name:
            continue
        single = count == 1
        if size and (not single or name not in lexicon.common()) or (state(text, begin + len(name), lower=True) and name not in lexicon.words("generic") and count <= 3):
            best = begin + len(name)
        elif single and name not in lexicon.common() and name not in lexicon.words("generic") and len(name) > 5 and lexicon.townlike(name):
            best = begin + len(name)
    if best is None or not words or words[0].start() != 0:
        return None
    after_state = state(text, best, lower=True)
    return begin, postcode(text, after_state if after_state is not None else best)
