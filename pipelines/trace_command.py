"""`hc4 trace`: from a token to the record it was read from, and from a document to its tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.arguments import SnapshotFolder
from pipelines.console import Console

if TYPE_CHECKING:
    from manifests.snapshot import Snapshot
    from shards.tokenizer import Oracle

_out = Console()


def trace(
    document: Annotated[
        str | None,
        typer.Argument(help="`source:native id`. With --shard, the snapshot folder.", show_default=False),
    ] = None,
    snapshot: SnapshotFolder = None,
    shard: Annotated[
        Path | None,
        typer.Option(help="A shard, by its path in the snapshot (`data/.../train-....parquet`).", show_default=False),
    ] = None,
    token: Annotated[
        int | None, typer.Option(min=0, help="Which of the shard's tokens, row after row, from 0.", show_default=False)
    ] = None,
    row: Annotated[int | None, typer.Option(min=0, help="Which of its rows, from 0.", show_default=False)] = None,
    raw: Annotated[
        Path | None,
        typer.Option(
            help="Folder of raw files: check the file's sha256, read the record again, and compare its text.",
            show_default=False,
            exists=True,
            file_okay=False,
        ),
    ] = None,
    tokenizer: Annotated[
        Path | None,
        typer.Option(
            help="The snapshot's tokenizer, to tell characters. Default: the asset of that name.",
            show_default=False,
            exists=True,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Where a token, a row or a document came from, and everything that was decided about it.

    hc4 trace --shard data/medline/train-00000-of-00001.parquet --token 1000000 demo
    hc4 trace medline:402569 demo --raw raw/medline
    """
    import json

    from manifests import trace as tracing
    from manifests.places import shard_named
    from manifests.snapshot import Snapshot, this_or_only
    from pipelines.read_back import read_back
    from pipelines.show_trace import as_json as plain
    from pipelines.show_trace import show_trace

    if shard is not None:
        if (token is None) == (row is None) or (document is not None and snapshot is not None):
            raise typer.BadParameter("goes with one of --token and --row, and a snapshot folder", param_hint="--shard")
        opened = Snapshot.open(this_or_only(snapshot if document is None else Path(document)))
        named = shard_named(opened, shard)
        if token is not None:
            found = tracing.trace_token(opened, named, token, _locator(opened, tokenizer))
        else:
            assert row is not None
            found = tracing.trace_row(opened, named, row)
    elif document is None or token is not None or row is not None:
        raise typer.BadParameter("name a document, or a shard with --shard and --token or --row", param_hint="DOCUMENT")
    else:
        opened = Snapshot.open(this_or_only(snapshot))
        found = tracing.trace_document(opened, document)
    stories = tracing.decisions(opened, found)
    (again,) = read_back(opened, [found], raw) if raw is not None else [None]
    if as_json:
        typer.echo(json.dumps(plain(found, stories, again), indent=2, ensure_ascii=False))
    else:
        show_trace(_out, found, stories, again)


def _locator(snapshot: Snapshot, given: Path | None) -> Oracle | None:
    """The reference tokenizer of the snapshot, if its file is here.

    Raises:
        AssetError: the file given is another tokenizer.
    """
    from pipelines.snapshot_tokenizer import stored_tokens, tokenizer_file
    from shards.tokenizer import load_tokenizer

    place = tokenizer_file(stored_tokens(snapshot.manifest), given)
    return None if place is None else load_tokenizer(place).oracle
