"""Bytes to characters where a format does not say how: UTF-8, UTF-16 or Windows-1252."""

from __future__ import annotations

import re

from corpus.document import Quarantined
from sources.mojibake import repaired

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_HEAD = 1 << 16
_NULS_OF_UTF16 = 0.3
"""Of the bytes at odd (or even) places: Latin text in UTF-16 has a zero at nearly every one."""
_CONTROLS_OF_BINARY = 0.01
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\x0b\x0c\r\x1b") + b"\x7f"
# What UTF-8 read as Windows-1252 looks like: a lead byte's letter, then what its continuation bytes became.
_MOJIBAKE = re.compile(
    "[\u00c2-\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc]|\u00e2\u20ac|\ufffd"
)
_MOJIBAKE_SHARE = 0.002
_MOJIBAKE_LEAST = 3


def encoding_of(head: bytes, *, whole: bool = True) -> str | None:
    """The Python codec that reads `head`: a byte order mark, else UTF-8, else UTF-16, else Windows-1252; None if
    none does. `whole`: nothing follows `head`, so that a character cut in two at its end is damage.

    UTF-8 comes before Windows-1252 because text of the latter is almost never valid in the former.
    """
    for mark, codec in _BOMS.items():
        if head.startswith(mark):
            return codec
    sample = head[:_HEAD]
    if b"\0" in sample and (wide := _utf16(sample)):
        return wide
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if not whole and error.start >= len(head) - 3 and error.reason == "unexpected end of data":
            return "utf-8"
    else:
        return "utf-8"
    try:
        head.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return "cp1252"


def is_binary(data: bytes) -> bool:
    """More control characters than any text has; to be asked of bytes that are not UTF-16."""
    sample = data[:_HEAD]
    return len(sample) - len(sample.translate(None, _CONTROLS)) > _CONTROLS_OF_BINARY * len(sample)


def is_mojibake(text: str) -> bool:
    """Whether `text` was decoded with a wrong codec before it came to us, and cannot be put right: more than one in 500
    characters is broken."""
    return _broken(text) and _broken(repaired(text))


def _broken(text: str) -> bool:
    limit = max(_MOJIBAKE_LEAST, int(_MOJIBAKE_SHARE * len(text)))
    return sum(1 for _ in zip(_MOJIBAKE.finditer(text), range(limit), strict=False)) >= limit


def decoded(data: bytes, record: int = 0, offset: int | None = None) -> tuple[str, str] | Quarantined:
    """Text and the codec that read it; quarantined as `unknown_encoding`, `binary` or `mojibake`."""

    def refused(reason: str) -> Quarantined:
        return Quarantined(record=record, reason=reason, offset=offset)

    codec = encoding_of(data)
    if codec is None:
        return refused("binary" if is_binary(data) else "unknown_encoding")
    if not codec.startswith("utf-16") and is_binary(data):
        return refused("binary")
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return refused("invalid_unicode")
    return refused("mojibake") if is_mojibake(text) else (text, codec)


def _utf16(sample: bytes) -> str | None:
    half = len(sample) // 2 or 1
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if odd > _NULS_OF_UTF16 and even < _CONTROLS_OF_BINARY:
        return "utf-16-le"
    if even > _NULS_OF_UTF16 and odd < _CONTROLS_OF_BINARY:
        return "utf-16-be"
    return None
