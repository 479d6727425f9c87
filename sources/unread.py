"""XML without the elements that nobody reads: their bytes are taken out before a parser sees them.

References are a third of an article; references, authors and headings are two thirds of a MEDLINE file. Building them
costs as much as building the text. Tags are told from what only looks like one by lexing: what stands in a comment, a
CDATA section, a processing instruction or an attribute is no tag. Where that is not certain, nothing is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

_HELD = 1 << 20
"""Bytes that are held back until an element or comment ends; one that is longer goes to the parser."""
_NO_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[A-Za-z!]")
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s[^<>]*>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!(?:utf-8|us-ascii|iso-8859-1|windows-1252)[\"'])", re.I)


@cache
def _lexer(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A start tag of `names` (group 1); whole comments and the like (no group); what is none of it (group 2)."""
    attribute = r"""\s+[^\s<>"'=/]+\s*=\s*(?:"[^"<]*"|'[^'<]*')"""
    pattern = (
        rf"<(?:({'|'.join(map(re.escape, names))})(?:{attribute})*\s*>"
        r"|!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|!DOCTYPE[^\[<>]*>|([!?]))"
    )
    return re.compile(pattern.encode(), re.S)


class Unread:
    """The bytes of one XML file without the elements called `names`, whatever these hold.

    Left to the parser are elements that hold another of their own name, a comment, a CDATA section or a processing
    instruction, and all of a file that declares entities or is in an encoding where the bytes of `<` may mean something
    else. Whether what is taken out is well-formed is not checked, but for its end tag.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._search = _lexer(names).search
        self._ends = {name: f"</{name}>".encode() for name in names}
        self._sure = True

    def read(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """What is left of each piece of the file; an element may begin in one and end in another."""
        held = b""
        first = True
        for piece in pieces:
            if first:
                self._sure, first = _plain(piece), False
            kept, held = self._read(held + piece if held else piece, last=False)
            yield kept
        yield self._read(held, last=True)[0]

    def whole(self, data: bytes) -> bytes:
        """What is left of a file."""
        self._sure = _plain(data)
        return self._read(data, last=True)[0]

    def _read(self, data: bytes, *, last: bool) -> tuple[bytes, bytes]:
        """What is left of `data`, and what only its continuation can tell."""
        if not self._sure:
            return data, b""
        stop = len(data) if last else _before_open_tag(data)
        kept: list[bytes] = []
        start = at = 0
        while (found := self._search(data, at, stop)) is not None:
            name, other = found.groups()
            at = found.end()
            if other is not None:
                if last or stop - found.start() > _HELD:
                    self._sure = False  # a subset that declares entities, or a comment without an end
                    return b"".join((*kept, data[start:])), b""
                stop = found.start()
                break
            if name is None:
                continue
            end_tag = self._ends[name.decode()]
            end = data.find(end_tag, at)
            if end < 0:
                if last or stop - found.start() > _HELD:
                    continue
                stop = found.start()
                break
            if _simple(data, name, at, end):
                kept.append(data[start : found.start()])
                start = at = end + len(end_tag)
        kept.append(data[start:stop])
        return b"".join(kept), data[stop:]


def _plain(head: bytes) -> bool:
    """Whether `<`, and nothing else, is written as ASCII writes it."""
    declaration = _DECLARATION.match(head)
    if declaration is None:
        return _NO_DECLARATION.match(head) is not None
    return _ENCODING.search(declaration.group()) is None


def _before_open_tag(data: bytes) -> int:
    """Where a tag begins that `data` cuts in two; its length if there is none."""
    begin = data.rfind(b"<")
    return begin if begin >= 0 and data.find(b">", begin) < 0 and len(data) - begin < _HELD else len(data)


def _simple(data: bytes, name: bytes, start: int, end: int) -> bool:
    """Whether the first end tag after an element's start is its own: nothing between hides or opens another."""
    return (
        data.find(b"<" + name, start, end) < 0
        # One character is found at memory speed, two are not; these are rare.
        and (data.find(b"!", start, end) < 0 or data.find(b"<!", start, end) < 0)
        and (data.find(b"?", start, end) < 0 or data.find(b"<?", start, end) < 0)
    )
