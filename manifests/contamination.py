"""What a manifest states of evaluation sets: what was looked for, what was found where, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import polars as pl
from pydantic import Field, JsonValue

from corpus.verdict import Stage, Verdict
from manifests.strict import Strict

ACTIONS: Final = ("report", "mask", "drop")
"""What a policy may ask for."""
OUTCOMES: Final = ("released", "masked", "dropped", "elsewhere")
"""What became of a copy: it is in the shards; its words are masked there; its document was dropped for an item; its
document is not released for another reason."""
MOSTLY_ITEMS: Final = "mostly_items"
"""Reason of documents of which masking would leave too little."""

HITS: Final[dict[str, type[pl.DataType]]] = {
    "source": pl.String,
    "doc_id": pl.String,
    "raw_file": pl.String,
    "record": pl.Int64,
    "set": pl.String,
    "item": pl.String,
    "part": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "score": pl.Float32,
    "matched": pl.Int32,
    "of": pl.Int32,
    "action": pl.String,
    "outcome": pl.String,
}
"""Columns of the table of copies: the record, the item, UTF-8 bytes `[start, end)` of the text as read, the share of
the part's information that is there, words that agree, of how many; what the policy asks for, and what became of it."""

RECORD: Final = ("source", "doc_id", "raw_file", "record")
"""Columns that name the record of a copy."""
ORDER: Final = (*RECORD, "start", "end", "set", "item", "part")
"""What the table is sorted by. No two rows have all of it in common."""


class EvaluationFile(Strict):
    """One file of a set."""

    name: str
    sha256: str
    bytes: int


class Found(Strict):
    """What was found of one part of a set's items in the records of one source."""

    source: str
    part: str
    documents: int
    """Records with a copy."""
    items: int
    """Items of which there is a copy."""
    spans: int
    """Copies: two items that share a text make two of one place."""
    released: int
    """Of `documents`, those in the shards, masked ones among them."""
    masked: int
    """... those in the shards in which copies are masked."""
    dropped: int
    """... those dropped for an item of this set or another one."""


class EvaluationSet(Strict):
    """One set, and what was found of it."""

    name: str
    title: str
    homepage: str | None
    licence: str | None
    format: str
    fields: dict[str, str]
    files: tuple[EvaluationFile, ...]
    items: int
    refused: dict[str, int]
    """By reason, records of its files that are no item."""
    policy: dict[str, Literal["mask", "drop"]]
    """By part; all others are counted."""
    found: tuple[Found, ...]
    """By source, then part."""


class MaskedItems(Strict):
    """Places in the shards of a source where `[EVALUATION_ITEM]` stands for words of items."""

    source: str
    spans: int
    """Copies that overlap are one."""
    documents: int


class Contamination(Strict):
    """What the corpus was screened for. `contamination/hits.parquet` lists every copy; it has no text."""

    index_sha256: str
    index_bytes: int
    items: int
    """In the index."""
    config: dict[str, JsonValue]
    """Parameters of the matching (`filters.contamination.ContaminationConfig`)."""
    version: int
    """Of the matching."""
    min_score: float
    max_masked_share: float
    screened: tuple[str, ...]
    """Sources whose records were screened: all but those to evaluate with."""
    sets: tuple[EvaluationSet, ...]
    masked: tuple[MaskedItems, ...] = Field(())


LEAKS: Final = ("question", "question_answer", "item")
"""Parts that give an item away. A passage or an answer alone does not: PubMedQA's passages are abstracts that anyone
may read, and answers are sentences and names."""


def actions(policy: str | Mapping[Any, str]) -> dict[str, str]:
    """By part, what a policy makes of it where it is found; parts that are only counted are not among them.

    One word speaks of `LEAKS`; else each part has its own, and others are counted.
    """
    stated = dict.fromkeys(LEAKS, policy) if isinstance(policy, str) else policy
    return {part: action for part, action in sorted(stated.items()) if action != ACTIONS[0]}


def reason_of() -> pl.Expr:
    """The reason for which a copy's document is dropped: `SET:PART`."""
    return pl.format("{}:{}", "set", "part")


def action_of(asked: str, min_score: float) -> pl.Expr:
    """What is asked for of a copy; column `asked` has what the policy says of its part (null: nothing)."""
    counts = pl.col("score").cast(pl.Float64).round(6) >= min_score
    return pl.when(counts).then(asked).otherwise(None).fill_null(ACTIONS[0])


def outcome_of() -> pl.Expr:
    """What became of a copy, from its `action`, and `verdict` and `stage` of its record."""
    released, masked, dropped, elsewhere = (pl.lit(one) for one in OUTCOMES)
    kept = pl.col("verdict") == Verdict.KEEP.value
    return (
        pl.when(kept & (pl.col("action") == "mask"))
        .then(masked)
        .when(kept)
        .then(released)
        .when(pl.col("stage") == Stage.CONTAMINATION.value)
        .then(dropped)
        .otherwise(elsewhere)
    )


def found_of(hits: Iterable[pl.DataFrame]) -> dict[str, tuple[Found, ...]]:
    """By set, what a table of copies amounts to: frames of `HITS` in their `ORDER`, one after the other.

    A frame is held, and of all others the items met.
    """
    place = ["set", "source", "part"]
    counts, items = pl.DataFrame(), pl.DataFrame()
    for frame in _whole_records(hits):
        by_place = frame.group_by(place)
        counts = pl.concat([counts, by_place.agg(_counts())], how="diagonal").group_by(place).agg(pl.all().sum())
        items = pl.concat([items, frame.select(*place, "item")], how="diagonal").unique()
    if counts.is_empty():
        return {}
    different = items.group_by(place).agg(pl.len().cast(pl.Int64).alias("items"))
    sets: dict[str, list[Found]] = {}
    for row in counts.join(different, on=place).sort(place).to_dicts():
        sets.setdefault(row.pop("set"), []).append(Found(**row))
    return {name: tuple(found) for name, found in sets.items()}


def _counts() -> list[pl.Expr]:
    """What adds up over frames of whole records."""
    record = pl.struct(*RECORD)
    released, masked, dropped, _ = OUTCOMES
    several = {"released": (released, masked), "masked": (masked,), "dropped": (dropped,)}
    return [
        record.n_unique().cast(pl.Int64).alias("documents"),
        pl.len().cast(pl.Int64).alias("spans"),
        *(
            record.filter(pl.col("outcome").is_in(of)).n_unique().cast(pl.Int64).alias(name)
            for name, of in several.items()
        ),
    ]


def _whole_records(hits: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows; those of a record are in one frame."""
    held = pl.DataFrame()
    for frame in hits:
        rows = pl.concat([held, frame], how="diagonal")
        last = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).last()) for name in RECORD)
        held = rows.filter(last)
        if len(held) < len(rows):
            yield rows.filter(~last)
    if len(held):
        yield held


def in_order(hits: Iterable[pl.DataFrame]) -> bool:
    """Whether a table of copies, one frame after the other, is in its `ORDER`."""
    last = pl.DataFrame()
    for frame in hits:
        rows = pl.concat([last, frame.select(ORDER)], how="diagonal")
        if not rows.equals(rows.sort(ORDER)):
            return False
        last = rows.tail(1)
    return True
