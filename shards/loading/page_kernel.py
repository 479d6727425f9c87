"""Kernels that take pages apart. Import this only where they are run: numba takes half a second."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel

Array = npt.NDArray[Any]

KIND, PLAIN_SIZE, STORED_SIZE, CHECKSUM, VALUES, ENCODING, FACTS = range(7)
"""Places of a header's facts in `page_header`'s `found`, and how many there are."""
ABSENT = -(1 << 62)
"""Of a fact that a header lacks."""
_DATA_PAGE_HEADER = 5
_DEEPEST = 8


@kernel
def page_header(data: Array, at: int, found: Array) -> int:
    """Read the page header that begins at byte `at` into `found` (int64[FACTS]); give where it ends, -1 if it is none.

    A header is a Thrift struct in the compact protocol (Parquet's `PageHeader`); nested facts are passed over but for
    two of the data page's.
    """
    found[:] = ABSENT
    field = np.zeros(_DEEPEST, np.int64)
    depth = 0
    while at < data.size:
        head = data[at]
        at += 1
        if head == 0:
            if depth == 0:
                return at
            depth -= 1
            continue
        kind = head & 15
        if head >> 4:
            field[depth] += head >> 4
        else:
            number, at = _integer(data, at)
            field[depth] = (number >> 1) ^ -(number & 1)
        if at < 0:
            return -1
        if 4 <= kind <= 6:  # integers
            number, at = _integer(data, at)
            if at < 0:
                return -1
            value = (number >> 1) ^ -(number & 1)
            if depth == 0 and 1 <= field[0] <= 4:
                found[field[0] - 1] = value
            elif depth == 1 and field[0] == _DATA_PAGE_HEADER and 1 <= field[1] <= 2:
                found[field[1] + 3] = value
        elif kind == 8:  # bytes
            number, at = _integer(data, at)
            if at < 0 or number < 0 or number > data.size - at:
                return -1
            at += number
        elif kind == 12 and depth + 1 < _DEEPEST:  # a struct
            depth += 1
            field[depth] = 0
        elif kind not in (1, 2):  # true and false have no more bytes
            return -1
    return -1


@kernel
def _integer(data: Array, at: int) -> tuple[int, int]:
    """A variable-length integer at `at`, and the byte after it, -1 if there is none."""
    value = 0
    for shift in range(0, 63, 7):
        if at >= data.size:
            return value, -1
        byte = int(data[at])
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    return value, -1


@kernel
def join_four(streams: Array, found: Array) -> None:
    """BYTE_STREAM_SPLIT to int32: the first bytes of all values, then their second ones, and so on."""
    size = found.size
    first, second, third, fourth = (
        streams[:size],
        streams[size : 2 * size],
        streams[2 * size : 3 * size],
        streams[3 * size :],
    )
    for place in range(size):
        low = np.uint32(first[place]) | np.uint32(second[place]) << np.uint32(8)
        high = np.uint32(third[place]) | np.uint32(fourth[place]) << np.uint32(8)
        found[place] = np.int32(low | high << np.uint32(16))


@kernel
def join_two(streams: Array, found: Array) -> int:
    """BYTE_STREAM_SPLIT to uint16; gives 0 if every value fits."""
    size = found.size
    first, second, others = streams[:size], streams[size : 2 * size], streams[2 * size :]
    for place in range(size):
        found[place] = np.uint16(first[place]) | np.uint16(second[place]) << np.uint16(8)
    more = 0
    for place in range(others.size):
        more |= others[place]
    return more


@kernel
def narrow(values: Array, found: Array) -> int:
    """int32 to uint16; gives 0 if every value fits."""
    bits = np.int32(0)
    for place in range(found.size):
        found[place] = values[place]
        bits |= values[place]
    return int(bits >> 16)
