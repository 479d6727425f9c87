"""From a JATS body to plain text: headings, paragraphs, lists, tables, captions, formulas.

Blocks are separated by blank lines. A heading stands on its own line, a list item starts with `- `, a table is its
caption and one line a row with ` | ` between cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sources.citations import marked, without_marks
from sources.headings import about_the_article
from sources.markup import Element, entity_text, first, raised, single_spaced
from sources.mathml import formula
from sources.table_grid import Cell, alone, laid_out, span

_DROPPED_SECTIONS = frozenset(
    {"supplementary-material", "COI-statement", "ack", "author-contribution", "data-availability"}
)
# Teasers, tables of contents and pictures repeat the abstract or advertise it.
_DROPPED_ABSTRACTS = frozenset(
    {"graphical", "teaser", "toc", "web-summary", "short", "video", "key-points", "author-highlights",
     "editor-highlights", "highlights"}
)  # fmt: skip
# In an abstract: a heading that only says so, and a signpost of PLOS Medicine.
_NOT_ABSTRACT = re.compile(r"abstract[.:]?|Please see later in the article for .{1,60}", re.I)
_SEE_FILE = re.compile(r"\s*[\[(]see additional files? \d+[^\[\]();=<>%]*[\])]", re.I)
_TEX_BODY = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.S)
_MODIFIERS = dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_FOOTNOTE_KINDS = frozenset({"fn", "aff", "corresp", "author-notes", "contrib"})
_PLAIN = frozenset(
    {"italic", "bold", "sub", "underline", "monospace", "ext-link", "uri", "named-content", "styled-content"}
)
_SILENT = frozenset(
    {"inline-graphic", "graphic", "media", "email", "fn", "object-id", "index-term", "alt-text", "long-desc",
     "supplementary-material", "inline-supplementary-material", "processing-meta", "permissions", "attrib", "fn-group",
     "ref-list", "ref", "contrib-group", "aff", "author-notes", "ack"}
)  # fmt: skip
_SEPARATED = frozenset(
    {"p", "list", "list-item", "title", "sec", "def", "term", "disp-quote", "break", "label", "def-item"}
)
_FORMULAS = frozenset({"inline-formula", "disp-formula", "tex-math", "alternatives", "chem-struct"})
_FLOATS = frozenset({"fig", "fig-group", "table-wrap", "table-wrap-group", "boxed-text"})

Blocks = list[str]


def line(element: Element, *, table: bool = False) -> str:
    """Inline content on one line, single spaces, without citation numbers."""
    if len(element) == 0:
        return single_spaced(element.text or "")
    parts: list[str] = []
    inline(element, parts, table)
    return _finished(parts)


def _finished(parts: list[str]) -> str:
    if not parts:
        return ""
    text = _without_asides(single_spaced(without_marks("".join(parts))))
    return text.replace(" ()", "") if " ()" in text else text  # what a picture or an address left


def _without_asides(text: str) -> str:
    return _SEE_FILE.sub("", text) if "dditional " in text else text


def inline(element: Element, parts: list[str], table: bool = False) -> None:
    """Append the text of `element` (not its tail) to `parts`."""
    if text := element.text:
        parts.append(text)
    for child in element:
        _INLINE.get(child.tag, _other)(child, parts, table)
        if tail := child.tail:
            parts.append(tail)


def _reference(child: Element, parts: list[str], table: bool) -> None:
    kind = child.get("ref-type")
    if kind == "bibr":
        parts.append(marked("".join(child.itertext()) if len(child) else child.text or ""))
    elif kind == "table-fn":
        _mark(child, parts)
    elif kind not in _FOOTNOTE_KINDS:
        inline(child, parts, table)


def _superscript(child: Element, parts: list[str], table: bool) -> None:
    if len(child):
        inner: list[str] = []
        inline(child, inner, table)
        text = "".join(inner)
    else:
        text = child.text or ""
    if table and text in _MODIFIERS:
        text = _MODIFIERS[text]
    # A mark that opens a table's note names it: keep it apart from the first word.
    parts.append(f"{raised(text)} " if table and not parts else raised(text))


def _mark(child: Element, parts: list[str]) -> None:
    words = "".join(child.itertext()).strip()
    parts.append(_MODIFIERS.get(words) or raised(words))


def _silent(child: Element, parts: list[str], table: bool) -> None:
    """Left out by policy."""


def _separated(child: Element, parts: list[str], table: bool) -> None:
    parts.append(" ")
    inline(child, parts, table)
    parts.append(" ")


def _formula(child: Element, parts: list[str], table: bool) -> None:
    parts.append(formula_text(child))


def _small_capitals(child: Element, parts: list[str], table: bool) -> None:
    """Lower case that is printed as capitals: `<sc>l</sc>-dopa` is L-dopa, stage `<sc>ii</sc>` is stage II."""
    inner: list[str] = []
    inline(child, inner, table)
    text = "".join(inner)
    parts.append(text.upper() if text.islower() else text)


def _displayed(child: Element, parts: list[str], table: bool) -> None:
    parts.append(f" {formula_text(child)} ")


def _other(child: Element, parts: list[str], table: bool) -> None:
    if not isinstance(child.tag, str):
        parts.append(entity_text(child))
    elif child.tag[0] == "{":
        parts.append(formula_text(child))
    else:
        inline(child, parts, table)


_INLINE: dict[str, Callable[[Element, list[str], bool], None]] = {
    **dict.fromkeys(_PLAIN, inline),
    **dict.fromkeys(_SILENT, _silent),
    **dict.fromkeys(_SEPARATED, _separated),
    **dict.fromkeys(_FORMULAS, _formula),
    "disp-formula": _displayed,
    "hr": inline,
    "sc": _small_capitals,
    "xref": _reference,
    "sup": _superscript,
}


def formula_text(element: Element) -> str:
    """A formula: TeX if the article gives it, else MathML as text, else its characters; an image alone is lost."""
    for tex in element.iter("tex-math"):
        source = tex.text or ""
        body = _TEX_BODY.search(source)
        return " ".join((body.group(1) if body else source).strip().strip("$").split())
    label = element.findtext("label") or ""
    math = element if element.tag[0] == "{" else next(element.iter("{http://www.w3.org/1998/Math/MathML}math"), None)
    if math is not None:
        return f"{' '.join(formula(math).split())} {label}".rstrip()
    parts: list[str] = []
    inline(element, parts)
    return " ".join("".join(parts).split())


def blocks(element: Element, out: Blocks) -> None:
    """Append the blocks of a body, section, appendix or box to `out`."""
    for child in element:
        block(child, out)


def block(child: Element, out: Blocks) -> None:
    """Append what one block-level element gives to `out`."""
    tag = child.tag
    if tag == "p":
        paragraph(child, out)
    elif tag == "sec":
        section(child, out)
    elif tag == "title":
        _add(out, line(child))
    elif (handler := _HANDLERS.get(tag)) is not None:
        handler(child, out)
    elif tag not in _SILENT and tag != "label" and isinstance(tag, str):
        paragraph(child, out)


def abstracts(meta: Element) -> list[tuple[str, Blocks]]:
    """Heading and paragraphs of each abstract; parts of a structured one become `Methods: text`."""
    found = []
    for abstract in meta.iterchildren("abstract"):
        if abstract.get("abstract-type") in _DROPPED_ABSTRACTS:
            continue
        content: Blocks = []
        heading = ""
        for child in abstract:
            if child.tag == "title":
                heading = line(child)
            elif child.tag == "sec":
                _run_in(child, content)
            else:
                block(child, content)
        content = [words for words in content if not _NOT_ABSTRACT.fullmatch(words)]
        if content:
            found.append((heading, content))
    return found


def _run_in(section: Element, content: Blocks) -> None:
    inner: Blocks = []
    title = first(section, "title")
    for child in section:
        if child.tag == "sec":
            _run_in(child, inner)
        elif child.tag != "title":
            block(child, inner)
    if title is not None and inner and (label := line(title).rstrip(".: ")):
        inner[0] = f"{label}: {inner[0]}"
    content.extend(inner)


def told(title: str, summaries: list[tuple[str, Blocks]], sections: Blocks) -> str:
    """An article as text; empty if it is but a title. Abstracts have headings where a body follows them."""
    content: Blocks = []
    for heading, paragraphs in summaries:
        content += [heading or "Abstract", *paragraphs] if sections else paragraphs
    content += sections
    return "\n\n".join([title, *content] if title else content) if content else ""


def section(element: Element, out: Blocks) -> None:
    """A section and its heading, unless it is matter about the article instead of its science."""
    if element.get("sec-type") in _DROPPED_SECTIONS:
        return
    title = first(element, "title")
    heading = line(title) if title is not None else ""
    if heading and about_the_article(heading):
        return
    start = len(out)
    blocks(element, out)
    if heading and len(out) == start + 1 and out[start] == heading:
        del out[start]  # A heading with nothing under it.


def paragraph(element: Element, out: Blocks) -> None:
    """A paragraph; lists and quotations inside split it, figures and tables inside follow it."""
    if len(element) == 0:
        _add(out, _without_asides(single_spaced(element.text or "")))
        return
    text = element.text
    parts: list[str] = [text] if text else []
    floats: list[Element] = []
    for child in element:
        tag = child.tag
        if (handler := _SPLITTING.get(tag)) is None:
            _INLINE.get(tag, _other)(child, parts, False)
        elif tag in _FLOATS:
            floats.append(child)
        else:
            _add(out, _finished(parts))
            parts = []
            handler(child, out)
        if tail := child.tail:
            parts.append(tail)
    _add(out, _finished(parts))
    for child in floats:
        _HANDLERS[child.tag](child, out)


def _list(element: Element, out: Blocks) -> None:
    items: Blocks = []
    title = first(element, "title")
    if title is not None:
        items.append(line(title))
    for item in element.iterchildren("list-item"):
        inner: Blocks = []
        blocks(item, inner)
        if inner:
            items.append("- " + "\n".join(inner).replace("\n", "\n  "))
    _add(out, "\n".join(items))


def _definitions(element: Element, out: Blocks) -> None:
    items = []
    for item in element.iterchildren("def-item"):
        term, meaning = first(item, "term"), first(item, "def")
        if term is not None and meaning is not None:
            items.append(f"- {line(term).rstrip(':')}: {line(meaning)}")
    _add(out, "\n".join(items))


def _caption(element: Element) -> str:
    """Label and caption as one paragraph: `Table 1. Patients at baseline.`"""
    label = first(element, "label")
    pieces = [line(label).rstrip(".: ")] if label is not None and line(label) else []
    caption = first(element, "caption")
    if caption is not None:
        pieces += [words for child in caption if child.tag in {"title", "p"} and (words := line(child, table=True))]
    return " ".join(piece if piece[-1] in ".:;?!" else f"{piece}." for piece in pieces if piece)


def _figure(element: Element, out: Blocks) -> None:
    caption = first(element, "caption")
    if caption is not None:
        _add(out, _caption(element))
    for child in element.iterchildren("table-wrap", "fig"):
        _HANDLERS[child.tag](child, out)


def _table(element: Element, out: Blocks) -> None:
    rows = [_caption(element)]
    grid = [list(row.iterchildren("td", "th")) for row in element.iter("tr")]
    texts = [_texts(row) for row in grid]
    if len({len(row) for row in grid}) <= 1:  # Each column is straight already, and half of all tables are so.
        placed = [alone(row) for row in texts]
    else:
        placed = laid_out([_placed(*row) for row in zip(grid, texts, strict=True)])
    rows += [" | ".join(cells) for cells in placed if cells]
    foot = first(element, "table-wrap-foot")
    if foot is not None:
        rows += [note for child in foot if (note := _note(child))]
    _add(out, "\n".join(row for row in rows if row))


def _placed(cells: list[Element], texts: list[str]) -> list[Cell]:
    """A row's cells with what they span; most state that they span nothing."""
    spans = [(cell.get("colspan", "1"), cell.get("rowspan", "1")) for cell in cells]
    if spans.count(("1", "1")) == len(spans):
        return list(map(Cell, texts))
    return [Cell(text, span(columns), span(rows)) for text, (columns, rows) in zip(texts, spans, strict=True)]


