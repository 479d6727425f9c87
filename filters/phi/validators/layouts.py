"""Is it a code where a form or a phrase has one?"""

from __future__ import annotations

import re

from filters.phi.science import amount_after, cue_before, inside_address, own_form
from filters.phi.validators.codes import DATE_SHAPE, apart
from filters.phi.validators.neighbours import Range, digit_count

_NUMBER = re.compile(rb"[A-Z]{0,2}\d{5,10}")
_NAME_AFTER = re.compile(rb" [A-Z][a-z]+|[ ]?[,.;)]")
_ACTING = re.compile(rb" (?:from|accessed|viewed|opened|logged|signed|edited|printed|exported|at \d)\b")
_WORDS = frozenset(b"with name user used using page info access details information portal account".split())


def first_number(text: bytes, start: int, end: int) -> Range | None:
    """The number that a candidate has before its date."""
    found = _NUMBER.search(text, start, end)
    return found.span() if found else None


def head_number(text: bytes, start: int, end: int) -> Range | None:
    """Six digits or more to the end of the line."""
    value = text[start:end]
    ended = text[end : end + 20].lstrip(b" \t\r")[:1] in (b"\n", b"")
    return (start, end) if ended and digit_count(value) >= 6 and not DATE_SHAPE.match(value) else None


def lot(text: bytes, start: int, end: int) -> Range | None:
    """Three digits with letters, or five alone; no date."""
    value = text[start:end].rstrip(b"-")
    digits = digit_count(value)
    enough = digits >= 5 or (digits >= 3 and digits < len(value.replace(b"-", b"")))
    if not enough or DATE_SHAPE.match(value) or amount_after(text, end) or text[end : end + 1].isalnum():
        return None
    return start, start + len(value)


def named_after(text: bytes, start: int, end: int) -> Range | None:
    """A number before an officer's name, or at a clause's end; no year."""
    if DATE_SHAPE.match(text[start:end]) or amount_after(text, end):
        return None
    return (start, end) if _NAME_AFTER.match(text, end, end + 24) else None


def driver(text: bytes, start: int, end: int) -> Range | None:
    """Month, 51 to 62 for a woman, and day stand in the second to fifth of the six digits."""
    digits = re.sub(rb"\D", b"", re.sub(rb"^[A-Z]*9*(?=(?: ?\d){6})", b"", text[start:end]))[:6]
    if len(digits) < 6 or not apart(text, start, end):
        return None
    month, day = int(digits[1:3]) % 50, int(digits[3:5])
    return (start, end) if 1 <= month <= 12 and 1 <= day <= 31 else None


def first_line(text: bytes, start: int, end: int) -> Range | None:
    """The candidate's first line."""
    value = text[start : text.index(b"\n", start)].rstrip(b" \t\r")
    return start, start + len(value)


def acting(text: bytes, start: int, end: int) -> Range | None:
    """A name of a user who does something: "login jdoe from 192.0.2.1"."""
    value = text[start:end]
    return (start, end) if _ACTING.match(text, end, end + 12) and value not in _WORDS else None


def alone(text: bytes, start: int, end: int) -> Range | None:
    """A letter and seven digits, no registry's number."""
    value = text[start:end]
    if not apart(text, start, end) or own_form(value) or cue_before(text, start) or inside_address(text, start):
        return None
    return start, end
