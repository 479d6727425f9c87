"""Telephone and fax numbers that reach nobody.

North America: exchange 555, line 0100 to 0199, kept for fiction (ATIS-0300115), with an area code whose second digit
is 9, kept for the growth of the plan (NANPA). +44, +33 and +61: ranges that Ofcom, ARCEP (decision 2018-0881) and ACMA
keep for drama. Elsewhere, and wherever the country is unsaid, the number after the country's code begins with five
zeros: no numbering plan has such a subscriber.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from filters.phi.surrogates.draws import Draws
from filters.phi.surrogates.folder import Folder
from filters.phi.surrogates.vocabulary import words

_PIECE: Final = re.compile(r"[+\uff0b(\[]{0,2}\s?\(?\d(?:[\s().\[\]/\u2010-\u2015\u2212-]*\d)*")
_BOTH: Final = re.compile(r"\s*/\s*")
_DIGITS: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
# ITU-T E.164: country codes of one and two digits; all others have three.
_COUNTRY: Final = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")
_DRAMA: Final = {("44", 10): ("7700900###", "1632960###"), ("33", 9): ("19900####",), ("61", 9): ("25550####",)}
_SHORTEST: Final = 7
_ZEROS, _TAIL = 5, 4
_TRIES: Final = 32


class _Number(NamedTuple):
    """One number: its digits, how many of them are the country's code or a prefix, what plan it is of."""

    digits: str
    head: int
    plan: str
    """`area` and `local` (North America), `drama`, or `other`."""
    code: str


def _read(text: str, first: bool) -> _Number:
    groups = _DIGITS.findall(text)
    digits = "".join(groups)
    count = len(digits)
    if count > _ZEROS and not digits[:_ZEROS].strip("0"):
        return _Number(digits, 0, "other", "")
    international = "+" in text or "\uff0b" in text or (digits[:2] == "00" and count > 10)
    if international:
        bare = digits[2:] if digits[:2] == "00" else digits
        found = _COUNTRY.match(bare)
        code = found.group() if found is not None else ""
        head = count - len(bare) + len(code)
        if code == "1" and count - head == 10:
            return _Number(digits, head, "area", code)
        trunk = digits[head : head + 1] == "0" and (code, count - head - 1) in _DRAMA
        return _Number(digits, head + trunk, "drama" if (code, count - head - trunk) in _DRAMA else "other", code)
    if count == 11 and digits[0] == "1":
        return _Number(digits, 1, "area", "1")
    shape = [len(group) for group in groups]
    if count == 10 and (shape == [3, 3, 4] or (shape in ([10], [3, 7], [6, 4]) and digits[0] not in "01")):
        return _Number(digits, 0, "area", "1")
    if count == 7 and shape in ([7], [3, 4]) and first:
        return _Number(digits, 0, "local", "1")
    return _Number(digits, 0, "other", "")


def _made(number: _Number, draws: Draws) -> str:
    head, rest = number.digits[: number.head], len(number.digits) - number.head
    if number.plan == "area":
        return f"{head}{'23456789'[draws.below(8)]}9{draws.below(10)}55501{draws.digits(2)}"
    if number.plan == "local":
        return f"55501{draws.digits(2)}"
    if number.plan == "drama":
        shape = draws.pick(_DRAMA[number.code, rest])
        return head + shape.rstrip("#") + draws.digits(shape.count("#"))
    tail = max(0, min(_TAIL, rest - _ZEROS))
    return head + "0" * (rest - tail) + draws.digits(tail)


def _unreachable(number: _Number) -> bool:
    rest = number.digits[number.head :]
    if number.plan == "area":
        return rest[0] in "23456789" and rest[1] == "9" and rest[3:8] == "55501"
    if number.plan == "local":
        return rest[:5] == "55501"
    if number.plan == "drama" and rest[:_ZEROS].strip("0"):
        return any(rest.startswith(shape.rstrip("#")) for shape in _DRAMA[number.code, len(rest)])
    return not rest[:_ZEROS].strip("0") if len(rest) > _ZEROS else not rest.strip("0")


def _pieces(value: str) -> list[tuple[int, int, bool]] | None:
    """Where each number of `value` stands, and whether it is an extension; None if it is no list of numbers."""
    if any(word.lower() not in words("phone") for word in _LETTERS.findall(value)):
        return None
    found: list[tuple[int, int, bool]] = []
    for match in _PIECE.finditer(value):
        start = match.start()
        for part in _both(match.group()):
            at = value.index(part, start)
            count = sum(map(str.isdecimal, part))
            found.append((at, at + len(part), bool(found) and count < _SHORTEST))
            start = at + len(part)
    return found or None


def _both(text: str) -> list[str]:
    """Two numbers with a stroke between, or one."""
    parts = _BOTH.split(text)
    return parts if all(sum(map(str.isdecimal, part)) >= _SHORTEST for part in parts) else [text]


def phone(folder: Folder, value: str) -> str | None:
    """A number, or several, or one with an extension, none of which reaches anybody."""
    pieces = _pieces(value)
    if pieces is None:
        return None
    made: list[str] = []
    done = 0
    for start, end, extension in pieces:
        text = value[start:end]
        new = _extension(folder, text) if extension else _other(folder, text, not done)
        if new is None:
            return None
        digits = iter(new)
        made += (value[done:start], "".join(next(digits) if each.isdecimal() else each for each in text))
        done = end
    return "".join((*made, value[done:]))


def _other(folder: Folder, text: str, first: bool) -> str | None:
    number = _read(text, first)
    draws = folder.draws("phone", number.digits)
    for _ in range(_TRIES):
        new = _made(number, draws)
        if new != number.digits:
            return new
    return None


def _extension(folder: Folder, text: str) -> str:
    digits = "".join(filter(str.isdecimal, text))
    draws = folder.draws("extension", digits)
    while (new := draws.digits(len(digits))) == digits:
        pass
    return new


def could_be_phone(value: str) -> bool:
    """No number of `value` reaches anybody."""
    pieces = _pieces(value)
    return pieces is not None and all(
        extension or _unreachable(_read(value[start:end], start == pieces[0][0])) for start, end, extension in pieces
    )


def looks_like_phone(value: str) -> bool:
    """Grouped as a telephone number, or in the international form."""
    return (
        re.fullmatch(r"\+\d[\d\s().-]{6,}|\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}|\(\d{3}\)\s?\d{3}-\d{4}", value) is not None
    )
