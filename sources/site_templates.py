"""Tags of site generators (Jekyll, Hugo, Docusaurus) in pages that were kept before the generator filled them in."""

from __future__ import annotations

import re
from typing import Any

# A tag that opens in another of its kind ends it: who looked for the end from each of a million would never finish.
_TAG = re.compile(r"\{%(?:[^%{]++|%(?!\})|\{(?!%))*+%\}|\{\{(?:[^{}]++|\{(?!\{)|\}(?!\}))*+\}\}|\{:[^{}\n]*\}", re.S)
_PARAMETER = re.compile(r"""[\w-]+\s*=\s*(?:'([^'{}<>]*)'|"([^"{}<>]*)"|&quot;((?:(?!&quot;)[^{}<>])*)&quot;)""")
_LEAST_WORDS = 3
"""Of a parameter that is text for readers; names of files and switches are shorter."""
_MARK = "\ufdd0"
"""Stands where a tag, or something else that was taken out, left nothing; Unicode keeps it for such use."""
_LEVELS = {f"h{number}": number for number in range(1, 7)}


def unfilled(html: str) -> tuple[str, int]:
    """`html` without tags of a generator, and how many there were.

    What a tag hands to its template in words (`{% include page.html description='Offer naloxone when ...' %}`) becomes
    a paragraph, once a page. Elsewhere a mark is left for `without_empty_headings`.
    """
    seen: set[str] = set()

    def words(tag: re.Match[str]) -> str:
        found = []
        if tag.group().startswith("{%"):
            for parameter in _PARAMETER.finditer(tag.group()):
                value = " ".join(next(group for group in parameter.groups() if group is not None).split())
                if len(value.split()) >= _LEAST_WORDS and value not in seen:
                    seen.add(value)
                    found.append(f"<p>{value}</p>")
        return "".join(found) or f" {_MARK} "

    return _TAG.subn(words, html.replace(_MARK, ""))


def mark_left(element: Any) -> None:
    """Empty an element, and remember that something stood there."""
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "span", _MARK, tail


def without_empty_headings(root: Any) -> None:
    """Drop headings under which nothing stands but marks, and the marks.

    A heading under which nothing stood from the start is left: pages write such lines for other reasons.
    """
    items: list[tuple[Any, int]] = []  # a heading and its level; text (0) or a mark (-1) under headings
    inside = 0

    def text(value: str | None) -> None:
        if not inside and value and value.strip():
            plain = value.replace(_MARK, "").strip()
            items.append((None, 0 if plain else -1))

    def walk(element: Any) -> None:
        nonlocal inside
        level = _LEVELS.get(element.tag, 0) if isinstance(element.tag, str) else 0
        if level and not inside:
            items.append((element, level))
        inside += bool(level)
        text(element.text)
        for child in element:
            walk(child)
            text(child.tail)
        inside -= bool(level)

    walk(root)
    dropped: set[int] = set()
    for number in range(len(items) - 1, -1, -1):
        _, level = items[number]
        if level < 1:
            continue
        under = []
        for other in range(number + 1, len(items)):
            if 0 < items[other][1] <= level:
                break
            under.append(other)
        if any(items[other][1] == -1 for other in under) and all(
            items[other][1] == -1 or other in dropped for other in under
        ):
            dropped.add(number)
    for number in sorted(dropped):
        heading = items[number][0]
        tail = heading.tail
        heading.clear()
        heading.tag, heading.tail = "span", tail
    for element in root.iter():
        if element.text:
            element.text = element.text.replace(_MARK, "")
        if element.tail:
            element.tail = element.tail.replace(_MARK, "")
        for name, value in element.attrib.items():
            if _MARK in value:
                element.set(name, value.replace(_MARK, ""))
