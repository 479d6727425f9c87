"""Where identifiers stand in a text: spans, never changed text.

First an `re2.Set` reads the document once and tells which patterns occur at all; most documents have none. Only the
patterns that occur look for their candidates, and validators decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.digest import Json, digest
from corpus.stage import attribute
from filters.phi.folding import BREAKS, CHARACTERS, Rule, folded
from filters.phi.patterns import Pattern, patterns

SPAN = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
    ]
)
"""One identifier: byte offsets into the UTF-8 text of its row, half-open; its class; the rule that found it."""

SPANS = pa.list_(pa.field("item", SPAN, nullable=False))

_MEMORY = 256 << 20  # bytes that RE2 may use for the states of one automaton
_ROUNDS = 8


class Span(NamedTuple):
    """Bytes `[start, end)` of a UTF-8 text that rule `rule` takes for an identifier of class `kind`."""

    start: int
    end: int
    kind: str
    rule: str


class Detector:
    """Finds the identifiers of one policy in UTF-8 bytes."""

    def __init__(self, policy: str) -> None:
        import re2

        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False  # an error message would quote the text
        self.patterns: tuple[Pattern, ...] = patterns(policy)
        self._searches = [re2.compile(pattern.expression.encode(), options) for pattern in self.patterns]
        self._set = re2.Set.SearchSet(options)
        for pattern in self.patterns:
            self._set.Add(pattern.expression.encode())
        self._rules = [
            [(rule, re2.compile(rule.expression.encode(), options)) for rule in rules] for rules in (CHARACTERS, BREAKS)
        ]
        for rule in (*CHARACTERS, *BREAKS):
            self._set.Add(rule.expression.encode())
        # Matches everything: if it is missing from an answer, RE2 gave up, and every pattern has to look for itself.
        self._sentinel: int = self._set.Add(b"")
        self._set.Compile()

    def find(self, text: bytes, known: Sequence[Span] = ()) -> list[Span]:
        """Identifiers in `text` (UTF-8), `known` ones among them, sorted, not overlapping.

        Masking them leaves a text in which nothing more is found: what only shows once its neighbour is masked is
        found here too.
        """
        found = self._once(text)
        spans = _merged([*known, *found]) if known else found
        for _ in range(_ROUNDS):
            if not spans or not (found or known):
                break
            known = ()
            masked, moves = masked_bytes(text, spans)
            found = self._once(masked)
            spans = _merged([*spans, *(_moved(span, spans, moves) for span in found)])
        return spans

    def _once(self, text: bytes) -> list[Span]:
        """Identifiers in `text` as it stands and, where something in it may split one, as it is read."""
        hits: list[int] = self._set.Match(text)
        if len(hits) == 1 and hits[0] == self._sentinel:
            return []
        spans = self._spans(text, hits)
        # RE2 that gave up answers with no sentinel: then nothing is known.
        if self._sentinel not in hits or any(hit >= len(self.patterns) for hit in hits if hit != self._sentinel):
            spans = _merged([*spans, *self._folded(text, self._rules)])
        return spans

    def _folded(self, text: bytes, passes: list[list[tuple[Rule, Any]]]) -> list[Span]:
        if not passes:
            return []
        reading = folded(text, passes[0])
        if reading is None:
            return self._folded(text, passes[1:])
        found = [
            *self._spans(reading.text, self._set.Match(reading.text)),
            *self._folded(reading.text, passes[1:]),
        ]
        return [Span(*reading.original(span.start, span.end), span.kind, span.rule) for span in found]

    def _spans(self, text: bytes, hits: list[int]) -> list[Span]:
        if self._sentinel not in hits:
            hits = list(range(len(self.patterns)))
        spans: list[Span] = []
        for index in sorted(hits):
            if index < len(self.patterns):
                spans.extend(self._candidates(text, self.patterns[index], self._searches[index]))
        return _merged(spans)

    @staticmethod
    def _candidates(text: bytes, pattern: Pattern, search: Any) -> Iterable[Span]:
        group = 1 if pattern.cue else 0
        for match in search.finditer(text):
            kept = pattern.validate(text, *match.span(group))
            if kept is not None and kept[0] < kept[1]:
                yield Span(*kept, pattern.kind, pattern.id)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Union of overlapping spans; the longest names the class."""
    merged: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            named = span if span.end - span.start > longest else last
            longest = max(longest, span.end - span.start)
            merged[-1] = Span(last.start, max(last.end, span.end), named.kind, named.rule)
        else:
            merged.append(span)
            longest = span.end - span.start
    return merged


def placeholder(kind: str) -> bytes:
    """What stands for an identifier of class `kind` in released text."""
    return b"[%s]" % kind.encode()


def masked_bytes(text: bytes, spans: list[Span]) -> tuple[bytes, list[tuple[int, int]]]:
    """The masked text, and where each placeholder stands in it."""
    parts: list[bytes] = []
    moves: list[tuple[int, int]] = []
    done = length = 0
    for span in spans:
        mark = placeholder(span.kind)
        parts += (text[done : span.start], mark)
        length += span.start - done + len(mark)
        moves.append((length - len(mark), length))
        done = span.end
    parts.append(text[done:])
    return b"".join(parts), moves


def _moved(span: Span, spans: list[Span], moves: list[tuple[int, int]]) -> Span:
    """A span of the masked text in the coordinates of the original; placeholders it touches are taken in whole."""
    start, end = span.start, span.end
    shift_start = shift_end = 0
    for original, (left, right) in zip(spans, moves, strict=True):
        shift = original.end - right
        if right <= span.start:
            shift_start = shift
        elif left <= span.start:
            start, shift_start = original.start, 0
        if right <= span.end:
            shift_end = shift
        elif left < span.end:
            end, shift_end = original.end, 0
    return Span(start + shift_start, end + shift_end, span.kind, span.rule)


@cache
def detector(policy: str = "literature") -> Detector:
    """The detector of `policy`, built once a process."""
    return Detector(policy)


_MEASURING = frozenset({"classes.py", "evaluation.py", "gold.py"})
"""Files of this package that judge what was found, and find nothing."""


@cache
def ruleset() -> str:
    """Digest of the source of this package: no change to a rule, however small, may look like none."""
    sources = sorted(path for path in Path(__file__).parent.glob("*.py") if path.name not in _MEASURING)
    return digest([[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in sources])


class PhiAnnotator:
    """Safe-Harbor-style screening: spans of direct identifiers, by the patterns of one policy, and of the identifiers
    that a record's own structured fields state (`known_values`).

    Args:
        policy: `literature`: e-mail, telephone and fax, social security, IP, web addresses with a user or token, and
            record, health plan, account and licence numbers by cue. Names, dates and places stay: papers need them.
    """

    name = "phi"
    version = 3

    def __init__(self, policy: str = "literature") -> None:
        self.policy = policy
        patterns(policy)  # an unknown policy is named here
        self.config: Json = {"policy": policy, "ruleset": ruleset()}

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
        find = detector(self.policy).find
        known = _known_values(documents)
        _, offset_buffer, data = column.buffers()
        offsets = np.frombuffer(offset_buffer, np.int64, rows + 1, column.offset * 8).tolist() if rows else [0]
        content = memoryview(data) if data is not None else memoryview(b"")
        lists = np.zeros(rows + 1, np.int32)
        covered = np.zeros(rows, np.int32)
        found: list[Span] = []
        for row, (start, end) in enumerate(pairwise(offsets)):
            if end == start:
                lists[row + 1] = len(found)
                continue
            text = bytes(content[start:end])
            stated = known_spans(text.decode(), known[row]) if row in known else []
            spans = find(text, stated)
            if spans:
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
