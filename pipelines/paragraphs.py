"""Paragraphs that stand in several kept documents, or twice in one: counted by source in every build.

    paragraphs   of a bundle: the keys of all paragraphs of its kept documents, as they will be released, sorted
    repeated     of a range of keys: those that repeat a paragraph of a document ranked before theirs, or their own
    cuts         of a bundle of a source that asks for it: which of them are removed (`pipelines.cuts`)

Which one comes first is decided by the numbers of documents (`pipelines.deduplicate.numbers`), so that of two documents
the one that deduplication would have kept is the one that says it first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpus.digest import Json, digest
from corpus.runs import gather, key_range, write_run
from corpus.storage import WorkFolder
from corpus.unit import Phase, Unit
from corpus.verdict import Verdict
from pipelines.cuts import REPEATS, RUN
from pipelines.deduplicate.numbers import Numbers
from pipelines.deduplicate.steps import Found
from pipelines.deduplicate.texts import masked_texts
from pipelines.measure import ROWS
from pipelines.places import place
from pipelines.slices import Sliced, slice_rows, without_places

_KEY_BYTES_A_UNIT = 96 * 2**20
_BYTES = 32
"""Of a paragraph in a run."""
_COUNTS = (
    *("paragraphs", "words", "bytes", "repeated", "repeated_words", "repeated_bytes", "elsewhere"),
    *("cut", "cut_words", "cut_bytes"),
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What there is to know of one bundle."""

    source: str
    digests: dict[str, str]
    """Stage to product: `documents`, `phi`, `verdicts` and `licence` at least."""
    label: str
    remove: bool = False
    """Whether its source asks to remove what is repeated."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was found."""

    of_source: dict[str, dict[str, int]]
    """By source, the counts of `manifests.deduplicated.RepeatedParagraphs`: of what is left, and of what was cut."""
    cuts: list[dict[str, Json]]
    """By bundle, the parameter by which a unit finds row and line of what is cut (`pipelines.slices`)."""


class RepeatedParagraphs:
    """Runs the units.

    Args:
        phase: runs units, gives their results in order.
        made_by: what else names a product.
        min_words: of a paragraph.
        profile: of licences, as `filters.rights.load_profile` takes it.
        partitions: into how many ranges keys are cut; the outcome is the same for any number.
    """

    def __init__(
        self, phase: Phase, made_by: dict[str, Any], min_words: int, profile: Json, partitions: int | None
    ) -> None:
        self._phase = phase
        self._made_by = made_by
        self._min_words = min_words
        self._profile = profile
        self._partitions = partitions

    def run(self, bundles: Sequence[Bundle], found: Found) -> Counted:
        """Count, and say what to cut."""
        needed = ("documents", "phi", "verdicts")
        params: list[dict[str, Any]] = [
            {
                "digests": {stage: bundle.digests[stage] for stage in needed},
                "merges": found.rows.of(number),
                "min_words": self._min_words,
            }
            for number, bundle in enumerate(bundles)
        ]
        read = self._several("Read paragraphs", "paragraphs", params, [bundle.label for bundle in bundles])
        count = sum(result["paragraphs"] for _, result in read)
        parts = self._partitions or max(1, math.ceil(count * _BYTES / _KEY_BYTES_A_UNIT))
        names = sorted({bundle.source for bundle in bundles})
        params = [
            {
                "paragraphs": [product for product, _ in read],
                "sources": [names.index(bundle.source) for bundle in bundles],
                "ranks": found.ranks,
                "joined": found.joined,
                "remove": [bundle.remove for bundle in bundles],
                "part": [part, parts],
            }
            for part in range(parts)
        ]
        labels = [f"part {part + 1} of {parts}" for part in range(parts)]
        again = self._several("Find repeated paragraphs", "repeated", params, labels)
        sums: dict[str, Counter[str]] = {name: Counter(dict.fromkeys(_COUNTS, 0)) for name in names}
        for bundle, (_, result) in zip(bundles, read, strict=True):
            sums[bundle.source].update(result)
        for _, result in again:
            for number, counts in result["of_source"].items():
                sums[names[int(number)]].update(counts)
        cut = self._cuts(bundles, [product for product, _ in read], [product for product, _ in again])
        slices = [Sliced("cuts", "", ROWS, {}).of(number) for number in range(len(bundles))]
        for number, (product, result) in cut.items():
            slices[number] = Sliced("cuts", product, ROWS, result["slices"]).of(number)
            _take_away(sums[bundles[number].source], result)
        return Counted({name: dict(counts) for name, counts in sums.items()}, slices)

    def _cuts(
        self, bundles: Sequence[Bundle], paragraphs: Sequence[str], repeated: Sequence[str]
    ) -> dict[int, tuple[str, dict[str, Any]]]:
        """By bundle that loses paragraphs, or could, the product `cuts` and its summary."""
        numbers = [number for number, bundle in enumerate(bundles) if bundle.remove]
        params: list[dict[str, Any]] = [
            {
                "digests": {stage: bundles[number].digests[stage] for stage in ("documents", "phi", "licence")}
                | {"paragraphs": paragraphs[number]},
                "bundle": number,
                "repeated": list(repeated),
                "profile": self._profile,
            }
            for number in numbers
        ]
        labels = [bundles[number].label for number in numbers]
        return dict(zip(numbers, self._several("Cut repeated paragraphs", "cuts", params, labels), strict=True))

    def _several(
        self, title: str, step: str, params: Sequence[dict[str, Any]], labels: Sequence[str]
    ) -> list[tuple[str, dict[str, Any]]]:
        """Digest and summary of one step on each of `params`."""
        units = [
            Unit(
                f"pipelines.{'cuts' if step == 'cuts' else 'paragraphs'}:{step}",
                {step: digest({"stage": step, "params": without_places(each), **self._made_by})},
                each,
                label=label,
            )
            for each, label in zip(params, labels, strict=True)
        ]
        results = self._phase(title, units) if units else []
        return [(unit.products[step], result[step]) for unit, result in zip(units, results, strict=True)]


