"""Where identifiers stand in documents: spans in a sidecar, never changed text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.digest import Json, digest
from corpus.errors import AssetError, Hc4Error
from corpus.stage import attribute
from filters.phi.detector import Detector, detector
from filters.phi.policy import BY_TYPE, load_policy, policies_of, policy_of
from filters.phi.spans import SPANS, Span, span_array
from filters.phi.undecided import RULES, decider_state

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
        undecided: who decides about words that no rule decides, where a policy does not leave it to the rules
            (`filters.phi.undecided`); None: whom the policy names.
        weights: file or folder that the one who decides reads.
        doc_types: every type of document that there can be, for `by_type`; none named: the data decide.

    Raises:
        RecipeError: unknown policy or decider.
        AssetError: what the decider needs is not here. Where the data decide whether it is needed, the first document
            that needs it says so.
    """

    name = "phi"
    version = 4

    def __init__(
        self,
        policy: str = "literature",
        undecided: str | None = None,
        weights: Path | None = None,
        doc_types: Sequence[str] = (),
    ) -> None:
        self.policy = policy
        self.undecided = undecided
        self.weights = weights
        certain = bool(doc_types) or policy != BY_TYPE
        # An unknown policy, and a model that is not here, are named now.
        states = {name: self._state(name, certain) for name in policies_of(policy, tuple(doc_types))}
        self.config: Json = {"policy": policy, "ruleset": ruleset(), "undecided": states}

    def _state(self, policy: str, certain: bool) -> Json:
        try:
            return decider_state(load_policy(policy), *deciding(policy, self.undecided, self.weights))
        except AssetError:
            if certain:
                raise
            return {"decider": "absent"}

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
        texts = [bytes(content[start:end]) for start, end in pairwise(offsets)]
        screened: list[Screened] = [Screened() for _ in range(rows)]
        for policy in sorted(set(policies)):
            mine = [row for row in range(rows) if policies[row] == policy and texts[row]]
            rules = detector(policy, *deciding(policy, self.undecided, self.weights))
            found = _screened(rules, [texts[row] for row in mine], [known.get(row, []) for row in mine])
            for row, one in zip(mine, found, strict=True):
                screened[row] = one
        spans = [span for one in screened for span in one.spans]
        lists = np.cumsum([0, *(len(one.spans) for one in screened)]).astype(np.int32)
        stated = np.array([one.stated for one in screened], np.int32).reshape(rows, 3)
        covered = [sum(span.end - span.start for span in one.spans) for one in screened]
        return pa.record_batch(
            [
                pa.array(policies, pa.string()),
                pa.ListArray.from_arrays(pa.array(lists), span_array(spans), type=SPANS),
                pa.array(np.diff(lists)),
                pa.array(covered, pa.int32()),
                *map(pa.array, stated.T.copy()),
                pa.array([one.failed for one in screened], pa.string()),
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


def deciding(policy: str, undecided: str | None, weights: Path | None) -> tuple[str | None, Path | None]:
    """Who decides about undecided words under `policy`, and by which weights, as `detector` takes them."""
    return (None, None) if load_policy(policy).undecided == RULES else (undecided, weights)


class Screened(NamedTuple):
    """What was found in one document."""

    spans: Sequence[Span] = ()
    stated: tuple[int, int, int] = (0, 0, 0)
    """Known values that stand in the text, and how many of them the rules alone touch and cover: gold that the record
    brings along."""
    failed: str | None = None
    """Class of the error that kept it from being screened."""


def _screened(rules: Detector, texts: list[bytes], known: list[list[str]]) -> list[Screened]:
    """Each of `texts`, together if all goes well, or one by one."""
    try:
        return _together(rules, texts, known)
    except Hc4Error:
        raise  # of what is installed, not of a document
    except Exception as error:  # noqa: BLE001 - whatever it was, a document is unscreened
        if len(texts) == 1:
            return [Screened(failed=type(error).__name__)]
        return [one for text, values in zip(texts, known, strict=True) for one in _screened(rules, [text], [values])]


def _together(rules: Detector, texts: list[bytes], known: list[list[str]]) -> list[Screened]:
    from filters.phi.known import known_spans

    stated = [known_spans(text.decode(), values) if values else [] for text, values in zip(texts, known, strict=True)]
    alone = {row: rules.rules(texts[row]) for row, spans in enumerate(stated) if spans}
    found = rules.find_many(texts, stated)
    return [
        Screened(spans, _told(texts[row], stated[row], alone[row]) if row in alone else (0, 0, 0))
        for row, spans in enumerate(found)
    ]


def _told(text: bytes, stated: list[Span], alone: list[Span]) -> tuple[int, int, int]:
    touched = [any(one.start < span.end and span.start < one.end for one in alone) for span in stated]
    return len(stated), sum(touched), sum(_covered(text, span, alone) for span in stated)


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
