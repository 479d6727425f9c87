"""The ledger: how every record ends, and how well screening finds identifiers in what is kept."""

from __future__ import annotations

from operator import itemgetter

from corpus.unit import Result
from pipelines import planted
from pipelines.deduplicate.steps import Found
from pipelines.samples import SAMPLES_PER_REASON
from pipelines.signals import signal_stages
from pipelines.slices import Sliced
from pipelines.steps.evaluation_items import policy_of_items
from pipelines.steps.phases import Phases


def conclude(phases: Phases, found: Found, works: Sliced, learnt: dict[str, str]) -> list[Result]:
    """The last word on every record, bundle by bundle: the product `concluded`."""
    needed = ("documents", "verdicts", "licence", "phi", "sentences")
    genres = phases.genres()  # reads models: once, not for each bundle
    rules = phases.rules
    units = []
    for number, bundle in enumerate(phases.plan.bundles):
        params = {
            "source": bundle.source.name,
            "digests": {s: phases.digests[number][s] for s in needed}
            | signal_stages(phases.digests[number])
            | {s: name for s, name in phases.digests[number].items() if s in ("mentions", "contamination")},
            "merges": found.rows.of(number),
            "works": works.of(number),
            "learnt": learnt[bundle.source.name],
            "samples": SAMPLES_PER_REASON,
            "rules": rules,
            "min_score": phases.plan.recipe.language.min_score,
            "seed": phases.plan.recipe.seed,
            "genres": genres,
            **policy_of_items(phases, number),
        }
        units.append(phases.bundle_unit("concluded", "pipelines.conclude:run", number, params))
    results = phases.run("Write the ledger", units)
    return [result["concluded"] for result in results]


def plant_identifiers(phases: Phases, concluded: list[Result]) -> list[Result]:
    """Recall of identifiers planted into a sample of each source's kept documents."""
    units = []
    for numbers in phases.of_source().values():
        kept = sum(concluded[n]["kept"] for n in numbers)
        for number in numbers:
            params = {
                "digests": {s: phases.digests[number][s] for s in ("documents", "verdicts", "phi", "language")},
                "undecided": phases.plan.bundles[number].params["stages"]["phi"]["undecided"],
                "weights": phases.plan.bundles[number].params["stages"]["phi"]["weights"],
                "share": min(1.0, planted.DOCUMENTS / max(kept, 1)),
                "seed": phases.plan.recipe.seed,
            }
            units.append((number, phases.bundle_unit("planted", "pipelines.planted:run", number, params)))
    units.sort(key=itemgetter(0))
    results = phases.run("Plant identifiers", [unit for _, unit in units])
    return [result["planted"] for result in results]
