"""Who survives, and what each survivor stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.digest import Json
from corpus.storage import WorkFolder
from pipelines.deduplicate.certain import EDGES
from pipelines.deduplicate.earlier import column_of
from pipelines.deduplicate.numbers import Numbers
from pipelines.deduplicate.pairs import write_pairs
from pipelines.deduplicate.similarity import NUMBERED, SIMILARITY
from pipelines.measure import ROWS
from pipelines.places import Positions, bundle_of, row_of
from pipelines.slices import write_sliced

RESOLVED = "resolved.npz"
MERGES = ("row", "doc_id", "survivor", "same_as", "method", "similarity", "substance", "containment")
"""What is said of a merged document; beside it `survivor_snapshot` (null: this one) and where the survivor stands."""
GROUPS = "groups.parquet"
GROUP = ("row", "cluster", "home", "published", "split")
"""What is said of a document in a split group of several: the group's name; its home, the source of the least doc_id of
it that survives here (null: none does); when the earliest of it was published ("": not known of all); the split that an
earlier snapshot released it in (null: none did)."""
STANDS_FOR = "stands_for.parquet"


def resolve(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `resolve`: survivor and group of every document that is certainly or nearly the same as another.

    `params["verify"]` lists the products of each round. If pairs are still missing, they are written as a run `pairs`,
    and what is resolved is not final. Holds the documents of certain edges and of similar pairs, no others.
    """
    from dedup.resolve import Certain, Near
    from dedup.resolve import resolve as resolve_all

    with np.load(work.product("joined", params["joined"]) / EDGES) as stored:
        a, b, method = stored["a"], stored["b"], stored["method"]
    better, worse, similarity = _verified(work, params)
    numbers, position = np.unique(np.concatenate([a, b, better, worse]), return_inverse=True)
    cuts = np.cumsum([a.size, b.size, better.size])
    certain_a, certain_b, near_a, near_b = np.split(position, cuts)
    found = resolve_all(
        np.arange(numbers.size),
        Certain(certain_a, certain_b, method),
        Near(near_a, near_b, similarity),
        threshold=params["threshold"],
        split_threshold=params["split_threshold"],
    )
    one, other = found.missing
    write_pairs(folders["resolve"], numbers[one], numbers[other])
    np.savez(
        folders["resolve"] / RESOLVED,
        number=numbers,
        survivor=numbers[found.survivor],
        same_as=numbers[found.same_as],
        method=found.method,
        group=numbers[found.group],
    )
    return {"resolve": {"missing": one.size, "merged": int((found.method > 0).sum())}}


