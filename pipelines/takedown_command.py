"""`hc4 takedown`: take documents out of a snapshot, and prove that nothing else changed."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from pipelines.console import Console

if TYPE_CHECKING:
    from manifests.unchanged import Comparison

_out = Console()
_err = Console(stderr=True)

_FILES = 12
"""Changed files that are named."""

Values = Annotated[list[str] | None, typer.Option(show_default=False)]


def takedown(
    snapshot: Annotated[
        Path | None, typer.Argument(help="A snapshot folder. With --check: the one to check.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the new snapshot.", show_default=False)
    ] = None,
    request: Annotated[
        Path | None,
        typer.Option(help="The request (YAML), instead of the options below.", show_default=False, exists=True),
    ] = None,
    doc_id: Values = None,
    doi: Values = None,
    pmid: Values = None,
    pmcid: Values = None,
    source: Values = None,
    licence: Values = None,
    reason: Annotated[str | None, typer.Option(help="Why, in a line that is published.", show_default=False)] = None,
    request_id: Annotated[str | None, typer.Option(help="Name of the request.", show_default=False)] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the request.", show_default=False)
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Go on if some of what is named is not in the snapshot.")
    ] = False,
    tokenizer: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A tokenizer of `count_with` that has no counts in it.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Take nothing down: check the last takedown of SNAPSHOT.")
    ] = False,
    parent: Annotated[
        Path | None,
        typer.Option(help="With --check: the parent's folder, or its manifest.json.", show_default=False, exists=True),
    ] = None,
) -> None:
    """Take documents out of a snapshot: a new one beside it, a proof that nothing else changed. Needs no raw files.

    A request names documents by id, by any identifier, or all of a source or licence. Whatever stands for such a
    document goes, too. Only shards that hold one are written anew; all other files are hard links. Each option can be
    given several times.

        hc4 takedown demo -o demo-2 --pmid 402569 --reason "withdrawn by its authors" --request-id 2026-1
        hc4 takedown --check demo-2 --parent demo
    """
    if check:
        if snapshot is None or parent is None:
            raise typer.BadParameter("name the snapshot, and its parent with --parent", param_hint="--check")
        _check(snapshot, parent)
        return
    from pipelines.takedowns.request import Request, load_request
    from pipelines.takedowns.takedown import take_down

    named: dict[str, Any] = {
        "doc_id": doc_id,
        "doi": doi,
        "pmid": pmid,
        "pmcid": pmcid,
        "source": source,
        "licence": licence,
    }
    given: dict[str, Any] = {name: values for name, values in named.items() if values}
    if snapshot is None or output is None:
        raise typer.BadParameter("name the snapshot, and where the new one goes with --output")
    if request is not None and (given or reason or request_id or date):
        raise typer.BadParameter("holds all of the request: no other option says more", param_hint="--request")
    if request is None and (not given or reason is None or request_id is None):
        raise typer.BadParameter("a request names documents, a --reason and a --request-id", param_hint="--request")
    began = time.monotonic()
    asked = load_request(request) if request is not None else None
    if asked is None:
        stated = {"request_id": request_id, "reason": reason, **given} | ({"date": date.date()} if date else {})
        asked = _valid(Request, stated)
    done = take_down(snapshot, output, asked, tokenizers=tuple(tokenizer or ()), partial=partial)
    for line in done.told:
        _out.print(f"[yellow]note:[/yellow] {escape(line)}; its excerpts and title are gone", soft_wrap=True)
    for line in done.unknown:
        _err.print(f"[yellow]note:[/yellow] no record has {escape(line)}", soft_wrap=True)
    last = done.manifest.takedowns[-1]
    _out.print(
        f"[green]✓[/green] {escape(str(output))}: {_documents(last.removed.documents)} with {last.removed.tokens:,} "
        f"tokens taken out; {last.copies_not_back:,} copies of them stay merged; {last.standing:,} documents of others "
        f"stand for what was named and stay\n  {done.linked:,} files are links to the parent's, {done.copied:,} copies"
        f"\n  {done.manifest.snapshot_id}",
        highlight=False,
        soft_wrap=True,
    )
    _check(output, snapshot)
    _out.print(f"  all in {time.monotonic() - began:.1f} s", highlight=False)


def _valid(model: Any, stated: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    from corpus.errors import RecipeError

    try:
        return model.model_validate(stated)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "request"
        raise RecipeError(f"--{place.replace('_', '-')}: {first['msg']}") from None


def _check(folder: Path, parent: Path) -> None:
    """Print what is proved; exit 6 if something is not."""
    from manifests.snapshot import Snapshot
    from manifests.unchanged import compare_with_parent, read_manifest

    began = time.monotonic()
    manifest, place = read_manifest(parent)
    found = compare_with_parent(Snapshot.open(folder), manifest, place)
    for finding in found.findings:
        _err.print(f"[red]✗[/red] {escape(finding.file)}: {escape(finding.what)}", highlight=False, soft_wrap=True)
    if found.findings:
        raise typer.Exit(6)
    _show(found, time.monotonic() - began)


def _show(found: Comparison, seconds: float) -> None:
    for name in found.changed[:_FILES]:
        _out.print(f"  changed: {escape(name)}", highlight=False, soft_wrap=True)
    if len(found.changed) > _FILES:
        _out.print(f"  and {len(found.changed) - _FILES:,} more", highlight=False)
    how = (
        "every column of every row that stays is the parent's"
        if found.with_rows
        else ("documents and tokens alone: give --parent its folder to compare every column")
    )
    _out.print(
        f"[green]✓[/green] {found.same:,} tables have the parent's sha256; {len(found.rewritten):,} shards, with "
        f"{_documents(found.removed.documents)} put back, have its roots and digests\n  {how} ({seconds:.1f} s)",
        highlight=False,
        soft_wrap=True,
    )


def _documents(count: int) -> str:
    return f"{count:,} document" + ("" if count == 1 else "s")
