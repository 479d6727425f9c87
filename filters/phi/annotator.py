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
from corpus.stage import attribute
from filters.phi.detector import detector
from filters.phi.policy import load_policy
from filters.phi.spans import SPAN, SPANS, Span
from filters.phi.undecided import decider_state

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
    """Safe-Harbor-style screening: spans of direct identifiers, by the patterns of one policy, and of the identifiers
    that a record's own structured fields state (`known_values`).

    Args:
        policy: `literature`: e-mail, telephone and fax, social security, IP, web addresses with a user or token, and
            record, health plan, account and licence numbers by cue. Names, dates and places stay: papers need them.
        undecided: who decides about words that no rule decides (`filters.phi.undecided`); None: as the policy says.
        weights: file or folder that the one who decides reads.

    Raises:
        RecipeError: unknown policy or decider.
        AssetError: what the decider needs is not here.
    """

    name = "phi"
    version = 3

    def __init__(self, policy: str = "literature", undecided: str | None = None, weights: Path | None = None) -> None:
        self.policy = policy
        self.undecided = undecided
        self.weights = weights
        # An unknown policy, and a model that is not here, are named now.
        state = decider_state(load_policy(policy), undecided, weights)
        self.config: Json = {"policy": policy, "ruleset": ruleset(), "undecided": state}

    schema = pa.schema(
        [
            attribute("phi_spans", SPANS, "identifiers found: class, rule and place", "UTF-8 bytes of the row's text"),
            attribute("phi_count", pa.int32(), "identifiers found", "spans"),
            attribute("phi_chars", pa.int32(), "text covered by identifiers", "UTF-8 bytes"),
        ]
    )

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """`phi_spans` (list of `SPAN`), `phi_count` and `phi_chars` (int32) of each row of column `text`.

        A column `known_values` (list of string) is used if there is one.
        """
        from filters.phi.known import known_spans

        column = documents.column("text").cast(pa.large_string())
        rows = len(column)
        known = _known_values(documents)
        _, offset_buffer, data = column.buffers()
        offsets = np.frombuffer(offset_buffer, np.int64, rows + 1, column.offset * 8).tolist() if rows else [0]
        content = memoryview(data) if data is not None else memoryview(b"")
        texts = [bytes(content[start:end]) for start, end in pairwise(offsets)]
        stated = [known_spans(texts[row].decode(), known[row]) if row in known else [] for row in range(rows)]
        lists = np.zeros(rows + 1, np.int32)
        covered = np.zeros(rows, np.int32)
        found: list[Span] = []
        for row, spans in enumerate(detector(self.policy, self.undecided, self.weights).find_many(texts, stated)):
            found.extend(spans)
            covered[row] = sum(span.end - span.start for span in spans)
            lists[row + 1] = len(found)
        starts, ends, kinds, rules = zip(*found, strict=True) if found else ((), (), (), ())
        values = pa.StructArray.from_arrays(
            [
                pa.array(starts, pa.int32()),
                pa.array(ends, pa.int32()),
                pa.array(kinds, pa.string()),
                pa.array(rules, pa.string()),
            ],
            fields=list(SPAN),
        )
        return pa.record_batch(
            [
                pa.ListArray.from_arrays(pa.array(lists), values, type=SPANS),
                pa.array(np.diff(lists)),
                pa.array(covered),
            ],
            schema=self.schema,
        )


def _known_values(documents: pa.RecordBatch) -> dict[int, list[str]]:
    """By row, the known values of the documents that have any: few do."""
    if "known_values" not in documents.schema.names:
        return {}
    column = documents.column("known_values")
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    return {int(row): column[int(row)].as_py() for row in np.flatnonzero(counts)}
