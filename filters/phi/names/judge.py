"""What speaks against a name that a cue gives away."""

from __future__ import annotations

import re

from filters.phi.names.again import called
from filters.phi.names.cues import Cue, listed
from filters.phi.names.lexicon import OTHER, Is
from filters.phi.names.parts import Name, Token, Trust
from filters.phi.names.reader import Reader
from filters.phi.names.spare import cited, spared

_LOWER_UNKNOWN = frozenset({"name-title", "name-named", "name-calling", "name-label", "name-field", "name-greeting"})
"""Cues after which an unknown word in lower case is a name."""
_ABBREVIATIONS = (
    "SC BID QD TID HS ID NO IV IM PO OR ER ED PT MI BP HR DM CT MR US ICU HF AF VT CA UK EU OT RN MD DO NP PA SI "
    "RA MS TB UC CD"
)
_NO_INITIALS = frozenset(_ABBREVIATIONS.split())
_FOLLOWS = re.compile(r"\s{1,2}[a-z]")
"""An ordinary word in small letters: a sentence begins here rather than a field ends."""
_CLOSES = re.compile(r"[ \t]*(?:[.(]|,?[ \t]*(?:\n|$))")
_SIGNED = re.compile(r"(?:^|[\n:;/]|\b(?:by|with|and|from|to))\s*$")
_STATES = re.compile(r",\s*(?:MD|MA|PA|MS|MT|DC|CC|CM|DO|OT|OD|RD|BS|BA|MT)\b")
_FIELD_ENDS = re.compile(r"\s*(?:[,.;()\n]|$)")


def written(reader: Reader, name: Name, cue: Cue) -> bool:
    """A name in lower case where names are written with capitals: by a title, or known and usual."""
    if cue.trust is Trust.TITLE:
        return True
    usual = all(part.kind & (Is.USUAL_GIVEN | Is.USUAL_FAMILY) or part.initial for part in name.parts)
    if any(part.named and part.kind & (Is.USUAL_GIVEN | Is.USUAL_FAMILY) for part in name.parts):
        return usual or _FIELD_ENDS.match(reader.text, name.end) is not None
    whole = cue.rule == "name-label" and len(name.parts) > 1 and all(part.named or part.unknown for part in name.parts)
    return whole and _FIELD_ENDS.match(reader.text, name.end) is not None


def stands(reader: Reader, name: Name, cue: Cue, trust: Trust) -> bool:
    """Nothing speaks against it."""
    first, text = name.parts[0], reader.text
    if text[name.end : name.end + 1] == "]" and text[name.start - 1 : name.start] == "[":  # a placeholder
        return False
    if trust is Trust.TITLE:
        return not cited(text, name)
    if not first.capital and not _small(text, first, cue):
        return False
    if trust is Trust.CUE and not _likely(reader, name, cue):
        return False
    if cue.rule == "name-line" and name.parts[-1].word.lower() in listed("species"):
        return False
    if cue.rule == "name-closing" and not _CLOSES.match(text, name.end):
        return False
    if cue.rule == "name-credential" and len(name.parts) == 1 and _town(text, name):
        return False
    if first.word.lower() in reader.lexicon.suffixes or (len(name.parts) == 1 and reader.in_small(first)):
        return False
    return not spared(text, name, reader.lexicon)


def _small(text: str, first: Token, cue: Cue) -> bool:
    """A first part in lower case may be one after this cue."""
    loose = cue.rule in _LOWER_UNKNOWN
    if first.kind & Is.EVERYDAY and (not loose or cue.rule == "name-calling"):
        return False
    return loose or not (first.unknown or (first.kind & OTHER and not called(text, first)))


def _likely(reader: Reader, name: Name, cue: Cue) -> bool:
    """Some part looks like a name's, and a word that is also a name is not followed by a sentence."""
    first, parts = name.parts[0], name.parts
    if all(part.initial for part in parts):
        return True
    usual = Is.USUAL_GIVEN
    if cue.family and not reader.speech:
        usual |= Is.USUAL_FAMILY
    if cue.rule == "name-greeting":
        usual |= Is.GIVEN
    if not any(part.named or part.unknown or part.kind & usual for part in parts):
        return False
    if (
        cue.rule in ("name-here", "name-calling")
        or len(parts) > 1
        or not first.capital
        or not first.kind & OTHER & ~Is.PLACE
    ):
        return True
    return _FOLLOWS.match(reader.text, name.end) is None


def _town(text: str, name: Name) -> bool:
    """ "Bethesda, MD": letters after a comma are a State's."""
    if _STATES.match(text, name.end) is None:
        return False
    return bool(name.parts[0].kind & Is.PLACE) or _SIGNED.search(text, max(0, name.start - 8), name.start) is None


def initials(text: str, start: int, end: int) -> Name | None:
    """Initials of a person, if they are no abbreviation."""
    word = text[start:end]
    letters = "".join(filter(str.isalpha, word)).upper()
    if letters in _NO_INITIALS:
        return None
    spelled = "".join(found[0] for found in re.findall(r"[^\W\d_]+", text[max(0, start - 40) : start])[-len(letters) :])
    if spelled.upper() == letters and text[max(0, start - 1) : start] == "(":  # "standardized patient (SP)"
        return None
    return Name(start, end, (Token(start, end, word, 0),)) if "." in word or " " in word or len(letters) == 2 else None
