"""XML without the elements that nobody reads: their bytes are taken out before a parser sees them.

References are a third of an article; references, authors and headings are two thirds of a MEDLINE file. Building them
costs as much as building the text. Tags are told from what only looks like one by lexing: what stands in a comment, a
CDATA section, a processing instruction or an attribute is no tag. Where that is not certain, nothing is taken out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache

_HELD = 1 << 20
"""Bytes that are held back until an element or comment ends; one that is longer goes to the parser."""
_NO_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[A-Za-z!]")
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s[^<>]*>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!(?:utf-8|us-ascii|iso-8859-1|windows-1252)[\"'])", re.I)


@cache
def _lexer(names: tuple[str, ...], places: tuple[str, ...]) -> re.Pattern[bytes]:
    """A start tag of `names` (group 1) or `places` (2); comments and the like; any other `<!` or `<?` (3)."""
    attributes = r"""(?:\s+[^\s<>"'=/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*"""
    unread, placed = ("|".join(map(re.escape, some)) or "(?!)" for some in (names, places))
    initials = "".join(re.escape(name[0]) for name in sorted({*names, *places}))  # turns most tags away at once
    pattern = (
        rf"<(?=[!?{initials}])(?:({unread}){attributes}>|({placed}){attributes}/?>"
        r"|!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|!DOCTYPE[^\[<>]*>|([!?]))"
    )
    return re.compile(pattern.encode(), re.S)


class Unread:
    """The bytes of one XML file without the elements called `names`, whatever these hold.

    Left to the parser are elements that hold another of their own name, a comment, a CDATA section or a processing
    instruction, and all of a file that declares entities or is in an encoding where the bytes of `<` may mean something
    else. Whether what is taken out is well-formed is not checked, but for its end tag.
    """

    def __init__(self, names: tuple[str, ...], places: tuple[str, ...] = ()) -> None:
        self.places: deque[int] = deque()
        """Where, in bytes of the whole file, the elements called `places` start; those passed so far, in order."""
        self._search = _lexer(names, places).search
        self._ends = {name.encode(): f"</{name}>".encode() for name in names}
        self._sure = True
        self._passed = 0  # bytes of the file before those at hand

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
        ends: dict[bytes, int] = {}  # where the next end tag of a name is: no stretch is searched twice
        start = at = 0
        while (found := self._search(data, at, stop)) is not None:
            name, placed, other = found.groups()
            at = found.end()
            may_wait = not last and stop - found.start() <= _HELD
            if placed is not None:
                self.places.append(self._passed + found.start())
            elif name is not None:
                end = ends.get(name, 0)
                if 0 <= end < at:
                    end = ends[name] = data.find(self._ends[name], at)
                if end < 0 and may_wait:
                    stop = found.start()
                elif end >= 0 and _simple(data, name, at, end):
                    kept.append(data[start : found.start()])
                    start = at = end + len(self._ends[name])
            elif other is not None:
                if may_wait:
                    stop = found.start()
                else:  # a subset that declares entities, or a comment without an end
                    self._sure = False
                    stop = len(data)
                    break
        kept.append(data[start:stop])
        self._passed += stop
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
