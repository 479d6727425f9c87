"""What documents learn from other records of their works, and what that changes in the facts of a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from dedup.identity import Keys, Positions

WORST_FIRST = ("retracted", "concern", "corrected")
COLUMNS = ["bundle", "row", "retraction", "retraction_by", "licence_spdx", "licence_by"]
"""A row for each document of which other records say more than it does itself; null where they do not.
`..._by` is the doc_id of the record that says so; a licence taken from it is always a conflict."""


_STATE = ["doc_id", "retraction"]


def said_of_works(frame: pl.DataFrame, identifiers: tuple[tuple[Keys, Keys], Positions]) -> pl.DataFrame:
    """What documents learn of themselves from others (`COLUMNS`), sorted by bundle and row.

    Args:
        frame: `bundle`, `row`, `doc_id`, `retraction`, `notices`, `licence_spdx`, `licence_conflict`, `licence_stated`
            (bool: by the record itself), `exact_hi` and `exact_lo` (the key of its words).
        identifiers: theirs, as `dedup.identity.identity_keys` gives them.
    """
    from dedup.works import works, works_named

    keys, rows = identifiers
    frame = frame.with_columns(work=pl.Series(works(keys, rows, len(frame))))
    notices = (
        frame.select("doc_id", "notices")
        .explode("notices")
        .drop_nulls("notices")
        .unnest("notices")
        .rename({"state": "retraction"})
    )
    named = works_named(notices.select("kind", "identifier").rows(), keys, rows, frame["work"].to_numpy())
    notices = notices.select("doc_id", "retraction", work=pl.Series(named)).filter(pl.col("work") >= 0)
    words = ["exact_hi", "exact_lo"]
    worst = _worst([frame.select(*_STATE, "work"), notices], ["work"])
    told = (
        frame.select("bundle", "row", *_STATE, "work", "licence_spdx", "licence_stated", *words)
        .join(worst, on="work", how="left")
        .join(_strictest(frame), on="work", how="left")
    )
    worded = told.filter((pl.col("exact_hi") != 0) | (pl.col("exact_lo") != 0))
    learnt = worded.select(*words, doc_id="worst_by", retraction="worst").drop_nulls()
    of_words = _worst([worded.select(*_STATE, *words), learnt], words)
    told = told.join(of_words, on=words, how="left", suffix="_words")
    by_words = _severity("worst_words") > _severity("worst")
    told = told.with_columns(
        worst=pl.when(by_words).then("worst_words").otherwise("worst"),
        worst_by=pl.when(by_words).then("worst_by_words").otherwise("worst_by"),
    )
    worse = _severity("worst") > _severity("retraction")
    told = told.with_columns(denied=_denied(told))
    disputed = pl.col("denied") | (pl.col("licence_stated") & pl.col("disputed").fill_null(value=False))
    return (
        told.filter(worse | disputed)
        .select(
            "bundle",
            "row",
            pl.when(worse).then("worst").alias("retraction"),
            pl.when(worse).then("worst_by").alias("retraction_by"),
            pl.when(disputed).then("strictest").alias("licence_spdx"),
            pl.when(disputed).then("strictest_by").alias("licence_by"),
        )
        .sort("bundle", "row")
    )


def _severity(column: str) -> pl.Expr:
    """0 for `none` and null, the greater the worse."""
    scale = {state: len(WORST_FIRST) - place for place, state in enumerate(WORST_FIRST)}
    return pl.col(column).replace_strict(scale, default=0, return_dtype=pl.Int64)


def _worst(stated: list[pl.DataFrame], by: list[str]) -> pl.DataFrame:
    """By `by`, the worst state that any record or notice gives it, and the least doc_id that does."""
    columns = [*_STATE, *by]
    return (
        pl.concat([frame.select(columns) for frame in stated])
        .filter(pl.col("retraction") != "none")
        .with_columns(_severity("retraction").alias("severity"))
        .sort("severity", "doc_id", descending=[True, False])
        .group_by(by)
        .agg(pl.col("retraction").first().alias("worst"), pl.col("doc_id").first().alias("worst_by"))
    )


def _strictest(frame: pl.DataFrame) -> pl.DataFrame:
    """By work with statements of its licence: the strictest, the least doc_id that states it, and whether they
    conflict (`disputed`).
    """
    from filters.rights import UNKNOWN, strictest

    stated = frame.filter(pl.col("licence_stated") & (pl.col("licence_spdx") != UNKNOWN))
    of_work = stated.group_by("work").agg(
        pl.col("licence_spdx").unique().sort().alias("licences"), pl.col("licence_conflict").any(), pl.len()
    )
    # Works are many, sets of licences few.
    distinct = of_work["licences"].unique().to_list()
    answers = [(licences, *strictest(licences)) for licences in distinct]
    schema: dict[str, Any] = {"licences": pl.List(pl.String), "strictest": pl.String, "differ": pl.Boolean}
    chosen = of_work.join(pl.DataFrame(answers, schema=schema, orient="row"), on="licences").select(
        "work",
        "strictest",
        disputed=(pl.col("len") > 1) & (pl.col("differ") | pl.col("licence_conflict")),
    )
    by = stated.group_by("work", "licence_spdx").agg(pl.col("doc_id").min().alias("strictest_by"))
    return chosen.join(by, left_on=["work", "strictest"], right_on=["work", "licence_spdx"], how="left")


def _denied(told: pl.DataFrame) -> pl.Series:
    """Rows whose licence, given by the terms of their source, promises what the strictest statement denies."""
    from filters.rights import denies

    pairs = told.select("licence_spdx", "strictest").unique().drop_nulls()
    answers = [(terms, stated, denies(stated, terms)) for terms, stated in pairs.iter_rows()]
    schema = {"licence_spdx": pl.String, "strictest": pl.String, "denied": pl.Boolean}
    known = pl.DataFrame(answers, schema=schema, orient="row")
    joined = told.join(known, on=["licence_spdx", "strictest"], how="left", maintain_order="left")
    return joined["denied"].fill_null(value=False) & ~told["licence_stated"]


def with_works(facts: pl.DataFrame, learnt: list[list[Any]]) -> pl.DataFrame:
    """`facts` of a bundle, one row a document, with what other records say of it.

    Replaces `retraction`, `licence_spdx` and `licence_conflict` where there, and adds `retraction_by` and `licence_by`.
    `learnt` lists [row, retraction, retraction_by, licence_spdx, licence_by].
    """
    kinds = {
        "row": pl.UInt32,
        "worse": pl.String,
        "retraction_by": pl.String,
        "strict": pl.String,
        "licence_by": pl.String,
    }
    told = pl.DataFrame(learnt, schema=kinds, orient="row")
    joined = facts.with_row_index("row").join(told, on="row", how="left", maintain_order="left")
    changes = []
    if "retraction" in facts.columns:
        changes.append(pl.coalesce("worse", "retraction").alias("retraction"))
    if "licence_spdx" in facts.columns:
        changes += [
            pl.coalesce("strict", "licence_spdx").alias("licence_spdx"),
            (pl.col("licence_conflict") | pl.col("strict").is_not_null()).alias("licence_conflict"),
        ]
    return joined.with_columns(changes).drop("row", "worse", "strict")
