"""The phases of deduplication, one after the other; each a list of units."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from corpus.digest import digest
from corpus.storage import WorkFolder
from corpus.unit import Phase, Unit
from pipelines.deduplicate.survivors import GROUPS, STANDS_FOR
from pipelines.measure import ROWS
from pipelines.slices import Sliced, without_places

if TYPE_CHECKING:
    from pipelines.sections.deduplication import DedupRecipe, TemplateRecipe

_RANKS_A_UNIT = 1_000_000
_KEY_BYTES_A_UNIT = 96 * 2**20
_SHINGLE_BYTES_A_UNIT = 512 * 2**20
"""Of the shingles of all candidates. Few are in pairs, so that what a unit holds is a fraction of it."""
_SAMPLE_BYTES = 16 * 2**20
"""Text of a source that is looked at for templates."""

_READ = ("documents", "verdicts", "licence", "language", "quality", "signature")


@dataclass(frozen=True, slots=True)
class Part:
    """One bundle of the corpus, as deduplication sees it."""

    source: str
    priority: int
    """Place of the source in the recipe, the smaller the better; one number a source."""
    digests: dict[str, Any]
    """Stage to product: `documents`, `verdicts`, `licence`, `language`, `quality`, `phi`, `signature`. Or `earlier`: a
    shard of an earlier snapshot (`pipelines.deduplicate.earlier.file_of`); such parts come last."""
    templates: TemplateRecipe | None = None
    """What is a template of this source; None: what is one of any."""
    snapshot: int = 0
    """Place of the earlier snapshot."""

    @property
    def earlier(self) -> bool:
        """Whether it is released already."""
        return "earlier" in self.digests


@dataclass(frozen=True, slots=True)
class Found:
    """What deduplication found."""

    merges: str
    """Digest of the product `merges`."""
    rows: Sliced
    """Merged documents: `pipelines.deduplicate.survivors.MERGES`."""
    groups: Sliced
    """Documents in split groups of several: `pipelines.deduplicate.survivors.GROUP`."""
    stands_for: Sliced
    """row, doc_id, identifiers, sources, licences."""
    of_bundle: list[int]
    """Candidates of each bundle."""
    candidate_pairs: int
    similar: int
    """Verified pairs that may merge."""
    templates: int
    """Pairs that are similar only in templates."""
    numbered: int
    """Pairs that are alike but for numbers and single letters."""
    contained: int
    """Pairs too different to merge of which one holds most of the other."""
    rounds: int
    ranks: list[list[Any]]
    joined: str
    """With `ranks`, what `pipelines.deduplicate.numbers.Numbers` takes."""
    of_source: dict[str, dict[str, int]]
    """By source, how many documents were looked at for templates, and how many shingles are one."""


class Deduplication:
    """Runs every phase on the bundles of a corpus.

    Args:
        phase: runs units, gives their results in order.
        work: holds their products.
        made_by: what else names a product.
        policy: of the recipe.
        partitions: into how many ranges keys are cut; by default, as many as keep a unit's memory small. The outcome is
            the same for any number.
    """

    def __init__(
        self,
        phase: Phase,
        work: WorkFolder,
        made_by: dict[str, Any],
        policy: DedupRecipe,
        partitions: int | None = None,
    ) -> None:
        self._phase = phase
        self._work = work
        self._made_by = made_by
        self._policy = policy
        self._partitions = partitions
        self._minhash = policy.signature.model_dump(mode="json")

    def run(self, parts: Sequence[Part], works: str) -> Found:
        """All phases. `works` is the product of `pipelines.works`: identifiers of what holds several documents."""
        self._parts = parts
        policy = self._policy
        new = [part for part in parts if not part.earlier]
        assert not any(part.earlier for part in parts[: len(new)])
        self._new = len(new)
        indexed = self._several("Index candidates", "candidates", "candidates", [self._candidate(one) for one in new])
        indexed += self._several(
            "Read earlier signatures", "earlier", "candidates", [self._earlier(one) for one in parts[self._new :]]
        )
        self._candidates = [one["digest"] for one in indexed]
        ranks = self._ranks(indexed)
        count = self._partitions or max(
            math.ceil(sum(one["rows"] for one in indexed) * policy.signature.bands * 16 / _KEY_BYTES_A_UNIT),
            math.ceil(sum(one["shingles"] for one in indexed) * 8 / _SHINGLE_BYTES_A_UNIT),
            1,
        )
        self._ranges = [(part, count) for part in range(count)]
        self._where = {"ranks": ranks, "joined": self._joined(ranks, works)}
        templates = self._templates(indexed)
        banded = self._bands([["candidates", one] for one in self._candidates], "Find candidate pairs")
        runs = [["bands", one["digest"]] for one in banded]
        if any(one["hot"] for one in banded):
            beside = self._substance(banded, templates)
            again = self._bands([["substance", one] for one in beside], "Look behind templates")
            runs += [["bands", one["digest"]] for one in again]
        verified: list[dict[str, Any]] = []
        rounds: list[list[str]] = []
        self._shingled: list[list[str]] = [[] for _ in parts]
        while True:
            found = self._verify(runs, templates, self._ranges if not rounds else [(0, 1)])
            verified += found
            rounds.append([one["digest"] for one in found])
            asked = {
                "joined": self._where["joined"],
                "verify": rounds,
                "threshold": policy.threshold,
                "split_threshold": policy.split_threshold,
            }
            (resolved,) = self._several("Choose survivors", "survivors", "resolve", [asked])
            if not resolved["missing"]:
                break
            runs = [["resolve", resolved["digest"]]]
        asked = {
            **self._where,
            "resolve": resolved["digest"],
            "works": works,
            "verify": rounds,
            "documents": [part.digests["documents"] for part in new],
            "licences": [part.digests["licence"] for part in new],
            "earlier": [part.digests["earlier"] for part in parts[self._new :]],
        }
        (merged,) = self._several("Name survivors", "survivors", "merges", [asked])
        counted = ("pairs", "similar", "templates", "numbered", "contained")
        sums = {name: sum(one[name] for one in verified) for name in counted}
        slices = merged["slices"]
        return Found(
            merges=merged["digest"],
            rows=Sliced("merges", merged["digest"], ROWS, slices["rows"]),
            groups=Sliced("merges", merged["digest"], GROUPS, slices["groups"]),
            stands_for=Sliced("merges", merged["digest"], STANDS_FOR, slices["stands_for"]),
            of_bundle=[one["rows"] for one in indexed[: self._new]],
            candidate_pairs=sums.pop("pairs"),
            rounds=len(rounds),
            ranks=ranks,
            joined=str(self._where["joined"]),
            of_source=self._learnt,
            **sums,
        )

    def _candidate(self, part: Part) -> dict[str, Any]:
        return {
            "digests": {stage: part.digests[stage] for stage in _READ},
            "priority": part.priority,
            "keep": list(self._policy.keep),
            "doc_types": list(self._policy.doc_types),
            "bands": self._policy.signature.band_names(),
            "same_ids": self._new < len(self._parts),
        }

    def _earlier(self, part: Part) -> dict[str, Any]:
        return {
            "file": part.digests["earlier"],
            "place": part.snapshot,
            "doc_types": list(self._policy.doc_types),
            "bands": self._policy.signature.band_names(),
        }

    def _ranks(self, indexed: list[dict[str, Any]]) -> list[list[Any]]:
        """Digest and number of documents of each range of ranks."""
        sample = sorted(bytes.fromhex(key) for one in indexed for key in one["ranks"])
        count = max(1, math.ceil(sum(one["rows"] for one in indexed) / _RANKS_A_UNIT))
        bounds = sorted({sample[len(sample) * place // count].hex() for place in range(1, count)} if sample else ())
        ends: list[str | None] = [None, *bounds, None]
        params = [{"candidates": self._candidates, "low": low, "high": high} for low, high in pairwise(ends)]
        return [[one["digest"], one["rows"]] for one in self._several("Rank", "candidates", "ranks", params)]

    def _joined(self, ranks: list[list[Any]], works: str) -> str:
        sources = [part.priority for part in self._parts]
        params = [
            {"candidates": self._candidates, "works": works, "sources": sources, "part": part} for part in self._ranges
        ]
        certain = self._several("Find the same work, the same words", "certain", "certain", params)
        asked = {
            "certain": [one["digest"] for one in certain],
            "candidates": self._candidates,
            "ranks": ranks,
            "sources": sources,
        }
        return str(self._several("Rank inside works", "certain", "joined", [asked])[0]["digest"])

    def _templates(self, indexed: list[dict[str, Any]]) -> dict[str, str]:
        """By source, the digest of its templates."""
        of_source = defaultdict(list)
        for number, part in enumerate(self._parts[: self._new]):
            of_source[part.source].append(number)
        size = {name: sum(indexed[n]["bytes"] for n in numbers) for name, numbers in of_source.items()}
        params = [
            {
                **self._bundle(number),
                "candidates": self._candidates[number],
                "joined": self._where["joined"],
                "share": min(1.0, _SAMPLE_BYTES / max(1, size[part.source])),
                "shingle_words": self._policy.signature.shingle_words,
            }
            for number, part in enumerate(self._parts[: self._new])
        ]
        samples = self._several("Sample for templates", "templates", "sample", params)
        params = [
            {
                "samples": [samples[n]["digest"] for n in numbers],
                "bound": (self._parts[numbers[0]].templates or self._policy.templates).model_dump(mode="json"),
            }
            for numbers in of_source.values()
        ]
        found = self._several("Learn templates", "templates", "templates", params)
        self._learnt = {
            name: {"documents": one["documents"], "shingles": one["shingles"]}
            for name, one in zip(of_source, found, strict=True)
        }
        return {name: one["digest"] for name, one in zip(of_source, found, strict=True)}

    def _bundle(self, number: int) -> dict[str, Any]:
        digests = self._parts[number].digests
        needed = ("earlier",) if "earlier" in digests else ("documents", "phi")
        return {"number": number, "digests": {stage: digests[stage] for stage in needed}}

    def _bands(self, runs: list[list[str]], title: str) -> list[dict[str, Any]]:
        buckets = self._policy.buckets.model_dump(mode="json")
        common = {**self._where, "runs": runs, "buckets": buckets, "earlier": self._new}
        return self._several(title, "pairs", "bands", [{**common, "part": part} for part in self._ranges])

    def _substance(self, banded: list[dict[str, Any]], templates: dict[str, str]) -> list[str]:
        params = [
            {
                **self._bundle(number),
                "bands": [one["digest"] for one in banded if one["hot"]],
                "templates": templates.get(part.source),
                "minhash": self._minhash,
            }
            for number, part in enumerate(self._parts)
        ]
        return [one["digest"] for one in self._several("Sign without templates", "templates", "substance", params)]

    def _verify(
        self, runs: list[list[str]], templates: dict[str, str], ranges: Sequence[tuple[int, int]]
    ) -> list[dict[str, Any]]:
        params: list[dict[str, Any]] = [{**self._where, "runs": runs, "part": part} for part in ranges]
        gathered = self._several("Gather pairs", "pairs", "pairs", params)
        params = [
            {
                **self._bundle(number),
                "pairs": [one["digest"] for one in gathered],
                "templates": templates.get(part.source),
                "shingle_words": self._policy.signature.shingle_words,
                "before": list(self._shingled[number]),
            }
            for number, part in enumerate(self._parts)
        ]
        sets = self._several("Gather shingles", "similarity", "shingles", params)
        for earlier, one in zip(self._shingled, sets, strict=True):
            earlier.append(one["digest"])
        common = {
            "shingles": [one["digest"] for one in sets],
            "threshold": self._policy.threshold,
            "contained": self._policy.contained,
            "merge_numbered": self._policy.merge_numbered,
        }
        params = [{**common, "pairs": one["digest"], "part": part} for part, one in enumerate(gathered)]
        return self._several("Verify similarity", "similarity", "verify", params)

    def _several(self, title: str, module: str, step: str, params: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Run one step on each of `params`; summaries with their digests, in order."""
        units = []
        for number, each in enumerate(params):
            name = digest({"stage": step, "params": without_places(each), **self._made_by})
            units.append(
                Unit(f"pipelines.deduplicate.{module}:{step}", {step: name}, each, label=f"{title} {number + 1}")
            )
        results = self._phase(title, units) if units else []
        return [{"digest": unit.products[step], **result[step]} for unit, result in zip(units, results, strict=True)]
