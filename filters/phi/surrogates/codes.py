"""Numbers of persons, plans, devices and vehicles: digits for digits, letters for letters, and no register takes them.

Where a register's numbers have a check digit, the surrogate's is wrong; where they have only a form and reserved
ranges, it is outside them (`registers`, `lettered`). A number of nine digits begins with 9 and has a group below 50, as
neither SSN nor ITIN has. Where no rule guards a number, say a hospital's own of a record, its surrogate is only another
number.
"""

from __future__ import annotations

import re
from typing import Final

from filters.phi.surrogates import lettered
from filters.phi.surrogates.draws import Draws
from filters.phi.surrogates.folder import Folder
from filters.phi.surrogates.vocabulary import words

_TRIES: Final = 400
_RUN: Final = re.compile(r"[^\W_]+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_DIGIT_RUN: Final = re.compile(r"\d+")
_CONSONANTS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""Letters of a code: without vowels it spells no word."""
_UNREAL: Final = "IOQ"
"""Letters that no VIN has (ISO 3779), and hardly any plate."""
_VIN: Final = 17
_SSN: Final = 9
_LAST_FOUR: Final = 4
_LONGEST_PLATE: Final = 10
_MAC: Final = re.compile(r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_HEXADECIMAL: Final = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{12,}")
_IN_BRACKETS: Final = re.compile(r"\(\d{2,4}\)")
"""An application identifier of GS1, before each part of a UDI."""


def _template(value: str) -> tuple[list[str], list[int]]:
    """Characters of `value`, and which of them to replace: letters and digits, but for words that say what it is."""
    places: list[int] = []
    labels = words("label")
    for run in _RUN.finditer(value):
        text = run.group()
        for word in _WORD.finditer(text):
            if word.group().lower() in labels:
                break
        else:
            places.extend(range(run.start(), run.end()))
            continue
        kept = {
            at
            for word in _WORD.finditer(text)
            if word.group().lower() in labels
            for at in range(run.start() + word.start(), run.start() + word.end())
        }
        places.extend(at for at in range(run.start(), run.end()) if at not in kept)
    if "(" in value:
        identifiers = {at for match in _IN_BRACKETS.finditer(value) for at in range(*match.span())}
        places = [at for at in places if at not in identifiers]
    return list(value), places


def _readings(made: list[str], core: str) -> set[str]:
    """What a register might be asked about: the whole, its digits, and each run in it."""
    whole = core.upper()
    if len(made) == len(core):
        return {whole} if whole.isdecimal() else {whole, "".join(filter(str.isdecimal, whole))}
    everything = "".join(filter(str.isalnum, made)).upper()
    found = {whole, "".join(filter(str.isdecimal, whole)), everything}
    if len(core) > _SSN:
        text = "".join(made)
        found.update(run.upper() for run in _RUN.findall(text) if len(run) > 6)
        found.update(run for run in _DIGIT_RUN.findall(text) if len(run) > 6)
    return found


def taken(value: str) -> bool:
    """Some register would take the number that `value` holds."""
    characters, places = _template(value)
    return any(map(lettered.taken, _readings(characters, "".join([characters[at] for at in places]))))


def _drawn(draws: Draws, core: str, letters: str) -> list[str]:
    """Other characters for those of `core`, each of its sort and case."""
    made: list[str] = []
    for each in core:
        if each.isdecimal():
            made.append("0123456789"[draws.below(10)])
        elif each.isupper():
            made.append(letters[draws.below(len(letters))])
        else:
            made.append(letters[draws.below(len(letters))].lower())
    return made


def _vehicle(made: list[str], core: str, draws: Draws) -> None:
    """No VIN has I, O or Q, none begins with 0 (ISO 3780); no plate's number begins with 00 or has those letters."""
    letters = [at for at, each in enumerate(core) if not each.isdecimal()]
    if len(core) == _VIN:
        if letters:
            at = draws.pick(letters)
            made[at] = draws.pick(_UNREAL) if core[at].isupper() else draws.pick(_UNREAL).lower()
        else:
            made[0] = "0"
    elif len(core) <= _LONGEST_PLATE:
        for at in letters:
            made[at] = draws.pick(_UNREAL) if core[at].isupper() else draws.pick(_UNREAL).lower()
        for run in _DIGIT_RUN.finditer(core):
            for at in range(run.start(), min(run.start() + 2, run.end())):
                made[at] = "0"


def code(folder: Folder, value: str, *, vehicle: bool = False) -> str | None:
    """Another number in the shape of `value`, or None if it has no digit or nothing to change."""
    if _MAC.fullmatch(value):
        return _mac(folder, value)
    characters, places = _template(value)
    core = "".join([characters[at] for at in places])
    count = sum(map(str.isdecimal, core))
    if not count:
        return None
    draws = folder.draws("vehicle" if vehicle else "code", core.lower())
    letters = "ABCDEF" if count < len(core) and _HEXADECIMAL.fullmatch(core.lower()) else _CONSONANTS
    for _ in range(_TRIES):
        made = _drawn(draws, core, letters)
        if count == _SSN:
            digits = [at for at, each in enumerate(core) if each.isdecimal()]
            made[digits[0]], made[digits[3]] = "9", "01234"[draws.below(5)]
        if vehicle or len(core) == _VIN:
            _vehicle(made, core, draws)
        if "".join(made).lower() == core.lower():
            continue
        for at, each in zip(places, made, strict=True):
            characters[at] = each
        whole = "".join(characters)
        if count < len(core) and _template(whole)[1] != places:
            continue  # its letters are a word that says what a number is
        if not any(map(lettered.taken, _readings(characters, "".join(made)))):
            return whole
    return None


def _mac(folder: Folder, value: str) -> str:
    """A MAC address of those for documentation, 00-00-5E-00-53-00 to -FF (RFC 7042 section 2.1.1)."""
    mark, draws = value[2], folder.draws("mac", value.lower())
    while True:
        made = mark.join(("00", "00", "5E", "00", "53", f"{draws.below(256):02X}"))
        made = made.lower() if value.islower() else made
        if made.lower() != value.lower():
            return made


def _last_four(value: str) -> bool:
    """Four digits, before which others may be masked: "xxx-xx-1234"."""
    characters, places = _template(value)
    core = "".join([characters[at] for at in places]).lower().lstrip("x")
    return len(core) == _LAST_FOUR and core.isdecimal()


def social_security(folder: Folder, value: str) -> str | None:
    """An SSN of an area and group that are given to nobody; of the last four digits alone, 0000."""
    if _last_four(value):
        made = "".join("0" if each.isdecimal() else each for each in value)
        return None if made == value else made
    return code(folder, value)


def vehicle(folder: Folder, value: str) -> str | None:
    """A VIN or a plate."""
    return code(folder, value, vehicle=True)


def could_be_code(kind: str, value: str) -> bool:
    """It has something to change, and no register takes it."""
    characters, places = _template(value)
    core = "".join([characters[at] for at in places])
    count = sum(map(str.isdecimal, core))
    if _MAC.fullmatch(value):
        return value.upper().replace(":", "-").startswith("00-00-5E-00-53-")
    if kind == "SSN" and _last_four(value):
        return not core.lower().strip("x0")
    if not count or taken(value):
        return False
    if kind == "VEHICLE" and len(core) <= _LONGEST_PLATE:
        runs = _DIGIT_RUN.findall(core)
        return all(not run[:2].strip("0") for run in runs) and all(
            each.isdecimal() or each.upper() in _UNREAL for each in core
        )
    if kind == "VEHICLE" and len(core) == _VIN:
        return any(each.upper() in _UNREAL for each in core) or core[0] == "0"
    return True
