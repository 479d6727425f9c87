"""How a document's journey ends: one verdict each, told with its evidence."""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa


class Verdict(StrEnum):
    """Every record read ends in exactly one of these."""

    KEEP = "keep"
    DROP = "drop"
    MERGE = "merge"
    FAIL = "fail"


class Stage(StrEnum):
    """Where a verdict can fall, in this order. The first stage that objects decides."""

    READ = "read"
    USE = "use"
    VERSION = "version"
    RETRACTION = "retraction"
    LICENCE = "licence"
    LANGUAGE = "language"
    QUALITY = "quality"
    DATATROVE = "datatrove"
    PHI = "phi"
    CONTAMINATION = "contamination"
    IDENTITY = "identity"
    EXACT = "exact"
    NEAR = "near"
    TAKEDOWN = "takedown"
    RELEASE = "release"


VERDICTS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("record", pa.int64()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("rules_failed", pa.list_(pa.string()), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("threshold", pa.float64()),
        pa.field("survivor", pa.string()),
        pa.field("survivor_snapshot", pa.string()),
        pa.field("same_as", pa.string()),
        pa.field("similarity", pa.float64()),
        pa.field("substance", pa.float64()),
        pa.field("containment", pa.float64()),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("words", pa.int64(), nullable=False),
        pa.field("tokens", pa.int64(), nullable=False),
    ]
)
"""One row a record read. `score` broke `threshold` under rule `reason`; `rules_failed` lists every rule that objected,
the deciding one first. A merge names its `survivor`, the earlier snapshot that holds it (`survivor_snapshot`; null: it
is in this one), the document it is the same as (`same_as`: another one where that one merged in turn), and, for
near-duplicates, the verified Jaccard `similarity`, the same of what the two say beside templates (`substance`), and the
share of the shorter text that the longer one holds (`containment`).
`bytes` (UTF-8), `words` and `tokens` measure the document as read, before masking."""
