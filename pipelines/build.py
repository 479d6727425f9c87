"""The build: from a plan to a published snapshot, phase by phase.

Each phase is a list of units with content addresses. A phase looks only at summaries of the one before, so a killed
build finds its place again by asking which products exist.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from corpus.digest import Json, digest, sha256_file
from corpus.errors import TooManyFailures, WipeOut
from corpus.rooms import toolchain
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from filters.boilerplate import learning
from filters.classifier import load_classifier
from filters.phi.surrogates import Key
from manifests.model import Manifest
from pipelines import boilerplate, planted, removals, wipe_out
from pipelines.deduplicate.earlier import file_of
from pipelines.deduplicate.steps import Deduplication, Found, Part
from pipelines.engines.engine import Engine
from pipelines.evaluations import STAGE
from pipelines.locations import resolve_location
from pipelines.measure import ROWS
from pipelines.paragraphs import Bundle as ParagraphBundle
from pipelines.paragraphs import Counted, RepeatedParagraphs
from pipelines.plan import Plan
from pipelines.publish import publish
from pipelines.samples import SAMPLES_PER_REASON
from pipelines.signals import signal_stages
from pipelines.slices import Sliced, without_places
from pipelines.splits.steps import HeldOut, Splitting
from pipelines.splits.steps import Part as HeldOutPart
from pipelines.statement import Finished
from pipelines.works.steps import Bundle, Works
from shards.place import SPLITS, TRAIN, VALIDATION

MADE_BY = {"made_by": toolchain("filters", "dedup", "shards", "pipelines")}
_ROWS_A_PARTITION = 20_000_000
_ORACLE_DOCUMENTS = 64

Slices = dict[int, list[list[Any]]]
"""By bundle number, rows with what a global step found out about them."""


class Progress(Protocol):
    """Told what happens; never asked."""

    def phase(self, title: str, units: int) -> None:
        """A phase begins."""

    def done(self, unit: Unit, results: dict[str, Result]) -> None:
        """A unit is finished."""

    def say(self, message: str) -> None:
        """One line for people."""


@dataclass(slots=True)
class Build:
    """One build of one plan."""

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

    def run(self, output: Path) -> Manifest:
        """Build the snapshot and put it at `output`.

        Raises:
            BuildStopped: a guard refused: ledger balance, failures, wipe-out, tokenizer oracle.
            EngineError: a unit failed.
        """
        finished = self.finish()
        self.progress.phase("Publish", 0)
        return publish(finished, output)

    def finish(self) -> Finished:
        """Run every unit; what they leave behind is all that a snapshot is made of. Errors are those of `run`."""
        items = self._evaluation_items()
        measured = self._phase("Read and measure", [bundle.unit() for bundle in self.plan.bundles])
        documents = [results["documents"] for results in measured]
        self._check_failures(documents)
        outdated = self._outdated(documents)
        works_digest, works = self._works(outdated)
        learnt = self._learn_boilerplate(documents)
        self._decide(outdated, works)
        resolved = self._deduplicate(works_digest)
        self._mask_items()
        self._check_wipe_out(resolved)
        shown = self._removals(resolved)
        paragraphs = self._paragraphs(resolved)
        concluded = self._conclude(resolved, works, learnt)
        recall = self._plant(concluded)
        held_out = self._hold_out(resolved, concluded)
        counts = self._shard_counts(concluded, held_out)
        assembled = self._assemble(resolved, works, paragraphs.cuts, held_out, counts)
        shards = self._shards(assembled, counts)
        return Finished(
            *(self.plan, self.work, self.digests, documents, learnt, concluded, recall, assembled, shards, resolved),
            phi_key=self._phi_key[1] if self._phi_key else None,
            removals=shown,
            paragraphs=paragraphs.of_source,
            held_out=held_out,
            items=items,
        )

    def _evaluation_items(self) -> Result | None:
        """What there is to say of the index of evaluation items; None if the recipe names no sets."""
        if self.plan.evaluations is None:
            return None
        (result,) = self._phase("Read evaluation sets", [self.plan.evaluations.unit()])
        return result[STAGE]

    def _mask_items(self) -> None:
        """Evaluation items to remove become spans like any other; deduplication has compared texts that have them."""
        evaluations = self.plan.evaluations
        if evaluations is None or not evaluations.removes:
            return
        needed = ("documents", "phi", "contamination")
        units = []
        for number, own in enumerate(self.digests):
            if "contamination" in own:
                params = {"digests": {s: own[s] for s in needed}, "contamination": evaluations.policy}
                units.append(self._bundle_unit("phi", "pipelines.masked_items:run", number, params))
        self._phase("Mask evaluation items", units)

    def _phase(self, title: str, units: list[Unit]) -> list[dict[str, Result]]:
        """Run the units of a phase; their results in the order of `units`."""
        self.progress.phase(title, len(units))
        results: dict[int, dict[str, Result]] = {}
        for unit, result in self.engine.map(units):
            results[id(unit)] = result
            self.progress.done(unit, result)
        return [results[id(unit)] for unit in units]

    def _of_source(self) -> dict[str, list[int]]:
        """Bundle numbers by source name."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, bundle in enumerate(self.plan.bundles):
            numbers[bundle.source.name].append(number)
        return numbers

    def _check_failures(self, documents: list[Result]) -> None:
        limits = self.plan.recipe.limits
        for source, numbers in self._of_source().items():
            failed = sum(documents[n]["quarantined"] for n in numbers)
            records = failed + sum(documents[n]["rows"] for n in numbers)
            if failed > limits.failed_records and failed > limits.failed_share * records:
                raise TooManyFailures(
                    f"source {source}: {failed:,} of {records:,} records could not be read, above "
                    f"limits.failed_share {limits.failed_share:.2%}; look at `hc4 status` for the reasons"
                )

    def _outdated(self, documents: list[Result]) -> Slices:
        units, owners = [], []
        for source, numbers in self._of_source().items():
            parts = max(1, math.ceil(sum(documents[n]["rows"] for n in numbers) / _ROWS_A_PARTITION))
            inputs = [self.digests[n]["documents"] for n in numbers]
            for part in range(parts):
                params: dict[str, Json] = {"documents": inputs, "partition": part, "partitions": parts}
                name = digest({"stage": "versions", "params": params, **MADE_BY})
                label = f"versions of {source}, part {part + 1} of {parts}"
                units.append(Unit("pipelines.versions:run", {"versions": name}, params, label=label))
                owners.append(numbers)
        self._phase("Find outdated versions", units)
        found: Slices = defaultdict(list)
        for unit, numbers in zip(units, owners, strict=True):
            table = pl.read_parquet(self.work.product("versions", unit.products["versions"]) / ROWS, glob=False)
            for number, *row in table.iter_rows():
                found[numbers[number]].append(row)
        return {number: sorted(rows, key=lambda row: int(row[0])) for number, rows in found.items()}

    def _works(self, outdated: Slices) -> tuple[str, Sliced]:
        """The digest of `works`, and by bundle what other records say of its documents' works (`pipelines.works`)."""
        priority = self._priority
        bundles = [
            Bundle(
                source=priority[bundle.source.name],
                digests=own,
                outdated=[row for row, *_ in outdated.get(number, [])],
                label=bundle.label,
            )
            for number, (bundle, own) in enumerate(zip(self.plan.bundles, self.digests, strict=True))
        ]
        return Works(self._phase, self.work, MADE_BY, self.partitions).run(bundles)

    def _learn_boilerplate(self, documents: list[Result]) -> dict[str, str]:
        """By source, the digest of the sentences that it repeats; every bundle gets a sidecar about them."""
        policy, sources = self.plan.recipe.boilerplate, self._of_source()
        sizes = {name: sum(documents[n]["rows"] for n in numbers) for name, numbers in sources.items()}
        least = {name: learning.least(size, policy.min_documents, policy.min_share) for name, size in sizes.items()}
        return boilerplate.Learning(self._phase, self.work, self.digests, MADE_BY).run(sources, least)

    @property
    def _priority(self) -> dict[str, int]:
        """Place of each source in the recipe: its number, and its authority."""
        return {source.name: place for place, source in enumerate(self.plan.recipe.sources)}

    @property
    def _rules(self) -> dict[str, list[dict[str, Any]]]:
        """Quality rules by document type."""
        named = self.plan.recipe.rules_for()
        return {kind: [rule.model_dump(mode="json") for rule in own] for kind, own in named.items()}

    def _decide(self, outdated: Slices, works: Sliced) -> None:
        recipe = self.plan.recipe
        rules = self._rules
        units = []
        for number, bundle in enumerate(self.plan.bundles):
            params = {
                "source": bundle.source.name,
                "digests": dict(self.digests[number]),
                "outdated": outdated.get(number, []),
                "works": works.of(number),
                "use": bundle.source.use,
                "verbatim": bundle.verbatim,
                "drop_retraction": list(recipe.retraction.drop),
                "licence_profile": recipe.profile,
                "language": recipe.language.model_dump(mode="json", exclude={"model"}),
                "rules": rules,
                "max_masked_share": recipe.phi.max_masked_share,
                "blocklists": [one.params for one in self.plan.blocklists],
                **self._policy_of_items(number),
            }
            units.append(self._bundle_unit("verdicts", "pipelines.decide:run", number, params))
        self._phase("Decide", units)

    def _policy_of_items(self, number: int) -> dict[str, Any]:
        """Of a bundle that was screened for evaluation items, the parameter that says what becomes of them."""
        evaluations = self.plan.evaluations
        screened = evaluations is not None and "contamination" in self.digests[number]
        return {"contamination": evaluations.policy} if evaluations and screened else {}

    def _bundle_unit(self, stage: str, task: str, number: int, params: dict[str, Any]) -> Unit:
        """A unit about one bundle whose product is named by all its parameters."""
        bundle = self.plan.bundles[number]
        name = digest({"stage": stage, "params": without_places(params), **MADE_BY})
        self.digests[number][stage] = name
        return Unit(task, {stage: name}, params, weight=bundle.weight, label=bundle.label)

    def _deduplicate(self, works_digest: str) -> Found:
        priority = self._priority
        parts = [
            Part(bundle.source.name, priority[bundle.source.name], own, bundle.source.templates)
            for bundle, own in zip(self.plan.bundles, self.digests, strict=True)
        ]
        places = itertools.count(len(priority))
        for snapshot, earlier in enumerate(self.plan.earlier):
            sources = {source.name: next(places) for source in earlier.snapshot.manifest.sources}
            for file in earlier.files:
                held = {"earlier": file_of(earlier, file)}
                parts.append(Part(file.source, sources[file.source], held, snapshot=snapshot))
        policy = self.plan.recipe.dedup
        return Deduplication(self._phase, self.work, MADE_BY, policy, self.partitions).run(parts, works_digest)

    def _removals(self, found: Found, only: str | None = None) -> dict[str, str]:
        """By source, the digest of the pairs to read of what near-dedup removed; of all sources, or of `only` one."""
        sources = [bundle.source.name for bundle in self.plan.bundles]
        review = removals.Review(self._phase, self.digests, sources, MADE_BY)
        return review.run(found.merges, self.plan.recipe.seed, only)

    def _check_wipe_out(self, found: Found) -> None:
        """Raises WipeOut: near-dedup takes more of a source than the recipe allows. Pairs to read are drawn first."""
        recipe, refused = self.plan.recipe, []
        stated = {source.name: source for source in recipe.sources}
        for loss in wipe_out.losses(
            self.work.product("merges", found.merges) / ROWS, self._of_source(), found.of_bundle
        ):
            if rule := wipe_out.broken_rule(loss, recipe.dedup, stated[loss.source]):
                pairs = self._removals(found, only=loss.source).get(loss.source)
                shown = self.work.product("removals", pairs) / ROWS if pairs else None
                refused.append(wipe_out.told(loss, rule, shown))
        if refused:
            raise WipeOut("\n".join(refused))

    def _paragraphs(self, found: Found) -> Counted:
        """By source, how many paragraphs of its kept documents repeat another one; and which of them are cut."""
        asked = self.plan.recipe.dedup.paragraphs
        bundles = []
        for bundle, own in zip(self.plan.bundles, self.digests, strict=True):
            remove = bundle.source.remove_paragraphs
            remove = asked.remove if remove is None else remove
            bundles.append(ParagraphBundle(bundle.source.name, own, bundle.label, remove))
        profile = self.plan.recipe.profile
        return RepeatedParagraphs(self._phase, MADE_BY, asked.min_words, profile, self.partitions).run(bundles, found)

    def _conclude(self, found: Found, works: Sliced, learnt: dict[str, str]) -> list[Result]:
        needed = ("documents", "verdicts", "licence", "phi", "sentences")
        genres = self._genres()  # reads models: once, not for each bundle
        rules = self._rules
        units = []
        for number, bundle in enumerate(self.plan.bundles):
            params = {
                "source": bundle.source.name,
                "digests": {s: self.digests[number][s] for s in needed}
                | signal_stages(self.digests[number])
                | {s: name for s, name in self.digests[number].items() if s in ("mentions", "contamination")},
                "merges": found.rows.of(number),
                "works": works.of(number),
                "learnt": learnt[bundle.source.name],
                "samples": SAMPLES_PER_REASON,
                "rules": rules,
                "min_score": self.plan.recipe.language.min_score,
                "seed": self.plan.recipe.seed,
                "genres": genres,
                **self._policy_of_items(number),
            }
            units.append(self._bundle_unit("concluded", "pipelines.conclude:run", number, params))
        results = self._phase("Write the ledger", units)
        return [result["concluded"] for result in results]

    def _plant(self, concluded: list[Result]) -> list[Result]:
        """Recall of identifiers planted into a sample of each source's kept documents."""
        units = []
        for numbers in self._of_source().values():
            kept = sum(concluded[n]["kept"] for n in numbers)
            for number in numbers:
                params = {
                    "digests": {s: self.digests[number][s] for s in ("documents", "verdicts", "phi", "language")},
                    "undecided": self.plan.bundles[number].params["stages"]["phi"]["undecided"],
                    "weights": self.plan.bundles[number].params["stages"]["phi"]["weights"],
                    "share": min(1.0, planted.DOCUMENTS / max(kept, 1)),
                    "seed": self.plan.recipe.seed,
                }
                units.append((number, self._bundle_unit("planted", "pipelines.planted:run", number, params)))
        units.sort(key=itemgetter(0))
        results = self._phase("Plant identifiers", [unit for _, unit in units])
        return [result["planted"] for result in results]

    def _kept_tokens(self, concluded: list[Result]) -> dict[str, int]:
        """By source, tokens as read of what it keeps."""
        return {name: sum(concluded[n]["kept_tokens"] for n in numbers) for name, numbers in self._of_source().items()}

    def _hold_out(self, found: Found, concluded: list[Result]) -> HeldOut:
        parts = [
            HeldOutPart(bundle.source.name, own, bundle.label, bundle.weight)
            for bundle, own in zip(self.plan.bundles, self.digests, strict=True)
        ]
        return Splitting(self._phase, MADE_BY, self.plan.recipe).run(parts, found, self._kept_tokens(concluded))

    def _shard_counts(self, concluded: list[Result], held_out: HeldOut) -> dict[str, dict[str, int]]:
        """By source and split, how many shards: from tokens kept, so that a shard holds about `shards.tokens`."""
        recipe, share = self.plan.recipe, self.plan.recipe.split.validation_share
        counts: dict[str, dict[str, int]] = {}
        for source, tokens in self._kept_tokens(concluded).items():
            parts = dict.fromkeys((split for _, split in held_out.tokens), 0.0)
            if recipe.asks_for_splits:
                parts |= {split: held_out.tokens.get((source, split), 0) for split in SPLITS[1:]}
                parts[TRAIN] = tokens - sum(parts.values())
            else:
                parts |= {TRAIN: tokens * (1 - share)} | ({VALIDATION: tokens * share} if share else {})
            counts[source] = {split: max(1, math.ceil(part / recipe.shards.tokens)) for split, part in parts.items()}
        return counts

    def _assemble(
        self,
        found: Found,
        works: Sliced,
        cuts: list[dict[str, Json]],
        held_out: HeldOut,
        counts: dict[str, dict[str, int]],
    ) -> list[Result]:
        recipe = self.plan.recipe
        needed = ("documents", "verdicts", "licence", "language", "phi", "signature", "tokens")
        genres = self._genres()
        units = []
        for number, bundle in enumerate(self.plan.bundles):
            reader = self.plan.readers[bundle.source.name]
            params = {
                "source": bundle.source.name,
                "digests": {s: self.digests[number][s] for s in needed} | signal_stages(self.digests[number]),
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
                "phi_key": self._phi_key,
                "shards": counts[bundle.source.name],
                "held_out": held_out.rows.of(number),
                "tokenizer": self._tokenizer,
                "genres": genres,
                "signature": recipe.dedup.signature.model_dump(mode="json"),
            }
            units.append(self._bundle_unit("assembled", "pipelines.assemble:run", number, params))
        results = self._phase("Mask and tokenize", units)
        return [result["assembled"] for result in results]

    def _genres(self) -> list[dict[str, Json]]:
        """The recipe's genres by classifier, each with the sha256 of its model."""
        recipe = self.plan.recipe
        if not recipe.genres:
            return []
        places = {one.name: Path(resolve_location(one.model, self.plan.folder)) for one in recipe.classifiers}
        models = {name: load_classifier(name, place).facts.model_sha256 for name, place in places.items()}
        return [{**one.model_dump(mode="json"), "model": models[one.classifier]} for one in recipe.genres]

    @property
    def _phi_key(self) -> list[str] | None:
        """Where the key lies, and its fingerprint: another key, another release."""
        if self.plan.recipe.phi.key is None:
            return None
        path = resolve_location(self.plan.recipe.phi.key, self.plan.folder)
        return [path, Key.load(Path(path)).fingerprint]

    @property
    def _tokenizer(self) -> str:
        return resolve_location(self.plan.recipe.tokenizer, self.plan.folder)

    def _shards(self, assembled: list[Result], counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
        """Every shard that has rows: source, split, number, count, and what its unit said."""
        units: list[Unit] = []
        places: list[dict[str, Any]] = []
        asked = zip(self.plan.tokenizers, self.plan.recipe.count_with, strict=True)
        count_with = [[name, place, sha256_file(Path(place)), one.store] for (name, place), one in asked]
        for source, numbers in self._of_source().items():
            for split, count in counts[source].items():
                for number in range(count):
                    parts = [
                        [self.digests[n]["assembled"], groups]
                        for n in numbers
                        if (groups := [g for s, i, g in assembled[n]["index"] if (s, i) == (split, number)])
                    ]
                    if not parts:
                        continue
                    params: dict[str, Any] = {
                        "source": source,
                        "split": split,
                        "parts": parts,
                        "tokenizer": self._tokenizer,
                        "count_with": count_with,
                        "oracle_documents": _ORACLE_DOCUMENTS,
                        "row_group_tokens": self.plan.recipe.shards.row_group_tokens,
                        "signature": self.plan.recipe.dedup.signature.model_dump(mode="json"),
                    }
                    name = digest({"stage": "shard", "params": params, **MADE_BY})
                    label = f"{source}/{split} {number + 1} of {count}"
                    units.append(Unit("pipelines.shard:run", {"shard": name}, params, label=label))
                    places.append({"source": source, "split": split, "number": number, "count": count, "digest": name})
        results = self._phase("Write shards", units)
        return [{**place, **result["shard"]} for place, result in zip(places, results, strict=True)]
