"""From a web page to what it says: main content as plain text, and what the page states about itself.

lxml parses, because libxml2 stops at a depth of 256 where resiliparse's parser hangs for minutes on nested elements;
resiliparse then extracts, because on captures of real sites it keeps leads, headings and lists that trafilatura drops
(iana.org: 201 words to 165) in a tenth of the time (1.4 to 15 ms a page).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from corpus.document import Quarantined
from sources.dates import iso_date
from sources.markup import raised
from sources.site_templates import mark_left, unfilled, without_empty_headings

_SKIPPED = [
    "nav", "footer", "aside", "form", "button", "dialog", "template", "noscript", "svg",
    "[role=navigation]", "[role=banner]", "[role=contentinfo]", "[role=search]", "[role=dialog]", "[aria-hidden=true]",
    "[class*=cookie]", "[id*=cookie]", "[class*=consent-]", "[id*=consent-]", ".breadcrumb", ".breadcrumbs", "#toc",
    ".toc", ".nav", ".navbar", ".menu", ".sidebar", ".skip-link", ".share", ".social", ".pagination", ".mw-editsection",
    "body > header", "#mw-panel", ".vector-menu", ".interlanguage-link", ".catlinks", ".printfooter", ".navbox",
    ".mw-jump-link", ".uls-settings-trigger", "[class*=editlink]", ".after-portlet",
    ".noprint", "[class*=infobox]", ".ambox", ".mbox-small", "sup.reference", ".mw-cite-backlink",
]  # fmt: skip
_REFERENCES = "//ol[contains(concat(' ', @class, ' '), ' references ')]"
"""Of a wiki page: the list that its citation marks lead to."""
_MAIN = ("//main", "//*[@role='main']", "//article")
_LEAST_MAIN = 200
"""Characters: a shorter `main` is an empty shell filled by scripts."""
_LEAST_SHARE = 0.3
_CC = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/", re.I)
_OF_THE_PAGE = re.compile(
    r"\b(?:this|the)\s+(?:work|page|(?:web)?site|content|document|text|article|guideline|guide|publication|book|resource)\b"
    r"|except where|unless (?:otherwise|stated)|content (?:on|of|is)|text is available",
    re.I,
)
_LICENCE_NAMES = ("dcterms.license", "dc.rights.license", "dcterms.rights", "dc.rights", "rights", "license")
_DATE_NAMES = (
    "article:published_time", "citation_publication_date", "dcterms.issued", "dcterms.date", "dc.date", "date",
)  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
_MAX_ATTRIBUTES = 2_000
"""Of one tag: the parser compares each with all before it, and 20,000 take 2 s."""
_BULLET = re.compile(r"^([ \t]*)\u2022 ?", re.M)
_INDENT = re.compile(r"^ {2}(?= *(?:\u2022|\d+\. ))", re.M)
_CELLS = re.compile(r" *\t[\t ]*")
_LIST_END = re.compile(r"^ *(?:- |\d+\. ).*\n(?=[^\s\d-])", re.M)
_GAP = re.compile(r"\n{3,}")
_MENU_SHARE = 0.95
_LINES = "//tr|//td[a]|//p|//center|//div[a][not(div or p or table or ul or ol or section or article)]"
_LEAST_MENU = 5
_LONGEST_LABEL = 25
"""Letters of a link in a line that is a menu; titles of articles are longer."""
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol"})


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text and what it states. Absent facts are None."""

    text: str
    title: str | None
    language: str | None
    licence: str | None
    evidence: str | None
    url: str | None
    published: str | None
    template_tags: int
    """Tags of a site generator (`{% include %}`) that were never filled in, and are dropped."""


