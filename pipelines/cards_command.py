"""`hc4 cards`: every card of a snapshot by the library that its readers use."""

from __future__ import annotations

from rich.markup import escape

from corpus.errors import SnapshotError
from pipelines.arguments import SnapshotFolder
from pipelines.console import Console


def cards(
    snapshot: SnapshotFolder = None,
) -> None:
    """Read every card back with its readers' own library: Croissant, SPDX, PROV, OpenLineage, the hub's, JSON Schema.

    `hc4 verify` says whether cards are what the manifest renders to, this command whether others can read them. What is
    not installed is named and not checked. Exit 6 if a card has a fault.
    """
    from datacards.validators import EXTRA, check_cards
    from manifests.snapshot import Snapshot, this_or_only

    out = Console()
    folder = this_or_only(snapshot)
    Snapshot.open(folder)
    checked = list(check_cards(folder))
    for one in checked:
        mark = "[yellow]–[/yellow]" if one.missing else "[red]✗[/red]" if one.faults else "[green]✓[/green]"  # noqa: RUF001
        word = "not checked: not installed" if one.missing else "" if one.faults else "ok"
        line = f"{mark} {escape(f'{one.file:<42} {one.validator}')}  {word}"
        out.print(line.rstrip(), highlight=False, soft_wrap=True)
        for fault in one.faults:
            out.print(f"    {escape(fault)}", highlight=False, soft_wrap=True)
    if any(one.missing for one in checked):
        out.print(f"{escape(EXTRA)} installs what is missing", highlight=False, soft_wrap=True)
    if faulty := [one.file for one in checked if one.faults]:
        raise SnapshotError(f"{', '.join(faulty)} cannot be read as its readers would read it")
