"""From finished units to what a snapshot states of identifiers: what was masked, and how well they are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from filters.phi.spans import EVALUATION_ITEM
from manifests.model import KnownRecall, PhiCount, PlantedRecall, Privacy

if TYPE_CHECKING:
    from pipelines.stated.finished import Finished


def privacy(finished: Finished, names: list[str]) -> Privacy:
    """How identifiers were looked for in the sources `names`, and how many were masked."""
    from filters.phi.annotator import ruleset
    from filters.phi.policy import load_policy, policies_of
    from pipelines.measure import screening

    policies = {source.name: source.phi_policy for source in finished.plan.recipe.sources}
    counts: list[PhiCount] = []
    for name in names:
        spans: Counter[str] = Counter()
        documents: Counter[str] = Counter()
        for number in finished.of(name):
            for kind, (found, where) in finished.assembled[number]["spans"].items():
                spans[kind] += found
                documents[kind] += where
        kinds = sorted({*spans} - {EVALUATION_ITEM})
        counts += [PhiCount(source=name, kind=k, spans=spans[k], documents=documents[k]) for k in kinds]
    asked = {name for policy in set(policies.values()) for name in policies_of(policy)}
    configs: list[Any] = [screening(**finished.plan.stages[name]["phi"]).config for name in names]
    undecided = {policy: state for config in configs for policy, state in config["undecided"].items()}
    keyed = finished.phi_key is not None
    return Privacy(
        ruleset=ruleset(),
        policies=policies,
        replaced={name: load_policy(name).replace if keyed else "placeholder" for name in sorted(asked)},
        undecided=dict(sorted(undecided.items())),
        key=finished.phi_key,
        masked=tuple(counts),
        planted_documents={name: sum(finished.planted[n]["documents"] for n in finished.of(name)) for name in names},
        planted=tuple(_planted(finished, names)),
        known=tuple(_known(finished, names)),
    )


def _known(finished: Finished, names: list[str]) -> Iterator[KnownRecall]:
    for name in names:
        counts = [finished.planted[number]["known"] for number in finished.of(name)]
        stated, touched, covered = (sum(each) for each in zip(*counts, strict=True))
        if stated:
            yield KnownRecall(source=name, stated=stated, touched=touched, covered=covered)


def _planted(finished: Finished, names: list[str]) -> Iterator[PlantedRecall]:
    for name in names:
        sums: dict[tuple[str, str], list[int]] = {}
        for number in finished.of(name):
            for policy, letters in finished.planted[number]["policies"].items():
                for letter, counts in letters.items():
                    before = sums.get((policy, letter), [0, 0, 0, 0])
                    sums[policy, letter] = [one + more for one, more in zip(before, counts, strict=True)]
        for (policy, letter), (planted, touched, covered, typed) in sorted(sums.items()):
            yield PlantedRecall(
                source=name,
                policy=policy,
                letter=letter,
                planted=planted,
                touched=touched,
                covered=covered,
                typed=typed,
            )
