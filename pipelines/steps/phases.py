"""What all steps of a build share: the plan, the engine, and how products are named."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from corpus.digest import Json, digest
from corpus.rooms import toolchain
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from filters.classifier import load_classifier
from filters.phi.surrogates import Key
from pipelines.engines.engine import Engine
from pipelines.locations import resolve_location
from pipelines.plan import Plan
from pipelines.slices import without_places

MADE_BY = {"made_by": toolchain("filters", "dedup", "shards", "pipelines")}


class Progress(Protocol):
    """Told what happens; never asked."""

    def phase(self, title: str, units: int) -> None:
        """A phase begins."""

    def done(self, unit: Unit, results: dict[str, Result]) -> None:
        """A unit is finished."""

    def say(self, message: str) -> None:
        """One line for people."""


@dataclass(slots=True)
class Phases:
    """Runs the phases of one build of one plan."""

    plan: Plan
    engine: Engine
    work: WorkFolder
    progress: Progress
    partitions: int | None = None
    """Ranges of keys in global steps; by default, by the size of the corpus. It changes no byte of the snapshot."""
    digests: list[dict[str, str]] = field(init=False)
    """By bundle, stage name to digest; phases add theirs."""

    def __post_init__(self) -> None:
        self.digests = [dict(bundle.digests) for bundle in self.plan.bundles]

    def run(self, title: str, units: list[Unit]) -> list[dict[str, Result]]:
        """Run the units of a phase; their results in the order of `units`."""
        self.progress.phase(title, len(units))
        results: dict[int, dict[str, Result]] = {}
        for unit, result in self.engine.map(units):
            results[id(unit)] = result
            self.progress.done(unit, result)
        return [results[id(unit)] for unit in units]

    def of_source(self) -> dict[str, list[int]]:
        """Bundle numbers by source name."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, bundle in enumerate(self.plan.bundles):
            numbers[bundle.source.name].append(number)
        return numbers

    def bundle_unit(self, stage: str, task: str, number: int, params: dict[str, Any]) -> Unit:
        """A unit about one bundle whose product is named by all its parameters."""
        bundle = self.plan.bundles[number]
        name = digest({"stage": stage, "params": without_places(params), **MADE_BY})
        self.digests[number][stage] = name
        return Unit(task, {stage: name}, params, weight=bundle.weight, label=bundle.label)

    @property
    def priority(self) -> dict[str, int]:
        """Place of each source in the recipe: its number, and its authority."""
        return {source.name: place for place, source in enumerate(self.plan.recipe.sources)}

    @property
    def rules(self) -> dict[str, list[dict[str, Any]]]:
        """Quality rules by document type."""
        named = self.plan.recipe.rules_for()
        return {kind: [rule.model_dump(mode="json") for rule in own] for kind, own in named.items()}

    def genres(self) -> list[dict[str, Json]]:
        """The recipe's genres by classifier, each with the sha256 of its model."""
        recipe = self.plan.recipe
        if not recipe.genres:
            return []
        places = {one.name: Path(resolve_location(one.model, self.plan.folder)) for one in recipe.classifiers}
        models = {name: load_classifier(name, place).facts.model_sha256 for name, place in places.items()}
        return [{**one.model_dump(mode="json"), "model": models[one.classifier]} for one in recipe.genres]

    @property
    def phi_key(self) -> list[str] | None:
        """Where the key lies, and its fingerprint: another key, another release."""
        if self.plan.recipe.phi.key is None:
            return None
        path = resolve_location(self.plan.recipe.phi.key, self.plan.folder)
        return [path, Key.load(Path(path)).fingerprint]

    @property
    def tokenizer(self) -> str:
        return resolve_location(self.plan.recipe.tokenizer, self.plan.folder)
