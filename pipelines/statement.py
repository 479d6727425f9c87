"""From finished units to the manifest: every number a snapshot states is made of summaries and small tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from corpus.assets import ASSETS
from corpus.digest import digest, sha256_file
from corpus.errors import LedgerImbalance
from filters.datatrove.classes import installed_libraries
from filters.mentions import lexicon
from filters.rights import load_profile
from manifests.amount import Amount
from manifests.audited import estimate as estimate_samples
from manifests.audited import stratum_sizes
from manifests.demographics import Demographics, Tally, demographics, summed
from manifests.environment import environment
from manifests.ledger import make_ledger
from manifests.merkle import Merkle
from manifests.model import File, Ledger, Manifest, Model, Shard, TokenizerFacts
from pipelines.covered import token_counts
from pipelines.decontaminated import contamination
from pipelines.gaps import gaps
from pipelines.identifiers import privacy
from pipelines.locations import resolve_location
from pipelines.plan import Plan
from pipelines.stated.amounts import added, released_of
from pipelines.stated.duplicates import deduplication
from pipelines.stated.finished import Finished
from pipelines.stated.recipe import canonical_recipe, classifiers
from pipelines.stated.sources import coverage_of, rights, source_facts, splits
from shards.tokenizer import load_tokenizer


def make_manifest(
    finished: Finished,
    shards: list[Shard],
    files: list[File],
    table: pl.DataFrame,
    labels: dict[str, pl.DataFrame],
    samples: pl.DataFrame,
    copies: Path | None = None,
) -> Manifest:
    """State everything, after the account was closed.

    `table` is the ledger by raw file (`manifests.ledger.KEYS` and the four measures), `labels` is what
    `pipelines.covered.labels_by_source` gives, `samples` those of the snapshot, `copies` is where its
    table of copies of evaluation items lies.

    Raises:
        LedgerImbalance: the account does not close.
    """
    plan = finished.plan
    recipe = plan.recipe
    names = [source.name for source in recipe.sources]
    masked, cut = (
        {name: added(finished.assembled[n][what] for n in finished.of(name)) for name in names}
        for what in ("masked", "cut")
    )
    released = {name: released_of(finished, name, "split") for name in names}
    ledger = make_ledger(table, names, masked, cut, released)
    _check_records(finished, ledger)
    profile = load_profile(recipe.profile)
    tokenizer = load_tokenizer(Path(resolve_location(recipe.tokenizer, plan.folder)))
    language = Path(resolve_location(recipe.language.model, plan.folder))
    canonical = canonical_recipe(finished, tokenizer.sha256, sha256_file(language))
    asset = next((asset for asset in ASSETS.values() if asset.sha256 == sha256_file(language)), None)
    stated = Manifest(
        snapshot_id="",
        name=recipe.name,
        title=recipe.title or recipe.name,
        description=recipe.description,
        licence_profile=profile.name,
        licence_statement=profile.statement,
        recipe=canonical,
        recipe_sha256=digest(canonical),
        totals=sum(released.values(), Amount()),
        splits=tuple(splits(finished, names)),
        sources=tuple(source_facts(finished, source, ledger, released, labels) for source in recipe.sources),
        coverage=coverage_of(finished, recipe.sources, labels, released),
        ledger=ledger,
        rights=rights(finished, names, profile, files),
        privacy=privacy(finished, names),
        dedup=deduplication(finished, names),
        demographics=_demographics(finished, names),
        tokenizer=TokenizerFacts(
            name=tokenizer.name,
            sha256=tokenizer.sha256,
            vocabulary=tokenizer.oracle.vocabulary,
            fast_path=tokenizer.fast_path,
            oracle=tokenizer.oracle.library,
            oracle_documents=sum(shard["oracle_documents"] for shard in finished.shards),
        ),
        token_counts=tuple(
            token_counts(names, plan.tokenizers, recipe.count_with, [shard.path for shard in shards], finished.shards)
        ),
        models=(
            Model(
                name=language.name,
                sha256=sha256_file(language),
                licence=asset.licence if asset else None,
                used_for="language",
            ),
            *classifiers(plan),
        ),
        shards=tuple(sorted(shards, key=lambda shard: shard.path)),
        merkle=Merkle.over(shards),
        files=tuple(sorted(files, key=lambda file: file.path)),
        environment=environment(_versions_for(plan)),
        gaps=tuple(gaps(plan)),
    )
    asked: dict[str, Any] = {}
    if copies is not None:
        asked["contamination"] = contamination(finished, copies)
    if recipe.audit.verdicts:
        asked["audit"] = estimate_samples(samples, stratum_sizes(stated), plan.said)
    return stated.model_copy(update=asked)


def _versions_for(plan: Plan) -> dict[str, str]:
    """Libraries that only some recipes use."""
    return installed_libraries() if plan.recipe.datatrove else {}


def _demographics(finished: Finished, names: list[str]) -> Demographics | None:
    """Who is spoken about, summed over bundles."""
    asked = finished.plan.recipe.mentions
    if asked is None:
        return None
    return demographics(
        lexicon(),
        asked.window,
        {
            name: summed(
                {stage: Tally(found) for stage, found in finished.concluded[number]["mentioned"].items()}
                for number in finished.of(name)
            )
            for name in names
        },
    )


def _check_records(finished: Finished, ledger: Ledger) -> None:
    """Records the ledger speaks of = records the readers counted."""
    for stage in ledger.stages:
        if stage.stage != "read":
            continue
        numbers = finished.of(stage.source)
        read = sum(finished.documents[n]["rows"] + finished.documents[n]["quarantined"] for n in numbers)
        if stage.entered.documents != read:
            raise LedgerImbalance(
                f"source {stage.source}: {read:,} records read, {stage.entered.documents:,} in the ledger"
            )
