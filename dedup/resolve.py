"""Who survives: from edges between documents to one verdict each.

Certain edges (same identity, same words) are transitive: of a connected component the best-ranked document survives.
Near edges are not: similarity is no equivalence, and a chain of similar texts may end far from where it began. So a
document merges into another only if it is itself verified similar to it, and that one survives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]
Similarities = npt.NDArray[np.float64]
Methods = npt.NDArray[np.uint8]
Verify = Callable[[Positions, Positions], Similarities]


class Method(IntEnum):
    """Why a document merged; NONE if it did not."""

    NONE = 0
    IDENTITY = 1
    EXACT = 2
    NEAR = 3


@dataclass(frozen=True, slots=True)
class Certain:
    """Edges that hold without measuring: documents `a[i]` and `b[i]` (int64[m]) are the same by `method[i]` (uint8)."""

    a: Positions
    b: Positions
    method: Methods

    @classmethod
    def of(cls, identity: tuple[Positions, Positions], exact: tuple[Positions, Positions]) -> Certain:
        """Join identity edges and exact edges, as `dedup.candidates.star_edges` gives them."""
        method = np.repeat(np.array([Method.IDENTITY, Method.EXACT], np.uint8), [identity[0].size, exact[0].size])
        return cls(np.concatenate([identity[0], exact[0]]), np.concatenate([identity[1], exact[1]]), method)


@dataclass(frozen=True, slots=True)
class Near:
    """Verified pairs `a[i]`, `b[i]` (int64[m], either way round) with their Jaccard `similarity` (float64[m])."""

    a: Positions
    b: Positions
    similarity: Similarities


@dataclass(frozen=True, slots=True)
class Resolution:
    """What becomes of each of n documents. All positions are rows of the arrays that were given."""

    survivor: Positions
    """int64[n]: the surviving document; itself if it survives. Never a document that merged."""
    same_as: Positions
    """int64[n]: the best-ranked document that is certainly the same, by identity or exact text; itself if it is that.
    Differs from `survivor` where that document merged as near-duplicate: `survivor[d] == survivor[same_as[d]]`."""
    method: Methods
    """uint8[n]: a `Method`. A document merges by identity if a better-ranked one shares its identity (transitively),
    else by exact text, else as near-duplicate."""
    similarity: Similarities
    """float64[n]: verified Jaccard similarity to the survivor where the method is NEAR, else NaN."""
    group: Positions
    """int64[n]: least row among the documents that must not be parted between training and validation."""
    near: Near
    """The verified pairs this was resolved from."""
    missing: tuple[Positions, Positions]
    """Pairs (better, worse) whose similarity is needed before this is final; empty when it is."""


def resolve(rank: Positions, certain: Certain, near: Near, *, threshold: float, split_threshold: float) -> Resolution:
    """Survivors, given everything verified so far.

    Certain edges are closed transitively; the best rank of each component survives them. Then documents are taken
    from the best rank to the worst: each merges into the best-ranked surviving document it is verified similar to
    (similarity >= threshold). A document all of whose similar documents merged is compared with those documents'
    survivors: pairs not in `near` are returned as `missing`, and until they are given the document survives.
    A document that merged by a certain edge follows its component: if the component's best merges near, so does it,
    to the same survivor, but keeps its method.

    Args:
        rank: int64[n], distinct, smaller is better.
        certain: edges of identity and of exact text.
        near: verified pairs, those below the thresholds included.
        threshold: least similarity that merges.
        split_threshold: least similarity that puts two documents in one group.

    Raises:
        ValueError: ranks are not distinct.
    """
    from dedup.clusters import components, merge_in_rank_order

    count = rank.size
    by_rank = np.argsort(rank)
    if (np.diff(rank[by_rank]) == 0).any():
        raise ValueError("ranks must be distinct")
    place = np.empty(count, np.int64)  # documents numbered by rank: comparing numbers compares ranks
    place[by_rank] = np.arange(count)

    root = np.arange(count)
    method = np.zeros(count, np.uint8)
    for kind in (Method.IDENTITY, Method.EXACT):
        chosen = certain.method == kind
        before = root.copy()
        components(root, place[certain.a[chosen]], place[certain.b[chosen]])
        method[(before == np.arange(count)) & (root != before)] = kind

    ends = np.sort(np.stack([place[near.a], place[near.b]]), axis=0)
    heads = np.sort(root[ends], axis=0)
    # Pairs of documents that merged already say only that their components' bests should be compared.
    direct = (heads == ends).all(axis=0) & (ends[0] != ends[1])
    asked = heads[:, ~direct & (near.similarity >= threshold) & (heads[0] != heads[1])]

    order = np.lexsort((ends[0, direct], ends[1, direct]))
    (better, worse), verified = ends[:, direct][:, order], near.similarity[direct][order]
    survivor = np.arange(count)
    score = np.full(count, np.nan)
    unknown = np.empty((2, worse.size), np.int64)
    starts = np.searchsorted(worse, np.arange(count + 1))
    found = merge_in_rank_order(starts, better, verified, threshold, survivor, score, unknown[0], unknown[1])
    method[survivor != np.arange(count)] = Method.NEAR
    missing = _unverified(np.concatenate([asked, unknown[:, :found]], axis=1), better, worse, count)

    group = np.arange(count)
    together = near.similarity >= split_threshold
    components(group, certain.a, certain.b)
    components(group, near.a[together], near.b[together])
    return Resolution(
        survivor=by_rank[survivor[root]][place],
        same_as=by_rank[root][place],
        method=method[place],
        similarity=score[place],
        group=group,
        near=near,
        missing=(by_rank[missing[0]], by_rank[missing[1]]),
    )


def resolve_near(
    rank: Positions,
    certain: Certain,
    pairs: tuple[Positions, Positions],
    verify: Verify,
    *,
    threshold: float,
    split_threshold: float,
) -> Resolution:
    """`resolve` to the end: verify the candidates, resolve, verify what is missing, and again until nothing is.

    Every round verifies pairs never verified before, so the rounds end. Most documents are settled by the first.

    Args:
        rank: int64[n], distinct, smaller is better.
        certain: edges of identity and of exact text.
        pairs: candidates, two int64[m] (`dedup.candidates.band_pairs` over all bands, then `unique_pairs`).
        verify: true Jaccard similarity (float64) of pairs of documents; pairs come sorted, better rank first.
        threshold: least similarity that merges.
        split_threshold: least similarity that puts two documents in one group.
    """
    near = Near(*pairs, verify(*pairs))
    while True:
        resolution = resolve(rank, certain, near, threshold=threshold, split_threshold=split_threshold)
        a, b = resolution.missing
        if not a.size:
            return resolution
        near = Near(
            np.concatenate([near.a, a]), np.concatenate([near.b, b]), np.concatenate([near.similarity, verify(a, b)])
        )


def _unverified(asked: Positions, better: Positions, worse: Positions, count: int) -> Positions:
    """The distinct pairs of `asked` (int64[2, m]) that are not among (`better`, `worse`), sorted."""
    keys = np.setdiff1d(asked[0] * count + asked[1], better * count + worse)
    return np.stack(np.divmod(keys, max(count, 1)))
