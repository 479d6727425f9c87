"""Numbers with letters among their digits: their forms, and who vouches for them (see `registers`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from filters.phi.surrogates.registers import DOUBLED, taken_digits, weighted

LONGEST: Final = 34
"""Characters of the longest number that a rule is for, an IBAN."""

_DNI: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_IRISH: Final = "WABCDEFGHIJKLMNOPQRSTUV"
_HETU: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FISCAL_ODD: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21) * 2 + (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)


def _dea(value: str) -> bool:
    digits = [int(each) for each in value[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


def _cif(value: str) -> bool:
    digits = [int(each) for each in value[1:8]]
    check = -(sum(digits[1::2]) + sum([DOUBLED[each] for each in digits[::2]])) % 10
    return value[8] in (str(check), "JABCDEFGHI"[check])


def _fiscal(value: str) -> bool:
    even = sum(int(each) if each.isdigit() else ord(each) - 65 for each in value[1:15:2])
    return (sum(_FISCAL_ODD[each] for each in value[0:15:2]) + even) % 26 == ord(value[15]) - 65


def _iban(value: str) -> bool:
    return int("".join(str(int(each, 36)) for each in value[4:] + value[:4])) % 97 == 1


def _german_insured(value: str) -> bool:
    digits = [int(each) for each in f"{ord(value[0]) - 64:02}{value[1:9]}"]
    total = sum([DOUBLED[each] if place % 2 else each for place, each in enumerate(digits)])
    return total % 10 == int(value[9])


def _german_pension(value: str) -> bool:
    digits = [int(each) for each in f"{value[:8]}{ord(value[8]) - 64:02}{value[9:11]}"]
    products = (one * other for one, other in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(each // 10 + each % 10 for each in products) % 10 == int(value[11])


def _travel(value: str) -> bool:
    """ICAO Doc 9303 part 3, 4.9: weights 7, 3, 1; the Personalausweis and many passports."""
    numbers = [int(each, 36) for each in value]
    return weighted(numbers[:8], (7, 3, 1, 7, 3, 1, 7, 3)) % 10 == numbers[8]


def _nric(value: str) -> bool:
    total = weighted([int(each) for each in value[1:8]], (2, 7, 6, 5, 4, 3, 2))
    total += {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[value[0]]
    table = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "KLJNPQRTUWX"}.get(value[0], "XWUTRQPNMLK")
    return value[8] == (table[10 - total % 11] if value[0] == "M" else table[total % 11])


def _pps(value: str) -> bool:
    total = weighted([int(each) for each in value[:7]], (8, 7, 6, 5, 4, 3, 2))
    if len(value) > 8 and value[8] != "W":
        total += 9 * (ord(value[8]) - 64)
    return _IRISH[total % 23] == value[7]


def _british_driver(value: str) -> bool:
    month, day = int(value[6:8]) % 50, int(value[8:10])
    return 1 <= month <= 12 and 1 <= day <= 31


def _mod_11_2(characters: str) -> bool:
    """ISO 7064: the resident identity number of China, ORCID."""
    total = 0
    for each in characters[:-1]:
        total = (total + int(each)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == characters[-1]


_LETTERED: Final[tuple[tuple[str, str, Callable[[str], bool]], ...]] = (
    ("DEA registration", r"[A-Z][A-Z9]\d{7}", _dea),
    ("DNI", r"\d{8}[A-Z]", lambda value: _DNI[int(value[:8]) % 23] == value[8]),
    ("NIE", r"[XYZ]\d{7}[A-Z]", lambda value: _DNI[int("012"["XYZ".index(value[0])] + value[1:8]) % 23] == value[8]),
    ("NIF K, L, M", r"[KLM]\d{7}[A-Z]", lambda value: _DNI[int(value[1:8]) % 23] == value[8]),
    ("CIF", r"[A-HJNP-SUVW]\d{7}[0-9A-J]", _cif),
    ("IBAN", r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", _iban),
    ("VIN", r"[A-HJ-NPR-Z0-9]{17}", lambda value: not value.isdigit() or value[0] != "0"),
    ("codice fiscale", r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]", _fiscal),
    ("NINO", r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?", bool),
    (
        "MBI",
        r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d\d",
        bool,
    ),
    ("Krankenversichertennummer", r"[A-Z]\d{9}", _german_insured),
    ("Rentenversicherungsnummer", r"\d{8}[A-Z]\d{3}", _german_pension),
    ("travel document", r"(?=\d*[A-Z])[A-Z0-9]{8}\d", _travel),
    ("NRIC", r"[STFGM]\d{7}[A-Z]", _nric),
    ("PPSN", r"\d{7}[A-W][A-IW]?", _pps),
    (
        "henkilötunnus",
        r"\d{6}[A-Y]?\d{3}[0-9A-Y]",
        lambda value: _HETU[int(value[:6] + value[-4:-1]) % 31] == value[-1],
    ),
    ("PAN", r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", bool),
    ("British driving licence", r"[A-Z][A-Z9]{4}\d{6}[A-Z9]{2}[A-Z0-9]{3}", _british_driver),
    ("resident identity number, ORCID", r"(?:\d{15}|\d{17})[\dX]", _mod_11_2),
)
_BY_FORM: Final = tuple((re.compile(form, re.ASCII), rule) for _, form, rule in _LETTERED)
# Almost no number fits any of the forms.
_ANY_FORM: Final = re.compile("|".join(f"(?:{form})" for _, form, _ in _LETTERED), re.ASCII)


def taken(value: str) -> bool:
    """Some register would take `value`: ASCII digits and upper-case letters."""
    if len(value) > LONGEST or not value.isascii():
        return False
    if value.isdigit() and taken_digits(value):
        return True
    if _ANY_FORM.fullmatch(value) is None:
        return False
    return any(form.fullmatch(value) and rule(value) for form, rule in _BY_FORM)
