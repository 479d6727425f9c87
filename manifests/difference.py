"""What changed from one snapshot to another: what they were made by, what they hold, and which documents moved.

    difference = compare(Snapshot.open(before), Snapshot.open(after))

Everything but `moves` and `rewritten` is read off the two manifests; those two are counted from the tables, a part of
the documents at a time (`manifests.moves`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from manifests.amount import Amount
from manifests.model import LedgerLine, Manifest, Source
from manifests.moves import Move, Moves, Rewritten, find_moves
from manifests.snapshot import Snapshot
from manifests.strict import Strict

_NONE = Amount()


class Named(Strict):
    """A snapshot, as one of two."""

    snapshot_id: str
    name: str
    totals: Amount


class Change(Strict):
    """One value that is not the same."""

    pointer: str
    """Where: a JSON pointer (RFC 6901) into the manifest."""
    before: JsonValue
    """None where there was none."""
    after: JsonValue


class SourceChange(Strict):
    """One source in both snapshots."""

    source: str
    read: tuple[Amount, Amount]
    kept: tuple[Amount, Amount]
    added_files: tuple[str, ...]
    removed_files: tuple[str, ...]
    changed_files: tuple[str, ...]
    """Raw files of one name with other bytes."""


class ReasonChange(Strict):
    """What went out for one reason, in both snapshots."""

    source: str
    stage: str
    verdict: str
    reason: str
    before: Amount
    after: Amount


class Difference(Strict):
    """Two snapshots beside each other."""

    before: Named
    after: Named
    recipe: tuple[Change, ...]
    made_by: tuple[Change, ...]
    """Code, packages, models and tokenizer."""
    sources: tuple[SourceChange, ...]
    """Every source of either snapshot, in the order of the later one's recipe."""
    reasons: tuple[ReasonChange, ...]
    """Only those that are not the same."""
    moves: tuple[Move, ...]
    """Documents that have another outcome, by source and outcomes; the largest first."""
    rewritten: tuple[Rewritten, ...]
    """Documents that both release, with other text."""

    @property
    def same(self) -> bool:
        """Whether they are one snapshot."""
        return self.before.snapshot_id == self.after.snapshot_id


def compare(before: Snapshot, after: Snapshot, *, examples: int = 5, part_rows: int = 2_000_000) -> Difference:
    """All differences.

    Args:
        before, after: two snapshots.
        examples: documents shown of each kind of move; drawn by a hash of their ids.
        part_rows: records of a source that are compared at a time; what is found is the same for any number.

    Raises:
        SnapshotError: a table cannot be read.
    """
    one, other = before.manifest, after.manifest
    found: Moves = find_moves(before, after, examples=examples, part_rows=part_rows)
    return Difference(
        before=_named(one),
        after=_named(other),
        recipe=tuple(changes(one.recipe, other.recipe, "/recipe")),
        made_by=tuple(_made_by(one, other)),
        sources=tuple(_sources(one, other)),
        reasons=tuple(_reasons(one, other)),
        moves=found.moves,
        rewritten=found.rewritten,
    )


def changes(before: JsonValue, after: JsonValue, pointer: str = "") -> Iterator[Change]:
    """Values that differ in two JSON documents, by their pointers.

    Lists whose entries are objects with a `name` are compared entry by entry, by name; other lists as a whole.
    """
    if _same(before, after):
        return
    if isinstance(before, list) and isinstance(after, list):
        sides = _by_name(before), _by_name(after)
        if sides[0] is None or sides[1] is None:
            yield Change(pointer=pointer, before=before, after=after)
            return
        before, after = sides[0], sides[1]
        if _same(before, after):
            yield Change(pointer=pointer, before=list(before), after=list(after))  # only in another order
            return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            there = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in before or key not in after:
                yield Change(pointer=there, before=before.get(key), after=after.get(key))
            else:
                yield from changes(before[key], after[key], there)
        return
    yield Change(pointer=pointer, before=before, after=after)


def _same(before: JsonValue, after: JsonValue) -> bool:
    """As JSON: to Python, `true` equals 1."""
    return json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)


def _by_name(entries: list[JsonValue]) -> dict[str, JsonValue] | None:
    named = {
        entry["name"]: entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    }
    return {str(name): entry for name, entry in named.items()} if len(named) == len(entries) else None


def _named(manifest: Manifest) -> Named:
    return Named(snapshot_id=manifest.snapshot_id, name=manifest.name, totals=manifest.totals)


def _made_by(one: Manifest, other: Manifest) -> Iterator[Change]:
    for field in ("environment", "models", "tokenizer"):
        sides = [manifest.model_dump(mode="json", include={field})[field] for manifest in (one, other)]
        for side in sides:
            if field == "tokenizer":
                del side["oracle_documents"]  # a count of documents, not what they were made by
        yield from changes(sides[0], sides[1], f"/{field}")


def _sources(one: Manifest, other: Manifest) -> Iterator[SourceChange]:
    sides: list[dict[str, Source]] = [{source.name: source for source in side.sources} for side in (one, other)]
    for name in dict.fromkeys([*sides[1], *sides[0]]):
        both = [side.get(name) for side in sides]
        before, after = ({file.name: file.sha256 for file in one.raw_files} if one else {} for one in both)
        yield SourceChange(
            source=name,
            read=_pair(source.read if source else _NONE for source in both),
            kept=_pair(source.kept if source else _NONE for source in both),
            added_files=tuple(sorted(after.keys() - before.keys())),
            removed_files=tuple(sorted(before.keys() - after.keys())),
            changed_files=tuple(sorted(file for file in before.keys() & after.keys() if before[file] != after[file])),
        )


def _pair(amounts: Iterator[Amount]) -> tuple[Amount, Amount]:
    before, after = amounts
    return before, after


def _reasons(one: Manifest, other: Manifest) -> Iterator[ReasonChange]:
    sides = [_lines(manifest.ledger.lines) for manifest in (one, other)]
    for key in sorted({*sides[0], *sides[1]}):
        before, after = (side.get(key, _NONE) for side in sides)
        if before != after:
            yield ReasonChange(
                **dict(zip(("source", "stage", "verdict", "reason"), key, strict=True)), before=before, after=after
            )


def _lines(lines: tuple[LedgerLine, ...]) -> Mapping[tuple[str, str, str, str], Amount]:
    found: dict[Any, Amount] = {}
    for line in lines:
        key = (line.source, line.stage, line.verdict, line.reason)
        found[key] = found.get(key, _NONE) + line.amount
    return found
