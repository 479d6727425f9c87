"""Markdown pages, with or without front matter, one document a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from corpus.document import Quarantined, Record
from sources.dates import date_in
from sources.html import HtmlReader
from sources.reader import RawFile
from sources.webpage import page_of

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|\Z)", re.S)
_FRONT_BYTES = 1 << 16
_FOOTNOTE = re.compile(r"^\[\^([^\]\s]{1,40})\]:[ \t]*", re.M)
_MAX_OPEN = 5_000
"""Brackets that are never closed: the parser looks for the end from each."""
_LICENCE_KEYS = ("license", "licence", "rights")


class MarkdownReader(HtmlReader):
    """One document a file: CommonMark with tables, rendered to a page and read as one."""

    name: ClassVar[str] = "markdown"
    version: ClassVar[int] = 2
    section_policy: ClassVar[str] = (
        "All text; headings on their own lines without marks, lists and tables as lines, links as their words."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Pictures, their descriptions, addresses of links and comments are not read.",
        "Of front matter only title, licence, language and date are read.",
        "Of tags of site generators that were never filled in only parameters of three words or more are kept; "
        "headings under which nothing else stands are dropped.",
    )

    stated: ClassVar[frozenset[str]] = frozenset({"title", "published", "language", "licence_raw"})

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The file's document; quarantined as by `sources.html.HtmlReader`.

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        from markdown_it import MarkdownIt

        facts.update(dict.fromkeys(("without_licence", "template_tags", "front_matter"), 0))
        text = self.text(raw, facts)
        if isinstance(text, Quarantined):
            yield text
            return
        stated, text = _front_matter(text)
        if text.count("[") - text.count("]") > _MAX_OPEN:
            yield Quarantined(record=0, reason="nested_too_deep", offset=0)
            return
        facts["front_matter"] += bool(stated)
        licence = next((stated[key] for key in _LICENCE_KEYS if key in stated), None)
        rendered = MarkdownIt("commonmark").enable("table").enable("strikethrough").render(_footnotes(text))
        page = page_of(f"<html><body><main>{rendered}</main></body></html>", wild=False)
        if isinstance(page, Quarantined):
            yield page
            return
        document = self.document(
            raw,
            page.text,
            licence or page.licence,
            "markdown:front_matter/license" if licence else page.evidence,
        )
        document.title = stated.get("title")
        document.language = stated.get("lang") or stated.get("language") or document.language
        document.published = date_in(stated.get("date"))
        facts["without_licence"] += document.licence_raw is None
        facts["template_tags"] += page.template_tags
        if not page.text:
            document.no_text = "only_template" if page.template_tags else "no_main_content"
        yield document


def _footnotes(text: str) -> str:
    """Marks of footnotes that the text explains as raised numbers, in the order of their notes."""
    numbers = {name: str(number) for number, name in enumerate(dict.fromkeys(_FOOTNOTE.findall(text)), 1)}
    if not numbers:
        return text
    text = _FOOTNOTE.sub(lambda note: f"<sup>{numbers[note.group(1)]}</sup> ", text)
    marks = re.compile(r" ?\[\^(" + "|".join(map(re.escape, numbers)) + r")\]")
    return marks.sub(lambda mark: f"<sup>{numbers[mark.group(1)]}</sup>", text)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """What the YAML block at the top states, and the text below it. A block that is no mapping is text."""
    import yaml

    found = _FRONT.match(text)
    if not found or len(found.group(1)) > _FRONT_BYTES or "&" in found.group(1):  # no anchors: a bomb needs them
        return {}, text
    try:
        stated: Any = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}, text
    if not isinstance(stated, dict):
        return {}, text
    return {str(key).lower(): str(value) for key, value in stated.items() if value}, text[found.end() :]
