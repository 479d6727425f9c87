"""True similarity of pairs: shingles of their documents, dealt out to the pairs that need them, and compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.digest import Json
from corpus.runs import read_run, write_run
from corpus.storage import WorkFolder
from pipelines.deduplicate.pairs import NEEDED
from pipelines.deduplicate.templates import flagged_shingles, templates_of
from pipelines.deduplicate.texts import masked_texts
from pipelines.places import Positions, range_of, row_of

HASHES = "hashes.bin"
"""uint64 shingles, set after set."""
SETS = "sets"
"""A run: `part`, `start` (in shingles), `number`, `size` of each set, `skeleton` and `designators` of its text."""
_SETS = ("part", "start", "number", "size", "skeleton", "designators")
SIMILARITY = ("jaccard", "substance", "containment")
NUMBERED = "numbered"
"""Whether the two texts say the same but for numbers and single letters, which keeps them apart."""

_TEXT_BYTES = 32 * 2**20
"""Text whose shingles are held before they are written out by part."""
_HELD_SHINGLES = 4 * 2**20

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Sets:
    """Shingle sets: that of document `numbers[i]` is `hashes[starts[i]:starts[i + 1]]`."""

    numbers: Positions
    skeleton: Hashes
    designators: Hashes
    """Of each text, as `dedup.designators` has them."""
    hashes: Hashes
    starts: Positions

    def take(self, chosen: Positions) -> Sets:
        """Some of them."""
        sizes = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(starts[-1]) + np.repeat(self.starts[chosen] - starts[:-1], sizes)
        return Sets(self.numbers[chosen], self.skeleton[chosen], self.designators[chosen], self.hashes[at], starts)


def shingles(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `shingles` of one bundle: those of each document in pairs, once for each part of `pairs` that has it.

    Documents that were in pairs of an earlier round have theirs in `params["before"]`; texts of the others are read.
    """
    row, part, number = _needed(work, params["pairs"], params["number"])
    entries: list[tuple[npt.NDArray[Any], ...]] = [(np.zeros(0, np.int64),) * 4 + (np.zeros(0, np.uint64),) * 2]
    written = 0
    with (folders["shingles"] / HASHES).open("wb") as out:
        for sets in _sets(params, number, row, work):
            mine = np.flatnonzero(np.isin(number, sets.numbers))
            mine = mine[np.lexsort((number[mine], part[mine]))]
            by_number = np.argsort(sets.numbers)
            chosen = sets.take(by_number[np.searchsorted(sets.numbers, number[mine], sorter=by_number)])
            chosen.hashes.tofile(out)
            where = (part[mine], chosen.starts[:-1] + written, chosen.numbers, np.diff(chosen.starts))
            entries.append((*where, chosen.skeleton, chosen.designators))
            written += chosen.hashes.size
    columns = (np.concatenate(column) for column in zip(*entries, strict=True))
    write_run(folders["shingles"], SETS, dict(zip(_SETS, columns, strict=True)))
    return {"shingles": {"documents": np.unique(row).size, "shingles": written}}


