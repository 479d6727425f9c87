"""Places in forms and in shorthand: the value of a field, a name in brackets, a chain and its town."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import facilities, lexicon, phrases, towns

_KINDS: Final = (
    r"(?:(?:birth|referring|sending|receiving|treating|reporting|transferring|specialty|home|preferred|current)[ ])?"
    r"(?:facility|hospital|clinic|pharmacy|agency|home health(?: agency)?|nursing home|snf|ward|dialysis(?: unit)?|"
    r"funeral home|mortuary|hospice|group home|school|daycare|employer|practice|surgery|dme|store|home care)"
)
FACILITY: Final = (
    rf"(?:^|[\n.;,|•*(\t]|[ ]{{2}})[ ]{{0,3}}(?i:{_KINDS})(?:[ \t]*:[ \t]{{0,3}}|\t)"
    r"(?:\d{3,10}[ ])?(?:the )?(\p{Lu})"
)
"""A field of a form that holds a facility; a code may stand before the name."""

BRACKETED: Final = (
    r"\b(?i:osh|outside hospital|local hospital|referring hospital|hospital|facility|snf|ltac|ltach|nursing home|rehab|"
    r"group home|shelter|jail|prison|school|pharmacy|employer|hospice|alf|care home)[ ]?\((?:the )?(\p{Lu})"
)
"""OSH (Fort Sill)."""

SCHOOL: Final = r"\b(?:P|I|M|J\.H)\.S\.[ ]?#?\d{1,3}\b"
"""Schools of the city of New York, by their number."""

CORNER: Final = (
    r"\b((?i:corner|intersection) of[ ](?:\d{1,3}(?:st|nd|rd|th)|\p{Lu}[\p{L}.]+)(?:[ ]\p{Lu}[\p{L}.]+)?[ ](?:and|&)[ ]"
    r"(?:\d{1,3}(?:st|nd|rd|th)|\p{Lu}\p{L}+)(?:[ ](?:St|Ave|Rd|Blvd|Street|Avenue|Road)\b)?)"
)
"""Corner of 5th and Main."""

TOWN: Final = r"\b(?i:city|town|county|parish|village|hometown|birthplace|suburb)[ \t]*:[ \t]{1,3}(\p{Lu})"

FROM: Final = (
    r"(?:\b(?i:lives|resides|dwells)|(?i:house|flat|bungalow|apartment|cottage|farm|condo|trailer|caravan|duplex)[ ]in|"
    r"(?:,|\p{Lu}\p{L}+|\d[ ]?[MF],?)[ ](?:from|of))[ ](\p{Lu})"
)
"""After a name, an age or a comma: where somebody is from."""

IN: Final = r"\b(?:in|near|outside|going to|moved to|back to|drove to|flew to)[ ](\p{Lu})"

CHAIN: Final = (
    r"\b(?:Walgreens|CVS|Rite Aid|Walmart|Wal-Mart|Kroger|Costco|Safeway|Publix|Target|Meijer|Boots|Specsavers|Lloyds|"
    r"Superdrug|Shoppers|MinuteClinic|Minute Clinic|LabCorp|Quest|DaVita|Fresenius|Planned Parenthood|Concentra)"
    r"(?:[ ](?:Pharmacy|Drugs?|Dialysis|Opticians))?(?:,[ ]|[ ]in[ ]|[ ]\([ ]?|[ ])(\p{Lu})"
)
"""A chain of shops and clinics, and the town of the one meant."""

POLICE: Final = (
    r"\b(\p{Lu}\p{Ll}+(?:[ ]\p{Lu}\p{Ll}+)?)[ ](?:PD|P\.D\.|FD|SO|EMS)[ ]?"
    r"(?i:case|report|officers?|#|,|\.|notified|at bedside|custody|brought|transport|called|responded|ref)"
)
"""The police or the ambulance of a town."""

_ENDS: Final = re.compile(r"[ \t]{2}|[ \t]?[\n.,;()|\t]|$")
_WIDE: Final = re.compile(r"[ ]{2}|\t")
_CLAUSE: Final = re.compile(
    r"[ \t]?[\n.,;)]|$|[ ](?:for|with|on|to|after|by|via|who|c/o|when|while|until|till|since|and)\b"
)
_NO_VALUE: Final = lexicon.words("no_values")
_SHORTEST: Final = 4
"""Letters of a town that nothing but its place in the sentence gives away."""


def _stop(text: str, at: int, limit: int) -> int:
    """Where a name ends that a wide blank ends too."""
    stop = phrases.right(text, at, limit=limit)
    wide = _WIDE.search(text, at, stop)
    return stop if wide is None else wide.start()


def facility(text: str, at: int) -> tuple[int, int] | None:
    """The value of a field, or what stands in brackets behind "OSH"."""
    stop = _stop(text, at, 6)
    name = text[at:stop]
    words = phrases.tokens(name)
    if not words or phrases.generic(name) or words[0] in _NO_VALUE or not phrases.titled(name):
        return None
    if not (_ENDS.match(text, stop) or re.match(r"[ ](?:at|of|in|on)[ ][A-Z]", text[stop:])):
        return None
    everyday = all(word in lexicon.common() or lexicon.medical(word) for word in words)
    if everyday and not (len(words) > 1 or phrases.proper(name) or towns.known(name)):
        return None
    return at, facilities.tail(text, stop)


def town(text: str, at: int) -> tuple[int, int] | None:
    """The value of "County:", whatever word it is."""
    stop = _stop(text, at, 4)
    name = text[at:stop]
    words = phrases.tokens(name)
    if not words or words[0] in _NO_VALUE or name.lower() in lexicon.words("acronyms") or not _ENDS.match(text, stop):
        return None
    return None if phrases.generic(name) else (at, stop)


def _plain(text: str, at: int) -> tuple[int, str] | None:
    """Where a name ends that stands before a mark or a small word, and the name: words that are no others."""
    stop = phrases.right(text, at, limit=3)
    name = text[at:stop]
    words = phrases.tokens(name)
    if not words or len(name) < _SHORTEST or not _CLAUSE.match(text, stop) or not phrases.titled(name):
        return None
    if phrases.generic(name) or towns.spared(name) or any(lexicon.medical(word) for word in words):
        return None
    return None if all(word in lexicon.common() for word in words) else (stop, name)


def come_from(text: str, at: int) -> tuple[int, int] | None:
    """Of no list, yet no word that English or medicine knows."""
    found = _plain(text, at)
    if found is None or not phrases.proper(found[1]):
        return None
    if found[1].endswith(("ly", "ed")) and not towns.known(found[1]):
        return None  # "Lives Independently"
    if text[:at].endswith("of ") and not towns.known(found[1]):
        return None
    return at, found[0]


def known(text: str, at: int) -> tuple[int, int] | None:
    """A town of the list, which need not be large."""
    found = _plain(text, at)
    return (at, found[0]) if found is not None and towns.known(found[1]) else None


def of_chain(text: str, at: int) -> tuple[int, int] | None:
    """The town behind a chain's name; it may be a word of English ("Reading")."""
    stop = phrases.right(text, at, limit=2)
    name = text[at:stop]
    return (at, stop) if towns.known(name) and phrases.titled(name) and not phrases.generic(name) else None


def of_police(text: str, start: int, end: int) -> tuple[int, int] | None:
    name = text[start:end]
    return (start, end) if towns.known(name) and not towns.spared(name) else None
