"""Tokens of a shard by another tokenizer: a file beside it, with one row for each of its rows, in the same order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shards.token_counts import token_counts
from shards.tokenizer import INPUT_IDS, Tokenizer
from shards.write import ID_ENCODING, row_group_ends

COUNTED = pa.schema([pa.field("doc_id", pa.string(), nullable=False), pa.field("n_tokens", pa.int32(), nullable=False)])
"""How many tokens each document has."""

STORED = COUNTED.append(pa.field("input_ids", INPUT_IDS, nullable=False))
"""... and which, whole and without special tokens."""


def write_other_tokens(
    path: Path, rows: pa.Table, tokenizer: Tokenizer, *, row_group_tokens: int, store: bool
) -> npt.NDArray[np.int64]:
    """Write `COUNTED`, or `STORED`, of `rows` (columns `doc_id`, `text`, `n_tokens`); give the count of each row.

    Row groups are those of the shard: the ids of one are held at a time.
    """
    schema = STORED if store else COUNTED
    text = rows["text"].combine_chunks()
    counts = [np.zeros(0, np.int64)]
    with other_tokens_writer(path, schema) as writer:
        start = 0
        for end in row_group_ends(rows["n_tokens"].to_numpy(), row_group_tokens):
            part = rows.slice(start, end - start)
            ids = tokenizer.encode(text.slice(start, end - start)) if store else None
            if ids is not None:
                counts.append(pc.list_value_length(ids).to_numpy().astype(np.int64))
            else:
                counts.append(token_counts(text.slice(start, end - start), tokenizer))
            columns = [part["doc_id"], pa.array(counts[-1], pa.int32()), *([ids] if ids is not None else [])]
            writer.write_table(pa.table(columns, schema=schema), row_group_size=max(end - start, 1))
            start = end
    return np.concatenate(counts)


def other_tokens_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of such a file: zstd 3, no dictionaries, page index and checksums. The same rows give the same bytes."""
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=False,
        column_encoding=ID_ENCODING if "input_ids" in schema.names else None,
        write_page_index=True,
        write_page_checksum=True,
    )
