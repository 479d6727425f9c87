"""The phases that decide what is held out; each a list of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.digest import Json, digest
from corpus.unit import Phase, Unit
from pipelines.measure import ROWS
from pipelines.slices import Sliced, without_places

if TYPE_CHECKING:
    from pipelines.deduplicate.steps import Found
    from pipelines.recipe import Recipe

_MARGIN = 2.0
"""How many times the tokens that are wanted are looked at: some are too much like what is trained on."""


@dataclass(frozen=True, slots=True)
class Part:
    """One bundle: its source, its products and what it is called."""

    source: str
    digests: Mapping[str, str]
    label: str
    weight: int


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What is held out."""

    rows: Sliced
    """row, split; all other kept documents are in train."""
    thresholds: dict[str, float]
    """By source, below which position its groups are held out."""
    wanted: dict[str, int | None]
    """By source, tokens as read that were to be held out; None where a share was."""
    tokens: dict[tuple[str, str], int]
    """By source and split, tokens as read."""
    like_train: int
    """Documents that would be held out, were they not similar to some that cannot be."""
    late_in_group: int
    """Documents published after the date that it does not hold out, as their group has others that were not, or may not
    have been."""


class Splitting:
    """Decides for the bundles of a corpus.

    Args:
        phase: runs units, gives their results in order.
        made_by: what else names a product.
        recipe: what it asks for.
    """

    def __init__(self, phase: Phase, made_by: dict[str, Any], recipe: Recipe) -> None:
        self._phase = phase
        self._made_by = made_by
        self._recipe = recipe

    def run(self, parts: Sequence[Part], found: Found, tokens: Mapping[str, int]) -> HeldOut:
        """All phases. `tokens` are those kept of each source, as read."""
        homes = {one.name: self._asked(one.validation_tokens, tokens[one.name]) for one in self._recipe.sources}
        while True:
            chosen = self._choose(parts, found, homes)
            if not chosen["short"]:
                break
            for name in chosen["short"]:
                homes[name]["cap"] = min(1.0, homes[name]["cap"] * _MARGIN)
        return HeldOut(
            rows=Sliced("choose", chosen["digest"], ROWS, chosen["slices"]),
            thresholds=chosen["thresholds"],
            wanted={name: asked["tokens"] for name, asked in homes.items()},
            tokens={(source, split): count for source, split, count in chosen["tokens"]},
            like_train=chosen["like_train"],
            late_in_group=chosen["late_in_group"],
        )

    def _asked(self, own: int | None, kept: int) -> dict[str, Any]:
        """What is asked of a source, and the cap of positions to look at."""
        asked = self._recipe.split
        wanted = asked.validation_tokens if own is None else own
        if wanted is None:
            return {"share": asked.validation_share, "tokens": None, "cap": asked.validation_share}
        wanted = min(wanted, int(asked.validation_most * kept))
        return {"share": None, "tokens": wanted, "cap": min(1.0, _MARGIN * wanted / kept) if wanted else 0.0}

    def _choose(self, parts: Sequence[Part], found: Found, homes: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        caps = {name: asked["cap"] for name, asked in homes.items()}
        dedup = self._recipe.dedup
        bundles: list[dict[str, Any]] = [
            {
                "source": part.source,
                "digests": {stage: part.digests[stage] for stage in ("documents", "verdicts", "phi")},
                "merges": found.rows.of(number),
                "clusters": found.groups.of(number),
                "shingle_words": dedup.signature.shingle_words,
            }
            for number, part in enumerate(parts)
        ]
        asked = {"caps": caps, "after": self._recipe.split.after, "seed": self._recipe.seed}
        held = self._several("Propose what to hold out", "held", "held", [one | asked for one in bundles], parts)
        digests = [one["digest"] for one in held]
        (chosen,) = self._several("Index what may be held out", "near:chosen", "chosen", [{"held": digests}])
        beside = {"chosen": chosen["digest"], "threshold": dedup.split_threshold}
        near = self._several("Compare it with everything", "near", "near", [one | beside for one in bundles], parts)
        params = {
            "held": digests,
            "chosen": chosen["digest"],
            "near": [one["digest"] for one in near],
            "homes": dict(homes),
            "sources": [part.source for part in parts],
        }
        (result,) = self._several("Choose what to hold out", "choose", "choose", [params])
        return {**result, "late_in_group": sum(one["late_in_group"] for one in held)}

    def _several(
        self, title: str, task: str, step: str, params: Sequence[dict[str, Any]], parts: Sequence[Part] = ()
    ) -> list[dict[str, Any]]:
        """Run one step on each of `params`; summaries with their digests, in order."""
        module, _, function = task.partition(":")
        units = []
        for number, each in enumerate(params):
            plain: Json = without_places(each)
            name = digest({"stage": step, "params": plain, **self._made_by})
            label = f"{title}: {parts[number].label}" if parts else title
            weight = parts[number].weight if parts else 0
            task_name = f"pipelines.splits.{module}:{function or 'run'}"
            units.append(Unit(task_name, {step: name}, each, weight=weight, label=label))
        results = self._phase(title, units) if units else []
        return [{"digest": unit.products[step], **result[step]} for unit, result in zip(units, results, strict=True)]
