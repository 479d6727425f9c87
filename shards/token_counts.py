"""Numbers of tokens by a tokenizer whose ids are not stored."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shards.tokenizer import Tokenizer

_AT_ONCE = 32 * 2**20
"""Bytes of text encoded at a time: ids of more need not be held."""


def token_counts(text: pa.LargeStringArray, tokenizer: Tokenizer) -> npt.NDArray[np.int64]:
    """Tokens of each text, by the fast path, without special tokens."""
    counts = [pc.list_value_length(tokenizer.encode(part)).to_numpy() for part in _parts(text)]
    return np.concatenate([np.zeros(0, np.int64), *counts]).astype(np.int64)


def _parts(text: pa.LargeStringArray) -> Iterator[pa.LargeStringArray]:
    """Neighbouring texts, of `_AT_ONCE` bytes or a text more."""
    ends = np.cumsum(pc.binary_length(text).to_numpy(zero_copy_only=False))
    start = 0
    while start < len(text):
        before = ends[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + _AT_ONCE, side="right")))
        yield text.slice(start, end - start)
        start = end
