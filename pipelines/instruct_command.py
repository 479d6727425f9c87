"""`hc4 instruct`: a snapshot's questions and dialogues as instructions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.console import Console

_FEWEST = 100
"""Columns that the table needs."""
_out = Console(width=max(Console().width, _FEWEST))


def instruct(
    snapshot: Annotated[Path, typer.Argument(help="A snapshot folder.", show_default=False)],
    mapping: Annotated[
        Path,
        typer.Argument(
            help="Which documents become messages, and how (YAML); see `pipelines/instructions/medical.yaml`.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None, typer.Option(help="Folder to write. Default: SNAPSHOT-instruct.", show_default=False)
    ] = None,
    tokenizer: Annotated[
        Path | None,
        typer.Option(help="The snapshot's tokenizer. Default: the asset of that name.", show_default=False),
    ] = None,
) -> None:
    """Turn questions and dialogues of a snapshot into messages, tokens and masks of where the loss counts.

    Every document is used, or skipped for a reason that is counted. Control tokens are written by id: text that spells
    one stays text. Run it again after a kill: what is whole is not done twice.
    """
    from corpus.errors import AssetError, SnapshotError
    from manifests.snapshot import Snapshot
    from pipelines.instruct_mapping import load_mapping
    from pipelines.instructing import Task
    from pipelines.instructing import instruct as make
    from pipelines.snapshot_tokenizer import stored_tokens, tokenizer_file
    from shards.instructions.mistral import TEMPLATES
    from shards.special_tokens import special_tokens
    from shards.tokenizer import load_tokenizer

    loaded = load_mapping(mapping)
    opened = Snapshot.open(snapshot)
    place = tokenizer_file(stored_tokens(opened.manifest), tokenizer)
    if place is None:
        raise AssetError(f"{opened.manifest.tokenizer.name}, the snapshot's tokenizer, is not here: pass --tokenizer")
    home = opened.folder.resolve()
    target = output or home.with_name(f"{home.name}-instruct")
    if target.resolve().is_relative_to(home):
        raise SnapshotError(f"{target} lies in {opened.folder}, where nothing may be added; pass another --output")
    encoder = load_tokenizer(place)
    template = TEMPLATES[loaded.template](encoder, special_tokens(place))
    found = make(Task(opened, loaded, encoder, template), target)

    table = Table("rule", "what became of it", title=f"{found.name}, template {found.template}")
    for column in ("documents", "tokens"):
        table.add_column(column, justify="right")
    sums: dict[tuple[str, str], list[int]] = {}
    for line in (line for part in found.parts for line in part.lines):
        row = sums.setdefault((line.rule or "-", line.reason or "used"), [0, 0])
        row[0] += line.documents
        row[1] += line.tokens
    for (rule, reason), (documents, tokens) in sorted(sums.items()):
        table.add_row(escape(rule), escape(reason), f"{documents:,}", f"{tokens:,}")
    table.add_section()
    table.add_row("all", "in the snapshot", f"{found.read.documents:,}", f"{found.read.tokens:,}")
    _out.print(table)
    said = f"{found.conversations:,} conversations, {found.tokens:,} tokens, {found.loss_tokens:,} of them learnt"
    _out.print(escape(f"{target}: {said}"), highlight=False, soft_wrap=True)
