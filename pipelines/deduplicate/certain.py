"""Documents that are certainly the same: one work by its identifiers, or the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.digest import Json
from corpus.runs import gather, key_range
from corpus.storage import WorkFolder
from pipelines.deduplicate.candidates import FACTS
from pipelines.deduplicate.numbers import MOVED, Numbers, replaced
from pipelines.places import Positions, bundle_of, place, row_of
from pipelines.works import CONTAINERS

EDGES = "edges.npz"
COPIES = "copies.npy"
"""Places, ascending, of documents that repeat another word for word: signatures find nothing more about them."""

Edges = tuple[Positions, Positions]


def certain(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `certain` of one range of keys: edges between places, by identifier and by words."""
    from dedup.candidates import star_edges
    from dedup.works import edges_of_works

    products = [work.product("candidates", digest) for digest in params["candidates"]]
    keys = key_range(*params["part"])
    origin, (hi, lo, row, language) = gather(products, "identity", ["hi", "lo", "row", "language"], keys)
    containers = pl.scan_parquet(work.product("works", params["works"]) / CONTAINERS, glob=False)
    within = pl.col("hi").is_between(pl.lit(keys[0], pl.UInt64), pl.lit(keys[1], pl.UInt64))
    identity = edges_of_works(
        (hi, lo),
        place(origin, row),
        source=np.array(params["sources"], np.int64)[origin],
        language=language,
        containers=containers.filter(within).collect(),
    )
    origin, (hi, lo, row) = gather(products, "exact", ["hi", "lo", "row"], keys)
    places = place(origin, row)
    first, other = star_edges((hi, lo), places)
    exact = places[first], places[other]
    np.savez(folders["certain"] / EDGES, identity=np.stack(identity), exact=np.stack(exact))
    return {"certain": {"identity_edges": len(identity[0]), "exact_edges": len(exact[0])}}


def joined(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `joined`: certain edges between numbers, the moves of ranks inside each work, and the copies.

    Holds the documents of certain edges, no others.
    """
    from dedup.clusters import components
    from dedup.resolve import Certain
    from dedup.works import handed_down, sound

    stored = [np.load(work.product("certain", digest) / EDGES) for digest in params["certain"]]
    identity, exact = (np.concatenate([one[name] for one in stored], axis=1) for name in ("identity", "exact"))

    members, edges = _compact(identity)
    sources = np.array(params["sources"], np.int64)[bundle_of(members)]
    kept = sound(edges, sources)
    edges = edges[0][kept], edges[1][kept]
    of_work = np.arange(members.size)
    components(of_work, *edges)
    before = Numbers(work, params["ranks"]).numbers(members)
    after = handed_down(before, _order(members, before, params["candidates"], work), of_work)
    moved = np.flatnonzero(before != after)
    moved = moved[np.argsort(before[moved])]
    np.savez(folders["joined"] / MOVED, before=before[moved], after=after[moved])

    a, b = after[edges[0]], after[edges[1]]
    alike, same = _compact(exact)
    ranked = replaced(Numbers(work, params["ranks"]).numbers(alike), before[moved], after[moved])
    order = np.argsort(ranked)
    by_rank = np.empty_like(order)
    by_rank[order] = np.arange(order.size)
    root = np.arange(order.size)
    components(root, by_rank[same[0]], by_rank[same[1]])
    repeated = alike[order[root != np.arange(order.size)]]
    np.save(folders["joined"] / COPIES, np.sort(repeated))

    found = Certain.of((a, b), (ranked[same[0]], ranked[same[1]]))
    np.savez(folders["joined"] / EDGES, a=found.a, b=found.b, method=found.method)
    return {
        "joined": {
            "identity_edges": a.size,
            "exact_edges": exact.shape[1],
            "copies": repeated.size,
            "moved": moved.size,
        }
    }


def _compact(edges: npt.NDArray[np.int64]) -> tuple[Positions, Edges]:
    """The distinct places of edges (int64[2, m]), ascending, and the edges between positions among them."""
    members, position = np.unique(edges, return_inverse=True)
    position = position.reshape(edges.shape)
    return members, (position[0], position[1])


def _order(members: Positions, rank: Positions, candidates: list[str], work: WorkFolder) -> Positions:
    """Which of the documents of one work to keep first, for documents at `members` (ascending)."""
    from dedup.identity import work_order

    parts = [pl.DataFrame(schema={"doc_type": pl.Int64, "version": pl.String})]
    of_bundle = bundle_of(members)
    for bundle in np.unique(of_bundle).tolist():
        facts = pl.read_parquet(work.product("candidates", candidates[bundle]) / FACTS, glob=False)
        wanted = row_of(members[of_bundle == bundle])
        parts.append(facts[np.searchsorted(facts["row"].to_numpy(), wanted)].drop("row"))
    facts = pl.concat(parts)
    return work_order(doc_type_priority=facts["doc_type"].to_numpy(), version=facts["version"].to_arrow(), rank=rank)
