"""The recipes of the training proof: one that curates the kit's English documents, and variants without a filter.

All variants share one work folder. What a variant does not change is not done again: texts are read and measured once,
and a variant decides, removes duplicates, masks, and publishes anew.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from corpus.assets import asset_path
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit

KIT_RECIPE = Path(__file__).parents[1] / "pipelines" / "recipes" / "kit.yaml"

_NOTHING_RELEASED = ("pubmed_xml", "web_archive", "web_archive_wet")
"""Sources of the kit whose documents the licence profile refuses, one and all."""

_NO_QUALITY: Mapping[str, Any] = {"quality": {"presets": {}, "default_preset": None}}
_NO_BOILERPLATE: Mapping[str, Any] = {"boilerplate": {"doc_types": []}}
_NO_DEDUP: Mapping[str, Any] = {"dedup": {"threshold": 1.0}}
"""Nearly equal documents stay. Equal ones merge under every recipe; `benchmarks.training_arms` puts the copies back."""


def no_language() -> Mapping[str, Any]:
    """Every language that the model knows, however unsure it is."""
    from filters.fasttext_model import load

    known = sorted(label.removeprefix("__label__") for label in load(asset_path("lid.176.ftz")).labels)
    return {"language": {"allow": known, "min_score": 0.0, "min_allowed_share": 1e-9}}


def variants() -> dict[str, Mapping[str, Any]]:
    """What each variant says in place of the curated recipe. Licences and identifiers are the same in all of them."""
    language = no_language()
    return {
        "curated": {},
        "no_quality": _NO_QUALITY,
        "no_boilerplate": _NO_BOILERPLATE,
        "no_dedup": _NO_DEDUP,
        "no_language": language,
        "raw": {**_NO_QUALITY, **_NO_BOILERPLATE, **_NO_DEDUP, **language},
    }


def write_variant(name: str, folder: Path, kit: Path) -> Path:
    """Write the recipe of a variant below `folder`; return its file. `kit` is the folder of raw files.

    The recipe is the kit's own, with its sources that can release anything, and English alone: the held-out texts are
    English, so that the language rule has something to decide that they can show.
    """
    recipe = yaml.safe_load(KIT_RECIPE.read_text(encoding="utf-8"))
    recipe["root"] = str(kit)
    recipe["sources"] = [
        source
        for source in recipe["sources"]
        if source.get("use", "train") == "train"
        and not source["name"].startswith("licence_test")
        and source["name"] not in _NOTHING_RELEASED
    ]
    recipe["language"] = {"allow": ["en"]}
    # Documents let in by a variant are as they are: no guard may end its build.
    recipe["dedup"] = {"max_loss_share": 1.0}
    for section, values in variants()[name].items():
        recipe[section] = recipe.get(section, {}) | dict(values)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def build_variant(name: str, folder: Path, work: Path, kit: Path) -> Path:
    """Build a variant's snapshot at `folder/snapshots/<name>` unless it is there; return its folder."""
    from pipelines.build import Build
    from pipelines.engines.inline import InlineEngine
    from pipelines.plan import make_plan
    from pipelines.recipe import load_recipe

    output = folder / "snapshots" / name
    if (output / "manifest.json").is_file():
        return output
    path = write_variant(name, folder / "recipes", kit)
    output.parent.mkdir(parents=True, exist_ok=True)
    plan, private = make_plan(load_recipe(path), path.parent), WorkFolder.create(work)
    with private.lock():
        private.discard_unfinished()
        with InlineEngine(private) as engine:
            Build(plan, engine, private, _Phases(name)).run(output)
    return output


class _Phases:
    """Names phases on standard error."""

    def __init__(self, variant: str) -> None:
        self._variant = variant

    def phase(self, title: str, units: int) -> None:
        print(f"{self._variant}: {title} ({units})", file=sys.stderr)

    def done(self, unit: Unit, results: dict[str, Result]) -> None:
        """Nothing is said of units."""

    def say(self, message: str) -> None:
        print(f"{self._variant}: {message}", file=sys.stderr)
