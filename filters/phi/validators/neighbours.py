"""What stands around a candidate: RE2 has no look-around, so validators look for themselves."""

from __future__ import annotations

import re
from collections.abc import Callable

Range = tuple[int, int]
Validator = Callable[[bytes, int, int], Range | None]
"""Takes the UTF-8 bytes of a document and a candidate `[start, end)`; returns the identifier's own place, or None."""

DIGITS = re.compile(rb"\d+")
_NUMERIC_RUN = re.compile(rb"[\d.]+")


def accept(text: bytes, start: int, end: int) -> Range | None:
    """The cue alone is evidence enough."""
    return start, end


def digit_count(value: bytes) -> int:
    return len(value) - len(value.translate(None, b"0123456789"))


def digit_before(text: bytes, start: int) -> bool:
    """A digit, or a digit and a decimal or range mark, stands directly before `start`: inside a longer number."""
    before = text[max(0, start - 2) : start]
    return before[-1:].isdigit() or (before[-1:] in b".,-/:" and before[:1].isdigit() and len(before) == 2)


def digit_after(text: bytes, end: int) -> bool:
    after = text[end : end + 2]
    return after[:1].isdigit() or (after[:1] in (b".", b",", b"-", b"/", b":") and after[1:].isdigit())


def alphanumeric(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_" or byte > b"\x7f"


def decimal(value: bytes) -> bool:
    """Some part is a decimal ("0.967", ".83"): one point, few digits. Telephone groups have none or several points."""
    return any(
        run.rstrip(b".").count(b".") == 1 and digit_count(run) < (4 if run[:1] == b"." else 7)
        for run in _NUMERIC_RUN.findall(value)
    )


def balanced(text: bytes, start: int, end: int) -> Range:
    """Drop brackets that the candidate opens or closes alone, and take in one that closes directly after."""
    value = text[start:end]
    if value[:1] == b"(" and b")" not in value:
        if text[end : end + 1] == b")":
            return start, end + 1
        start += 1
    elif value[-1:] == b")" and b"(" not in value:
        end -= 1
    return start, end
