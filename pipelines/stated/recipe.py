"""What a manifest states of the recipe: as understood, with digests for paths; and of its models."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corpus.digest import sha256_file
from manifests.model import Model
from pipelines.locations import resolve_location
from pipelines.plan import Plan
from pipelines.stated.finished import Finished


def canonical_recipe(finished: Finished, tokenizer: str, language: str) -> dict[str, Any]:
    """The recipe as understood, without what differs between equal builds: paths, order of files, engine."""
    left_out = {"engine", "tokenizer", "root"} | (
        set() if finished.plan.evaluations else {"evaluations", "contamination"}
    )
    recipe = finished.plan.recipe.model_dump(mode="json", exclude=left_out)
    if finished.plan.evaluations is not None:
        for one, found in zip(recipe["evaluations"], finished.plan.evaluations.sets, strict=True):
            one["files"] = sorted([file.name, file.sha256] for file in (*found.files, *found.beside))
    for source in recipe["sources"]:
        numbers = finished.of(source["name"])
        files = [file for n in numbers for file in finished.plan.bundles[n].files]
        source["files"] = sorted([file.name, file.sha256] for file in files)
    recipe["language"]["model"] = language
    recipe["phi"]["key"] = finished.phi_key
    for one, model in zip(recipe["classifiers"], classifiers(finished.plan), strict=True):
        one["model"] = model.sha256
    recipe["dedup"]["against"] = [one.snapshot.manifest.snapshot_id for one in finished.plan.earlier]
    verdicts = [Path(resolve_location(one, finished.plan.folder)) for one in finished.plan.recipe.dedup.verdicts]
    recipe["dedup"]["verdicts"] = [sha256_file(path) for path in verdicts]
    recipe["blocklist"] = [one.sha256 for one in finished.plan.blocklists]
    said = [Path(resolve_location(one, finished.plan.folder)) for one in finished.plan.recipe.audit.verdicts]
    recipe["audit"]["verdicts"] = [sha256_file(path) for path in said]
    recipe["tokenizer"] = tokenizer
    for one, (_, place) in zip(recipe["count_with"], finished.plan.tokenizers, strict=True):
        one["tokenizer"] = sha256_file(Path(place))
    recipe["datasheet"] = finished.plan.answers
    recipe["rules"] = {
        kind: [rule.model_dump(mode="json") for rule in rules]
        for kind, rules in sorted(finished.plan.recipe.rules_for().items())
    }
    return recipe


def classifiers(plan: Plan) -> Iterable[Model]:
    from filters.classifier import load_classifier

    for one in plan.recipe.classifiers:
        found = load_classifier(one.name, Path(resolve_location(one.model, plan.folder)))
        licence = None if found.facts.licence == "unknown" else found.facts.licence
        yield Model(
            name=found.facts.name, sha256=found.facts.model_sha256, licence=licence, used_for=f"signal {one.name}"
        )
