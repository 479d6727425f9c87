"""Words of a text as parts of names."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from filters.phi.names.lexicon import NAME, OTHER, Is


class Trust(IntEnum):
    """How much the place says by itself that a name stands there."""

    WEAK = 1
    """It may be one: a part must be known as a name and as nothing else, or two parts must look like one."""
    CUE = 2
    """It should be one: a part is known as a name, or unknown."""
    TITLE = 3
    """It is one, unless it is no name by grammar."""


class Token(NamedTuple):
    """A word of a text, and what it may be (`Is`)."""

    start: int
    end: int
    word: str
    kind: int

    @property
    def capital(self) -> bool:
        """Begins with a capital."""
        first = self.word.rpartition(" ")[2][:1]  # after "de la"
        return first.isupper() or first.isdigit()

    @property
    def initial(self) -> bool:
        """One capital alone."""
        return len(self.word) == 1 and self.word.isupper()

    @property
    def caps(self) -> bool:
        """Several letters, all capital."""
        return len(self.word) > 1 and self.word.isupper()

    @property
    def known(self) -> bool:
        """Known as a name and as nothing else."""
        return bool(self.kind & NAME) and not self.kind & (OTHER | Is.EPONYM) and not self.abbreviation

    @property
    def named(self) -> bool:
        """Known as a name, perhaps also of a disease."""
        return bool(self.kind & NAME) and not self.kind & OTHER and not self.abbreviation

    @property
    def unknown(self) -> bool:
        """Nothing that a list or a suffix knows."""
        return not self.kind & ~(Is.EPONYM | Is.PROPER) and not self.abbreviation

    @property
    def abbreviation(self) -> bool:
        """Written as abbreviations are, and no usual name: "AKI", "PbBs"."""
        if self.word.isupper():
            name = self.kind & (NAME if len(self.word) > 3 else Is.USUAL_GIVEN | Is.USUAL_FAMILY)
            return 1 < len(self.word) < 6 and self.word.isascii() and not name
        return _CAPITALS_WITHIN.search(self.word) is not None

    @property
    def doubtful(self) -> bool:
        """Capitals that no list knows for a name: no evidence for the rest of the text."""
        return self.abbreviation or (self.caps and not self.kind & NAME and len(self.word) < 6)


class Name(NamedTuple):
    """Characters `[start, end)` that are a name, and its parts."""

    start: int
    end: int
    parts: tuple[Token, ...]


_CAPITALS_WITHIN = re.compile(
    r"(?<!^Mc)(?<!^Mac)(?<!^De)(?<!^Di)(?<!^Da)(?<!^La)(?<!^Le)(?<!^Van)(?<!^Fitz)(?<=[^\W\d_])[A-Z]"
)
LETTER = r"[^\W\d_]"
WORD = re.compile(
    rf"(?:{LETTER}|[0158](?={LETTER}{{3}}))"
    rf"(?:{LETTER}|(?<={LETTER})[0158](?![\d.])|[\u0300-\u036f]|['\u2019\u02bc\-\u2010\u2011\u2012](?={LETTER})){{0,40}}"
)
"""A word; a digit that a scanner takes for a letter may stand in it."""
