"""Signatures and distinct counts in the forms of datasketch (https://ekzhu.com/datasketch), and back.

Its LSH index is rebuilt from band keys alone: a band key stands for the rows of its band, so that an index with one row
a band finds what ours finds. Its HyperLogLog++ counts distinct shingles; the registers are filled by a kernel.

datasketch takes two seconds to import (it loads scipy): it is imported where it is run.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from datasketch import HyperLogLogPlusPlus, MinHash, MinHashLSH

Keys = npt.NDArray[np.uint64]
Registers = npt.NDArray[np.uint8]

PRECISION = 14
"""p of the registers: 2**14 of them, 16 KiB, and a standard error of 1.04 / 2**7 = 0.81 % (Flajolet et al. 2007)."""


def minhashes(bands: Keys) -> list[MinHash | None]:
    """Signatures as datasketch's MinHash with one value a band: the band's key.

    They are good for an index of one row a band (`lsh_index`) and for nothing else: the share of equal values is no
    estimate of the Jaccard similarity.

    Args:
        bands: uint64[number of bands, n].

    Returns:
        One for each of the n signatures; None for those without words (key 0), which match nothing.
    """
    from datasketch import MinHash

    count = bands.shape[0]
    # Permutations serve updates, of which there are none: let all share one.
    permutations = MinHash(num_perm=count, scheme="affine64").permutations
    return [
        MinHash(hashvalues=keys, permutations=permutations, scheme="affine64") if keys[0] else None
        for keys in np.ascontiguousarray(bands.T)
    ]


def lsh_index(bands: Keys, names: Sequence[Hashable], **options: Any) -> MinHashLSH:
    """datasketch's MinHashLSH over signatures: two that share a band are found for each other, and no others.

    Args:
        bands: uint64[number of bands, n], at least 2 bands, as datasketch asks.
        names: n distinct names. Those of signatures without words are left out.
        options: of `MinHashLSH`, such as `storage_config` for an index in Redis or Cassandra.

    Returns:
        An index to which more can be added, and which is asked by `index.query(minhashes(bands)[i])`.
    """
    from datasketch import MinHashLSH

    count = bands.shape[0]
    index = MinHashLSH(num_perm=count, params=(count, 1), **options)
    with index.insertion_session() as session:
        for name, minhash in zip(names, minhashes(bands), strict=True):
            if minhash is not None:
                session.insert(name, minhash)
    return index


def registers(text: pa.LargeStringArray, shingle_words: int = 5, p: int = PRECISION) -> Registers:
    """HyperLogLog registers (uint8[2**p]) of all shingles of some texts (`dedup.shingles` says what a shingle is).

    Raises:
        ValueError: p is none that datasketch can count with.
    """
    from corpus.kernel import text_buffers
    from dedup.registers import add_texts
    from dedup.shingles import lookup_tables

    found = empty_registers(p)
    data, offsets = text_buffers(text)
    add_texts(data, offsets, lookup_tables(), shingle_words, found, p)
    return found


def empty_registers(p: int = PRECISION) -> Registers:
    """Registers (uint8[2**p]) of nothing.

    Raises:
        ValueError: p is none that datasketch can count with.
    """
    if not 4 <= p <= 16:
        raise ValueError(f"p must be 4 to 16, not {p}")
    return np.zeros(1 << p, np.uint8)


def merged(parts: Iterable[Registers], p: int = PRECISION) -> Registers:
    """Registers of everything that the parts hold: whatever their order, and however often one is given."""
    found = empty_registers(p)
    for part in parts:
        np.maximum(found, part, out=found)
    return found


def hyperloglog(found: Registers) -> HyperLogLogPlusPlus:
    """The registers as datasketch's HyperLogLog++, to which more can be added.

    Its values are shingle hashes: its `hashfunc` takes what it is given as such a hash.
    """
    from datasketch import HyperLogLogPlusPlus

    return HyperLogLogPlusPlus(reg=found.astype(np.int8), hashfunc=int)


def distinct(found: Registers) -> int:
    """How many distinct shingles were entered, about: HyperLogLog++'s estimate, as datasketch makes it."""
    return round(float(hyperloglog(found).count()))
