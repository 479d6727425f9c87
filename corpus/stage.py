"""The stage contract: something that measures documents, named by what it does and how it is set.

A stage's output is named by `(name, version, config)` together with its input's digest. Change `version` whenever the
same input would give another output.
"""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from corpus.digest import Json


class Annotator(Protocol):
    """Measures attributes of documents, in batches. It never decides and never changes text."""

    @property
    def name(self) -> str:
        """Stage name: `language`, `quality`, `phi`, `signature`, `tokens`."""

    @property
    def version(self) -> int:
        """Raised whenever the same text would give other numbers."""

    @property
    def config(self) -> Json:
        """Everything else the output depends on: parameters, sha256 of models and lexicons."""

    @property
    def schema(self) -> pa.Schema:
        """Columns produced, one row a document; each field's metadata has `description` and, if it has one, `unit`."""

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Attributes of `documents` (schema `corpus.document.DOCUMENTS`), same rows in the same order.

        `text` may be empty; it must then give defined numbers, not an error.
        """


def attribute(name: str, kind: pa.DataType, description: str, unit: str = "") -> pa.Field:
    """An attribute column with its meaning attached, so that a sidecar explains itself."""
    metadata = {"description": description} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=False, metadata=metadata)
