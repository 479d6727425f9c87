"""What a licence permits, which of two is stricter, and which profile lets it into a snapshot.

Families of licences, their rights and the profiles are a table: `licences.yaml`. A profile lets in only what it lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from corpus.errors import RecipeError

UNKNOWN = "NOASSERTION"
"""SPDX's word for: nothing is known."""

TABLE = Path(__file__).with_name("licences.yaml")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a licence permits and asks for; None where it is not known."""

    commercial: bool | None = None
    redistribute: bool | None = None
    derivatives: bool | None = None
    share_alike: bool | None = None
    attribution: bool | None = None


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    match: re.Pattern[str]
    rights: Rights


@dataclass(frozen=True, slots=True)
class Profile:
    """Which licences a snapshot takes in. Whatever is not listed stays out."""

    name: str
    statement: str
    families: frozenset[str]
    """Names of the families let in."""
    verbatim: frozenset[str] = frozenset()
    """Families let in only where the text is released as its source gave it: neither cut nor masked."""

    def reason(self, licence: str, conflict: bool, modified: bool = True) -> str | None:
        """Why the licence keeps a document out, or None if it does not.

        One of `licence_unknown`, `licence_conflict`, `licence_not_allowed`, `licence_no_derivatives` (it would be let
        in if its text were not `modified`).
        """
        if licence == UNKNOWN:
            return "licence_unknown"
        if conflict:
            return "licence_conflict"
        if _allowed(licence, self.families):
            return None
        if not _allowed(licence, self.families | self.verbatim):
            return "licence_not_allowed"
        return "licence_no_derivatives" if modified else None

    def changeable(self, licence: str) -> bool:
        """Whether a text under the licence may be released with parts of it left out."""
        free = any(all(rights(name).derivatives is not False for name in together) for together in _terms(licence))
        return free and self.reason(licence, conflict=False, modified=True) is None

    def reasons(self, licences: pa.Array, conflicts: pa.Array, modified: pa.Array | None = None) -> pa.StringArray:
        """`reason` of each row: `licences` (string), `conflicts` and `modified` (bool) in, string or null out."""
        encoded = licences.cast(pa.string()).dictionary_encode()
        names = [name or UNKNOWN for name in encoded.dictionary.to_pylist()] + [UNKNOWN]
        answers = pa.array(
            [self.reason(name, conflict, cut) for cut in (False, True) for conflict in (False, True) for name in names],
            pa.string(),
        )
        code = pc.fill_null(encoded.indices, len(names) - 1).to_numpy().astype(np.int64)
        disputed = pc.fill_null(conflicts, True).to_numpy(zero_copy_only=False)
        cut = True if modified is None else pc.fill_null(modified, True).to_numpy(zero_copy_only=False)
        return answers.take(pa.array(code + len(names) * (disputed + 2 * np.asarray(cut, np.int64))))


@cache
def table() -> dict[str, Any]:
    """`licences.yaml`: families, profiles, aliases, addresses."""
    found: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


@cache
def _families() -> tuple[_Family, ...]:
    known = {field.name for field in fields(Rights)}
    families = []
    for name, entry in table()["families"].items():
        assert set(entry["rights"]) <= known, name
        families.append(_Family(name, re.compile("|".join(entry["match"])), Rights(**entry["rights"])))
    return tuple(families)


def load_profile(profile: str | Mapping[str, Any]) -> Profile:
    """The profile of that name in `licences.yaml`, or one's own: `{name, statement, allow, verbatim}`.

    Raises:
        RecipeError: no such profile, or no such family; the message lists those there are.
    """
    if isinstance(profile, str):
        known = table()["profiles"]
        if profile not in known:
            raise RecipeError(f"unknown licence profile {profile!r}; known: {', '.join(sorted(known))}")
        profile = {"name": profile, **known[profile]}
    elif profile["name"] in table()["profiles"]:
        raise RecipeError(f"licence profile {profile['name']!r} is shipped; give one's own another name")
    allow, verbatim = _flat(profile["allow"]), _flat(profile.get("verbatim", ()))
    families = {family.name for family in _families()}
    if unknown := sorted((allow | verbatim) - families):
        raise RecipeError(
            f"licence profile {profile['name']!r} names no family {unknown[0]!r}; known: {', '.join(sorted(families))}"
        )
    return Profile(profile["name"], profile["statement"], allow, verbatim)


def _flat(entries: Iterable[str | list[str]]) -> frozenset[str]:
    """The names in a list; an anchored list stands inside the list that adds to it."""
    return frozenset(name for entry in entries for name in ([entry] if isinstance(entry, str) else _flat(entry)))


def family_of(licence: str) -> int | None:
    """Place of a licence's family, 0 the most open; None if it has none."""
    return next((place for place, family in enumerate(_families()) if family.match.fullmatch(licence)), None)


