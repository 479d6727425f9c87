"""Which documents have another outcome in another snapshot, and which have another text.

A document is what has one `doc_id`. Of several records with one id the furthest counts: kept before merged, merged
before dropped, dropped before failed. What has no id (records that could not be read) is in the ledger alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from manifests import layout
from manifests.snapshot import BROKEN, Snapshot, unreadable
from manifests.strict import Strict
from shards.place import uniform

KEPT = "kept"
ABSENT = "absent"
"""Outcomes of a document that is released, and of one that a snapshot does not know. Others are `stage: reason`."""

EXCERPT = 600
"""Characters shown of an example."""
_DRAWN = 200_000
"""Documents of a move among which examples are drawn, the first by id."""


class Example(Strict):
    """One document that moved; `excerpt` is masked, None where neither snapshot shows its text."""

    doc_id: str
    excerpt: str | None
    score: float | None
    """What was measured of it where it goes out, in the snapshot that drops or merges it."""
    threshold: float | None


class Move(Strict):
    """Documents of a source with one outcome before and another after."""

    source: str
    before: str
    after: str
    documents: int
    tokens: int
    """Of their text as read: of the later snapshot where it knows them, else of the earlier one."""
    examples: tuple[Example, ...]


class Rewritten(Strict):
    """Documents of a source that both snapshots release, with other text."""

    source: str
    documents: int
    tokens: tuple[int, int]
    """Released, before and after."""
    examples: tuple[str, ...]
    """Ids."""


@dataclass(frozen=True, slots=True)
class Moves:
    """All that moved."""

    moves: tuple[Move, ...]
    rewritten: tuple[Rewritten, ...]


@dataclass(slots=True)
class _Cell:
    documents: int
    tokens: int
    drawn: list[tuple[float, str]]
    """The examples so far, by their draw."""


def find_moves(before: Snapshot, after: Snapshot, *, examples: int, part_rows: int) -> Moves:
    """Compare documents of all sources, about `part_rows` records at a time."""
    moves: list[Move] = []
    rewritten: list[Rewritten] = []
    try:
        names = dict.fromkeys(source.name for one in (after, before) for source in one.manifest.sources)
        for source in names:
            records = sum(
                file.rows
                for one in (before, after)
                for file in one.manifest.files
                if file.path.startswith(f"{layout.AUDIT}/{source}/")
            )
            parts = max(1, math.ceil(records / part_rows))
            moves += _moves(before, after, source, parts, examples)
            rewritten += _rewritten(before, after, source, parts, examples)
    except BROKEN as error:
        raise unreadable("a table of one of the snapshots", error) from None
    moves.sort(key=lambda move: (-move.documents, move.source, move.before, move.after))
    return Moves(tuple(moves), tuple(rewritten))


def _moves(before: Snapshot, after: Snapshot, source: str, parts: int, examples: int) -> list[Move]:
    cells: dict[tuple[str, str], _Cell] = {}
    for part in range(parts):
        both = (
            _outcomes(before, source, part, parts)
            .join(_outcomes(after, source, part, parts), on="doc_id", how="full", suffix="_after", coalesce=True)
            .with_columns(
                pl.col("outcome", "outcome_after").fill_null(ABSENT),
                tokens=pl.coalesce("tokens_after", "tokens").fill_null(0),
            )
            .filter(pl.col("outcome") != pl.col("outcome_after"))
            .select("doc_id", "outcome", "outcome_after", "tokens")
            .sort("doc_id")
        )
        for (one, other), moved in both.group_by("outcome", "outcome_after", maintain_order=True):
            cell = cells.setdefault((str(one), str(other)), _Cell(0, 0, []))
            cell.documents += len(moved)
            cell.tokens += int(moved["tokens"].sum())
            cell.drawn = _draw(cell.drawn, moved["doc_id"].head(_DRAWN), examples)
    known = _examples(before, after, source, [doc_id for cell in cells.values() for _, doc_id in cell.drawn])
    return [
        Move(
            source=source,
            before=one,
            after=other,
            documents=cell.documents,
            tokens=cell.tokens,
            examples=tuple(known[doc_id] for _, doc_id in cell.drawn),
        )
        for (one, other), cell in cells.items()
    ]


def _outcomes(snapshot: Snapshot, source: str, part: int, parts: int) -> pl.DataFrame:
    """doc_id, outcome and tokens of the documents of one part."""
    files = snapshot.audit_files(source)
    if not files:
        return pl.DataFrame(schema={"doc_id": pl.String, "outcome": pl.String, "tokens": pl.Int64})
    outcome = pl.when(pl.col("verdict") == "keep").then(pl.lit(KEPT)).otherwise(pl.format("{}: {}", "stage", "reason"))
    order = pl.col("verdict").replace_strict({"keep": 0, "merge": 1, "drop": 2, "fail": 3}, return_dtype=pl.Int8)
    return (
        pl.scan_parquet(files, glob=False)
        .filter(pl.col("doc_id").is_not_null() & (_part(parts) == part))
        .select("doc_id", outcome.fill_null("unknown").alias("outcome"), "tokens", order.alias("order"))
        .sort("doc_id", "order", "outcome", "tokens")
        .unique("doc_id", keep="first", maintain_order=True)
        .drop("order")
        .collect()
    )


def _rewritten(before: Snapshot, after: Snapshot, source: str, parts: int, examples: int) -> list[Rewritten]:
    if {s.sha256 for s in before.manifest.shards if s.source == source} == {
        s.sha256 for s in after.manifest.shards if s.source == source
    }:
        return []
    documents, tokens, drawn = 0, [0, 0], list[tuple[float, str]]()
    for part in range(parts):
        sides = [_released(one, source, part, parts) for one in (before, after)]
        changed = sides[0].join(sides[1], on="doc_id", suffix="_after").sort("doc_id")
        changed = changed.filter(pl.col("text_sha256") != pl.col("text_sha256_after"))
        documents += len(changed)
        tokens = [tokens[0] + int(changed["n_tokens"].sum()), tokens[1] + int(changed["n_tokens_after"].sum())]
        drawn = _draw(drawn, changed["doc_id"].head(_DRAWN), examples)
    if not documents:
        return []
    ids = tuple(doc_id for _, doc_id in drawn)
    return [Rewritten(source=source, documents=documents, tokens=(tokens[0], tokens[1]), examples=ids)]


def _released(snapshot: Snapshot, source: str, part: int, parts: int) -> pl.DataFrame:
    paths = snapshot.shards(source)
    if not paths:
        return pl.DataFrame(schema={"doc_id": pl.String, "text_sha256": pl.String, "n_tokens": pl.Int32})
    rows = pl.scan_parquet(paths, glob=False).select("doc_id", "text_sha256", "n_tokens")
    return rows.filter(_part(parts) == part).collect()


def _part(parts: int) -> pl.Expr:
    """Which part a document belongs to: any division serves, as every part is counted."""
    return pl.col("doc_id").hash(0) % parts if parts > 1 else pl.lit(0)


def _draw(drawn: list[tuple[float, str]], doc_ids: Iterable[str], count: int) -> list[tuple[float, str]]:
    """The `count` with the least draw, of those drawn before and `doc_ids`."""
    return sorted([*drawn, *((uniform(doc_id, salt="diff"), doc_id) for doc_id in doc_ids)])[:count]


def _examples(before: Snapshot, after: Snapshot, source: str, doc_ids: list[str]) -> dict[str, Example]:
    """What both snapshots show of some documents of a source: the tables are read once for all of them."""
    if not doc_ids:
        return {}
    excerpts: dict[str, str] = {}
    why: dict[str, tuple[float | None, float | None]] = {}
    for snapshot in (after, before):  # the later one's words come first
        known = {name: text[:EXCERPT] for name, text in snapshot.released_texts(source, doc_ids).items()}
        sampled = snapshot.samples().filter(pl.col("doc_id").is_in(doc_ids)).select("doc_id", "excerpt")
        for name, text in (*known.items(), *sampled.iter_rows()):
            if text is not None:
                excerpts.setdefault(name, text[:EXCERPT])
        for name, score, similarity, threshold in _reasons(snapshot, source, doc_ids):
            why.setdefault(name, (similarity if score is None else score, threshold))
    return {
        name: Example(doc_id=name, excerpt=excerpts.get(name), score=score, threshold=threshold)
        for name in doc_ids
        for score, threshold in [why.get(name, (None, None))]
    }


def _reasons(snapshot: Snapshot, source: str, doc_ids: list[str]) -> list[tuple[str, float, float, float]]:
    files = snapshot.audit_files(source)
    if not files:
        return []
    rows = pl.scan_parquet(files, glob=False).filter(pl.col("doc_id").is_in(doc_ids) & (pl.col("verdict") != "keep"))
    return rows.select("doc_id", "score", "similarity", "threshold").sort("doc_id").collect().rows()
