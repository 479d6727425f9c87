"""What other thresholds would have decided, on a terminal or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from datacards.text import one_line
from manifests.amount import Amount
from manifests.whatif import Answer, Near
from pipelines.console import Console

_EXCERPT = 400
"""Characters of a text shown."""


def as_json(answer: Answer, texts: Mapping[str, str | None]) -> dict[str, Any]:
    """Everything in plain types."""

    def reasons(totals: Mapping[tuple[str, str], Amount]) -> list[dict[str, Any]]:
        return [
            {"source": source, "reason": reason, **amount.model_dump()} for (source, reason), amount in totals.items()
        ]

    return {
        "settings": [{"name": name, "before": old, "after": new} for name, old, new in answer.settings],
        "sources": [
            {
                "source": moved.source,
                "before": moved.before.model_dump(),
                "gained": moved.gained.model_dump(),
                "lost": moved.lost.model_dump(),
            }
            for moved in answer.sources
        ],
        "gained_by_reason": reasons(answer.gained_by_reason),
        "lost_by_reason": reasons(answer.lost_by_reason),
        "still_out": answer.still_out,
        "bereft": answer.bereft,
        "near": [{**asdict(one), "text": (texts[one.doc_id] or "")[:_EXCERPT] or None} for one in answer.near],
    }


def show_answer(console: Console, answer: Answer, texts: Mapping[str, str | None]) -> None:
    """Tables of what moves, then the documents nearest to each threshold."""
    for name, old, new in answer.settings:
        console.print(f"[bold]{escape(name)}[/bold]  {escape(old)}  →  {escape(new)}", highlight=False)
    if not answer.settings:
        console.print("nothing is changed: this is the snapshot as it was decided")
    _show_sources(console, answer)
    _show_reasons(console, answer)
    if answer.still_out:
        console.print(f"{answer.still_out:,} documents pass what was changed and stay out for another reason")
    if any(moved.gained.documents for moved in answer.sources):
        console.print("what comes in was not deduplicated: some of it may repeat what is there")
    if answer.bereft:
        console.print(
            f"{answer.bereft:,} documents were merged into one that goes out: one of each group may come back"
        )
    for one in answer.near:
        console.print(_panel(one, texts.get(one.doc_id)))


def _show_sources(console: Console, answer: Answer) -> None:
    table = Table("source", "documents", "in", "out", "then", "tokens", "in", "out", "then")
    for column in table.columns[1:]:
        column.justify = "right"
    moving = [moved for moved in answer.sources if moved.gained.documents or moved.lost.documents]
    for moved in moving:
        table.add_row(escape(moved.source), *_cells(moved.before, moved.gained, moved.lost))
    if len(answer.sources) > 1:
        table.add_section()
        sums = (sum((getattr(m, name) for m in answer.sources), Amount()) for name in ("before", "gained", "lost"))
        table.add_row("all sources" if moving else "all sources, none changed", *_cells(*sums))
    elif not moving:
        table.add_row(escape(answer.sources[0].source), *_cells(answer.sources[0].before, Amount(), Amount()))
    console.print(table)


def _cells(before: Amount, gained: Amount, lost: Amount) -> list[str]:
    cells = []
    for name in ("documents", "tokens"):
        old, more, less = (getattr(amount, name) for amount in (before, gained, lost))
        cells += [
            f"{old:,}",
            f"[green]+{more:,}[/green]" if more else "",
            f"[red]−{less:,}[/red]" if less else "",  # noqa: RUF001 - a minus sign
            f"{old + more - less:,}",
        ]
    return cells


def _show_reasons(console: Console, answer: Answer) -> None:
    if not (answer.gained_by_reason or answer.lost_by_reason):
        return
    table = Table("source", "", "reason", "documents", "tokens")
    for column in table.columns[3:]:
        column.justify = "right"
    for word, totals in (("in, was", answer.gained_by_reason), ("out for", answer.lost_by_reason)):
        for (source, reason), amount in totals.items():
            table.add_row(escape(source), word, escape(reason), f"{amount.documents:,}", f"{amount.tokens:,}")
    console.print(table)


def _panel(one: Near, text: str | None) -> Panel:
    side = "passes" if one.passes else "refused"
    title = Text.assemble(
        (one.doc_id, "bold"),
        f" · {one.rule} {one.value:.4g}, bound {one.threshold:g}: ",
        (side, "green" if one.passes else "red"),
        f" · {one.verdict} in the snapshot",
    )
    shown = one_line(text)[:_EXCERPT] if text else "(its text is not among the samples of this snapshot)"
    return Panel(Text(shown), title=title, title_align="left")