def paragraphs(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write the run `paragraphs` of one bundle (`pipelines.cuts.RUN`), of kept documents only."""
    from dedup.paragraphs import paragraphs as paragraphs_of

    digests = params["digests"]
    verdicts = pl.read_parquet(work.product("verdicts", digests["verdicts"]) / ROWS, columns=["verdict"], glob=False)
    kept = (verdicts["verdict"] == Verdict.KEEP.value).to_numpy().copy()
    kept[[row for row, *_ in slice_rows(work, params["merges"])]] = False
    rows = np.flatnonzero(kept).astype(np.int64)
    names = ("key", "check", "row", "line", "words", "bytes")
    parts = [[*(np.zeros(0, np.uint64) for _ in names[:2]), *(np.zeros(0, np.uint32) for _ in names[2:])]]
    for positions, text in masked_texts(work, digests, rows):
        found = paragraphs_of(text, params["min_words"])
        row = rows[positions][found.row].astype(np.uint32)
        parts.append([found.key, found.check, row, found.line, found.words, found.bytes])
    columns = dict(zip(names, (np.concatenate(column) for column in zip(*parts, strict=True)), strict=True))
    write_run(folders["paragraphs"], RUN, columns)
    return {
        "paragraphs": {
            "paragraphs": columns["key"].size,
            "words": int(columns["words"].sum(dtype=np.int64)),
            "bytes": int(columns["bytes"].sum(dtype=np.int64)),
        }
    }


def repeated(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Count, in one range of keys, the paragraphs that repeat another, by the number of their source.

    Of bundles that lose them (`params["remove"]`) they are written as a run `repeated` (`pipelines.cuts.REPEATS`).
    """
    from dedup.paragraphs import repeated as repeated_of

    products = [work.product("paragraphs", one) for one in params["paragraphs"]]
    names = ("key", "check", "row", "line", "words", "bytes")
    origin, columns = gather(products, RUN, names, key_range(*params["part"]))
    several = _several_times(columns[0])
    origin, key, check, row, line, words, size = (column[several] for column in (origin, *columns))
    places, of_paragraph = np.unique(place(origin, row), return_inverse=True)
    numbers = Numbers(work, params["ranks"], params["joined"]).numbers(places)[of_paragraph]
    index, first = repeated_of(key, check, numbers, line)
    source = np.array(params["sources"], np.int64)[origin]
    of_source: dict[str, Json] = {}
    for number in np.unique(source[index]).tolist():
        mine = source[index] == number
        of_source[str(number)] = {
            "repeated": int(mine.sum()),
            "repeated_words": int(words[index[mine]].sum(dtype=np.int64)),
            "repeated_bytes": int(size[index[mine]].sum(dtype=np.int64)),
            "elsewhere": int((source[first[mine]] != number).sum()),
        }
    wanted = np.array(params["remove"], np.bool_)[origin[index]]
    index, first = index[wanted], first[wanted]
    where = {
        "place": place(origin[index], row[index]),
        "line": line[index],
        "elsewhere": source[first] != source[index],
    }
    write_run(folders["repeated"], REPEATS, where)
    return {"repeated": {"of_source": of_source}}


def _take_away(sums: Counter[str], cut: dict[str, Any]) -> None:
    """Count what is cut from a bundle apart from what is left."""
    for name, ending in (("cut", ""), ("cut_words", "_words"), ("cut_bytes", "_bytes")):
        sums[name] += cut[name]
        sums[f"repeated{ending}"] -= cut[name]
        sums[ending.removeprefix("_") or "paragraphs"] -= cut[name]
    sums["elsewhere"] -= cut["cut_elsewhere"]


def _several_times(key: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Where keys stand that occur more than once."""
    order = np.argsort(key, kind="stable")
    same = key[order[1:]] == key[order[:-1]]
    again = np.zeros(key.size, np.bool_)
    again[order[1:][same]] = True
    again[order[:-1][same]] = True
    return np.flatnonzero(again)
