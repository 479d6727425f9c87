"""Quality signals: hc4's one pass beside datatrove's four filters, on the same documents, in turn, in one process.

    python -m benchmarks.quality

Both are warm: kernels are compiled and spaCy's tokenizer is loaded before the clock starts, which counts CPU seconds of
this process. datatrove reads the first documents only, because it needs minutes for all; speed is per byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from benchmarks.documents import abstracts, articles

PEER_DOCUMENTS = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One measured contestant."""

    name: str
    documents: int
    megabytes: float
    """10^6 bytes of UTF-8."""
    cpu_seconds: float
    dropped: int | None = None
    """Documents that fail at least one rule or filter."""

    @property
    def speed(self) -> float:
        """MB of UTF-8 per CPU second."""
        return self.megabytes / self.cpu_seconds


def run(texts: Sequence[str], peer_documents: int = PEER_DOCUMENTS, preset: str = "abstract") -> list[Row]:
    """hc4 with the rules of `preset` on all `texts`, datatrove as it comes on the first `peer_documents` of them."""
    return [_ours(texts, preset), *_datatrove(texts[:peer_documents])]


def _ours(texts: Sequence[str], preset: str) -> Row:
    from filters.quality import QualityAnnotator
    from filters.rules import decide, load_preset

    batches = [
        pa.record_batch({"text": pa.array(texts[start : start + 2000], pa.large_string())})
        for start in range(0, len(texts), 2000)
    ]
    annotator, rules = QualityAnnotator(), load_preset(preset)
    annotator.measure(batches[0].slice(0, 10))

    def measure() -> int:
        measured = pa.Table.from_batches([annotator.measure(batch) for batch in batches])
        return int((~decide(rules, measured, pa.array([preset] * len(texts))).kept).sum())

    return _timed(f"hc4, {len(annotator.schema)} signals and {len(rules)} rules", texts, measure)


def _datatrove(texts: Sequence[str]) -> list[Row]:
    from datatrove.data import Document  # type: ignore[import-untyped]
    from datatrove.pipeline.filters import (  # type: ignore[import-untyped]
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    filters = [GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter(), FineWebQualityFilter()]
    failed: set[int] = set()

    def one(which: int, documents: Sequence[str]) -> int:
        # A document each time: the C4 filter rewrites it.
        verdicts = [filters[which].filter(Document(text=text, id="")) for text in documents]
        failed.update(i for i, verdict in enumerate(verdicts) if verdict is not True)
        return sum(verdict is not True for verdict in verdicts)

    for which in range(len(filters)):
        one(which, texts[:3])
    failed.clear()
    rows = [
        _timed(f"datatrove {type(each).__name__}", texts, lambda which=which: one(which, texts))  # type: ignore[misc]
        for which, each in enumerate(filters)
    ]
    seconds = sum(row.cpu_seconds for row in rows)
    return [*rows, Row("datatrove, all four", len(texts), rows[0].megabytes, seconds, len(failed))]


def _timed(name: str, texts: Sequence[str], work: Callable[[], int]) -> Row:
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    start = time.process_time()
    dropped = work()
    return Row(name, len(texts), megabytes, time.process_time() - start, dropped)


def table(rows: Sequence[Row]) -> str:
    """Rows as text, with the ratio of the first to the last."""
    lines = [f"{'':44}{'documents':>10}{'MB':>9}{'CPU s':>9}{'MB/CPU s':>10}{'dropped':>9}"]
    lines += [
        f"{row.name:44}{row.documents:>10,}{row.megabytes:>9.2f}{row.cpu_seconds:>9.3f}{row.speed:>10.2f}"
        + f"{'' if row.dropped is None else f'{row.dropped / row.documents:.1%}':>9}"
        for row in rows
    ]
    lines.append(f"hc4 is {rows[0].speed / rows[-1].speed:,.0f} times as fast as datatrove's four filters, per byte")
    return "\n".join(lines)


if __name__ == "__main__":
    for preset, documents, peer in (("abstract", abstracts(), PEER_DOCUMENTS), ("full_text", articles() * 10, 8)):
        texts = [each.text for each in documents]
        mean = sum(len(text.encode()) for text in texts) / len(texts)
        print(f"\n{preset}, {mean:,.0f} bytes each; datatrove reads the first {peer} of {len(texts):,}")
        print(table(run(texts, peer, preset)))
