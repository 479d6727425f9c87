"""Is it a telephone number, or a range, a date, a count?"""

from __future__ import annotations

import re

from filters.phi.science import TELEPHONE_BEFORE, amount_after, cue_before, inside_address
from filters.phi.validators.neighbours import (
    DIGITS,
    Range,
    alphanumeric,
    balanced,
    decimal,
    digit_after,
    digit_before,
    digit_count,
)

# ITU-T E.164 country codes, longest first where one begins another.
_COUNTRY = re.compile(
    rb"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|"
    rb"(?:2[1-689]|35|37|38|42|50|59|67|68|69|80|85|87|88|96|97|99)\d"
)
_CALENDAR = re.compile(
    rb"(?:19|20)\d\d\D{1,5}(?:19|20)\d\d(?:\D.*)?|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|"
    rb"\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d",
    re.DOTALL,
)
_NANP = re.compile(rb"(?:\+?1[ .-])?\(?\d{3}\)?[ .-]{1,3}\d{3}[ .-]\d{4}(?= +\d)")
_FRACTIONS = re.compile(rb"\d/\d+\)?[ \xc2\xa0]{1,3}\S{1,3}[ \xc2\xa0]{1,3}\(?\d+/\d")
"""305/755 + 685/755."""
_TOLL_FREE = re.compile(rb"1?8(?:00|33|44|55|66|77|88)\d{7}")
_YEAR_IN_BRACKETS = re.compile(rb"\((?:19|20)\d\d\)")
_SERIAL = re.compile(rb"\d{4}-\d{4}(?:-\d{1,2})?(?![\d-])")
"""ISSN 0019-1035, and a drug's NDC 0071-0155-23."""


def cued_phone(text: bytes, start: int, end: int) -> Range | None:
    """Seven digits or more after "Tel.", "fax" and the like; no calendar, decimal, or percentage."""
    while text[start : start + 1] in (b" ", b"\t", b"\xc2", b"\xa0"):
        start += 1
    value = text[start:end]
    if _CALENDAR.fullmatch(value.strip(b" ().")) or decimal(value) or text[end : end + 2].lstrip()[:1] == b"%":
        return None
    if text[end : end + 1].isalpha() and not _grouped(value) and b"+" not in value:
        return None
    if _YEAR_IN_BRACKETS.search(value):  # "Cell: 131 (2007) 861-872"
        return None
    if (whole := _NANP.match(value)) and digit_count(value[whole.end() :]) < 7:  # "call 617-555-0123 24 hours a day"
        end = start + whole.end()
    return balanced(text, start, end)


def called_phone(text: bytes, start: int, end: int) -> Range | None:
    """As `cued_phone`, in at least two groups: "call", "cell" and "reached" are ordinary words too."""
    kept = cued_phone(text, start, end)
    if kept is None or amount_after(text, kept[1]):
        return None
    value = text[kept[0] : kept[1]]
    if toll_free(value) and value.isdigit():
        return kept
    return kept if _grouped(value) and value.count(b"(") == value.count(b")") else None


def toll_free(value: bytes) -> bool:
    """A number of the North American plan that is free to call (800, 833 to 888): an organisation's."""
    return _TOLL_FREE.fullmatch(b"".join(DIGITS.findall(value))) is not None


def _grouped(value: bytes) -> bool:
    groups = DIGITS.findall(value)
    return len(groups) >= 2 and sum(map(len, groups)) >= 7 and b"," not in value


def international_phone(text: bytes, start: int, end: int) -> Range | None:
    """`+` or `00`, an E.164 country code, 8 to 15 digits in all; not a charge, an exponent or a signed difference."""
    value = text[start:end]
    before = text[max(0, start - 1) : start]
    if (
        alphanumeric(before)
        and value[:2] != b"00"
        and TELEPHONE_BEFORE.search(text[max(0, start - 20) : start]) is None
    ):
        return None
    if before in (b"=", b"*", b"/", b"^") or digit_before(text, start) or _FRACTIONS.search(value):
        return None
    body = value.lstrip(b"(+ \xc2\xa0")
    digits = b"".join(DIGITS.findall(body))
    if body[:2] == b"00":
        digits = digits[2:]
        if len(digits) < 10 or _SERIAL.match(body) or cue_before(text, start):
            return None
    singles = sum(len(group) == 1 for group in DIGITS.findall(value)[1:])
    if (
        singles >= 2 and text[max(0, start - 3) : start].rstrip()[-1:].isdigit()
    ):  # a row of a table: "120 +1 5 11 2 7 2"
        return None
    if _COUNTRY.match(digits) is None or len(digits) < 8 or decimal(value):
        return None
    if body.isdigit() and len(digits) < 10 and TELEPHONE_BEFORE.search(text[max(0, start - 30) : start]) is None:
        return None
    if digit_after(text, end) and len(digits) > 15:
        return None
    if b"\xc2\xb1" in text[end : end + 4] or inside_address(text, start):
        return None
    return balanced(text, start, end)


def national_phone(text: bytes, start: int, end: int) -> Range | None:
    """An area code in brackets and a grouped number; not inside a longer number or after a registry's name."""
    if digit_before(text, start) or digit_after(text, end) or cue_before(text, start) or inside_address(text, start):
        return None
    return start, end


