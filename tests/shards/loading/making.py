"""Small folders of shards with known tokens, and what a loader makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shards.loading import Sequence as Packed
from shards.place import shard_name
from shards.tokenizer import INPUT_IDS

FIRST_ID = 10
"""Ids below it are left for special tokens."""
LENGTHS: dict[str, list[list[int]]] = {
    "abstracts": [[30, 55, 1, 0, 64, 64, 200, 17, 33] * 6, [12, 64, 5, 90, 41] * 9],
    "articles": [[700, 129, 1000, 65], [300, 64, 128]],
    "notes": [[3, 9, 27]],
}
"""Tokens of each document, by source and shard: of sequences of 64 some documents are just one, some are empty."""


def write_shards(
    root: Path,
    lengths: Mapping[str, Sequence[Sequence[int]]] | None = None,
    *,
    split: str = "train",
    group_rows: int = 4,
    seed: int = 0,
    largest_id: int = 30_000,
) -> Path:
    """Write shards below `root` with the columns that loading needs."""
    chance = np.random.default_rng(seed)
    for source, shards in (LENGTHS if lengths is None else lengths).items():
        (root / "data" / source).mkdir(parents=True, exist_ok=True)
        for number, its in enumerate(shards):
            ids = [chance.integers(FIRST_ID, largest_id, size, dtype=np.int32) for size in its]
            schema = pa.schema(
                {
                    "doc_id": pa.string(),
                    "source": pa.string(),
                    "licence_spdx": pa.string(),
                    "input_ids": INPUT_IDS,
                    "n_tokens": pa.int32(),
                },
                {"hc4.tokenizer_sha256": "0" * 64},
            )
            rows = {
                "doc_id": [f"{source}:{number}-{row}" for row in range(len(its))],
                "source": [source] * len(its),
                "licence_spdx": ["CC0-1.0" if row % 2 else "CC-BY-4.0" for row in range(len(its))],
                "input_ids": ids,
                "n_tokens": list(its),
            }
            path = root / "data" / source / shard_name(split, number, len(shards))
            pq.write_table(
                pa.table(rows, schema), path, row_group_size=group_rows, use_dictionary=False, write_page_checksum=True
            )
    return root


def documents_in(root: Path) -> dict[tuple[str, int], list[int]]:
    """Token ids of every document that has any, by shard and row."""
    found = {}
    for path in sorted(root.glob("data/*/*.parquet")):
        for row, ids in enumerate(pq.read_table(path, columns=["input_ids"])["input_ids"].to_pylist()):
            if ids:
                found[path.relative_to(root).as_posix(), row] = ids
    return found


def documents_from(sequences: Iterable[Packed]) -> dict[tuple[str, int], list[int]]:
    """The same, put together again from what a loader gave; specials and padding left out by their ids.

    Pieces must follow each other without a gap or an overlap.
    """
    pieces: dict[tuple[str, int], list[tuple[int, list[int]]]] = defaultdict(list)
    for sequence in sequences:
        ends = sequence.cu_seqlens.tolist()
        for piece, start, end in zip(sequence.documents, ends[:-1], ends[1:], strict=True):
            ids = [token for token in sequence.input_ids[start:end].tolist() if token >= FIRST_ID]
            pieces[piece.shard, piece.row].append((piece.first_token, ids))
    found = {}
    for place, its in pieces.items():
        whole: list[int] = []
        for first, ids in sorted(its):
            assert first == len(whole), place
            whole += ids
        found[place] = whole
    return found


def all_of(sequence: Packed) -> tuple[object, ...]:
    """Everything that a sequence says."""
    arrays = (sequence.input_ids, sequence.position_ids, sequence.labels, sequence.doc_lens, sequence.cu_seqlens)
    return (
        *(each.tobytes() for each in arrays),
        sequence.documents,
        sequence.source,
        sequence.epoch,
        sequence.index,
    )
