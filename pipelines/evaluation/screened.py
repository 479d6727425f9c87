"""Whether a released document is clean of evaluation sets, as far as its snapshot was screened for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from corpus.digest import digest
from manifests.evaluation import BenchmarkFile, ScreeningFacts
from manifests.snapshot import Snapshot

NOT_SCREENED = "not screened"
_HITS = "contamination"
"""Kind of the table of copies."""
_RELEASED = "released"
"""What became of a copy that stands in the shards as it was found."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What is known of a snapshot's documents."""

    facts: ScreeningFacts | None
    sources: frozenset[str]
    """Screened ones."""
    left: frozenset[str]
    """Released documents in which a copy of an item was found and left."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Screened:
        """Read what the manifest states and, of the table of copies, the names of documents that still hold one."""
        stated: dict[str, Any] | None = snapshot.manifest.model_dump(mode="json").get("contamination")
        if stated is None:
            return cls(None, frozenset(), frozenset())
        left: set[str] = set()
        for file in snapshot.manifest.files:
            if file.kind == _HITS:
                hits = pl.scan_parquet(snapshot.folder / file.path, glob=False)
                left.update(hits.filter(pl.col("outcome") == _RELEASED).select("doc_id").collect()["doc_id"])
        return cls(facts_of(stated), frozenset(stated["screened"]), frozenset(left))

    def decontaminated(self, source: str, doc_id: str) -> bool | str:
        """True: no copy is left in it; False: one is, as the recipe asks for a report alone; else `NOT_SCREENED`."""
        if self.facts is None or source not in self.sources:
            return NOT_SCREENED
        return doc_id not in self.left


def facts_of(stated: dict[str, Any]) -> ScreeningFacts:
    """From `contamination` of a manifest."""
    return ScreeningFacts(
        sha256=digest(stated),
        index_sha256=stated["index_sha256"],
        benchmarks=tuple(
            BenchmarkFile(name=one["name"], file=file["name"], sha256=file["sha256"])
            for one in stated["sets"]
            for file in one["files"]
        ),
    )