def verify(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `verify` of one part: for each of its pairs (`better`, `worse`), the `SIMILARITY` of the two texts.

    Holds the sets of all better documents of the part, and as many again of the worse ones at a time.
    """
    from dedup.verify import similarities

    stored = work.product("pairs", params["pairs"])
    better, worse = (np.load(stored / f"{name}.npy") for name in ("better", "worse"))
    bundles = [work.product("shingles", digest) for digest in params["shingles"]]
    ahead = _joined([_chosen(folder, params["part"], better) for folder in bundles])
    ahead = ahead.take(np.argsort(ahead.numbers))
    of_better = np.searchsorted(ahead.numbers, better)
    by_worse = np.argsort(worse, kind="stable")
    found = np.zeros((len(SIMILARITY), better.size))
    numbered = np.zeros(better.size, np.bool_)
    for behind in _several(bundles, params["part"], worse, ahead.hashes.size + _HELD_SHINGLES):
        first = np.searchsorted(worse[by_worse], behind.numbers)
        counts = np.searchsorted(worse[by_worse], behind.numbers, side="right") - first
        here = np.repeat(np.arange(counts.size), counts)
        asked = by_worse[np.arange(here.size) + np.repeat(first - np.cumsum(counts) + counts, counts)]
        both = _joined([ahead, behind])
        a, b = of_better[asked], here + ahead.numbers.size
        found[:, asked] = similarities(both.hashes, both.starts, a, b)
        if not params["merge_numbered"]:
            numbered[asked] = (both.skeleton[a] == both.skeleton[b]) & (both.designators[a] != both.designators[b])
    folder = folders["verify"]
    for name, values in {"better": better, "worse": worse, NUMBERED: numbered}.items():
        np.save(folder / f"{name}.npy", values)
    for name, values in zip(SIMILARITY, found, strict=True):
        np.save(folder / f"{name}.npy", values)
    alike = found[:2].min(axis=0) >= params["threshold"]
    similar = alike & ~numbered
    contained = ~alike & (found[2] >= params["contained"])
    return {
        "verify": {
            "pairs": better.size,
            "similar": int(similar.sum()),
            "templates": int((~alike & (found[0] >= params["threshold"])).sum()),
            "numbered": int((alike & numbered).sum()),
            "contained": int(contained.sum()),
        }
    }


def _needed(work: WorkFolder, pairs: list[str], bundle: int) -> tuple[Positions, Positions, Positions]:
    """Rows of a bundle (ascending) that are in pairs, each with the part that has it and its number."""
    parts = [read_run(work.product("pairs", one), NEEDED, ["place", "number"], range_of(bundle)) for one in pairs]
    part = np.repeat(np.arange(len(parts)), [places.size for places, _ in parts])
    row = row_of(np.concatenate([places for places, _ in parts]))
    number = np.concatenate([numbers for _, numbers in parts])
    order = np.lexsort((part, row))
    return row[order], part[order], number[order]


def _sets(params: dict[str, Any], number: Positions, row: Positions, work: WorkFolder) -> Iterator[Sets]:
    """Sets of the documents `number`, which stand in a bundle at `row`, some at a time."""
    from dedup.designators import split_texts

    for digest in params["before"]:
        stored = _chosen(work.product("shingles", digest), None, number)
        stored = stored.take(np.unique(stored.numbers, return_index=True)[1])
        yield stored
        others = ~np.isin(number, stored.numbers)
        number, row = number[others], row[others]
    rows, first = np.unique(row, return_index=True)
    templates = templates_of(work, params["templates"])
    for which, text in _together(masked_texts(work, params["digests"], rows)):
        hashes, starts = flagged_shingles(text, templates, params["shingle_words"])
        yield Sets(number[first[which]], *split_texts(text), hashes, starts)


def _together(
    texts: Iterator[tuple[Positions, pa.LargeStringArray]],
) -> Iterator[tuple[Positions, pa.LargeStringArray]]:
    """The same texts, about `_TEXT_BYTES` at a time."""
    held: list[tuple[Positions, pa.LargeStringArray]] = []
    weight = 0
    for which, text in texts:
        held.append((which, text))
        weight += text.nbytes
        if weight >= _TEXT_BYTES:
            yield np.concatenate([one for one, _ in held]), pa.concat_arrays([text for _, text in held])
            held, weight = [], 0
    if held:
        yield np.concatenate([one for one, _ in held]), pa.concat_arrays([text for _, text in held])


def _chosen(folder: Path, part: int | None, wanted: Positions) -> Sets:
    """Those of a bundle's sets for a part (of all parts) whose document is among `wanted`, by number."""
    of_part = None if part is None else (part, part)
    _, start, number, size, skeleton, designators = read_run(folder, SETS, _SETS, of_part)
    mine = np.flatnonzero(np.isin(number, wanted))
    mine = mine[np.argsort(number[mine])]
    stored = np.memmap(folder / HASHES, np.uint64, "r") if size.sum() else np.zeros(0, np.uint64)
    starts = np.concatenate([[0], np.cumsum(size[mine])])
    at = np.arange(starts[-1]) + np.repeat(start[mine] - starts[:-1], size[mine])
    return Sets(number[mine], skeleton[mine], designators[mine], np.array(stored[at]), starts)


def _joined(sets: list[Sets]) -> Sets:
    """All of them, one after the other."""
    sizes = [np.diff(one.starts) for one in sets]
    return Sets(
        np.concatenate([one.numbers for one in sets]),
        np.concatenate([one.skeleton for one in sets]),
        np.concatenate([one.designators for one in sets]),
        np.concatenate([one.hashes for one in sets]),
        np.concatenate([[0], np.cumsum(np.concatenate(sizes))]),
    )


def _several(folders: list[Path], part: int, wanted: Positions, shingles: int) -> Iterator[Sets]:
    """The sets of `wanted` documents in each bundle, about so many shingles at a time."""
    held: list[Sets] = []
    for folder in folders:
        held.append(_chosen(folder, part, wanted))
        if sum(one.hashes.size for one in held) >= shingles:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)
