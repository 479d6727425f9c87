"""From a bundle's sidecars to what its works are known by, and which of its documents say something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.runs import write_run
from corpus.storage import WorkFolder
from pipelines.measure import ROWS

IDENTIFIERS, NOTICES, WORDS = "identifiers", "notices", "words"
"""Runs of `hi`, `lo` (uint64, a key) and `row` (uint32)."""
SPEAKERS = "speakers.npy"
"""Rows, int64, ascending, of documents that are more than `none` themselves or bring a notice."""
LICENCES = "licences.npy"
"""uint32 by row: which of the result's `licences` ([licence_spdx, licence_conflict, licence_stated]) is said of it."""

STATED = ~pl.col("licence_kind").is_in(["source_terms", "none"])
"""Whether the record itself states its licence."""
_ROWS_AT_ONCE = 65_536

Array = npt.NDArray[Any]


def named(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `named` of one bundle, without the rows `params["outdated"]`: they no longer speak for their work."""
    folder, digests = folders["named"], params["digests"]
    outdated = np.array(params["outdated"], np.int64)
    identifiers, notices, speakers = _Keys(), _Keys(), [np.zeros(0, np.int64)]
    for start, frame in _documents(work.product("documents", digests["documents"]) / ROWS):
        current = frame.with_columns(row=pl.int_range(start, start + len(frame), dtype=pl.Int64)).filter(
            ~pl.col("row").is_in(outdated)
        )
        identifiers.add(current, current["row"].to_numpy())
        brought = current.select("row", "notices").explode("notices").drop_nulls("notices").unnest("notices")
        notices.add(_columns(brought), brought["row"].to_numpy())
        says = (pl.col("retraction") != "none") | (pl.col("notices").list.len() > 0)
        speakers.append(current.filter(says)["row"].to_numpy())
    for name, keys in ((IDENTIFIERS, identifiers), (NOTICES, notices)):
        write_run(folder, name, keys.run())
    np.save(folder / SPEAKERS, np.concatenate(speakers))
    words = _words(work.product("signature", digests["signature"]) / ROWS, outdated)
    write_run(folder, WORDS, words)
    licences, codes = _licences(work.product("licence", digests["licence"]) / ROWS)
    np.save(folder / LICENCES, codes)
    return {
        "named": {
            "keys": max(identifiers.count + notices.count, words["row"].size),
            "licences": licences,
        }
    }


class _Keys:
    """128-bit keys of identifiers, and their rows, part by part."""

    def __init__(self) -> None:
        self._parts: list[tuple[Array, Array, Array]] = [
            (np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, np.uint32))
        ]

    def add(self, documents: pl.DataFrame, rows: npt.NDArray[np.int64]) -> None:
        """Those that `documents` carry, which are `rows` of the bundle."""
        from dedup.identity import KINDS, identity_keys

        (hi, lo), entry = identity_keys(documents.select(KINDS).to_arrow())
        self._parts.append((hi, lo, rows[entry].astype(np.uint32)))

    @property
    def count(self) -> int:
        return sum(hi.size for hi, *_ in self._parts)

    def run(self) -> dict[str, Array]:
        """The columns of a run."""
        columns = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        return dict(zip(("hi", "lo", "row"), columns, strict=True))


def _documents(path: Path) -> Iterator[tuple[int, pl.DataFrame]]:
    """Identifiers and statements of a bundle's documents, some rows at a time, and the first row."""
    from dedup.identity import KINDS

    with pq.ParquetFile(path) as file:
        start = 0
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[*KINDS, "retraction", "notices"]):
            yield start, pl.DataFrame(batch)
            start += batch.num_rows


def _columns(notices: pl.DataFrame) -> pl.DataFrame:
    """Notices (`kind`, `identifier`) as documents that carry what they name."""
    from dedup.identity import KINDS

    return notices.select(pl.when(pl.col("kind") == kind).then("identifier").alias(kind) for kind in KINDS)


def _words(path: Path, outdated: npt.NDArray[np.int64]) -> dict[str, Array]:
    """Keys of the words of all documents that have any."""
    frame = pl.read_parquet(path, columns=["exact_hi", "exact_lo"], glob=False)
    hi, lo = frame["exact_hi"].to_numpy(), frame["exact_lo"].to_numpy()
    kept = (hi != 0) | (lo != 0)
    kept[outdated] = False
    return {"hi": hi[kept], "lo": lo[kept], "row": np.flatnonzero(kept).astype(np.uint32)}


def _licences(path: Path) -> tuple[list[Json], npt.NDArray[np.uint32]]:
    """What is said of licences in a bundle, sorted, and by row which of it."""
    said = pl.read_parquet(path, columns=["licence_spdx", "licence_conflict", "licence_kind"], glob=False).select(
        "licence_spdx", "licence_conflict", licence_stated=STATED
    )
    distinct = said.unique().sort(said.columns).with_columns(code=pl.int_range(pl.len(), dtype=pl.UInt32))
    codes = said.join(distinct, on=said.columns, how="left", maintain_order="left")["code"]
    return [list(row) for row in distinct.drop("code").iter_rows()], codes.to_numpy()
