"""Identity, exact and near duplicates among the documents that no rule dropped.

    index    one row a candidate document, ranked from the copy to keep first; certain edges by identity and exact text
    bands    candidate pairs of some bands, from the signatures
    verify   true Jaccard similarity of a block of candidate pairs, from the texts
    resolve  survivors and split groups

Only `verify` and the last rounds of `resolve` read text, and only of candidates.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.verdict import Verdict
from pipelines.measure import ROWS
from pipelines.works import CONTAINERS

RANK = "rank.npy"
CERTAIN = "certain.npz"
PAIRS = "pairs.npy"
SIMILARITY = "similarity.npy"
GROUPS = "groups.parquet"
STANDS_FOR = "stands_for.parquet"

Positions = npt.NDArray[np.int64]


def index(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `index`: candidate documents of all bundles (`bundle`, `row`, `doc_id`), their ranks, their certain edges.

    Bundles come in the order of the plan, rows in document order, so positions do not depend on who asked first.
    """
    from dedup.candidates import star_edges
    from dedup.clusters import components
    from dedup.identity import KINDS, identity_keys, keep_rank, work_order
    from dedup.resolve import Certain
    from dedup.works import edges_of_works, handed_down
    from filters.rights import openness

    frames = [_candidates(work, bundle, number) for number, bundle in enumerate(params["bundles"])]
    frame = pl.concat(frames)
    priority = {kind: place for place, kind in enumerate(params["doc_types"])}
    doc_type = frame["doc_type"].replace_strict(priority, default=len(priority), return_dtype=pl.Int64).to_numpy()
    rank = keep_rank(
        source_priority=frame["source_priority"].to_numpy(),
        licence_openness=openness(frame["licence_spdx"].to_arrow()),
        doc_type_priority=doc_type,
        version=frame["version"].to_arrow(),
        length=frame["n_bytes"].to_numpy(),
        doc_id=frame["doc_id"].to_arrow(),
    )
    keys, rows = identity_keys(frame.select(KINDS).to_arrow())
    registered = pl.when(pl.any_horizontal(pl.col("setid", "nct").is_not_null())).then("version")
    order = work_order(doc_type_priority=doc_type, version=frame.select(registered)["version"].to_arrow(), rank=rank)
    sameness: dict[str, Any] = {
        "source": frame["source_priority"].to_numpy(),
        "language": frame["language"].rank("dense").cast(pl.Int64).to_numpy(),
        "containers": pl.read_parquet(work.product("works", params["works"]) / CONTAINERS, glob=False),
    }
    joined = np.arange(len(frame))
    components(joined, *edges_of_works(keys, rows, rank=rank, **sameness))
    rank = handed_down(rank, order, joined)
    identity = edges_of_works(keys, rows, rank=rank, **sameness)
    exact = star_edges((frame["exact_hi"].to_numpy(), frame["exact_lo"].to_numpy()), rank)
    certain = Certain.of(identity, exact)
    folder = folders["index"]
    frame.select("bundle", "row", "doc_id").write_parquet(folder / ROWS)
    np.save(folder / RANK, rank)
    np.savez(folder / CERTAIN, a=certain.a, b=certain.b, method=certain.method)
    return {"index": {"rows": len(frame), "identity_edges": len(identity[0]), "exact_edges": len(exact[0])}}


