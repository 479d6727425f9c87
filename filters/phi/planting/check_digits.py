"""Check digits of the numbers that are planted: a detector that validates must find each one right."""

from __future__ import annotations

from string import ascii_uppercase

_VIN_VALUES = {
    **{digit: int(digit) for digit in "0123456789"},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FISCAL_ODD_DIGITS = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_FISCAL_ODD_LETTERS = (*_FISCAL_ODD_DIGITS, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_FISCAL_ODD = {
    **dict(zip("0123456789", _FISCAL_ODD_DIGITS, strict=True)),
    **dict(zip(ascii_uppercase, _FISCAL_ODD_LETTERS, strict=True)),
}


def luhn(digits: str) -> str:
    """The digit to put after `digits` (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def npi(digits: str) -> str:
    """The digit to put after the nine `digits` of a National Provider Identifier: Luhn behind the prefix 80840."""
    return luhn("80840" + digits)


def dea(digits: str) -> str:
    """The digit to put after the six `digits` of a DEA registration: last of (d1+d3+d5) + 2(d2+d4+d6)."""
    numbers = [int(digit) for digit in digits]
    return str((sum(numbers[::2]) + 2 * sum(numbers[1::2])) % 10)


def vin(characters: str) -> str:
    """`characters` (17 of a vehicle identification number) with the check digit in the ninth place (49 CFR 565.15)."""
    total = sum(_VIN_VALUES[each] * weight for each, weight in zip(characters, _VIN_WEIGHTS, strict=True))
    return characters[:8] + "0123456789X"[total % 11] + characters[9:]


def nhs(digits: str) -> str | None:
    """The digit to put after nine `digits` of an NHS number (modulus 11); None if there is none."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return None if check == 10 else str(check % 11)


def dni(digits: str) -> str:
    """The letter of a Spanish DNI of eight `digits`."""
    return _DNI_LETTERS[int(digits) % 23]


def nie(value: str) -> str:
    """The letter of a Spanish NIE: X, Y or Z and seven digits."""
    return dni(str("XYZ".index(value[0])) + value[1:])


def insee(digits: str) -> str:
    """The two-digit key of a French social security number (NIR) of 13 `digits`."""
    return f"{97 - int(digits) % 97:02}"


def codice_fiscale(characters: str) -> str:
    """The last letter of an Italian tax code of 15 `characters` (Ministerial Decree 23 December 1976)."""
    total = 0
    for place, each in enumerate(characters, 1):
        if place % 2:
            total += _FISCAL_ODD[each]
        else:
            total += int(each) if each.isdigit() else ascii_uppercase.index(each)
    return ascii_uppercase[total % 26]


def german_tax(digits: str) -> str:
    """The digit to put after ten `digits` of a Steuer-Identifikationsnummer (ISO 7064, MOD 11,10)."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return str((11 - product) % 10)


def german_insurance(letter: str, digits: str) -> str:
    """The digit to put after a Krankenversichertennummer's letter and eight `digits` (§ 290 SGB V; weights 1, 2)."""
    figures = f"{ascii_uppercase.index(letter) + 1:02}{digits}"
    total = 0
    for place, digit in enumerate(figures):
        value = int(digit) * (place % 2 + 1)
        total += value - 9 if value > 9 else value
    return str(total % 10)


def gtin(digits: str) -> str:
    """The digit to put after 13 `digits` of a GTIN-14, as in a UDI (GS1: weights 3, 1)."""
    return str(-sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits))) % 10)


def iban(country: str, account: str) -> str:
    """The two check digits of an IBAN (ISO 13616: modulus 97)."""
    figures = "".join(str(int(each, 36)) for each in f"{account}{country}00")
    return f"{98 - int(figures) % 97:02}"


def aadhaar(digits: str) -> str:
    """The digit to put after eleven `digits` of an Aadhaar number (Verhoeff, the dihedral group of order ten)."""

    def product(left: int, right: int) -> int:
        if left < 5:
            return (left + right) % 5 + (5 if right >= 5 else 0)
        return (left - right) % 5 + (5 if right < 5 else 0)

    permutation = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    state = 0
    for place, digit in enumerate(reversed(digits), 1):
        value = int(digit)
        for _ in range(place % 8):
            value = permutation[value]
        state = product(state, value)
    return str(next(check for check in range(10) if product(state, check) == 0))
