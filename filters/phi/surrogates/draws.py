"""Choices that a key makes: an HMAC in counter mode, read as numbers."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")

_STATES: Final = 1 << 256
_SPARE: Final = 64


class Draws:
    """Draws for one use of one value, under the key of one document.

    Block `n` is HMAC-SHA256(key, use || 0 || value || n), a number below 2**256. Choices are its digits in a mixed
    radix, as long as 64 bits are left beyond them: no choice is likelier than another by more than 2**-64.
    """

    __slots__ = ("_blocks", "_key", "_left", "_name", "_room")

    def __init__(self, key: bytes, use: str, value: str) -> None:
        self._key = key
        self._name = b"%b\x00%b" % (use.encode(), value.encode(errors="surrogatepass"))
        self._blocks = 0
        self._left = 0
        self._room = 1

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1."""
        if self._room < bound << _SPARE:
            block = hmac.digest(self._key, self._name + self._blocks.to_bytes(4, "big"), "sha256")
            self._blocks += 1
            self._left = int.from_bytes(block, "big")
            self._room = _STATES
        self._left, drawn = divmod(self._left, bound)
        self._room //= bound
        return drawn

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`."""
        return items[self.below(len(items))]

    def digits(self, count: int) -> str:
        """`count` digits."""
        made = []
        while count > 9:
            made.append(f"{self.below(10**9):09}")
            count -= 9
        if count:
            made.append(f"{self.below(10**count):0{count}}")
        return "".join(made)