def bands(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `bands`: candidate pairs (int64[m, 2], better rank first) of `params["columns"]`."""
    from dedup.candidates import band_pairs, unique_pairs

    rank = _load(work, "index", params["index"], RANK)
    place = pl.read_parquet(work.product("index", params["index"]) / ROWS, columns=["bundle", "row"], glob=False)
    rows = place["row"].to_numpy()
    # Candidates stand bundle after bundle: each is a slice.
    ends = np.searchsorted(place["bundle"].to_numpy(), np.arange(len(params["signatures"]) + 1)).tolist()
    found = []
    for column in params["columns"]:
        keys = np.zeros(len(place), np.uint64)
        for (start, end), digest in zip(pairwise(ends), params["signatures"], strict=True):
            if end > start:
                path = work.product("signature", digest) / ROWS
                stored = pq.read_table(path, columns=[column]).column(0).to_numpy()
                keys[start:end] = stored[rows[start:end]]
        found.append(band_pairs(keys, rank))
    pairs = np.stack(unique_pairs(found), axis=1)
    np.save(folders["bands"] / PAIRS, pairs)
    return {"bands": {"pairs": len(pairs)}}


def verify(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `verify`: true Jaccard similarity (float64) of candidate pairs `start` to `end`."""
    pairs = all_pairs(work, params["bands"])[params["start"] : params["end"]]
    texts = Texts(work, params["index"], params["documents"])
    similarity = texts.jaccard(pairs[:, 0], pairs[:, 1], params["shingle_words"])
    np.save(folders["verify"] / SIMILARITY, similarity)
    return {"verify": {"pairs": len(pairs), "similar": int((similarity >= params["threshold"]).sum())}}


def resolve(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `resolve`: merges (`rows.parquet`), split groups of more than one document (`groups.parquet`), and what
    each survivor stands for (`stands_for.parquet`).
    """
    from dedup.resolve import Certain, Method, resolve_near

    rank = _load(work, "index", params["index"], RANK)
    with np.load(work.product("index", params["index"]) / CERTAIN) as stored:
        certain = Certain(stored["a"], stored["b"], stored["method"])
    pairs = all_pairs(work, params["bands"])
    known = np.concatenate([np.zeros(0), *(_load(work, "verify", d, SIMILARITY) for d in params["verify"])])
    texts = Texts(work, params["index"], params["documents"])
    first = [known]

    def similarity(a: Positions, b: Positions) -> npt.NDArray[np.float64]:
        return first.pop() if first else texts.jaccard(a, b, params["shingle_words"])

    found = resolve_near(
        rank,
        certain,
        (pairs[:, 0], pairs[:, 1]),
        similarity,
        threshold=params["threshold"],
        split_threshold=params["split_threshold"],
    )
    frame = pl.read_parquet(work.product("index", params["index"]) / ROWS, glob=False)
    names = {int(m): m.name.lower() for m in Method}
    merged = found.method != Method.NONE
    doc_ids = frame["doc_id"]
    itself = found.same_as == np.arange(len(frame))
    same_as = np.where(itself, found.survivor, found.same_as)
    merges = frame.filter(pl.Series(merged)).with_columns(
        doc_ids.gather(found.survivor[merged]).alias("survivor"),
        doc_ids.gather(same_as[merged]).alias("same_as"),
        pl.Series("method", [names[int(m)] for m in found.method[merged]], pl.String),
        pl.Series("similarity", found.similarity[merged]).fill_nan(None),
        frame["bundle"].gather(found.survivor[merged]).alias("survivor_bundle"),
        frame["row"].gather(found.survivor[merged]).alias("survivor_row"),
    )
    merges.write_parquet(folders["resolve"] / ROWS)
    _stands_for(merges, work, params["documents"]).write_parquet(folders["resolve"] / STANDS_FOR)
    grouped = frame.with_columns(pl.Series("group", found.group)).filter(pl.len().over("group") > 1)
    grouped.with_columns(pl.col("doc_id").min().over("group").alias("cluster")).select(
        "bundle", "row", "cluster"
    ).write_parquet(folders["resolve"] / GROUPS)
    similar = int((found.near.similarity >= params["threshold"]).sum())
    return {"resolve": {"merged": len(merges), "pairs": int(found.near.a.size), "similar": similar}}


def _stands_for(merges: pl.DataFrame, work: WorkFolder, documents: list[str]) -> pl.DataFrame:
    """By surviving document (`bundle`, `row`): the doc_ids merged into it, and their identifiers as `kind:value`."""
    from dedup.identity import KINDS

    parts = [merges.select("survivor_bundle", "survivor_row", "doc_id", *(pl.lit("").alias(k) for k in KINDS)).clear()]
    for (number,), mine in merges.partition_by("bundle", as_dict=True).items():
        path = work.product("documents", documents[number]) / ROWS
        ids = pl.read_parquet(path, columns=list(KINDS), glob=False)[mine["row"]]
        found = ids.select((pl.lit(f"{kind}:") + pl.col(kind)).alias(kind) for kind in KINDS)
        parts.append(pl.concat([mine.select("survivor_bundle", "survivor_row", "doc_id"), found], how="horizontal"))
    identifiers = pl.concat_list(*KINDS).list.drop_nulls()
    return (
        pl.concat(parts)
        .select(
            pl.col("survivor_bundle").alias("bundle"),
            pl.col("survivor_row").alias("row"),
            "doc_id",
            identifiers.alias("identifiers"),
        )
        .group_by("bundle", "row")
        .agg(pl.col("doc_id").sort(), pl.col("identifiers").list.explode().unique().sort())
        .sort("bundle", "row")
    )


class Texts:
    """Texts of candidate documents by position, read a row group at a time and only where asked for."""

    def __init__(self, work: WorkFolder, index_digest: str, documents: list[str]) -> None:
        self._paths = [work.product("documents", digest) / ROWS for digest in documents]
        place = pl.read_parquet(work.product("index", index_digest) / ROWS, columns=["bundle", "row"], glob=False)
        self._bundle = place["bundle"].to_numpy()
        self._row = place["row"].to_numpy().astype(np.int64)

    def jaccard(self, a: Positions, b: Positions, shingle_words: int) -> npt.NDArray[np.float64]:
        """True Jaccard similarity of pairs of positions."""
        from dedup.verify import jaccard

        if not a.size:
            return np.zeros(0, np.float64)
        positions, inverse = np.unique(np.concatenate([a, b]), return_inverse=True)
        text = self._read(positions)
        similarity, _ = jaccard(text, inverse[: a.size], inverse[a.size :], shingle_words)
        return similarity

    def _read(self, positions: Positions) -> pa.LargeStringArray:
        """Texts of ascending `positions`, in that order (positions ascend by bundle, then row)."""
        parts: list[pa.Array] = []
        bundles = self._bundle[positions]
        for number in np.unique(bundles):
            rows = self._row[positions[bundles == number]]
            with pq.ParquetFile(self._paths[number]) as file:
                sizes = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
                starts = np.concatenate([[0], np.cumsum(sizes)])
                for group in np.unique(np.searchsorted(starts, rows, side="right") - 1):
                    inside = rows[(rows >= starts[group]) & (rows < starts[group + 1])] - starts[group]
                    column = file.read_row_group(int(group), columns=["text"]).column(0).combine_chunks()
                    parts.append(column.take(pa.array(inside)))
        return pa.concat_arrays(parts)


def all_pairs(work: WorkFolder, band_digests: list[str]) -> npt.NDArray[np.int64]:
    """Candidate pairs (int64[m, 2]) of all bands, sorted, each once."""
    from dedup.candidates import unique_pairs

    stored = [_load(work, "bands", digest, PAIRS) for digest in band_digests]
    return np.stack(unique_pairs((part[:, 0], part[:, 1]) for part in stored), axis=1)


def _candidates(work: WorkFolder, bundle: dict[str, Any], number: int) -> pl.DataFrame:
    """What ranking and certain edges need to know of one bundle's undecided documents."""
    from dedup.identity import KINDS

    digests = bundle["digests"]

    def side(stage: str, *columns: str) -> pl.DataFrame:
        return pl.read_parquet(work.product(stage, digests[stage]) / ROWS, columns=list(columns), glob=False)

    documents = side("documents", "doc_id", "version", "doc_type", *KINDS)
    verdicts = side("verdicts", "verdict").head(len(documents))
    return (
        pl.concat(
            [
                documents,
                verdicts,
                side("licence", "licence_spdx"),
                side("language", "language"),
                side("quality", "n_bytes"),
                side("signature", "exact_hi", "exact_lo"),
            ],
            how="horizontal",
        )
        .with_row_index("row")
        .with_columns(
            pl.lit(number, pl.Int32).alias("bundle"), pl.lit(bundle["priority"], pl.Int64).alias("source_priority")
        )
        .filter(pl.col("verdict") == Verdict.KEEP.value)
        .drop("verdict")
    )


def _load(work: WorkFolder, stage: str, digest: str, name: str) -> npt.NDArray[Any]:
    loaded: npt.NDArray[Any] = np.load(work.product(stage, digest) / name)
    return loaded
