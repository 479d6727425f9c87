"""From placed pieces of text to lines, columns and paragraphs.

PDF draws text in any order: links and raised numbers often come last. Pieces are put back into lines by their places.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_SAME_LINE = 0.5
"""Share of the lower piece's height that two pieces of one line have in common."""
_CELL_GAP = 1.8
"""Heights of a line: pieces further apart are cells of a table."""
_LOOSE_LINES = 3
"""Lines of one cell that may follow each other inside a table."""
_LEADING = 0.3
"""Heights between the lines of one cell."""
_GAP_OF_PARAGRAPHS = 1.45
"""Of the usual distance between lines."""
_FULL_LINE = 0.82
"""Of the width of the text: a shorter line ends its paragraph, if a sentence ends there."""
_OTHER_SIZE = 0.15
_HANGING = 0.5
"""Heights by which the number of an item stands out from the lines of the item before it."""
_LEAST_COLUMN = 8
_PROSE = 38
"""Characters of the median line of a column of prose; cells of tables are shorter."""
_EDGE_LINES = 4
_RECURRING = 0.2
_LEADERS = re.compile(r"(?:\.[ \u2009]?){5,}\s*(?:[\divxlc]+|[A-Z]-?\d+)?\s*$")
_CONTENTS = re.compile(r"(?:table of )?contents|(?:list of )?(?:tables|figures)(?: and (?:tables|figures))?", re.I)
_LEAST_CONTENTS = 5
"""Lines with leaders that make a page one of contents, if they are half of its lines."""
# What Wingdings and Symbol draw as bullets comes from the engine in their private codes.
_GLYPHS = "\uf0b7\uf0a7\uf0a1\uf0a8\uf0d8\uf0fc\u2666\u25c6\u27a2"
_GLYPH = re.compile(f"[{_GLYPHS}]")
_BULLET = re.compile(
    rf"^(?:[\u2022\u25cf\u25aa\u25a0\u25cb\u2043\u2219\u00b7{_GLYPHS}]|o(?= [A-Z])|[-\u2012\u2013\uf06e\uf076](?= ))\s*"
)
_NUMBERED = re.compile(r"^(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})[.)]\s")
_LABEL = re.compile(r"(?:[A-Z]|\d{1,3}|[IVX]{1,4})(?:\.\d{1,2}){0,3}[.)]?")
_SENTENCE_END = re.compile(r"[.:;?!\u201d\"')\]\d]$")
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_NOTE = re.compile(r"^(?:\d{1,3}|[*\u2020\u2021\u00a7a-z])\.?\s?(?=[A-Z])")
_NOTE_SMALLER = 0.1
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHEN = re.compile(r"(?<=[a-z])[-\u00ad\u0002\ufffe]$")
_DRAWN_HYPHEN = ("\u0002", "\ufffe")
"""The engine's marks of a hyphen at the end of a line."""
_CUT = "\u0002"
_CUT_WORD = re.compile(rf"({_WORD.pattern}){_CUT}({_WORD.pattern})")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one font at one place; y grows upwards, in points."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    order: int = 0
    """When it was drawn."""

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces at one height, from left to right."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    cells: int
    pieces: tuple[Piece, ...] = ()


def lines_of(pieces: list[Piece]) -> list[Line]:
    """Lines in reading order: one column after the other where the page has columns of prose."""
    gutter = _gutter(pieces)
    if gutter is None:
        return _with_tables(_lines(pieces))
    found: list[Line] = []
    band: list[Piece] = []
    for piece in sorted(pieces, key=lambda one: -one.top):
        if piece.left < gutter < piece.right:  # a title over both columns
            found += _columns(band, gutter)
            band = []
            found += _lines([piece])
        else:
            band.append(piece)
    return found + _columns(band, gutter)


def _columns(band: list[Piece], gutter: float) -> list[Line]:
    return _lines([one for one in band if one.right <= gutter]) + _lines([one for one in band if one.right > gutter])


