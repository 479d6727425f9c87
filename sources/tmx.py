"""Translation memories (TMX 1.4): the same sentences in two or more languages.

Format: https://www.gala-global.org/tmx-14b
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.markup import Element, elements, entity_text
from sources.reader import RawFile

_FACTS = ("units", "records", "empty_segments")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SUFFIXES = re.compile(r"\.(?:tmx|xml)(\.gz|\.zst)?$")
_NUMBERED = re.compile(r"(.+):\d+")
_PRINTED = re.compile(r"^b['\"](?=\w)")  # Bytes that a script printed instead of their text.
_ESCAPED = re.compile(r"&(?:[a-z]+|#\d+);")  # Segments of web text were escaped before the file was written.
# Sentences run together where the page they are from ended a paragraph or had a citation.
_GLUED = re.compile(
    r"(?<=[^\W\d_][^\W\d_)\"\u201d\u00bb])([.?!])(?=[A-Z\u00c0-\u00d6\u00d8-\u00de\u0400-\u042f][^\W\d_]*[\s,])"
)
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut"})  # Formatting of the program the text came from.


class TmxReader:
    """One document a text and language: the segments of neighbouring units that belong together, one a line.

    A single unit is a sentence, too short to learn from and to judge; a whole file is many texts without a common
    subject. Units that belong to one text say so: by an id before the colon of their `tuid` (`PubMed_6:145`), else by
    the same note. A text of more than `units` units becomes several documents, so that memory stays bounded.
    """

    name: ClassVar[str] = "tmx"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("translation",)
    section_policy: ClassVar[str] = "The segments of one text in one language, each on its line; no inline codes."
    known_losses: ClassVar[tuple[str, ...]] = (
        "Which sentence translates which is not kept.",
        "Properties and notes other than the address of the origin are not read.",
    )
    states: ClassVar[frozenset[str]] = frozenset({"native_id", "url", "language"})

    def __init__(self, units: int = 500) -> None:
        """`units`: the most translation units in one document.

        Raises:
            ValueError: `units` is not positive.
        """
        if units < 1:
            raise ValueError("units must be 1 or more")
        self._units = units

    @property
    def config(self) -> Json:
        """The limit."""
        return {"units": self._units}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Texts in file order, their languages in the order in which they occur. Quarantined: `no_language`.

        The id is the file's name, the text and the language, for ids of units are unique in their file only.

        Raises:
            RawFileError: as `sources.markup.elements`, and `no_units` for XML that holds none.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        stem = _SUFFIXES.sub("", raw.name)
        parts: Counter[str] = Counter()
        numbers = count()
        text = _Text()
        for unit in elements(raw, "tu"):
            facts["units"] += 1
            note = _note(unit)
            key = _belongs(unit, note)
            if text.units and (key != text.key or text.units >= self._units):
                yield from text.documents(stem, parts, numbers)
                text = _Text()
            if not text.units:
                text.key, text.address = key, note if note and note.startswith(("http://", "https://")) else None
            text.units += 1
            for side in unit.iterchildren("tuv"):
                if not (language := side.get(_LANG) or side.get("lang")):
                    yield Quarantined(record=next(numbers), reason="no_language")
                    continue
                words = _segment(side)
                facts["empty_segments"] += not words
                text.sides.setdefault(language, []).append(words)
        if facts["units"] == 0:
            raise RawFileError("no_units", "no element `tu`")
        yield from text.documents(stem, parts, numbers)
        facts["records"] = next(numbers)


@dataclass(slots=True)
class _Text:
    """The text that is being read."""

    key: str | None = None
    address: str | None = None
    units: int = 0
    sides: dict[str, list[str]] = field(default_factory=dict)

    def documents(self, stem: str, parts: Counter[str], numbers: Iterator[int]) -> Iterator[Document]:
        """One a language. Texts of one key that are not neighbours, and parts of a long one, are numbered."""
        name = self.key or "text"
        parts[name] += 1
        if parts[name] > 1:
            name = f"{name}.{parts[name]}"
        for language, lines in self.sides.items():
            text = "\n".join(line for line in lines if line)
            yield Document(
                record=next(numbers),
                native_id=f"{stem}/{name}/{language}",
                text=text,
                no_text=None if text else "empty_segments",
                doc_type="translation",
                url=self.address,
                language=language,
            )


def _note(unit: Element) -> str | None:
    """The first note of a unit; many tools keep the address of the origin there."""
    for child in unit.iterchildren("note", "prop"):
        if child.tag == "note" or child.get("type") == "note":
            return (child.text or "").strip() or None
    return None


def _belongs(unit: Element, note: str | None) -> str | None:
    """What the units of one text have in common."""
    numbered = _NUMBERED.fullmatch((unit.get("tuid") or "").strip())
    return numbered.group(1) if numbered else note


def _segment(side: Element) -> str:
    parts: list[str] = []
    for segment in side.iterchildren("seg"):
        _flatten(segment, parts)
    words = _ESCAPED.sub(lambda found: unescape(found.group()), "".join(parts))
    return _GLUED.sub(r"\1 ", _PRINTED.sub("", " ".join(words.split())))


def _flatten(element: Element, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if not isinstance(child.tag, str):
            parts.append(entity_text(child))
        elif child.tag not in _CODES:
            _flatten(child, parts)
        parts.append(child.tail or "")
