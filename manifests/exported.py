"""What an export states about itself: `export.json`, canonical JSON (RFC 8785) of `Export`, beside its files.

`lineage.parquet` (`LINEAGE`) leads every document of every file back to the snapshot.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Literal

import pyarrow as pa
from pydantic import field_validator

from corpus.digest import canonical
from manifests.strict import Strict, read_statement

EXPORT = "export.json"
LINEAGE_FILE = "lineage.parquet"

LINEAGE = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("document", pa.int64(), nullable=False),
        pa.field("first_token", pa.int64(), nullable=False),
        pa.field("tokens", pa.int32(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence_spdx", pa.string(), nullable=False),
    ]
)
"""A row a document, in the order of the files and in each of its documents. `document` and `first_token` count from 0
in the file, tokens after documents included; `tokens` is the document's own."""


class ExportedFile(Strict):
    """One file, by its path below the export."""

    path: str
    sha256: str
    bytes: int

    @field_validator("path")
    @classmethod
    def _is_below(cls, path: str) -> str:
        """Files are removed by these paths."""
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise ValueError("must lie in the folder")
        return path


class LicenceTokens(Strict):
    """How much of a file is under one licence."""

    spdx: str
    documents: int
    tokens: int


class ExportedPart(Strict):
    """A shard as written. Tokens are those of documents; special tokens are not among them."""

    shard: str
    """Path of the shard in the snapshot."""
    shard_sha256: str
    source: str
    split: str
    stem: str
    """The files are this and a suffix, below the folder of the split."""
    files: tuple[ExportedFile, ...]
    """The one with the tokens first."""
    documents: int
    tokens: int
    tokens_sha256: str
    """Hex sha256 over the token ids of all documents, in order, each as four bytes, the lowest first."""
    licences: tuple[LicenceTokens, ...]
    """By SPDX expression."""


class Encoded(Strict):
    """How the tokens are written."""

    by: str | None
    """Name of another tokenizer whose tokens the snapshot stores; null for its own."""
    tokenizer: str
    """Name of the tokenizer's file."""
    tokenizer_sha256: str
    vocabulary: int
    dtype: Literal["uint16", "uint32", "int32"]
    eos: int | None
    """Id of the token after each document; null if there is none."""
    eos_from: str
    """Who named it."""


class Choice(Strict):
    """What was asked for; null means all."""

    splits: tuple[str, ...] | None
    sources: tuple[str, ...] | None


class Export(Strict):
    """A whole export."""

    export_schema: Literal["hc4/export/1"] = "hc4/export/1"
    snapshot_id: str
    format: str
    format_version: int
    encoded: Encoded
    choice: Choice
    parts: tuple[ExportedPart, ...]
    """By split, and in each in the order of the snapshot's shards."""
    beside: tuple[ExportedFile, ...]
    """Files that are of no one shard."""
    documents: int
    tokens: int

    def canonical(self) -> bytes:
        """The bytes of `export.json`."""
        return canonical(self.model_dump(mode="json"))


def read_export(folder: Path) -> Export:
    """The statement of an export.

    Raises:
        SnapshotError: the folder has none, or it is damaged.
    """
    return read_statement(folder / EXPORT, Export, "export")
