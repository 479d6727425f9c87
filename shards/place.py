"""Where a document goes: its split and its shard, decided by hashes of what it is, not by when it was met."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

TRAIN = "train"
VALIDATION = "validation"
VALIDATION_TIME = "validation_time"
"""Held out because nothing like it was published before a date."""
SPLITS = (TRAIN, VALIDATION, VALIDATION_TIME)


def uniform(text: str, *, salt: str) -> float:
    """A number in [0, 1) from the first 52 bits of sha256(salt, text)."""
    return (int.from_bytes(hashlib.sha256(f"{salt}\0{text}".encode()).digest()[:8]) >> 12) / 2**52


def position(group: str, *, seed: int) -> float:
    """Where a near-duplicate group stands, in [0, 1): those below a threshold are held out."""
    return uniform(group, salt=f"split/{seed}")


def split_of(group: str, *, validation_share: float, seed: int) -> str:
    """The split of a near-duplicate group by its `position` alone: all its documents go together."""
    return VALIDATION if position(group, seed=seed) < validation_share else TRAIN


def shards_of(doc_ids: Iterable[str], count: int) -> list[int]:
    """The shard of each document among `count`: stable, so that a takedown rewrites only the shards concerned."""
    return [int(uniform(doc_id, salt="shard") * count) for doc_id in doc_ids]


def shard_name(split: str, index: int, count: int) -> str:
    """`train-00000-of-00004.parquet`, as dataset loaders expect."""
    return f"{split}-{index:05d}-of-{count:05d}.parquet"


def is_placed_in(doc_id: str, name: str) -> bool:
    """Whether a document of the split belongs into the shard of this `shard_name`."""
    found = re.fullmatch(r"[^/]*-(\d{5,})-of-(\d{5,})\.parquet", name)
    return found is not None and shards_of([doc_id], int(found[2])) == [int(found[1])]
