"""Identifiers that a record's own structured fields state, found again in its text.

A header that names the patient is the surest detector there is: `Document.known_values` are matched as whole words,
whatever their case, with any white space or low lines between their words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from filters.phi.spans import Span, masked_bytes

KIND = "IDENTIFIER"
RULE = "known_value"


@lru_cache(256)  # documents of one patient follow each other
def _pattern(values: tuple[str, ...]) -> re.Pattern[str] | None:
    """All values as one pattern, the longest first."""
    words = [r"[\s_]+".join(map(re.escape, value.split())) for value in sorted(set(values), key=lambda v: (-len(v), v))]
    words = [word for word in words if word]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words)})(?![^\W_])", re.IGNORECASE) if words else None


def known_spans(text: str, values: Sequence[str]) -> list[Span]:
    """Where `values` stand in `text`: spans over its UTF-8 bytes, sorted, not overlapping."""
    pattern = _pattern(tuple(values))
    if pattern is None:
        return []
    spans: list[Span] = []
    at = place = 0  # the same place in characters and in bytes
    for match in pattern.finditer(text):
        place += len(text[at : match.start()].encode())
        end = place + len(match.group().encode())
        spans.append(Span(place, end, KIND, RULE))
        at, place = match.end(), end
    return spans


def mask_known(text: str | None, values: Sequence[str]) -> str | None:
    """`text` with its record's known values replaced by `[IDENTIFIER]`."""
    if not text or not values:
        return text
    return masked_bytes(text.encode(), known_spans(text, values))[0].decode()
