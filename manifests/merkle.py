"""One hash over every document of a snapshot: a tree over the trees of its shards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, Self

from corpus.merkle import ALGORITHM, leaf_hash, tree_root
from manifests.strict import Strict

LEAF = (
    "sha256(0x00 doc_id 0x00 text_sha256), text_sha256 in hex; the roots of shards are leaves in turn: "
    "sha256(0x00 path 0x00 root), root in hex, ordered by path"
)


class ShardRoot(Protocol):
    """What a shard's leaf is made of."""

    @property
    def path(self) -> str:
        """Below the snapshot folder."""

    @property
    def rows(self) -> int:
        """Documents."""

    @property
    def merkle_root(self) -> str | None:
        """Hex root over its rows; None in snapshots older than it."""


class Merkle(Strict):
    """The root over all documents, and how it is made."""

    algorithm: str
    leaf: str
    """The entries of the two levels of trees."""
    root: str
    """Hex root of the tree over the shards."""
    size: int
    """Documents below it."""

    @classmethod
    def over(cls, shards: Iterable[ShardRoot]) -> Self:
        """The root over shards, ordered by path. Each must have its own."""
        ordered = sorted(shards, key=lambda shard: shard.path)
        root = tree_root([shard_leaf(shard.path, shard.merkle_root or "") for shard in ordered])
        return cls(algorithm=ALGORITHM, leaf=LEAF, root=root.hex(), size=sum(shard.rows for shard in ordered))


def shard_leaf(path: str, root: str) -> bytes:
    """Leaf hash of a shard: of its path in the snapshot (UTF-8), a zero byte, and the 64 hex digits of its root."""
    return leaf_hash(f"{path}\0{root}".encode())
