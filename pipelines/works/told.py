"""What documents learn from others, from the facts of those that may learn something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from pipelines.measure import ROWS
from pipelines.places import Positions, among, bundle_of, place, row_of
from pipelines.slices import write_sliced
from pipelines.works.named import LICENCES, SPEAKERS, STATED
from pipelines.works.said import said_of_works
from pipelines.works.shared import CONTAINERS, OF_WORDS, OF_WORKS

Licence = tuple[str, bool, bool]
"""licence_spdx, licence_conflict, licence_stated."""


def works(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `works`: what documents learn (`said.COLUMNS`), by bundle, and beside it all containers.

    Holds the places of documents of works of several, and the facts of those that may learn something.
    """
    from dedup.identity import KINDS, identity_keys

    parts = [work.product("shared", digest) for digest in params["shared"]]
    _join_containers(parts, folders["works"] / CONTAINERS)
    wanted = _may_learn(parts, params["named"], work)
    frame = pl.concat(_facts(work, params["bundles"], wanted))
    found = said_of_works(frame, identity_keys(frame.select(KINDS).to_arrow()))
    slices: Json = write_sliced(found, folders["works"] / ROWS)
    counts = found.select(pl.col("retraction", "licence_spdx").is_not_null().sum())
    told = {"retractions": counts["retraction"].item(), "conflicts": counts["licence_spdx"].item()}
    return {"works": {**told, "asked": wanted.size, "slices": slices}}


def _join_containers(parts: Sequence[Path], target: Path) -> None:
    """Containers of all ranges, in order: sorted, since ranges ascend."""
    schema = pq.read_schema(parts[0] / CONTAINERS)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for part in parts:
            with pq.ParquetFile(part / CONTAINERS) as file:
                for group in range(file.num_row_groups):
                    writer.write_table(file.read_row_group(group))


def _may_learn(parts: Sequence[Path], named: Sequence[str], work: WorkFolder) -> Positions:
    """Places, ascending, outside of which no document learns anything, nor tells another one anything.

    States go round in a work, to works that a notice names, and from a document to those of its words: so it takes a
    work in which one says something, or such a document among those of the same words. Licences go round in a work:
    it takes one whose records differ in what they say of it.
    """
    from dedup.clusters import components  # imports numba

    edges = np.concatenate([np.load(part / OF_WORKS) for part in parts], axis=1)
    members = np.unique(edges)
    root = np.arange(members.size)
    components(root, *(np.searchsorted(members, end) for end in edges))
    del edges
    folders = [work.product("named", digest) for digest in named]
    alone = np.concatenate([place(number, np.load(folder / SPEAKERS)) for number, folder in enumerate(folders)])
    loud = np.zeros(members.size, np.bool_)
    loud[root[among(members, alone)]] = True
    loud = loud[root]
    speakers = np.union1d(alone, members[loud])
    disputed = _disputed(root, *_licences(members, named, work))
    copies = [_copies(np.load(part / OF_WORDS, mmap_mode="r"), speakers) for part in parts]
    return np.unique(np.concatenate([members[loud | disputed], *copies]))


def _copies(edges: npt.NDArray[np.int64], speakers: Positions) -> Positions:
    """All documents of the same words as one of `speakers` (ascending); `edges` are stars."""
    first, other = edges
    centres = np.unique(first[among(first, speakers) | among(other, speakers)])
    mine = among(first, centres)
    return np.concatenate([first[mine], other[mine]])


def _licences(
    members: Positions, named: Sequence[str], work: WorkFolder
) -> tuple[npt.NDArray[np.uint32], list[Licence]]:
    """A number for what is said of the licence of each of `members` (ascending), and what the numbers mean."""
    known: dict[Licence, int] = {}
    found = np.zeros(members.size, np.uint32)
    of_bundle = bundle_of(members)
    for number, digest in enumerate(named):
        first, past = np.searchsorted(of_bundle, [number, number + 1]).tolist()
        if first == past:
            continue
        said = work.result("named", digest)["licences"]
        numbers = np.array([known.setdefault(tuple(licence), len(known)) for licence in said], np.uint32)
        codes = np.load(work.product("named", digest) / LICENCES, mmap_mode="r")
        found[first:past] = numbers[codes[row_of(members[first:past])]]
    return found, list(known)


def _disputed(root: Positions, codes: npt.NDArray[np.uint32], licences: list[Licence]) -> npt.NDArray[np.bool_]:
    """Members of works (int64 `root`, the work of each) of which several records do not say the same."""
    # Works are many, sets of what is said few: one number a set, made of the sorted pairs of work and code.
    pairs = np.unique(root * len(licences) + codes) if licences else np.zeros(0, np.int64)
    sets = (
        pl.DataFrame({"work": pairs // max(1, len(licences)), "code": pairs % max(1, len(licences))})
        .group_by("work", maintain_order=True)
        .agg("code")
    )
    distinct = sets["code"].unique().to_list()
    answers = [(codes, may_differ([licences[code] for code in codes])) for codes in distinct]
    schema: dict[str, Any] = {"code": pl.List(pl.Int64), "differs": pl.Boolean}
    told = sets.join(pl.DataFrame(answers, schema=schema, orient="row"), on="code")
    found = np.zeros(root.size, np.bool_)
    found[told.filter("differs")["work"].to_numpy()] = True
    return found[root]


def may_differ(licences: Sequence[Licence]) -> bool:
    """Whether some record of a work may learn of its licence from another one; `licences` is all that is said there."""
    from filters.rights import UNKNOWN, denies, strictest

    stated = [(licence, conflict) for licence, conflict, stated in licences if stated and licence != UNKNOWN]
    if any(conflict for _, conflict in stated):
        return True
    strict, differ = strictest(licence for licence, _ in stated)
    return differ or any(denies(strict, terms) for terms, _, stated in licences if not stated)


def _facts(work: WorkFolder, bundles: Sequence[dict[str, str]], wanted: Positions) -> Iterator[pl.DataFrame]:
    """Identifiers and statements of the documents at `wanted` (ascending), bundle by bundle."""
    from dedup.identity import KINDS

    of_bundle = bundle_of(wanted)
    columns = {
        "documents": ["doc_id", *KINDS, "retraction", "notices"],
        "licence": ["licence_spdx", "licence_kind", "licence_conflict"],
        "signature": ["exact_hi", "exact_lo"],
    }
    for number, digests in enumerate(bundles):
        rows = row_of(wanted[of_bundle == number])
        if number and not rows.size:
            continue  # the first gives the types of columns, if only that
        parts = [
            pl.DataFrame(_rows(work.product(stage, digests[stage]) / ROWS, names, rows))
            for stage, names in columns.items()
        ]
        yield pl.concat(parts, how="horizontal").with_columns(
            bundle=pl.lit(number, pl.Int64), row=pl.Series(rows), licence_stated=STATED
        )


def _rows(path: Path, columns: list[str], rows: Positions) -> pa.Table:
    """Some rows (ascending) of a sidecar; row groups without any are not read."""
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        bounds = np.cumsum([0, *sizes])
        cuts = np.searchsorted(rows, bounds).tolist()
        schema = pa.schema([file.schema_arrow.field(name) for name in columns])
        parts = [schema.empty_table()]
        for group, (first, past) in enumerate(pairwise(cuts)):
            if first < past:
                table = file.read_row_group(group, columns=columns).select(columns)
                parts.append(table.take(pa.array(rows[first:past] - bounds[group])))
    return pa.concat_tables(parts)
