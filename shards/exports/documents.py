"""Documents of a shard, a row group at a time, as numpy; and the digest of a stream of tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import SnapshotError

COLUMNS = ("doc_id", "source", "licence_spdx", "input_ids")
"""Columns of a shard that exports are made of."""

Tokens = npt.NDArray[Any]
"""Token ids, one dimension, of any integer type."""

_NARROW = 1 << 16


@dataclass(frozen=True, slots=True)
class Documents:
    """Neighbouring documents of a shard."""

    rows: pa.Table
    """`COLUMNS`."""
    ids: npt.NDArray[np.int32]
    """int32[tokens]: of all documents, one after the other, without special tokens."""
    lengths: npt.NDArray[np.int64]
    """int64[documents]: tokens of each."""

    def delimited(self, eos: int | None, dtype: npt.DTypeLike) -> Tokens:
        """All token ids as `dtype`, `eos` after each document unless that is None."""
        if eos is None:
            return self.ids.astype(dtype)
        delimiters = np.cumsum(self.lengths + 1) - 1
        whole = np.empty(len(self.ids) + len(delimiters), dtype)
        text = np.ones(len(whole), np.bool_)
        text[delimiters] = False
        whole[text] = self.ids
        whole[delimiters] = eos
        return whole


def token_type(vocabulary: int, eos: int | None = None) -> npt.DTypeLike:
    """uint16 if every id of the vocabulary, and `eos`, fits; else uint32."""
    return np.uint16 if max(vocabulary, (eos or 0) + 1) <= _NARROW else np.uint32


def read_documents(path: Path, vocabulary: int, beside: Path | None = None) -> Iterator[Documents]:
    """The documents of a shard in order; one row group is held.

    Args:
        beside: take the ids from this file, which has the shard's rows and row groups (`shards.other_tokens`).

    Raises:
        SnapshotError: a token id is outside the vocabulary, or the file beside is of other documents.
    """
    columns = COLUMNS if beside is None else COLUMNS[:-1]
    with pq.ParquetFile(path) as file, pq.ParquetFile(beside or path) as other:
        if other.num_row_groups != file.num_row_groups:
            raise SnapshotError(f"{path.name} and its tokens by another tokenizer are cut differently")
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=list(columns)).combine_chunks()
            if beside is not None:
                ids_of = other.read_row_group(group, columns=["doc_id", "input_ids"]).combine_chunks()
                if not ids_of["doc_id"].equals(rows["doc_id"]):
                    raise SnapshotError(f"tokens by another tokenizer beside {path.name} are of other documents")
                rows = rows.append_column("input_ids", ids_of["input_ids"])
            if not len(rows):
                continue
            column = rows["input_ids"].chunk(0)
            ends = column.offsets.to_numpy().astype(np.int64)
            ids = np.asarray(column.values)[ends[0] : ends[-1]]
            if ids.size and (int(ids.max()) >= vocabulary or int(ids.min()) < 0):
                raise SnapshotError(f"{path.name} has a token id that its tokenizer's vocabulary of {vocabulary} lacks")
            yield Documents(rows, ids, np.diff(ends))


class TokenStream:
    """Digest of token ids: each as four bytes, the lowest first, document by document, without special tokens."""

    def __init__(self) -> None:
        self._found = hashlib.sha256()
        self.tokens = 0

    def add(self, ids: Tokens) -> None:
        """The next ids; where they are cut makes no difference."""
        self._found.update(np.ascontiguousarray(ids, "<i4").data)
        self.tokens += ids.size

    @property
    def sha256(self) -> str:
        """Hex digest of all ids so far."""
        return self._found.hexdigest()