def page_of(html: str, *, wild: bool, record: int = 0, offset: int | None = None) -> Page | Quarantined:
    """What `html` says; quarantined as `nested_too_deep` or `malformed_html`.

    A page that marks its main content (`main`, `article`) is taken at its word. Of others all but navigation, banners
    and footers is kept, or, if they are `wild`, what resiliparse's heuristics take for the main content.
    """
    html, tags = unfilled(html)
    if overloaded(html):
        return Quarantined(record=record, reason="malformed_html", detail="attributes", offset=offset)
    parser: Any = etree.HTMLParser(
        huge_tree=False, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if any("depth" in entry.message for entry in parser.error_log.filter_from_errors()):
        return Quarantined(record=record, reason="nested_too_deep", offset=offset)
    if root is None:
        if html.strip():
            return Quarantined(record=record, reason="malformed_html", offset=offset)
        return Page("", None, None, None, None, None, None, tags)
    references = root.xpath(_REFERENCES)
    for listed in references:
        mark_left(listed)
    if tags or references:
        without_empty_headings(root)
    stated = _metadata(root)
    licence, evidence = _licence(root, stated)
    title = root.findtext(".//title")
    _prepare(root)
    if wild:
        _drop_link_lists(root)
    return Page(
        text=_text(root, wild),
        title=" ".join(title.split()) or None if title else None,
        language=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or stated.get("language"),
        licence=licence,
        evidence=evidence,
        url=next(iter(root.xpath("//link[@rel='canonical']/@href")), None),
        published=next((date for name in _DATE_NAMES if (date := _date(stated.get(name)))), None),
        template_tags=tags,
    )


def overloaded(html: str) -> bool:
    """A tag has so many attributes that parsing it would not end in good time."""
    return any(len(tag.group().split()) > _MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(html))


def _text(root: Any, wild: bool) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    chosen, marked = _main(root)
    found = extract_plain_text(
        etree.tostring(chosen, encoding="unicode", method="html", with_tail=False),
        preserve_formatting=True,
        main_content=wild and not marked,
        alt_texts=False,
        comments=False,
        skip_elements=_SKIPPED,
    )
    text = _BULLET.sub(r"\1- ", _INDENT.sub("", found))
    text = "\n".join(_CELLS.sub(" | ", line.rstrip()).removeprefix(" | ") for line in text.split("\n"))
    return _GAP.sub("\n\n", _LIST_END.sub(r"\g<0>\n", text)).strip()


def _main(root: Any) -> tuple[Any, bool]:
    """The element the page marks as its main content, if it has one that is not an empty shell; else all of it."""
    whole = len("".join(root.itertext()))
    for path in _MAIN:
        found = root.xpath(path)
        if len(found) == 1:
            size = len("".join(found[0].itertext()).strip())
            if size >= _LEAST_MAIN or size > _LEAST_SHARE * whole:
                return found[0], True
    return root, False


def _prepare(root: Any) -> None:
    """Keep what plain text would lose: powers, and which cells stand in one row."""
    for script in root.xpath("//script|//style"):
        _remove(script)
    for power in root.iter("sup"):
        if len(power) == 0:
            power.text = raised(power.text or "")
    for table in root.xpath("//table[not(.//table)]"):
        rows = [[_cell(cell) for cell in row.iterchildren("td", "th")] for row in table.iter("tr")]
        if sum(len(row) > 1 for row in rows) < 2:
            continue  # a frame for layout
        caption = table.find("caption")
        lines = [_cell(caption)] if caption is not None else []
        lines += [" | ".join(row) for row in rows if any(row)]
        tail = table.tail
        table.clear()
        table.tag, table.tail = "p", tail
        for line in lines:
            etree.SubElement(table, "br").tail = line


def _drop_link_lists(root: Any) -> None:
    """Lists and lines of nothing but links: menus that are not marked as such."""
    for menu in root.xpath("//ul[count(li) >= 8]|//ol[count(li) >= 8]"):
        if _linked(menu) >= _MENU_SHARE:
            _remove(menu)
    for line in root.xpath(_LINES):
        links = line.findall(".//a")
        short = len(links) >= _LEAST_MENU and all(len(_letters(link)) <= _LONGEST_LABEL for link in links)
        if short and _linked(line) >= _MENU_SHARE:
            _remove(line)


def _linked(element: Any) -> float:
    """Share of an element's letters that stand in links."""
    return sum(len(_letters(link)) for link in element.iter("a")) / max(1, len(_letters(element)))


def _letters(element: Any) -> str:
    return "".join(character for character in "".join(element.itertext()) if character.isalnum())


def _cell(cell: Any) -> str:
    parts: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if element.tag in _BREAKS:
            parts.append(" ")
        if event == "start":
            parts.append(element.text or "")
        elif element is not cell:
            parts.append(element.tail or "")
    return " ".join("".join(parts).split())


def _remove(element: Any) -> None:
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    before = element.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _metadata(root: Any) -> dict[str, str]:
    """Content of `meta` elements by lower-case name; the first one counts."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("http-equiv")
        content = (meta.get("content") or "").strip()
        if name and content:
            found.setdefault("language" if name.lower() == "content-language" else name.lower(), content)
    return found


def _licence(root: Any, stated: dict[str, str]) -> tuple[str | None, str | None]:
    """A `rel=license` link, else Dublin Core, else a Creative Commons link in a sentence about the page itself.

    Links that do not agree with each other say nothing.
    """
    for tag in ("link", "a"):
        links = {one.get("href", "").strip() for one in root.iter(tag) if "license" in one.get("rel", "").split()}
        if len(links) == 1 and (link := links.pop()):
            return link, f"html:{tag}[rel=license]/@href"
        if links:
            return None, None
    for name in _LICENCE_NAMES:
        if name in stated:
            return stated[name], f"html:meta[{name}]/@content"
    links = {one.get("href") for one in root.iter("a") if _CC.search(one.get("href", "")) and _about_the_page(one)}
    return (links.pop(), "html:a/@href") if len(links) == 1 else (None, None)


def _about_the_page(link: Any) -> bool:
    """A picture's credit links to its own licence: the sentence must speak of the page."""
    words = " ".join("".join(link.getparent().itertext()).split()) if link.getparent() is not None else ""
    return "licen" in words.lower() and _OF_THE_PAGE.search(words) is not None


def _date(value: str | None) -> str | None:
    found = _DATE.match(value or "")
    return iso_date(*found.groups()) if found else None
