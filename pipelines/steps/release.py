"""What is released: its splits, its text with identifiers masked, its shards."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from corpus.digest import Json, digest, sha256_file
from corpus.unit import Result, Unit
from pipelines.deduplicate.steps import Found
from pipelines.signals import signal_stages
from pipelines.slices import Sliced
from pipelines.splits.steps import HeldOut, Splitting
from pipelines.splits.steps import Part as HeldOutPart
from pipelines.steps.phases import MADE_BY, Phases
from shards.place import SPLITS, TRAIN, VALIDATION

_ORACLE_DOCUMENTS = 64


def hold_out(phases: Phases, found: Found, concluded: list[Result]) -> HeldOut:
    """Which kept documents are not to be trained on."""
    parts = [
        HeldOutPart(bundle.source.name, own, bundle.label, bundle.weight)
        for bundle, own in zip(phases.plan.bundles, phases.digests, strict=True)
    ]
    return Splitting(phases.run, MADE_BY, phases.plan.recipe).run(parts, found, _kept_tokens(phases, concluded))


def shard_counts(phases: Phases, concluded: list[Result], held_out: HeldOut) -> dict[str, dict[str, int]]:
    """By source and split, how many shards: from tokens kept, so that a shard holds about `shards.tokens`."""
    recipe, share = phases.plan.recipe, phases.plan.recipe.split.validation_share
    counts: dict[str, dict[str, int]] = {}
    for source, tokens in _kept_tokens(phases, concluded).items():
        parts = dict.fromkeys((split for _, split in held_out.tokens), 0.0)
        if recipe.asks_for_splits:
            parts |= {split: held_out.tokens.get((source, split), 0) for split in SPLITS[1:]}
            parts[TRAIN] = tokens - sum(parts.values())
        else:
            parts |= {TRAIN: tokens * (1 - share)} | ({VALIDATION: tokens * share} if share else {})
        counts[source] = {split: max(1, math.ceil(part / recipe.shards.tokens)) for split, part in parts.items()}
    return counts


def assemble(
    phases: Phases,
    found: Found,
    works: Sliced,
    cuts: list[dict[str, Json]],
    held_out: HeldOut,
    counts: dict[str, dict[str, int]],
) -> list[Result]:
    """Released documents bundle by bundle, masked and tokenized, by shard: the product `assembled`."""
    recipe = phases.plan.recipe
    needed = ("documents", "verdicts", "licence", "language", "phi", "signature", "tokens")
    genres = phases.genres()
    units = []
    for number, bundle in enumerate(phases.plan.bundles):
        reader = phases.plan.readers[bundle.source.name]
        params = {
            "source": bundle.source.name,
            "digests": {s: phases.digests[number][s] for s in needed} | signal_stages(phases.digests[number]),
            "merges": found.rows.of(number),
            "clusters": found.groups.of(number),
            "stands_for": found.stands_for.of(number),
            "works": works.of(number),
            "cuts": cuts[number],
            "files": {file.name: [file.sha256, file.retrieved] for file in bundle.files},
            "reader": f"{reader.name} {reader.version}",
            "states": sorted(reader.states),
            "verbatim": bundle.verbatim,
            "formatters": [formatter for _, formatter, _ in bundle.params["formatters"]],
            "publisher": bundle.source.publisher or bundle.source.title or None,
            "homepage": bundle.source.homepage,
            "phi_key": phases.phi_key,
            "shards": counts[bundle.source.name],
            "held_out": held_out.rows.of(number),
            "tokenizer": phases.tokenizer,
            "genres": genres,
            "signature": recipe.dedup.signature.model_dump(mode="json"),
        }
        units.append(phases.bundle_unit("assembled", "pipelines.assemble:run", number, params))
    results = phases.run("Mask and tokenize", units)
    return [result["assembled"] for result in results]


def write_shards(phases: Phases, assembled: list[Result], counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """Every shard that has rows: source, split, number, count, and what its unit said."""
    units: list[Unit] = []
    places: list[dict[str, Any]] = []
    asked = zip(phases.plan.tokenizers, phases.plan.recipe.count_with, strict=True)
    count_with = [[name, place, sha256_file(Path(place)), one.store] for (name, place), one in asked]
    for source, numbers in phases.of_source().items():
        for split, count in counts[source].items():
            for number in range(count):
                parts = [
                    [phases.digests[n]["assembled"], groups]
                    for n in numbers
                    if (groups := [g for s, i, g in assembled[n]["index"] if (s, i) == (split, number)])
                ]
                if not parts:
                    continue
                params: dict[str, Any] = {
                    "source": source,
                    "split": split,
                    "parts": parts,
                    "tokenizer": phases.tokenizer,
                    "count_with": count_with,
                    "oracle_documents": _ORACLE_DOCUMENTS,
                    "row_group_tokens": phases.plan.recipe.shards.row_group_tokens,
                    "signature": phases.plan.recipe.dedup.signature.model_dump(mode="json"),
                }
                name = digest({"stage": "shard", "params": params, **MADE_BY})
                label = f"{source}/{split} {number + 1} of {count}"
                units.append(Unit("pipelines.shard:run", {"shard": name}, params, label=label))
                places.append({"source": source, "split": split, "number": number, "count": count, "digest": name})
    results = phases.run("Write shards", units)
    return [{**place, **result["shard"]} for place, result in zip(places, results, strict=True)]


def _kept_tokens(phases: Phases, concluded: list[Result]) -> dict[str, int]:
    """By source, tokens as read of what it keeps."""
    return {name: sum(concluded[n]["kept_tokens"] for n in numbers) for name, numbers in phases.of_source().items()}
