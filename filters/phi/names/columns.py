"""Names in a table: the cells below a header such as "Patient Name", of tabs, bars or wide blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.phi.expressions import Expression
from filters.phi.names.parts import Name, Trust
from filters.phi.names.reader import Reader

HEADER = Expression(
    r"(?im)^[^\n:]*?(?:^|\t|\||[ ]{2})[ ]{0,3}"
    r"(?:(?:patient|pt|full|last|first|resident|client|member|subject)(?:['’]s)?[ ])?"
    r"(?:name|names|surname|patient|pt|resident|client|provider|physician|attending|ordering|ordered by|doctor|nurse|"
    r"clinician|surgeon|referred by|collected by|seen by|author|signed by|contact|consultant|prescriber|staff)[ ]{0,30}"
    r"(?:\t|\||[ ]{2}|\n)"
)
"""A line with a cell that says its column holds names."""

_NAMES = re.compile(
    r"(?i)(?:(?:patient|pt|full|last|first|resident|client|member|subject)(?:['’]s)? )?(?:names?|surname|patient|pt|"
    r"resident|client|provider|physician|attending|ordering|ordered by|doctor|nurse|clinician|surgeon|referred by|"
    r"collected by|seen by|author|signed by|contact|consultant|prescriber|staff)"
)
_OF_THINGS = re.compile(r"(?i)\b(?:dose|dosage|route|freq\w*|sig|strength|value|units?|quantity|qty|code|amount|ndc)\b")
"""A table of drugs or tests, whose "name" is theirs."""
_CELL = re.compile(r"[^\s|](?:[^\s|]|[ ](?![ |]))*")
_RULE = re.compile(r"[\s\-=+|_:]*$")
_ROWS = 60
"""Most rows read below a header."""
_SHIFT = 3
"""Characters by which a cell may begin beside its header."""


def in_columns(reader: Reader, start: int, end: int) -> Iterator[Name]:
    """Names below the header that the characters `[start, end)` hold."""
    text = reader.text
    begin, stop = text.rfind("\n", 0, start + 1) + 1, text.find("\n", end - 1)
    if stop < 0:
        return
    header = [(cell.start(), cell.end(), cell.group()) for cell in _CELL.finditer(text, begin, stop)]
    wanted = [
        (index, low - begin, high - begin)
        for index, (low, high, word) in enumerate(header)
        if _NAMES.fullmatch(word) is not None
    ]
    if len(header) < 2 or not wanted or _OF_THINGS.search(text, begin, stop):
        return
    marked = "\t" in text[begin:stop] or "|" in text[begin:stop]
    for _ in range(_ROWS):
        begin, stop = stop + 1, text.find("\n", stop + 1)
        stop = len(text) if stop < 0 else stop
        line = text[begin : min(stop, begin + 400)]
        if not line.strip():
            return
        if not _RULE.match(line):
            cells = [(cell.start(), cell.end()) for cell in _CELL.finditer(line)]
            if len(cells) < 2:
                return
            for index, low, high in wanted:
                yield from _named(reader, begin, cells, index if marked else None, (low, high))
        if stop == len(text):
            return


def _named(
    reader: Reader, begin: int, cells: list[tuple[int, int]], index: int | None, column: tuple[int, int]
) -> Iterator[Name]:
    """The name that fills the cell of a column: the one of the same number, or the one below its header."""
    low, high = column
    for number, (first, last) in enumerate(cells):
        below = abs(first - low) <= _SHIFT or (first < high and low < last)
        if (number == index) if index is not None else below:
            name = reader.forward(begin + first, Trust.CUE, comma=True)
            if name is not None and name.end >= begin + last - 1 and any(len(part.word) > 1 for part in name.parts):
                yield name
