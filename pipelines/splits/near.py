"""Everything that might be held out in one index, and what is similar to it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpus.digest import Json
from corpus.storage import WorkFolder
from pipelines.deduplicate.texts import masked_texts
from pipelines.measure import ROWS
from pipelines.splits.held import HASHES, STARTS, kept_rows

_KEYS, _OWNER, _GROUP = "keys.npy", "owner.npy", "group.npy"
CLUSTERS = "clusters.parquet"
"""cluster, number."""
JOINED, BESIDE = "joined.npy", "beside.npy"


def chosen(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `chosen`: what `held` of all bundles found, one after the other.

    Holds the smallest shingles of each document; whole sets are copied.
    """
    from dedup.chosen import Index, smallest

    folder = folders["chosen"]
    tables, keys, sizes = [], [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    ends = [np.zeros(1, np.int64)]
    with (folder / HASHES).open("wb") as out:
        for number, digest in enumerate(params["held"]):
            product = work.product("held", digest)
            table = pl.read_parquet(product / ROWS, glob=False)
            if table.is_empty():
                continue
            tables.append(table.select(pl.lit(number, pl.Int32).alias("bundle"), pl.all()))
            starts = np.load(product / STARTS)
            at, small = smallest(starts)
            stored = np.memmap(product / HASHES, np.uint64, "r") if starts[-1] else np.zeros(0, np.uint64)
            keys.append(np.array(stored[at]))
            sizes.append(small)
            ends.append(ends[-1][-1] + starts[1:])
            with (product / HASHES).open("rb") as one:
                shutil.copyfileobj(one, out)
    schema = {"bundle": pl.Int32, "row": pl.UInt32, "cluster": pl.String, "home": pl.String}
    empty = pl.DataFrame(schema=schema | {"position": pl.Float64, "late": pl.Boolean, "tokens": pl.Int64})
    rows = pl.concat([empty, *tables])
    clusters = rows.select(pl.col("cluster").unique().sort()).with_row_index("number")
    group = rows.join(clusters, on="cluster", how="left", maintain_order="left")["number"].to_numpy().astype(np.int64)
    rows.write_parquet(folder / ROWS)
    clusters.write_parquet(folder / CLUSTERS)
    small = np.concatenate(sizes)
    index = Index.of(np.concatenate(keys), np.concatenate([[0], np.cumsum(small)]), group)
    np.save(folder / _KEYS, index.keys)
    np.save(folder / _OWNER, index.owner)
    np.save(folder / _GROUP, group)
    np.save(folder / STARTS, np.concatenate(ends))
    return {"chosen": {"documents": len(rows), "groups": len(clusters)}}


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `near` of one bundle: groups of `chosen` that its documents are similar to.

    `JOINED` is int64[2, m]: groups that similar documents of this bundle join. `BESIDE` is int64: those similar to a
    document of no group. Holds the index (by memory map) and a row group of the bundle.
    """
    from dedup.chosen import similar
    from dedup.shingles import shingle_sets

    product, folder = work.product("chosen", params["chosen"]), folders["near"]
    index = _load(product)
    clusters = pl.read_parquet(product / CLUSTERS, glob=False)
    rows = kept_rows(params, work).join(clusters, on="cluster", how="left", maintain_order="left")
    # A document of a group that is released already cannot be held out, whatever its group's name.
    free = pl.when(pl.col("split").is_null()).then(pl.col("number").cast(pl.Int64))
    group = rows.select(free.fill_null(-1)).to_series().to_numpy()
    joined, beside = np.arange(len(clusters)), np.zeros(len(clusters), np.int64)
    if len(clusters):
        for which, text in masked_texts(work, params["digests"], rows["row"].to_numpy().astype(np.int64)):
            hashes, starts = shingle_sets(text, np.arange(len(text)), params["shingle_words"])
            similar(index, hashes, starts, group[which], params["threshold"], joined, beside)
    moved = np.flatnonzero(joined != np.arange(joined.size))
    np.save(folder / JOINED, np.stack([moved, joined[moved]]))
    np.save(folder / BESIDE, np.flatnonzero(beside))
    return {"near": {"joined": moved.size, "beside": int(beside.sum())}}


def _load(product: Path) -> Any:
    from dedup.chosen import Index

    starts = np.load(product / STARTS)
    hashes = np.memmap(product / HASHES, np.uint64, "c") if starts[-1] else np.zeros(0, np.uint64)
    keys, owner, group = (np.load(product / name, mmap_mode="c") for name in (_KEYS, _OWNER, _GROUP))
    # Plain arrays over the same memory, as kernels know them.
    return Index(*map(np.asarray, (hashes, starts, group, keys, owner)))
