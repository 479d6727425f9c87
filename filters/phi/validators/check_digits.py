"""Check digits: is a number one that its issuer can have given out?

Arguments are the characters of the number alone, ASCII, without marks between them.
"""

from __future__ import annotations

from string import ascii_uppercase

_VERHOEFF_NEXT = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_FISCAL_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: payment cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def npi(digits: str) -> bool:
    """National Provider Identifier: ten digits, Luhn behind 80840 (45 CFR 162.406; CMS)."""
    return len(digits) == 10 and digits[0] in "12" and luhn("80840" + digits)


def dea(value: str) -> bool:
    """DEA registration, its seven last digits: the seventh is the last of (d1+d3+d5) + 2(d2+d4+d6)."""
    digits = [int(digit) for digit in value[-7:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def nhs(digits: str) -> bool:
    """NHS number: ten digits, modulus 11 (NHS Data Dictionary)."""
    if len(digits) != 10:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check != 10 and check % 11 == int(digits[9])


def iban(value: str) -> bool:
    """ISO 13616: modulus 97."""
    moved = value[4:] + value[:4]
    return moved.isalnum() and int("".join(str(int(each, 36)) for each in moved)) % 97 == 1


def dni(value: str) -> bool:
    """Spanish DNI, eight digits and a letter, or NIE: X, Y or Z, seven digits and a letter."""
    first = str("XYZ".index(value[0])) if value[0] in "XYZ" else value[0]
    return _DNI[int(first + value[1:-1]) % 23] == value[-1]


def insee(value: str) -> bool:
    """French NIR, 13 characters (Corsica: 2A, 2B) and a key of two digits: modulus 97."""
    body = value[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(value[13:])


def codice_fiscale(value: str) -> bool:
    """Italian tax code of 16 characters (Ministerial Decree 23 December 1976)."""
    total = 0
    for place, each in enumerate(value[:15]):
        order = int(each) if each.isdigit() else ascii_uppercase.index(each)
        total += order if place % 2 else _FISCAL_ODD[order]
    return ascii_uppercase[total % 26] == value[15]


def german_tax(digits: str) -> bool:
    """Steuer-Identifikationsnummer of eleven digits (ISO 7064, MOD 11,10)."""
    product = 10
    for digit in digits[:10]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(digits[10])


def aadhaar(digits: str) -> bool:
    """Twelve digits, the first 2 to 9 (UIDAI): Verhoeff, Error detecting decimal codes (1969)."""
    state = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _VERHOEFF_NEXT[value]
        state = _dihedral(state, value)
    return digits[0] not in "01" and state == 0


def _dihedral(left: int, right: int) -> int:
    """Product in the dihedral group of order ten."""
    if left < 5:
        return (left + right) % 5 + (5 if right >= 5 else 0)
    return (left - right) % 5 + (5 if right < 5 else 0)


def vin(value: str) -> bool:
    """Vehicle identification number: 17 characters, the ninth checks the others (49 CFR 565.15)."""
    total = sum(
        (int(each) if each.isdigit() else _VIN_LETTERS[each]) * weight
        for each, weight in zip(value, _VIN_WEIGHTS, strict=True)
    )
    return "0123456789X"[total % 11] == value[8]


def gtin(digits: str) -> bool:
    """GS1 item number, as in a device's UDI: weights 3 and 1 from the right."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0
