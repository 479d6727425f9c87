"""Which documents are shown to reviewers: some of each stratum by lot, and those nearest to a bound, on both its sides.

A stratum is what one source lost (or kept) at one stage for one reason. In it, `SAMPLES_PER_REASON` documents are drawn
by a hash of their id; the others shown are no lot, and say nothing of the rest:

    dropped  those that broke their bound by least
    kept     those that met a bound by least (`borders` names the rule), within a tenth of it

Samples of a union are among the samples of its parts, so that every bundle draws for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from corpus.verdict import Stage, Verdict
from filters.rules import Rule
from manifests.takedowns import BLOCKED
from shards.place import uniform

SAMPLES_PER_REASON = 50
NEAREST_PER_REASON = 10
"""Samples chosen not by lot, but because a little more or less of the measured value would have kept them."""
NARROWEST_PER_RULE = 5
"""Kept documents of a source and a rule that are shown because a little more or less would have dropped them ..."""
NARROW = 0.1
"""... which are those whose value is within this share of the bound."""

STRATUM = ("verdict", "stage", "reason")
_SHOWN = ("source", "doc_id", "doc_type", "phi_policy", *STRATUM, "words", "tokens")
_EVIDENCE = ("score", "threshold", "survivor", "similarity", "rules_failed")


def choose(audit: pl.DataFrame, params: Mapping[str, Any]) -> pl.DataFrame:
    """The samples of one bundle, by `row`: `draw`, what is shown of them, and `borders` (null but for narrow passes).

    `audit` has a row a record; `params` the `seed`, the number of `samples` a stratum, the `rules` by document type
    and `min_score` of languages.
    """
    drawn = pl.Series("draw", [uniform(d, salt=f"sample/{params['seed']}") for d in audit["doc_id"]], pl.Float64)
    rows = audit.with_columns(drawn, pl.lit(None, pl.String).alias("borders"))
    chosen = [rows.filter(sampled(("source", *STRATUM), params["samples"])), *_narrow(rows, params)]
    names = ("row", "draw", *_SHOWN, *_EVIDENCE, "borders")
    return pl.concat([part.select(names) for part in chosen]).sort("row", "borders", maintain_order=True)


def united(drawn: pl.DataFrame) -> pl.DataFrame:
    """Of the samples of all bundles those of their sources, each stratum in the order in which it is to be read.

    `turn` counts the documents drawn by lot, from 1; it is null where the document is shown for its nearness alone.
    """
    stratum = ("source", *STRATUM)
    narrow = pl.col("borders").is_not_null()
    lots = drawn.filter(~narrow).filter(sampled(stratum, SAMPLES_PER_REASON))
    turn = pl.col("draw").rank("ordinal").over(stratum)
    lots = lots.with_columns(pl.when(turn <= SAMPLES_PER_REASON).then(turn).cast(pl.Int64).alias("turn"))
    near = drawn.filter(narrow).filter(_narrowest(("source", "borders")))
    near = near.with_columns(pl.lit(None, pl.Int64).alias("turn"))
    return pl.concat([lots, near]).sort(
        [*stratum, "borders", "turn", "draw"], nulls_last=[False] * 5 + [True, False], maintain_order=True
    )


def sampled(stratum: Sequence[str], per_reason: int) -> pl.Expr:
    """Which rows of a stratum are samples: those of the smallest `draw`, and those nearest to the bound they broke."""
    distance = _distance()
    nearest = pl.struct(distance, "draw").rank("ordinal").over([*stratum, distance.is_null()]) <= NEAREST_PER_REASON
    return (pl.col("draw").rank("ordinal").over(stratum) <= per_reason) | (nearest & distance.is_not_null())


def _narrow(rows: pl.DataFrame, params: Mapping[str, Any]) -> Iterator[pl.DataFrame]:
    """Kept documents that met a bound by little: `score` is what was measured, `threshold` the bound."""
    kept = rows.filter(pl.col("verdict") == Verdict.KEEP.value)
    for (doc_type,), part in kept.partition_by("doc_type", as_dict=True).items():
        stated = params["rules"].get(doc_type, params["rules"]["*"])
        for rule in [_sure(params["min_score"]), *map(Rule.model_validate, stated)]:
            concerned = pl.lit(value=rule.doc_types is None or doc_type in rule.doc_types)
            if rule.languages is not None:
                concerned &= pl.col("language").is_in(rule.languages)
            if rule.except_languages is not None:
                concerned &= ~pl.col("language").is_in(rule.except_languages)
            signal = {"n_words": "words", "n_bytes": "bytes"}.get(rule.signal, rule.signal)
            for bound in (rule.min, rule.max):
                if bound is not None:
                    value = pl.col(signal).cast(pl.Float64)
                    evidence = (value.alias("score"), pl.lit(bound, pl.Float64).alias("threshold"))
                    near = part.with_columns(*evidence, pl.lit(rule.name).alias("borders"))
                    near = near.filter(concerned & (_distance() <= abs(bound) * NARROW))
                    yield near.filter(_narrowest(("source", "borders")))


def _sure(least: float) -> Rule:
    """The bound on how sure the language is, as a rule like any other; its name is its reason in the ledger."""
    return Rule(name="language_uncertain", signal="language_score", min=least, cite="the recipe")


def _narrowest(stratum: Sequence[str]) -> pl.Expr:
    # A rule has one bound or two, and document types have bounds of their own: what compares is the share of the bound.
    share = pl.when(pl.col("threshold") == 0).then(0.0).otherwise(_distance() / pl.col("threshold").abs())
    return pl.struct(share, "draw").rank("ordinal").over(stratum) <= NARROWEST_PER_RULE


def _distance() -> pl.Expr:
    return (pl.col("score") - pl.col("threshold")).abs()


def hidden() -> pl.Expr:
    """Samples whose text a licence, or its source, forbids to show."""
    stages = [Stage.LICENCE.value, Stage.VERSION.value, Stage.READ.value, Stage.USE.value]
    return (
        pl.col("stage").is_in(stages)
        | pl.col("rules_failed").list.eval(pl.element().str.starts_with("licence_")).list.any()
        | pl.col("rules_failed").list.contains("phi_failed")
        | pl.col("rules_failed").list.contains(BLOCKED)
    )
