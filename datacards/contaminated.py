"""What a manifest says of evaluation sets, arranged for pages; the Markdown that datasheet and cards share."""

from __future__ import annotations

from dataclasses import dataclass

from datacards.text import code, counted, number
from manifests.contamination import Contamination, EvaluationSet, Found
from manifests.model import Manifest


@dataclass(frozen=True, slots=True)
class FoundRow:
    """What was found of one part of a set's items in one source, and what its policy makes of that."""

    set: str
    found: Found
    action: str


def found_rows(stated: Contamination) -> tuple[FoundRow, ...]:
    """Everything that was found, the set with the most documents first, in it the source and part with the most."""
    sets = sorted(stated.sets, key=lambda one: (-sum(row.documents for row in one.found), one.name))
    return tuple(
        FoundRow(one.name, row, one.policy.get(row.part, "report"))
        for one in sets
        for row in sorted(one.found, key=lambda row: (-row.documents, row.source, row.part))
    )


def policy_of(one: EvaluationSet) -> str:
    """`drop: item, question; mask: answer`; what is only counted is not named."""
    told = []
    for action in sorted(set(one.policy.values())):
        parts = ", ".join(part.replace("_", " + ") for part, asked in one.policy.items() if asked == action)
        told.append(f"{action}: {parts}")
    return "; ".join(told) or "report"


def removed(manifest: Manifest) -> tuple[int, int]:
    """Documents dropped for evaluation items, and documents in which some are masked."""
    dropped = sum(line.amount.documents for line in manifest.ledger.lines if line.stage == "contamination")
    stated = manifest.contamination
    return dropped, sum(one.documents for one in stated.masked) if stated else 0


def told(manifest: Manifest) -> str:
    """One or two sentences; empty if the recipe names no evaluation sets."""
    stated = manifest.contamination
    if stated is None:
        return ""
    dropped, masked = removed(manifest)
    names = ", ".join(code(one.name) for one in stated.sets)
    items = counted(stated.items, "item")
    return (
        f"Copies of {items} of {counted(len(stated.sets), 'evaluation set')} ({names}) were looked for: "
        f"{counted(dropped, 'document')} dropped for them, in {number(masked)} they are masked; `README.md` counts "
        "what is left by set, source and part."
    )