def _texts(cells: list[Element]) -> list[str]:
    # Most are a number, and an article has hundreds.
    return [
        line(cell, table=True) if len(cell) else " ".join(text.split()) if (text := cell.text) else "" for cell in cells
    ]


def _note(element: Element) -> str:
    if element.tag != "fn":
        return line(element, table=True)
    label = first(element, "label")
    parts: list[str] = []
    if label is not None:
        _mark(label, parts)
        parts.append(" ")
    parts += [line(child, table=True) for child in element.iterchildren("p")]
    return _finished(parts)


def _formula_block(element: Element, out: Blocks) -> None:
    _add(out, formula_text(element))


def _nothing(element: Element, out: Blocks) -> None:
    """Left out by policy."""


def _add(out: Blocks, block: str) -> None:
    if block:
        out.append(block)


_HANDLERS: dict[str, Callable[[Element, Blocks], None]] = {
    "list": _list,
    "def-list": _definitions,
    "fig": _figure,
    "fig-group": blocks,
    "table-wrap": _table,
    "table-wrap-group": blocks,
    "array": _table,
    "boxed-text": blocks,
    "caption": blocks,
    "disp-quote": blocks,
    "statement": blocks,
    "speech": blocks,
    "verse-group": blocks,
    "disp-formula": _formula_block,
    "disp-formula-group": blocks,
    "supplementary-material": _nothing,
}
_SPLITTING = {tag: handler for tag, handler in _HANDLERS.items() if tag not in _FORMULAS}
"""What a paragraph is split by."""
