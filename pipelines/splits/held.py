"""What might be held out of a bundle, and what stands in which group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.verdict import Verdict
from pipelines.deduplicate.survivors import GROUP
from pipelines.deduplicate.texts import masked_texts
from pipelines.measure import ROWS
from pipelines.places import Positions
from pipelines.slices import read_slice
from shards.place import TRAIN, position

FIXED = "fixed.parquet"
"""Held-out documents that an earlier snapshot's split decides: row, split, tokens."""
HASHES, STARTS = "hashes.bin", "starts.npy"
"""Shingle sets of the rows of `ROWS`, one after the other."""
_FIXED = ("row", "split", "tokens")
_SINGLE: dict[str, Any] = dict.fromkeys(GROUP, pl.String) | {"row": pl.UInt32}


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `held` of one bundle: kept documents below the `caps` of their homes, and those published after `after`.

    Columns of `ROWS`: row, cluster, home, position, late (published after, as is all of its group), tokens.
    """
    folder = folders["held"]
    rows = kept_rows(params, work)
    forced = rows.filter(pl.col("split").is_not_null() & (pl.col("split") != TRAIN))
    forced.select(_FIXED).write_parquet(folder / FIXED)
    free = rows.filter(pl.col("split").is_null())
    late = pl.lit(value=False)
    own = pl.lit(value=False)
    if params["after"] is not None:
        # Of a date that is a year or a month, its beginning counts: `2021` comes before `2021-06`, as strings do.
        late = pl.col("first") >= params["after"]
        own = pl.col("published").fill_null("") >= params["after"]
    spots = pl.Series("position", [position(one, seed=params["seed"]) for one in free["cluster"]], pl.Float64)
    cap = pl.col("home").replace_strict(params["caps"], default=0.0, return_dtype=pl.Float64)
    free = free.with_columns(spots, late.alias("late"))
    chosen = free.filter(pl.col("late") | (pl.col("position") < cap))
    chosen.select("row", "cluster", "home", "position", "late", "tokens").write_parquet(folder / ROWS)
    _write_sets(folder, chosen["row"].to_numpy().astype(np.int64), params, work)
    late_in_group = free.filter(own & ~pl.col("late"))
    return {"held": {"documents": len(chosen), "late_in_group": len(late_in_group)}}


def kept_rows(params: dict[str, Any], work: WorkFolder) -> pl.DataFrame:
    """The documents of a bundle that survive: row, tokens (as read), published, cluster, home, first, split.

    `first` is when the earliest of the group was published ("": not known of all), `split` the one that an earlier
    snapshot decides.
    """
    digests = params["digests"]
    verdicts = pl.read_parquet(
        work.product("verdicts", digests["verdicts"]) / ROWS, columns=["verdict", "tokens"], glob=False
    ).with_row_index("row")
    facts = pl.read_parquet(
        work.product("documents", digests["documents"]) / ROWS, columns=["doc_id", "published"], glob=False
    )
    # Verdicts on records that could not be read come after those on documents.
    rows = pl.concat([verdicts.head(len(facts)), facts], how="horizontal").filter(
        pl.col("verdict") == Verdict.KEEP.value
    )
    merged = read_slice(work, params["merges"])
    if merged is not None:
        rows = rows.join(merged.select(pl.col("row").cast(pl.UInt32)), on="row", how="anti", maintain_order="left")
    groups = read_slice(work, params["clusters"])
    groups = pl.DataFrame(schema=_SINGLE) if groups is None else groups.cast({"row": pl.UInt32})
    own = pl.col("cluster").is_null()
    return (
        rows.join(groups.rename({"published": "first"}), on="row", how="left", maintain_order="left")
        .with_columns(
            pl.when(own).then(pl.lit(params["source"])).otherwise("home").alias("home"),
            pl.when(own).then(pl.col("published").fill_null("")).otherwise("first").alias("first"),
        )
        .with_columns(pl.coalesce("cluster", "doc_id").alias("cluster"))
        .select("row", "tokens", "published", "cluster", "home", "first", "split")
    )


def _write_sets(folder: Path, rows: Positions, params: dict[str, Any], work: WorkFolder) -> None:
    from dedup.shingles import shingle_sets

    sizes = [np.zeros(1, np.int64)]
    with (folder / HASHES).open("wb") as out:
        for _, text in masked_texts(work, params["digests"], rows):
            hashes, starts = shingle_sets(text, np.arange(len(text)), params["shingle_words"])
            hashes.tofile(out)
            sizes.append(np.diff(starts))
    np.save(folder / STARTS, np.cumsum(np.concatenate(sizes)))
