"""What changed between two snapshots, as a page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from datacards.pages import html_pages, style
from datacards.text import counted, number
from datacards.views import ROWS
from manifests.amount import Amount
from manifests.difference import Change, Difference

_LONGEST = 300
"""Characters of a value that is shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """A changed value in words."""

    pointer: str
    places: int
    """In how many places the same changed in the same way; `pointer` is the first."""
    before: str
    after: str


def render_difference(difference: Difference) -> bytes:
    """The page: no script, no network. Equal differences give equal bytes."""
    before, after = difference.before.totals, difference.after.totals
    names = ("documents", "words", "tokens", "bytes")
    return (
        html_pages()
        .get_template("difference.html.j2")
        .render(
            difference=difference,
            style=style("base", "report"),
            tiles=[
                {
                    "label": name,
                    "before": getattr(before, name),
                    "after": getattr(after, name),
                    "change": signed(getattr(after, name) - getattr(before, name)),
                }
                for name in names
            ],
            recipe=told(difference.recipe),
            made_by=told(difference.made_by),
            sources=[
                _row(one.source, *one.kept, files=_files(one.added_files, one.removed_files, one.changed_files))
                | {"read": signed(one.read[1].documents - one.read[0].documents)}
                for one in difference.sources
            ],
            reasons=[
                _row(one.source, one.before, one.after, reason=f"{one.stage}: {one.reason}")
                for one in difference.reasons
            ],
            decimal=lambda value: f"{value:.4g}",
            ROWS=10 * ROWS,
        )
        .encode()
    )


def signed(change: int) -> str:
    """`+1,234`, `-5`, `0`."""
    return f"{change:+,}" if change else "0"


def told(changes: Iterable[Change]) -> list[Told]:
    """Changes with their values as JSON, long ones cut; one rule for every document type is told once."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for change in changes:
        name = change.pointer.rpartition("/")[2]
        places.setdefault((name, _value(change.before), _value(change.after)), []).append(change.pointer)
    return [Told(where[0], len(where), before, after) for (_, before, after), where in places.items()]


def _value(value: JsonValue) -> str:
    if value is None:
        return "not there"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({number(len(text))} characters)"


def _row(source: str, before: Amount, after: Amount, **others: str) -> dict[str, object]:
    change = after - before
    return {
        "source": source,
        "before": before.documents,
        "after": after.documents,
        "documents": signed(change.documents),
        "tokens": signed(change.tokens),
        **others,
    }


def _files(added: tuple[str, ...], removed: tuple[str, ...], changed: tuple[str, ...]) -> str:
    kinds = (("added", added), ("removed", removed), ("changed", changed))
    return ", ".join(f"{counted(len(names), 'file')} {word}" for word, names in kinds if names) or "the same"