@cache
def licensing() -> Any:
    """The SPDX licence list, as a parser of expressions."""
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


@cache
def _terms(licence: str) -> tuple[tuple[str, ...], ...]:
    """An expression as alternatives of licences that apply together: `A OR (B AND C)` is ((A,), (B, C))."""
    if licence == UNKNOWN or " " not in licence:
        return ((licence,),)
    spdx = licensing()
    try:
        expression = spdx.dnf(spdx.parse(licence))
    except Exception:  # noqa: BLE001 - of a dozen kinds; what does not parse allows nothing
        return ((licence,),)
    alternatives = expression.args if isinstance(expression, spdx.OR) else (expression,)
    return tuple(
        tuple(part.render() for part in (term.args if isinstance(term, spdx.AND) else (term,))) for term in alternatives
    )


def _allowed(licence: str, families: frozenset[str]) -> bool:
    def listed(name: str) -> bool:
        place = family_of(name)
        return place is not None and _families()[place].name in families

    return any(all(listed(name) for name in together) for together in _terms(licence))


def rights(licence: str, *, modified: bool = False) -> Rights:
    """Rights of an SPDX identifier; all None if it is unknown or an expression of several.

    `modified` text (cut into sections, masked) under a licence that forbids derivatives may not be passed on.
    """
    place = family_of(licence)
    found = Rights() if place is None else _families()[place].rights
    return replace(found, redistribute=False) if modified and found.derivatives is False else found


def denies(stated: str, promised: str) -> bool:
    """Whether licence `stated` forbids what `promised` permits, or asks for a share-alike that it does not ask for."""
    strict, loose = rights(stated), rights(promised)
    permissions = ("commercial", "redistribute", "derivatives")
    forbidden = any(getattr(loose, name) and getattr(strict, name) is False for name in permissions)
    return forbidden or (strict.share_alike is True and loose.share_alike is False)


_CC = re.compile(r"(?:LicenseRef-)?CC-(BY(?:-(?:NC|ND|SA))*)(?:-(\d\.\d)(?:-([A-Z]{2,8}))?|-unversioned)?")


def licence_address(licence: str, stated: str | None = None) -> str | None:
    """Where a licence can be read: its own address, else the first address in the statement that was found."""
    if found := _CC.fullmatch(licence):
        parts = [part.lower() for part in found.groups() if part]
        return f"https://creativecommons.org/licenses/{'/'.join(parts)}/"
    if licence in _DEEDS:
        return _DEEDS[licence]
    if address := re.search(r"https?://[^\s<>\"'|]+", stated or ""):
        return address.group().rstrip(".,;)")
    return (
        None if licence.startswith("LicenseRef-") or licence == UNKNOWN else f"https://spdx.org/licenses/{licence}.html"
    )


_DEEDS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-PDM-1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
}


def strictest(licences: Iterable[str]) -> tuple[str, bool]:
    """The strictest of the licences that several records state for one work, and whether they conflict.

    They conflict if their rights differ: CC BY 3.0 and CC BY 4.0 agree, CC BY and CC BY-NC do not. A licence that the
    table does not know is stricter than any it knows. NOASSERTION says nothing; alone, it is the answer.
    """
    stated = sorted({licence for licence in licences if licence != UNKNOWN})
    if not stated:
        return UNKNOWN, False

    def place(licence: str) -> tuple[int, str]:
        rank = openness_rank(licence)
        return (len(_families()) if rank is None else rank), licence

    # Of an expression rights are not known: it agrees with itself alone.
    agreeing = {licence if family_of(licence) is None else rights(licence) for licence in stated}
    return max(stated, key=place), len(agreeing) > 1


def openness(licences: pa.Array) -> npt.NDArray[np.int64]:
    """How open each licence is, int64: the greater the more open; 0 for what is unknown."""
    encoded = licences.cast(pa.string()).dictionary_encode()
    ranks = [
        0 if (place := openness_rank(name or UNKNOWN)) is None else len(_families()) - place
        for name in encoded.dictionary.to_pylist()
    ]
    codes: npt.NDArray[np.int64] = pc.fill_null(encoded.indices, len(ranks)).to_numpy()
    scale: npt.NDArray[np.int64] = np.array([*ranks, 0], np.int64)
    return scale[codes]


def openness_rank(licence: str) -> int | None:
    """Openness of the most open alternative, each as open as its strictest part."""
    places = [[family_of(name) for name in together] for together in _terms(licence)]
    known = [max(place for place in parts if place is not None) for parts in places if None not in parts]
    return min(known, default=None)
