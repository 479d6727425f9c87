"""What is boilerplate: sentences that recur in documents which otherwise say something of their own.

Recurring alone is not enough. Ten labels of one drug, or ten mirrors of one page, share every sentence, and all of them
are content. So a document testifies about its recurring sentences only if at least half of its text does not recur.
Documents of the same words are one witness.

Columns: `document` (what tells documents of different words apart), `hash` (of a sentence).
"""

from __future__ import annotations

import math

import polars as pl
import pyarrow as pa

from corpus.stage import attribute

MIN_OWN_SHARE = 0.5
"""Bytes of a document that must stand outside recurring sentences for it to testify."""

SCHEMA = pa.schema(
    [
        attribute("boilerplate_share", pa.float64(), "bytes of the text in sentences that the source repeats"),
        attribute("n_boilerplate_sentences", pa.int32(), "sentences that the source repeats", "sentences"),
    ]
)


def least(documents: int, min_documents: int, min_share: float) -> int:
    """In how many of a source's `documents` a sentence must recur to be boilerplate."""
    return max(min_documents, math.ceil(min_share * documents))


def recurring(sentences: pl.LazyFrame, documents: int) -> pl.LazyFrame:
    """Hashes that stand in at least so many different `documents`, and in how many: `hash`, `documents`."""
    return (
        sentences.unique(["document", "hash"])
        .group_by("hash")
        .agg(pl.len().cast(pl.Int64).alias("documents"))
        .filter(pl.col("documents") >= documents)
        .sort("hash")
    )


def shares(sentences: pl.DataFrame, n_bytes: pl.Series, hashes: pl.Series) -> pl.DataFrame:
    """By document (`row` of `n_bytes`), how much of it are sentences of these `hashes`: columns of `SCHEMA`.

    `sentences` has `row`, `hash`, `bytes`. An empty text has a share of 0.
    """
    found = (
        sentences.filter(pl.col("hash").is_in(hashes.implode()))
        .group_by("row")
        .agg(pl.col("bytes").sum().cast(pl.Int64), pl.len().cast(pl.Int32).alias("n_boilerplate_sentences"))
    )
    rows = pl.DataFrame({"row": pl.int_range(len(n_bytes), dtype=pl.UInt32, eager=True), "n_bytes": n_bytes})
    return (
        rows.join(found, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("bytes", "n_boilerplate_sentences").fill_null(0))
        .select(
            (pl.col("bytes") / pl.col("n_bytes").clip(lower_bound=1)).alias("boilerplate_share"),
            "n_boilerplate_sentences",
        )
    )
