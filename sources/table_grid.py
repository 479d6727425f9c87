"""Rows of a table whose cells span rows or columns, laid out so that each cell keeps its column."""

from __future__ import annotations

from typing import NamedTuple

from sources.markup import Element

_WIDEST = 200  # No printed table is wider; a file may claim a billion columns.


class Cell(NamedTuple):
    """A cell as the markup has it."""

    text: str
    columns: int = 1
    rows: int = 1


def span(stated: str | None) -> int:
    """The number in `colspan` or `rowspan`; 1 for none or nonsense."""
    if stated is None:
        return 1
    stated = stated.strip()
    return max(1, min(int(stated), _WIDEST)) if stated.isascii() and stated.isdigit() and len(stated) < 10 else 1


def alone(texts: list[str]) -> list[str]:
    """A row; if it has no text after its first cell, that cell, or nothing if it is empty too."""
    return texts if any(texts[1:]) else texts[: bool(texts and texts[0])]


def laid_out(rows: list[list[Cell]]) -> list[list[str]]:
    """The texts of each row by column: a cell is written where it begins, the places it spans are empty.

    Places that a cell spans at the end of its row are left out, and all others in a row of one heading: it stands
    alone.
    """
    out: list[list[str]] = []
    below: dict[int, int] = {}  # column: how many rows it is still taken by a cell above
    for row in rows:
        if not below and all(cell.columns == 1 == cell.rows for cell in row):
            out.append(alone([cell.text for cell in row]))
            continue
        texts: list[str] = []
        taken = below
        below = {column: left - 1 for column, left in taken.items() if left > 1}
        for cell in row:
            while len(texts) in taken:
                texts.append("")
            if cell.rows > 1:
                below.update(dict.fromkeys(range(len(texts), len(texts) + cell.columns), cell.rows - 1))
            texts += [cell.text, *[""] * (cell.columns - 1)]
        if row:
            del texts[len(texts) - row[-1].columns + 1 :]
        out.append(alone(texts))
    return out


def spans_of(group: Element) -> None:
    """Write the spans of a CALS table group (`namest`, `nameend`, `morerows`) as HTML's `colspan` and `rowspan`.

    Model: https://www.oasis-open.org/specs/tablemodels.php
    """
    columns = {column.get("colname"): number for number, column in enumerate(group.iterchildren("{*}colspec"))}
    spans = {one.get("spanname"): one for one in group.iterchildren("{*}spanspec")}
    for entry in group.iter("{*}entry", "{*}td"):
        named = spans.get(entry.get("spanname"), entry)
        first, last = columns.get(named.get("namest")), columns.get(named.get("nameend"))
        if first is not None and last is not None and last > first:
            entry.set("colspan", str(last - first + 1))
        if (more := span(entry.get("morerows"))) and entry.get("morerows") not in {None, "0"}:
            entry.set("rowspan", str(more + 1))
