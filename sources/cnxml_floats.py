"""Captions and table cells of CNXML: a caption without the credits of its picture, a cell on one line."""

from __future__ import annotations

import re

from sources.markup import Element

# In brackets at a caption's end: who made the picture or the table, under which licence, or where its data are.
_CREDIT = re.compile(
    r"\b(?:credits?|attribution|sources?|modification|courtesy|provided by|adapted from|modified from|CC[ -]BY|"
    r"public domain)\b|\u00a9",
    re.I,
)
_OPENED = re.compile(r"\s*\((?:credits?|attribution|(?:data )?sources?)\b", re.I)


def without_credit(caption: Element) -> None:
    """Cut the brackets at the end of a caption that tell where its picture is from: the picture is not read."""
    words = "".join(caption.itertext())
    end = len(words)
    while (start := _last_brackets(words[:end])) is not None and _CREDIT.search(words[start:end]):
        end = len(words[:start].rstrip())
    opened = _OPENED.search(words)
    if opened and words.count("(", opened.start()) > words.count(")", opened.start()):
        end = min(end, opened.start())  # Its closing bracket was forgotten.
    if end < len(words):
        _cut(caption, end)


def _last_brackets(words: str) -> int | None:
    """Where the brackets open that close at the end."""
    depth = 0
    shown = words.rstrip(" .\n\t")
    if not shown.endswith(")"):
        return None
    for place in range(len(shown) - 1, -1, -1):
        depth += (shown[place] == ")") - (shown[place] == "(")
        if depth == 0:
            return place
    return None


def _cut(element: Element, end: int) -> int:
    """Keep the first `end` characters of an element's text; what is left of `end` after it."""
    text = element.text or ""
    element.text = text[: max(end, 0)]
    end -= len(text)
    for child in element:
        if isinstance(child.tag, str):
            end = _cut(child, end)
        tail = child.tail or ""
        child.tail = tail[: max(end, 0)]
        end -= len(tail)
    return end


def in_cell(newline: Element) -> None:
    """A line break in a cell becomes the mark that stands between the parts of a line: `Class: beta blocker; oral`."""
    previous = newline.getprevious()
    before = _before(newline).rstrip()
    after = (newline.tail or "").strip() or "".join(
        "".join(one.itertext()) for one in newline.itersiblings() if isinstance(one.tag, str)
    )
    _set_before(newline, before)
    if not before and previous is not None:
        before = "".join(previous.itertext()).rstrip()
    mark = " "
    if before and before[-1] not in ".:;,?!" and after.strip()[:1] not in {"", "("}:
        heads = previous is not None and not (previous.tail or "").strip() and _bold(previous)
        mark = ": " if heads else ". " if newline.get("count", "1") != "1" else "; "
    newline.text = mark


def _before(element: Element) -> str:
    previous = element.getprevious()
    return (element.getparent().text if previous is None else previous.tail) or ""


def _set_before(element: Element, words: str) -> None:
    previous = element.getprevious()
    if previous is None:
        element.getparent().text = words
    else:
        previous.tail = words


def _bold(element: Element) -> bool:
    """Whether all words of an element are bold."""
    if element.get("effect") == "bold":
        return True
    inner = [child for child in element if isinstance(child.tag, str)]
    loose = (element.text or "") + "".join(child.tail or "" for child in element)
    return bool(inner) and not loose.strip() and all(map(_bold, inner))


def items_in_cell(items: list[Element]) -> None:
    """Semicolons between the items of a list that stands in a cell."""
    for item in items[:-1]:
        words = "".join(item.itertext()).rstrip()
        if words and words[-1] not in ".:;,?!":
            _append(item, ";")


def _append(element: Element, mark: str) -> None:
    """Put `mark` right after the last word of an element."""
    for child in reversed(element):
        if (child.tail or "").strip():
            child.tail = child.tail.rstrip() + mark
            return
        child.tail = None
        if isinstance(child.tag, str) and "".join(child.itertext()).strip():
            _append(child, mark)
            return
    element.text = (element.text or "").rstrip() + mark