def merges(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `merges`: merged documents (`rows.parquet`), split groups of several documents (`groups.parquet`) and what
    each survivor stands for (`stands_for.parquet`), by bundle and row.
    """
    from dedup.resolve import Method

    with np.load(work.product("resolve", params["resolve"]) / RESOLVED) as stored:
        found = pl.DataFrame({name: stored[name] for name in stored.files})
    numbers = Numbers(work, params["ranks"], params["joined"])
    place = numbers.places(found["number"].to_numpy())
    names = _Names(work, params["documents"], params["earlier"])
    found = found.with_columns(place=pl.Series(place), doc_id=names.of("doc_id", place))
    new = len(params["documents"])
    merged = found.filter((pl.col("method") != Method.NONE) & (pl.col("place") < (new << 32)))
    # A survivor, and what a document is certainly the same as, are in certain edges or pairs: they have a row here.
    known = found.select("number", "place", "doc_id")
    survivor = known.rename({"number": "survivor", "place": "survivor_place", "doc_id": "survivor_id"})
    same = known.select(pl.col("number").alias("same_as"), pl.col("doc_id").alias("same_as_id"))
    itself = pl.col("same_as") == pl.col("number")
    merged = (
        merged.with_columns(same_as=pl.when(itself).then("survivor").otherwise("same_as"))
        .join(survivor, on="survivor", maintain_order="left", how="left")
        .join(same, on="same_as", maintain_order="left", how="left")
        .join(_similarities(merged, work, params["verify"]), on=["survivor", "number"], how="left")
    )
    near = pl.col("method") == Method.NEAR
    methods = {int(m): m.name.lower() for m in Method}
    rows = merged.select(
        *_where("place", ""),
        "doc_id",
        pl.col("survivor_id").alias("survivor"),
        pl.col("same_as_id").alias("same_as"),
        pl.col("method").replace_strict(methods, return_dtype=pl.String),
        *(pl.when(near).then(name).alias(name) for name in SIMILARITY),
        *_where("survivor_place", "survivor_"),
    ).sort("bundle", "row")
    snapshots = dict(enumerate((one["snapshot"] for one in params["earlier"]), start=new))
    snapshot = pl.col("survivor_bundle").replace_strict(snapshots, default=None, return_dtype=pl.String)
    rows = rows.rename({"jaccard": "similarity"}).with_columns(survivor_snapshot=snapshot)
    groups = _groups(found.filter(pl.len().over("group") > 1), names, new << 32)
    said = pl.read_parquet(
        work.product("works", params["works"]) / ROWS, columns=["bundle", "row", "licence_spdx"], glob=False
    )
    folder = folders["merges"]
    slices: dict[str, Json] = {
        "rows": write_sliced(rows, folder / ROWS),
        "groups": write_sliced(groups, folder / GROUPS),
        "stands_for": write_sliced(_stands_for(rows, said, work, params), folder / STANDS_FOR),
    }
    return {"merges": {"merged": len(rows), "slices": slices}}


def _groups(members: pl.DataFrame, names: _Names, new: int) -> pl.DataFrame:
    """`GROUP` of the members of groups that stand below the place `new`, by bundle and row."""
    from dedup.resolve import Method

    # What is released already keeps its cluster and its split.
    there = members.filter(pl.col("place") >= new)
    kept = there.select("group", *(names.of(name, there["place"].to_numpy()) for name in ("cluster_id", "split")))
    kept = kept.sort("group", "cluster_id", "split").unique("group", keep="first", maintain_order=True)
    survivor = pl.when((pl.col("method") == Method.NONE) & (pl.col("place") < new)).then("doc_id")
    return (
        members.with_columns(names.of("published", members["place"].to_numpy()))
        .join(kept, on="group", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("cluster_id", pl.col("doc_id").min().over("group")).alias("cluster"),
            survivor.min().over("group").str.extract("^([^:]*):").alias("home"),
            pl.col("published").fill_null("").min().over("group"),
        )
        .filter(pl.col("place") < new)
        .select(*_where("place", ""), *GROUP[1:])
        .sort("bundle", "row")
    )


class _Names:
    """Columns of documents, and of what earlier snapshots hold, by place."""

    def __init__(self, work: WorkFolder, documents: list[str], earlier: list[dict[str, Any]]) -> None:
        self._paths = [work.product("documents", digest) / ROWS for digest in documents]
        self._earlier = earlier

    def of(self, name: str, places: Positions) -> pl.Series:
        """A column of strings, of what stands at `places`."""
        order = np.argsort(places)
        bundles, rows = bundle_of(places[order]), row_of(places[order])
        parts = [pl.Series(name, [], pl.String)]
        for bundle in np.unique(bundles).tolist():
            mine = rows[bundles == bundle]
            if bundle < len(self._paths):
                parts.append(pl.read_parquet(self._paths[bundle], columns=[name], glob=False)[name].gather(mine))
            else:
                parts.append(column_of(self._earlier[bundle - len(self._paths)], name, mine).cast(pl.String))
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        return pl.concat(parts).gather(back)


def _where(place: str, prefix: str) -> list[pl.Expr]:
    """A place as the bundle's number and the row."""
    return [
        (pl.col(place) // 2**32).cast(pl.Int32).alias(f"{prefix}bundle"),
        (pl.col(place) % 2**32).cast(pl.UInt32).alias(f"{prefix}row"),
    ]


def _verified(work: WorkFolder, params: dict[str, Any]) -> tuple[Positions, Positions, npt.NDArray[np.float64]]:
    """Verified pairs, and the lower of both similarities; of the first round only those that say something.

    Texts that differ in numbers and single letters alone are not quite alike enough to merge.
    """
    parts = []
    names = ("better", "worse", "jaccard", "substance", NUMBERED)
    not_quite = np.nextafter(params["threshold"], 0)
    for number, digests in enumerate(params["verify"]):
        for digest in digests:
            better, worse, jaccard, substance, numbered = _load(work, digest, names)
            lower = np.minimum(jaccard, substance)
            lower = np.where(numbered, np.minimum(lower, not_quite), lower)
            # What was asked for is known, whatever it is.
            said = lower >= (params["split_threshold"] if number == 0 else 0)
            parts.append((better[said], worse[said], lower[said]))
    empty = np.zeros(0, np.int64)
    better, worse, lower = (np.concatenate(column) for column in zip((empty, empty, np.zeros(0)), *parts, strict=True))
    return better, worse, lower


def _similarities(merged: pl.DataFrame, work: WorkFolder, rounds: list[list[str]]) -> pl.DataFrame:
    """By `survivor` and `number` of merged documents, their `SIMILARITY` where it was measured."""
    wanted = merged.select("survivor", "number")
    columns = ("better", "worse", *SIMILARITY)
    schema: dict[str, Any] = dict.fromkeys(columns[:2], pl.Int64) | dict.fromkeys(SIMILARITY, pl.Float64)
    parts = [pl.DataFrame(schema=schema)]
    for digest in (digest for digests in rounds for digest in digests):
        frame = pl.DataFrame(dict(zip(columns, _load(work, digest, columns), strict=True)), schema=schema)
        parts.append(frame.join(wanted, left_on=["better", "worse"], right_on=["survivor", "number"], how="semi"))
    return pl.concat(parts).rename({"better": "survivor", "worse": "number"}).unique(["survivor", "number"])


def _load(work: WorkFolder, digest: str, names: tuple[str, ...]) -> list[npt.NDArray[Any]]:
    folder = work.product("verify", digest)
    return [np.load(folder / f"{name}.npy") for name in names]


def _stands_for(merges: pl.DataFrame, said: pl.DataFrame, work: WorkFolder, params: dict[str, Any]) -> pl.DataFrame:
    """By surviving document (`bundle`, `row`): the doc_ids merged into it, their identifiers as `kind:value`, their
    sources and their licences, each sorted. What other records say of a licence (`said`) counts.
    """
    from dedup.identity import KINDS

    parts = []
    merges = merges.filter(pl.col("survivor_snapshot").is_null())
    place = [pl.col("survivor_bundle").alias("bundle"), pl.col("survivor_row").alias("row")]
    for (number,), mine in merges.partition_by("bundle", as_dict=True, maintain_order=True).items():
        path = work.product("documents", params["documents"][number]) / ROWS
        ids = pl.read_parquet(path, columns=list(KINDS), glob=False)[mine["row"]]
        found = ids.select(
            pl.concat_list((pl.lit(f"{kind}:") + pl.col(kind)).alias(kind) for kind in KINDS)
            .list.drop_nulls()
            .alias("identifiers")
        )
        path = work.product("licence", params["licences"][number]) / ROWS
        own = pl.read_parquet(path, columns=["licence_spdx"], glob=False)[mine["row"]]
        told = mine.join(said.filter(pl.col("bundle") == number), on="row", how="left", maintain_order="left")
        licence = pl.DataFrame({"licence_spdx": told["licence_spdx"].fill_null(own["licence_spdx"])})
        parts.append(pl.concat([mine.select(*place, "doc_id"), found, licence], how="horizontal"))
    schema: dict[str, Any] = {
        "bundle": pl.Int32,
        "row": pl.UInt32,
        "doc_id": pl.String,
        "identifiers": pl.List(pl.String),
    }
    return (
        pl.concat([pl.DataFrame(schema=schema | {"licence_spdx": pl.String}), *parts])
        .group_by("bundle", "row")
        .agg(
            pl.col("doc_id").sort(),
            pl.col("identifiers").list.explode().drop_nulls().unique().sort(),
            pl.col("doc_id").str.extract("^([^:]*):").unique().sort().alias("sources"),
            pl.col("licence_spdx").unique().sort().alias("licences"),
        )
        .sort("bundle", "row")
    )
