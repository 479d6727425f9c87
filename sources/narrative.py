"""Narrative of health records to plain text: HL7 CDA and SPL `text`, FHIR's XHTML `div`.

Blocks are separated by blank lines by whoever joins them. A list item starts with `- ` (`1. ` in an ordered list), a
table is its caption and one line a row with ` | ` between cells, a footnote follows the block that refers to it.
Elements carry local names (`sources.markup.local_names`).
"""

from __future__ import annotations

import re

from sources.markup import Element, entity_text, raised

_BLANK = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]")
_BULLET = re.compile(r"^(?:[\u2022\u25cf\u25aa\u00b7\u25e6\u2023]|[-*](?=\s))\s*")
_BLOCKS = frozenset(
    {"paragraph", "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "dt", "dd", "dl",
     "address", "caption", "center", "hr", "header", "footer", "main", "nav", "figure", "figcaption"}
)  # fmt: skip
_LISTS = frozenset({"list", "ul", "ol"})
_SILENT = frozenset({"renderMultiMedia", "observationMedia", "img", "style", "script", "head", "col", "colgroup"})


def narrative(element: Element) -> list[str]:
    """The blocks of a narrative element, but those without a letter or digit (`...`)."""
    marks = {note.get("ID"): str(number) for number, note in enumerate(element.iter("footnote"), 1)}
    flow = _Flow(marks, [])
    flow.read(element)
    flow.end()
    return [block for block in flow.blocks if _WORD.search(block)]


def line(element: Element | None) -> str:
    """The narrative of a title or another short element on one line."""
    return _joined(narrative(element)) if element is not None else ""


class _Flow:
    """Blocks gathered so far, and the inline text of the one that is open."""

    def __init__(self, marks: dict[str | None, str], notes: list[str]) -> None:
        self.blocks: list[str] = []
        self._open: list[str] = []
        self._marks = marks
        self._notes = notes
        self._nested = False

    def _inside(self, element: Element) -> list[str]:
        """The blocks of an element apart from ours; its footnotes wait for the block it belongs to."""
        inner = _Flow(self._marks, self._notes)
        inner._nested = True
        inner.read(element)
        inner.end()
        return inner.blocks

    def read(self, element: Element) -> None:
        if element.text:
            self._open.append(_BLANK.sub(" ", element.text))
        for child in element:
            self._child(child)
            if child.tail:
                self._open.append(_BLANK.sub(" ", child.tail))

    def end(self) -> None:
        """Close the open block."""
        text, self._open = "".join(self._open), []
        self._add("\n".join(words for part in text.split("\n") if (words := " ".join(part.split()))))

    def _add(self, block: str) -> None:
        if block:
            self.blocks.append(block)
        if self._notes and not self._nested:
            self.blocks.append("\n".join(self._notes))
            self._notes.clear()

    def _child(self, child: Element) -> None:
        tag = child.tag
        if not isinstance(tag, str):
            self._open.append(entity_text(child))
        elif tag in _BLOCKS:
            self.end()
            self.read(child)
            self.end()
        elif tag in _LISTS:
            self.end()
            self._add(self._list(child))
        elif tag == "table":
            self.end()
            self._table(child)
        elif tag == "br":
            self._open.append("\n")
        elif tag == "pre":
            self.end()
            self._open.append("".join(child.itertext()))
            self.end()
        elif tag == "sup":
            self._open.append(raised(" ".join("".join(child.itertext()).split())))
        elif tag == "footnote":
            mark = raised(self._marks[child.get("ID")])
            self._open.append(mark)
            if note := _joined(self._inside(child)):
                self._notes.append(f"{mark} {note}")
        elif tag == "footnoteRef":
            self._open.append(raised(self._marks.get(child.get("IDREF"), "")))
        elif tag not in _SILENT and child.get("revised") != "delete":
            self.read(child)

    def _list(self, element: Element) -> str:
        ordered = element.tag == "ol" or element.get("listType") == "ordered"
        lines: list[str] = []
        for child in element.iterchildren("*"):
            inner = self._inside(child)
            if not inner:
                continue
            if child.tag == "caption":
                lines += inner
                continue
            inner[0] = _BULLET.sub("", inner[0])
            number = sum(not one.startswith("  ") for one in lines) + 1 if ordered else 0
            lead = f"{number}. " if ordered and not re.match(r"\(?\d+[.)]", inner[0]) else "" if ordered else "- "
            lines += f"{lead}{_under(inner)}".split("\n")
        return "\n".join(lines)

    def _table(self, element: Element) -> None:
        caption = [words for one in element.iterchildren("caption") if (words := _joined(self._inside(one)))]
        rows = [[self._inside(cell) for cell in row.iterchildren("td", "th")] for row in _rows(element)]
        if all(len(row) <= 1 for row in rows):  # A frame, or a list in one column: its blocks stand as they are.
            for block in caption + [block for row in rows for cell in row for block in cell]:
                self._add(block)
            return
        lines = [" | ".join(map(_joined, row)) for row in rows if any(row)]
        self._add("\n".join(caption + lines))


def _rows(table: Element) -> list[Element]:
    """Rows of a table, not of tables inside it; a foot comes last wherever it is written."""
    rows: list[Element] = []
    foot: list[Element] = []
    for child in table.iterchildren("thead", "tbody", "tfoot", "tr"):
        if child.tag == "tr":
            rows.append(child)
        else:
            (foot if child.tag == "tfoot" else rows).extend(child.iterchildren("tr"))
    return rows + foot


def _under(blocks: list[str]) -> str:
    return "\n".join(blocks).replace("\n", "\n  ")


def _joined(blocks: list[str]) -> str:
    """Blocks as a cell or title: on one line, list items after semicolons."""
    parts = []
    for block in blocks:
        lines = [one.strip() for one in block.split("\n")]
        items = [one.removeprefix("- ") for one in lines]
        parts.append((" " if items == lines else "; ").join(items))
    return " ".join(parts)
