"""The evaluation sets of a recipe: found, hashed, and made into the index that documents are screened with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from corpus.digest import Json, digest
from corpus.errors import RecipeError
from corpus.rooms import toolchain
from corpus.storage import WorkFolder
from corpus.unit import Unit
from filters.contamination import ContaminationConfig, Index, Item, read_items
from filters.contamination.annotator import ContaminationAnnotator
from filters.contamination.formats import FORMATS
from pipelines.locations import resolve_root
from pipelines.rawfiles import RawInput, find_files
from pipelines.sections.evaluations import EvaluationRecipe, WithEvaluations
from pipelines.yaml_recipe import Checks

STAGE = "evaluations"
INDEX = "items.index"

_FILES = {"bold": ("wikipedia",)}
"""Fields of a format that name a file, from the folder of the one that is read."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """One set, as found."""

    recipe: EvaluationRecipe
    files: tuple[RawInput, ...]
    beside: tuple[RawInput, ...] = ()
    """Files that its format reads with each of them."""
    items: int = 0
    refused: int = 0
    """Records that are no items."""

    @property
    def params(self) -> dict[str, Any]:
        """What a unit reads it by."""
        recipe = self.recipe
        paths = [file.path for file in self.files]
        return {"name": recipe.name, "format": recipe.format, "fields": recipe.fields, "paths": paths}

    @property
    def identity(self) -> list[Json]:
        """What its items depend on."""
        recipe = self.recipe
        files = [[file.name, file.sha256] for file in (*self.files, *self.beside)]
        return [recipe.name, recipe.format, dict(recipe.fields), sorted(files)]


@dataclass(frozen=True, slots=True)
class Evaluations:
    """All sets that documents are screened for."""

    sets: tuple[EvaluationSet, ...]
    config: ContaminationConfig
    policy: dict[str, Any]
    """`actions` by set and piece, `min_score` and `max_masked_share`, as deciding takes them."""

    @property
    def digest(self) -> str:
        """Of the product that holds the index."""
        identity = [one.identity for one in self.sets]
        return digest({"stage": STAGE, "sets": identity, "config": self.config.json(), "made_by": toolchain("filters")})

    @property
    def params(self) -> dict[str, Any]:
        """Of the stage that screens documents."""
        return {"index": self.digest}

    @property
    def removes(self) -> bool:
        """Whether anything is asked to be masked or dropped."""
        return any(self.policy["actions"].values())

    def sidecar(self, documents: str) -> str:
        """Digest of what screening says of the documents with this digest."""
        version = ContaminationAnnotator.version
        return digest({"stage": "contamination", "documents": documents, "index": self.digest, "version": version})

    def unit(self) -> Unit:
        """The unit that makes the index."""
        params = {"sets": [one.params for one in self.sets], "config": self.config.json()}
        weight = sum(file.bytes for one in self.sets for file in one.files)
        return Unit("pipelines.evaluations:run", {STAGE: self.digest}, params, weight=weight, label="evaluation sets")


def find_evaluations(recipe: WithEvaluations, root: Path) -> Evaluations | None:
    """The sets that a recipe names, every file read once, so that mistakes show now; None if it names none.

    Raises:
        RecipeError: a location matches nothing, a file is not of its format, or holds no item.
    """
    if not recipe.evaluations:
        return None
    sets = tuple(_counted(_find(one, root)) for one in recipe.evaluations)
    asked = recipe.contamination
    policy = {
        "actions": {one.name: one.actions for one in recipe.evaluations},
        **asked.model_dump(mode="json", include={"min_score", "max_masked_share"}),
    }
    return Evaluations(sets, config_of(asked.matching), policy)


def _counted(one: EvaluationSet) -> EvaluationSet:
    items, refused = _read(one.params)
    if not items:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(refused.items())) or "no record"
        raise RecipeError(f"evaluation set {one.recipe.name}: no item in its files ({reasons})")
    return replace(one, items=len(items), refused=refused.total())


def _find(recipe: EvaluationRecipe, root: Path) -> EvaluationSet:
    owner = f"evaluation set {recipe.name}"
    beside: list[RawInput] = []
    files = find_files(owner, recipe.files, root)
    if remote := [file.path for file in files if "://" in file.path]:
        raise RecipeError(f"{owner}: {remote[0]} is not on this machine; copy it here")
    for field in _FILES.get(recipe.format, ()):
        if field in recipe.fields:
            for file in files:
                beside += find_files(owner, [recipe.fields[field]], Path(file.path).parent)
    return EvaluationSet(recipe, tuple(files), tuple(sorted(set(beside))))


def config_of(matching: Mapping[str, int | float]) -> ContaminationConfig:
    """The parameters of the matching.

    Raises:
        RecipeError: there is no such parameter, or it cannot have that value.
    """
    known = ContaminationConfig().json()
    if unknown := sorted(set(matching) - set(known)):
        raise RecipeError(f"no parameter {unknown[0]!r}; there are {', '.join(known)}")
    return ContaminationConfig(**matching)  # type: ignore[arg-type]


def checks(recipe: WithEvaluations, root: str, folder: Path) -> Checks:
    """Places in a recipe that name sets, each with what raises RecipeError if it names none."""
    for number, one in enumerate(recipe.evaluations):
        yield ("evaluations", number, "format"), partial(_known_format, one)
        yield ("evaluations", number, "files"), partial(_there, one, root, folder)
    yield ("contamination", "matching"), partial(config_of, recipe.contamination.matching)


def _known_format(recipe: EvaluationRecipe) -> None:
    if recipe.format not in FORMATS:
        raise RecipeError(f"no such format; there are {', '.join(sorted(FORMATS))}")
    if unknown := sorted(set(recipe.fields) - FORMATS[recipe.format].fields):
        known = ", ".join(sorted(FORMATS[recipe.format].fields)) or "none"
        raise RecipeError(f"no field {unknown[0]!r}; {recipe.format} takes {known}")


def _there(recipe: EvaluationRecipe, root: str, folder: Path) -> None:
    if recipe.format in FORMATS:
        _find(recipe, resolve_root(root, folder))


def _read(params: Mapping[str, Any]) -> tuple[list[Item], Counter[str]]:
    """The items of a set, and by reason how many records are none."""
    items: list[Item] = []
    refused: Counter[str] = Counter()
    for path in params["paths"]:
        found, others = read_items(Path(path), params["name"], params["format"], params["fields"])
        items += found
        refused.update(one.reason for one in others)
    return items, refused


def make_index(sets: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> tuple[Index, dict[str, Json]]:
    """The index of some sets (`EvaluationSet.params`), and by set its items and what was refused."""
    items: list[Item] = []
    counts: dict[str, Json] = {}
    for one in sets:
        found, refused = _read(one)
        items += found
        counts[one["name"]] = {"items": len(found), "refused": dict(sorted(refused.items()))}
    return Index.build(items, ContaminationConfig(**config)), counts


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `evaluations`: the index of all sets. No word of an item can be read from it."""
    del work
    index, counts = make_index(params["sets"], params["config"])
    index.save(folders[STAGE] / INDEX)
    return {STAGE: {"sets": counts, "sha256": index.sha256, "bytes": index.nbytes, "items": len(index)}}


def screening_of(params: Mapping[str, Any], work: WorkFolder) -> ContaminationAnnotator:
    """The stage that screens documents, from its parameters."""
    return ContaminationAnnotator(work.product(STAGE, params["index"]) / INDEX)
