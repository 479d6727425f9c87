"""Keyed permutations of [0, n): every number has its place computed, so no order is ever stored.

A generalised Feistel network on Z_a x Z_b with a * b just above n, and cycle-walking for the few numbers that land
outside (Black and Rogaway 2002, Ciphers with arbitrary finite domains, section 5). Rounds are mixed by SplitMix64's
finaliser. It shuffles training data; it keeps no secret.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_ROUNDS = 6
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_LARGEST = 1 << 52
"""Square roots of larger numbers are not exact in float64."""


def key_of(*parts: str | int) -> int:
    """A 64-bit key named by `parts`: the first bytes of the sha256 of them, each after its length."""
    named = "".join(f"{len(str(part))}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8])


def keys_of(key: int, numbers: npt.ArrayLike) -> Keys:
    """A key for each number (not negative) below a common one."""
    with np.errstate(over="ignore"):
        found: Keys = _mixed(np.asarray(numbers).astype(np.uint64) * _GOLDEN + np.uint64(key))
    return found


def permuted(numbers: npt.ArrayLike, n: npt.ArrayLike, keys: npt.ArrayLike) -> Numbers:
    """Where the permutations of [0, n) by these keys take `numbers`, int64.

    `numbers` (int64, 0 <= number < n), `n` (int64, up to 2^52) and `keys` (uint64) are broadcast: one call may serve
    many permutations. Other keys give other orders; for one n and key the results are all numbers below n, each once.
    """
    shape = np.broadcast_shapes(np.shape(numbers), np.shape(n), np.shape(keys))
    value = np.broadcast_to(np.asarray(numbers, np.int64).astype(np.uint64), shape).ravel()
    size = np.broadcast_to(np.asarray(n, np.int64).astype(np.uint64), shape).ravel()
    key = np.broadcast_to(np.asarray(keys, np.uint64), shape).ravel()
    if size.size and int(size.max()) > _LARGEST:
        raise ValueError(f"a permutation of more than 2^52 numbers: {int(size.max())}")
    wide = np.maximum(np.ceil(np.sqrt(size.astype(np.float64))), 1).astype(np.uint64)
    high = (size + wide - np.uint64(1)) // wide
    found = _network(value, wide, np.maximum(high, 1), key)
    while (outside := np.flatnonzero(found >= size)).size:
        found[outside] = _network(found[outside], wide[outside], high[outside], key[outside])
    return found.astype(np.int64).reshape(shape)


def _network(value: Keys, wide: Keys, high: Keys, key: Keys) -> Keys:
    """One pass over Z_wide x Z_high, a bijection of [0, wide * high)."""
    with np.errstate(over="ignore"):
        left, right = value % wide, value // wide
        for turn in range(0, _ROUNDS, 2):
            salt = key + np.uint64(turn) * _GOLDEN
            left = (left + _mixed(right ^ salt) % wide) % wide
            right = (right + _mixed(left ^ ~salt) % high) % high
        return right * wide + left


def _mixed(value: Any) -> Any:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
