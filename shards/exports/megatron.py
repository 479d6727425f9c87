"""Megatron's `.bin` and `.idx`, one sequence a document.

Layout as of Megatron-LM (`megatron/core/datasets/indexed_dataset.py`), all numbers with the lowest byte first: the
index is the magic `MMIDIDX\\0\\0`, its version as uint64 (1), a code of the tokens' type as one byte (8 is uint16, 4 is
int32), the numbers of sequences and of document bounds as uint64, the length of each sequence as int32, its first byte
in the `.bin` as int64, and the document bounds as int64. Pass the path without its suffix.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from corpus.errors import SnapshotError
from shards.exports.documents import Documents, Tokens
from shards.exports.format import Encoding, Files, Part, flat, installed

MAGIC = b"MMIDIDX\0\0"
HEADER = struct.Struct("<9sQBQQ")
"""Magic, version, type of the tokens, sequences, document bounds."""
_VERSION = 1
_UINT16, _INT32 = 8, 4
_DOCUMENTS_AT_ONCE = 4096


class Megatron:
    """See the module."""

    name: ClassVar[str] = "megatron"
    version: ClassVar[int] = 1
    suffixes: ClassVar[tuple[str, ...]] = (".bin", ".idx")
    eos: ClassVar[str] = "default"

    def stored(self, encoding: Encoding) -> np.dtype[Any]:
        """See `Format.stored`."""
        return np.dtype("<u2" if encoding.dtype.itemsize == 2 else "<i4")

    def writer(self, folder: Path, stem: str, documents: int, encoding: Encoding) -> _Writer:
        """See `Format.writer`."""
        return _Writer(folder / stem, encoding.eos, self.stored(encoding))

    def split_files(self, split: str, parts: Sequence[Part], encoding: Encoding, snapshot: str) -> dict[str, bytes]:
        """None."""
        return {}

    def whole_files(self, splits: Sequence[str]) -> dict[str, bytes]:
        """None."""
        return {}

    def lengths(self, folder: Path, part: Part, encoding: Encoding) -> npt.NDArray[np.int64]:
        """See `Format.lengths`.

        Raises:
            SnapshotError: the index is not as the module says, or contradicts itself.
        """
        path = folder / f"{part.stem}.idx"
        with path.open("rb") as file:
            head = file.read(HEADER.size)
            if len(head) < HEADER.size:
                raise SnapshotError(f"{path.name} ends in its header")
            magic, version, code, sequences, bounds = HEADER.unpack(head)
            lengths = np.fromfile(file, "<i4", sequences).astype(np.int64)
            pointers = np.fromfile(file, "<i8", sequences)
            documents = np.fromfile(file, "<i8")
        size = 2 if code == _UINT16 else 4
        right = (magic, version, code) == (MAGIC, _VERSION, _UINT16 if encoding.dtype.itemsize == 2 else _INT32)
        starts = (np.cumsum(lengths) - lengths) * size
        if not right or not np.array_equal(pointers, starts) or not np.array_equal(documents, np.arange(bounds)):
            raise SnapshotError(f"{path.name} is no index of documents of {encoding.dtype.name} tokens")
        return lengths

    def reader(self) -> str | None:
        """Megatron's own data set."""
        return installed("megatron-core")

    def read(self, folder: Path, parts: Sequence[Part], encoding: Encoding) -> Iterator[tuple[int, Tokens]]:
        """See `Format.read`."""
        for number, part in enumerate(parts):
            if self.reader() is None:
                found = flat(folder / f"{part.stem}.bin", self.stored(encoding))
            else:
                found = _by_megatron(folder / part.stem)
            yield from ((number, tokens) for tokens in found)


def _by_megatron(path: Path) -> Iterator[Tokens]:
    """Tokens of some documents at a time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of accelerators that are not there
        from megatron.core.datasets.indexed_dataset import IndexedDataset
    if not path.with_name(f"{path.name}.bin").stat().st_size:  # which it cannot map
        return
    opened = IndexedDataset(str(path))
    for start in range(0, len(opened), _DOCUMENTS_AT_ONCE):
        yield np.concatenate(opened[start : min(start + _DOCUMENTS_AT_ONCE, len(opened))])


class _Writer(Files):
    def __init__(self, path: Path, eos: int | None, stored: np.dtype[Any]) -> None:
        super().__init__()
        self._path, self._eos, self._stored = path, eos, stored
        self._tokens = self.opened.enter_context(path.with_name(f"{path.name}.bin").open("wb"))
        self._lengths: list[npt.NDArray[np.int32]] = [np.zeros(0, np.int32)]

    def add(self, documents: Documents) -> None:
        """See `Writer.add`."""
        self._tokens.write(documents.delimited(self._eos, self._stored).data)
        self._lengths.append((documents.lengths + (self._eos is not None)).astype("<i4"))

    def finish(self) -> None:
        """See `Writer.finish`."""
        lengths = np.concatenate(self._lengths)
        size = self._stored.itemsize
        code = _UINT16 if size == 2 else _INT32
        starts = (np.cumsum(lengths, dtype=np.int64) - lengths) * size
        with self._path.with_name(f"{self._path.name}.idx").open("wb") as file:
            file.write(HEADER.pack(MAGIC, _VERSION, code, len(lengths), len(lengths) + 1))
            file.write(lengths.astype("<i4").data)
            file.write(starts.astype("<i8").data)
            file.write(np.arange(len(lengths) + 1, dtype="<i8").data)