def _gutter(pieces: list[Piece]) -> float | None:
    """Where a column ends and the next begins; None for a page of one column, or of tables."""
    if len(pieces) < 2 * _LEAST_COLUMN:
        return None
    left, right = min(one.left for one in pieces), max(one.right for one in pieces)
    best: tuple[int, float] | None = None
    for step in range(35, 66):
        x = left + (right - left) * step / 100
        crossing = sum(one.left < x < one.right for one in pieces)
        if best is None or crossing < best[0]:
            best = crossing, x
    assert best is not None
    crossing, x = best
    sides = [one for one in pieces if one.right <= x], [one for one in pieces if one.left >= x]
    prose = all(len(side) >= _LEAST_COLUMN and median(len(one.text) for one in side) >= _PROSE for side in sides)
    return x if prose and crossing <= 0.1 * len(pieces) else None


def _lines(pieces: list[Piece]) -> list[Line]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (-(one.top + one.bottom), one.left)):
        for row in reversed(rows[-3:]):
            tallest = max(row, key=lambda one: one.height)
            shared = min(tallest.top, piece.top) - max(tallest.bottom, piece.bottom)
            if shared > _SAME_LINE * min(tallest.height, piece.height):
                row.append(piece)
                break
        else:
            rows.append([piece])
    return [_line(sorted(row, key=lambda one: one.left)) for row in rows]


def _line(row: list[Piece]) -> Line:
    height = max(one.height for one in row)
    text, cells, last = "", 1, None
    for piece in row:
        words = piece.text.strip()
        if not words:
            continue
        if last is not None:
            gap = piece.left - last.right
            if gap > _CELL_GAP * height and not _BULLET.fullmatch(text) and not _LABEL.fullmatch(text):
                text += " | "
                cells += 1
            elif gap > 0.15 * height or piece.text[:1].isspace() or last.text[-1:].isspace():
                text += " "
        text += words
        last = piece
    return Line(" ".join(text.split()), row[0].left, max(one.right for one in row), min(one.bottom for one in row),
                height, cells, tuple(row))  # fmt: skip


def _with_tables(lines: list[Line]) -> list[Line]:
    """Lines, those of a table replaced by one a row, so that a cell of several lines stays together."""
    found: list[Line] = []
    start = 0
    while start < len(lines):
        end = _table_end(lines, start)
        if end is None:
            found.append(lines[start])
            start += 1
        else:
            found += _rows([piece for line in lines[start:end] for piece in line.pieces])
            start = end
    return found


def _table_end(lines: list[Line], start: int) -> int | None:
    """After the last line of the table that starts at a line; None if none does.

    A table starts with a line of cells, or above it if a cell of several lines does. What was drawn before its last
    cell belongs to it, though it stands lower.
    """
    if lines[start].cells == 1 and not (
        start + 1 < len(lines) and lines[start + 1].cells > 1
        and any(_same_cell(list(lines[start].pieces), one) for one in _follows(lines[start], lines[start + 1]))
    ):  # fmt: skip
        return None
    end, cells = start, 0
    last = max(piece.order for piece in lines[start].pieces)
    while end < len(lines) and (
        any(line.cells > 1 for line in lines[end : end + _LOOSE_LINES])
        or min(piece.order for piece in lines[end].pieces) < last
    ):
        cells += lines[end].cells > 1
        last = max(last, *(piece.order for piece in lines[end].pieces))
        end += 1
    return end if cells > 1 else None


def _follows(line: Line, below: Line) -> list[Piece]:
    last = max(piece.order for piece in line.pieces)
    return [piece for piece in below.pieces if piece.order == last + 1]


def _rows(pieces: list[Piece]) -> list[Line]:
    """Rows of a table. A cell is what was drawn one after the other and one below the other."""
    cells: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: one.order):
        if cells and _same_cell(cells[-1], piece):
            cells[-1].append(piece)
        else:
            cells.append([piece])
    rows: list[list[list[Piece]]] = []
    for cell in sorted(cells, key=lambda one: -_top(one)):
        low = min((_bottom(one) for one in rows[-1]), default=0.0) if rows else float("inf")
        if rows and _top(cell) - low > _SAME_LINE * cell[0].height:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [_row(row) for row in rows]


