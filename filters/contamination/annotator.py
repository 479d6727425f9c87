"""The contamination stage: documents in, places of evaluation items out. Measured of the text as read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus import unicode
from corpus.digest import Json
from corpus.stage import attribute
from filters.contamination.index import Index

PARTS = ("question", "answer", "choice", "context", "question_answer", "item")
"""What of an item was found. A choice alone is never looked for; an item is its question with all its choices.

A context alone is no leak of the question: it is a text that anyone may read, as abstracts are.
"""

HIT = pa.struct(
    [
        pa.field("set", pa.string(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
        pa.field("matched", pa.int32(), nullable=False),
        pa.field("of", pa.int32(), nullable=False),
    ]
)
"""One copy: evaluation set and item; which part of it; UTF-8 bytes `[start, end)` of the row's text; share of the
part's information that is there, in order; words that agree, of how many."""

HITS = pa.list_(pa.field("item", HIT, nullable=False))

_ROOM = 1024


class ContaminationAnnotator:
    """Where items of an index stand in documents (a `corpus.stage.Annotator`).

    Args:
        index: the index, or the file it is in.

    Raises:
        AssetError: no such file, or it is no index.
    """

    name = "contamination"
    version = 1
    schema = pa.schema(
        [attribute("contamination", HITS, "copies of evaluation items: set, item, part, place, score", "bytes of text")]
    )

    def __init__(self, index: Index | Path) -> None:
        self.index = index if isinstance(index, Index) else _loaded(index, _changed(index))
        self.config: Json = {
            "index": self.index.sha256,
            "config": self.index.config.json(),
            "unicode": unicode.VERSION,
        }

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Hits in the column `text`, same rows in the same order; those of a row by place. The first call compiles."""
        from corpus.kernel import text_buffers
        from filters.contamination.kernel import COLUMNS, scan
        from filters.contamination.settings import settings
        from filters.contamination.words import tables

        if not documents.num_rows:
            return pa.RecordBatch.from_pylist([], schema=self.schema)
        text = documents.column("text")
        data, offsets = text_buffers(text)
        arguments = (data, offsets, tables(), _ready(self.index), settings(self.index.config))
        hits = np.empty((_ROOM, COLUMNS), np.int64)
        # Arrow has no buffer for texts without a byte, and numpy's own would be another type to compile for.
        count = scan(*arguments, hits) if data.size else 0
        if count > len(hits):
            hits = np.empty((count, COLUMNS), np.int64)
            scan(*arguments, hits)
        return pa.record_batch([self._lists(_distinct(hits[:count]), len(text))], schema=self.schema)

    def _lists(self, hits: npt.NDArray[np.int64], rows: int) -> pa.ListArray:
        ends = np.searchsorted(hits[:, 0], np.arange(rows + 1)).astype(np.int32)
        items = hits[:, 1]
        columns = [
            pa.array(self.index.sets, pa.string()).take(pa.array(self.index.item_sets[items])),
            self.index.item_ids.take(pa.array(items)),
            pa.array(PARTS, pa.string()).take(pa.array(hits[:, 2])),
            pa.array(hits[:, 3].astype(np.int32)),
            pa.array(hits[:, 4].astype(np.int32)),
            pa.array((hits[:, 5] / np.maximum(hits[:, 6], 1)).astype(np.float32)),
            pa.array(hits[:, 7].astype(np.int32)),
            pa.array(hits[:, 8].astype(np.int32)),
        ]
        return pa.ListArray.from_arrays(
            pa.array(ends), pa.StructArray.from_arrays(columns, fields=list(HIT)), type=HITS
        )


def _distinct(hits: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Of overlapping hits of one item the one that says most, passages apart from all else; by document and place."""
    answered = (PARTS.index("question_answer"), PARTS.index("item"))
    context = PARTS.index("context")

    def of_what(hit: list[int]) -> tuple[int, int, bool]:
        return hit[0], hit[1], hit[2] == context

    kept: list[list[int]] = []
    group: list[list[int]] = []
    for hit in sorted(hits.tolist(), key=lambda hit: (*of_what(hit), hit[2] not in answered, -hit[5], hit)):
        if group and of_what(group[0]) != of_what(hit):
            group = []
        if not any(other[3] < hit[4] and hit[3] < other[4] for other in group):
            group.append(hit)
            kept.append(hit)
    kept.sort(key=lambda hit: (hit[0], hit[3], hit[4], hit[1], hit[2]))
    return np.array(kept, np.int64).reshape(-1, hits.shape[1])


@lru_cache(maxsize=4)
def _loaded(path: Path, changed: int) -> Index:
    """The index of a file as it was at `changed`, mapped once a process."""
    del changed
    return Index.load(path)


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


_tables: dict[str, Any] = {}


def _ready(index: Index) -> Any:
    """The tables of an index, made once a process."""
    if index.sha256 not in _tables:
        from filters.contamination.seeds import tables

        _tables.clear()
        _tables[index.sha256] = tables(index)
    return _tables[index.sha256]
