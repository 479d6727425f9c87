"""JATS read by hand: plain XPath and a slow, obvious rendering, to hold the reader against.

Nothing of `sources` but the reader under test is used. How the test reads text, slowly and obviously:

- Inline markup goes, its characters stay; a run of white space is one blank; section and list labels are not text.
- `sup` of digits and signs, or of a lone `n`, is written in superscript characters, a sign without a blank before its
  number (`10<sup>- 5</sup>` is 10⁻⁵); `sub` stays as it is.
- Small capitals (`sc`) that are all lower case are printed as capitals, and so they are read: `<sc>l</sc>-dopa`.
- A citation (`xref` to `bibr`) of letters stands, and so does one of a year. One of numbers is a gap: it may be gone
  with the brackets, commas, raised brackets and dashes and joining words around it, or (after "in", "see") still be
  there.
- An aside in brackets that only points to an additional file, which is not read, is silent.
- A formula is a gap that holds anything; formulas are compared in test_jats.py.
- Pictures, footnotes and marks of footnotes, e-mail addresses and supplementary files are silent.
- A list or quotation ends the line of its paragraph; a figure, table or box comes after it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from corpus.document import Document
from sources.jats import JatsReader
from tests.sources.material import kit_files, records

META = "/article/front/article-meta"
XLINK = {"xlink": "http://www.w3.org/1999/xlink"}


class Article:
    """What the reader found in a file, beside the XML."""

    def __init__(self, path: Path) -> None:
        ((found,), _) = records(JatsReader(), path)
        assert isinstance(found, Document)
        parser = etree.XMLParser(load_dtd=False, remove_comments=True, remove_pis=True)
        self.name = path.stem
        self.found = found
        self.root = etree.parse(path, parser).getroot()

    def __repr__(self) -> str:
        return self.name

    def all(self, path: str) -> list[Any]:
        return list(self.root.xpath(path, namespaces=XLINK))

    def one(self, path: str) -> str | None:
        """The string of the first hit, white space normalised; None for none or an empty one."""
        return str(self.root.xpath(f"normalize-space({path})", namespaces=XLINK)) or None

    @cached_property
    def lines(self) -> list[str]:
        """Lines of the text without the dash and indent of lists."""
        return [tidy(line) for line in self.found.text.split("\n") if line]

    @cached_property
    def body(self) -> list[Line]:
        """Headings and paragraphs that must stand in the text."""
        lines = [line for body in self.all("/article/body") for line in section_lines(body)]
        return [line for line in lines if re.search(r"\w", line.words.replace(CITED, "").replace(FORMULA, ""))]

    @cached_property
    def letters(self) -> str:
        return letters(self.found.text)

    @cached_property
    def readable(self) -> str:
        """Letters of what the reader may read: what stands there too is not to be missed in the text."""
        parts = self.all(f"/article/body | {META}/title-group | {META}/abstract | //app | /article/floats-group")
        return "".join(letters("".join(part.itertext())) for part in parts)


def articles() -> list[Article]:
    """All 322 articles of `pmc_jats` and `plos_jats`."""
    return [Article(path) for path in kit_files("pmc_jats", "*.nxml") + kit_files("plos_jats", "*.xml")]


CITED, FORMULA = "\ue000", "\ue001"
AROUND = r"\s\[\]⁽⁾(){},;.:&\u2010-\u2014\u2212-"
JOINING = r"and|to|through|see|also|e\.?g\.?|i\.?e\.?|cf|refs?|references?|reviewed|in|for|(?:a )?reviews?|example"
BETWEEN = rf"[{AROUND}]|⁻(?=[{AROUND}]*{CITED})|\b(?:{JOINING})\b"
GAP = re.compile(rf"[{AROUND}]*(?:[(\[](?:{BETWEEN})*)?{CITED}(?:{BETWEEN}|{CITED})*")
LEFT = re.compile(rf"(?:[*\d{AROUND}]|\b(?:{JOINING})\b)*")
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d(?!\d)")
TO_A_FILE = re.compile(r"\s*[(\[]see additional files? \d[^()\[\];=<>]*[)\]]", re.I)
SILENT = (
    {"graphic", "inline-graphic", "media", "email", "fn", "object-id", "supplementary-material", "alt-text", "attrib"}
    | {"inline-supplementary-material", "long-desc"}
)  # fmt: skip
BLOCKS = {"list", "disp-quote", "statement", "boxed-text", "fig", "table-wrap", "fig-group"}
AFTER = {"boxed-text", "fig", "table-wrap", "fig-group"}
FORMULAS = {"inline-formula", "disp-formula"}
RAISED = dict(zip("0123456789+-\u2212\u2013=()n ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ ", strict=True))


def characters(element: Any) -> str:
    """Text of an inline element by the rules above."""
    return (element.text or "") + "".join(inline(child) + (child.tail or "") for child in element)


def inline(child: Any) -> str:
    tag, inside = child.tag, characters(child)
    if tag in SILENT or (tag == "xref" and child.get("ref-type") in {"fn", "aff", "corresp", "author-notes"}):
        return ""
    if tag in FORMULAS or "}" in str(tag):
        return FORMULA
    if tag == "xref" and child.get("ref-type") == "bibr":
        return inside if re.search(r"[a-z]{2}|^[a-z]$", inside, re.I) or YEAR.search(inside) else CITED
    if tag == "sc" and inside.islower():
        return inside.upper()
    if tag == "sup":
        inside = re.sub(r"(?<=[+\u2212\u2013-])\s+(?=\d)", "", inside)
    if tag == "sup" and set(inside) <= set(RAISED) and (inside.strip() == "n" or "n" not in inside):
        return "".join(RAISED[sign] for sign in inside)
    return f" {inside} " if tag in {"break", "p"} else inside


def spaced(words: str) -> str:
    return " ".join(words.split())


def gapped(words: str) -> list[str]:
    """Words as they must stand, and at each second place a gap."""
    words = TO_A_FILE.sub("", spaced(words))
    words = re.sub(rf"[ ,(\[]*{FORMULA}[)\],]* ?", FORMULA, GAP.sub(CITED, tidy(words)))
    words = re.sub(f"[{CITED}{FORMULA}]{{2,}}", FORMULA, words)
    return re.split(f"([{CITED}{FORMULA}])", words)


def stands(parts: list[str], line: str, at: int = 0) -> bool:
    """Whether `line` is, from `at` to its end, these parts."""
    if not line.startswith(parts[0], at):
        return False
    at += len(parts[0])
    if len(parts) == 1:
        return at == len(line)
    following = line.find(parts[2], at) if parts[2] else len(line)
    while following >= 0:
        if (parts[1] == FORMULA or LEFT.fullmatch(line, at, following)) and stands(parts[2:], line, following):
            return True
        following = line.find(parts[2], following + 1) if parts[2] else -1
    return False


def tidy(words: str) -> str:
    """One blank for white space, none within brackets, no dash that opens a list item, no emptied brackets."""
    words = re.sub(r"(?<=[(\[]) | (?=[)\]])", "", spaced(words))
    return re.sub(r"^- ", "", words.replace(" ()", ""))


ABOUT_THE_ARTICLE = re.compile(
    r"acknowledge?ments?|contributors|(?:authors?['\u2019]?|author['\u2019]s) (?:contributions?|information)|funding|"
    r"(?:conflicts? of|competing) interests?(?: statement)?|role of the funding source|funding and disclosure|"
    r"data sharing statement|"
    r"pre-publication history|(?:supplement(?:ary|al)|electronic supplementary) (?:materials?|data|information)|"
    r"supporting information|additional files?|data availability|"
    r"availability of (?:supporting data|data and materials)",
    re.I,
)


class Line(NamedTuple):
    """A line that must stand in the text."""

    kind: str
    place: str
    words: str


def section_lines(element: Any) -> Iterator[Line]:
    """Headings and paragraphs of a section, box, list or quotation, in the order of reading."""
    for child in element:
        if child.tag == "title":
            yield Line("heading", place(child), characters(child))
        elif child.tag == "sec":
            inside = [] if about_the_article(child) else list(section_lines(child))
            if len(inside) > 1 or child.xpath("boolean(.//fig | .//table-wrap | .//disp-formula)"):
                yield from inside  # A heading with nothing under it is none.
        elif child.tag in {"p", "attrib"}:
            yield from paragraph_lines(child)
        elif child.tag in {"list", "list-item", "disp-quote", "statement", "boxed-text"} or (
            child.tag == "caption" and element.tag == "boxed-text"
        ):
            yield from section_lines(child)


def paragraph_lines(paragraph: Any) -> Iterator[Line]:
    words = paragraph.text or ""
    part = 0
    for child in paragraph:
        if child.tag in BLOCKS - AFTER:
            yield Line("paragraph", f"{place(paragraph)}:{part}", words)
            yield from section_lines(child)
            words, part = "", part + 1
        elif child.tag not in BLOCKS:
            words += inline(child)
        words += child.tail or ""
    yield Line("paragraph", f"{place(paragraph)}:{part}", words)
    for box in paragraph.iterchildren("boxed-text"):
        yield from section_lines(box)


def about_the_article(section: Any) -> bool:
    title = section.find("title")
    heading = "" if title is None else spaced(characters(title)).rstrip(".: ")
    return section.get("sec-type") == "supplementary-material" or bool(ABOUT_THE_ARTICLE.fullmatch(heading))


def place(element: Any) -> str:
    return str(element.getroottree().getpath(element)).removeprefix("/article/")


def letters(words: Any) -> str:
    """Letters and digits alone, superscripts undone."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", str(words)).lower())