def _row(cells: list[list[Piece]]) -> Line:
    first = cells[0]
    words: list[str] = []
    # Cells beside each other from left to right; where some reach over several rows, as they were drawn.
    for cell in sorted(cells, key=lambda one: one[0].order):
        text = ""
        for line in _lines(cell):
            text = _in_cell(text, line.text.replace(" | ", " "))
        words.append(text)
    return Line(
        " | ".join(word for word in words if word),
        min(piece.left for cell in cells for piece in cell),
        max(piece.right for cell in cells for piece in cell),
        min(_bottom(cell) for cell in cells),
        max(piece.height for piece in first),
        max(2, len(words)),
    )


def _in_cell(above: str, line: str) -> str:
    """Two lines of a cell; a word cut by a hyphen is marked, to be made whole when all words are known."""
    if line[:1].islower() and _HYPHEN.search(above):
        return f"{above[:-1]}{_CUT}{line}"
    if above.endswith(_DRAWN_HYPHEN):
        above = f"{above[:-1]}-"
    return f"{above}{'' if above.endswith('-') or not above else ' '}{line}"


def _same_cell(cell: list[Piece], piece: Piece) -> bool:
    last = cell[-1]
    left, right = min(one.left for one in cell), max(one.right for one in cell)
    shared = min(last.top, piece.top) - max(last.bottom, piece.bottom)
    if shared > _SAME_LINE * min(last.height, piece.height):
        return -last.height < piece.left - last.right <= _CELL_GAP * last.height
    below = last.bottom - piece.top
    return -last.height < below < _LEADING * last.height and piece.left < right and piece.right > left


def _top(cell: list[Piece]) -> float:
    return max(piece.top for piece in cell)


def _bottom(cell: list[Piece]) -> float:
    return min(piece.bottom for piece in cell)


