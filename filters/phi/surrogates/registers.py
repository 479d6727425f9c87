"""Would some register take this number? Rules of the numbers that a person, a device or a vehicle may bear.

All rules of a length are asked, whatever the number claims to be: nine digits that are no SSN must be no bank's routing
number either. A register without check digits is its form and reserved ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

Digits = list[int]
Rule = Callable[[Digits], bool]

DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def weighted(digits: Digits, weights: Sequence[int]) -> int:
    """Sum of the digits, each times its weight, as far as there are weights."""
    return sum(map(int.__mul__, digits, weights))


def luhn(digits: Digits) -> bool:
    """ISO/IEC 7812-1, annex B: cards, IMEI, SIREN and SIRET, the SIN of Canada, the partita IVA, personnummer."""
    return (sum(digits[-1::-2]) + sum([DOUBLED[each] for each in digits[-2::-2]])) % 10 == 0


def gtin(digits: Digits) -> bool:
    """GS1 General Specifications 7.9: 3 and 1 from the right, the check digit left out; AHV numbers too."""
    return (sum(digits[-1::-2]) + 3 * sum(digits[-2::-2])) % 10 == 0


def _npi(digits: Digits) -> bool:
    return luhn([8, 0, 8, 4, 0, *digits])


def _nhs(digits: Digits) -> bool:
    """Modulus 11: NHS numbers, and CHI numbers of Scotland."""
    return weighted(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _ssn(digits: Digits) -> bool:
    """Area not 000, 666 or 9xx, group not 00, serial not 0000; ITIN and ATIN are 9xx with a group of 50 or above."""
    area, group = digits[0] * 100 + digits[1] * 10 + digits[2], digits[3] * 10 + digits[4]
    if area >= 900:
        return group >= 50
    return area not in (0, 666) and group != 0 and any(digits[5:])


def _aba(digits: Digits) -> bool:
    return weighted(digits, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0


def _tfn(digits: Digits) -> bool:
    return weighted(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def _acn(digits: Digits) -> bool:
    return (weighted(digits, (8, 7, 6, 5, 4, 3, 2, 1)) + digits[8]) % 10 == 0


def _bsn(digits: Digits) -> bool:
    return (weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2)) - digits[8]) % 11 == 0


def _nif(digits: Digits) -> bool:
    rest = weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return digits[8] == (0 if rest < 2 else 11 - rest)


def _taj(digits: Digits) -> bool:
    return weighted(digits, (3, 7, 3, 7, 3, 7, 3, 7)) % 10 == digits[8]


def _lanr(digits: Digits) -> bool:
    return (weighted(digits, (4, 9, 4, 9, 4, 9)) + digits[6]) % 10 == 0


def _czech(digits: Digits) -> bool:
    return int("".join(map(str, digits))) % 11 == 0


def _cpr(digits: Digits) -> bool:
    return weighted(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _egn(digits: Digits) -> bool:
    return weighted(digits, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == digits[9]


def _nip(digits: Digits) -> bool:
    return weighted(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == digits[9]


def _medicare_au(digits: Digits) -> bool:
    return weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == digits[8]


def _brn(digits: Digits) -> bool:
    total = weighted(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5)) + digits[8] * 5 // 10
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
    first = weighted(digits, range(10, 1, -1)) * 10 % 11 % 10
    return digits[9] == first and digits[10] == weighted(digits, range(11, 1, -1)) * 10 % 11 % 10


def _cnpj(digits: Digits) -> bool:
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    rests = [weighted(digits, weights[1:]) % 11, weighted(digits, weights) % 11]
    return digits[12:] == [0 if rest < 2 else 11 - rest for rest in rests]


def _pesel(digits: Digits) -> bool:
    return (weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) + digits[10]) % 10 == 0


def _tckn(digits: Digits) -> bool:
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[9] == tenth and sum(digits[:10]) % 10 == digits[10]


def _abn(digits: Digits) -> bool:
    return (weighted(digits, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0


def _norwegian(digits: Digits) -> bool:
    first = weighted(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    return first == 0 and weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _belgian(digits: Digits) -> bool:
    number, check = divmod(int("".join(map(str, digits))), 100)
    return check in (97 - number % 97, 97 - (number + 2 * 10**9) % 97)


def _estonian(digits: Digits) -> bool:
    rest = weighted(digits, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:
        rest = weighted(digits, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11
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
    rest = weighted(digits, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return digits[12] == (1 if rest == 10 else rest)


def _thai(digits: Digits) -> bool:
    return (11 - weighted(digits, range(13, 1, -1)) % 11) % 10 == digits[12]


def _rrn(digits: Digits) -> bool:
    return (11 - weighted(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == digits[12]


def _jmbg(digits: Digits) -> bool:
    rest = 11 - weighted(digits, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return digits[12] == (0 if rest > 9 else rest)


def _nir(digits: Digits) -> bool:
    number, check = divmod(int("".join(map(str, digits))), 100)
    return check == 97 - number % 97


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


def taken_digits(digits: str) -> bool:
    """Some register of numbers without letters would take `digits` (ASCII)."""
    rules = _BY_LENGTH.get(len(digits))
    if rules is None:
        return False
    numbers = [ord(each) - 48 for each in digits]
    return any(rule(numbers) for rule in rules)
