"""Names by lists alone: a given name and a family name side by side, or an initial for one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.phi.names.lexicon import NAME, OTHER, Is
from filters.phi.names.parts import WORD, Name, Token, Trust
from filters.phi.names.reader import Reader
from filters.phi.names.spare import spared

_INITIAL = re.compile(r"\s[A-Z](?:\.|\b)|\b[A-Z]\.")
_INITIAL_AFTER = re.compile(
    r"\s?[,;:)(\n]|\s(?:who|was|is|has|had|seen|treated|admitted|presented|presents|with|at|from)\b|\s?$|['\u2019]s"
)
_SMALL_AFTER = re.compile(r"\s{1,2}[a-z]")


def in_run(reader: Reader, start: int, end: int) -> Iterator[Name]:
    """Names in a run of capitalised words."""
    text, givens = reader.text, reader.lexicon.written_givens
    run = text[start:end]
    if (
        givens.isdisjoint(run.replace(",", " ").split())
        and not _INITIAL.search(run)
        and not ("," in run and run.isupper())
    ):
        return
    at = start
    for match in WORD.finditer(text, start, end):
        word, after = match.group(), text[match.end() : match.end() + 4]
        if match.start() < at or not (
            len(word) == 1 or word in givens or after[:1] == "," or "-" in word or _INITIAL.match(after)
        ):
            continue
        token = reader.token(match.start())
        name = _pair(reader, token) if token is not None else None
        if name is not None and not spared(text, name, reader.lexicon):
            yield name
            at = name.end


def _pair(reader: Reader, token: Token) -> Name | None:
    """The name of at least two parts that begins with `token`."""
    if token.initial:
        return _initial_and_family(reader, token)
    if token.kind & Is.NEVER or not (token.kind & NAME or token.unknown):
        return None
    name = reader.forward(token.start, Trust.CUE, comma=True)
    if name is None or len(name.parts) < 2:
        return None
    if "," in reader.text[name.start : name.end]:
        good = _comma(reader, name)
    elif not name.parts[0].kind & Is.GIVEN:
        good = _unknown_and_initial(reader, name)
    elif name.parts[-1].initial:
        good = _given_and_initial(reader, name)
    else:
        good = _given_and_family(reader, name)
    return name if good else None


def _sure(part: Token) -> bool:
    """A given name that is nothing else, or a usual one that is also a place's ("Charlotte")."""
    if not part.kind & (OTHER | Is.EPONYM):
        return True
    return bool(part.kind & Is.USUAL_GIVEN) and not part.kind & (OTHER & ~Is.PLACE)


def _initial_and_family(reader: Reader, token: Token) -> Name | None:
    """ "J. Smith"."""
    text = reader.text
    if text[token.end : token.end + 1] != "." or text[max(0, token.start - 1) : token.start] in (".", "-", "("):
        return None
    name = reader.forward(token.start, Trust.WEAK)
    if name is None or len(name.parts) != 2:
        return None
    family = name.parts[1]
    return name if family.known and family.kind & Is.USUAL_FAMILY and not family.caps else None


def _unknown_and_initial(reader: Reader, name: Name) -> bool:
    """ "Ngozi P.," where no list knows the name."""
    first, last = name.parts[0], name.parts[-1]
    if not (last.initial and len(name.parts) == 2 and first.unknown and not first.caps):
        return False
    dotted = reader.text[last.end : last.end + 1] == "."
    return dotted and _INITIAL_AFTER.match(reader.text, last.end + 1) is not None and not reader.in_small(first)


def _given_and_initial(reader: Reader, name: Name) -> bool:
    """ "John P." """
    first, last = name.parts[0], name.parts[-1]
    text, sure = reader.text, _sure(first)
    dotted = text[last.end : last.end + 1] == "."
    after = last.end + dotted
    follows = _INITIAL_AFTER.match(text, after) or (dotted and sure and _SMALL_AFTER.match(text, after))
    usual = first.kind & Is.USUAL_GIVEN and (sure or inside(text, first.start))
    return bool(follows and (usual or (sure and dotted))) and not first.caps


def _given_and_family(reader: Reader, name: Name) -> bool:
    """ "John Smith"; a given name that is also a word needs a family name that is none, or to stand in a sentence."""
    first, last = name.parts[0], name.parts[-1]
    sure = _sure(first)
    if first.caps:
        return sure and last.caps and (last.known or bool(last.kind & Is.USUAL_FAMILY))
    if sure:
        return bool(last.kind & NAME) or last.unknown
    if not first.kind & Is.USUAL_GIVEN:
        return False
    usual = last.kind & Is.USUAL_FAMILY and not last.kind & (OTHER & ~Is.EVERYDAY & ~Is.WORD)
    return last.known or (bool(usual) and inside(reader.text, first.start))


def _comma(reader: Reader, name: Name) -> bool:
    """ "Smith, John A.": a family name, a comma, a given name."""
    comma = reader.text.index(",", name.start)
    family = [part for part in name.parts if part.end <= comma]
    given = [part for part in name.parts if part.start > comma]
    if not family or not given or given[0].kind & Is.NEVER:
        return False
    if not given[0].kind & Is.GIVEN and given[-1].initial and len(given) == 2:
        return given[0].unknown and all(part.named or part.unknown for part in family)
    if not given[0].kind & Is.GIVEN:
        return given[0].caps and all(part.caps and part.named for part in family) and not given[0].kind
    initial = given[-1].initial
    if given[0].kind & Is.PLACE and not initial:
        return False
    if not all(part.kind & Is.FAMILY or (part.unknown and not part.doubtful) for part in family):
        return False
    if (
        all(part.kind & OTHER for part in family)
        and not initial
        and not family[0].caps
        and not _begins(reader.text, name.start)
    ):
        return False
    if inside(reader.text, name.start) and not initial and family[-1].kind & Is.GIVEN:
        return False
    return not given[0].kind & OTHER or initial


def _begins(text: str, at: int) -> bool:
    """A line or a sentence begins at `at`."""
    before = text[max(0, at - 3) : at].rstrip(" \t")
    return not before or before[-1] in "\n.:|"


def inside(text: str, at: int) -> bool:
    """`at` is inside a sentence: a small letter or a comma stands before it."""
    before = text[max(0, at - 2) : at]
    return len(before) == 2 and before[1] in " (" and (before[0].islower() or before[0] in ",;")
