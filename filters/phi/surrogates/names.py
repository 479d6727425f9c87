"""Names of persons: the same number of parts in the same case, titles and particles as they are."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.surrogates.census import INITIALS, census
from filters.phi.surrogates.folder import PART, Folder
from filters.phi.surrogates.folding import cased, latin, plain
from filters.phi.surrogates.vocabulary import words

_GENITIVE: Final = re.compile(r"(?<=[^\W\d_])['\u2019][sS](?![^\W\d_])")
_SPLIT: Final = re.compile(rf"({PART.pattern}|\d+)")


_DOUBTFUL: Final = frozenset(["DO", "MA", "PA", "BA", "MS", "NP", "OD", "PT", "OT", "DC"])
"""Credentials that are also names: kept in capitals, after a comma, where not all is in capitals."""


def _kept(parts: list[str], at: int, value: str, start: int) -> bool:
    """The part is no name: a title, a credential, or a particle where one stands."""
    part = parts[at]
    folded = plain(part)
    lower = part.lower()
    if lower in words("title") or (folded in words("credential") and len(parts) > 1):
        return True
    if part in _DOUBTFUL:
        return "," in value[max(0, start - 2) : start] and not value.isupper()
    if lower in words("particle"):
        if part.islower() and not value.islower():
            return True
        return len(part) > 1 and 0 < at < len(parts) - 1
    return False


def name(folder: Folder, value: str) -> str | None:
    """A surrogate for a name, or None if `value` holds none that is written in Latin letters."""
    if not latin(value):
        return None
    bare = _GENITIVE.sub(lambda match: "\x00" * len(match.group()), value)
    pieces = _SPLIT.split(bare)
    parts = pieces[1::2]
    others = {plain(part) for part in parts if len(part) >= 3}
    made: list[str] = []
    start = at = changed = 0
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            made.append(value[start : start + len(piece)])
        else:
            new = _part(folder, parts, at, bare, start, others)
            if new is None:
                return None
            changed += new != piece
            made.append(new)
            at += 1
        start += len(piece)
    return "".join(made) if changed else None


def _part(folder: Folder, parts: list[str], at: int, value: str, start: int, others: set[str]) -> str | None:
    part = parts[at]
    if part.isdecimal():
        return digits_for(folder, part)
    if _kept(parts, at, value, start):
        return part
    if _initials(part, len(parts)):
        return "".join(each if each in "ªº" else cased(folder.initial(each).lower(), each) for each in part)
    new = folder.part(part, others - {plain(part)})
    return new or None


def digits_for(folder: Folder, written: str) -> str:
    """Other digits, for a number that belongs to a name ("jsmith42")."""
    draws = folder.draws("digits", written)
    while (made := draws.digits(len(written))) == written:
        pass
    return made


def _initials(part: str, parts: int) -> bool:
    """One letter, or two or three capitals that are no listed name: "J", "JS", "Mª"."""
    letters = part.rstrip("ªº")
    if len(letters) == 1:
        return True
    return len(letters) <= 3 and letters.isupper() and plain(letters) not in census().listed


def could_be_name(value: str) -> bool:
    """Every part may stand for a name, or was kept."""
    bare = _GENITIVE.sub("", value)
    pieces = _SPLIT.split(bare)[1::2]
    made = any(part.isdecimal() for part in pieces)
    surrogates = census().surrogates
    for part in pieces:
        folded, lower = plain(part), part.lower()
        if folded in surrogates or _made_initials(part):
            made = True
        elif not (
            part.isdecimal()
            or lower in words("title")
            or folded in words("credential")
            or part in _DOUBTFUL
            or lower in words("particle")
        ):
            return False
    return made


def _made_initials(part: str) -> bool:
    letters = part.rstrip("ªº")
    return len(letters) == 1 or (len(letters) <= 3 and all(each in INITIALS for each in letters))