def north_american_phone(text: bytes, start: int, end: int) -> Range | None:
    """3-3-4 digits. Joined by points or blanks, the area code must be one (NANP: 2 to 9 first)."""
    if alphanumeric(text[max(0, start - 1) : start]) or digit_after(text, end):
        return None
    if text[max(0, start - 1) : start] in (b".", b"-", b"/", b",", b"#", b":") and digit_before(text, start):
        return None
    value = text[start:end]
    groups = DIGITS.findall(value)
    area = groups[1] if groups[0] == b"1" else groups[0]
    if b"-" not in value and area[:1] in b"01":
        return None
    blank = b" " in value and b"-" not in value
    if blank and (text[max(0, start - 2) : start - 1].isdigit() or text[end + 1 : end + 2].isdigit()):
        return None
    if (
        text[max(0, start - 1) : start] in (b".", b"=", b"<", b">", b"~")
        or text[max(0, start - 3) : start] == b"\xe2\x88\x92"
    ):
        return None
    if cue_before(text, start) or inside_address(text, start):
        return None
    return start, end


def trunk_phone(text: bytes, start: int, end: int) -> Range | None:
    """National form with trunk 0: 10 or 11 digits ("020 7946 0958", "(0161) 496 0000")."""
    value = text[start:end]
    if not 9 <= digit_count(value.split(b"x")[0].split(b"e")[0]) <= 12:
        return None
    if alphanumeric(text[max(0, start - 1) : start]) or text[max(0, start - 2) : start - 1].isdigit():
        return None
    if digit_before(text, start) or digit_after(text, end) or text[end + 1 : end + 2].isdigit():
        return None
    if text[max(0, start - 1) : start] in (b".", b"=", b"<", b">") or cue_before(text, start):
        return None
    return None if inside_address(text, start) else (start, end)


_NEAR = re.compile(
    rb"[^\d\[\];]{0,64}?([+(]{0,2}\d(?:(?:[ ().,/-]|\xc2\xa0|\xe2\x80[\x90-\x95]){0,3}\d){6,14})(?![\w]|[-/.]\d)"
)
_OTHER_CUE = re.compile(rb"(?i)\b(?:phones?|tel|telephone|call|mobile|cell|voice|pager|ring)\b")
_YEAR = re.compile(rb"(?:19|20)\d\d$")
_DATE = re.compile(rb"\d{1,2}([-/. ])\d{1,2}\1(?:19|20)?\d\d\b|(?:19|20)\d\d([-/.])\d{1,2}\2\d{1,2}\b")
_WRITTEN_OUT = re.compile(rb"\d{1,3}(?:,\d{3})+$")


def loose_phone(text: bytes, start: int, end: int) -> Range | None:
    """Nine to twelve digits as people group them; no date, range, code of a drug or reference."""
    value = text[start:end]
    number = value.split(b"x")[0].split(b"e")[0]
    if not 9 <= digit_count(number) <= 12 or alphanumeric(text[max(0, start - 1) : start]):
        return None
    if (
        _CALENDAR.fullmatch(number)
        or _DATE.match(number)
        or _SERIAL.match(number)
        or amount_after(text, end)
        or alphanumeric(text[end : end + 1])
    ):
        return None
    if (
        digit_before(text, start)
        or digit_after(text, end)
        or text[max(0, start - 1) : start] in (b".", b"=", b"<", b">", b"-")
    ):
        return None
    if digit_count(number) != len(number) and re.search(rb"\.\d+ |\d \d+\.\d|-\d+\.|\.\d+-", number):
        return None  # decimals and ranges
    return None if cue_before(text, start) or inside_address(text, start) else balanced(text, start, end)


def near_phone(text: bytes, start: int, end: int) -> Range | None:
    """The first grouped number, of seven digits or more, within some words after a cue."""
    found = _NEAR.match(text, end, end + 110)
    if found is None:
        return None
    at, stop = found.span(1)
    value = found.group(1)
    if _WRITTEN_OUT.match(value) or amount_after(text, stop):
        return None
    if not _grouped(value) and digit_count(value) < 9:
        return None
    kept = cued_phone(text, at, stop)
    return None if kept is None or cue_before(text, at) else kept


def near_fax(text: bytes, start: int, end: int) -> Range | None:
    """As `near_phone`, unless a telephone's cue stands between."""
    kept = near_phone(text, start, end)
    return None if kept is None or _OTHER_CUE.search(text[end : kept[0]]) else kept


def labelled_phone(text: bytes, start: int, end: int) -> Range | None:
    """A grouped number with its label after it: "555-0100 (home)"."""
    while end > start and not text[end - 1 : end].isdigit():
        end -= 1
    kept = called_phone(text, start, end)
    if kept is None or digit_before(text, kept[0]) or alphanumeric(text[max(0, kept[0] - 1) : kept[0]]):
        return None
    return kept


def short(text: bytes, start: int, end: int) -> Range | None:
    """A pager's number or an extension: no angle of an "ext." rotation, no year."""
    if end - start < 4 and b"pager" not in text[max(0, start - 16) : start].lower():
        return None
    return None if amount_after(text, end) or digit_after(text, end) or _YEAR.match(text, start, end) else (start, end)
