"""HyperLogLog registers from shingle hashes (kernels). Importing this module imports numba: import it where it is run.

Flajolet, Fusy, Gandouet, Meunier (2007), "HyperLogLog", AofA, section 2, with the 64-bit hashes of Heule, Nunkesser,
Hall (2013), "HyperLogLog in practice", EDBT, section 5.1: of a hash, p bits choose a register, which holds the greatest
rank of the other 64 - p bits, the place of their first one. As in datasketch, the low bits choose, and the rank is
counted from the top.
"""

from __future__ import annotations

import numpy as np

from corpus.kernel import kernel
from dedup.shingles import CHUNK, STATE_SLOTS, Bytes, Hashes, Offsets, Tables, next_shingles, start

_TOP = np.uint64(1 << 63)


@kernel
def add_hashes(hashes: Hashes, registers: Bytes, p: int) -> None:
    """Enter `hashes`, repeats at will, into `registers` (uint8[2**p])."""
    low = np.uint64(registers.size - 1)
    for hashed in hashes:
        rank = 1
        bit = _TOP
        # Half of all hashes end the loop at once, a quarter after one turn: two turns on average.
        while rank <= 64 - p and hashed & bit == 0:
            bit >>= np.uint64(1)
            rank += 1
        place = hashed & low
        registers[place] = max(registers[place], np.uint8(rank))


@kernel
def add_texts(data: Bytes, offsets: Offsets, tables: Tables, shingle_words: int, registers: Bytes, p: int) -> None:
    """Enter the shingles of every text (UTF-8 bytes, int64[n + 1] offsets) into `registers` (uint8[2**p])."""
    state = np.empty(STATE_SLOTS, np.uint64)
    last_words = np.zeros(shingle_words, np.uint64)
    chunk = np.empty(CHUNK, np.uint64)
    for index in range(offsets.size - 1):
        start(state)
        position, end = offsets[index], offsets[index + 1]
        while position < end:
            position, written = next_shingles(data, position, end, tables, state, last_words, chunk)
            add_hashes(chunk[:written], registers, p)
