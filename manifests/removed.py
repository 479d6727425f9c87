"""Which documents were taken out, and from where: enough to prove the shards that they were in, and no text.

The rows that are left, with the removed ones put back at their places, give the digest and the root of the shard as it
was before (`shards.fingerprint`); the roots of all shards give that of the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from manifests import layout
from manifests.snapshot import Snapshot
from shards.fingerprint import Fingerprint, token_digests

KIND = "takedowns"

RELEASED, UNRELEASED, COPY = "released", "unreleased", "copy"

REMOVED = pa.schema(
    [
        pa.field("request_id", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("shard", pa.string()),
        pa.field("position", pa.int64()),
        pa.field("leaf", pa.string()),
        pa.field("text_sha256", pa.string()),
        pa.field("input_ids_sha256", pa.string()),
        pa.field("n_bytes", pa.int64()),
        pa.field("n_words", pa.int64()),
        pa.field("n_tokens", pa.int64()),
        pa.field("paragraphs_cut", pa.int64()),
        pa.field("exact_hi", pa.uint64()),
        pa.field("exact_lo", pa.uint64()),
    ]
)
"""Columns of `takedowns/documents.parquet`. `outcome` is `released` for what was taken out of the shards, `unreleased`
for a record that was named and was not in them, `copy` for one that was not named and had given way to a removed
document. All after `outcome` is of the released row: its shard, its row there (from 0, in the parent snapshot), hex
Merkle leaf, digests of text and token ids, its size, and the key of its words (`signatures/`) by which a later build
knows copies of it. Null for all others."""

WITHDRAWN = ("title", "url", "copyright", "licence_raw")
"""Columns of a record table that quote the record; they are null for every document of the table."""

Row = tuple[str, str, str]
"""doc_id, text_sha256, and hex sha256 of the token ids."""


def removed(snapshot: Snapshot) -> pl.LazyFrame:
    """The table; empty where nothing was taken out."""
    path = snapshot.folder / layout.TAKEDOWNS
    if not snapshot.manifest.takedowns or not path.is_file():
        return pl.DataFrame(REMOVED.empty_table()).lazy()
    return pl.scan_parquet(path, glob=False)


class Ids:
    """Documents of a table on disk: as many are held as are asked for."""

    def __init__(self, rows: pl.LazyFrame) -> None:
        self._ids = rows.select(pl.col("doc_id").cast(pl.String))

    def among(self, names: pl.Series) -> pl.Series:
        """Which of `names` are among them (bool[n]); null is not."""
        asked = pl.LazyFrame({"doc_id": names.cast(pl.String).unique()})
        found = asked.join(self._ids, on="doc_id", how="semi").collect(engine="streaming")["doc_id"]
        return names.cast(pl.String).is_in(found.implode()).fill_null(value=False)


def rows_of(path: Path) -> list[Row]:
    """Every row of a shard; about 200 bytes each, however long its text is."""
    found: list[Row] = []
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            part = file.read_row_group(group, columns=["doc_id", "text_sha256", "input_ids"])
            tokens = token_digests(part["input_ids"])
            found += zip(part["doc_id"].to_pylist(), part["text_sha256"].to_pylist(), tokens, strict=True)
    return found


def put_back(rows: Sequence[Row], taken: Mapping[int, Row]) -> list[Row] | None:
    """`rows` with `taken` ones at their positions; None if there are no such positions."""
    left, found = iter(rows), []
    for position in range(len(rows) + len(taken)):
        found.append(taken[position] if position in taken else next(left, None))
    return None if None in found else [row for row in found if row is not None]


def taken_from(table: pl.LazyFrame, request_id: str, shard: str) -> dict[int, Row]:
    """Rows that a request took out of a shard, by position."""
    mine = (pl.col("request_id") == request_id) & (pl.col("shard") == shard)
    rows = table.filter(mine).select("position", "doc_id", "text_sha256", "input_ids_sha256").collect()
    return {position: (doc_id, text, tokens) for position, doc_id, text, tokens in rows.iter_rows()}


def proved(rows: Iterable[Row]) -> Fingerprint:
    """What a shard of these rows says."""
    found = Fingerprint()
    for row in rows:
        found.add_row(*row)
    return found


def shards_concerned(table: pl.LazyFrame, request_id: str | None = None) -> list[str]:
    """Shards that something was taken out of, by one request or by any."""
    mine = pl.col("shard").is_not_null()
    if request_id is not None:
        mine &= pl.col("request_id") == request_id
    return table.filter(mine).select(pl.col("shard").unique()).collect()["shard"].sort().to_list()


def read_groups(path: Path) -> Iterator[pl.DataFrame]:
    """A table, a row group at a time."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield pl.DataFrame(file.read_row_group(group))
