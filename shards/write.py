"""The released Parquet: one row a document, text and tokens side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shards.tokenizer import INPUT_IDS

RIGHTS = pa.struct(
    [pa.field(name, pa.bool_()) for name in ("commercial", "redistribute", "derivatives", "share_alike", "attribution")]
)
"""What the licence permits and asks for; null where it is not known."""

EVIDENCE = pa.struct([pa.field("kind", pa.string(), nullable=False), pa.field("place", pa.string(), nullable=False)])

ROW = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("text", pa.large_string(), nullable=False),
        pa.field("input_ids", INPUT_IDS, nullable=False),
        pa.field("n_tokens", pa.int32(), nullable=False),
        pa.field("n_bytes", pa.int64(), nullable=False),
        pa.field("n_words", pa.int64(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("doc_type", pa.string(), nullable=False),
        pa.field("genre", pa.string()),
        pa.field("genre_evidence", pa.string()),
        pa.field("split", pa.string(), nullable=False),
        pa.field("cluster_id", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("language_score", pa.float32(), nullable=False),
        pa.field("published", pa.string()),
        pa.field("date_precision", pa.string()),
        pa.field("journal", pa.string()),
        pa.field("mesh", pa.list_(pa.string())),
        pa.field("retraction", pa.string(), nullable=False),
        pa.field("licence_raw", pa.string()),
        pa.field("licence_evidence", EVIDENCE, nullable=False),
        pa.field("licence_spdx", pa.string(), nullable=False),
        pa.field("rights", RIGHTS, nullable=False),
        pa.field("pmid", pa.string()),
        pa.field("pmcid", pa.string()),
        pa.field("doi", pa.string()),
        pa.field("nct", pa.string()),
        pa.field("openalex", pa.string()),
        pa.field("s2", pa.string()),
        pa.field("setid", pa.string()),
        pa.field("version", pa.string()),
        pa.field("url", pa.string()),
        pa.field("stands_for", pa.list_(pa.string()), nullable=False),
        pa.field("other_ids", pa.list_(pa.string()), nullable=False),
        pa.field("other_sources", pa.list_(pa.string()), nullable=False),
        pa.field("other_licences", pa.list_(pa.string()), nullable=False),
        pa.field("raw_file", pa.string(), nullable=False),
        pa.field("raw_sha256", pa.string(), nullable=False),
        pa.field("member", pa.string()),
        pa.field("record", pa.int64(), nullable=False),
        pa.field("offset", pa.int64()),
        pa.field("reader", pa.string(), nullable=False),
        pa.field("retrieved", pa.string()),
        pa.field("nulls", pa.list_(pa.string()), nullable=False),
        pa.field("text_sha256", pa.string(), nullable=False),
        pa.field("phi_policy", pa.string(), nullable=False),
        pa.field("phi_masked", pa.int32(), nullable=False),
        pa.field("paragraphs_cut", pa.int32(), nullable=False),
    ]
)
"""Columns of a shard. `text` is masked in as many places as `phi_masked` says (identifiers; `[EVALUATION_ITEM]`, too),
and lacks as many repeated paragraphs as `paragraphs_cut` says; `input_ids` are its tokens, whole, without special
tokens; `cluster_id` is the smallest doc_id of the document's near-duplicate group, which never straddles two splits.
`stands_for` are the doc_ids that were merged into the document, `other_ids` their identifiers (`pmid:123`),
`other_sources` and `other_licences` where they came from and under what. `nulls` gives the reason of every null as
`field:reason`."""

ADDED = frozenset({"mesh"})
"""Columns that came later: snapshots of earlier code lack them."""

ID_ENCODING = {"input_ids.list.element": "BYTE_STREAM_SPLIT"}
"""The lowest bytes of a page's ids, then their second ones, and so on: written 1.8 times and decompressed 1.7 times as
fast as ids as they lie (PLAIN), for 1 to 2 % more bytes. Arrow, DuckDB, polars, cuDF and parquet-java read it."""

_IDENTIFIERS_A_GROUP = 250_000

_DICTIONARY = [
    "source",
    "doc_type",
    "genre",
    "genre_evidence",
    "split",
    "language",
    "date_precision",
    "journal",
    "mesh.list.element",
    "retraction",
    "licence_raw",
    "licence_evidence.kind",
    "licence_evidence.place",
    "licence_spdx",
    "raw_file",
    "raw_sha256",
    "reader",
    "retrieved",
    "nulls.list.element",
    "phi_policy",
]

IDENTIFIER = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("tag", pa.string()),
    ]
)
"""Columns of the account of identifiers beside a shard, in the order of its rows: UTF-8 bytes `[start, end)` of the
released text stand for an identifier of class `kind` that `rule` found; `tag` is the keyed tag of its value."""


def row_group_ends(tokens: npt.NDArray[np.integer], size: int) -> list[int]:
    """Where to end row groups (exclusive row numbers) so that each holds about `size` tokens and at least one row.

    Cut by content alone: a group ends with the row that brings it to `size`.
    """
    ends: list[int] = []
    filled = 0
    for row, count in enumerate(tokens.tolist(), 1):
        filled += count
        if filled >= size:
            ends.append(row)
            filled = 0
    if not ends or ends[-1] != len(tokens):
        ends.append(len(tokens))
    return ends


def write_shard(path: Path, rows: pa.Table, *, row_group_tokens: int, metadata: dict[str, str]) -> int:
    """Write `rows` (schema `ROW`, in order) to `path`; return the number of row groups.

    zstd 3, no dictionary on text and ids (22 % smaller than with), page index and checksums, so that a reader can seek
    and notice damage. Token ids are split by byte (`ID_ENCODING`). The same rows give the same bytes.
    """
    schema = ROW.with_metadata(dict(sorted(metadata.items())))
    ends = row_group_ends(rows["n_tokens"].to_numpy(), row_group_tokens)
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=_DICTIONARY,
        column_encoding=ID_ENCODING,
        write_page_index=True,
        write_page_checksum=True,
        use_content_defined_chunking=True,
        store_schema=True,
    ) as writer:
        start = 0
        for end in ends:
            writer.write_table(rows.slice(start, end - start).cast(schema), row_group_size=max(end - start, 1))
            start = end
    return len(ends)


def write_identifiers(path: Path, rows: pa.Table) -> int:
    """Write the identifiers (schema `IDENTIFIER`) of `rows`, which have their spans in `phi_spans`; return how many."""
    spans = rows["phi_spans"].combine_chunks()
    documents = rows["doc_id"].combine_chunks().take(pc.list_parent_indices(spans).cast(pa.int64()))
    each = spans.flatten()
    columns = {"doc_id": documents, **{name: each.field(name) for name in IDENTIFIER.names[1:]}}
    table = pa.table(columns).cast(IDENTIFIER)
    write_account(path, table)
    return len(table)


def write_account(path: Path, table: pa.Table) -> None:
    """Write an account of identifiers (schema `IDENTIFIER`). The same rows give the same bytes."""
    pq.write_table(table, path, compression="zstd", compression_level=3, row_group_size=_IDENTIFIERS_A_GROUP)
