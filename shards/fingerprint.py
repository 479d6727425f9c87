"""What a shard says, whatever wrote its bytes: a digest of its rows, and a Merkle root that proves each of them."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pyarrow as pa

from corpus.merkle import leaf_hash, tree_root

NEEDED = ("doc_id", "text_sha256", "input_ids")
"""Columns that a fingerprint is taken of."""


def document_leaf(doc_id: str, text_sha256: str) -> bytes:
    """Leaf hash of a document: of its `doc_id` (UTF-8), a zero byte, and the 64 hex digits of its `text_sha256`."""
    return leaf_hash(_entry(doc_id, text_sha256))


class Fingerprint:
    """Taken row group by row group; the cuts make no difference. It holds 32 bytes a row."""

    def __init__(self) -> None:
        self._rows = hashlib.sha256()
        self.leaves: list[bytes] = []
        """Leaf hash of each row (`document_leaf`), in order."""

    def add(self, rows: pa.Table) -> None:
        """The next rows of the shard (columns `NEEDED`)."""
        for row in zip(
            rows["doc_id"].to_pylist(), rows["text_sha256"].to_pylist(), token_digests(rows["input_ids"]), strict=True
        ):
            self.add_row(*row)

    def add_row(self, doc_id: str, text_sha256: str, tokens_sha256: str) -> None:
        """The next row, by its id and the hex digests of its text and its token ids."""
        entry = _entry(doc_id, text_sha256)
        self.leaves.append(leaf_hash(entry))
        self._rows.update(hashlib.sha256(entry + b"\0" + tokens_sha256.encode()).digest())

    @property
    def logical_sha256(self) -> str:
        """Hex sha256 over the rows in order, 32 bytes each.

        The bytes of a row are `sha256(doc_id 0x00 text_sha256 0x00 tokens)`: UTF-8, 64 hex digits, and 64 hex digits of
        the sha256 of the row's token ids, each as four bytes, the lowest first. Another version of Parquet's writer
        gives other files and the same digest.
        """
        return self._rows.hexdigest()

    @property
    def merkle_root(self) -> str:
        """Hex root of the tree (`corpus.merkle`) over `leaves`."""
        return tree_root(self.leaves).hex()


def fingerprint(rows: pa.Table) -> Fingerprint:
    """That of a whole shard."""
    found = Fingerprint()
    found.add(rows)
    return found


def _entry(doc_id: str, text_sha256: str) -> bytes:
    return f"{doc_id}\0{text_sha256}".encode()


def token_digests(column: pa.ChunkedArray) -> list[str]:
    """Hex sha256 of each row's token ids."""
    found = []
    for chunk in column.chunks:
        ids = memoryview(np.ascontiguousarray(chunk.values.to_numpy(), "<i4").view(np.uint8))  # type: ignore[arg-type]
        ends = (chunk.offsets.to_numpy().astype(np.int64) * 4).tolist()
        found += [hashlib.sha256(ids[start:end]).hexdigest() for start, end in pairwise(ends)]
    return found
