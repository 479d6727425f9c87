"""Pairs of removals side by side, and what people's verdicts on them amount to, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from datacards.differences import Run, Stretch, compare_pair
from datacards.text import counted
from manifests.estimates import Precision, RemovalEstimate
from pipelines.console import Console

_LEFT, _RIGHT = "bold green", "bold red"


def show_pair(console: Console, pair: Mapping[str, Any], number: int, count: int) -> None:
    """The kept text on the left, the removed one on the right; what both have is folded away from differences."""
    told = f"{number:,} of {count:,} · {pair['source']} · {pair['stratum']}"
    console.print()
    console.print(Rule(escape(told), align="left"))
    console.print(_measured(pair), highlight=False)
    _show(console, pair, compare_pair(pair), folded=True)


def show_whole(console: Console, pair: Mapping[str, Any]) -> None:
    """The same without folds."""
    _show(console, pair, compare_pair(pair), folded=False)


def _measured(pair: Mapping[str, Any]) -> str:
    names = {"similarity": "Jaccard", "substance": "without templates", "containment": "containment"}
    told = [f"{name} {pair[key]:.3f}" for key, name in names.items() if pair[key] is not None]
    return f"[dim]{' · '.join(told)}[/dim]"


def _show(console: Console, pair: Mapping[str, Any], stretches: list[Stretch], *, folded: bool) -> None:
    marked = not console.is_terminal or console.no_color
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    table.add_row(Text(f"kept {pair['survivor']}", style="bold"), Text(f"removed {pair['doc_id']}", style="bold"))
    for stretch in stretches:
        if stretch.folded and folded:
            fold = Text(f"⋯ {counted(stretch.folded, 'word')} the same ⋯", style="dim", justify="center")
            table.add_row(fold, fold)
        else:
            table.add_row(_side(stretch.left, _LEFT, marked), _side(stretch.right, _RIGHT, marked))
    cut = [Text("⋯ the text goes on ⋯" if pair[key] else "", style="dim") for key in ("survivor_cut", "cut")]
    if any(cut):
        table.add_row(*cut)
    if not any(run.differs for stretch in stretches for run in (*stretch.left, *stretch.right)):
        same = Text("no word differs in what is shown", style="yellow")
        table.add_row(same, same)
    console.print(table)


def _side(runs: Iterable[Run], style: str, marked: bool) -> RenderableType:
    """One side of a stretch. Where there are no colours, brackets stand around what differs."""
    text = Text()
    for run in runs:
        if text:
            text.append(_printable(run.space))
        words = _printable(run.words)
        if run.differs:
            text.append(f"⟦{words}⟧" if marked else words, style=f"{style} underline")
        else:
            text.append(words)
    text.rstrip()
    return text


def _printable(text: str) -> str:
    """`text` without what would move a terminal's cursor, its lines as they are."""
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)


def show_estimate(console: Console, found: RemovalEstimate) -> None:
    """A row a source of what was read, the precision estimated from it, and how many removals that makes wrong."""
    table = Table("source", title="near-duplicate removals", title_justify="left")
    for heading in ("removed", "read", "copies", "distinct", "unsure", "precision", "wrongly removed"):
        table.add_column(heading, justify="right")
    for one in (*found.sources, found.total):
        if one is found.total:
            table.add_section()
        counts = (one.removals, one.read, one.copies, one.distinct, one.unsure)
        table.add_row(escape(one.source), *(f"{count:,}" for count in counts), *_estimated(one))
    console.print(table)
    console.print("95 % intervals; each stratum weighs as much as it has removals.", highlight=False)
    for one in (*found.sources, found.total):
        if one.precision is not None and one.covered < one.removals:
            told = f"{one.source}: the estimate speaks of {one.covered:,} of {one.removals:,} removals; of the others "
            console.print(f"{escape(told)}no pair was decided yet.", highlight=False, soft_wrap=True)
    for pair in found.agreement:
        kappa = "not defined" if pair.kappa is None else f"{pair.kappa:.2f}"
        names = escape(" and ".join(pair.reviewers))
        told = f"{names} agree on {pair.agreed:,} of {counted(pair.pairs, 'pair')}; Cohen's kappa {kappa}"
        console.print(told, highlight=False, soft_wrap=True)
    if found.stale:
        told = f"{counted(found.stale, 'verdict')} on pairs of which a text has changed since: not counted."
        console.print(told, highlight=False, soft_wrap=True)
    if found.elsewhere:
        told = f"{counted(found.elsewhere, 'verdict')} on pairs that are not in this sample: not counted."
        console.print(told, highlight=False, soft_wrap=True)


def _estimated(one: Precision) -> tuple[str, str]:
    if one.precision is None or one.low is None or one.high is None:
        return "–", "–"  # noqa: RUF001 - a dash: nothing to measure
    assert one.wrong is not None
    assert one.wrong_low is not None
    assert one.wrong_high is not None
    share = f"{one.precision:.3f} ({one.low:.3f} to {one.high:.3f})"
    return share, f"{one.wrong:,.1f} ({one.wrong_low:,.1f} to {one.wrong_high:,.1f})"
