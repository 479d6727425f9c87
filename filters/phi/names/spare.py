"""Names that are nobody's here: eponyms, authors of references, institutions."""

from __future__ import annotations

import re

from filters.phi.names.lexicon import Is, Lexicon
from filters.phi.names.parts import Name

_NEXT = re.compile(
    r"(?:['\u2019\u02bc]s?)?[\s\-\u2013]{1,2}([^\W\d_][\w'\u2019]{0,30})(?:[\s\-\u2013]{1,2}([^\W\d_][\w'\u2019]{0,30}))?"
)
_CITED = re.compile(
    r"(?:['\u2019]s)?(?:,?\s{1,2}et\.?\s{1,2}al\b|,?\s?[(\[](?:1[89]|20)\d\d|,\s(?:1[89]|20)\d\d[a-z]?[);,]|\s?\[\d{1,3}[\],\u2013-]|"
    r",?\s{1,2}(?:and|&|y|et|und|e)\s{1,2}(?:co-?workers|colleagues|cols?\b|associates|coll\b|"
    r"[^\W\d_][\w'\u2019-]{1,30}(?:,?\s?[(\[](?:1[89]|20)?\d\d|,\s(?:1[89]|20)\d\d[a-z]?[);,]|\s?\[\d|\s{1,2}et\s{1,2}al\b)))"
)
_FIRM = re.compile(r",? (?:&|and) (?:Sons|Co|Company|Associates|Partners)\b")
_BEFORE = re.compile(r"([^\W\d_]{2,30})(?:\s+of)?[\s\-\u2013]{1,2}$")


def cited(text: str, name: Name) -> bool:
    """The author of a reference: "Smith et al.", "Smith and Jones [12]", "Smith (2010)"."""
    return _CITED.match(text, name.end) is not None


def spared(text: str, name: Name, lexicon: Lexicon) -> bool:
    """By what stands around it the name is an eponym, a reference's author or an institution's."""
    if cited(text, name) or _FIRM.match(text, name.end):
        return True
    match = _NEXT.match(text, name.end)
    last = name.parts[-1]
    if match is not None and not last.initial:
        first, second = (word.lower() if word else "" for word in match.groups())
        first, second = first.removesuffix("'s").removesuffix("\u2019s"), second.removesuffix("'s")
        if (first in lexicon.eponym_after and not match.group(1).istitle()) or (
            first in lexicon.eponym_after and last.kind & Is.EPONYM
        ):
            return True
        if match.group(1)[0].isupper() and (
            first in lexicon.facility or (second in lexicon.facility and match.group(2)[0].isupper())
        ):
            return True
        if last.kind & Is.EPONYM and second in lexicon.eponym_after:
            return True
    if len(name.parts) == 1 and last.kind & Is.EPONYM:
        before = _BEFORE.search(text, max(0, name.start - 40), name.start)
        return before is not None and before.group(1).lower() in lexicon.eponym_before
    return False
