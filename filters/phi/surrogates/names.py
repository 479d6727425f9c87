"""Names of persons: the same number of parts in the same case, titles and particles as they are."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.surrogates.census import INITIALS, census
from filters.phi.surrogates.folder import PART, Folder
from filters.phi.surrogates.folding import cased, latin, plain

_GENITIVE: Final = re.compile(r"(?<=[^\W\d_])['\u2019][sS](?![^\W\d_])")
_SPLIT: Final = re.compile(rf"({PART.pattern}|\d+)")

_TITLES: Final = frozenset(
    "mr mrs ms miss mx mister missus dr doctor prof professor sir dame lady lord rev reverend sister nurse "
    "sr sra srta señor señora señorita doña dª dra herr frau dott dottssa dottor dottoressa sig sigra signor signora "
    "monsieur madame mme mlle docteur pr jr jnr snr sgt capt lt col hon mum mom mommy dad daddy grandma grandpa aunt auntie "
    "uncle patient née nee".split()
)
_CREDENTIALS: Final = frozenset(
    "md phd dds dmd mph msc bsc rn lpn crna cnm aprn arnp fnp pac pharmd psyd dnp msn bsn mbbs frcp frcs mrcp facc facs facp "
    "facog mba jd esq cpnp lcsw dvm dpt ii iii iv".split()
)
_DOUBTFUL: Final = frozenset("DO MA PA BA MS NP OD PT OT DC".split())
"""Credentials that are also names: kept in capitals, after a comma, where not all is in capitals."""
_PARTICLES: Final = frozenset(
    "de del della di da dal dalla das dos do du des la las le les lo los el al van von vom zu zum zur der den den het ter ten ten "
    "bin ibn bint abu af av st san santa und et and y e i or".split()
)


def _kept(parts: list[str], at: int, value: str, start: int) -> bool:
    """The part is no name: a title, a credential, or a particle where one stands."""
    part = parts[at]
    folded = plain(part)
    lower = part.lower()
    if lower in _TITLES or (folded in _CREDENTIALS and len(parts) > 1):
        return True
    if part in _DOUBTFUL:
        return "," in value[max(0, start - 2) : start] and not value.isupper()
    if lower in _PARTICLES:
        if part.islower() and not value.islower():
            return True
        return 0 < at < len(parts) - 1
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
        return "".join(
            each if each in "ªº" else cased(folder.initial(each).lower(), each) for each in part  # noqa: RUF001
        )
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
    letters = part.rstrip("ªº")  # noqa: RUF001
    if len(letters) == 1:
        return True
    return len(letters) <= 3 and letters.isupper() and plain(letters) not in census().listed


def could_be_name(value: str) -> bool:
    """Every part may stand for a name, or was kept."""
    bare = _GENITIVE.sub("", value)
    parts = [part for part in _SPLIT.split(bare)[1::2] if not part.isdecimal()]
    surrogates = census().surrogates
    made = False
    for part in parts:
        folded = plain(part)
        if folded in surrogates or (len(part.rstrip("ªº")) <= 3 and all(each.upper() in INITIALS for each in part.rstrip("ªº"))):  # noqa: RUF001
            made = True
        elif not (part.lower() in _TITLES or folded in _CREDENTIALS or part in _DOUBTFUL or part.lower() in _PARTICLES):
            return False
    return made or (bool(parts) is False and any(each.isdecimal() for each in value))
