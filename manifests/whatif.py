"""What other thresholds would have decided, from the record tables of a snapshot: nothing is read or measured again.

Every record keeps all objections to it (`rules_failed`), not only the deciding one, and all that was measured. So the
question "who would be in, and who out" is answered for each document from all its rules: one that a second rule refuses
stays out when the first is relaxed. What comes after the filters is not decided again: a document that comes in may
turn out a duplicate, one that goes out may have stood for others, and those are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.errors import RecipeError
from corpus.verdict import Verdict
from manifests.amount import Amount
from manifests.settings import Setting, Settings
from manifests.snapshot import Snapshot

Mask = npt.NDArray[np.bool_]

_NONE = Amount()
NEAREST = 3
"""Documents shown on each side of a threshold."""

_ALWAYS = [
    *("doc_id", "verdict", "reason", "rules_failed", "survivor", "survivor_snapshot", "similarity", "substance"),
    *("stage", "bytes", "words", "tokens"),
]


@dataclass(frozen=True, slots=True)
class Near:
    """A document close to a threshold."""

    doc_id: str
    source: str
    rule: str
    value: float
    threshold: float
    passes: bool
    """Whether it is on the side that the rule lets through."""
    verdict: str
    """In the snapshot."""


@dataclass(slots=True)
class Moved:
    """What one source gains and loses."""

    source: str
    before: Amount = _NONE
    """Released of it, as the snapshot is (text as read, before masking)."""
    gained: Amount = _NONE
    lost: Amount = _NONE


@dataclass(slots=True)
class Answer:
    """What would be otherwise."""

    settings: list[tuple[str, str, str]]
    """What changes: its name, as it was, as it would be."""
    sources: list[Moved]
    gained_by_reason: dict[tuple[str, str], Amount]
    """By (source, reason for which the snapshot dropped them), what comes in."""
    lost_by_reason: dict[tuple[str, str], Amount]
    """By (source, rule that now refuses them), what goes out."""
    still_out: int
    """Documents that a changed rule no longer refuses, and another one does."""
    bereft: int
    """Documents merged into one that goes out: one of each group may come back."""
    near: list[Near] = field(default_factory=list)


def ask(snapshot: Snapshot, settings: Settings) -> Answer:
    """Decide every record again under `settings`.

    Raises:
        RecipeError: a setting names nothing that this snapshot decided by, or asks for what it does not know.
    """
    answer = Answer([], [], {}, {}, 0, 0)
    concerned: set[str] = set()
    gone: set[str] = set()
    merged: list[pl.DataFrame] = []
    near = _Nearest()
    here = pl.col("survivor_snapshot").is_null()
    for source in snapshot.manifest.sources:
        moved = Moved(source.name)
        for part in _parts(snapshot, source.name, settings):
            concerned |= _decide(part, settings, moved, answer, gone, near)
            merged.append(part.filter(here & (pl.col("verdict") == Verdict.MERGE.value)).select("doc_id", "survivor"))
        answer.sources.append(moved)
    if gone and merged:
        answer.bereft = pl.concat(merged).filter(pl.col("survivor").is_in(list(gone))).height
    answer.near = near.found()
    # A rule of every document type is changed for those, too, of which there is none.
    answer.settings = [one for one in settings.told() if one[0] in concerned or one[0] == "dedup.threshold"]
    return answer


def passing(snapshot: Snapshot, settings: Settings) -> set[str]:
    """doc_ids of all that no rule refuses under `settings`: what would be deduplicated."""
    found: set[str] = set()
    for source in snapshot.manifest.sources:
        for part in _parts(snapshot, source.name, settings):
            objections = part["rules_failed"].list.len().to_numpy().astype(np.int64)
            for setting in settings.changed():
                _, refused, refuses = _asked(part, setting)
                objections += refuses.astype(np.int64) - refused.astype(np.int64)
            found |= set(part.filter(pl.Series(objections == 0))["doc_id"])
    return found


def _asked(part: pl.DataFrame, setting: Setting) -> tuple[Mask, Mask, Mask]:
    """Which rows a setting concerns, which of them were refused by what it changes, and which would be."""
    # A record that could not be read, or has no text, was asked nothing.
    asked = (part["bytes"] > 0).to_numpy() & (part["verdict"] != Verdict.FAIL.value).to_numpy()
    concerned = asked & setting.concerned(part)
    refused = part["rules_failed"].list.contains(setting.reason).fill_null(value=False).to_numpy()
    return concerned, concerned & refused, concerned & setting.refuses(part)


def _parts(snapshot: Snapshot, source: str, settings: Settings) -> Iterator[pl.DataFrame]:
    """The record table of a source, a file at a time, with the columns that matter."""
    for path in snapshot.audit_files(source):
        scan = pl.scan_parquet(path, glob=False)
        present = scan.collect_schema().names()
        wanted = dict.fromkeys([*_ALWAYS, "doc_type", "language", *sorted(settings.signals())])
        columns = [_column(name, present) for name in wanted]
        yield scan.select(columns).collect()


def _column(name: str, present: Sequence[str]) -> pl.Expr:
    if name in present:
        return pl.col(name)
    stands_for = {"n_words": "words", "n_bytes": "bytes"}.get(name)
    if stands_for is None:
        raise RecipeError(f"the record tables of this snapshot have no {name}")
    return pl.col(stands_for).alias(name)


def _decide(
    part: pl.DataFrame, settings: Settings, moved: Moved, answer: Answer, gone: set[str], near: _Nearest
) -> set[str]:
    """Add what becomes of the rows of `part`; which settings concern any of them."""
    verdicts = part["verdict"].to_numpy()
    kept = verdicts == Verdict.KEEP.value
    moved.before += _amount(part, kept)
    objections = part["rules_failed"].list.len().to_numpy().astype(np.int64)
    first = np.full(len(part), None, object)
    relaxed = np.zeros(len(part), bool)
    meant: set[str] = set()
    # In reverse, so that of several new objections the one that the build asks first has the last word.
    for setting in reversed(settings.changed()):
        concerned, refused, refuses = _asked(part, setting)
        objections += refuses.astype(np.int64) - refused.astype(np.int64)
        first[refuses & ~refused] = setting.reason
        relaxed |= refused & ~refuses
        if concerned.any():
            meant.add(setting.label)
        near.add(moved.source, part, setting, concerned, refuses)
    merges = settings.split_up(part)
    was_out = verdicts == Verdict.DROP.value
    gained = (was_out & (objections == 0)) | (merges & (objections == 0))
    lost = kept & (objections > 0)
    answer.still_out += int((was_out & relaxed & (objections > 0)).sum())
    moved.gained += _amount(part, gained)
    moved.lost += _amount(part, lost)
    gone.update(part.filter(pl.Series(lost))["doc_id"])
    for mask, labels, totals in (
        (gained, part["reason"].to_numpy(), answer.gained_by_reason),
        (lost, first, answer.lost_by_reason),
    ):
        for label in sorted(set(labels[mask].tolist())):
            key = (moved.source, str(label))
            totals[key] = totals.get(key, _NONE) + _amount(part, mask & (labels == label))
    return meant


def _amount(part: pl.DataFrame, mask: Mask) -> Amount:
    chosen = part.filter(pl.Series(mask))
    sums = {name: int(chosen[name].sum()) for name in ("bytes", "words", "tokens")}
    return Amount(documents=len(chosen), **sums)


class _Nearest:
    """The documents nearest to each changed threshold, on either side of it."""

    def __init__(self) -> None:
        self._best: dict[tuple[str, bool], list[tuple[float, str, Near]]] = {}

    def add(self, source: str, part: pl.DataFrame, setting: Setting, concerned: Mask, refuses: Mask) -> None:
        values = setting.values(part)
        if values is None:
            return
        names = part["doc_id"]
        verdicts = part["verdict"]
        for threshold in setting.bounds():
            distance = np.abs(values - threshold)
            # On the far side of the other bound a value is refused by that one.
            this = concerned & np.isfinite(values) & setting.by(threshold, values)
            for passes in (True, False):
                rows = np.flatnonzero(this & (refuses != passes))
                # A bound is often met exactly by many: then ids decide, so all of them must be seen.
                if len(rows) > NEAREST:
                    limit = np.partition(distance[rows], NEAREST - 1)[NEAREST - 1]
                    rows = rows[distance[rows] <= limit]
                held = self._best.setdefault((f"{setting.label} {threshold}", passes), [])
                for row in rows.tolist():
                    one = Near(names[row], source, setting.reason, float(values[row]), threshold, passes, verdicts[row])
                    held.append((float(distance[row]), names[row], one))
                held.sort(key=lambda entry: entry[:2])
                del held[NEAREST:]

    def found(self) -> list[Near]:
        return [one for _, held in self._best.items() for _, _, one in held]


def texts(snapshot: Snapshot, documents: Sequence[Near]) -> dict[str, str | None]:
    """Masked text of `documents` by id: of kept ones from the shards, of others from the samples if they are there."""
    found: dict[str, Any] = dict.fromkeys(one.doc_id for one in documents)
    samples = snapshot.samples().filter(pl.col("doc_id").is_in(list(found)))
    found |= dict(samples.select("doc_id", "excerpt").iter_rows())
    kept = {one.doc_id: one.source for one in documents if one.verdict == Verdict.KEEP.value}
    for source in sorted(set(kept.values())):
        found |= snapshot.released_texts(source, [name for name, own in kept.items() if own == source])
    return found
