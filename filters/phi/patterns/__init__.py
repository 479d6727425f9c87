"""What an identifier looks like: named patterns, each with a validator, in groups that policies ask for.

Expressions are RE2 syntax over UTF-8 bytes. RE2 runs in linear time and has no look-around, so an expression finds
candidates and its validator looks at the neighbourhood. Where an expression has a group, the group is the identifier
and the rest is its cue ("MRN: ").

This is Safe-Harbor-style screening (the classes of 45 CFR 164.514(b)(2)(i)), not a compliance statement.
"""

from __future__ import annotations

from functools import cache

from filters.phi.patterns.addresses import ADDRESSES
from filters.phi.patterns.cues import CUES, NEAR, QUALIFIED
from filters.phi.patterns.layouts import ALONE, LAYOUTS
from filters.phi.patterns.pattern import GROUPS, Pattern
from filters.phi.patterns.records import NUMBERS, RECORDS, SHAPES
from filters.phi.patterns.spoken import SPOKEN
from filters.phi.patterns.telephones import CUED_TELEPHONES, NEAR_TELEPHONES, TELEPHONES
from filters.phi.patterns.things import THINGS

__all__ = ["GROUPS", "PATTERNS", "Pattern", "patterns"]

PATTERNS = (
    *QUALIFIED,
    *RECORDS,
    *CUED_TELEPHONES,
    *NUMBERS,
    *ADDRESSES,
    *THINGS,
    *LAYOUTS,
    *CUES,
    *TELEPHONES,
    *NEAR_TELEPHONES,
    *NEAR,
    *SPOKEN,
    *SHAPES,
    *ALONE,
)
"""Where two find the same place, the earlier names its class: cues first."""


@cache
def patterns(groups: tuple[str, ...]) -> tuple[Pattern, ...]:
    """Patterns of `groups`, in the order of their declaration.

    Raises:
        ValueError: no such group.
    """
    if unknown := sorted(set(groups) - set(GROUPS)):
        raise ValueError(f"no group of patterns: {', '.join(unknown)}; known: {', '.join(GROUPS)}")
    return tuple(pattern for pattern in PATTERNS if pattern.group in groups)
