"""Which of two documents to keep: an order of all documents, as keys that sort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Criterion = Literal["source", "licence", "doc_type", "version", "length"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
"""In the order of the policy that is shipped: what the recipe trusts, what may be used freely, whole before part,
newest, longest."""

_END = b"\xff"


def keep_keys(
    order: Sequence[Criterion],
    *,
    source: npt.ArrayLike,
    licence: npt.ArrayLike,
    doc_type: npt.ArrayLike,
    version: pa.Array | pa.ChunkedArray,
    length: npt.ArrayLike,
    doc_id: pa.Array | pa.ChunkedArray,
    first: bytes = b"",
) -> pa.LargeBinaryArray:
    """Keys whose order, byte by byte, is the order in which documents are kept: the least is the best.

    Compared by the criteria of `order`, one after the other until two differ, then by doc_id.

    Args:
        order: some of `CRITERIA`, each once.
        source: int[n] below 2^16, the smaller the better (a place in the recipe's list of sources).
        licence: int[n] below 2^8, the greater the better (how open it is).
        doc_type: int[n] below 2^16, the smaller the better (full text before abstract).
        version: string[n], the greatest (by code point) is the newest and the best. Holds no NUL.
        length: int[n], not negative, the longer the better.
        doc_id: string[n], the least (by code point) is the best; as no two documents share one, no two keys are equal.
        first: what every key begins with.

    Returns:
        large_binary[n].
    """
    numbers = {"source": (source, ">u2"), "licence": (255 - np.asarray(licence, np.int64), ">u1")}
    numbers |= {
        "doc_type": (doc_type, ">u2"),
        "length": (2**63 - np.asarray(length, np.int64).astype(np.uint64), ">u8"),
    }
    parts = [_fixed(*numbers[name]) if name in numbers else _descending(version) for name in order]
    names = _binary(doc_id)
    begin = pa.array([first], pa.large_binary())[0]
    return pc.binary_join_element_wise(begin, *parts, names, pa.scalar(b"", pa.large_binary()))


def _fixed(values: npt.ArrayLike, kind: str) -> pa.LargeBinaryArray:
    """Big-endian numbers as bytes."""
    numbers = np.asarray(values).astype(kind)
    offsets = np.arange(numbers.size + 1, dtype=np.int64) * numbers.itemsize
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), numbers.size, [None, pa.py_buffer(offsets), pa.py_buffer(numbers.tobytes())]
    )


def _descending(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Strings as bytes that sort the other way round: every bit flipped, and a string before what it begins with."""
    whole = _binary(values)
    _, offsets, data = whole.buffers()
    flipped = pa.py_buffer(np.invert(np.frombuffer(data or b"", np.uint8)).tobytes())
    inverted = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(whole), [None, offsets, flipped], offset=whole.offset
    )
    end = pa.scalar(_END, pa.large_binary())
    return pc.binary_join_element_wise(inverted, end, pa.scalar(b"", pa.large_binary()))


def _binary(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.fill_null(whole.cast(pa.large_string()), "").cast(pa.large_binary())
