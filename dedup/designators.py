"""Numbers and letters that tell one thing from another: `type 2`, `hepatitis B`, `5 mg`, `T790M`.

Two texts may be the same word for word but for these, and yet speak of two diseases or two doses. A *designator* is a
word (`dedup.shingles`) of one character, or one that holds a number (Unicode class N).

Importing this module imports numba: import it only where it is run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.kernel import kernel, text_buffers
from corpus.unicode import LETTER, MARK, NUMBER
from dedup.shingles import Bytes, Hashes, Offsets, Tables, decode, lookup_tables, mix

_WORD = np.uint8(LETTER | MARK | NUMBER)
_NUMBER = np.uint8(NUMBER)
_SEED = np.uint64(0x8E51_36C9_A0F2_7D4B)
_PLACE = np.uint64(0x3C6E_F372_FE94_F82B)
"""What stands for a designator among the other words."""


@kernel
def split_keys(data: Bytes, offsets: Offsets, tables: Tables, skeleton: Hashes, designators: Hashes) -> None:
    """Write a hash of the words of each text but its designators, whose places count, and one of its designators.

    Args:
        data, offsets: UTF-8 bytes and int64[n + 1] offsets of n texts.
        tables: `dedup.shingles.lookup_tables()`.
        skeleton, designators: uint64[n], written.
    """
    _, class_of, fold_of = tables
    for index in range(offsets.size - 1):
        words, apart = _SEED, _SEED
        word = _SEED
        characters = 0
        numbered = False
        position, end = offsets[index], offsets[index + 1]
        while position <= end:
            kind = np.uint8(0)
            point = 0
            if position < end:
                point, length = int(data[position]), 1
                if point >= 0x80:
                    point, length = decode(data, position)
                kind = class_of[point] & _WORD
                position += length
            else:
                position += 1  # the end of the text ends its last word
            if kind:
                word = mix(word ^ np.uint64(fold_of[point]))
                characters += 1
                numbered |= kind & _NUMBER != 0
            elif characters:
                if characters == 1 or numbered:
                    apart = mix(apart ^ word)
                    words = mix(words ^ _PLACE)
                else:
                    words = mix(words ^ word)
                word = _SEED
                characters = 0
                numbered = False
        skeleton[index], designators[index] = words, apart


def split_texts(text: pa.LargeStringArray) -> tuple[Hashes, Hashes]:
    """Skeletons and designators (uint64[n] each) of texts.

    Texts of equal skeletons and different designators say the same but for their numbers and single letters.
    """
    data, offsets = text_buffers(text)
    skeleton: npt.NDArray[np.uint64] = np.empty(len(text), np.uint64)
    designators = np.empty_like(skeleton)
    split_keys(data, offsets, lookup_tables(), skeleton, designators)
    return skeleton, designators
