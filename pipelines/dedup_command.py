"""`hc4 dedup`: what a text duplicates, and what deduplication removed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.console import Console
from pipelines.dedup_review import precision, review

_FEWEST = 110
"""Columns that a table needs."""

dedup_app = typer.Typer(
    no_args_is_help=True, help="Duplicates: what a text duplicates, what was removed, how often that was right."
)
dedup_app.command()(review)
dedup_app.command()(precision)

_out = Console(width=max(Console().width, _FEWEST))


@dedup_app.command()
def query(
    file: Annotated[
        Path,
        typer.Argument(
            help="A text (UTF-8), or records: `.jsonl` (also `.gz`, `.zst`) or `.parquet`.",
            show_default=False,
            exists=True,
            dir_okay=False,
        ),
    ],
    snapshot: Annotated[
        list[Path] | None,
        typer.Option(
            help="A snapshot folder to look in; may be given several times, the one with most authority first. "
            "Default: this folder, or every one in it.",
            show_default=False,
        ),
    ] = None,
    field: Annotated[str, typer.Option(help="Field or column that holds the text.")] = "text",
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="Least Jaccard similarity. Default: that of each snapshot.", show_default=False
        ),
    ] = None,
    phi_policy: Annotated[
        str | None,
        typer.Option(
            help="Put placeholders for identifiers into the texts first, by this policy (`notes`, "
            "`literature`, ...): snapshots are released, and were compared, with them. Default: texts as they are.",
            show_default=False,
        ),
    ] = None,
    candidates: Annotated[
        int, typer.Option(min=1, help="Compare a text with so many candidates of a snapshot, the best first.")
    ] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: a line of JSON for each text.")] = False,
) -> None:
    """What texts duplicate in snapshots, exactly or nearly, and which of the two would survive.

    Keys are looked up in the index of signatures; every match is then compared with the released text. Survivors follow
    the keep policy: source authority, licence openness, type, version, length. Records may state `source`,
    `licence_spdx`, `doc_type` and `version`; a text of no source of the snapshots gives way to any.
    A snapshot tells no templates, so pages that fill in one form may be called near here though a build keeps both.
    """
    import json

    from manifests.earlier import Earlier
    from pipelines.dedup_query import ask, masked
    from pipelines.query_records import read_records
    from pipelines.show_dedup import as_json as plain
    from pipelines.show_dedup import show_answers, show_sums, summed

    earlier = [Earlier.open(folder) for folder in snapshot or _snapshots_here()]
    sums = summed([])
    for records in read_records(file, field):
        answers = ask(masked(records, phi_policy) if phi_policy else records, earlier, threshold, candidates)
        sums += summed(answers)
        if as_json:
            for answer in answers:
                typer.echo(json.dumps(plain(answer), ensure_ascii=False))
        else:
            show_answers(_out, answers, several=len(earlier) > 1)
    if not as_json:
        show_sums(_out, sums)


def _snapshots_here() -> list[Path]:
    from manifests.layout import MANIFEST

    here = Path()
    found = [here] if (here / MANIFEST).is_file() else sorted(path.parent for path in here.glob(f"*/{MANIFEST}"))
    if not found:
        raise typer.BadParameter("no snapshot here: name one", param_hint="--snapshot")
    return found