def recurring(pages: list[list[Line]]) -> frozenset[str]:
    """Lines at the top or bottom that come back on many pages, their numbers masked: running heads and page numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({masked(line.text) for line in (*page[:_EDGE_LINES], *page[-_EDGE_LINES:])})
    least = max(3, _RECURRING * len(pages))
    return frozenset(text for text, count in counts.items() if count >= least)


def masked(text: str) -> str:
    """A line without its numbers."""
    return _DIGITS.sub("#", text)


def paragraphs(pages: list[list[Line]], dropped: frozenset[str]) -> list[str]:
    """Paragraphs, lists and rows of tables of all pages; lines of tables of contents are left out.

    Notes at the foot of a page come after the paragraph that goes on over the page.
    """
    known = Counter(word for page in pages for line in page for word in _WORD.findall(line.text.lower()))
    blocks: list[str] = []
    notes: list[str] = []
    for page in pages:
        kept, small = _body(_without_contents([
            line for number, line in enumerate(page)
            if line.text
            and not ((number < _EDGE_LINES or number >= len(page) - _EDGE_LINES) and masked(line.text) in dropped)
        ]))  # fmt: skip
        if not kept:
            continue
        usual = median([above.bottom - below.bottom for above, below in pairwise(kept)] or [0])
        left, right = min(line.left for line in kept), max(line.right for line in kept)
        above: Line | None = None
        for line in kept:
            if above is None:
                joined = bool(blocks) and _goes_on(blocks[-1], line)
            else:
                joined = not _breaks(above, line, usual, left, right)
            if line.cells > 1 and above is not None and above.cells > 1:
                blocks[-1] += f"\n{line.text}"
            elif joined:
                blocks[-1] = _joined(blocks[-1], line.text, known)
            else:
                blocks += notes
                notes = []
                item = _BULLET.match(line.text)
                words = f"- {line.text[item.end() :]}" if item else line.text
                if item and above is not None and blocks[-1].rpartition("\n")[2].startswith("- "):
                    blocks[-1] += f"\n{words}"
                else:
                    blocks.append(words)
            above = line
        note = ""
        for line in small:
            note = _joined(note, line.text, known) if note and not _NOTE.match(line.text) else line.text
            notes[-1:] = [note] if notes and not _NOTE.match(line.text) else [*notes[-1:], note]
    return [
        _GLYPH.sub("\u2022", _CUT_WORD.sub(lambda cut: _whole(cut.group(1), cut.group(2), known), block))
        for block in (*blocks, *notes)
        if any(character.isalpha() for character in block)
    ]


def _without_contents(page: list[Line]) -> list[Line]:
    """A page without its table of contents: lines with leaders, and on pages of them the first lines of long entries.

    What follows the last entry stays.
    """
    entries = [number for number, line in enumerate(page) if _LEADERS.search(line.text)]
    if len(entries) >= _LEAST_CONTENTS and 2 * len(entries) >= entries[-1] + 1:
        return page[entries[-1] + 1 :]
    return [line for line in page if not (_LEADERS.search(line.text) or (entries and _CONTENTS.fullmatch(line.text)))]


def _body(page: list[Line]) -> tuple[list[Line], list[Line]]:
    """The lines of a page, and apart from them the smaller ones at its foot."""
    if len(page) < 2 * _EDGE_LINES:
        return page, []
    size = median(line.height for line in page)
    end = len(page)
    while end > len(page) / 2 and page[end - 1].height < (1 - _NOTE_SMALLER) * size and page[end - 1].cells == 1:
        end -= 1
    return page[:end], page[end:]


def _goes_on(block: str, line: Line) -> bool:
    """Whether a paragraph goes on over the page: no sentence ends, and none begins."""
    return line.cells == 1 and line.text[:1].islower() and not block.endswith((".", ":", "?", "!"))


def _breaks(above: Line, line: Line, usual: float, left: float, right: float) -> bool:
    if line.cells > 1 or above.cells > 1 or _BULLET.match(line.text):
        return True
    if _NUMBERED.match(line.text) and (
        line.left < above.left - _HANGING * line.height or (_BULLET.match(above.text) and line.left <= above.left)
    ):
        return True
    distance = above.bottom - line.bottom
    if usual > 0 and (distance > _GAP_OF_PARAGRAPHS * usual or distance < 0):
        return True
    if abs(above.height - line.height) > _OTHER_SIZE * max(above.height, line.height) and not line.text[:1].islower():
        return True
    short = above.right - left < _FULL_LINE * (right - left)
    if short and (_SENTENCE_END.search(above.text) or _NUMBERED.match(line.text) or line.text[:1].isupper()):
        return True
    return bool(_NUMBERED.match(line.text)) and bool(
        above.text.endswith((".", ";", ":")) or _NUMBERED.match(above.text)
    )


def _joined(above: str, line: str, known: Counter[str]) -> str:
    """Two lines of a paragraph. A word cut by a hyphen is whole again."""
    if _HYPHEN.search(above) and line[:1].islower():
        stems, rests = _WORD.findall(above[:-1])[-1:], _WORD.match(line)
        if not stems or rests is None:
            return above[:-1] + line
        stem, rest = stems[0], rests.group()
        return above[: -1 - len(stem)] + _whole(stem, rest, known) + line[len(rest) :]
    if above.endswith(_DRAWN_HYPHEN):
        above = f"{above[:-1]}-"
    return f"{above}{'' if above.endswith('-') else ' '}{line}"


def _whole(stem: str, rest: str, known: Counter[str]) -> str:
    """A word that a hyphen cut, in the way in which the document writes it elsewhere. Where it does not, the hyphen
    stays if both halves are words of the document."""
    lower, end = stem.lower(), rest.lower()
    plain, compound = known[lower + end], known[f"{lower}-{end}"]
    if not plain and not compound:
        compound = min(known[lower] - 1, known[end] - 1)
    return f"{stem}-{rest}" if compound > plain else stem + rest
