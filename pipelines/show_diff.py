"""What changed between two snapshots, on a terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from datacards.difference import signed, told
from datacards.text import counted, one_line
from manifests.difference import Difference
from pipelines.console import Console

_MOST = 20
"""Lines of a kind; all are in the JSON."""
_EXCERPT = 160


def show_difference(console: Console, found: Difference) -> None:
    """Everything that changed, in short."""
    if found.same:
        console.print(f"one snapshot: {found.after.snapshot_id}", highlight=False)
        return
    for title, changes in (("recipe", found.recipe), ("made by", found.made_by)):
        listed = told(changes)
        for one in listed[:_MOST]:
            more = f" (and {counted(one.places - 1, 'more place')})" if one.places > 1 else ""
            console.print(
                f"[bold]{title}[/bold]  {escape(one.pointer)}{more}  {escape(one.before)}  →  {escape(one.after)}",
                highlight=False,
                soft_wrap=True,
            )
        _rest(console, len(listed))
    _amounts(console, found)
    _reasons(console, found)
    for move in found.moves[:_MOST]:
        console.print(
            f"\n[bold]{escape(move.source)}[/bold]  {escape(move.before)}  →  {escape(move.after)}  "
            f"{counted(move.documents, 'document')}, {counted(move.tokens, 'token')}",
            highlight=False,
        )
        for example in move.examples:
            words = one_line(example.excerpt or "(neither snapshot shows its text)")[:_EXCERPT]
            console.print(f"  [dim]{escape(example.doc_id)}[/dim]  {escape(words)}", highlight=False)
    _rest(console, len(found.moves))
    for row in found.rewritten:
        console.print(
            f"\n[bold]{escape(row.source)}[/bold]  {counted(row.documents, 'document')} with other text, "
            f"{signed(row.tokens[1] - row.tokens[0])} tokens: {escape(', '.join(row.examples))}",
            highlight=False,
        )


def _rest(console: Console, count: int) -> None:
    if count > _MOST:
        console.print(f"[dim]{count - _MOST:,} more: --json[/dim]", highlight=False)


def _amounts(console: Console, found: Difference) -> None:
    table = Table("source", "read", "documents before", "after", "change", "tokens before", "after", "change")
    for column in table.columns[1:]:
        column.justify = "right"
    for one in found.sources:
        if one.read[0] == one.read[1] and one.kept[0] == one.kept[1]:
            continue
        table.add_row(escape(one.source), signed(one.read[1].documents - one.read[0].documents), *_cells(*one.kept))
    table.add_section()
    table.add_row("all sources", "", *_cells(found.before.totals, found.after.totals))
    console.print(table)


def _cells(before: object, after: object) -> list[str]:
    cells = []
    for name in ("documents", "tokens"):
        one, other = getattr(before, name), getattr(after, name)
        cells += [f"{one:,}", f"{other:,}", signed(other - one)]
    return cells


def _reasons(console: Console, found: Difference) -> None:
    if not found.reasons:
        return
    table = Table("source", "stage", "reason", "before", "after", "change", "tokens")
    for column in table.columns[3:]:
        column.justify = "right"
    for one in found.reasons[:_MOST]:
        change = one.after - one.before
        table.add_row(
            *(escape(word) for word in (one.source, one.stage, one.reason)),
            f"{one.before.documents:,}",
            f"{one.after.documents:,}",
            signed(change.documents),
            signed(change.tokens),
        )
    console.print(table)
    _rest(console, len(found.reasons))
