"""Words that may be names and that neither a rule nor a list decides: what is left for a model to judge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from filters.phi.names.lexicon import OTHER, Is
from filters.phi.names.parts import Token
from filters.phi.names.reader import Reader
from filters.phi.spans import Span
from filters.phi.text import Text

_WORD = r"[^\W\d_](?:[^\W\d_]|['\u2019\-](?=[^\W\d_])){1,40}"
_INSIDE = re.compile(rf"(?<=[\s(])({_WORD})(?=[\s,;.)'\u2019]|$)")
"""A word between blanks and marks. One character is looked behind, one ahead: linear."""
_SCIENCE = re.compile(
    r"[\s-]{1,2}(?:[\d=#]+|sp|spp|species|cells?|gene|protein|mice|rats|strain|mg|mcg|tablets?|capsules?|cream|gel)\b|"
    r"[^\n=]{0,40} = [<>]?\d"  # what was measured
)


def undecided(text: Text, found: Iterable[Span]) -> list[tuple[int, int]]:
    """Characters of words, outside `found`, that could be somebody's name.

    A word counts that has a capital, is no word of English, drug, disease or abbreviation by its form,
    is not in the text in lower case, and is a family name that nothing else supports, or nothing that any list knows.
    Neighbours are one range.
    """
    covered = sorted((span.start, span.end) for span in found)
    reader = Reader(text.characters, lower=False)
    ranges: list[tuple[int, int]] = []
    at = 0
    for start, end in _candidates(reader):
        span = text.span(start, end, "NAME", "")
        while at < len(covered) and covered[at][1] <= span.start:
            at += 1
        if at < len(covered) and covered[at][0] < span.end:
            continue
        if ranges and not reader.text[ranges[-1][1] : start].strip():
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
    return ranges


def _candidates(reader: Reader) -> Iterator[tuple[int, int]]:
    for match in _INSIDE.finditer(reader.text):
        if not match.group(1)[0].isupper():
            continue
        token = reader.token(match.start(1))
        if token is not None and _possible(reader, token):
            yield token.start, token.end


def _possible(reader: Reader, token: Token) -> bool:
    if len(token.word) < 3 or token.caps or token.abbreviation or token.kind & (OTHER | Is.EPONYM | Is.PROPER):
        return False
    if token.word.lower() in reader.words or _SCIENCE.match(reader.text, token.end):
        return False
    if reader.text[max(0, token.start - 2) : token.start].strip() in ("#", "=", "/"):
        return False  # "WBC # Bld = 8": a quantity's name
    following = reader.token(token.end + 1)
    # A name before a thing named after somebody is an eponym.
    return following is None or following.word.lower() not in reader.lexicon.eponym_after | reader.lexicon.facility
