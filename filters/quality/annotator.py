"""The quality stage: documents in, signals out."""

from __future__ import annotations

import pyarrow as pa

from corpus import unicode
from corpus.digest import Json
from filters.quality.signals import SCHEMA, signals
from filters.quality.tallies import KERNEL_VERSION


class QualityAnnotator:
    """Measures the quality and repetition signals of `filters.quality.signals` (a `corpus.stage.Annotator`)."""

    name = "quality"
    version = 2
    schema: pa.Schema = SCHEMA

    @property
    def config(self) -> Json:
        """What the numbers depend on besides the text."""
        return {"kernel": KERNEL_VERSION, "unicode": unicode.VERSION}

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Signals (schema `SCHEMA`) of the column `text`, same rows in the same order. The first call compiles."""
        if not documents.num_rows:
            return pa.RecordBatch.from_pylist([], schema=SCHEMA)
        from corpus.kernel import text_buffers
        from filters.quality.kernel import count

        return signals(count(*text_buffers(documents.column("text"))))
