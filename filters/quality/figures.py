"""What a word with digits says about the line it stands in: reference lists show by it. Needs numba.

A line is one of a reference list if it has at most 100 words and holds a year, an author's initials, and a volume with
issue or pages, a page range or a DOI. How often that is right was measured on the references of articles in JATS and on
their paragraphs (`tests/filters/test_quality_references.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel

YEAR = 1  # four digits, 1800 to 2099
PLACE = 2  # 366:123, 2012;366, 12(3), 123-34 or a DOI
OPEN = 4  # ends with a figure and ; or :
FIGURE = 8  # begins with a digit
INITIALS = 16
REFERENCE = YEAR | PLACE | INITIALS
REFERENCE_WORDS = 100


@kernel
def figures(data: Any, start: int, end: int) -> Any:
    """Flags of the word `data[start:end]`: YEAR, PLACE, OPEN and FIGURE; only ASCII digits count."""
    byte: Any
    value: Any
    found = 0
    at = start
    run = value = 0  # digits in a row, up to here; what they say
    if 48 <= data[start] <= 57:
        found |= FIGURE
    while at <= end:
        byte = np.int64(data[at]) if at < end else np.int64(0)
        if 48 <= byte <= 57:
            run += 1
            value = min(value * 10 + byte - 48, 1_000_000)
            at += 1
            continue
        if run:
            year = run == 4 and 1800 <= value < 2100
            if year:
                found |= YEAR
            after = at + 1
            if byte == 0xE2 and at + 2 < end and data[at + 1] == 0x80 and 0x90 <= data[at + 2] <= 0x93:
                byte, after = 0x2D, at + 3  # hyphens and dashes
            figure_follows = after < end and 48 <= data[after] <= 57
            if byte == 0x2D and figure_follows and 3 <= run <= 5 and not year:
                found |= PLACE
            elif byte in (0x3B, 0x3A, 0x28) and figure_follows and run <= 4:
                if byte != 0x3A or value > 23:  # not a time of day
                    found |= PLACE
            elif byte in (0x3B, 0x3A) and after == end:
                found |= OPEN
            elif byte == 0x2E and run == 2 and value == 10 and figure_follows and _is_doi(data, after, end):
                found |= PLACE
        if byte == 0x29 and at + 1 < end and data[at + 1] == 0x3A:  # 12(Suppl):
            found |= PLACE if at + 2 < end and 48 <= data[at + 2] <= 57 else OPEN if at + 2 == end else 0
        run = value = 0
        at += 1
    return found


@kernel
def _is_doi(data: Any, at: int, end: int) -> bool:
    """Whether four or more digits and a slash stand at `at`."""
    digits = 0
    while at < end and 48 <= data[at] <= 57:
        digits += 1
        at += 1
    return digits >= 4 and at < end and data[at] == 0x2F
