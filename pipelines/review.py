"""`hc4 review`: the report and the samples of a snapshot in a browser, with verdicts."""

from __future__ import annotations

import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape

from corpus.errors import RecipeError
from pipelines.arguments import SnapshotFolder
from pipelines.console import Console
from pipelines.dedup_review import login, outside

_out = Console()


def review(
    snapshot: SnapshotFolder = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes any that is free.")] = 0,
    reviewer: Annotated[
        str | None,
        typer.Option(help="Your name; two reviewers can be compared. Default: your login.", show_default=False),
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            help="File to add verdicts on samples to. Default: SNAPSHOT.verdicts.jsonl, beside the snapshot.",
            show_default=False,
        ),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            help="File to add verdicts on near-duplicates to. Default: SNAPSHOT.reviews.jsonl, as `dedup review`.",
            show_default=False,
        ),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(help="Only write the tables, as SQLite with an index of words, and stop.", show_default=False),
    ] = None,
) -> None:
    """Look through a snapshot's masked samples in a browser, and say of each whether it was decided rightly.

    Serves on this machine only, until it is interrupted; the snapshot is only read, verdicts go to files beside it. A
    recipe names those files (`audit.verdicts`, `dedup.verdicts`), and the next build states what they amount to.
    """
    from datacards.desk.database import write_database
    from datacards.desk.notes import Notes
    from datacards.desk.pages import Desk, report_pages
    from datacards.desk.server import DeskServer
    from manifests.audited import SampleVerdict
    from manifests.precision import Judgement
    from manifests.snapshot import Snapshot, this_or_only

    opened = Snapshot.open(this_or_only(snapshot))
    folder = opened.folder.resolve()
    if database is not None:
        outside(database, folder)
        if database.exists():
            raise RecipeError(f"{database} exists; name another file, or delete it")
        write_database(opened, database)
        _out.print(f"{escape(str(database))}: {database.stat().st_size:,} bytes", highlight=False, soft_wrap=True)
        return
    said = (
        verdicts or folder.parent / f"{folder.name}.verdicts.jsonl",
        pairs or folder.parent / f"{folder.name}.reviews.jsonl",
    )
    for path in said:
        outside(path, folder)
    samples, judged = Notes(said[0], SampleVerdict), Notes(said[1], Judgement)
    samples.lines(), judged.lines()  # a line that is no verdict is told before anybody reads
    with tempfile.TemporaryDirectory(prefix="hc4-review-") as place, DeskServer(port) as server:
        write_database(opened, Path(place) / "audit.sqlite")
        server.desk = Desk(
            opened,
            Path(place) / "audit.sqlite",
            reviewer or login(),
            samples,
            judged,
            server.guard.token,
            report_pages(opened),
        )
        _out.print(f"open      {server.guard.address}", highlight=False, soft_wrap=True, markup=False)
        _out.print(f"verdicts  {said[0]}", highlight=False, soft_wrap=True, markup=False)
        _out.print("Stop it with Ctrl-C.", style="dim", highlight=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)  # to stop is no failure here
        with suppress(_Stopped):
            server.serve_forever()


class _Stopped(Exception):
    """Somebody is done with reviewing."""


def _stop(_: int, __: FrameType | None) -> None:
    raise _Stopped
