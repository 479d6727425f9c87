"""What an evaluation export states about itself, `evaluation.json`; and results of an evaluation."""

from __future__ import annotations

from typing import Literal

from manifests.model import SplitRule
from manifests.strict import Strict

STATEMENT = "evaluation.json"
SCHEMA_FILE = "evaluation.schema.json"


class SplitFile(Strict):
    """A shard of a held-out split, as the snapshot has it."""

    path: str
    sha256: str
    rows: int
    tokens: int


class EvaluatedSplit(Strict):
    """A held-out split."""

    name: str
    rule: SplitRule | None
    """As the manifest states it; null: one share of all near-duplicate groups."""
    files: tuple[SplitFile, ...]


class BenchmarkFile(Strict):
    """A file of an evaluation set that the snapshot was screened for."""

    name: str
    file: str
    sha256: str


class ScreeningFacts(Strict):
    """How the snapshot was screened for items of evaluation sets."""

    sha256: str
    """Of the canonical JSON of what its manifest states of it."""
    index_sha256: str
    benchmarks: tuple[BenchmarkFile, ...]


class ExportedFile(Strict):
    """A file of the export."""

    path: str
    kind: Literal["lm_eval_task", "lm_eval_group", "lm_eval_documents", "cef_sources"]
    sha256: str
    bytes: int
    documents: int
    """0 of tasks and groups."""


class Stratum(Strict):
    """Documents of one source and length."""

    source: str
    tokens_from: int
    """... to twice as many."""
    documents: int
    exported: int


class EvaluationExport(Strict):
    """Held-out documents of one snapshot, for evaluators."""

    evaluation_schema: Literal["hc4/evaluation/1"] = "hc4/evaluation/1"
    snapshot_id: str
    merkle_root: str | None
    name: str
    splits: tuple[EvaluatedSplit, ...]
    tokenizer: str
    tokenizer_sha256: str
    screening: ScreeningFacts | None
    """Null: the snapshot was not screened for any evaluation set."""
    seed: int
    """Of the draw of source documents."""
    strata: tuple[Stratum, ...]
    """What `cef_sources.jsonl` was drawn from."""
    files: tuple[ExportedFile, ...]


class Perplexity(Strict):
    """A model's rolling log-likelihood of some documents."""

    task: str
    documents: int
    tokens: int
    """By the model's tokenizer."""
    words: int
    bytes: int
    log_likelihood: float
    """Natural logarithm."""
    bits_per_byte: float | None
    byte_perplexity: float | None
    word_perplexity: float | None


class PerplexityResult(Strict):
    """Results of one model on an evaluation export."""

    result_schema: Literal["hc4/perplexity/1"] = "hc4/perplexity/1"
    snapshot_id: str
    evaluation_sha256: str
    """Of `evaluation.json`."""
    model_sha256: dict[str, str]
    """Of the files in the model's folder, by name."""
    max_length: int
    tasks: tuple[Perplexity, ...]
