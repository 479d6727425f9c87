"""Shards and tables without the documents that are taken out, by the writers that wrote them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.digest import sha256_file
from corpus.tables import to_table
from manifests import layout
from manifests.earlier import index_of
from manifests.model import Shard
from manifests.removed import RELEASED, REMOVED, Ids
from manifests.screening import account_of
from shards.fingerprint import document_leaf, fingerprint, token_digests
from shards.other_tokens import other_tokens_writer
from shards.signatures import write_index
from shards.write import ROW, write_account, write_shard


def link(source: Path, target: Path) -> bool:
    """Put a file of one snapshot into another: as a hard link, so that it takes no space, or else as a copy.

    Returns whether it is a link. Snapshots are never written into, so neither sees what becomes of the other.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
        return False
    return True


def rewrite_other_tokens(parent: Path, folder: Path, name: str, gone: pl.Series, groups: Sequence[int]) -> int:
    """Write the tokens of a shard by another tokenizer without the rows that are `gone`; how many tokens they had.

    `groups` are numbers of rows that stay, by row group of the shard as it is written anew.
    """
    rows = pq.read_table(parent / name)
    stays = rows.filter((~gone).to_arrow()).combine_chunks()
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with other_tokens_writer(folder / name, rows.schema) as writer:
        start = 0
        for count in groups:
            writer.write_table(stays.slice(start, count), row_group_size=max(count, 1))
            start += count
    return sum((pc.sum(part["n_tokens"]).as_py() or 0) * sign for part, sign in ((rows, 1), (stays, -1)))


def rewrite_shard(parent: Path, folder: Path, shard: Shard, gone: pl.Series, row_group_tokens: int) -> Shard:
    """Write a shard and its companions without the rows that are `gone` (bool[n]); a shard is held at a time.

    What stays is the same in every column. A shard of which nothing stays has no rows: names count the shards, and
    loaders read it as any other.
    """
    rows = pq.read_table(parent / shard.path)
    stays = (~gone).to_arrow()
    metadata = {k.decode(): v.decode() for k, v in (rows.schema.metadata or {}).items() if k.startswith(b"hc4.")}
    kept = rows.filter(stays).select(ROW.names).combine_chunks()
    (folder / shard.path).parent.mkdir(parents=True, exist_ok=True)
    groups = write_shard(folder / shard.path, kept, row_group_tokens=row_group_tokens, metadata=metadata)
    doc_ids = rows["doc_id"].filter(gone.to_arrow())
    account = pq.read_table(parent / account_of(shard))
    (folder / account_of(shard)).parent.mkdir(parents=True, exist_ok=True)
    others = pc.invert(pc.is_in(account["doc_id"], doc_ids.combine_chunks()))
    write_account(folder / account_of(shard), account.filter(others))
    (folder / index_of(shard)).parent.mkdir(parents=True, exist_ok=True)
    write_index(folder / index_of(shard), pq.read_table(parent / index_of(shard)).filter(stays).combine_chunks())
    proved = fingerprint(kept)
    return shard.model_copy(
        update={
            "sha256": sha256_file(folder / shard.path),
            "bytes": (folder / shard.path).stat().st_size,
            "rows": len(kept),
            "tokens": int(pc.sum(kept["n_tokens"]).as_py() or 0),
            "row_groups": groups,
            "logical_sha256": proved.logical_sha256,
            "merkle_root": proved.merkle_root,
        }
    )


def removed_rows(parent: Path, shard: Shard, gone: pl.Series, request_id: str) -> pa.Table:
    """What the table of takedowns says of the rows that are `gone` (schema `REMOVED`)."""
    taken = gone.arg_true().cast(pl.Int64).to_arrow()
    columns = ["doc_id", "source", "text_sha256", "input_ids", "n_bytes", "n_words", "n_tokens", "paragraphs_cut"]
    rows = pq.read_table(parent / shard.path, columns=columns).take(taken)
    keys = pq.read_table(parent / index_of(shard), columns=["exact_hi", "exact_lo"]).take(taken)
    texts = zip(rows["doc_id"].to_pylist(), rows["text_sha256"].to_pylist(), strict=True)
    found = {
        "request_id": pa.array([request_id] * len(rows)),
        **{name: rows[name] for name in ("doc_id", "source", "text_sha256")},
        "outcome": pa.array([RELEASED] * len(rows)),
        "shard": pa.array([shard.path] * len(rows)),
        "position": taken,
        "leaf": pa.array([document_leaf(*one).hex() for one in texts], pa.string()),
        "input_ids_sha256": pa.array(token_digests(rows["input_ids"]), pa.string()),
        **{name: rows[name] for name in ("n_bytes", "n_words", "n_tokens", "paragraphs_cut")},
        **{name: keys[name] for name in ("exact_hi", "exact_lo")},
    }
    return pa.table({name: found[name] for name in REMOVED.names}).cast(REMOVED)


def rewrite_table(parent: Path, folder: Path, name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> bool:
    """Write what `change` makes of each row group of a table; returns whether it changed anything.

    If it did not, nothing is written.
    """
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    changed = False
    with pq.ParquetFile(parent / name) as file:
        schema = file.schema_arrow
        with pq.ParquetWriter(folder / name, schema, **_AS_FRAMES) as writer:
            for group in range(file.num_row_groups):
                rows = pl.DataFrame(file.read_row_group(group))
                after = change(rows)
                changed |= not after.equals(rows)
                writer.write_table(to_table(after).cast(schema), row_group_size=max(len(after), 1))
    if not changed:
        (folder / name).unlink()
    return changed


_AS_FRAMES = {"compression": "zstd", "compression_level": 3, "write_page_index": True, "write_page_checksum": True}
"""How `corpus.tables.write_frame` writes."""


def without(gone: Ids, *columns: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A change that leaves out rows which name one of `gone` in any of `columns`."""

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        for column in columns:
            rows = rows.filter(~gone.among(rows[column]))
        return rows

    return change


def without_examples(gone: Ids) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A change of the sentences that a source repeats: one that is shown as one of `gone` has it is shown no more."""

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        mine = pl.lit(gone.among(rows["doc_id"]))
        shown = ("doc_id", "phi_policy", "sentence")
        return rows.with_columns(pl.when(~mine).then(pl.col(name)).alias(name) for name in shown)

    return change


SHOWN = {layout.SAMPLES: ("doc_id",), layout.REMOVALS: ("doc_id", "survivor")}
"""Tables of excerpts, and which of their columns name whose text is shown."""
