"""Released text screened for evaluation items again, by whoever has their files: an independent check of a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from manifests.contamination import ACTIONS, action_of
from manifests.snapshot import BROKEN, Snapshot, unreadable

Measure = Callable[[pa.RecordBatch], pa.RecordBatch]
"""What `filters.contamination.ContaminationAnnotator.measure` does."""

_REPORT = ACTIONS[0]
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one part of a set's items in the shards of one source."""

    set: str
    source: str
    part: str
    action: str
    """What the policy asks for where such a copy is found."""
    documents: int
    items: int
    spans: int
    doc_ids: tuple[str, ...]
    """The first of the documents, by id."""


def left_in(
    snapshot: Snapshot, measure: Measure, policy: Mapping[str, Mapping[str, str]], min_score: float
) -> list[Left]:
    """Copies in the shards, by set, source, part and action. A row group is held at a time.

    `policy` is by set and part; copies of a lower score than `min_score` are only counted.

    Raises:
        SnapshotError: a shard cannot be read.
    """
    asked = [(name, part, action) for name, actions in policy.items() for part, action in actions.items()]
    actions = pl.DataFrame(asked, schema={"set": pl.String, "part": pl.String, "asked": pl.String}, orient="row")
    found = [hits for hits in _hits(snapshot, measure) if len(hits)]
    if not found:
        return []
    keys = ["set", "source", "part", "action"]
    rows = (
        pl.concat(found)
        .join(actions, on=["set", "part"], how="left")
        .with_columns(action_of("asked", min_score).alias("action"))
        .group_by(keys)
        .agg(
            pl.col("doc_id").n_unique().alias("documents"),
            pl.col("item").n_unique().alias("items"),
            pl.len().alias("spans"),
            pl.col("doc_id").unique().sort().head(_NAMED).alias("doc_ids"),
        )
        .sort(keys)
    )
    return [Left(**{**row, "doc_ids": tuple(row["doc_ids"])}) for row in rows.to_dicts()]


def forbidden(left: list[Left]) -> list[Left]:
    """Those that a policy to drop, or to mask, should have left none of."""
    return [one for one in left if one.action != _REPORT]


def _hits(snapshot: Snapshot, measure: Measure) -> Iterator[pl.DataFrame]:
    for shard in snapshot.manifest.shards:
        try:
            with pq.ParquetFile(snapshot.folder / shard.path) as file:
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group, columns=["doc_id", "text"]).combine_chunks()
                    for batch in rows.to_batches():
                        measured = pl.DataFrame(measure(batch)).with_columns(
                            pl.Series("doc_id", batch.column("doc_id"))
                        )
                        hits = measured.explode("contamination").drop_nulls("contamination").unnest("contamination")
                        yield hits.with_columns(pl.lit(shard.source).alias("source"))
        except BROKEN as error:
            raise unreadable(shard.path, error) from None
