"""Would some register take this number? Rules of the numbers that a person, a device or a vehicle may bear.

Every register whose rule is public and can be broken in the shape of the number is here, whatever the number claims to
be: nine digits that are no SSN must be no bank's routing number either. A rule that asks for no check digit is its
form and reserved ranges. Numbers come as digits and upper-case letters, nothing between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

Digits = list[int]
Rule = Callable[[Digits], bool]

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
LONGEST: Final = 34
"""Characters of the longest number that a rule is for, an IBAN."""


def _sum(digits: Digits, weights: Sequence[int]) -> int:
    return sum(map(int.__mul__, digits, weights))


def luhn(digits: Digits) -> bool:
    """ISO/IEC 7812-1, annex B: cards, IMEI, SIREN and SIRET, the SIN of Canada, the partita IVA, personnummer."""
    return (sum(digits[-1::-2]) + sum([_DOUBLED[each] for each in digits[-2::-2]])) % 10 == 0


def gtin(digits: Digits) -> bool:
    """GS1 General Specifications 7.9: 3 and 1 from the right, the check digit left out; AHV numbers too."""
    return (sum(digits[-1::-2]) + 3 * sum(digits[-2::-2])) % 10 == 0


def _npi(digits: Digits) -> bool:
    return luhn([8, 0, 8, 4, 0, *digits])


def _nhs(digits: Digits) -> bool:
    """Modulus 11: NHS numbers, and CHI numbers of Scotland."""
    return _sum(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _ssn(digits: Digits) -> bool:
    """Area not 000, 666 or 9xx, group not 00, serial not 0000; ITIN and ATIN are 9xx with a group of 50 or above."""
    area, group = digits[0] * 100 + digits[1] * 10 + digits[2], digits[3] * 10 + digits[4]
    if area >= 900:
        return group >= 50
    return area not in (0, 666) and group != 0 and any(digits[5:])


def _aba(digits: Digits) -> bool:
    return _sum(digits, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0


def _tfn(digits: Digits) -> bool:
    return _sum(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def _acn(digits: Digits) -> bool:
    return (_sum(digits, (8, 7, 6, 5, 4, 3, 2, 1)) + digits[8]) % 10 == 0


def _bsn(digits: Digits) -> bool:
    return (_sum(digits, (9, 8, 7, 6, 5, 4, 3, 2)) - digits[8]) % 11 == 0


def _nif(digits: Digits) -> bool:
    rest = _sum(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return digits[8] == (0 if rest < 2 else 11 - rest)


def _taj(digits: Digits) -> bool:
    return _sum(digits, (3, 7, 3, 7, 3, 7, 3, 7)) % 10 == digits[8]


def _lanr(digits: Digits) -> bool:
    return (_sum(digits, (4, 9, 4, 9, 4, 9)) + digits[6]) % 10 == 0


def _czech(digits: Digits) -> bool:
    return int("".join(map(str, digits))) % 11 == 0


def _cpr(digits: Digits) -> bool:
    return _sum(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _egn(digits: Digits) -> bool:
    return _sum(digits, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == digits[9]


def _nip(digits: Digits) -> bool:
    return _sum(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == digits[9]


def _medicare_au(digits: Digits) -> bool:
    return _sum(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == digits[8]


def _brn(digits: Digits) -> bool:
    total = _sum(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5)) + digits[8] * 5 // 10
    return (total + digits[9]) % 10 == 0


def _swedish(digits: Digits) -> bool:
    """Personnummer with the century: Luhn without it."""
    return luhn(digits[2:])


def _mod_11_10(digits: Digits) -> bool:
    """ISO 7064: Steuer-Identifikationsnummer, OIB."""
    product = 10
    for digit in digits[:-1]:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[-1]


def _cpf(digits: Digits) -> bool:
    first = _sum(digits, range(10, 1, -1)) * 10 % 11 % 10
    return digits[9] == first and digits[10] == _sum(digits, range(11, 1, -1)) * 10 % 11 % 10


def _cnpj(digits: Digits) -> bool:
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    rests = [_sum(digits, weights[1:]) % 11, _sum(digits, weights) % 11]
    return digits[12:] == [0 if rest < 2 else 11 - rest for rest in rests]


def _pesel(digits: Digits) -> bool:
    return (_sum(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) + digits[10]) % 10 == 0


def _tckn(digits: Digits) -> bool:
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[9] == tenth and sum(digits[:10]) % 10 == digits[10]


def _abn(digits: Digits) -> bool:
    return (_sum(digits, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0


def _norwegian(digits: Digits) -> bool:
    first = _sum(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    return first == 0 and _sum(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _belgian(digits: Digits) -> bool:
    number, check = divmod(int("".join(map(str, digits))), 100)
    return check in (97 - number % 97, 97 - (number + 2 * 10**9) % 97)


def _estonian(digits: Digits) -> bool:
    rest = _sum(digits, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:
        rest = _sum(digits, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11
    return rest % 10 == digits[10]


_TURNS: Final = tuple(
    tuple(
        (left + right) % 5 + 5 * (right > 4) if left < 5 else (left - right) % 5 + 5 * (right < 5)
        for right in range(10)
    )
    for left in range(10)
)


def _verhoeff_places() -> tuple[tuple[int, ...], ...]:
    places = [tuple(range(10))]
    for _ in range(7):
        places.append(tuple((1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[each] for each in places[-1]))
    return tuple(places)


_PLACES: Final = _verhoeff_places()


def _verhoeff(digits: Digits) -> bool:
    """Aadhaar, and the NIN of Nigeria."""
    state = 0
    for place, digit in enumerate(reversed(digits)):
        state = _TURNS[state][_PLACES[place % 8][digit]]
    return state == 0


def _cnp(digits: Digits) -> bool:
    rest = _sum(digits, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return digits[12] == (1 if rest == 10 else rest)


def _thai(digits: Digits) -> bool:
    return (11 - _sum(digits, range(13, 1, -1)) % 11) % 10 == digits[12]


def _rrn(digits: Digits) -> bool:
    return (11 - _sum(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == digits[12]


def _jmbg(digits: Digits) -> bool:
    rest = 11 - _sum(digits, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return digits[12] == (0 if rest > 9 else rest)


def _nir(digits: Digits) -> bool:
    number, check = divmod(int("".join(map(str, digits))), 100)
    return check == 97 - number % 97


def _mod_11_2(characters: str) -> bool:
    """ISO 7064: the resident identity number of China, ORCID."""
    total = 0
    for each in characters[:-1]:
        total = (total + int(each)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == characters[-1]


_BY_LENGTH: Final[dict[int, tuple[Rule, ...]]] = {
    7: (luhn,),
    8: (luhn, gtin),
    9: (luhn, _ssn, _aba, _tfn, _acn, _bsn, _nif, _taj, _lanr),
    10: (luhn, _npi, _nhs, _czech, _cpr, _egn, _nip, _medicare_au, _brn),
    11: (luhn, _mod_11_10, _cpf, _pesel, _tckn, _abn, _norwegian, _belgian, _estonian, _verhoeff),
    12: (luhn, gtin, _verhoeff, _swedish),
    13: (luhn, gtin, _cnp, _thai, _rrn, _jmbg),
    14: (luhn, gtin, _cnpj),
    15: (luhn, _nir),
    16: (luhn,),
    17: (luhn,),
    18: (luhn, gtin),
    19: (luhn,),
}

_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
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
    check = -(sum(digits[1::2]) + sum([_DOUBLED[each] for each in digits[::2]])) % 10
    return value[8] in (str(check), "JABCDEFGHI"[check])


def _fiscal(value: str) -> bool:
    even = sum(int(each) if each.isdigit() else ord(each) - 65 for each in value[1:15:2])
    return (sum(_FISCAL_ODD[each] for each in value[0:15:2]) + even) % 26 == ord(value[15]) - 65


def _iban(value: str) -> bool:
    return int("".join(str(int(each, 36)) for each in value[4:] + value[:4])) % 97 == 1


def _german_insured(value: str) -> bool:
    digits = [int(each) for each in f"{ord(value[0]) - 64:02}{value[1:9]}"]
    total = sum([_DOUBLED[each] if place % 2 else each for place, each in enumerate(digits)])
    return total % 10 == int(value[9])


def _german_pension(value: str) -> bool:
    digits = [int(each) for each in f"{value[:8]}{ord(value[8]) - 64:02}{value[9:11]}"]
    products = (one * other for one, other in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(each // 10 + each % 10 for each in products) % 10 == int(value[11])


def _travel(value: str) -> bool:
    """ICAO Doc 9303 part 3, 4.9: weights 7, 3, 1; the Personalausweis and many passports."""
    numbers = [int(each, 36) for each in value]
    return _sum(numbers[:8], (7, 3, 1, 7, 3, 1, 7, 3)) % 10 == numbers[8]


def _nric(value: str) -> bool:
    total = _sum([int(each) for each in value[1:8]], (2, 7, 6, 5, 4, 3, 2))
    total += {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[value[0]]
    table = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "KLJNPQRTUWX"}.get(value[0], "XWUTRQPNMLK")
    return value[8] == (table[10 - total % 11] if value[0] == "M" else table[total % 11])


def _pps(value: str) -> bool:
    total = _sum([int(each) for each in value[:7]], (8, 7, 6, 5, 4, 3, 2))
    if len(value) > 8 and value[8] != "W":
        total += 9 * (ord(value[8]) - 64)
    return _IRISH[total % 23] == value[7]


def _british_driver(value: str) -> bool:
    month, day = int(value[6:8]) % 50, int(value[8:10])
    return 1 <= month <= 12 and 1 <= day <= 31


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


def taken_digits(digits: str) -> bool:
    """Some register of numbers without letters would take `digits` (ASCII)."""
    rules = _BY_LENGTH.get(len(digits))
    if rules is None:
        return False
    numbers = [ord(each) - 48 for each in digits]
    return any(rule(numbers) for rule in rules)


def taken(value: str) -> bool:
    """Some register would take `value`: ASCII digits and upper-case letters."""
    if len(value) > LONGEST or not value.isascii():
        return False
    if value.isdigit() and taken_digits(value):
        return True
    if _ANY_FORM.fullmatch(value) is None:
        return False
    return any(form.fullmatch(value) and rule(value) for form, rule in _BY_FORM)
