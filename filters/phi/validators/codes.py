"""Is it a code that somebody was given?"""

from __future__ import annotations

import re

from filters.phi.science import cue_before, inside_address
from filters.phi.validators import check_digits
from filters.phi.validators.neighbours import DIGITS, Range, alphanumeric, decimal, digit_after, digit_before

DATE_SHAPE = re.compile(
    rb"(?:19|20)\d\d(?:[-/.]\d{1,2}){0,2}$|(?:0?[1-9]|1[0-2])[-/.](?:19|20)\d\d$|(?:0?[1-9]|[12]\d|"
    rb"3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:\d\d|(?:19|20)\d\d)$"
)
"""A year, or a date in numbers."""
_REGISTERED = re.compile(rb"(?i)(?:NCT|ISRCTN|PMC|PMID|CRD|GSE)\d|10\.\d{4}|doi")
_MARKS = re.compile(rb"[^0-9A-Za-z]+")


def apart(text: bytes, start: int, end: int) -> bool:
    """Neither a letter or digit nor a decimal or range stands directly around `[start, end)`."""
    if alphanumeric(text[max(0, start - 1) : start]) or alphanumeric(text[end : end + 1]):
        return False
    return not digit_before(text, start) and not digit_after(text, end)


def plain(value: bytes) -> str:
    """Letters, as capitals, and digits of `value`."""
    return _MARKS.sub(b"", value).decode("ascii").upper()


def social_security(text: bytes, start: int, end: int) -> Range | None:
    """Three, two and four digits: also those that SSA never gives out: examples and ITINs are written so."""
    if alphanumeric(text[max(0, start - 1) : start]) or digit_before(text, start) or digit_after(text, end):
        return None
    if text[max(0, start - 1) : start] in (b"-", b"/") and alphanumeric(text[max(0, start - 2) : start - 1]):
        return None  # the end of a longer code: "RES-156-25-0022"
    return None if cue_before(text, start) or inside_address(text, start) else (start, end)


def _code(text: bytes, start: int, end: int, run: int) -> Range | None:
    value = text[start:end].rstrip(b"./-")
    end = start + len(value)
    joined = re.sub(rb"[-/.]", b"", value)
    longest = max((len(digits) for digits in DIGITS.findall(joined)), default=0)
    if longest < run or DATE_SHAPE.match(value) or text[end : end + 1] == b"%" or decimal(value):
        return None
    if _REGISTERED.match(value):
        return None
    return start, end


def long_code(text: bytes, start: int, end: int) -> Range | None:
    """A code with four digits in a row (hyphens not counted); "MRN (MRE11-RAD50-NBS1)" is a protein complex."""
    return _code(text, start, end, 4)


def longer_code(text: bytes, start: int, end: int) -> Range | None:
    """A code with five digits in a row: "patient no. 12" and "hospital no. 2015" are not one."""
    return _code(text, start, end, 5)


def plan_code(text: bytes, start: int, end: int) -> Range | None:
    """A code with five digits in a row, or a Medicare beneficiary identifier."""
    value = text[start:end].replace(b"-", b"")
    if len(value) == 11 and value[:1].isdigit() and value[3:4].isdigit() and value[-2:].isdigit():
        return start, end
    return longer_code(text, start, end)


def dea(text: bytes, start: int, end: int) -> Range | None:
    """DEA registration with its check digit."""
    return (start, end) if check_digits.dea(plain(text[start:end])) else None


def npi(text: bytes, start: int, end: int) -> Range | None:
    """National Provider Identifier with its check digit."""
    return (start, end) if check_digits.npi(plain(text[start:end])) else None


def card(text: bytes, start: int, end: int) -> Range | None:
    """Payment card: 13 to 19 digits with their check digit, the first 3 to 6; not the same digit throughout."""
    digits = plain(text[start:end])
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2 or not check_digits.luhn(digits):
        return None
    return (start, end) if apart(text, start, end) else None


def iban(text: bytes, start: int, end: int) -> Range | None:
    """The longest beginning, whole groups, that checks: a word in capitals may follow."""
    while end > start:
        value = plain(text[start:end])
        if 15 <= len(value) <= 34 and check_digits.iban(value) and apart(text, start, end):
            return start, end
        shorter = max(text.rfind(b" ", start, end), text.rfind(b"-", start, end))
        if shorter <= start:
            return None
        end = shorter
    return None


def _checked(text: bytes, start: int, end: int, right: bool) -> Range | None:
    return (start, end) if right and apart(text, start, end) else None


def nhs(text: bytes, start: int, end: int) -> Range | None:
    """NHS number with its check digit."""
    return _checked(text, start, end, check_digits.nhs(plain(text[start:end])))


def dni(text: bytes, start: int, end: int) -> Range | None:
    """Spanish DNI or NIE with its letter."""
    return _checked(text, start, end, check_digits.dni(plain(text[start:end])))


def insee(text: bytes, start: int, end: int) -> Range | None:
    """French NIR with its key."""
    return _checked(text, start, end, check_digits.insee(plain(text[start:end])))


def codice_fiscale(text: bytes, start: int, end: int) -> Range | None:
    """Italian tax code with its check letter."""
    return _checked(text, start, end, check_digits.codice_fiscale(plain(text[start:end])))


def aadhaar(text: bytes, start: int, end: int) -> Range | None:
    """Indian Aadhaar with its check digit."""
    return _checked(text, start, end, check_digits.aadhaar(plain(text[start:end])))


def vin(text: bytes, start: int, end: int) -> Range | None:
    """Vehicle identification number with its check digit, letters and digits in it."""
    value = plain(text[start:end])
    mixed = any(map(str.isalpha, value)) and any(map(str.isdigit, value))
    return _checked(text, start, end, mixed and check_digits.vin(value))


def standing_apart(text: bytes, start: int, end: int) -> Range | None:
    """A shape that is seldom anything else, not within something longer and not science by its neighbours."""
    if not apart(text, start, end) or cue_before(text, start) or inside_address(text, start):
        return None
    return start, end
