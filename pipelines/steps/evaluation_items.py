"""Items of evaluation sets: their index, and what becomes of copies in a bundle."""

from __future__ import annotations

from typing import Any

from corpus.unit import Result
from pipelines.evaluations import STAGE
from pipelines.steps.phases import Phases


def read_items(phases: Phases) -> Result | None:
    """What there is to say of the index of evaluation items; None if the recipe names no sets."""
    if phases.plan.evaluations is None:
        return None
    (result,) = phases.run("Read evaluation sets", [phases.plan.evaluations.unit()])
    return result[STAGE]


def mask_items(phases: Phases) -> None:
    """Evaluation items to remove become spans like any other; deduplication has compared texts that have them."""
    evaluations = phases.plan.evaluations
    if evaluations is None or not evaluations.removes:
        return
    needed = ("documents", "phi", "contamination")
    units = []
    for number, own in enumerate(phases.digests):
        if "contamination" in own:
            params = {"digests": {s: own[s] for s in needed}, "contamination": evaluations.policy}
            units.append(phases.bundle_unit("phi", "pipelines.masked_items:run", number, params))
    phases.run("Mask evaluation items", units)


def policy_of_items(phases: Phases, number: int) -> dict[str, Any]:
    """Of a bundle that was screened for evaluation items, the parameter that says what becomes of them."""
    evaluations = phases.plan.evaluations
    screened = evaluations is not None and "contamination" in phases.digests[number]
    return {"contamination": evaluations.policy} if evaluations and screened else {}
