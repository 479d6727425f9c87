"""Question-answer records of the Cross-Examination Framework: read, checked, scored by system.

A line of JSON for each document and system:

    {"doc_id": "pmc_oa:PMC1", "sha256": "...", "system": "model-a",
     "generated": "the summary",             or "generated_words": 120; neither where it need not be short
     "document_questions":  [{"question": "...", "expected": "YES", "answer": "IDK"}, ...],
     "generated_questions": [{"question": "...", "expected": "YES", "answer": "YES"}, ...]}

`expected` is what the text says that the question was made from, `answer` what the other one says; both are YES, NO or
IDK. `sha256` (of the source document's text) and `question` may be left out, as may `system`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import RecipeError
from corpus.words import count_words
from shards.evaluation.cross_examination import Answered, Examination, mean_scores, scores

Answer = Literal["YES", "NO", "IDK"]
_DEEP = 5_000_000
"""Bytes of a line, at most."""


class Question(BaseModel):
    """One question."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    question: str = ""
    expected: Answer = "YES"
    answer: Answer


class Record(BaseModel):
    """What was asked of one document and one text that a system made of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    doc_id: str = Field(min_length=1)
    sha256: str | None = None
    system: str = ""
    generated: str | None = None
    generated_words: int | None = Field(None, ge=0)
    document_questions: list[Question]
    generated_questions: list[Question]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is not scored: its number, from 1, and why. Nothing of it is quoted."""

    line: int
    reason: str


@dataclass(slots=True)
class Examined:
    """All records of a file."""

    by_system: dict[str, list[Examination]] = field(default_factory=lambda: defaultdict(list))
    refused: list[Refused] = field(default_factory=list)
    records: int = 0

    def summary(self) -> dict[str, Any]:
        """For machines: records in = scored + refused."""
        reasons = Counter(one.reason for one in self.refused)
        return {
            "records": self.records,
            "scored": self.records - len(self.refused),
            "refused": dict(sorted(reasons.items())),
            "systems": {
                system: {
                    "documents": len(found),
                    "pooled": asdict(scores(found)),
                    "mean_of_documents": asdict(mean_scores(found)),
                }
                for system, found in sorted(self.by_system.items())
            },
        }


def examine(records: Path, sources: Path) -> Examined:
    """Read and check records about the documents of `sources` (`cef_sources.jsonl`). Holds the counts, not the texts.

    Raises:
        RecipeError: `sources` is no such file.
    """
    known = _known(sources)
    found = Examined()
    met: set[tuple[str, str]] = set()
    for number, line in _lines(records):
        found.records += 1
        record = _record(line)
        reason = record if isinstance(record, str) else _fault(record, known, met)
        if isinstance(record, str) or reason is not None:
            found.refused.append(Refused(number, str(reason)))
            continue
        met.add((record.doc_id, record.system))
        words = record.generated_words if record.generated is None else count_words(record.generated)
        found.by_system[record.system].append(
            Examination(
                [Answered(one.expected, one.answer) for one in record.document_questions],
                [Answered(one.expected, one.answer) for one in record.generated_questions],
                document_words=known[record.doc_id][1],
                generated_words=words,
            )
        )
    return found


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield number, line


def _known(sources: Path) -> dict[str, tuple[str, int]]:
    """By doc_id, the sha256 and the words of the text."""
    known = {}
    for number, line in _lines(sources):
        try:
            row = orjson.loads(line)
            known[str(row["doc_id"])] = (str(row["sha256"]), count_words(row["text"]))
        except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
            raise RecipeError(f"{sources}:{number}: not a line of cef_sources.jsonl") from None
    return known


def _record(line: bytes) -> Record | str:
    """The record, or why it is none."""
    if len(line) > _DEEP:
        return "too_long"
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "not_json"
    if not isinstance(content, dict):
        return "not_an_object"
    try:
        return Record.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = next((str(part) for part in first["loc"] if isinstance(part, str) and part in Record.model_fields), "")
        kind = {"missing": "missing", "extra_forbidden": "unknown_field"}.get(first["type"], "bad")
        return f"{kind}:{place}" if place else kind


def _fault(record: Record, known: dict[str, tuple[str, int]], met: set[tuple[str, str]]) -> str | None:
    if record.doc_id not in known:
        return "unknown_document"
    if record.sha256 is not None and record.sha256 != known[record.doc_id][0]:
        return "another_text"
    if (record.doc_id, record.system) in met:
        return "repeated"
    if record.generated is not None and record.generated_words is not None:
        return "generated_twice"
    if not record.document_questions and not record.generated_questions:
        return "no_questions"
    return None
