"""CNXML's elements under the names that JATS has for them, so that one set of functions reads both."""

from __future__ import annotations

import re

from sources.cnxml_floats import in_cell, items_in_cell, without_credit
from sources.markup import Element
from sources.table_grid import spans_of

_JATS = {
    "para": "p",
    "section": "sec",
    "emphasis": "italic",
    "term": "italic",
    "foreign": "italic",
    "span": "styled-content",
    "cite-title": "italic",
    "newline": "break",
    "note": "boxed-text",
    "example": "boxed-text",
    "exercise": "boxed-text",
    "problem": "boxed-text",
    "solution": "boxed-text",
    "commentary": "boxed-text",
    "proof": "statement",
    "rule": "statement",
    "equation": "disp-formula",
    "figure": "fig",
    "subfigure": "fig",
    "media": "graphic",
    "table": "table-wrap",
    "row": "tr",
    "entry": "td",
    "glossary": "def-list",
    "definition": "def-item",
    "meaning": "def",
    "quote": "disp-quote",
    "footnote": "fn",
    "code": "monospace",
    "preformat": "p",
    "link": "ext-link",
}
_LEFT_OUT = "supplementary-material"
_DROPPED_SECTIONS = frozenset(
    {"references", "further-reading", "suggested-reading", "suggested-readings", "contrib-auth", "sr-contrib-auth",
     "interactive-exercise"}
)  # fmt: skip
# They send readers to a page or a video that is not part of the book.
_DROPPED_NOTES = frozenset(
    {"reference", "interactive", "link-to-learning", "media-video", "media-feature", "media-podcast"}
)
# What the book prints above a note or section of a class; the file has at most a title of its own.
_PRINTED = {
    "black-box": "Black Box Warning",
    "case-reflection": "Case Reflection",
    "chapter-summary": "Chapter Summary",
    "check-your-understanding": "Check Your Understanding",
    "client-teaching": "Client Teaching",
    "clinical-tip": "Clinical Tip",
    "health-alert": "Health Alert",
    "philo-connections": "Connections",
    "practice": "Practice",
    "read-philosopher": "Read Like a Philosopher",
    "safety-alert": "Safety Alert",
    "section-summary": "Section Summary",
    "single-casestudy": "Case Study",
    "special-considerations": "Special Considerations",
    "summary": "Summary",
    "theory-action": "Theory in Action",
    "think-philosopher": "Think Like a Philosopher",
    "trending-today": "Trending Today",
    "unfolding-casestudy": "Unfolding Case Study",
    "write-philosopher": "Write Like a Philosopher",
}
_SECTIONS = frozenset({"chapter-summary", "practice", "section-summary", "summary"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NUMBERED = ("figure", "table", "example", "exercise", "equation")
_PREFIXES = {"fig": "figure", "tab": "table", "tbl": "table", "exa": "example", "equ": "equation"}
_ALONE = re.compile(r"\(\s*(?:see(?:\s+also)?)?$", re.I)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def renamed(module: Element) -> None:
    """Rename a module's elements in place; what is left out of the text gets a name that JATS readers skip."""
    kinds = {element.get("id"): _local(element) for element in module.iter(*(f"{{*}}{name}" for name in _NUMBERED))}
    for element in list(module.iter("{*}*")):
        if "MathML" in element.tag:
            continue
        name, classes = _local(element), set((element.get("class") or "").split())
        element.tag = _JATS.get(name, name)
        match name:
            case "section" if classes & _DROPPED_SECTIONS:
                element.tag = _LEFT_OUT
            case "note" if classes & _DROPPED_NOTES or next(element.iter("{*}iframe"), None) is not None:
                element.tag = _LEFT_OUT
            case "note" if element.getparent().tag == "cite":
                element.tag = "fn"
            case "note" | "section":
                _headed(element, classes)
            case "term" if element.getparent().tag == "def-item":
                element.tag = "term"
            case "link":
                _linked(element, kinds, classes)
            case "list":
                _listed(element)
            case "figure" | "subfigure" | "table":
                _captioned(element)
            case "solution":
                _answered(element)
            case "tgroup":
                spans_of(element)
            case "newline" if next(element.iterancestors("td"), None) is not None:
                element.tag = "styled-content"
                if next(element.iterancestors("thead"), None) is None:
                    in_cell(element)
                else:
                    element.text = " "


def _linked(link: Element, kinds: dict[str | None, str], classes: set[str]) -> None:
    """A link without words stands for a number that only the built book has: name its kind instead."""
    if "os-embed" in classes:
        link.text = None
        link.tag = "fn"
    elif not len(link) and not (link.text or "").strip():
        target = link.get("target-id") or ""
        kind = kinds.get(target) or _PREFIXES.get(target[:3].lower())
        previous = link.getprevious()
        stated = (link.getparent().text if previous is None else previous.tail) or ""
        before = stated.rstrip()
        if _ALONE.search(before) and (link.tail or "").lstrip().startswith(")"):
            # In brackets of its own it says nothing: without it the brackets go too.
            bare = f"{_ALONE.sub('', before)} ("
            if previous is None:
                link.getparent().text = bare
            else:
                previous.tail = bare
            return
        first = not before or before[-1] in {".", "?", "!"}
        if kind is None:  # Something in another module: a noun where the sentence has a place for one.
            link.text = "another section" if stated.endswith(" ") and not first else None
            return
        following = link.getnext()
        part = (link.tail or "") or (following.text or "" if following is not None else "")
        # A part of a figure (`b`) stands right after its number.
        link.text = f"{'The' if first else 'the'} {kind}{' ' if part[:1].isalnum() else ''}"


def _headed(element: Element, classes: set[str]) -> None:
    """Give a note or section the heading that the book prints for its class."""
    name = next((name for name in sorted(classes & _PRINTED.keys())), None)
    if name is None or (element.tag == "sec") != (name in _SECTIONS):
        return
    title = next(element.iterchildren("{*}title"), None)
    if title is None:
        element.insert(0, _made(element, "title", _PRINTED[name]))
    elif name not in _SECTIONS:
        title.text = f"{_PRINTED[name]}: {title.text or ''}"


def _listed(element: Element) -> None:
    """Items hold their words directly; JATS has a paragraph around them. Numbers of numbered lists are written out."""
    items = list(element.iterchildren("{*}item"))
    if next(element.iterancestors("td"), None) is not None:
        items_in_cell(items)
    numbered = element.get("list-type") == "enumerated"
    start = element.get("start-value") or "1"
    for index, item in enumerate(items, int(start) - 1 if start.isdecimal() else 0):
        paragraph = _made(item, "p", item.text)
        if numbered:
            paragraph.text = f"{_number(index, element.get('number-style'))} {paragraph.text or ''}"
        paragraph.extend(list(item))
        item.text = None
        item.append(paragraph)
        item.tag = "list-item"


def _number(index: int, style: str | None) -> str:
    if style == "lower-roman" and index < len(_ROMAN):
        return f"{_ROMAN[index]}."
    if style in {"lower-alpha", "upper-alpha"} and index < len(_LETTERS):
        return f"{_LETTERS[index] if style == 'lower-alpha' else _LETTERS[index].upper()}."
    return f"{index + 1}."


def _captioned(element: Element) -> None:
    """Title and caption together, as JATS has them."""
    caption = element.find("{*}caption")
    title = element.find("{*}title")
    if caption is None and title is None:
        return
    if caption is not None:
        without_credit(caption)
    words = _made(element, "p", caption.text if caption is not None else None)
    if caption is not None:
        words.extend(list(caption))
        element.remove(caption)
    holder = _made(element, "caption", None)
    if title is not None:
        holder.append(title)
    holder.append(words)
    element.insert(0, holder)


def _answered(solution: Element) -> None:
    """A solution says that it is one: without its exercise's frame the reader could not tell."""
    if not "".join(solution.itertext()).strip():
        return
    first = next((child for child in solution if _local(child) not in {"label", "title"}), None)
    if first is not None and _local(first) == "para":
        first.text = f"Answer: {first.text or ''}"
    else:
        solution.insert(0, _made(solution, "p", "Answer:"))


def _made(element: Element, tag: str, text: str | None) -> Element:
    made = element.makeelement(tag)
    made.text = text
    return made


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
