"""What a build would take: measured on the first batches of each source, scaled by raw bytes."""

from __future__ import annotations

import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO

from corpus.errors import RawFileError
from pipelines.measure import annotators
from pipelines.plan import Plan
from sources.batches import documents_in
from sources.reader import RawFile

_SAMPLE_BATCHES = 2
_TEXT_COPIES = 2.2
"""Bytes in the work folder and the snapshot for each byte of text: documents, sidecars, rows by shard, shards."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected size and cost of one source."""

    source: str
    documents: float
    text_bytes: float
    tokens: float
    cpu_seconds: float
    disk_bytes: float
    memory_bytes: int
    """Peak of this process so far: about what a worker takes."""


@dataclass(frozen=True, slots=True)
class _Watched(RawFile):
    """A raw file that remembers how far it was read."""

    opened: list[BinaryIO] = field(default_factory=list)

    def open(self) -> BinaryIO:
        stream = RawFile.open(self)
        self.opened.append(stream)
        return stream


def forecast(plan: Plan) -> list[Forecast]:
    """A forecast of each source, from its largest bundle. A source that cannot be sampled gives zeros."""
    return [_source(plan, source.name) for source in plan.recipe.sources]


def _source(plan: Plan, name: str) -> Forecast:
    bundles = [bundle for bundle in plan.bundles if bundle.source.name == name]
    largest = max(bundles, key=lambda bundle: bundle.weight)
    raw_total = sum(bundle.weight for bundle in bundles)
    stages = annotators(plan.stages[name])
    documents = text = tokens = raw = batches = 0
    seconds = 0.0
    for file in largest.files:
        watched = _Watched(file.path)
        began = time.process_time()
        try:
            for batch in documents_in(plan.readers[name], watched, name, Counter()):
                if not batches:  # The first batch pays for compiling and loading.
                    for stage in stages:
                        stage.measure(batch.documents)
                    began = time.process_time()
                for stage in stages:
                    measured = stage.measure(batch.documents)
                    if stage.name == "tokens":
                        tokens += int(measured.column(0).to_numpy().sum())
                documents += len(batch.documents)
                text += batch.documents.column("text").nbytes
                batches += 1
                if batches >= _SAMPLE_BATCHES:
                    break
        except RawFileError:
            pass
        seconds += time.process_time() - began
        position = next((s.tell() for s in watched.opened if not s.closed), file.bytes)
        raw += min(position, file.bytes)
        if batches >= _SAMPLE_BATCHES:
            break
    scale = raw_total / raw if raw else 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Forecast(
        source=name,
        documents=documents * scale,
        text_bytes=text * scale,
        tokens=tokens * scale,
        cpu_seconds=seconds * scale * 1.5,  # deciding, dedup, masking and writing cost about half as much again
        disk_bytes=text * scale * _TEXT_COPIES,
        memory_bytes=peak,
    )
