"""Which rows of a source are outdated: older versions of an id, and documents the source has withdrawn.

Global over a source, partitioned by document id: each unit looks at ids only, never at text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from corpus.digest import Json
from corpus.storage import WorkFolder
from pipelines.measure import DELETED, ROWS

_ORDER = ["version", "has_text", "raw_file", "record"]
"""Newest last; of equal versions, one with text. Files are told apart by name, as MEDLINE numbers them."""


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `versions` of one partition: (bundle, row, reason, survivor) of every outdated row."""
    products = [work.product("documents", digest) for digest in params["documents"]]
    rows = pl.concat(
        pl.scan_parquet(product / ROWS, glob=False)
        .select("doc_id", "version", pl.col("no_text").is_null().alias("has_text"), "raw_file", "record")
        .with_row_index("row")
        .with_columns(pl.lit(number, pl.Int64).alias("bundle"))
        for number, product in enumerate(products)
    )
    withdrawn = pl.concat(pl.scan_parquet(product / DELETED, glob=False) for product in products)
    part, parts = params["partition"], params["partitions"]
    if parts > 1:
        rows = rows.filter(pl.col("doc_id").hash(0) % parts == part)
    outdated = find_outdated(rows, withdrawn).collect(engine="streaming")
    outdated.sort("bundle", "row").write_parquet(folders["versions"] / ROWS)
    return {"versions": {"rows": len(outdated)}}


def find_outdated(rows: pl.LazyFrame, withdrawn: pl.LazyFrame) -> pl.LazyFrame:
    """Outdated rows with reason and survivor.

    `rows` has doc_id, version, has_text, raw_file, record, bundle, row; `withdrawn` has doc_id, version. A withdrawal
    takes every version up to its own. Of what repeats an id, only the newest is not outdated.
    """
    last = withdrawn.group_by("doc_id").agg(pl.col("version").max().alias("withdrawn"))
    marked = rows.join(last, on="doc_id", how="left").with_columns(
        (pl.col("version") <= pl.col("withdrawn")).fill_null(value=False).alias("gone"),
    )
    place = pl.struct(_ORDER)
    return (
        marked.filter(pl.col("gone") | (pl.len().over("doc_id") > 1))
        .with_columns((place == place.sort_by(_ORDER).last().over("doc_id")).alias("newest"))
        .filter(pl.col("gone") | ~pl.col("newest"))
        .select(
            "bundle",
            "row",
            pl.when("gone").then(pl.lit("deleted_by_source")).otherwise(pl.lit("repeated_version")).alias("reason"),
            pl.when(~pl.col("gone")).then("doc_id").alias("survivor"),
        )
    )
