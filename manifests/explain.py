"""One document's whole life, from the snapshot alone: read, measured, judged, merged, released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from corpus.errors import SnapshotError
from filters.rules import Rule
from manifests import layout
from manifests.contamination import HITS
from manifests.places import find_document, read_row
from manifests.snapshot import BROKEN, Snapshot, unreadable

_RELEASED = ["doc_id", "split", "cluster_id", "n_tokens", "n_bytes", "phi_masked", "paragraphs_cut", "text_sha256"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule about one document: what it saw and what it asked for."""

    name: str
    signal: str
    value: float | None
    minimum: float | None
    maximum: float | None
    cite: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to one record."""

    record: dict[str, Any]
    """Its row of the record table: verdict, evidence, measurements."""
    rules: tuple[RuleResult, ...]
    """Every rule that was asked, in order."""
    released: dict[str, Any] | None
    """Where it lies in the corpus: shard, row, split, tokens; None unless kept."""
    merged_into_it: tuple[dict[str, Any], ...]
    """Documents it stands for: doc_id, method, similarity."""
    formatted_by: tuple[str, ...]
    """Formatters that its text went through as it was read."""
    copies: tuple[dict[str, Any], ...] = ()
    """Copies of evaluation items in it: columns of `manifests.contamination.HITS`."""


def explain(snapshot: Snapshot, doc_id: str) -> list[Story]:
    """The stories of every record with this id, in the order read (several if the source repeats it).

    Raises:
        SnapshotError: no record has this id, or the snapshot is damaged.
    """
    try:
        return _explain(snapshot, doc_id)
    except (*BROKEN, LookupError, TypeError) as error:
        raise unreadable(f"a table of {snapshot.folder}", error) from None


def _explain(snapshot: Snapshot, doc_id: str) -> list[Story]:
    source = doc_id.partition(":")[0]
    names = [known.name for known in snapshot.manifest.sources]
    if source not in names:
        raise SnapshotError(f"{doc_id!r} names no source of this snapshot; ids begin with one of: {', '.join(names)}")
    rows = snapshot.audit(source).filter(pl.col("doc_id") == doc_id).collect()
    if not len(rows):
        raise SnapshotError(f"no record of this snapshot is called {doc_id!r}")
    merged = (
        snapshot.audit()
        .filter((pl.col("survivor") == doc_id) & pl.col("survivor_snapshot").is_null() & (pl.col("verdict") == "merge"))
        .select("doc_id", pl.col("stage").alias("method"), "similarity")
        .sort("doc_id")
        .collect()
        .to_dicts()
    )
    formatters = tuple(
        one.formatter for known in snapshot.manifest.sources if known.name == source for one in known.formatters
    )
    return [
        Story(
            record=row,
            rules=_rules(snapshot, row),
            released=_released(snapshot, doc_id) if row["verdict"] == "keep" else None,
            merged_into_it=tuple(merged) if row["verdict"] == "keep" else (),
            formatted_by=formatters if row["verdict"] != "fail" else (),
            copies=_copies(snapshot, row),
        )
        for row in rows.to_dicts()
    ]


def _rules(snapshot: Snapshot, row: dict[str, Any]) -> tuple[RuleResult, ...]:
    """The rules of the document's type against its measurements; none for a record without text."""
    by_type: Any = snapshot.manifest.recipe["rules"]
    if row["bytes"] == 0 or row["doc_type"] is None:
        return ()
    found = []
    for stated in by_type.get(row["doc_type"], by_type["*"]):
        rule = Rule.model_validate(stated)
        if not rule.concerns(row["doc_type"], row["language"]):
            continue
        value = row.get(rule.signal, {"n_words": row["words"], "n_bytes": row["bytes"]}.get(rule.signal))
        passed = rule.name not in row["rules_failed"]
        found.append(RuleResult(rule.name, rule.signal, value, rule.min, rule.max, rule.cite, passed))
    return tuple(found)


def _copies(snapshot: Snapshot, row: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Copies of evaluation items in the record; none if it was not screened for any."""
    if snapshot.manifest.contamination is None:
        return ()
    hits = pl.scan_parquet(snapshot.folder / layout.CONTAMINATION, glob=False)
    same = [pl.col(name).eq_missing(pl.lit(row[name], HITS[name])) for name in ("doc_id", "raw_file", "record")]
    return tuple(hits.filter(*same).drop("source", "doc_id", "raw_file", "record").collect().to_dicts())


def _released(snapshot: Snapshot, doc_id: str) -> dict[str, Any] | None:
    place = find_document(snapshot, doc_id)
    if place is None:
        return None
    return {"shard": place.shard.path, "row": place.row, **read_row(snapshot, place, _RELEASED)}


def fate(record: dict[str, Any]) -> str:
    """What became of a record (a row of the record table), in a few words."""
    if record["verdict"] == "keep":
        return "kept"
    if record["verdict"] == "merge":
        there = f" of snapshot {record['survivor_snapshot']}" if record["survivor_snapshot"] else ""
        return f"merged into {record['survivor']}{there} at {record['stage']} by {record['reason']}"
    word = "failed" if record["verdict"] == "fail" else "dropped"
    return f"{word} at {record['stage']} by {record['reason']}"
