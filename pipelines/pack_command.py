"""`hc4 pack`: a snapshot's documents as sequences of one length, on disk, for training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.arguments import SnapshotFolder
from pipelines.console import Console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shards.loading import Account, PackConfig


def pack(
    snapshot: SnapshotFolder = None,
    length: Annotated[int, typer.Option(min=1, help="Tokens of a sequence.")] = 2048,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Where packed sequences go, in a folder named by their content; made once. Without it: only count.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="`train` or `validation`.")] = "train",
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source; may be given several times.", show_default=False)
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Take the tokens stored by this other tokenizer (recipe: `count_with`).", show_default=False),
    ] = None,
    bos: Annotated[
        int | None, typer.Option(help="Token id put before each document.", show_default=False, min=0)
    ] = None,
    eos: Annotated[
        int | None, typer.Option(help="Token id put after each document.", show_default=False, min=0)
    ] = None,
    split_below: Annotated[
        int | None,
        typer.Option(
            help="Documents of more tokens may be cut to fill sequences. Default: only those that fit into none.",
            show_default=False,
            min=0,
        ),
    ] = None,
) -> None:
    """Pack documents into sequences of one length by best fit, without losing a token; say how full they are.

    The folder is what `shards.loading.open_cache` maps into memory. `docs/training.md` says how to train from it.
    """
    from manifests.snapshot import this_or_only
    from shards.loading import PackConfig, make_cache, open_cache, open_corpus
    from shards.loading.from_parquet import ParquetStore
    from shards.loading.store import accounts

    out = Console()
    corpus = open_corpus(this_or_only(snapshot), split=split, sources=source, tokenizer=by)
    config = PackConfig(length, bos=bos, eos=eos, split_below=split_below)
    store = ParquetStore(corpus, config)
    _show(out, accounts(corpus, config, store.blocks), config)
    if output is not None:
        folder = make_cache(corpus, config, output)
        facts = open_cache(folder)
        out.print(f"\nfolder    {escape(str(folder))}/   {facts.dtype}", highlight=False, soft_wrap=True)


def _show(out: Console, found: Sequence[Account], config: PackConfig) -> None:
    table = Table("source", title=f"sequences of {config.length:,} tokens", title_justify="left")
    for name in ("documents", "tokens", "special tokens", "sequences", "full to", "cut: too long", "cut to fill"):
        table.add_column(name, justify="right")
    for each in found:
        table.add_row(escape(each.source), *_figures(each))
    if len(found) > 1:
        names = ("documents", "tokens", "specials", "padding", "sequences", "split", "cut_to_fill")
        whole = type(found[0])("all", *(sum(getattr(each, name) for each in found) for name in names))
        table.add_row("all", *_figures(whole), style="bold")
    out.print(table)


def _figures(each: Account) -> tuple[str, ...]:
    counts = (each.documents, each.tokens, each.specials, each.sequences)
    cut = (each.split - each.cut_to_fill, each.cut_to_fill)
    return (*(f"{count:,}" for count in counts), f"{each.fill:.2%}", *(f"{count:,}" for count in cut))
