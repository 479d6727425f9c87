"""What all surrogates of one document share: its key, its shift of dates, and what its identifiers must not read."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import Final

from filters.phi.surrogates.census import INITIALS, census
from filters.phi.surrogates.draws import Draws
from filters.phi.surrogates.folding import cased, plain, touch

PART: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]{2,})*")
"""A part of a name: letters, with apostrophes inside ("O'Brien"); a genitive's stays out."""
_TRIES: Final = 64


class Folder:
    """One document under one key."""

    def __init__(
        self, key: bytes, doc_id: str, avoid: Iterable[str] = (), language: str = "", day_first: bool = False
    ) -> None:
        """`key` is the sub-key for surrogates; no surrogate name touches a name or word of `avoid`."""
        self._key = hmac.digest(key, doc_id.encode(errors="surrogatepass"), "sha256")
        self.avoid = tuple(sorted({plain(part) for value in avoid for part in PART.findall(value) if len(part) >= 3}))
        self.language = language
        self.day_first = day_first
        self._initials: dict[str, str] = {}
        self._parts: dict[str, str] = {}

    def draws(self, use: str, value: str) -> Draws:
        """What is chosen for `value`, a folded identifier, in one use."""
        return Draws(self._key, use, value)

    def clear(self, word: str, others: Iterable[str]) -> bool:
        """`word` touches nothing that stands in the document's identifiers, nor any of `others`."""
        return not any(touch(word, other) for other in self.avoid) and not any(touch(word, other) for other in others)

    def initial(self, letter: str) -> str:
        """The capital that stands for an initial everywhere in this document: another one."""
        folded = plain(letter)[:1].upper()
        made = self._initials.get(folded)
        if made is None:
            made = self.draws("initial", folded).pick([each for each in INITIALS if each != folded])
            self._initials[folded] = made
        return made

    def part(self, written: str, others: Iterable[str] = ()) -> str:
        """The name that stands for a part of a name, in the case of that part; none of `others` (folded).

        It depends on the letters alone, not on where they stand: "Smith" is the same after "Mr." as in "SMITH, John".
        What the Census lists hold rather as a given name gets a given name of the same sex, all else a family name. Its
        first letter is the one that stands for the original's, so initials still fit.
        """
        folded = plain(written)
        made = self._parts.get(folded)
        if made is None:
            made = self._parts[folded] = self._chosen(folded, ())
        if any(touch(made, other) for other in others):
            made = self._chosen(folded, others)
        return cased(made, written)

    def _chosen(self, folded: str, others: Iterable[str]) -> str:
        lists = census()
        sex = lists.sex.get(folded)
        names = lists.surnames if sex is None else lists.given[sex]
        initial = self.initial(folded)
        draws = self.draws("name", folded)
        for attempt in range(_TRIES):
            # Where the document's identifiers leave no name with that initial, another will do.
            made = draws.pick(names[initial if attempt < _TRIES // 2 else draws.pick(INITIALS)])
            if not touch(made, folded) and self.clear(made, others):
                return made
        return ""
