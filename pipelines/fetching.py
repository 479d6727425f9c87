"""`hc4 fetch`: raw collections from their publishers, only when asked."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from corpus.errors import FetchError
from pipelines.console import Console
from sources.fetch.collection import About, Collection, Selection, check_url
from sources.fetch.lockfile import LOCK, Lock
from sources.fetch.registry import COLLECTIONS

fetch_app = typer.Typer(
    no_args_is_help=True,
    help="Raw collections from their publishers: resumable, checked, at a polite pace, recorded in a lock file.",
)
CONTACT = "HC4_CONTACT"

_out = Console()
_err = Console(stderr=True)

_Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="What is newer.", show_default=False)]
_To = Annotated[
    Path | None, typer.Option(help="Folder for the files and their lock. Default: raw/NAME.", show_default=False)
]
_BaseUrl = Annotated[str | None, typer.Option(help="A mirror that is laid out alike.", show_default=False)]
_Contact = Annotated[
    str | None,
    typer.Option(envvar=CONTACT, help="Your e-mail address, for the publisher's logs only.", show_default=False),
]
_Workers = Annotated[int, typer.Option(min=1, max=16, help="Files at a time. The pace stays the same.")]
_Prune = Annotated[
    bool, typer.Option("--prune", help="Remove files of earlier runs that the publisher no longer lists.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be taken; take only the listing.")]


@fetch_app.callback(invoke_without_command=True)
def _collections(
    listing: Annotated[bool, typer.Option("--list", help="Every collection: what, how large, on which terms.")] = False,
) -> None:
    if listing:
        for each in COLLECTIONS.values():
            _show(each.about)


@fetch_app.command("verify")
def verify(folder: Annotated[Path, typer.Argument(help="A fetched folder.", show_default=False)]) -> None:
    """Hash every file again and compare it with the lock. Exit 7 if anything differs."""
    from sources.fetch.mirror import verify as find

    lock, differing = find(folder)
    for failure in differing:
        _err.print(f"[red]✗[/red] {escape(failure.path)} {escape(failure.reason)}", highlight=False, soft_wrap=True)
    if differing:
        raise typer.Exit(FetchError.exit_code)
    total = sum(file.bytes for file in lock.files)
    state = "complete" if lock.complete else "not complete"
    _out.print(
        f"[green]✓[/green] {escape(str(folder))}: {len(lock.files):,} files of {lock.collection}, {total:,} bytes, "
        f"as they were taken; {state}",
        highlight=False,
    )


def _command(collection: Collection) -> Callable[..., None]:
    about = collection.about
    choices = ", ".join(f"`{name}` ({meaning})" for name, meaning in about.choices.items())
    more = ", or another that the publisher has" if about.open_choices else ""
    what_option = typer.Option(help=f"{choices}{more}.")
    limit_option = typer.Option(min=1, help=f"So many {about.limit_unit} at most.", show_default=False)

    def command(
        what: str = next(iter(about.choices)),
        since: _Since = None,
        limit: int | None = None,
        to: _To = None,
        base_url: _BaseUrl = None,
        contact: _Contact = None,
        workers: _Workers = 1,
        prune: _Prune = False,
        dry_run: _DryRun = False,
    ) -> None:
        if what not in about.choices and not about.open_choices:
            raise typer.BadParameter(f"{what!r} is none of {', '.join(about.choices)}", param_hint="--what")
        if since and not about.since:
            raise typer.BadParameter(f"{about.name} has no dates to choose by", param_hint="--since")
        if base_url:
            check_url(base_url)
        selection = Selection(what, since.date().isoformat() if since else None, limit)
        if not contact:
            _err.print(f"[yellow]note:[/yellow] no --contact (or {CONTACT}): publishers like to know whom to write to")
        if dry_run:
            _preview(collection, selection, base_url, contact)
        else:
            _fetch(collection, selection, to or Path("raw") / about.name, base_url, contact, workers, prune)

    command.__annotations__["what"] = Annotated[str, what_option]
    command.__annotations__["limit"] = Annotated[int | None, limit_option]
    return command


for _each in COLLECTIONS.values():
    fetch_app.command(_each.about.name, help=f"{_each.about.title}: {_each.about.size}.")(_command(_each))


def user_agent(contact: str | None) -> str:
    """`hc4/0.1.0 (+home; mailto:you)`: who asks, and whom to write to."""
    stated = metadata.metadata("hc4")
    homes = [line.partition(",")[2].strip() for line in stated.get_all("Project-URL") or ()]
    told = [f"+{homes[0]}"] if homes else []
    told += [f"mailto:{contact}"] if contact else []
    return f"hc4/{stated['Version']}" + (f" ({'; '.join(told)})" if told else "")


def _fetch(
    collection: Collection,
    selection: Selection,
    folder: Path,
    base_url: str | None,
    contact: str | None,
    workers: int,
    prune: bool,
) -> None:
    from sources.fetch.mirror import mirror
    from sources.fetch.web import Web

    about = collection.about
    fresh = Lock(
        collection=about.name,
        base_url=(base_url or about.base_url).rstrip("/"),
        selection=selection.as_json(),
        tool={"name": "hc4", "version": metadata.version("hc4")},
        user_agent=user_agent(None),
        terms_url=about.terms_url,
        complete=False,
        files=(),
    )
    web = Web(user_agent(contact), about.requests_per_second, workers=workers, say=_say)
    with Bars(_err) as bars:
        done = mirror(collection, selection, folder, web, fresh, bars, base_url=base_url, workers=workers, prune=prune)
    for failure in done.failed:
        _err.print(f"[red]✗[/red] {escape(failure.path)}: {escape(failure.reason)}", highlight=False, soft_wrap=True)
    if done.unlisted:
        _err.print(
            f"[yellow]note:[/yellow] {len(done.unlisted):,} files are no longer listed by the publisher, for example "
            f"{escape(done.unlisted[0])}; {'they are removed' if prune else '`--prune` removes them'}",
            highlight=False,
            soft_wrap=True,
        )
    total = sum(file.bytes for file in done.taken)
    _out.print(
        f"taken {len(done.taken):,} ({total:,} bytes)   kept {done.kept:,}   failed {len(done.failed):,}\n"
        f"lock  {escape(str(folder / LOCK))}\nread with the reader `{about.reader}`"
        f"{' and `archive: auto`' if about.packed else ''}; terms: {about.terms_url}",
        highlight=False,
        soft_wrap=True,
    )
    if done.failed:
        raise typer.Exit(FetchError.exit_code)


def _preview(collection: Collection, selection: Selection, base_url: str | None, contact: str | None) -> None:
    from sources.fetch.mirror import listed
    from sources.fetch.web import Web

    about = collection.about
    web = Web(user_agent(contact), about.requests_per_second, say=_say)
    count, known, leading = 0, 0, False
    with tempfile.TemporaryDirectory() as scratch:
        for remote in listed(collection, selection, web, base_url, Path(scratch)):
            count += 1
            known += remote.size or 0
            leading = leading or remote.then is not None
            size = "" if remote.size is None else f"{remote.size:,} bytes"
            checked = str(remote.checksum or ("md5 published" if remote.checksum_url else "no published checksum"))
            _out.print(f"{remote.path}  {size}  {checked}  {remote.url}", highlight=False, soft_wrap=True, markup=False)
            if about.limit_unit != "files" and selection.limit is not None and count >= selection.limit:
                break
    _out.print(
        f"{count:,} files" + (f", {known:,} bytes" if known else "") + (", and what they lead to" if leading else "")
    )


def _say(message: str) -> None:
    _err.print(message, style="dim", highlight=False, soft_wrap=True, markup=False)


def _show(about: About) -> None:
    _out.print(f"[bold]{about.name}[/bold]  {escape(about.title)}", highlight=False)
    for label, value in (
        ("size", about.size),
        ("what", "; ".join(f"{name}: {meaning}" for name, meaning in about.choices.items())),
        ("since", about.since),
        ("from", about.base_url),
        ("terms", about.terms_url),
        ("reader", about.reader),
    ):
        if value:
            _out.print(f"    {label:<7}{escape(value)}", highlight=False, soft_wrap=True)


class Bars:
    """Files and bytes, live on a terminal; a line a file elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[files]:,} files  {task.completed:,.0f} bytes  {task.description}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bars.add_task("", total=None, files=0)
        self._files = 0
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bars.stop()

    def arrived(self, count: int) -> None:
        """See `Watcher.arrived`."""
        self._bars.advance(self._task, count)

    def finished(self, path: str, outcome: str) -> None:
        """See `Watcher.finished`."""
        with self._guard:
            self._files += 1
            self._bars.update(self._task, files=self._files, description=f"{outcome} {escape(path)}")
        if not self._console.is_terminal and outcome != "kept":
            self._console.print(f"{outcome:<7} {path}", highlight=False, soft_wrap=True, markup=False)
