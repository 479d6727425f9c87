"""How many shingles two sets share (kernel). Importing this module imports numba: import it only where it is run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from dedup.shingles import Hashes, Offsets


@kernel
def shared_counts(hashes: Hashes, starts: Offsets, a: Offsets, b: Offsets, shared: npt.NDArray[np.int64]) -> None:
    """Write to `shared` (int64[m]) the size of the intersection of sets a[i] and b[i].

    Set s is `hashes[starts[s]:starts[s + 1]]`, sorted and distinct.
    """
    for pair in range(a.size):
        i, end_i = starts[a[pair]], starts[a[pair] + 1]
        j, end_j = starts[b[pair]], starts[b[pair] + 1]
        both = 0
        while i < end_i and j < end_j:
            left, right = hashes[i], hashes[j]
            both += left == right
            # Without branches: which side is smaller is a coin toss that no processor predicts.
            i += left <= right
            j += right <= left
        shared[pair] = both
