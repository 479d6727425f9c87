"""Text that carries HTML or JATS tags inside a JSON string: tags taken out, entities read."""

from __future__ import annotations

import re
from html import unescape

from sources.markup import raised

# Only names that occur in titles and abstracts: "p<0.05 and q>3" has no tags.
_NAMES = (
    "a|abstract|abstract-title|b|bold|br|center|disp-formula|div|em|font|h[1-6]|i|inf|inline-formula|italic|li|list|"
    "list-item|monospace|ol|p|sc|scp|sec|small|span|strong|sub|sup|title|tt|u|ul|underline"
)
_TAG = re.compile(rf"<(/?)(?:jats:)?({_NAMES})(?:\s[^<>]*)?/?>", re.I)
_SUP = re.compile(r"<(?:jats:)?sup>([^<>]*)</(?:jats:)?sup>", re.I)
_BLOCKS = frozenset(
    {"abstract", "abstract-title", "br", "center", "disp-formula", "div", "li", "list", "list-item", "ol", "p", "sec",
     "title", "ul", "h1", "h2", "h3", "h4", "h5", "h6"}
)  # fmt: skip


def without_tags(text: str) -> str:
    """`text` on one line: known tags gone, block tags leave a blank, superscript numbers are raised.

    Entities are read before and after: metadata often escapes its tags (`&lt;i&gt;`).
    """
    if "<" in text or "&" in text:
        text = _SUP.sub(lambda found: raised(found.group(1)), unescape(text))
        text = unescape(_TAG.sub(lambda found: " " if found.group(2).lower() in _BLOCKS else "", text))
    return " ".join(text.split())
