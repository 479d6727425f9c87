"""`hc4 dedup review` and `precision`: near-duplicate removals, read by people, and what their verdicts say."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from corpus.errors import RecipeError, SnapshotError
from pipelines.console import Console

if TYPE_CHECKING:
    import polars as pl

    from manifests.precision import Judgement, Said

_ANSWERS: dict[str, Said] = {"c": "copy", "d": "distinct", "u": "unsure"}
_WORDS = ("copy", "distinct", "unsure", "skip", "full", "quit")
_QUESTION = " · ".join(f"[bold]{word[0]}[/bold]{word[1:]}" for word in _WORDS) + ": "
_NARROWEST = 100
"""Columns that two texts need beside each other."""

Pairs = Annotated[
    Path | None,
    typer.Argument(
        help="A snapshot folder, or a file of pairs that a stopped build names. Default: this folder, or the only "
        "snapshot in it.",
        show_default=False,
    ),
]


def review(
    snapshot: Pairs = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            help="File to add verdicts to, a JSON object a line. Default: SNAPSHOT.reviews.jsonl, beside the snapshot.",
            show_default=False,
        ),
    ] = None,
    reviewer: Annotated[
        str | None,
        typer.Option(help="Your name; two reviewers can be compared. Default: your login.", show_default=False),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Only what was removed from this source.", show_default=False)
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write all pairs as one page to judge in a browser, and ask nothing.", show_default=False),
    ] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Say what the verdicts so far amount to.")] = False,
) -> None:
    """Read what near-dedup removed beside what it gave way to, differences marked, and say whether that was right.

    A removal is right if the pair is a *copy*: who keeps the other text loses nothing. It is wrong if the removed text
    is *distinct*. Run it again to go on. Identifiers are masked; texts end after 20,000 characters.
    """
    from manifests.precision import estimate
    from pipelines.show_removals import show_estimate

    out = Console()
    name, folder, pairs = _pairs(snapshot, source)
    chosen = verdicts or _beside(folder, name)
    if html is not None:
        from datacards.removals import render_removals

        outside(html, folder)
        html.write_bytes(render_removals(name, pairs))
        out.print(f"{escape(str(html))}: {len(pairs):,} pairs", highlight=False, soft_wrap=True)
        return
    outside(chosen, folder)
    if not summary:
        _ask(out, pairs, chosen, reviewer or login())
    said = _judgements([chosen]) if chosen.exists() else []
    show_estimate(out, estimate(pairs, said))


def precision(
    snapshot: Pairs = None,
    verdicts: Annotated[
        list[Path] | None,
        typer.Option(help="File of verdicts; may be given again. Default: as `review`.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Precision of near-dedup by source and over all, from people's verdicts, with 95 % intervals.

    Each stratum of the sample weighs as much as it has removals, so that the estimate is one of all removals.
    """
    from manifests.precision import estimate
    from pipelines.show_removals import show_estimate

    name, folder, pairs = _pairs(snapshot, None)
    found = estimate(pairs, _judgements(verdicts or [_beside(folder, name)]))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show_estimate(Console(), found)


def _pairs(given: Path | None, source: str | None) -> tuple[str, Path | None, pl.DataFrame]:
    """Name of what is read, the folder if it is a snapshot, and the pairs in the order to read them."""
    from manifests.removals import read_file, read_pairs, reading_order
    from manifests.snapshot import Snapshot, this_or_only

    if given is not None and given.is_file():
        name, folder, pairs = given.stem, None, read_file(given)
    else:
        opened = Snapshot.open(this_or_only(given))
        folder = opened.folder.resolve()
        name, pairs = folder.name, read_pairs(opened)
    if source is not None:
        names = pairs["source"].unique(maintain_order=True).to_list()
        if source not in names:
            raise RecipeError(f"nothing was removed from a source {source!r}; there are {', '.join(names) or 'none'}")
        pairs = pairs.filter(pairs["source"] == source)
    return name, folder, reading_order(pairs)


def _beside(folder: Path | None, name: str) -> Path:
    """Where verdicts lie unless told otherwise: beside a snapshot; for a file of pairs, in the current folder."""
    return (Path() if folder is None else folder.parent) / f"{name}.reviews.jsonl"


def outside(path: Path, folder: Path | None) -> None:
    """Refuse to write into a snapshot: it would no longer be whole."""
    if folder is not None and path.resolve().is_relative_to(folder):
        raise SnapshotError(f"{path} lies in {folder}, where nothing may be added; name a file elsewhere")


def _judgements(files: Iterable[Path]) -> list[Judgement]:
    from manifests.precision import read_judgements

    return [one for path in files for one in read_judgements(path)]


def login() -> str:
    """Who is sitting here."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return "reviewer"


def _ask(out: Console, pairs: pl.DataFrame, path: Path, reviewer: str) -> None:
    """Ask about every pair that this reviewer has not judged; each answer is on disk before the next question."""
    from manifests.precision import Judgement
    from manifests.removals import pair_digest
    from manifests.verdicts import append_line
    from pipelines.show_removals import show_pair

    console = out if out.width >= _NARROWEST or out.is_terminal else Console(width=_NARROWEST)
    said = _judgements([path]) if path.exists() else []
    judged = {one.pair for one in said if one.reviewer == reviewer}
    waiting = [(pair_digest(pair), pair) for pair in pairs.iter_rows(named=True)]
    for number, (name, pair) in enumerate(waiting, 1):
        if name in judged:
            continue
        show_pair(console, pair, number, len(waiting))
        answer = _answer(console, pair)
        if answer == "q":
            break
        if answer in _ANSWERS:
            ids = {"doc_id": pair["doc_id"], "survivor": pair["survivor"]}
            append_line(path, Judgement(pair=name, **ids, verdict=_ANSWERS[answer], reviewer=reviewer))
    console.print()


def _answer(console: Console, pair: dict[str, object]) -> str:
    """The first letter of an answer; the end of the input is one, too."""
    from pipelines.show_removals import show_whole

    while True:
        console.print(_QUESTION, end="", highlight=False)
        line = sys.stdin.readline()
        if not line:
            return "q"
        answer = line.strip().lower()
        if answer not in _WORDS and answer not in [word[0] for word in _WORDS]:
            continue
        if answer[0] != "f":
            return answer[0]
        show_whole(console, pair)
