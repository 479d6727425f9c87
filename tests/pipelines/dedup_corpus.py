"""A work folder that holds what deduplication reads, made from texts: no reader, no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.digest import Json, digest
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from dedup.identity import KINDS
from dedup.signature import SignatureAnnotator
from dedup.works import containers_in
from filters.phi.mask import mask_column
from filters.phi.spans import SPANS, Span
from pipelines.deduplicate.steps import Deduplication, Found, Part
from pipelines.engines.engine import Engine
from pipelines.measure import ROWS
from pipelines.sections.deduplication import DedupRecipe
from pipelines.works import CONTAINERS

MERGES = ("doc_id", "survivor", "same_as", "method", "similarity", "substance", "containment")


@dataclass(frozen=True)
class Doc:
    """One document."""

    doc_id: str
    text: str
    source: str = "one"
    identifiers: tuple[tuple[str, str], ...] = ()
    doc_type: str = "abstract"
    licence: str = "CC-BY-4.0"
    spans: tuple[Span, ...] = ()
    """Identifiers in its text."""


class Corpus:
    """Documents in bundles; every product is written at once."""

    def __init__(self, work: WorkFolder, bundles: Sequence[Sequence[Doc]], policy: DedupRecipe) -> None:
        self.work = work
        self.policy = policy
        self._numbers = count()
        sources = sorted({doc.source for bundle in bundles for doc in bundle})
        self.parts = [self._part(bundle, sources) for bundle in bundles if bundle]
        empty = np.zeros(0, np.uint64)
        containers = containers_in((empty, empty), np.zeros(0, np.int64))
        rows = pl.DataFrame(schema={"bundle": pl.Int64, "row": pl.Int64, "licence_spdx": pl.String})
        self.works = self._product("works", {CONTAINERS: containers, ROWS: rows})

    def run(self, engine: Engine, partitions: int | None = None) -> tuple[Found, list[Unit]]:
        """Deduplicate; what was found, and the units."""
        units: list[Unit] = []

        def phase(title: str, given: list[Unit]) -> list[dict[str, Result]]:
            units.extend(given)
            results = {id(unit): result for unit, result in engine.map(given)}
            return [results[id(unit)] for unit in given]

        steps = Deduplication(phase, self.work, {"made_by": "a test"}, self.policy, partitions)
        return steps.run(self.parts, self.works), units

    def merges(self, found: Found) -> list[tuple[Any, ...]]:
        """`MERGES` of every merged document, by doc_id."""
        frame = pl.read_parquet(self.work.product("merges", found.merges) / ROWS, glob=False)
        return sorted(frame.select(MERGES).iter_rows())

    def groups(self, found: Found) -> list[tuple[str, str]]:
        """doc_id and cluster of every document in a split group."""
        table = pl.read_parquet(self.work.product("merges", found.merges) / found.groups.file, glob=False)
        names = [self._names[part.digests["documents"]] for part in self.parts]
        return sorted((names[bundle][row], cluster) for bundle, row, cluster, *_ in table.iter_rows())

    _names: dict[str, list[str]]

    def _part(self, bundle: Sequence[Doc], sources: list[str]) -> Part:
        (source,) = {doc.source for doc in bundle}
        text = pa.array([doc.text for doc in bundle], pa.large_string())
        identifiers = [dict(doc.identifiers) for doc in bundle]
        documents = {
            "doc_id": [doc.doc_id for doc in bundle],
            "version": [""] * len(bundle),
            "published": pa.nulls(len(bundle), pa.string()),
            "doc_type": [doc.doc_type for doc in bundle],
            "text": text,
            **{kind: pa.array([one.get(kind) for one in identifiers], pa.string()) for kind in KINDS},
        }
        spans = pa.array([[span._asdict() for span in doc.spans] for doc in bundle], SPANS)
        masked = mask_column(text, spans)
        signature = SignatureAnnotator(self.policy.signature).measure(pa.record_batch({"text": masked}))
        sidecars = {
            "documents": documents,
            "verdicts": {"verdict": ["keep"] * len(bundle)},
            "licence": {"licence_spdx": [doc.licence for doc in bundle]},
            "language": {"language": ["en"] * len(bundle)},
            "quality": {"n_bytes": [len(doc.text.encode()) for doc in bundle]},
            "phi": pa.table({"phi_spans": spans, "phi_policy": ["literature"] * len(bundle)}),
            "signature": pa.table(signature),
        }
        digests = {stage: self._product(stage, {ROWS: columns}) for stage, columns in sidecars.items()}
        self._names = {**getattr(self, "_names", {}), digests["documents"]: documents["doc_id"]}
        return Part(source, sources.index(source), digests)

    def _product(self, stage: str, files: dict[str, Any]) -> str:
        name = digest({"stage": stage, "number": next(self._numbers)})
        folder = self.work.begin(stage, name)
        for file, content in files.items():
            frame = content if isinstance(content, pl.DataFrame) else pl.DataFrame(content)
            frame.write_parquet(folder / file, row_group_size=7)
        result: dict[str, Json] = {}
        self.work.commit(stage, name, folder, result)
        return name
