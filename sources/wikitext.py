"""From wikitext to plain text: headings, paragraphs, lists stay; templates, references, tables, files, categories go.

mwparserfromhell parses (it stops at a depth of 40); what each node becomes is decided here, because its own
`strip_code` keeps references, captions of pictures and categories, and glues list items together.
"""

from __future__ import annotations

import re
from typing import Any

from sources.markup import raised

MAX_CHARACTERS = 4_000_000
"""MediaWiki itself takes no page over 2 MB."""
_MAX_OPEN_TAGS = 2_000
"""Of tags that are never closed the parser's time grows with the square: 20,000 take 11 s."""
_MAX_OPEN = 500
"""Of templates, links and comments alike: 4,000 open templates take 9 s."""
_PAIRS = (("{{", "}}"), ("[[", "]]"), ("[http", "]"), ("<!--", "-->"), ("{|", "|}"))
_ITEMS = re.compile(r"[*#:;]{500}")
_NEVER_CLOSED = re.compile(r"<(?:br|hr|li|!--|\s)", re.I)
_DROPPED_SECTIONS = frozenset(
    {
        "references", "external links", "see also", "further reading", "notes", "notes and references", "bibliography",
        "sources", "footnotes", "citations", "gallery",
    }
)  # fmt: skip
_DROPPED_TAGS = frozenset(
    {"ref", "references", "gallery", "table", "timeline", "style", "script", "score", "imagemap", "templatestyles",
     "graph", "mapframe", "maplink", "inputbox", "includeonly", "hiero", "syntaxhighlight", "source"}
)  # fmt: skip
_BLOCK_TAGS = frozenset({"p", "div", "blockquote", "center", "br", "poem", "hr"})
_QUANTITIES = frozenset({"convert", "cvt"})
_FIRST = frozenset({"nowrap", "val", "chem", "abbr", "small", "sup", "sub", "nobr"})
_LAST = frozenset({"lang", "transl", "lang-la", "lang-grc"})
_MARK = "\x00"
_ITEM = re.compile(f"({_MARK}+) *")
_SPACES = re.compile(r"[ \t\u00a0]+")
_GAP = re.compile(r"\n\s*\n+")
_HOLLOW = re.compile(r" ?\((?:[\s,;]|or)*\)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*:\S")
_SWITCH = re.compile(r"__[A-Z]+__")


def plain_text(wikitext: str, namespaces: frozenset[str]) -> str | None:
    """The article's text; None if it is nested or broken beyond what can be read in good time.

    `namespaces`: lower-case prefixes of links that show nothing (`file`, `category`).
    """
    import mwparserfromhell

    opened = (
        wikitext.count("<") - 2 * wikitext.count("</") - wikitext.count("/>") - len(_NEVER_CLOSED.findall(wikitext))
    )
    if opened > _MAX_OPEN_TAGS or _ITEMS.search(wikitext):
        return None
    if any(wikitext.count(start) - wikitext.count(end) > _MAX_OPEN for start, end in _PAIRS):
        return None
    code = mwparserfromhell.parse(_SWITCH.sub("", wikitext.replace(_MARK, "")), skip_style_tags=False)
    parts: list[str] = []
    _Writer(namespaces).write(code, parts)
    return _tidy("".join(parts))


class _Writer:
    def __init__(self, namespaces: frozenset[str]) -> None:
        self._namespaces = namespaces
        self._dropping = 0  # level of the heading whose section is left out

    def write(self, code: Any, parts: list[str]) -> None:
        """Append what the nodes of `code` say."""
        for node in code.nodes if code is not None else ():
            kind = type(node).__name__
            if kind == "Heading":
                self._heading(node, parts)
            elif not self._dropping:
                self._node(kind, node, parts)

    def _node(self, kind: str, node: Any, parts: list[str]) -> None:
        if kind == "Text":
            parts.append(node.value)
        elif kind == "Wikilink":
            self._link(node, parts)
        elif kind == "Tag":
            self._tag(node, parts)
        elif kind == "Template":
            self._template(node, parts)
        elif kind == "HTMLEntity":
            parts.append(node.normalize() or "")
        elif kind == "ExternalLink" and node.title is not None:
            self.write(node.title, parts)

    def _heading(self, node: Any, parts: list[str]) -> None:
        title: list[str] = []
        level, self._dropping, before = node.level, 0, self._dropping
        self.write(node.title, title)
        words = "".join(title).strip()
        if before and level > before:
            self._dropping = before
        elif words.lower() in _DROPPED_SECTIONS:
            self._dropping = level
        else:
            parts.append(f"\n\n{words}\n\n")

    def _link(self, node: Any, parts: list[str]) -> None:
        target = str(node.title).strip()
        prefix, colon, _ = target.partition(":")
        if colon and prefix.strip().lower() in self._namespaces:
            return
        if node.text is None and _LANGUAGE.match(target):
            return
        if node.text is not None:
            self.write(node.text, parts)
        else:
            parts.append(target.lstrip(":"))

    def _tag(self, node: Any, parts: list[str]) -> None:
        name = str(node.tag).strip().lower()
        if name in _DROPPED_TAGS:
            return
        if node.wiki_markup in {"*", "#", ";", ":"}:
            if node.wiki_markup != ":":
                parts.append(_MARK)
            elif parts and not parts[-1].endswith(("\n", _MARK)):  # between a term and its definition
                parts.append(": ")
            return
        if name in _BLOCK_TAGS:
            parts.append("\n")
        if name == "sup":
            inner: list[str] = []
            self.write(node.contents, inner)
            parts.append(raised("".join(inner)))
        else:
            self.write(node.contents, parts)
        if name in _BLOCK_TAGS and name != "br":
            parts.append("\n")

    def _template(self, node: Any, parts: list[str]) -> None:
        """Templates that hold a quantity or words of the sentence; the others are boxes, notes and citations."""
        name = str(node.name).strip().lower()
        unnamed = [one.value for one in node.params if not one.showkey]
        if name in _QUANTITIES and len(unnamed) >= 2:
            self.write(unnamed[0], parts)
            parts.append(" ")
            self.write(unnamed[1], parts)
        elif name in _FIRST and unnamed:
            self.write(unnamed[0], parts)
        elif name in _LAST and unnamed:
            self.write(unnamed[-1], parts)


def _tidy(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        found = _ITEM.match(line)
        words = _SPACES.sub(" ", _HOLLOW.sub("", line.replace(_MARK, ""))).strip()
        if words:
            lines.append("  " * (len(found.group(1)) - 1) + f"- {words}" if found else words)
        elif not found:
            lines.append("")
    return _GAP.sub("\n\n", "\n".join(lines)).strip()
