"""What was found of evaluation sets in one bundle, and what their policies make of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.merging import GROUP_ROWS
from corpus.storage import WorkFolder
from corpus.tables import write_frame
from manifests.contamination import ACTIONS, HITS, ORDER, action_of, outcome_of, reason_of
from pipelines.measure import ROWS

HITS_FILE = "hits.parquet"

_, _MASK, _DROP = ACTIONS
_MEASURED = ("set", "item", "part", "start", "end", "score", "matched", "of")


def read_hits(work: WorkFolder, digest: str, policy: Mapping[str, Any]) -> pl.DataFrame:
    """What the sidecar of a bundle holds: `row`, the fields of `filters.contamination.annotator.HIT`, and `action`.

    `policy` is `pipelines.evaluations.Evaluations.policy`. Sorted by row, then place.
    """
    path = work.product("contamination", digest) / ROWS
    found = pl.scan_parquet(path, glob=False).select("contamination").with_row_index("row")
    hits = found.explode("contamination").drop_nulls("contamination").unnest("contamination").collect()
    stated = [(name, part, action) for name, actions in policy["actions"].items() for part, action in actions.items()]
    actions = pl.DataFrame(stated, schema={"set": pl.String, "part": pl.String, "asked": pl.String}, orient="row")
    action = action_of("asked", policy["min_score"]).alias("action")
    return (
        hits.with_columns(pl.col("row").cast(pl.Int64))
        .join(actions, on=["set", "part"], how="left", maintain_order="left")
        .select("row", *_MEASURED, action)
        .sort("row", "start", "end", "set", "item", "part")
    )


class Objected:
    """What policies say of the documents of a bundle, one by one: `object` takes it."""

    def __init__(
        self, hits: pl.DataFrame | None, sizes: npt.NDArray[np.int64], policy: Mapping[str, Any] | None
    ) -> None:
        """`hits` as `read_hits` gives them, None if nobody looked; `sizes` are UTF-8 bytes of each text."""
        self.threshold = float(policy["min_score"]) if policy else 0.0
        self.most = float(policy["max_masked_share"]) if policy else 1.0
        self.rows = np.zeros(0, np.int64)
        """Documents to drop, with `reasons`, `scores` and all `rules` that say so."""
        self.reasons = np.zeros(0, np.object_)
        self.scores = np.zeros(0)
        self.rules: list[list[str]] = []
        self.masked = np.zeros(len(sizes), np.bool_)
        """Documents in which something is to be masked."""
        share = np.zeros(len(sizes))
        if hits is not None:
            self._drops(hits)
            covered = masked_bytes_by_row(hits)
            self.masked[[*covered]] = True
            share[[*covered]] = [*covered.values()]
        share /= np.maximum(sizes, 1)
        self.mostly = share > self.most
        """Documents of which too much is, with its `share`."""
        self.share = share[self.mostly]

    def _drops(self, hits: pl.DataFrame) -> None:
        gone = hits.filter(pl.col("action") == _DROP)
        # What a document is dropped for is the best copy in it; all others are told beside it.
        best = gone.sort("score", "set", "part", descending=[True, False, False]).group_by("row").first()
        reasons = gone.group_by("row").agg(reason_of().unique().sort().alias("reasons"))
        dropped = best.with_columns(reason_of().alias("reason")).join(reasons, on="row").sort("row")
        self.rows = dropped["row"].to_numpy()
        self.reasons = dropped["reason"].to_numpy().astype(object)
        self.scores = dropped["score"].cast(pl.Float64).round(6).to_numpy()
        self.rules = [
            [first, *(one for one in others if one != first)]
            for first, others in dropped.select("reason", "reasons").iter_rows()
        ]


def masked_bytes_by_row(hits: pl.DataFrame) -> dict[int, int]:
    """By row, how many bytes of its text are in copies that are to be masked."""
    covered: dict[int, int] = {}
    reached: dict[int, int] = {}
    mine = hits.filter(pl.col("action") == _MASK).sort("row", "start", "end")
    for row, start, end in mine.select("row", "start", "end").iter_rows():
        begin = max(start, reached.get(row, 0))
        covered[row] = covered.get(row, 0) + max(0, end - begin)
        reached[row] = max(end, reached.get(row, 0))
    return covered


def write_hits(hits: pl.DataFrame, audit: pl.DataFrame, path: Path) -> None:
    """Write the table of a bundle (`manifests.contamination.HITS`): what became of each copy, in its order.

    `audit` has a row a record, with `row`, its verdict and stage, `source`, `doc_id`, `raw_file` and `record`.
    """
    names = ("row", "source", "doc_id", "raw_file", "record", "verdict", "stage")
    records = audit.select(pl.col("row").cast(pl.Int64), *names[1:])
    table = hits.join(records, on="row", how="left", maintain_order="left").with_columns(outcome_of().alias("outcome"))
    ordered = table.select(*HITS).cast(dict(HITS)).sort(ORDER)  # type: ignore[arg-type]
    write_frame(ordered, path, row_group_rows=GROUP_ROWS)
