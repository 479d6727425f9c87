"""Choose documents of a snapshot to read: by source, reason, type and signal, in an order that does not change."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from corpus.errors import RecipeError
from corpus.verdict import Verdict
from manifests.snapshot import Snapshot

_CONDITION = re.compile(r"(\w+)\s*(<=|>=|<|>|=)\s*(\S+)")
_STRATUM = ["source", "verdict", "stage", "reason"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which documents; None is no condition."""

    source: str | None = None
    reason: str | None = None
    """The deciding reason, or any rule that failed."""
    kept: bool | None = None
    doc_type: str | None = None
    where: tuple[str, ...] = ()
    """Conditions on signals: `unique_word_share<0.4`."""
    by: str | None = None
    """Signal to sort by, ascending; `-signal` for descending."""


def choose(snapshot: Snapshot, choice: Choice) -> pl.DataFrame:
    """Rows of the record tables, those to be read only: kept documents, and the samples of all others.

    By reason in turns (the first of each, the second of each, ...), unless a signal to sort by is given.

    Raises:
        RecipeError: nothing is like that; or no such source, signal or condition.
    """
    names = [source.name for source in snapshot.manifest.sources]
    if choice.source is not None and choice.source not in names:
        raise RecipeError(f"no source {choice.source!r}; there are {', '.join(names)}")
    samples = snapshot.samples().select("doc_id", "excerpt").unique("doc_id", keep="first", maintain_order=True)
    rows = snapshot.audit(choice.source)
    columns = rows.collect_schema().names()
    readable = pl.col("verdict") == Verdict.KEEP.value
    rows = rows.join(samples.lazy(), on="doc_id", how="left").filter(readable | pl.col("excerpt").is_not_null())
    for condition in _conditions(choice, columns):
        rows = rows.filter(condition)
    found = rows.collect()
    if not len(found):
        reasons = sorted(set(snapshot.samples()["reason"]))
        raise RecipeError(f"no document to read is like that; reasons here: {', '.join(reasons)}")
    if choice.by is not None:
        signal = _known(choice.by.removeprefix("-"), columns)
        return found.sort(signal, "doc_id", descending=[choice.by.startswith("-"), False], nulls_last=True)
    turn = pl.col("doc_id").hash(seed=0).rank("ordinal").over(_STRATUM).alias("_turn")
    return found.with_columns(turn).sort("_turn", *_STRATUM).drop("_turn")


def _conditions(choice: Choice, columns: list[str]) -> list[pl.Expr]:
    found = []
    if choice.reason is not None:
        failed = pl.col("rules_failed").list.contains(choice.reason).fill_null(value=False)
        found.append((pl.col("reason") == choice.reason) | failed)
    if choice.kept is not None:
        found.append((pl.col("verdict") == Verdict.KEEP.value) == choice.kept)
    if choice.doc_type is not None:
        found.append(pl.col("doc_type") == choice.doc_type)
    for stated in choice.where:
        parts = _CONDITION.fullmatch(stated.strip())
        if parts is None:
            raise RecipeError(f"a condition is signal<number, <=, >, >= or =, not {stated!r}")
        name, sign, value = parts.groups()
        found.append(_compared(pl.col(_known(name, columns)), sign, value))
    return found


def _compared(column: pl.Expr, sign: str, value: str) -> pl.Expr:
    try:
        number = float(value)
    except ValueError:
        if sign != "=":
            raise RecipeError(f"{value!r} is not a number, so nothing is {sign} it") from None
        return column == value
    return {
        "<": column < number,
        "<=": column <= number,
        ">": column > number,
        ">=": column >= number,
        "=": column == number,
    }[sign]


def _known(name: str, columns: list[str]) -> str:
    own = {"n_words": "words", "n_bytes": "bytes", "n_tokens": "tokens"}.get(name, name)
    if own not in columns:
        raise RecipeError(f"no signal {name!r}; there are {', '.join(sorted(columns))}")
    return own
