"""The one place where text is normalised; everything downstream may rely on its result."""

from __future__ import annotations

import re
import unicodedata

# Vertical tab, form feed and NEL end a line; to drop them would glue words.
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")
# A line may break here, or not: marks for a typesetter, which split a word or an address for everyone else.
# The joiners U+200C and U+200D stay: Indic and Persian scripts are spelled with them.
_INVISIBLE = ("\u00ad", "\u200b", "\u2060", "\ufeff")
_SOFT_HYPHEN_IN_NUMBER = re.compile("(?<=[0-9])\u00ad(?=[0-9])")
_BLANK_BEFORE_LINE_END = re.compile(r"\n(?<=[^\S\n]\n)")  # the line end first: it is found at memory speed
_C0 = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\n\t")
_C1 = re.compile(rb"\xc2[\x80-\x9f]")


def normalised(text: str) -> bytes:
    r"""UTF-8 of `text` in the project's normal form; applying it twice changes nothing.

    NFC; lines end in `\n`; no C0 or C1 control character but `\n` and `\t`; no zero-width space, word joiner, byte
    order mark or soft hyphen (between digits, where it stood for one, it becomes a hyphen); no blanks at the end of a
    line, nor around the text. Nothing else changes: case, dashes, spaces within a line and compatibility characters
    stay.

    Raises:
        UnicodeEncodeError: a lone surrogate, which is no character.
    """
    data, given = text.encode(), text
    # Most text has none of this: bytes.translate tells at memory speed (in UTF-8, C0 are single bytes).
    if len(data.translate(None, _C0)) != len(data) or _C1.search(data):
        text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    if not text.isascii() and any(mark in text for mark in _INVISIBLE):
        text = _SOFT_HYPHEN_IN_NUMBER.sub("-", text)
        for mark in _INVISIBLE:
            text = text.replace(mark, "")
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if _BLANK_BEFORE_LINE_END.search(text):
        text = "\n".join([line.rstrip() for line in text.split("\n")])
    text = text.strip()
    return data if text is given else text.encode()


def one_line(text: str) -> str | None:
    """`text` as a field's value: NFC, no control characters, single spaces; None if nothing is left.

    Raises:
        UnicodeEncodeError: a lone surrogate.
    """
    return " ".join(normalised(text).decode().split()) or None
