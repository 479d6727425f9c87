"""Whether near-duplicates stand on both sides of a split: the released texts of a snapshot, compared all with all.

python -m benchmarks.straddle demo --floor 0.7

Nothing here is hc4's deduplication: words are cut with `str.translate`, shingles are tuples of words and not hashes,
and every held-out document meets every document of another split that shares a single shingle with it, through an
inverted index of the held-out ones. So no similar pair can be missed: pairs that share nothing have similarity 0.
"""

from __future__ import annotations

import argparse
import heapq
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from manifests.model import Shard
from manifests.snapshot import Snapshot
from shards.place import TRAIN

_K = 5
_SHOWN = 20

Shingle = tuple[str, ...]


@dataclass
class Found:
    """Pairs of documents in different splits."""

    held_out: int = 0
    others: int = 0
    possible: int = 0
    """Pairs across splits."""
    compared: int = 0
    """... that share a shingle: the similarity of each was computed."""
    straddling: int = 0
    by_source: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Straddling pairs by both sources, that of the held-out document first."""
    highest: list[tuple[float, str, str]] = field(default_factory=list)
    """The most similar ones, at most `_SHOWN`."""
    bands: Counter[int] = field(default_factory=Counter)
    """Compared pairs by tenths of similarity."""

    def add(self, similarity: float, held_out: str, other: str, floor: float) -> None:
        """Count a pair."""
        self.compared += 1
        self.bands[min(int(similarity * 10), 9)] += 1
        if similarity >= floor:
            self.straddling += 1
            self.by_source[held_out.split(":", maxsplit=1)[0], other.split(":", maxsplit=1)[0]] += 1
        one = (similarity, held_out, other)
        if len(self.highest) < _SHOWN:
            heapq.heappush(self.highest, one)
        else:
            heapq.heappushpop(self.highest, one)


class _Characters(dict[int, str]):
    """Letters, marks and numbers in lower case; all else is a blank."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        lower = character.lower()
        plain = lower if len(lower) == 1 else character
        self[point] = plain if unicodedata.category(character)[0] in "LMN" else " "
        return self[point]


_CHARACTERS = _Characters()


def shingles(text: str) -> set[Shingle]:
    """The distinct shingles of five words of a text; all its words if it has fewer."""
    words = [sys.intern(word) for word in text.translate(_CHARACTERS).split()]
    if len(words) < _K:
        return {tuple(words)} if words else set()
    return set(zip(*(words[start:] for start in range(_K)), strict=False))


def compare(snapshot: Snapshot, floor: float) -> Found:
    """Every held-out document with every document of another split."""
    found = Found()
    names: list[str] = []
    splits: list[str] = []
    sizes: list[int] = []
    index: dict[Shingle, list[int]] = defaultdict(list)
    of_split: Counter[str] = Counter()
    for shard in snapshot.manifest.shards:
        if shard.split == TRAIN:
            continue
        for doc_id, text in _documents(snapshot, shard):
            held = shingles(text)
            for one in held:
                index[one].append(len(names))
            names.append(doc_id)
            splits.append(shard.split)
            sizes.append(len(held))
            of_split[shard.split] += 1
    found.held_out = len(names)
    for shard in snapshot.manifest.shards:
        for doc_id, text in _documents(snapshot, shard):
            found.others += shard.split == TRAIN
            own = shingles(text)
            shared: Counter[int] = Counter()
            for one in own:
                shared.update(index.get(one, ()))
            for number, count in shared.items():
                if splits[number] != shard.split and (shard.split == TRAIN or names[number] < doc_id):
                    found.add(count / (sizes[number] + len(own) - count), names[number], doc_id, floor)
    groups = [found.others, *of_split.values()]
    found.possible = (sum(groups) ** 2 - sum(size**2 for size in groups)) // 2
    return found


def _documents(snapshot: Snapshot, shard: Shard) -> Iterator[tuple[str, str]]:
    with pq.ParquetFile(snapshot.folder / shard.path) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=["doc_id", "text"])
            yield from zip(rows["doc_id"].to_pylist(), rows["text"].to_pylist(), strict=True)


def main() -> None:
    """Compare and tell; exit 1 if a pair straddles."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("snapshot", type=Path)
    asked.add_argument("--floor", type=float, default=0.7, help="Jaccard similarity from which a pair straddles")
    given = asked.parse_args()
    began = time.process_time()
    found = compare(Snapshot.open(given.snapshot), given.floor)
    print(f"held out: {found.held_out:,} documents; train: {found.others:,}")
    print(f"pairs across splits: {found.possible:,}; sharing a shingle, compared exactly: {found.compared:,}")
    tenths = ", ".join(f"{band / 10:.1f}+: {found.bands[band]:,}" for band in range(9, 3, -1))
    print(f"by similarity: {tenths}")
    print(f"straddling at {given.floor} or more: {found.straddling:,}")
    for (held_out, other), count in found.by_source.most_common():
        print(f"    {count:>7,}  {held_out} in a held-out split, {other} in another")
    for similarity, held_out, other in sorted(found.highest, reverse=True):
        print(f"    {similarity:.4f}  {held_out}  {other}")
    print(f"{time.process_time() - began:.1f} CPU s")
    sys.exit(1 if found.straddling else 0)


if __name__ == "__main__":
    main()
