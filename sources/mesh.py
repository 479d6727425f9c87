"""Headings of MeSH, NLM's vocabulary of medical subjects, as records state them."""

from __future__ import annotations

import re

_DESCRIPTOR = re.compile(r"D\d{6}(?:\d{3})?")
_LONGEST = 200
"""Characters; the longest name of the vocabulary has 104."""


def heading(identifier: str | None, name: str | None) -> str | None:
    """`D006801 Humans`; the name alone where `identifier` is no unique id of a descriptor.

    None for what is no name: nothing, or words as long as none has.
    """
    words = " ".join((name or "").split())
    if not words or len(words) > _LONGEST:
        return None
    return f"{identifier} {words}" if identifier and _DESCRIPTOR.fullmatch(identifier) else words
