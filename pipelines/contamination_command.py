"""`hc4 contamination`: which evaluation items stand in the released text of a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml
from rich.markup import escape
from rich.table import Table

from corpus.errors import BuildStopped, RecipeError
from pipelines.console import Console

if TYPE_CHECKING:
    from manifests.rescreened import Left
    from pipelines.sections.evaluations import WithEvaluations

_out = Console()
_SHOWN = 3


def contamination(
    snapshot: Annotated[Path, typer.Argument(help="A snapshot folder.", show_default=False)],
    sets: Annotated[
        Path,
        typer.Argument(help="A recipe, or a YAML file with `evaluations` alone.", show_default=False, exists=True),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Screen the released text of any snapshot for evaluation items. Exit 4 if one is left that a policy removes.

    Of what the snapshot states only the list of its shards is used: this checks a build, whoever made it.
    """
    import json
    from dataclasses import asdict

    from filters.contamination import ContaminationAnnotator
    from manifests.rescreened import forbidden, left_in
    from manifests.snapshot import Snapshot
    from pipelines.evaluations import find_evaluations, make_index
    from pipelines.locations import resolve_root

    opened = Snapshot.open(snapshot)
    recipe = _sets(sets)
    found = find_evaluations(recipe, resolve_root(recipe.root, sets.parent))
    if found is None:
        raise RecipeError(f"{sets} names no evaluation sets")
    index, counts = make_index([one.params for one in found.sets], found.config.json())
    policy = found.policy
    left = left_in(opened, ContaminationAnnotator(index).measure, policy["actions"], policy["min_score"])
    wrong = forbidden(left)
    if as_json:
        told = {
            "snapshot_id": opened.manifest.snapshot_id,
            "index_sha256": index.sha256,
            "sets": counts,
            "left": [asdict(one) for one in left],
            "forbidden": len(wrong),
        }
        typer.echo(json.dumps(told, indent=2))
    else:
        _show(left, [one.recipe.name for one in found.sets], opened.manifest.totals.documents)
    if wrong:
        documents = sum(one.documents for one in wrong)
        raise BuildStopped(
            f"{snapshot} holds items that a policy removes: {documents:,} documents, "
            f"{', '.join(sorted({one.set for one in wrong}))}"
        )


def _sets(path: Path) -> WithEvaluations:
    """The sets that a recipe names, or a file of sets alone. The rest of a recipe is not asked about."""
    from pipelines.evaluations import checks
    from pipelines.recipe import load_recipe
    from pipelines.sections.evaluations import SetsFile
    from pipelines.yaml_recipe import checked

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        content = None  # said again, with its place
    if isinstance(content, dict) and "sources" in content:
        return load_recipe(path)
    return checked(path, SetsFile, lambda recipe: checks(recipe, recipe.root, path.parent))


def _show(left: list[Left], names: list[str], documents: int) -> None:
    table = Table("set", "source", "part", "policy", header_style="bold", box=None)
    for name in ("documents", "items", "copies"):
        table.add_column(name, justify="right")
    table.add_column("for example")
    for one in left:
        shown = ", ".join(one.doc_ids[:_SHOWN])
        numbers = (f"{number:,}" for number in (one.documents, one.items, one.spans))
        table.add_row(*map(escape, (one.set, one.source, one.part, one.action, *numbers, shown)))
    if left:
        _out.print(table)
    clean = [name for name in names if name not in {one.set for one in left}]
    if clean:
        _out.print(f"nothing of {escape(', '.join(clean))} in {documents:,} documents", highlight=False)
