"""Structured product labels (HL7 SPL XML) as DailyMed and FDA publish them, one label a file.

Format: https://www.fda.gov/industry/fda-data-standards-advisory-board/structured-product-labeling-resources
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.dates import hl7_date
from sources.ids import setid_in, version_in
from sources.labels import label_title, without_imprint
from sources.markup import Element, root
from sources.narrative import line, narrative
from sources.reader import RawFile

_FACTS = ("records", "sections", "dropped_sections", "pictures")
_DROPPED = frozenset(
    {
        "48780-1",  # product data elements: structured, no prose
        "51945-4",  # package label, principal display panel
        "43683-2",  # recent major changes
        "34093-5",  # references
        "53413-1",  # questions: a telephone number
    }
)


# The style sheet of labels closes these up around its links.
_LOOSE = re.compile(r"(?<=[\w)\]%]) +(?=[\])]|[,;:.](?:\s|$))")
_INLINE_BULLET = re.compile(r"\s+\u2022\s+")


class SplReader:
    """One document a label; its id is the set id, so that a newer version replaces an older one."""

    name: ClassVar[str] = "spl"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("label",)
    section_policy: ClassVar[str] = (
        "Title (with product names where it lacks them), then every section with its heading, paragraphs, lists and "
        "tables; not product data elements, package labels, highlights (they repeat the sections), recent changes, "
        "references, telephone numbers for questions, pictures, makers' addresses or revision marks."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Structural formulas and charts are pictures and are lost.",
        "Ingredients, strengths, packages and codes of the product data elements are not read.",
        "Table cells that span rows or columns are written once, where they begin.",
        "Subscripts become plain characters.",
    )
    states: ClassVar[frozenset[str]] = frozenset({"native_id", "version", "setid", "title", "published", "language"})

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The label of the file; quarantined as `no_setid`, or `nested_too_deep`.

        Raises:
            RawFileError: as `sources.markup.root`, and `no_label` for XML that is no SPL document.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        label = root(raw)
        if label.tag != "document":
            raise RawFileError("no_label", "the root is not an SPL `document`")
        facts["records"] += 1
        try:
            yield _document(label, facts) or Quarantined(record=0, reason="no_setid")
        except RecursionError:
            yield Quarantined(record=0, reason="nested_too_deep")


def _document(label: Element, facts: Counter[str]) -> Document | None:
    setid = setid_in(_attribute(label, "setId", "root"))
    if setid is None:
        return None
    title = label_title(line(label.find("title")))
    content: list[str] = []
    for section in label.iterfind("component/structuredBody/component/section"):
        _section(section, content, facts)
    content = without_imprint(content)
    products = [name for name in _products(label) if name.casefold() not in title.casefold()]
    head = [part for part in ("; ".join(products), title) if part]
    return Document(
        record=0,
        native_id=setid,
        text="\n\n".join(head + content) if content else "",
        no_text=None if content else "no_sections",
        doc_type="label",
        version=version_in(_attribute(label, "versionNumber", "value")),
        setid=setid,
        title=title or None,
        published=hl7_date(_attribute(label, "effectiveTime", "value")),
        language=_attribute(label, "languageCode", "code"),
    )


def _attribute(element: Element, path: str, name: str) -> str | None:
    found = element.find(path)
    return None if found is None else found.get(name)


def _products(label: Element) -> list[str]:
    """Names of the products, once each, suffix included."""
    names = [
        " ".join(" ".join(name.itertext()).split())
        for product in label.iter("manufacturedProduct")
        for name in product.iterchildren("name")
    ]
    return list(dict.fromkeys(name for name in names if name))


def _section(section: Element, content: list[str], facts: Counter[str]) -> None:
    """Append heading and blocks of a section and those inside it; a heading over nothing is left out."""
    facts["sections"] += 1
    if _attribute(section, "code", "code") in _DROPPED:
        facts["dropped_sections"] += 1
        return
    heading = line(section.find("title"))
    own: list[str] = []
    for text in section.iterchildren("text"):
        facts["pictures"] += sum(1 for _ in text.iter("renderMultiMedia"))
        own += map(_tidy, narrative(text))
    for child in section.iterfind("component/section"):
        _section(child, own, facts)
    if own:
        content += [heading, *own] if heading else own


def _tidy(block: str) -> str:
    """A block without blanks before closing marks; bullets that stand in one line get a line each."""
    lines = []
    for one in block.split("\n"):
        words = _LOOSE.sub("", one.lstrip(" "))
        indent = " " * (len(one) - len(one.lstrip(" ")))
        if words.startswith(("- ", "\u2022")):
            items = _INLINE_BULLET.split(words.removeprefix("- ").removeprefix("\u2022").strip())
            lines += [f"{indent}- {item}" for item in items]
        else:
            lines.append(f"{indent}{words}")
    return "\n".join(lines)
