"""`hc4 diff`: what changed from one snapshot to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.console import Console

_FEWEST = 110
"""Columns that the tables need."""
_out = Console(width=max(Console().width, _FEWEST))


def diff(
    before: Annotated[Path, typer.Argument(help="A snapshot folder.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Another one, usually the later.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Also write a page that needs no network.", show_default=False)
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="Documents shown of each kind of move.")] = 5,
) -> None:
    """What changed: recipe, code, sources, documents and tokens, reasons, and which documents moved, with examples."""
    from datacards.difference import render_difference
    from manifests.difference import compare
    from manifests.snapshot import Snapshot
    from pipelines.show_diff import show_difference

    found = compare(Snapshot.open(before), Snapshot.open(after), examples=examples)
    if html is not None:
        html.write_bytes(render_difference(found))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show_difference(_out, found)
