"""All that the units of a build left behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.storage import WorkFolder
from corpus.unit import Result
from pipelines.deduplicate.steps import Found
from pipelines.plan import Plan
from pipelines.splits.steps import HeldOut


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything the phases left behind."""

    plan: Plan
    work: WorkFolder
    digests: list[dict[str, str]]
    documents: list[Result]
    learnt: dict[str, str]
    """By source, the digest of its boilerplate."""
    concluded: list[Result]
    planted: list[Result]
    assembled: list[Result]
    shards: list[dict[str, Any]]
    resolved: Found
    phi_key: str | None
    """Fingerprint of the key, if there is one."""
    removals: dict[str, str]
    """By source, the digest of the pairs to read of what near-dedup removed."""
    paragraphs: dict[str, dict[str, int]]
    """By source, the counts of `RepeatedParagraphs`."""
    held_out: HeldOut
    items: Result | None = None
    """What there is to say of the index of evaluation items; None if the recipe names no sets."""

    def of(self, source: str) -> list[int]:
        """Bundle numbers of a source."""
        return [n for n, bundle in enumerate(self.plan.bundles) if bundle.source.name == source]

    def product(self, number: int, stage: str) -> Path:
        """Where one product of a bundle lies."""
        return self.work.product(stage, self.digests[number][stage])
