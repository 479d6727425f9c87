"""What a reader may expect and a snapshot does not state: what this version never does, what its recipe leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import yaml

from manifests.model import Gap
from pipelines.answers import waiting
from pipelines.plan import Plan


def gaps(plan: Plan) -> Iterator[Gap]:
    """Gaps in the order of `gaps.yaml`, then those of the recipe."""
    words = (resources.files("pipelines") / "gaps.yaml").read_text(encoding="utf-8")
    for gap in yaml.safe_load(words):
        if plan.evaluations is None or not gap.pop("without_sets", False):
            yield Gap(what=gap["what"], why=gap["why"])
    if open_ones := waiting(plan.recipe.description, plan.answers):
        yield Gap(
            what=f"{len(open_ones)} answers of the datasheet that only a person can give",
            why=f"nobody gave them: {', '.join(open_ones)}",
        )
    retrieved = [file.retrieval for bundle in plan.bundles for file in bundle.files]
    if missing := sum(one is None for one in retrieved):
        yield Gap(
            what="when and where each raw file was fetched",
            why=f"of {missing:,} of {len(retrieved):,} raw files neither a lock of `hc4 fetch` nor the recipe says so",
        )
    if plan.recipe.issued is None and missing == len(retrieved):
        yield Gap(
            what="a date of issue",
            why="the recipe states none; where a format demands one, 1970-01-01 stands for it",
        )
    if unsorted := [source.name for source in plan.recipe.sources if source.eu_section is None]:
        yield Gap(
            what="the section of the EU's summary of training content that each source belongs to",
            why=f"the recipe gives no `eu_section` to {_named(unsorted)}",
        )


def _named(names: list[str], most: int = 8) -> str:
    """The first of many names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")
