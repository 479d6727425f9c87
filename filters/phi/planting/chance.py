"""Chance that depends on its names alone: on no order, no platform, no version of Python or numpy."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

_WORD = 8  # bytes of one draw
_BLOCK = 64  # bytes of one BLAKE2b digest

CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"
"""Letters of a code: without vowels it spells no word, and without Q no one misreads it."""


class Chance:
    """Draws keyed by a seed and a path of names: BLAKE2b in counter mode, keyed by their digest.

    The same seed and path give the same draws wherever and whenever they are asked.
    """

    def __init__(self, seed: int, *path: str) -> None:
        names = "".join(f"{len(name)}:{name}" for name in (str(seed), *path))  # no two paths read alike
        self._key = hashlib.blake2b(names.encode(errors="surrogatepass")).digest()
        self._block = b""
        self._at = self._blocks = 0

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1. Multiply-shift: no bias above `bound` / 2**64."""
        if self._at == len(self._block):
            counter = self._blocks.to_bytes(_WORD, "little")
            self._block = hashlib.blake2b(counter, key=self._key, digest_size=_BLOCK).digest()
            self._blocks += 1
            self._at = 0
        word = int.from_bytes(self._block[self._at : self._at + _WORD], "little")
        self._at += _WORD
        return word * bound >> 8 * _WORD

    def between(self, first: int, last: int) -> int:
        """A number from `first` to `last`, both included."""
        return first + self.below(last - first + 1)

    def often(self, share: float) -> bool:
        """True in `share` of draws."""
        return self.below(1 << 20) < share * (1 << 20)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[tuple[Item, int]]) -> Item:
        """One of the items, each with its weight."""
        left = self.below(sum(weight for _, weight in items))
        for item, weight in items:
            left -= weight
            if left < 0:
                return item
        raise AssertionError("weights are positive")

    def fill(self, shape: str) -> str:
        """`shape` with `#` a digit, `%` a digit but 0, `@` a capital consonant, `&` a hexadecimal digit."""
        made = []
        for mark in shape:
            if mark == "#":
                made.append(str(self.below(10)))
            elif mark == "%":
                made.append(str(self.between(1, 9)))
            elif mark == "@":
                made.append(self.pick(CONSONANTS))
            elif mark == "&":
                made.append(self.pick("0123456789abcdef"))
            else:
                made.append(mark)
        return "".join(made)
