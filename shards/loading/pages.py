"""Token ids out of a shard's pages: twice as fast as making lists of them and taking the lists apart again.

A shard's `input_ids` are int32 behind levels that say where lists begin; `n_tokens` says so, too. So levels are passed
over, and values are taken as they lie, as uint16 where all of the shard's fit. Only what `shards.write` writes is read
so, today (BYTE_STREAM_SPLIT) or formerly (PLAIN); `token_ids` gives None for anything else, which Arrow reads.
"""

from __future__ import annotations

import zlib
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import zstandard

from shards.loading.corpus import ShardFile

Tokens = npt.NDArray[Any]
"""Token ids, uint16 or int32."""

_COLUMN = "input_ids.list.element"
_DATA_PAGE = 0
_PLAIN = 0
_BYTE_STREAM_SPLIT = 9
_LEVELS = 2


class DamagedPage(ValueError):
    """A page is not as it was written."""


class WrongCount(DamagedPage):
    """`input_ids` are more or fewer than `n_tokens` says."""


class ShardReader:
    """An open shard."""

    def __init__(self, shard: ShardFile) -> None:
        self._table = pq.ParquetFile(shard.tokens, page_checksum_verification=True)
        self._path = shard.tokens
        self._dtype = shard.token_dtype

    def close(self) -> None:
        """Close it."""
        self._table.close()

    def read(self, groups: range, room: Tokens | None = None) -> tuple[npt.NDArray[np.int64], Tokens]:
        """Lengths of the documents of some row groups (int64), and their token ids end to end (the shard's dtype).

        `room`: write the ids there if they fit, which spares the system to clear new memory; what it held is lost.

        Raises:
            DamagedPage, OSError, pyarrow.ArrowException: it cannot be read, or the ids are not as many as the lengths
                say.
        """
        counts = self._table.read_row_groups([*groups], columns=["n_tokens"], use_threads=False)["n_tokens"]
        lengths = counts.to_numpy().astype(np.int64)
        count = int(lengths.sum())
        if room is None or room.dtype != self._dtype or len(room) < count:
            room = np.empty(count + count // 8, self._dtype)  # the next ones may be some more
        tokens = room[:count]
        filled = 0
        with self._path.open("rb") as file:
            for group in groups:
                found = token_ids(file, self._table.metadata.row_group(group), tokens[filled:])
                filled += self._by_arrow(group, tokens[filled:]) if found is None else found
        if filled != len(tokens):
            raise WrongCount
        return lengths, tokens

    def _by_arrow(self, group: int, into: Tokens) -> int:
        rows = self._table.read_row_group(group, columns=["input_ids"], use_threads=False)
        ids = rows["input_ids"].combine_chunks().flatten().to_numpy()
        if len(ids) > len(into) or (len(ids) and not _fits(ids, into)):
            raise DamagedPage("ids")
        into[: len(ids)] = ids
        return len(ids)


def token_ids(file: BinaryIO, group: pq.RowGroupMetaData, into: Tokens) -> int | None:
    """Write the token ids of a row group at the front of `into`; give their number.

    None if they are not written as `shards.write` writes them: then `into` may hold some of them.

    Raises:
        DamagedPage: a page's checksum is not that of its bytes, or it cannot be decompressed, or holds ids that do not
            fit, by number or by size.
    """
    from shards.loading.page_kernel import ENCODING, FACTS, KIND, PLAIN_SIZE, STORED_SIZE, page_header

    columns = (group.column(number) for number in range(group.num_columns))
    column = next((each for each in columns if each.path_in_schema == _COLUMN), None)
    if column is None or column.compression != "ZSTD" or column.physical_type != "INT32" or column.has_dictionary_page:
        return None
    file.seek(column.data_page_offset)
    content = memoryview(file.read(column.total_compressed_size))
    numbers = np.frombuffer(content, np.uint8)
    codec = zstandard.ZstdDecompressor()
    header = np.empty(FACTS, np.int64)
    at = filled = 0
    while at < len(content):
        at = page_header(numbers, at, header)
        if at < 0 or header[STORED_SIZE] < 0 or header[PLAIN_SIZE] < 0:
            raise DamagedPage("header")
        if header[KIND] != _DATA_PAGE or header[ENCODING] not in (_PLAIN, _BYTE_STREAM_SPLIT):
            return None
        stop = at + int(header[STORED_SIZE])
        page = _plain(codec, content[at:stop], header)
        at = stop
        filled += _take(page, into[filled:], split=header[ENCODING] == _BYTE_STREAM_SPLIT)
        del page  # so that the next one takes its place, which is in the processor's cache
    return filled


def _plain(codec: zstandard.ZstdDecompressor, page: memoryview, header: npt.NDArray[np.int64]) -> bytes:
    from shards.loading.page_kernel import ABSENT, CHECKSUM, PLAIN_SIZE, STORED_SIZE

    checksum = int(header[CHECKSUM])
    if len(page) != header[STORED_SIZE] or (checksum != ABSENT and zlib.crc32(page) != checksum & 0xFFFFFFFF):
        raise DamagedPage("checksum")
    size = int(header[PLAIN_SIZE])
    try:
        plain = codec.decompress(page, max_output_size=size)
    except zstandard.ZstdError:
        raise DamagedPage("zstd") from None
    if len(plain) != size:
        raise DamagedPage("size")
    return plain


def _values(page: bytes) -> npt.NDArray[np.uint8]:
    """What follows the lists of levels, each of which begins with its size."""
    start = 0
    for _ in range(_LEVELS):
        start += 4 + int.from_bytes(page[start : start + 4], "little")
    if start > len(page) or (len(page) - start) % 4:
        raise DamagedPage("levels")
    return np.frombuffer(page, np.uint8, offset=start)


def _take(page: bytes, into: Tokens, *, split: bool) -> int:
    """Write the values of a page at the front of `into`; give their number."""
    from shards.loading.page_kernel import join_four, join_two, narrow

    values = _values(page)
    count = len(values) // 4
    if count > len(into):
        raise WrongCount
    found = into[:count]
    too_large = 0
    if into.dtype == np.uint16:
        too_large = join_two(values, found) if split else narrow(values.view("<i4"), found)
    elif split:
        join_four(values, found)
    else:
        found[:] = values.view("<i4")
    if too_large:
        raise DamagedPage("ids")
    return count


def _fits(ids: Tokens, into: Tokens) -> bool:
    return into.dtype != np.uint16 or (ids.min() >= 0 and ids.max() < 1 << 16)
