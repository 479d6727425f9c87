"""`hc4 export`: a snapshot's tokens in a trainer's format."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from corpus.errors import AssetError, RecipeError, SnapshotError
from pipelines.console import Console

if TYPE_CHECKING:
    from manifests.exported import Export
    from manifests.snapshot import Snapshot
    from pipelines.exporting import Job
    from pipelines.snapshot_tokenizer import StoredTokens
    from shards.exports.format import Format

_out = Console()


def export(
    format: Annotated[  # noqa: A002 - the name that people read in the help
        str,
        typer.Argument(
            help="`datasets`, `datatrove` (also nanotron), `litdata`, `megatron` or `olmo`. Not given with --check.",
            show_default=False,
            metavar="[FORMAT]",
        ),
    ],
    snapshot: Annotated[
        Path | None,
        typer.Argument(help="A snapshot folder. Default: this folder, or the only one in it.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write. Default: SNAPSHOT-FORMAT.", show_default=False)
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            help="Write nothing: read this export back by its trainer's own reader, if that is installed, and compare "
            "it with the snapshot.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Only this split; may be given again.", show_default=False)
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source; may be given again.", show_default=False)
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="Tokens by this other tokenizer, which the recipe's `count_with` stored. Default: the snapshot's own.",
            show_default=False,
        ),
    ] = None,
    eos: Annotated[
        str | None,
        typer.Option(
            help="Id of the token written after each document, or `none`. Default: the tokenizer's own; for "
            "`datasets`, whose rows are documents, none.",
            show_default=False,
        ),
    ] = None,
    tokenizer: Annotated[
        Path | None,
        typer.Option(
            help="The tokenizer's file, which names that token. Default: the asset of that name.",
            show_default=False,
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            help="`2/8`: write the second eighth of the shards, so that eight processes share the work. When all are "
            "done, run it without this: what is written is checked and stated.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a snapshot's tokens in a trainer's format, one file a shard, with where every document came from.

    Run it again after a kill: files that are whole are not written twice. Special tokens are none of the snapshot's;
    what is written after each document is said, and stated in `export.json`.

        hc4 export datatrove demo --output demo-ds
        hc4 export --check demo-ds demo
    """
    from manifests.snapshot import Snapshot, this_or_only

    if check is not None:
        given = snapshot or Path(format)
        _check(check, Snapshot.open(given))
        return
    from pipelines import exporting

    opened = Snapshot.open(this_or_only(snapshot))
    job = _job(opened, format, by, eos, tokenizer, split, source)
    target = output or opened.folder.resolve().with_name(f"{opened.folder.resolve().name}-{format}")
    if target.resolve().is_relative_to(opened.folder.resolve()):
        raise SnapshotError(f"{target} lies in {opened.folder}, where nothing may be added; pass another --output")
    _say(f"after each document: {job.encoded.eos_from}")
    whole = exporting.export(job, target, _turn(part))
    if whole is None:
        _say(f"{target}: shards of part {part} are written")
    else:
        _say(_summary(whole, target))


def _job(
    snapshot: Snapshot,
    name: str,
    by: str | None,
    eos: str | None,
    tokenizer: Path | None,
    splits: list[str] | None,
    sources: list[str] | None,
) -> Job:
    from manifests.exported import Choice, Encoded
    from pipelines.exporting import Job
    from pipelines.snapshot_tokenizer import stored_tokens
    from shards.exports.format import Encoding
    from shards.exports.registry import format_named

    form = format_named(name)
    tokens = stored_tokens(snapshot.manifest, by)
    number, said = _eos(tokens, form, eos, tokenizer)
    encoding = Encoding(tokens.file, tokens.vocabulary, number)
    encoded = Encoded(
        by=by,
        tokenizer=tokens.file,
        tokenizer_sha256=tokens.sha256,
        vocabulary=tokens.vocabulary,
        dtype=form.stored(encoding).name,
        eos=number,
        eos_from=said,
    )
    choice = Choice(
        splits=tuple(sorted(set(splits))) if splits else None, sources=tuple(sorted(set(sources or []))) or None
    )
    return Job(snapshot, form, encoded, choice)


def _eos(tokens: StoredTokens, form: Format, given: str | None, tokenizer: Path | None) -> tuple[int | None, str]:
    """Id of the token after each document, and who named it.

    Raises:
        RecipeError: it is no id of the vocabulary, or the format needs one and none is wanted.
        AssetError: nobody names one.
    """
    from pipelines.snapshot_tokenizer import tokenizer_file
    from shards.special_tokens import end_of_text

    if given == "none":
        if form.eos == "always":
            raise RecipeError(f"--eos none: `{form.name}` tells documents apart by the token after each")
        return None, "nothing, as --eos says"
    if given is not None:
        if not given.isascii() or not given.isdigit() or int(given) >= tokens.vocabulary:
            raise RecipeError(f"--eos is `none` or an id below {tokens.vocabulary:,}, not {given!r}")
        return int(given), f"token {given}, as --eos says"
    if form.eos == "asked":
        return None, "nothing, a row is a document"
    place = tokenizer_file(tokens, tokenizer)
    if place is None:
        raise AssetError(
            f"{tokens.file}, which names the token after documents, is not here: pass --tokenizer or --eos"
        )
    token = end_of_text(place)
    if token is None:
        raise AssetError(f"{tokens.file} does not say which token ends a text: pass --eos")
    return token.id, f"token {token.id}, `{token.spelled}`, which ends a text by {tokens.file}"


def _turn(part: str | None) -> tuple[int, int] | None:
    if part is None:
        return None
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", part)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise RecipeError(f"--part is `2/8`, the second of eight, not {part!r}")
    return int(found[1]), int(found[2])


def _check(folder: Path, snapshot: Snapshot) -> None:
    from pipelines.export_check import check
    from shards.exports.registry import format_named

    stated, findings = check(folder, snapshot)
    for finding in findings:
        _say(f"{finding.file}: {finding.what}")
    reader = format_named(stated.format).reader()
    how = f"read by {reader}" if reader else "read by hc4 itself: no reader of this format is installed"
    if findings:
        raise SnapshotError(f"{folder} is not what it states: {len(findings):,} findings, {how}")
    _say(f"{_summary(stated, folder)}\ntoken streams equal the snapshot's, file by file; {how}")


def _summary(whole: Export, folder: Path) -> str:
    files = sum(len(part.files) for part in whole.parts) + len(whole.beside) + 1
    return (
        f"{folder}: {whole.documents:,} documents, {whole.tokens:,} tokens as {whole.encoded.dtype}, "
        f"{files:,} files, format {whole.format}, snapshot {whole.snapshot_id[:12]}"
    )


def _say(message: str) -> None:
    _out.print(escape(message), highlight=False, soft_wrap=True)
