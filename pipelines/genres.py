"""Kinds of publication: what the record states, and else what a classifier is sure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl


def with_genres(
    facts: pl.DataFrame, scores: Mapping[str, pl.Series], genres: Sequence[Mapping[str, Any]]
) -> pl.DataFrame:
    """`facts` with `genre` and `genre_evidence` filled in where the record states none.

    `scores` holds a column a classifier, same rows; `genres` the recipe's entries, each with `model`, the sha256 of
    its classifier. The highest score that reaches its bound gives the genre, the first 16 hex of `model` its evidence.
    """
    if not genres:
        return facts
    best, kind, evidence = pl.lit(-1.0), pl.lit(None, pl.String), pl.lit(None, pl.String)
    frame = facts.with_columns(**{f"_{one['classifier']}": scores[one["classifier"]] for one in genres})
    for one in genres:
        score = pl.col(f"_{one['classifier']}").cast(pl.Float64)
        better = (score >= one["min_score"]) & (score > best)
        kind = pl.when(better).then(pl.lit(one["genre"])).otherwise(kind)
        evidence = pl.when(better).then(pl.lit(f"classifier:{one['model'][:16]}")).otherwise(evidence)
        best = pl.when(better).then(score).otherwise(best)
    stated = pl.col("genre").is_not_null()
    return frame.with_columns(
        pl.when(stated).then("genre").otherwise(kind).alias("genre"),
        pl.when(stated).then("genre_evidence").otherwise(evidence).alias("genre_evidence"),
    ).select(facts.columns)
