"""The build: from a plan to a published snapshot, phase by phase.

Each phase is a list of units with content addresses. A phase looks only at summaries of the one before, so a killed
build finds its place again by asking which products exist.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from corpus.digest import Json, digest
from corpus.errors import TooManyFailures, WipeOut
from corpus.rooms import toolchain
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from corpus.verdict import Verdict
from dedup.resolve import Method
from filters.boilerplate import learning
from filters.classifier import load_classifier
from filters.phi.surrogates import Key
from manifests.model import Manifest
from pipelines import boilerplate, conclude, deduplicate, planted, removals
from pipelines.engines.engine import Engine
from pipelines.locations import resolve_location
from pipelines.measure import ROWS
from pipelines.plan import Plan
from pipelines.publish import publish
from pipelines.signals import signal_stages
from pipelines.statement import Finished
from shards.place import TRAIN, VALIDATION

MADE_BY = {"made_by": toolchain("filters", "dedup", "shards", "pipelines")}
_PAIRS_A_UNIT = 200_000
_KEYS_A_UNIT = 20_000_000
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
        measured = self._phase("Read and measure", [bundle.unit() for bundle in self.plan.bundles])
        documents = [results["documents"] for results in measured]
        self._check_failures(documents)
        outdated = self._outdated(documents)
        works_digest, works = self._works(outdated)
        learnt = self._learn_boilerplate(documents)
        self._decide(outdated, works)
        resolved = self._deduplicate(works_digest)
        merges, clusters, stands_for = self._resolved(resolved)
        shown = self._removals(resolved)
        concluded = self._conclude(merges, works, learnt)
        recall = self._plant(concluded)
        counts = self._shard_counts(concluded)
        assembled = self._assemble(merges, clusters, stands_for, works, counts)
        shards = self._shards(assembled, counts)
        self.progress.phase("Publish", 0)
        finished = Finished(
            *(self.plan, self.work, self.digests, documents, learnt, concluded, recall, assembled, shards, resolved),
            phi_key=self._phi_key[1] if self._phi_key else None,
            removals=shown,
        )
        return publish(finished, output)

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

    def _works(self, outdated: Slices) -> tuple[str, Slices]:
        """The digest of `works`, and by bundle what other records say of its documents' works (`pipelines.works`)."""
        bundles = [{stage: own[stage] for stage in ("documents", "licence", "signature")} for own in self.digests]
        gone = {str(number): [row for row, *_ in rows] for number, rows in sorted(outdated.items())}
        priority = self._priority
        sources = [priority[bundle.source.name] for bundle in self.plan.bundles]
        params: dict[str, Any] = {"bundles": bundles, "outdated": gone, "sources": sources}
        name = digest({"stage": "works", "params": params, **MADE_BY})
        self._phase("Join works", [Unit("pipelines.works:run", {"works": name}, params, label="works")])
        found: Slices = defaultdict(list)
        table = pl.read_parquet(self.work.product("works", name) / ROWS, glob=False)
        for number, *row in table.iter_rows():
            found[number].append(row)
        return name, found

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

    def _decide(self, outdated: Slices, works: Slices) -> None:
        recipe = self.plan.recipe
        rules = {kind: [rule.model_dump(mode="json") for rule in own] for kind, own in recipe.rules_for().items()}
        units = []
        for number, bundle in enumerate(self.plan.bundles):
            params = {
                "source": bundle.source.name,
                "digests": dict(self.digests[number]),
                "outdated": outdated.get(number, []),
                "works": works.get(number, []),
                "use": bundle.source.use,
                "verbatim": bundle.verbatim,
                "drop_retraction": list(recipe.retraction.drop),
                "licence_profile": recipe.profile,
                "language": recipe.language.model_dump(mode="json", exclude={"model"}),
                "rules": rules,
                "max_masked_share": recipe.phi.max_masked_share,
            }
            units.append(self._bundle_unit("verdicts", "pipelines.decide:run", number, params))
        self._phase("Decide", units)

    def _bundle_unit(self, stage: str, task: str, number: int, params: dict[str, Any]) -> Unit:
        """A unit about one bundle whose product is named by all its parameters."""
        bundle = self.plan.bundles[number]
        name = digest({"stage": stage, "params": params, **MADE_BY})
        self.digests[number][stage] = name
        return Unit(task, {stage: name}, params, weight=bundle.weight, label=bundle.label)

    def _deduplicate(self, works_digest: str) -> dict[str, Any]:
        recipe = self.plan.recipe
        priority = self._priority
        bundles = [
            {
                "digests": {
                    s: own[s] for s in ("documents", "verdicts", "licence", "language", "quality", "signature")
                },
                "priority": priority[bundle.source.name],
            }
            for bundle, own in zip(self.plan.bundles, self.digests, strict=True)
        ]
        asked = {"bundles": bundles, "works": works_digest, "doc_types": list(recipe.dedup.doc_types)}
        index = self._one("Index candidates", "index", asked)
        signatures = [own["signature"] for own in self.digests]
        columns = recipe.dedup.signature.band_names()
        step = max(1, _KEYS_A_UNIT // max(1, index["rows"]))
        groups = [columns[start : start + step] for start in range(0, len(columns), step)]
        bands = self._several(
            "Find candidate pairs",
            "bands",
            [{"index": index["digest"], "signatures": signatures, "columns": group} for group in groups],
        )
        common = {
            "index": index["digest"],
            "bands": [unit["digest"] for unit in bands],
            "documents": [own["documents"] for own in self.digests],
            "shingle_words": recipe.dedup.signature.shingle_words,
            "threshold": recipe.dedup.threshold,
        }
        pairs = len(deduplicate.all_pairs(self.work, common["bands"]))
        starts = range(0, pairs, _PAIRS_A_UNIT)
        verified = self._several(
            "Verify similarity",
            "verify",
            [{**common, "start": start, "end": min(start + _PAIRS_A_UNIT, pairs)} for start in starts],
        )
        params = common | {
            "verify": [unit["digest"] for unit in verified],
            "split_threshold": recipe.dedup.split_threshold,
        }
        resolved = self._one("Choose survivors", "resolve", params)
        return {**resolved, "candidates": index["rows"], "candidate_pairs": pairs}

    def _one(self, title: str, step: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._several(title, step, [params])[0]

    def _several(self, title: str, step: str, params: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Run one step of dedup on each of `params`; summaries with their digests, in order."""
        units = []
        for number, each in enumerate(params):
            name = digest({"stage": step, "params": each, **MADE_BY})
            units.append(Unit(f"pipelines.deduplicate:{step}", {step: name}, each, label=f"{title} {number + 1}"))
        results = self._phase(title, units)
        return [{"digest": unit.products[step], **result[step]} for unit, result in zip(units, results, strict=True)]

    def _resolved(self, resolved: dict[str, Any]) -> tuple[Slices, Slices, Slices]:
        """By bundle, merges [row, survivor, same_as, method, similarity], clusters [row, cluster] and what survivors
        stand for [row, doc_ids, identifiers].

        Raises:
            WipeOut: near-dedup takes more of a source than the recipe allows.
        """
        folder = self.work.product("resolve", resolved["digest"])
        table = pl.read_parquet(folder / ROWS, glob=False).sort("bundle", "row")
        merges: Slices = defaultdict(list)
        near: dict[str, int] = defaultdict(int)
        for bundle, *row in table.select("bundle", "row", "survivor", "same_as", "method", "similarity").iter_rows():
            merges[bundle].append(row)
            near[self.plan.bundles[bundle].source.name] += row[3] == Method.NEAR.name.lower()
        clusters: Slices = defaultdict(list)
        for bundle, *row in pl.read_parquet(folder / deduplicate.GROUPS, glob=False).sort("bundle", "row").iter_rows():
            clusters[bundle].append(row)
        stands_for: Slices = defaultdict(list)
        for bundle, *row in pl.read_parquet(folder / deduplicate.STANDS_FOR, glob=False).iter_rows():
            stands_for[bundle].append(row)
        self._check_wipe_out(near, merges)
        return merges, clusters, stands_for

    def _removals(self, resolved: dict[str, Any], only: str | None = None) -> dict[str, str]:
        """By source, the digest of the pairs to read of what near-dedup removed; of all sources, or of `only` one."""
        sources = [bundle.source.name for bundle in self.plan.bundles]
        review = removals.Review(self._phase, self.digests, sources, MADE_BY)
        return review.run([resolved["digest"]], self.plan.recipe.seed, only)

    def _check_wipe_out(self, near: dict[str, int], merges: Slices) -> None:
        policy = self.plan.recipe.dedup
        for source, numbers in self._of_source().items():
            if near[source] <= policy.max_loss_documents:
                continue
            kept = 0
            for number in numbers:
                path = self.work.product("verdicts", self.digests[number]["verdicts"]) / ROWS
                kept += (
                    pl.scan_parquet(path, glob=False)
                    .filter(pl.col("verdict") == Verdict.KEEP.value)
                    .select(pl.len())
                    .collect()
                    .item()
                )
                kept -= sum(row[3] != Method.NEAR.name.lower() for row in merges.get(number, []))
            if near[source] > policy.max_loss_share * kept:
                raise WipeOut(
                    f"source {source}: near-duplicate removal would take {near[source]:,} of {kept:,} documents, above "
                    f"dedup.max_loss_share {policy.max_loss_share:.0%}; its documents may share a template"
                )

    def _conclude(self, merges: Slices, works: Slices, learnt: dict[str, str]) -> list[Result]:
        needed = ("documents", "verdicts", "licence", "phi", "sentences")
        genres = self._genres()  # reads models: once, not for each bundle
        units = []
        for number, bundle in enumerate(self.plan.bundles):
            params = {
                "source": bundle.source.name,
                "digests": {s: self.digests[number][s] for s in needed} | signal_stages(self.digests[number]),
                "merges": merges.get(number, []),
                "works": works.get(number, []),
                "learnt": learnt[bundle.source.name],
                "samples": conclude.SAMPLES_PER_REASON,
                "seed": self.plan.recipe.seed,
                "genres": genres,
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

    def _shard_counts(self, concluded: list[Result]) -> dict[str, dict[str, int]]:
        """By source and split, how many shards: from tokens kept, so that a shard holds about `shards.tokens`."""
        recipe = self.plan.recipe
        share = recipe.split.validation_share
        counts: dict[str, dict[str, int]] = {}
        for source, numbers in self._of_source().items():
            tokens = sum(concluded[n]["kept_tokens"] for n in numbers)
            parts = {TRAIN: 1 - share, VALIDATION: share}
            counts[source] = {
                split: max(1, math.ceil(tokens * part / recipe.shards.tokens)) for split, part in parts.items() if part
            }
        return counts

    def _assemble(
        self, merges: Slices, clusters: Slices, stands_for: Slices, works: Slices, counts: dict[str, dict[str, int]]
    ) -> list[Result]:
        recipe = self.plan.recipe
        needed = ("documents", "verdicts", "licence", "language", "phi", "tokens")
        genres = self._genres()
        units = []
        for number, bundle in enumerate(self.plan.bundles):
            reader = self.plan.readers[bundle.source.name]
            params = {
                "source": bundle.source.name,
                "digests": {s: self.digests[number][s] for s in needed} | signal_stages(self.digests[number]),
                "merges": [row[:1] for row in merges.get(number, [])],
                "clusters": clusters.get(number, []),
                "stands_for": stands_for.get(number, []),
                "works": works.get(number, []),
                "files": {file.name: [file.sha256, file.retrieved] for file in bundle.files},
                "reader": f"{reader.name} {reader.version}",
                "states": sorted(reader.states),
                "verbatim": bundle.verbatim,
                "formatters": [formatter for _, formatter, _ in bundle.params["formatters"]],
                "publisher": bundle.source.publisher or bundle.source.title or None,
                "homepage": bundle.source.homepage,
                "phi_key": self._phi_key,
                "shards": counts[bundle.source.name],
                "validation_share": recipe.split.validation_share,
                "seed": recipe.seed,
                "tokenizer": self._tokenizer,
                "genres": genres,
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
                        "oracle_documents": _ORACLE_DOCUMENTS,
                        "row_group_tokens": self.plan.recipe.shards.row_group_tokens,
                    }
                    name = digest({"stage": "shard", "params": params, **MADE_BY})
                    label = f"{source}/{split} {number + 1} of {count}"
                    units.append(Unit("pipelines.shard:run", {"shard": name}, params, label=label))
                    places.append({"source": source, "split": split, "number": number, "count": count, "digest": name})
        results = self._phase("Write shards", units)
        return [{**place, **result["shard"]} for place, result in zip(places, results, strict=True)]
