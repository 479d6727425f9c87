"""What screening found, once more, with the copies of evaluation items that a policy masks or drops among it.

The product is another `phi` of the bundle. All that reads masked text, from here on, reads it without the items: what
is released, and excerpts of what is not, those of documents that are dropped for an item among them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.storage import WorkFolder
from filters.phi.detector import detector
from filters.phi.spans import EVALUATION_ITEM, SPANS, Span
from filters.phi.undecided import RULES
from manifests.contamination import ACTIONS, reason_of
from pipelines.contamination import read_hits
from pipelines.deduplicate.texts import screened_texts
from pipelines.measure import ROWS, sidecar_writer


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `phi` of one bundle.

    No identifier is made by masking: what the rules find in the text once the items are gone is masked, too.
    """
    digests = params["digests"]
    hits = read_hits(work, digests["contamination"], params["contamination"])
    hits = hits.filter(pl.col("action") != ACTIONS[0]).with_columns(reason_of().alias("reason"))
    items: dict[int, list[Span]] = {}
    for row, start, end, reason in hits.select("row", "start", "end", "reason").iter_rows():
        items.setdefault(row, []).append(Span(start, end, EVALUATION_ITEM, reason))
    rows = np.array(sorted(items), np.int64)
    masked: dict[int, list[Span]] = {}
    for positions, texts, phi in screened_texts(work, digests, rows, ["phi_spans", "phi_policy"]):
        columns = (texts.to_pylist(), phi["phi_spans"].to_pylist(), phi["phi_policy"].to_pylist())
        for row, text, found, policy in zip(rows[positions].tolist(), *columns, strict=True):
            spans = [Span(**span) for span in found]
            masked[row] = with_items(text.encode(), spans, items[row], policy)
    read = pq.ParquetFile(work.product("phi", digests["phi"]) / ROWS)
    with read, sidecar_writer(folders["phi"], read.schema_arrow) as writer:
        first = 0
        for group in range(read.num_row_groups):
            table = read.read_row_group(group)
            mine = {row - first: masked[row] for row in masked if first <= row < first + len(table)}
            writer.write_table(_replaced(table, mine) if mine else table)
            first += len(table)
    return {"phi": {"rows": first, "masked": len(masked)}}


def with_items(text: bytes, spans: list[Span], items: list[Span], policy: str) -> list[Span]:
    """What is masked in `text` (UTF-8): its identifiers (`spans`), `items`, and whatever looks like an identifier once
    those are gone. Sorted, not overlapping; what overlaps an item is of its class, and the longest names the rule."""
    named = []
    for span in detector(policy, RULES).rules(text, [*spans, *items]):
        inside = [item for item in items if item.start < span.end and span.start < item.end]
        longest = max(inside, key=lambda item: (item.end - item.start, item.rule), default=span)
        named.append(span._replace(kind=longest.kind, rule=longest.rule))
    return named


def _replaced(table: pa.Table, masked: dict[int, list[Span]]) -> pa.Table:
    """`table` with the spans of some of its rows, and what is counted of them: all spans, bytes of identifiers."""
    rows = table.select(["phi_spans", "phi_count", "phi_chars"]).to_pylist()
    for row, spans in masked.items():
        rows[row] = {
            "phi_spans": [span._asdict() for span in spans],
            "phi_count": len(spans),
            "phi_chars": sum(span.end - span.start for span in spans if span.kind != EVALUATION_ITEM),
        }
    for name, kind in (("phi_spans", SPANS), ("phi_count", pa.int32()), ("phi_chars", pa.int32())):
        place = table.schema.get_field_index(name)
        column = pa.array([row[name] for row in rows], kind)
        table = table.set_column(place, table.schema.field(place), column)
    return table
