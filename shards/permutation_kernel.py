"""The network of `shards.permutation`. Import this only where it is run: numba takes half a second."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel

Array = npt.NDArray[Any]

_ROUNDS = 12
"""With 6, some of five places are preferred by a twentieth; with 12, chi-square over 40,000 keys sees nothing."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_NONE, _ONE = np.uint64(0), np.uint64(1)
_27, _30, _31, _32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@kernel
def mixed(value: Any) -> Any:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    value = (value ^ (value >> _30)) * _FIRST
    value = (value ^ (value >> _27)) * _SECOND
    return value ^ (value >> _31)


@kernel
def mix(values: Array, key: Any) -> Array:
    """A key for each of `values` (uint64) below a common one."""
    found = np.empty_like(values)
    for at in range(values.size):
        found[at] = mixed(values[at] * _GOLDEN + key)
    return found


@kernel
def permute(found: Array, numbers: Array, sizes: Array, wide: Array, keys: Array) -> None:
    """Where each number goes in the permutation of [0, size) by its key, uint64. `wide`: root of size, rounded up."""
    for at in range(found.size):
        size, left_size, key = sizes[at], wide[at], keys[at]
        right_size = (size + left_size - _ONE) // left_size
        value = numbers[at]
        while True:
            left, right = value % left_size, value // left_size
            for turn in range(0, _ROUNDS, 2):
                salt = key + np.uint64(turn) * _GOLDEN
                left += ((mixed(right ^ salt) >> _32) * left_size) >> _32  # a number below the size, without dividing
                left -= left_size if left >= left_size else _NONE
                right += ((mixed(left ^ ~salt) >> _32) * right_size) >> _32
                right -= right_size if right >= right_size else _NONE
            value = right * left_size + left
            if value < size:
                break
        found[at] = value
