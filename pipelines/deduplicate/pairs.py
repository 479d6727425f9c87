"""Pairs of documents that may be near duplicates: found by bands, gathered by document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.digest import Json
from corpus.runs import gather, key_range, spread, write_run
from corpus.storage import WorkFolder
from pipelines.deduplicate.certain import COPIES
from pipelines.deduplicate.numbers import Numbers
from pipelines.places import Positions, among, bundle_of, place

PAIRS = "pairs"
"""A run: `key`, `better`, `worse`, numbers. Pairs are dealt out by the worse document: many share few better ones, the
leaders of a bucket, so that each needs its shingles in one part, and only leaders need theirs in all."""
HOT = "hot.npy"
"""Places, ascending, of documents that share a band with more documents than are compared pair by pair."""
NEEDED = "needed"
"""A run: `place`, `number` of all documents in pairs."""


def bands(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `bands` of one range of keys: pairs of documents that share one.

    Reads the run `bands` of the products `params["runs"]` ([stage, digest], one a bundle).
    """
    from dedup.candidates import key_groups

    products = [work.product(stage, digest) for stage, digest in params["runs"]]
    origin, (keys, row) = gather(products, "bands", ["key", "row"], key_range(*params["part"]))
    places = place(origin, row)
    del origin, row
    members, _ = key_groups(keys, places)
    keys, places = keys[members], places[members]
    copies = np.load(work.product("joined", params["joined"]) / COPIES, mmap_mode="r")
    original = ~among(places, copies)
    keys, places = keys[original], places[original]
    numbers = Numbers(work, params["ranks"], params["joined"]).numbers(places)
    a, b, hot = _pairs(keys, numbers, **params["buckets"])
    # What earlier snapshots hold is not compared with each other: it is there.
    one_is_new = np.minimum(bundle_of(places[a]), bundle_of(places[b])) < params["earlier"]
    a, b = a[one_is_new], b[one_is_new]
    write_pairs(folders["bands"], numbers[a], numbers[b])
    hot_places = np.unique(places[hot])
    np.save(folders["bands"] / HOT, hot_places)
    return {"bands": {"pairs": a.size, "hot": hot_places.size}}


def pairs(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `pairs` of one range of worse documents: the pairs of `params["runs"]`, each once."""
    from dedup.candidates import unique_pairs

    products = [work.product(stage, digest) for stage, digest in params["runs"]]
    _, (_, better, worse) = gather(products, PAIRS, ["key", "better", "worse"], key_range(*params["part"]))
    better, worse = unique_pairs([(better, worse)])
    np.save(folders["pairs"] / "better.npy", better)
    np.save(folders["pairs"] / "worse.npy", worse)
    needed = np.unique(np.concatenate([better, worse]))
    where = Numbers(work, params["ranks"], params["joined"]).places(needed)
    write_run(folders["pairs"], NEEDED, {"place": where, "number": needed})
    return {"pairs": {"pairs": better.size}}


def write_pairs(folder: Path, one: Positions, other: Positions) -> None:
    """Write the run `pairs` of pairs of numbers, each once, the better (lower) one first."""
    from dedup.candidates import unique_pairs

    apart = one != other  # a text that repeats itself may have one key in two bands
    better, worse = unique_pairs([(np.minimum(one, other)[apart], np.maximum(one, other)[apart])])
    write_run(folder, PAIRS, {"key": spread(worse), "better": better, "worse": worse})


def _pairs(
    keys: npt.NDArray[np.uint64], rank: Positions, all_pairs_up_to: int, leaders: int
) -> tuple[Positions, Positions, Positions]:
    """Candidate pairs, and the members of larger buckets, as positions."""
    from dedup.candidates import band_pairs, large_buckets

    a, b = band_pairs(keys, rank, all_pairs_up_to, leaders)
    return a, b, large_buckets(keys, rank, all_pairs_up_to)
