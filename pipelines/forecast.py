"""What a build would take: measured on the first documents of each source, scaled by raw bytes."""

from __future__ import annotations

import math
import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

import pyarrow as pa

from corpus.errors import RawFileError
from corpus.stage import Annotator
from filters.contamination.annotator import ContaminationAnnotator
from pipelines.evaluations import make_index
from pipelines.formatting import formatted
from pipelines.measure import annotators
from pipelines.plan import Bundle, Plan
from pipelines.rawfiles import RawInput
from pipelines.watch import WatchedFile
from sources.batches import documents_in

_SAMPLED_BUNDLES = 4
_SAMPLE_BYTES = 2**18
"""Of documents of a bundle."""
_WARM_DOCUMENTS = 8
_WHOLE_BUILD = 1.5
"""Deciding, dedup, masking and writing cost about half as much again as reading and measuring, screening for evaluation
items apart: what is found there is little."""
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
    screening_seconds: float
    """Of these, those of screening for evaluation items."""
    disk_bytes: float
    memory_bytes: int
    """Peak of this process so far: about what a worker takes."""


def forecast(plan: Plan) -> list[Forecast]:
    """A forecast of each source, from samples of a few of its bundles. A source that cannot be sampled gives zeros."""
    screening = _screening(plan)
    return [_source(plan, source.name, screening if source.use == "train" else []) for source in plan.recipe.sources]


def _screening(plan: Plan) -> list[Annotator]:
    """The stage that screens for evaluation items, if the recipe names sets; its index is made in memory."""
    if plan.evaluations is None:
        return []
    index, _ = make_index(**plan.evaluations.unit().params)
    return [ContaminationAnnotator(index)]


def _source(plan: Plan, name: str, screening: Sequence[Annotator]) -> Forecast:
    bundles = sorted((b for b in plan.bundles if b.source.name == name), key=lambda bundle: -bundle.weight)
    stages = [*annotators(plan.stages[name]), *screening]
    total = _Sample()
    for bundle in bundles[:: math.ceil(len(bundles) / _SAMPLED_BUNDLES)]:
        total.add(_sample(plan, bundle, stages, warm=total.documents > 0))
    scale = sum(bundle.weight for bundle in bundles) / total.raw if total.raw else 0.0
    return Forecast(
        source=name,
        documents=total.documents * scale,
        text_bytes=total.text * scale,
        tokens=total.tokens * scale,
        cpu_seconds=((total.seconds - total.screening) * _WHOLE_BUILD + total.screening) * scale,
        screening_seconds=total.screening * scale,
        disk_bytes=total.text * scale * _TEXT_COPIES,
        memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


@dataclass(slots=True)
class _Sample:
    documents: int = 0
    text: int = 0
    tokens: int = 0
    raw: int = 0
    seconds: float = 0.0
    screening: float = 0.0

    def add(self, other: _Sample) -> None:
        for slot in fields(self):
            setattr(self, slot.name, getattr(self, slot.name) + getattr(other, slot.name))


def _sample(plan: Plan, bundle: Bundle, stages: list[Annotator], *, warm: bool) -> _Sample:
    """Read the beginning of a bundle; measure it in one piece, as a build does with what small files give."""
    found = _Sample()
    held: list[pa.RecordBatch] = []
    for file in bundle.files:
        began = time.process_time()
        try:
            mine, position = _read(plan, bundle, file, _SAMPLE_BYTES - sum(batch.nbytes for batch in held))
        except RawFileError:
            continue
        held += mine
        found.seconds += time.process_time() - began
        found.raw += min(position, file.bytes)
        if sum(batch.nbytes for batch in held) >= _SAMPLE_BYTES:
            break
    if not held:
        return found
    documents = pa.concat_batches(held)
    if not warm:  # The first documents pay for compiling and loading.
        for stage in stages:
            stage.measure(documents.slice(0, _WARM_DOCUMENTS))
    for stage in stages:
        began = time.process_time()
        measured = stage.measure(documents)
        seconds = time.process_time() - began
        found.seconds += seconds
        if stage.name == "tokens":
            found.tokens = int(measured.column(0).to_numpy().sum())
        elif stage.name == ContaminationAnnotator.name:
            found.screening = seconds
    found.documents = len(documents)
    found.text = documents.column("text").nbytes
    return found


def _read(plan: Plan, bundle: Bundle, file: RawInput, room: int) -> tuple[list[pa.RecordBatch], int]:
    """Documents of a raw file until they fill `room` bytes, and how many of its bytes were read for them."""
    name = bundle.source.name
    watched = WatchedFile(file.path)
    held: list[pa.RecordBatch] = []
    batches = documents_in(plan.readers[name], watched, name, Counter())
    for batch in formatted(batches, plan.formatters[name], Counter()):
        held.append(batch.documents)
        room -= batch.documents.nbytes
        if room <= 0:
            return held, watched.position() or file.bytes
    return held, file.bytes
