"""A work folder with what deduplication reads, made from texts: no reader, no rules, no identifiers.

The units that sign and deduplicate are those of a build (`pipelines.deduplicate`), in the same order, on any engine.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.digest import Json, digest
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from pipelines.deduplicate.steps import Deduplication, Found, Part
from pipelines.engines.engine import Engine
from pipelines.measure import ROWS
from pipelines.sections.deduplication import DedupRecipe

_ROW_GROUP = 20_000
_BATCH = 4096


class Corpus:
    """Documents in bundles.

    Args:
        work: where products go.
        policy: of the recipe.
        partitions: ranges of keys; by default by size, as in a build.
    """

    def __init__(self, work: WorkFolder, policy: DedupRecipe | None = None, partitions: int | None = None) -> None:
        self.work = work
        self.policy = policy or DedupRecipe()
        self._partitions = partitions
        self._parts: list[dict[str, Any]] = []
        self._works = self._no_works()

    def add(self, text: pa.LargeStringArray, doc_id: pa.Array, source: str = "one", priority: int = 0) -> None:
        """One bundle. With `keep` empty in the policy, the lesser `doc_id` of two equal documents is kept."""
        from dedup.identity import KINDS
        from filters.phi.spans import SPANS

        count = len(text)
        none = pa.nulls(count, pa.string())
        columns: dict[str, dict[str, Any]] = {
            "documents": {
                "doc_id": doc_id,
                "version": _repeated("", count),
                "doc_type": _repeated("abstract", count),
                "text": text,
                **dict.fromkeys(KINDS, none),
            },
            "verdicts": {"verdict": _repeated("keep", count)},
            "licence": {"licence_spdx": _repeated("CC-BY-4.0", count)},
            "language": {"language": _repeated("en", count)},
            "quality": {"n_bytes": pc.binary_length(text).cast(pa.int64())},
            "phi": {"phi_spans": pa.array([[]] * count, SPANS)},
        }
        digests = {stage: self._product(stage, pa.table(found)) for stage, found in columns.items()}
        self._parts.append({"source": source, "priority": priority, "digests": digests, "count": count})

    def save(self, file: Path) -> None:
        """Write down which products are the bundles, for `load`."""
        file.write_text(json.dumps({"parts": self._parts, "works": self._works}), encoding="utf-8")

    @classmethod
    def load(cls, file: Path, work: WorkFolder, policy: DedupRecipe, partitions: int | None = None) -> Corpus:
        """A corpus whose products lie in `work`."""
        corpus = cls.__new__(cls)
        corpus.work, corpus.policy, corpus._partitions = work, policy, partitions
        stored = json.loads(file.read_text(encoding="utf-8"))
        corpus._parts, corpus._works = stored["parts"], stored["works"]
        return corpus

    def deduplicate(self, engine: Engine, run: int = 0) -> tuple[Found, dict[str, float]]:
        """Sign and deduplicate all bundles.

        Args:
            engine: where units run.
            run: another number gives products of their own: nothing is taken from an earlier run.

        Returns:
            What was found, and wall seconds by phase.
        """
        seconds: dict[str, float] = {}

        def phase(title: str, units: list[Unit]) -> list[dict[str, Result]]:
            began = time.perf_counter()
            results = {id(unit): result for unit, result in engine.map(units)}
            seconds[title] = seconds.get(title, 0.0) + time.perf_counter() - began
            return [results[id(unit)] for unit in units]

        minhash = self.policy.signature.model_dump(mode="json")
        units = []
        for part in self._parts:
            params = {"documents": part["digests"]["documents"], "minhash": minhash}
            name = digest({"stage": "signature", "params": params, "run": run})
            units.append(Unit("benchmarks.near_corpus:sign", {"signature": name}, params))
        phase("Sign", units)
        parts = [
            Part(part["source"], part["priority"], part["digests"] | unit.products)
            for part, unit in zip(self._parts, units, strict=True)
        ]
        steps = Deduplication(phase, self.work, {"made_by": "a benchmark", "run": run}, self.policy, self._partitions)
        return steps.run(parts, self._works), seconds

    def merges(self, found: Found) -> pl.DataFrame:
        """Merged documents by place in the corpus, bundle after bundle: `document`, `kept`, `method`, `similarity`."""
        return self.merges_of(found.merges)

    def merges_of(self, digest: str) -> pl.DataFrame:
        """The same of a product `merges`."""
        starts = pl.Series(np.cumsum([0, *(part["count"] for part in self._parts)]))
        frame = pl.read_parquet(self.work.product("merges", digest) / ROWS, glob=False)
        return frame.select(
            document=starts.gather(frame["bundle"]) + frame["row"].cast(pl.Int64),
            kept=starts.gather(frame["survivor_bundle"]) + frame["survivor_row"].cast(pl.Int64),
            method="method",
            similarity="similarity",
        )

    def survivors(self, found: Found) -> npt.NDArray[np.int64]:
        """int64[n]: the survivor of each document, itself if it survives."""
        survivor = np.arange(sum(part["count"] for part in self._parts))
        merges = self.merges(found)
        survivor[merges["document"].to_numpy()] = merges["kept"].to_numpy()
        return survivor

    def _no_works(self) -> str:
        from dedup.works import containers_in
        from pipelines.works import CONTAINERS

        empty = np.zeros(0, np.uint64)
        containers = containers_in((empty, empty), np.zeros(0, np.int64)).to_arrow()
        rows = pl.DataFrame(schema={"bundle": pl.Int64, "row": pl.Int64, "licence_spdx": pl.String}).to_arrow()
        return self._product("works", rows, {CONTAINERS: containers})

    def _product(self, stage: str, rows: pa.Table, others: dict[str, pa.Table] | None = None) -> str:
        name = digest({"stage": stage, "number": len(getattr(self, "_parts", ()))})
        folder = self.work.begin(stage, name)
        for file, table in {ROWS: rows, **(others or {})}.items():
            pq.write_table(table, folder / file, compression="zstd", row_group_size=_ROW_GROUP)
        self.work.commit(stage, name, folder, {})
        return name


def sign(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `signature` of one bundle: what a build writes in its pass over the texts."""
    from dedup.signature import MinHashConfig, SignatureAnnotator

    annotator = SignatureAnnotator(MinHashConfig(**params["minhash"]))
    source, target = work.product("documents", params["documents"]) / ROWS, folders["signature"] / ROWS
    how = {"compression": "zstd", "compression_level": 1, "use_dictionary": False}  # as a build writes it
    with pq.ParquetFile(source) as documents, pq.ParquetWriter(target, annotator.schema, **how) as out:
        for batch in documents.iter_batches(_BATCH, columns=["text"]):
            out.write_batch(annotator.measure(batch))
    return {"signature": {}}


def _repeated(value: str, count: int) -> pa.Array:
    return pa.array([value]).take(pa.array(np.zeros(count, np.int64)))
