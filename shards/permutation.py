"""Keyed permutations of [0, n): every number has its place computed, so no order is ever stored.

A generalised Feistel network on Z_a x Z_b with a * b just above n, and cycle-walking for the few numbers that land
outside (Black and Rogaway 2002, Ciphers with arbitrary finite domains, sections 4 and 5). It shuffles training data; it
keeps no secret.
"""

from __future__ import annotations

import hashlib
from math import prod

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_LARGEST = 1 << 52
"""Square roots of larger numbers are not exact in float64."""


def key_of(*parts: str | int) -> int:
    """A 64-bit key named by `parts`: the first bytes of the sha256 of them, each after its length."""
    named = "".join(f"{len(str(part))}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8])


def keys_of(key: int, numbers: npt.ArrayLike) -> Keys:
    """A key for each number (uint64, any shape) below a common one."""
    from shards.permutation_kernel import mix

    values = np.asarray(numbers).astype(np.uint64)
    return mix(values.ravel(), np.uint64(key)).reshape(values.shape)


def permuted(numbers: npt.ArrayLike, n: npt.ArrayLike, keys: npt.ArrayLike) -> Numbers:
    """Where the permutations of [0, n) by these keys take `numbers`, int64.

    `numbers` (0 <= number < n), `n` (up to 2^52) and `keys` (uint64) are broadcast: one call may serve many
    permutations. Other keys give other orders; for one n and key the results are all numbers below n, each once.
    """
    from shards.permutation_kernel import permute

    shape = np.broadcast_shapes(np.shape(numbers), np.shape(n), np.shape(keys))
    value, size, key = (
        np.broadcast_to(np.asarray(each).astype(np.uint64), shape).ravel() for each in (numbers, n, keys)
    )
    if size.size and int(size.max()) > _LARGEST:
        raise ValueError(f"a permutation of more than 2^52 numbers: {int(size.max())}")
    if (value >= size).any():
        raise ValueError("a number is not below n")
    found = np.empty(prod(shape), np.uint64)
    permute(found, value, size, np.ceil(np.sqrt(size.astype(np.float64))).astype(np.uint64), key)
    return found.astype(np.int64).reshape(shape)
