"""Documents to read, a page at a time, each with what decided about it."""

from __future__ import annotations

import sys
from typing import Any

import polars as pl
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from corpus.verdict import Verdict
from filters.rules import Rule
from manifests.snapshot import Snapshot
from pipelines.console import Console

_BEGINNING = 1500
"""Characters of a kept document, unless it is wanted whole."""


def show_pages(console: Console, snapshot: Snapshot, rows: pl.DataFrame, *, count: int, page: int, full: bool) -> None:
    """Print page `page` of `rows`; on a terminal, go on to the next ones for as long as the reader wants."""
    pages = -(-len(rows) // count)
    asked = console.is_terminal and sys.stdin.isatty()
    page = min(page, pages)
    while True:
        shown = rows.slice((page - 1) * count, count)
        _show(console, snapshot, shown, full)
        console.print(f"[dim]page {page:,} of {pages:,} · {len(rows):,} documents[/dim]", highlight=False)
        if not asked or pages == 1:
            return
        answer = console.input("[dim]enter: next · p: previous · a number: that page · q: end[/dim] ").strip()
        if answer == "q" or (answer == "" and page == pages):
            return
        wanted = page - 1 if answer == "p" else int(answer) if answer.isdecimal() else page + 1
        page = min(max(wanted, 1), pages)


def _show(console: Console, snapshot: Snapshot, rows: pl.DataFrame, full: bool) -> None:
    texts: dict[str, str] = {}
    kept = rows.filter(pl.col("verdict") == Verdict.KEEP.value)
    for source in kept["source"].unique(maintain_order=True):
        texts |= snapshot.released_texts(source, kept.filter(pl.col("source") == source)["doc_id"].to_list())
    by_type: Any = snapshot.manifest.recipe["rules"]
    for row in rows.iter_rows(named=True):
        text = texts.get(row["doc_id"])
        if text is not None and not full:
            text = text[:_BEGINNING]
        stated = by_type.get(row["doc_type"], by_type["*"]) if row["doc_type"] else []
        rules = [Rule.model_validate(rule) for rule in stated]
        console.print(_panel(row, rules, text or row["excerpt"]))


def _panel(row: dict[str, Any], rules: list[Rule], text: str | None) -> Panel:
    colour = {"keep": "green", "merge": "cyan"}.get(row["verdict"], "red")
    title = Text.assemble((row["doc_id"], "bold"), " · ", (row["verdict"], colour), f" · {_because(row)}")
    missing = "(no text)" if row["stage"] == "read" else "(text not shown: outdated or not licensed)"
    shown = Group(Text(_printable(text) if text else missing), Text(""), _signals(row, rules))
    return Panel(shown, title=title, title_align="left")


def _because(row: dict[str, Any]) -> str:
    told = str(row["reason"])
    if row["score"] is not None:
        told += f" ({row['score']:.4g}"
        told += f", bound {row['threshold']:.4g})" if row["threshold"] is not None else ")"
    others = [name for name in row["rules_failed"] or [] if name != row["reason"]]
    if others:
        told += f" · also {', '.join(others)}"
    if row["survivor"]:
        told += f" · {row['survivor']}"
    if row["similarity"] is not None:
        told += f" J={row['similarity']:.3f}"
    return told


def _signals(row: dict[str, Any], rules: list[Rule]) -> Table:
    """What the rules of the document's type looked at: its values, and how far they are from the bounds."""
    table = Table.grid(padding=(0, 2))
    cells = [_cell(row, rule) for rule in rules if rule.concerns(row["doc_type"], row["language"])]
    facts = [Text(f"{row['doc_type']}, {row['language']} {row['language_score'] or 0:.2f}", style="dim")]
    cells = [*facts, *cells] if row["language"] else cells
    for start in range(0, len(cells), 3):
        table.add_row(*cells[start : start + 3])
    return table


def _cell(row: dict[str, Any], rule: Rule) -> Text:
    value = row.get(rule.signal, {"n_words": row["words"], "n_bytes": row["bytes"]}.get(rule.signal))
    bounds = f"{'' if rule.min is None else f'{rule.min:g} ≤ '}{'' if rule.max is None else f'≤ {rule.max:g}'}".strip()
    told = f"{rule.signal} {value:.3g} ({bounds})" if value is not None else f"{rule.signal} ({bounds})"
    return Text(told, style="red" if rule.name in (row["rules_failed"] or []) else "dim")


def _printable(text: str) -> str:
    """`text` without what would move a terminal's cursor, its lines as they are."""
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)
