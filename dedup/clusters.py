"""Connected components and the walk in rank order (kernels).

Importing this module imports numba: import it only where it is run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel

Positions = npt.NDArray[np.int64]
Similarities = npt.NDArray[np.float64]


@kernel
def components(parent: Positions, a: Positions, b: Positions) -> None:
    """Join the ends of each edge in `parent` (int64[n]), then point every element at the least one of its component.

    `parent` is a forest in which no element's parent is greater than itself (`arange(n)` to begin with). Union-find
    with path halving (Tarjan, van Leeuwen 1984); the smaller root wins, so that the outcome does not depend on the
    order of the edges.
    """
    for edge in range(a.size):
        x, y = a[edge], b[edge]
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        while parent[y] != y:
            parent[y] = parent[parent[y]]
            y = parent[y]
        if x < y:
            parent[y] = x
        elif y < x:
            parent[x] = y
    for x in range(parent.size):
        parent[x] = parent[parent[x]]  # parents come first, and already point at their root


@kernel
def merge_in_rank_order(
    starts: Positions,
    better: Positions,
    similarity: Similarities,
    threshold: float,
    survivor: Positions,
    score: Similarities,
    missing_better: Positions,
    missing_worse: Positions,
) -> int:
    """Give each document the best-ranked document that survives and is verified similar to it.

    Documents are numbered by rank, 0 the best. The pairs of document x with better-ranked ones are
    `better[starts[x]:starts[x + 1]]`, ascending, with their verified `similarity`.

    Args:
        survivor: int64[n], written; `arange(n)` on entry.
        score: float64[n], written for documents that merge.
        missing_better, missing_worse: int64[number of pairs], written: pairs whose similarity must be known before
            the answer is final.

    Returns:
        How many pairs are missing.
    """
    missing = 0
    for x in range(survivor.size):
        for entry in range(starts[x], starts[x + 1]):
            if similarity[entry] >= threshold and survivor[better[entry]] == better[entry]:
                survivor[x] = better[entry]
                score[x] = similarity[entry]
                break
        if survivor[x] != x:
            continue
        # No similar document survives. Where one merged into another, x may be similar to that one.
        for entry in range(starts[x], starts[x + 1]):
            if similarity[entry] < threshold:
                continue
            target = survivor[better[entry]]
            known = False
            for other in range(starts[x], starts[x + 1]):
                known |= better[other] == target
            if not known:
                missing_better[missing] = target
                missing_worse[missing] = x
                missing += 1
    return missing
