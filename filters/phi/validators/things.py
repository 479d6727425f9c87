"""Is it a thing of somebody's, or a file, a ratio, a mention of a matrix?"""

from __future__ import annotations

import re

from filters.phi.science import inside_address
from filters.phi.validators.neighbours import Range, alphanumeric

_PLAIN_NAME = re.compile(
    rb"(?i)(?:fig(?:ure)?|table|image|graphic|gr|fx|logo|icon|banner|scheme|chart)[ _.-]?s?\d{0,3}[a-h]?\."
)


def hardware_address(text: bytes, start: int, end: int) -> Range | None:
    """A MAC address: not within a longer row of pairs."""
    around = text[max(0, start - 1) : start], text[end : end + 1]
    if any(mark in (b":", b"-", b".") for mark in around[:1]) or alphanumeric(around[0]) or alphanumeric(around[1]):
        return None
    value = text[start:end]
    return (start, end) if re.search(rb"[A-Fa-f]", value) and re.search(rb"\d", value) else None


def instance(text: bytes, start: int, end: int) -> Range | None:
    """An object identifier of a study or an image (DICOM UID): long, and not one of HL7's or another standard's."""
    value = text[start:end]
    standard = value.startswith((b"2.16.840.1.113883.", b"1.3.6.1.4.1.19376", b"1.2.840.10008."))
    return None if standard or len(value) < 24 else (start, end)


def digest(text: bytes, start: int, end: int) -> Range | None:
    """Hexadecimal digits, figures among them."""
    whole = not alphanumeric(text[end : end + 1])
    return (start, end) if whole and re.search(rb"\d", text[start:end]) else None


def file_name(text: bytes, start: int, end: int) -> Range | None:
    """The name of a picture's or film's file; "fig1.jpg" names no one."""
    before = text[max(0, start - 1) : start]
    while text[start : start + 1] in (b"(", b"-", b"."):
        start += 1
    if b"(" not in text[start:end] and b")" in text[start:end]:
        start = text.rfind(b")", start, end) + 1
    if before in (b"/", b"\\", b"@") or inside_address(text, start):
        return None  # the end of a web address
    return None if _PLAIN_NAME.match(text[start:end]) else (start, end)


def handle(text: bytes, start: int, end: int) -> Range | None:
    """A name after "@", no e-mail's host, measure or time ("@ 2 L", "@1.5"), no decorator's bracket."""
    before = text[max(0, start - 1) : start]
    if alphanumeric(before) or before in (b".", b"-", b"+", b"]", b"@", b"/", b")"):
        return None
    value = text[start + 1 : end]
    if value[:1].isdigit() or not re.search(rb"[A-Za-z]{2}", value) or text[end : end + 1] == b"@":
        return None
    return start, end


def user_name(text: bytes, start: int, end: int) -> Range | None:
    """A word that is no plain one: with a digit, a low line, a point, or "@" before it."""
    value = text[start:end].rstrip(b".-")
    marked = value[:1] == b"@" or re.search(rb"[\d_]|[A-Za-z]{2}\.[A-Za-z]{2}", value) is not None
    return (start, start + len(value)) if marked and re.search(rb"[A-Za-z].?[A-Za-z_0-9]?.?[A-Za-z]", value) else None
