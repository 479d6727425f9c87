"""Text as a reader would say it aloud: what splits an identifier for a machine only is folded away, places kept.

`x&#64;example.org`, a zero-width space before the `@`, a telephone number broken at a line's end: each is seen by
the patterns in its plain form, and found at its place in the original. The text itself is never changed.
"""

from __future__ import annotations

import html
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from filters.phi.validators.domains import TOP_LEVEL


class Edit(NamedTuple):
    """Bytes `[start, end)` of a text read as `reading`."""

    start: int
    end: int
    reading: bytes


class Folded:
    """A text with edits applied, and the way back to the original."""

    def __init__(self, text: bytes, edits: list[Edit]) -> None:
        """`edits` are sorted and do not overlap."""
        parts: list[bytes] = []
        self._edits = edits
        self._starts: list[int] = []
        self._ends: list[int] = []
        done = length = 0
        for edit in edits:
            parts += (text[done : edit.start], edit.reading)
            length += edit.start - done
            self._starts.append(length)
            length += len(edit.reading)
            self._ends.append(length)
            done = edit.end
        parts.append(text[done:])
        self.text = b"".join(parts)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The bytes that `[start, end)` of the folded text was read from, without what was dropped at its edges."""
        first = bisect_right(self._starts, start) - 1
        if first >= 0:
            inside = start < self._ends[first]
            start = self._edits[first].start if inside else self._edits[first].end + start - self._ends[first]
        last = bisect_left(self._starts, end) - 1
        if last >= 0:
            end = self._edits[last].end + max(0, end - self._ends[last])
        return start, end


Reading = Callable[[Any], bytes | None]


class Rule(NamedTuple):
    """What is read otherwise: a group of an RE2 expression over UTF-8 bytes, and how (None: as it stands)."""

    expression: str
    reading: Reading
    group: int = 1


def _foreign_digits() -> str:
    """Digits of other scripts and full-width ones, as ranges of an RE2 class."""
    codes = [code for code in range(0x80, sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"]
    ranges = []
    for _, run in groupby(enumerate(codes), lambda pair: pair[1] - pair[0]):
        members = list(map(itemgetter(1), run))
        ranges.append(rf"\x{{{members[0]:x}}}-\x{{{members[-1]:x}}}")
    return "".join(ranges)


_INVISIBLE = r"\x{ad}\x{200b}-\x{200f}\x{2060}-\x{2064}\x{feff}"
_WIDE = r"\x{ff0b}\x{ff0d}\x{ff0e}\x{ff20}\x{ff21}-\x{ff3a}\x{ff3f}\x{ff41}-\x{ff5a}"
_INLINE = "a|abbr|b|bold|code|em|font|i|italic|mark|small|span|strong|sub|sup|u|wbr"
_BLOCK = "br|div|li|p|td|th|tr"


def _plain(piece: str) -> str:
    """Each character as ASCII where it is a digit or a full-width form; nothing where it is invisible."""
    read = []
    for character in piece:
        if unicodedata.category(character) == "Nd":
            read.append(str(unicodedata.digit(character)))
        elif unicodedata.category(character) != "Cf":
            read.append(unicodedata.normalize("NFKC", character))
    return "".join(read)


def _characters(match: Any) -> bytes:
    start, end = match.span(1)
    text, piece = match.string, match.group(1)
    if piece == b"\xc2\xad" and text[start - 1 : start].isdigit() and text[end : end + 1].isdigit():
        return b"-"
    return _plain(piece.decode()).encode()


def _entity(match: Any) -> bytes | None:
    character = html.unescape(html.unescape(match.group(1).decode()))
    return _plain(character).encode(errors="replace") if len(character) == 1 else None


_FIGURES = {b"O": b"0", b"o": b"0", b"l": b"1", b"I": b"1", b"S": b"5", b"B": b"8", b"s": b"5", b"b": b"6", b"i": b"1"}


def _misread(match: Any) -> bytes:
    """A letter among figures that optical character recognition takes for one."""
    return _FIGURES[match.group(1)]


CHARACTERS = (
    Rule(rf"([{_INVISIBLE}{_WIDE}{_foreign_digits()}])", _characters),
    Rule(
        r"(&(?:amp;)?(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|commat|period|hyphen|dash|ndash|lowbar|plus|nbsp|lpar|rpar|"
        r"shy|ZeroWidthSpace|NoBreak|zwnj|zwj);)",
        _entity,
    ),
    Rule(r"[\p{L}\p{N}](%40)[\p{L}\p{N}]", lambda match: b"@"),
    Rule(r"( ?(?:\[ ?@ ?\]|\( ?@ ?\)|\{ ?@ ?\}|< ?@ ?>) ?)", lambda match: b"@"),
    Rule(r"\d[-. ]?([OolISBsb])\d", _misread),
    Rule(r"\d([OolISBsb])[-. )/]\d", _misread),
    Rule(r"\d\.([OolI])\.\d", _misread),
    Rule(r"\b([OlISs])\d{1,2}[-. ]\d", _misread),
    Rule(r"\)[ -]?([OlIS])\d\d[-. ]\d", _misread),
    Rule(r"@([*`]{1,3})[\p{L}\p{N}]", lambda match: b""),
    Rule(rf"(?i)(</?(?:{_INLINE})(?:[ \t][^<>]*)?/?>)", lambda match: b""),
    Rule(rf"(?i)(</?(?:{_BLOCK})(?:[ \t][^<>]*)?/?>)", lambda match: b" "),
)
"""Characters and marks that no one reads: applied first."""

_BREAK = r"[ \t]{0,4}(?:\r?\n|\t)[ \t]{0,4}"
_BREAKS = r"[ \t]{0,4}\r?\n[ \t\r\n]{0,6}"
_HYPHEN = r"\-\x{2010}-\x{2015}\x{2212}"
_NAME = r"[\p{L}\p{N}._-]"
_CUES = (
    r"e?mrn?s?|ssns?|ss|records?|numbers?|num|nos?|nr|ids?|identifiers?|code|tele?|telephones?|phones?|tele?fax|fax|"
    r"facsimile|mobile|cell|hotline|helpline|pager|e-?mails?|address|dea|npi|hicn|mbi|account|acct|licen[cs]e|policy|"
    r"insurance|member|security|chart|is|was"
)


def _top_level(labels: bytes) -> bool:
    """The last of several labels ends a domain."""
    last = labels.rstrip(b".").rpartition(b".")[2].decode(errors="replace")
    return last.islower() and last in TOP_LEVEL


def _domain(match: Any) -> bytes | None:
    """ "@example.\\norg": the break goes, if the domain was not whole before it and is whole after it."""
    left, right = match.group(1), match.group(3)
    if b"." in left.rstrip(b".") and _top_level(left):
        return None
    joined = left[-1:] in (b".", b"-") or b"." in right.rstrip(b".")
    return b"" if joined and _top_level(b"." + right) else None


def _cue(match: Any) -> bytes | None:
    mark, following = match.group(1), match.group(3)
    return b" " if following in b"0123456789(+#" or any(byte in b":#=" for byte in mark) else None


def _unfinished(match: Any) -> bytes | None:
    """A telephone number of too few digits goes on in the next line."""
    digits = sum(48 <= byte <= 57 for byte in match.group(1))
    return b" " if 2 <= digits < (9 if b"+" in match.group(1) else 7) else None


BREAKS = (
    Rule(rf"({_BREAK})@", lambda match: b" "),
    Rule(rf"@({_BREAK})[\p{{L}}\p{{N}}]", lambda match: b" "),
    Rule(rf"[^\s@] ?@ ?({_NAME}+)({_BREAK})({_NAME}+)", _domain, 2),
    Rule(rf"[\p{{L}}\p{{N}}][-_+]({_BREAK}){_NAME}+@", lambda match: b""),
    Rule(rf"\d[{_HYPHEN}/)]{{1,2}}({_BREAK})\(?\d", lambda match: b""),
    Rule(rf"\d({_BREAK})[{_HYPHEN}]\d", lambda match: b""),
    Rule(rf"\b[A-Z\d]{{1,9}}[{_HYPHEN}/]({_BREAK})(?:[A-Z]{{0,3}} ?\d|[A-Z]{{2}}\b)", lambda match: b""),
    Rule(rf"\b0\d(?:[ .]\d\d){{1,3}}({_BREAK})\d\d(?:[ .]\d\d){{0,3}}\b", lambda match: b" "),
    Rule(rf"\b[A-Z]{{2}}\d\d({_BREAK})[A-Z\d]\d{{3}} \d{{4}}\b", lambda match: b" "),
    Rule(rf"\b\d{{4}} \d{{4}}({_BREAK})\d{{4}}\b", lambda match: b" "),
    Rule(rf"\d-({_BREAKS})[A-Z]\b", lambda match: b""),
    Rule(
        rf"(?:\+\d{{1,3}}|\b0\d{{1,4}}|\(0\d{{1,4}}\)|"
        rf"\b[69]\d\d)(?:[ ./()-]{{1,3}}\d{{1,5}}){{0,4}}[ ]?[/]?({_BREAKS})"
        r"\d{2,8}(?:[ .-]\d{2,5}){0,4}\b",
        lambda match: b" ",
    ),
    Rule(rf"(?:://|\bwww\.)[^\s<>\"]{{1,200}}/({_BREAKS})[a-z0-9]", lambda match: b""),
    Rule(rf"(?:://|\bwww\.)[^\s<>\"]{{1,200}}[/.?&=_-]({_BREAKS})[a-z0-9%?=&_-]*[\d/?=&]", lambda match: b""),
    Rule(
        rf"(?i)[\p{{L}}\p{{N}}][-_]({_BREAKS})[\p{{L}}\p{{N}}_-]+\.(?:jpe?g|png|gif|tiff?|hei[cf]|bmp|"
        rf"dcm)\b",
        lambda match: b"",
    ),
    Rule(
        r"\b[2-9]\d\d-[2-9]\d\d([ \t]{0,4}\r?\n[ \t]{0,4})(?:[03-9]\d|1[0-8]|2[1-9])\d\d\b",
        lambda match: b"-",
    ),
    Rule(
        rf"(?i)\b(?:tele?|telephone|phone|fax|mobile|cell)\b[^\p{{L}}\d\n]{{0,6}}([+(\d][\d ().{_HYPHEN}]{{0,20}})"
        r"([ \t]{0,4}\r?\n[ \t]{0,4})\(?\d",
        _unfinished,
        2,
    ),
    Rule(
        rf"(?i)\b(?:{_CUES})\b([ \t]{{0,2}}[.:#=(]{{0,3}})({_BREAKS})([\p{{L}}\d(+#])",
        _cue,
        2,
    ),
)
"""Breaks inside an identifier or between a cue and its value: applied to what `CHARACTERS` leave."""


def folded(text: bytes, rules: Iterable[tuple[Rule, Any]]) -> Folded | None:
    """`text` as the rules (each with its compiled expression) read it; None if they read it as it stands."""
    edits: list[Edit] = []
    for rule, search in rules:
        for match in search.finditer(text):
            reading = rule.reading(match)
            if reading is not None:
                start, end = match.span(rule.group)
                edits.append(Edit(start, end, reading))
    kept: list[Edit] = []
    for edit in sorted(edits):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return Folded(text, kept) if kept else None
