"""`hc4 evaluate`: held-out documents for evaluators, bits per byte of a model, scores from answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.arguments import SnapshotFolder
from pipelines.console import Console

evaluate_app = typer.Typer(
    no_args_is_help=True, help="Held-out documents for evaluators; bits per byte of a model; scores from answers."
)
_out = Console(width=max(Console().width, 100))

Output = Annotated[
    Path | None, typer.Option(help="Write the result as JSON to this file, too.", show_default=False, dir_okay=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


@evaluate_app.command()
def export(
    snapshot: SnapshotFolder = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder; replaced if it is an export. Default: SNAPSHOT-evaluation.")
    ] = None,
    per_stratum: Annotated[int, typer.Option(min=1, help="Source documents of each source and length.")] = 25,
    seed: Annotated[int, typer.Option(min=0, help="Of their draw.")] = 1,
    least_tokens: Annotated[int, typer.Option(min=0, help="Shorter documents are no source documents.")] = 64,
    most_tokens: Annotated[int, typer.Option(min=1, help="Nor are longer ones.")] = 32_768,
) -> None:
    """Held-out documents for evaluators: lm-evaluation-harness tasks, and source documents for cross-examination.

    In the folder: `lm_eval --include_path lm_eval --tasks hc4_NAME_SPLIT --model hf --model_args pretrained=FOLDER`.
    """
    from manifests.snapshot import Snapshot, this_or_only
    from pipelines.evaluation.export import Asked
    from pipelines.evaluation.export import export as write

    folder = this_or_only(snapshot)
    place = output or folder.resolve().with_name(f"{folder.resolve().name}-evaluation")
    stated = write(Snapshot.open(folder), place, Asked(per_stratum, seed, (least_tokens, most_tokens)))
    table = Table("file", "kind")
    table.add_column("documents", justify="right")
    table.add_column("bytes", justify="right")
    for file in stated.files:
        table.add_row(escape(file.path), file.kind, f"{file.documents:,}" if file.documents else "", f"{file.bytes:,}")
    _out.print(table)
    screened = "not screened for evaluation sets" if stated.screening is None else "screened for evaluation sets"
    _out.print(f"snapshot  {stated.snapshot_id}, {screened}", highlight=False)
    _out.print(f"folder    {escape(str(place))}/", highlight=False, soft_wrap=True)


@evaluate_app.command()
def perplexity(
    folder: Annotated[Path, typer.Argument(help="Folder of `hc4 evaluate export`.", show_default=False)],
    model: Annotated[Path, typer.Argument(help="Folder of a model and its tokenizer.", show_default=False)],
    tasks: Annotated[
        list[str] | None, typer.Option("--task", help="Only this task; may be given again.", show_default=False)
    ] = None,
    device: Annotated[str, typer.Option(help="Of torch: `cpu`, `cuda`.")] = "cpu",
    max_length: Annotated[
        int | None, typer.Option(min=1, help="Tokens of a window. Default: the model's.", show_default=False)
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Windows at a time.")] = 1,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Bits per byte of a local model on held-out documents; the figure of lm-evaluation-harness, without it.

    Needs the extra `train`. Nothing is downloaded.
    """
    from pipelines.evaluation.export import read_export
    from pipelines.evaluation.perplexity import LocalModel, measure, result

    read_export(folder)
    local = LocalModel.load(model, device=device, max_length=max_length)
    found = result(folder, model, local, list(measure(folder, local, batch, tasks)))
    _write(found.model_dump(mode="json"), output, as_json=as_json)
    if as_json:
        return
    table = Table("task")
    for name in ("documents", "bytes", "tokens", "bits per byte", "byte perplexity", "word perplexity"):
        table.add_column(name, justify="right")
    for one in found.tasks:
        figures = (one.bits_per_byte, one.byte_perplexity, one.word_perplexity)
        counts = (one.documents, one.bytes, one.tokens)
        table.add_row(one.task, *(f"{count:,}" for count in counts), *(_figure(figure, 4) for figure in figures))
    _out.print(table)


@evaluate_app.command("cross-examine")
def cross_examine(
    records: Annotated[
        Path, typer.Argument(help="Questions and answers: a line of JSON a document and system.", exists=True)
    ],
    sources: Annotated[Path, typer.Argument(help="`cef_sources.jsonl` that they are about.", exists=True)],
    refused: Annotated[
        Path | None, typer.Option(help="Write the numbers of refused lines and why to this file.", show_default=False)
    ] = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Coverage, conformity, consistency and conciseness from questions and answers that somebody else has got.

    Consistency by both published definitions: `idk` counts only what the document cannot answer, `match` contradictions
    too. Lines that are no record are counted, named in --refused, and not scored.
    """
    import orjson

    from pipelines.evaluation.answers import examine

    found = examine(records, sources)
    summary = found.summary()
    if refused is not None:
        lines = [orjson.dumps({"line": one.line, "reason": one.reason}) for one in found.refused]
        refused.write_bytes(b"".join(line + b"\n" for line in lines))
    _write(summary, output, as_json=as_json)
    if as_json:
        return
    table = Table("system", "of")
    names = ("coverage", "conformity", "consistency_idk", "consistency_match", "conciseness")
    for name in ("documents", "questions", *(name.replace("_", " ") for name in names)):
        table.add_column(name, justify="right")
    for system, one in summary["systems"].items():
        for how, of in (("pooled", "all questions"), ("mean_of_documents", "mean of documents")):
            counts = (one["documents"], one[how]["questions"])
            row = [*(f"{count:,}" for count in counts), *(_figure(one[how][name], 1) for name in names)]
            table.add_row(escape(system) or "-", of, *row)
    _out.print(table)
    told = ", ".join(f"{count:,} {reason}" for reason, count in summary["refused"].items())
    _out.print(f"{summary['records']:,} records, {summary['scored']:,} scored{f'; refused: {told}' if told else ''}")


def _figure(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:,.{places}f}"


def _write(content: dict[str, Any], output: Path | None, *, as_json: bool) -> None:
    import orjson

    text = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    if output is not None:
        output.write_bytes(text + b"\n")
    if as_json:
        typer.echo(text.decode())
