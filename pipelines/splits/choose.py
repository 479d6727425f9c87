"""Thresholds, and which documents are held out: by bundle and row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpus.digest import Json
from corpus.storage import WorkFolder
from pipelines.measure import ROWS
from pipelines.slices import write_sliced
from pipelines.splits.held import FIXED
from pipelines.splits.near import BESIDE, CLUSTERS, JOINED
from shards.place import VALIDATION, VALIDATION_TIME
from shards.splits import closest_threshold


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `choose`: row and split of every held-out document, by bundle. Holds what might be held out, no other.

    `params["homes"]` has for each source its `share`, or the `tokens` that it wants, and the `cap` of positions that
    were looked at. The summary's `short` names sources that would have more tokens with a higher cap.
    """
    product, names = work.product("chosen", params["chosen"]), pl.Series("source", params["sources"], pl.String)
    sets = _sets(work, params["near"], pl.read_parquet(product / CLUSTERS, glob=False))
    rows = pl.read_parquet(product / ROWS, glob=False).join(sets, on="cluster", how="left").sort("bundle", "row")
    rows = rows.with_columns(
        names.gather(rows["bundle"]),
        pl.col("late").all().over("set").alias("all_late"),
        pl.col("position").max().over("set").alias("highest"),
        pl.col("home").n_unique().over("set").alias("homes"),
    )
    free = rows.filter(~pl.col("all_late") & ~pl.col("beside") & (pl.col("homes") == 1))
    thresholds: dict[str, float] = {}
    short = []
    for name, asked in params["homes"].items():
        if asked["share"] is not None:
            thresholds[name] = asked["share"]
            continue
        own = pl.when(pl.col("source") == name).then("tokens").otherwise(0)
        # What is not wholly below the cap is similar to a document above it.
        sums = free.filter((pl.col("home") == name) & (pl.col("highest") < asked["cap"]))
        sums = sums.group_by("set").agg(pl.col("highest").first(), own.sum().alias("tokens")).sort("highest")
        positions, tokens = sums["highest"].to_numpy(), sums["tokens"].to_numpy().astype(np.int64)
        thresholds[name], held = closest_threshold(positions, tokens, asked["tokens"])
        if held < asked["tokens"] and held == tokens.sum() and asked["cap"] < 1:
            short.append(name)
    below = pl.col("position") < pl.col("home").replace_strict(thresholds, default=0.0, return_dtype=pl.Float64)
    wanted = pl.when("all_late").then(pl.lit(VALIDATION_TIME)).when(below.all().over("set")).then(pl.lit(VALIDATION))
    rows = rows.with_columns(pl.when(~pl.col("beside")).then(wanted).alias("split"))
    like_train = rows.filter(pl.col("split").is_null() & (pl.col("late") | below))
    fixed = _fixed(work, params["held"])
    held_out = pl.concat([rows.filter(pl.col("split").is_not_null()).select(_HELD), *fixed]).sort("bundle", "row")
    sums = held_out.with_columns(names.gather(held_out["bundle"])).group_by("source", "split").agg(pl.sum("tokens"))
    return {
        "choose": {
            "slices": write_sliced(held_out.select(_HELD[:3]), folders["choose"] / ROWS),
            "thresholds": thresholds,
            "short": short,
            "tokens": [list(row) for row in sums.sort("source", "split").iter_rows()],
            "like_train": len(like_train),
        }
    }


_HELD = ("bundle", "row", "split", "tokens")


def _fixed(work: WorkFolder, held: list[str]) -> list[pl.DataFrame]:
    """Documents whose split an earlier snapshot decides."""
    found = []
    for number, digest in enumerate(held):
        table = pl.read_parquet(work.product("held", digest) / FIXED, glob=False)
        if not table.is_empty():
            found.append(table.select(pl.lit(number, pl.Int32).alias("bundle"), *_HELD[1:]))
    return found


def _sets(work: WorkFolder, near: list[str], clusters: pl.DataFrame) -> pl.DataFrame:
    """By cluster, the set of clusters with similar documents that it belongs to; and whether one of the set is similar
    to a document that cannot be held out.
    """
    from dedup.clusters import components

    parent, beside = np.arange(len(clusters)), np.zeros(len(clusters), np.bool_)
    for digest in near:
        product = work.product("near", digest)
        components(parent, *np.load(product / JOINED))
        beside[np.load(product / BESIDE)] = True
    found = clusters.with_columns(pl.Series("set", parent), pl.Series("beside", beside, pl.Boolean))
    return found.select("cluster", "set", pl.col("beside").any().over("set"))
