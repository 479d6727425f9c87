"""Random tokens of a snapshot, traced to their raw records and back. What does not come back is an error.

python -m benchmarks.trace demo --tokens 1000 --raw ~/.cache/hc4/assets/demo
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from corpus.assets import asset_path
from manifests.places import find_document
from manifests.snapshot import Snapshot
from manifests.trace import Trace, trace_token
from pipelines.read_back import read_back
from shards.tokenizer import load_tokenizer


def main() -> None:
    """Draw, trace, compare; print times and counts."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("snapshot", type=Path)
    asked.add_argument("--tokens", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--raw", type=Path, help="folder of the raw files")
    given = asked.parse_args()
    snapshot = Snapshot.open(given.snapshot)
    locator = load_tokenizer(asset_path(snapshot.manifest.tokenizer.name)).oracle
    draw = random.Random(given.seed)
    shards = draw.choices(
        snapshot.manifest.shards, [shard.tokens for shard in snapshot.manifest.shards], k=given.tokens
    )
    numbers = [draw.randrange(shard.tokens) for shard in shards]
    began = time.process_time()
    traces = [trace_token(snapshot, shard, number, locator) for shard, number in zip(shards, numbers, strict=True)]
    print(f"{given.tokens:,} tokens to documents and characters: {time.process_time() - began:.1f} CPU s")
    began = time.process_time()
    wrong = [trace for trace in traces if find_document(snapshot, trace.document["doc_id"]) != trace.place]
    print(f"documents to places: {time.process_time() - began:.1f} CPU s, {len(wrong)} elsewhere")
    misplaced = list(_misplaced(snapshot, traces))
    wrong += misplaced
    print(f"ids that do not stand there in the shard: {len(misplaced)}")
    if given.raw:
        began = time.process_time()
        again = read_back(snapshot, traces, given.raw)
        told = ", ".join(f"{count:,} {text}" for text, count in sorted(Counter(one.text for one in again).items()))
        print(f"records read again from raw files: {time.process_time() - began:.1f} CPU s; {told}")
        wrong += [one.trace for one in again if one.text not in ("equal", "masked", "shortened")]
    sys.exit(1 if wrong else 0)


def _misplaced(snapshot: Snapshot, traces: list[Trace]) -> Iterator[Trace]:
    """Tokens whose id is not the one that stands there among all ids of the shard, one after the other."""
    for path in sorted({trace.place.shard.path for trace in traces}):
        ids = pq.read_table(snapshot.folder / path, columns=["input_ids"])["input_ids"].combine_chunks().flatten()
        for trace in traces:
            token = trace.token
            if trace.place.shard.path == path and (token is None or ids[token.in_shard].as_py() != token.id):
                yield trace


if __name__ == "__main__":
    main()
