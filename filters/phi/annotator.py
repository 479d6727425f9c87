"""Where identifiers stand in documents: spans in a sidecar, never changed text."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.digest import Json, digest
from corpus.errors import Hc4Error
from corpus.stage import attribute
from filters.phi.detector import Detector, detector
from filters.phi.policy import policies_of, policy_of
from filters.phi.spans import SPANS, Span, span_array

_ASCII = 0x7F

_MEASURING = frozenset({"classes.py", "evaluation.py", "gold.py"})
"""Files of this package that judge what was found, and find nothing; `planting/` makes what is to be found."""


@cache
def ruleset() -> str:
    """Digest of the source of this package: no change to a rule, however small, may look like none."""
    package = Path(__file__).parent
    sources = [
        path.relative_to(package)
        for path in sorted(package.rglob("*"))
        if path.suffix in (".py", ".yaml") and path.name not in _MEASURING
    ]
    named = [path for path in sources if path.parts[0] != "planting"]
    return digest([[path.as_posix(), hashlib.sha256((package / path).read_bytes()).hexdigest()] for path in named])


class PhiAnnotator:
    """Safe-Harbor-style screening: spans of identifiers, by the rules of one policy, and of those that a record's own
    structured fields state (`known_values`).

    What cannot be screened is not taken for clean: `phi_failed` says so, and such a document is not released.

    Args:
        policy: one of `filters.phi.policy.policy_names()`, or `by_type`: that of each document's type and genre.
    """

    name = "phi"
    version = 4

    def __init__(self, policy: str = "literature") -> None:
        policies_of(policy)  # an unknown policy is named here
        self.policy = policy
        self.config: Json = {"policy": policy, "ruleset": ruleset()}

    schema = pa.schema(
        [
            attribute("phi_policy", pa.string(), "PHI policy that the document was screened by", "name"),
            attribute("phi_spans", SPANS, "identifiers found: class, rule and place", "UTF-8 bytes of the row's text"),
            attribute("phi_count", pa.int32(), "identifiers found", "spans"),
            attribute("phi_chars", pa.int32(), "text covered by identifiers", "UTF-8 bytes"),
            attribute("phi_known", pa.int32(), "known values of the record that stand in its text", "spans"),
            attribute("phi_known_touched", pa.int32(), "of these, touched by what the rules alone find", "spans"),
            attribute("phi_known_covered", pa.int32(), "of these, covered by it to the last letter", "spans"),
            pa.field(
                "phi_failed",
                pa.string(),
                metadata={
                    "description": "error that kept the document from being screened; null: none",
                    "unit": "class",
                },
            ),
        ]
    )

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """The columns of `schema` for each row.

        Column `text` is read, and `doc_type`, `genre` and `known_values` (list of string), if there are such.
        """
        column = documents.column("text").cast(pa.large_string())
        rows = len(column)
        policies = self._policies(documents)
        known = _known_values(documents)
        _, offset_buffer, data = column.buffers()
        offsets = np.frombuffer(offset_buffer, np.int64, rows + 1, column.offset * 8).tolist() if rows else [0]
        content = memoryview(data) if data is not None else memoryview(b"")
        lists = np.zeros(rows + 1, np.int32)
        covered = np.zeros(rows, np.int32)
        stated = np.zeros((3, rows), np.int32)
        failed: list[str | None] = [None] * rows
        found: list[Span] = []
        for row, (start, end) in enumerate(pairwise(offsets)):
            if end > start:
                try:
                    text = bytes(content[start:end])
                    if row in known:
                        spans, stated[:, row] = _with_known(detector(policies[row]), text, known[row])
                    else:
                        spans = detector(policies[row]).find(text)
                except Hc4Error:
                    raise  # of what is installed, not of the document
                except Exception as error:  # noqa: BLE001 - whatever it was, the document is unscreened
                    spans, failed[row] = [], type(error).__name__
                found.extend(spans)
                covered[row] = sum(span.end - span.start for span in spans)
            lists[row + 1] = len(found)
        return pa.record_batch(
            [
                pa.array(policies, pa.string()),
                pa.ListArray.from_arrays(pa.array(lists), span_array(found), type=SPANS),
                pa.array(np.diff(lists)),
                pa.array(covered),
                *map(pa.array, stated),
                pa.array(failed, pa.string()),
            ],
            schema=self.schema,
        )

    def _policies(self, documents: pa.RecordBatch) -> list[str]:
        """The policy of each row."""
        named = documents.schema.names
        types, genres = (
            documents.column(name).to_pylist() if name in named else [None] * len(documents)
            for name in ("doc_type", "genre")
        )
        return [policy_of(self.policy, kind or "", genre) for kind, genre in zip(types, genres, strict=True)]


def _with_known(rules: Detector, text: bytes, values: list[str]) -> tuple[list[Span], tuple[int, int, int]]:
    """Identifiers with the known `values` among them; how many known values stand there, and how many of them the rules
    alone touch and cover: gold that the record brings along."""
    from filters.phi.known import known_spans

    stated = known_spans(text.decode(), values)
    alone = rules.find(text)
    touched = [any(one.start < span.end and span.start < one.end for one in alone) for span in stated]
    covered = [_covered(text, span, alone) for span in stated]
    return (rules.find(text, stated) if stated else alone), (len(stated), sum(touched), sum(covered))


def _covered(text: bytes, span: Span, found: list[Span]) -> bool:
    """Every byte of the span that is no white space or punctuation lies in one of `found`."""
    return all(
        any(one.start <= at < one.end for one in found)
        for at in range(span.start, span.end)
        if text[at : at + 1].isalnum() or text[at] > _ASCII
    )


def _known_values(documents: pa.RecordBatch) -> dict[int, list[str]]:
    """By row, the known values of the documents that have any: few do."""
    if "known_values" not in documents.schema.names:
        return {}
    column = documents.column("known_values")
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    return {int(row): column[int(row)].as_py() for row in np.flatnonzero(counts)}
