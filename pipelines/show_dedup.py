"""What texts duplicate, on a terminal or as JSON. Names and numbers only, never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from pipelines.console import Console
from pipelines.dedup_query import Answer

_THE_TEXT = "the text"


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer in plain types."""
    return {
        "record": answer.record,
        "duplicate": bool(answer.matches),
        "survivor": None if answer.survivor is None else answer.survivor.doc_id,
        "survivor_snapshot_id": None if answer.survivor is None else answer.survivor.snapshot_id,
        "matches": [asdict(match) for match in answer.matches],
        "candidates": answer.candidates,
        "compared": answer.compared,
        "has_words": answer.words,
    }


def show_answers(console: Console, answers: Sequence[Answer], *, several: bool) -> None:
    """A row for each match; `several` snapshots are told apart."""
    found = [answer for answer in answers if answer.matches]
    if found:
        table = Table("record", "is", "of document", *(["in"] if several else []), "Jaccard", "contained", "survives")
        for name in ("Jaccard", "contained"):
            next(column for column in table.columns if column.header == name).justify = "right"
        for answer in found:
            for match in answer.matches:
                survives = _THE_TEXT if answer.survivor is None else "this" if answer.survivor == match else ""
                cells = [answer.record, match.kind, match.doc_id, *([match.snapshot] if several else [])]
                table.add_row(*map(escape, cells), f"{match.similarity:.3f}", f"{match.containment:.3f}", survives)
        console.print(table)


def show_sums(console: Console, sums: Counter[str]) -> None:
    """How many texts there were of each kind."""
    told = f"{sums['records']:,} texts: {sums['exact']:,} exact and {sums['near']:,} near duplicates"
    console.print(f"{told}, {sums['records'] - sums['exact'] - sums['near']:,} of nothing", highlight=False)
    if sums["wordless"]:
        console.print(f"{sums['wordless']:,} have no words: they are compared with nothing", highlight=False)
    if sums["cut"]:
        console.print(
            f"{sums['cut']:,} had more candidates than were compared with them: see --candidates", highlight=False
        )


def summed(answers: Sequence[Answer]) -> Counter[str]:
    """What `show_sums` shows, of these answers."""
    sums: Counter[str] = Counter(records=len(answers))
    for answer in answers:
        if answer.matches:
            sums[answer.matches[0].kind] += 1
        sums["wordless"] += not answer.words
        sums["cut"] += answer.compared < answer.candidates
    return sums
