"""`hc4 phi`: what the detectors of identifiers find, measured, and identifiers planted to measure it with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.console import Console
from pipelines.phi_planting import plant

phi_app = typer.Typer(no_args_is_help=True, help="Identifiers (PHI): how well they are found.")
phi_app.command()(plant)

_FEWEST = 110
"""Columns that a table needs."""

_out = Console(width=max(Console().width, _FEWEST))


class Slice(StrEnum):
    """What the rows of a table are."""

    CLASS = "class"
    LABEL = "label"
    ORIGIN = "origin"


@phi_app.command()
def evaluate(
    gold: Annotated[
        list[Path],
        typer.Argument(
            help="Gold sets: `.jsonl` (id, text, spans), presidio-research's `.json`, a folder of `.txt` and `.ann`.",
            show_default=False,
        ),
    ],
    policy: Annotated[str, typer.Option(help="The detectors' policy.")] = "literature",
    undecided: Annotated[
        str | None,
        typer.Option(
            help="Who decides about words that no rule decides: `rules` (they stand), `presidio`, or a plug-in "
            "(an entry point of `hc4.phi_deciders`, or module:factory). Default: what the policy says.",
            show_default=False,
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="File or folder that the one who decides reads.", show_default=False)
    ] = None,
    by: Annotated[
        Slice,
        typer.Option(help="A row for each Safe Harbor class, label of the set, or origin of the documents."),
    ] = Slice.CLASS,
    misses: Annotated[
        int, typer.Option(min=0, help="List so many errors of each set: document, class, offsets, rule. No text.")
    ] = 0,
    output: Annotated[
        Path | None, typer.Option("--json", help="Write everything, errors too, to this file.", show_default=False)
    ] = None,
) -> None:
    """Recall and precision on gold sets, with 95 % intervals (Wilson).

    *Touched* is any overlap, *covered* every letter and digit of a gold span. No text is ever shown.
    """
    import json

    from filters.phi.annotator import ruleset
    from filters.phi.evaluation import detect_by
    from filters.phi.evaluation import evaluate as judge
    from filters.phi.gold import read_gold
    from filters.phi.policy import load_policy
    from filters.phi.undecided import decider_state
    from pipelines.show_phi import as_json, show_evaluation

    detect = detect_by(policy, undecided, weights)
    state = decider_state(load_policy(policy), undecided, weights)
    reports = []
    for path in gold:
        found = read_gold(path)
        evaluation = judge(found.documents, detect)
        show_evaluation(_out, found.name, policy, evaluation, by.value, misses)
        reports.append(
            {"gold": found.name, "policy": policy, "ruleset": ruleset(), "undecided": state, **as_json(evaluation)}
        )
    if output is not None:
        output.write_text(json.dumps(reports, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@phi_app.command()
def key(path: Annotated[Path, typer.Argument(help="File to write.", show_default=False)]) -> None:
    """Make the key of surrogates and of the tags in the account of identifiers (`phi.key` of a recipe).

    Keep it apart from what is released. Whoever has it can ask whether a value they know was replaced; once it is
    destroyed nobody can.
    """
    from filters.phi.surrogates import Key

    made = Key.create(path)
    _out.print(f"{path}: {made.fingerprint}", highlight=False)
