"""Merkle trees: one hash over many entries, and short proofs that an entry is among them.

The tree of RFC 9162 (Certificate Transparency 2.0), section 2.1, with SHA-256. A leaf is `sha256(0x00 entry)`, a node
`sha256(0x01 left right)`, so that no entry can pass for a node. The left side of a node holds the greatest power of two
of leaves that is smaller than all of them; the root of no entries is `sha256()`. Any implementation of that standard
gives the same roots and paths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

ALGORITHM = "sha256 tree of RFC 9162"
EMPTY = hashlib.sha256().digest()
"""Root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry: `sha256(0x00 entry)`, 32 bytes."""
    return hashlib.sha256(b"\0" + entry).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in order (RFC 9162, 2.1.1), 32 bytes."""
    level = list(leaves)
    while len(level) > 1:
        level = _next_level(level)
    return level[0] if level else EMPTY


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What leads from leaf `index`, counted from 0, to the root: siblings, the lowest first (RFC 9162, 2.1.3.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    level, path = list(leaves), []
    while len(level) > 1:
        if (sibling := index ^ 1) < len(level):
            path.append(level[sibling])
        level, index = _next_level(level), index // 2
    return path


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a path leads from the hash of leaf `index` of `size` (RFC 9162, 2.1.3.2).

    None if no tree of that size has a path of this length there. A root proves that the leaf is below it. It does not
    prove `size`: two sizes may have paths of one shape.
    """
    if not 0 <= index < size:
        return None
    found, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = _node(sibling, found)
            while not index & 1 and index:  # an odd node out is its own parent
                index, last = index >> 1, last >> 1
        else:
            found = _node(found, sibling)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None


def _next_level(level: list[bytes]) -> list[bytes]:
    """Parents, in order; a last one without a sibling moves up as it is."""
    paired = len(level) & ~1
    return [_node(level[place], level[place + 1]) for place in range(0, paired, 2)] + level[paired:]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
