"""Token ids out of a shard's pages: twice as fast as making lists of them and taking the lists apart again.

A shard's `input_ids` are PLAIN int32 behind levels that say where lists begin; `n_tokens` says so, too. So levels are
passed over, and values are taken as they lie. Only what `shards.write` writes is read so; `token_ids` gives None for
anything else, which Arrow reads.
"""

from __future__ import annotations

import zlib
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from shards.loading.corpus import ShardFile

Ids = npt.NDArray[np.int32]

_COLUMN = "input_ids.list.element"
_DATA_PAGE = 0
_PLAIN = 0
_LONGEST_HEADER = 1 << 16
_NONE = np.zeros(0, np.int32)


class DamagedPage(ValueError):
    """A page is not as it was written."""


class ShardReader:
    """An open shard."""

    def __init__(self, shard: ShardFile) -> None:
        self._table = pq.ParquetFile(shard.path, page_checksum_verification=True)
        self._path = shard.path

    def close(self) -> None:
        """Close it."""
        self._table.close()

    def read(self, groups: range) -> tuple[npt.NDArray[np.int64], Ids]:
        """Lengths of the documents of some row groups (int64), and their token ids end to end (int32).

        Raises:
            DamagedPage, OSError, pa.ArrowException: it cannot be read.
        """
        counts = self._table.read_row_groups([*groups], columns=["n_tokens"], use_threads=False)["n_tokens"]
        found = []
        with self._path.open("rb") as file:
            for group in groups:
                pages = token_ids(file, self._table.metadata.row_group(group))
                found += self._by_arrow(group) if pages is None else pages
        return counts.to_numpy().astype(np.int64), found[0] if len(found) == 1 else np.concatenate([_NONE, *found])

    def _by_arrow(self, group: int) -> list[Ids]:
        rows = self._table.read_row_group(group, columns=["input_ids"], use_threads=False)
        return [chunk.flatten().to_numpy() for chunk in rows["input_ids"].chunks]


def token_ids(file: BinaryIO, group: pq.RowGroupMetaData) -> list[Ids] | None:
    """The token ids of a row group, a piece a page; None if they are not written as `shards.write` writes them.

    Raises:
        DamagedPage: a page's checksum is not that of its bytes, or it cannot be decompressed.
    """
    columns = (group.column(number) for number in range(group.num_columns))
    column = next((each for each in columns if each.path_in_schema == _COLUMN), None)
    if column is None or column.compression != "ZSTD" or column.physical_type != "INT32" or column.has_dictionary_page:
        return None
    file.seek(column.data_page_offset)
    content = memoryview(file.read(column.total_compressed_size))
    codec = pa.Codec("zstd")
    found = []
    at = 0
    while at < len(content):
        header, size = _struct(content[at : at + _LONGEST_HEADER], 0)
        at += size
        data = header.get(5)
        if header.get(1) != _DATA_PAGE or not isinstance(data, dict) or data.get(2) != _PLAIN:
            return None
        page = content[at : at + header[3]]
        at += header[3]
        if len(page) != header[3] or (4 in header and zlib.crc32(page) != header[4] & 0xFFFFFFFF):
            raise DamagedPage("checksum")
        try:
            plain = codec.decompress(page, header[2])
        except (OSError, pa.ArrowException) as error:
            raise DamagedPage(type(error).__name__) from None
        found.append(_values(plain))
    return found


def _values(page: pa.Buffer) -> Ids:
    """What follows the two lists of levels, each of which begins with its size."""
    view = memoryview(page)
    start = 0
    for _ in range(2):
        start += 4 + int.from_bytes(view[start : start + 4], "little")
    if start > len(view) or (len(view) - start) % 4:
        raise DamagedPage("levels")
    return np.frombuffer(view, "<i4", offset=start)


def _struct(data: memoryview, at: int) -> tuple[dict[int, Any], int]:
    """A Thrift struct in the compact protocol, its fields by number, and where it ends."""
    fields: dict[int, Any] = {}
    number = 0
    while True:
        if at >= len(data):
            raise DamagedPage("header")
        head = data[at]
        at += 1
        if not head:
            return fields, at
        kind = head & 15
        if head >> 4:
            number += head >> 4
        else:
            number, at = _signed(data, at)
        fields[number], at = _value(data, at, kind)


def _value(data: memoryview, at: int, kind: int) -> tuple[Any, int]:
    if kind in (1, 2):  # true, false
        return kind == 1, at
    if kind in (4, 5, 6):  # integers
        return _signed(data, at)
    if kind == 8:  # bytes
        size, at = _number(data, at)
        return None, at + size
    if kind == 12:
        return _struct(data, at)
    raise DamagedPage("header")


def _signed(data: memoryview, at: int) -> tuple[int, int]:
    value, at = _number(data, at)
    return (value >> 1) ^ -(value & 1), at


def _number(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data):
            raise DamagedPage("header")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
