"""Places below a state, and what places a person: 45 CFR 164.514(b)(2)(i)(B).

Streets, towns, counties, districts and postcodes go, hospitals, practices, homes and schools with them; states,
countries and peoples stay. The rule would let the first three digits of a ZIP code stand where more than 20,000
people share them; all five go here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from filters.phi.places import (
    addresses,
    facilities,
    facility_cues,
    fields,
    lexicon,
    postcodes,
    said,
    said_towns,
    streets,
    town_cues,
    towns,
)
from filters.phi.policy import Policy
from filters.phi.scanning import Range, Scanner, Search
from filters.phi.spans import Span
from filters.phi.text import Text

_AROUND: Final = 220  # bytes on either side that a check may read

_NAMES_RULE: Final = re.compile(
    r"[ ](?:(?!with\b|for\b|on\b|and\b|in\b|who\b|has\b|had\b|to\b|via\b)[a-z\-]+[ ])?"
    r"(?:rules?|criteria|classification|scale|score|grade|questionnaire|boil)\b"
)
"""What a town gives its name to: "San Francisco syncope rule"."""

Local = Callable[[str, int, int, Any], tuple[int, int] | None]
"""From a window of the text, and where the match (or its first group) begins and ends there: the place, or None."""


class _Window:
    """A piece of a text around a match, in characters."""

    __slots__ = ("begin", "end", "start", "text")

    def __init__(self, text: bytes, start: int, end: int) -> None:
        """`start` and `end`: the match in bytes."""
        begin, stop = max(0, start - _AROUND), min(len(text), end + _AROUND)
        while begin < start and text[begin] & 0xC0 == 0x80:
            begin += 1
        while end < stop < len(text) and text[stop] & 0xC0 == 0x80:
            stop -= 1
        self.begin = begin
        self.text = text[begin:stop].decode()
        self.start = len(text[begin:start].decode())
        """The match in characters of the window."""
        self.end = self.start + len(text[start:end].decode())

    def range(self, found: tuple[int, int]) -> Range:
        """Characters of the window as bytes of the text."""
        first = self.begin + len(self.text[: found[0]].encode())
        return first, first + len(self.text[found[0] : found[1]].encode())


def _search(name: str, kind: str, expression: str, local: Local) -> Search:
    def check(text: bytes, match: Any) -> Range | None:
        group = next((each for each in range(1, match.re.groups + 1) if match.group(each) is not None), 0)
        window = _Window(text, *match.span(group))
        found = local(window.text, window.start, window.end, match)
        return None if found is None else window.range(found)

    return Search(name, kind, gaps(expression), check)


def gaps(expression: str) -> str:
    """`[ ]` of an expression as up to three blanks: one of three bytes is read as three."""
    return re.sub(r"\[ \](?![?{*+])", "[ ]{1,3}", expression).replace("[ ]?", "[ ]{0,3}")


def _behind(text: bytes, match: Any) -> Span | None:
    """A capital behind a preposition: a town behind "lives in", a hospital behind "treated at", else what is known."""
    window = _Window(text, *match.span(1))
    for kind, rule, local in _READINGS:
        found = local(window.text, window.start)
        if found is not None:
            return Span(*window.range(found), kind, rule)
    return None


_READINGS: Final = (
    ("GEO", "town-cued", town_cues.cued),
    ("HOSPITAL", "hospital-cued", facility_cues.cued),
    ("GEO", "town-weak", town_cues.weak),
    ("HOSPITAL", "hospital-at", facility_cues.at),
)


def _known(name: str, *, cued: bool, lower: bool) -> str:
    """An expression of the health systems of a list, in whatever spelling of blanks and apostrophes."""
    spelled = []
    for system in lexicon.systems(name):
        if lower and (cued or len(system) < 6):
            continue
        quoted = (
            re.escape(system).replace(r"\ ", r"[ \n\-\x{2010}\x{2011}]{1,3}").replace("'", "['’]?").replace(r"\-", "-")
        )
        spelled.append(quoted.replace(r"\.", r"\.?").replace(r"\&", "&"))
    cue = r"\b(?i:at|to|from|our)[ \n](?:(?i:the|our)[ \n])?" if cued else r"\b"
    return rf"{'(?i)' if lower else ''}{cue}((?:{'|'.join(spelled)})(?:['’]s)?)\b"


def _first(window: str, name: int, match: Any) -> int:
    """Where in the window the whole match begins, its group at `name`."""
    return name - (len(match.group()[: match.start(1) - match.start()].decode()))


def _whole(window: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    return start, end


def _system(window: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    if facilities.issues(window, start, end):
        return None
    return start, facilities.tail(window, facilities.extended(window, start, end))


def _place(window: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    if facilities.issues(window, start, end) or towns.maker(window, start, end) or _NAMES_RULE.match(window, end):
        return None
    return start, end


def _searches(lower: bool) -> tuple[Search, ...]:
    found = [
        Search("behind", "GEO", facility_cues.BEHIND, _behind),
        _search(
            "hospital-head", "HOSPITAL", facilities.HEADS, lambda w, s, e, m: facilities.facility(w, s, e, lower=lower)
        ),
        _search(
            "hospital-of",
            "HOSPITAL",
            facility_cues.PREFIXED,
            lambda w, s, e, m: facility_cues.prefixed(w, _first(w, s, m), s),
        ),
        _search(
            "hospital-label",
            "HOSPITAL",
            facility_cues.DIRECT,
            lambda w, s, e, m: facility_cues.unknown(w, s, bare=False),
        ),
        _search("hospital-field", "HOSPITAL", fields.FACILITY, lambda w, s, e, m: fields.facility(w, s)),
        _search("hospital-bracket", "HOSPITAL", fields.BRACKETED, lambda w, s, e, m: fields.facility(w, s)),
        _search("hospital-school", "HOSPITAL", fields.SCHOOL, _whole),
        _search("address-corner", "ADDRESS", fields.CORNER, _whole),
        _search("town-field", "GEO", fields.TOWN, lambda w, s, e, m: fields.town(w, s)),
        _search("town-from", "GEO", fields.FROM, lambda w, s, e, m: fields.come_from(w, s)),
        _search("town-in", "GEO", fields.IN, lambda w, s, e, m: fields.known(w, s)),
        _search("town-chain", "GEO", fields.CHAIN, lambda w, s, e, m: fields.of_chain(w, s)),
        _search("town-police", "GEO", fields.POLICE, lambda w, s, e, m: fields.of_police(w, s, e)),
        _search("hospital-saint", "HOSPITAL", facility_cues.SAINT, _system),
        _search("hospital-office", "HOSPITAL", facility_cues.OFFICE, _whole),
        _search("hospital-system", "HOSPITAL", _known("plain", cued=False, lower=False), _system),
        _search("hospital-system-cued", "HOSPITAL", _known("cued", cued=True, lower=False), _system),
        _search("address-street", "ADDRESS", streets.STREET, lambda w, s, e, m: addresses.street(w, s, e)),
        _search("address-name", "ADDRESS", streets.NAMED, lambda w, s, e, m: (s, addresses.rest(w, e))),
        _search("address-the", "ADDRESS", streets.THE, lambda w, s, e, m: addresses.rare(w, s, e)),
        _search("address-rare", "ADDRESS", streets.RARE, lambda w, s, e, m: addresses.rare(w, s, e)),
        _search("address-numbered", "ADDRESS", streets.NUMBERED, lambda w, s, e, m: addresses.street(w, s, e)),
        _search("address-box", "ADDRESS", streets.BOX, lambda w, s, e, m: (s, addresses.rest(w, e))),
        _search("address-military", "ADDRESS", streets.MILITARY, _whole),
        _search("address-es", "ADDRESS", streets.SPANISH, lambda w, s, e, m: (s, addresses.rest(w, e))),
        _search("address-fr", "ADDRESS", streets.FRENCH, lambda w, s, e, m: (s, addresses.rest(w, e))),
        _search("address-de", "ADDRESS", streets.GERMAN, lambda w, s, e, m: addresses.german(w, s, e)),
        _search("address-it", "ADDRESS", streets.ITALIAN, lambda w, s, e, m: addresses.italian(w, s, e)),
        _search("address-label", "ADDRESS", streets.LABEL, lambda w, s, e, m: addresses.labelled(w, s, e)),
        _search("town-label", "GEO", town_cues.LABEL, lambda w, s, e, m: town_cues.labelled(w, s)),
        _search("town-state", "GEO", town_cues.STATED, lambda w, s, e, m: town_cues.stated(w, s)),
        _search("town-coded", "GEO", town_cues.CODED, lambda w, s, e, m: town_cues.coded(w, s, e)),
        _search("town-county", "GEO", town_cues.COUNTY, lambda w, s, e, m: town_cues.county(w, s, e)),
        _search("town-area", "GEO", town_cues.AREA, lambda w, s, e, m: town_cues.area(w, s)),
        _search("town-known", "GEO", _large(), _place),
        _search("zip", "ZIP", postcodes.ZIPS, lambda w, s, e, m: postcodes.code(w, s, e)),
        _search("address-lower", "ADDRESS", streets.LOWER, lambda w, s, e, m: addresses.lower(w, s, e)),
        _search("town-lower", "GEO", town_cues.STRONG_LOWER, lambda w, s, e, m: town_cues.lower_case(w, s)),
        _search("zip-town", "ZIP", postcodes.CODED, lambda w, s, e, m: postcodes.coded(w, s, e - 1)),
        _search("zip-uk", "ZIP", postcodes.UK_POSTCODE, _whole),
        _search("zip-canada", "ZIP", postcodes.CANADA_POSTCODE, _whole),
    ]
    if lower:
        found += [
            _search("hospital-system-lower", "HOSPITAL", _known("plain", cued=False, lower=True), _system),
            _search("hospital-saint-lower", "HOSPITAL", facility_cues.SAINT_LOWER, _system),
            _search("hospital-said", "HOSPITAL", said_towns.HEADED, said_towns.headed),
            _search("hospital-said-of", "HOSPITAL", said_towns.PREFIXED, said_towns.prefixed),
            _search("hospital-said-saint", "HOSPITAL", said_towns.SAINT, said_towns.sainted),
            _search("zip-said", "ZIP", said.CODE_CUE, said.code),
            _search("zip-said-behind", "ZIP", said.CODE_BEHIND, said.behind),
            _search("address-said", "ADDRESS", said.STREET, said.street),
            _search("address-said-box", "ADDRESS", said.BOX, said.box),
            _search("address-said-named", "ADDRESS", said.NAMED, said.unnumbered),
            _search("address-said-at", "ADDRESS", said.AT_CUE, said.answered),
            _search("town-said", "GEO", said_towns.VISITED, said_towns.visited),
            _search("town-said-went", "GEO", said_towns.WENT, said_towns.went),
            _search("town-said-state", "GEO", said_towns.STATED, said_towns.stated),
            _search("town-said-known", "GEO", said_towns.known_behind(), _place),
        ]
    return tuple(found)


def _large() -> str:
    names = [re.escape(name.title()).replace(r"\ ", " ").replace(r"\-", "-") for name in lexicon.large()]
    return rf"\b(?:{'|'.join(sorted(names, key=lambda name: (-len(name), name)))})\b"


class PlaceFinder:
    """Finds places below a state."""

    def __init__(self, lower: bool) -> None:
        self._scanner = Scanner(_searches(lower))

    def find(self, text: Text) -> Iterable[Span]:
        """Spans of kinds GEO, ADDRESS, ZIP and HOSPITAL."""
        return self._scanner.find(text)


def finder(policy: Policy) -> PlaceFinder | None:
    """The finder of places; None if `policy` lets them stand."""
    return PlaceFinder(policy.letters == "any") if policy.places else None
