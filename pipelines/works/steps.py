"""The phases that join works, one after the other; each a list of units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus.digest import digest
from corpus.storage import WorkFolder
from corpus.unit import Phase, Result, Unit
from pipelines.measure import ROWS
from pipelines.slices import Sliced

_KEY_BYTES_A_UNIT = 96 * 2**20
_KEY_BYTES = 20
"""Of an entry of a run: a key of 128 bits, a row."""
_READ = ("documents", "licence", "signature")


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle of the corpus, as works see it."""

    source: int
    """A number for the source."""
    digests: dict[str, str]
    """Stage to product: `documents`, `licence`, `signature`."""
    outdated: list[int]
    """Rows, ascending, that no longer speak for their work."""
    label: str = ""


class Works:
    """Runs every phase on the bundles of a corpus.

    Args:
        phase: runs units, gives their results in order.
        work: holds their products.
        made_by: what else names a product.
        partitions: into how many ranges keys are cut; by default, as many as keep a unit's memory small. The outcome is
            the same for any number.
    """

    def __init__(self, phase: Phase, work: WorkFolder, made_by: dict[str, Any], partitions: int | None = None) -> None:
        self._phase = phase
        self._work = work
        self._made_by = made_by
        self._partitions = partitions

    def run(self, bundles: Sequence[Bundle]) -> tuple[str, Sliced]:
        """The digest of `works`, and by bundle what other records say of its documents' works (`said.COLUMNS`)."""
        own = [{stage: bundle.digests[stage] for stage in _READ} for bundle in bundles]
        asked: list[dict[str, Any]] = [
            {"digests": digests, "outdated": bundle.outdated} for digests, bundle in zip(own, bundles, strict=True)
        ]
        labels = [bundle.label or f"bundle {number}" for number, bundle in enumerate(bundles)]
        indexed = self._several("Index works", "named", "named", asked, labels)
        named = [name for name, _ in indexed]
        count = self._partitions or max(
            1, math.ceil(sum(result["keys"] for _, result in indexed) * _KEY_BYTES / _KEY_BYTES_A_UNIT)
        )
        sources = [bundle.source for bundle in bundles]
        asked = [{"named": named, "sources": sources, "part": (part, count)} for part in range(count)]
        labels = [f"part {part + 1} of {count}" for part in range(count)]
        shared = [name for name, _ in self._several("Find shared keys", "shared", "shared", asked, labels)]
        asked = [{"bundles": own, "named": named, "shared": shared}]
        ((name, result),) = self._several("Join works", "told", "works", asked, ["all bundles"])
        return name, Sliced("works", name, ROWS, result["slices"])

    def _several(
        self, title: str, module: str, step: str, params: Sequence[dict[str, Any]], labels: Sequence[str]
    ) -> list[tuple[str, Result]]:
        """Run one step on each of `params`; digests and summaries, in order."""
        units = []
        for each, label in zip(params, labels, strict=True):
            name = digest({"stage": step, "params": each, **self._made_by})
            units.append(Unit(f"pipelines.works.{module}:{step}", {step: name}, each, label=f"{step} of {label}"))
        results = self._phase(title, units)
        return [(unit.products[step], result[step]) for unit, result in zip(units, results, strict=True)]
