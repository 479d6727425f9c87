"""Pairs of documents that share a key.

Everything here works on positions in the arrays given. A pair is (better, worse) by rank, pairs are sorted and unique,
and key 0 (a document without words) pairs with nothing. `rank` is distinct, 0 or the smallest is best; ranks alone
decide who leads a bucket, so that the order of the rows decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Pairs = tuple[Positions, Positions]


def key_groups(keys: Keys | tuple[Keys, Keys], rank: Positions) -> tuple[Positions, Positions]:
    """Documents that share a key with another one, group after group, best rank first in each.

    Args:
        keys: uint64[n], or two of them read as one 128-bit key.
        rank: int64[n].

    Returns:
        `members`, int64 positions, and `starts`, int64[groups + 1]: a group is `members[starts[g]:starts[g + 1]]`.
        Groups have at least two members.
    """
    first, *rest = keys if isinstance(keys, tuple) else (keys,)
    members = _perhaps_shared(first)
    members = members[~_is_zero(members, first, *rest)]
    columns = [first[members], *(half[members] for half in rest)]
    again = np.lexsort((rank[members], *reversed(columns)))
    members, columns = members[again], [column[again] for column in columns]

    new = np.ones(members.size, np.bool_)
    if members.size:
        new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    starts = np.append(np.flatnonzero(new), members.size)
    sizes = np.diff(starts)
    # Documents that only seemed to share a key, or share only its first half, are still here, alone.
    kept = np.repeat(sizes > 1, sizes)
    return members[kept], np.concatenate([[0], np.cumsum(sizes[sizes > 1])]).astype(np.int64)


def star_edges(keys: Keys | tuple[Keys, Keys], rank: Positions) -> Pairs:
    """For each key, edges from its best-ranked document to every other one that has it.

    Args:
        keys: uint64[n], or two of them read as one 128-bit key.
        rank: int64[n].

    Returns:
        Two int64[m]: the best-ranked document of a key, another document of that key.
    """
    members, starts = key_groups(keys, rank)
    sizes = np.diff(starts)
    leaders = np.repeat(members[starts[:-1]], sizes)
    others = np.ones(members.size, np.bool_)
    others[starts[:-1]] = False
    return unique_pairs([(leaders[others], members[others])])


def band_pairs(keys: Keys, rank: Positions, all_pairs_up_to: int = 8, leaders: int = 4) -> Pairs:
    """Candidate pairs of one band.

    A bucket of up to `all_pairs_up_to` documents gives all its pairs. A larger one (a template, a boilerplate notice)
    gives each member against the bucket's `leaders` best-ranked members only: its cost is linear, never quadratic.

    Args:
        keys: uint64[n], the band key of each document.
        rank: int64[n].

    Returns:
        Two int64[m], (better, worse).
    """
    members, starts = key_groups(keys, rank)
    sizes = np.diff(starts)
    place = np.arange(members.size) - np.repeat(starts[:-1], sizes)
    first = np.repeat(starts[:-1], sizes)
    limit = np.repeat(np.where(sizes <= all_pairs_up_to, sizes, leaders), sizes)
    found = []
    # Members stand in rank order: pair each with the one at `better` in its bucket, for each `better` in turn.
    for better in range(max(all_pairs_up_to - 1, leaders)):
        chosen = (place > better) & (better < limit)
        if chosen.any():
            found.append((members[first[chosen] + better], members[chosen]))
    return unique_pairs(found)


def large_buckets(keys: Keys, rank: Positions, all_pairs_up_to: int = 8) -> Positions:
    """Documents in buckets that give no longer all their pairs (`band_pairs`): int64 positions."""
    members, starts = key_groups(keys, rank)
    sizes = np.diff(starts)
    return members[np.repeat(sizes > all_pairs_up_to, sizes)]


def unique_pairs(parts: Iterable[Pairs]) -> Pairs:
    """All pairs of `parts` (say, of every band), sorted by (first, second), each once."""
    parts = list(parts)
    empty = np.zeros(0, np.int64)
    a = np.concatenate([empty, *(part[0] for part in parts)])
    b = np.concatenate([empty, *(part[1] for part in parts)])
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    new = np.ones(a.size, np.bool_)
    new[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return a[new], b[new]


def _perhaps_shared(keys: Keys) -> Positions:
    """Positions of all keys that occur twice, and of a few others.

    Nearly every key occurs once. Sorting values is several times as fast as finding the order that sorts them, so the
    position rides along in the key's low bits; the few keys that differ in those alone are told apart later.
    """
    bits = np.uint64(int(max(keys.size - 1, 1)).bit_length())
    low = (np.uint64(1) << bits) - np.uint64(1)
    tagged = np.sort((keys & ~low) | np.arange(keys.size, dtype=np.uint64))
    high = tagged >> bits
    same = high[1:] == high[:-1]
    shared = np.zeros(keys.size, np.bool_)
    shared[1:] |= same
    shared[:-1] |= same
    return (tagged[shared] & low).astype(np.int64)


def _is_zero(members: Positions, *columns: Keys) -> npt.NDArray[np.bool_]:
    zero = np.ones(members.size, np.bool_)
    for column in columns:
        zero &= column[members] == 0
    return zero
