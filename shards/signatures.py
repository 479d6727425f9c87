"""The signature index beside a shard: one row for each of its rows, in the same order.

It holds no text, only keys made of released text (identifiers masked by placeholders), so that a later corpus can be
compared with a snapshot without reading it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import canonical
from dedup.signature import MinHashConfig, SignatureAnnotator

PACKED = pa.list_(pa.field("item", pa.uint64(), nullable=False))
"""A signature as one column, whatever its number of bands: its columns, in order, as uint64."""

N_SHINGLES = 2
"""Which column of a signature is `n_shingles`."""

CONFIG = b"hc4.signature"
"""Key of the file's metadata under which canonical JSON says what the signatures are (`SignatureAnnotator.config`)."""

_ROWS_A_GROUP = 65_536


def index_schema(minhash: MinHashConfig) -> pa.Schema:
    """`doc_id`, then the columns of `SignatureAnnotator`; the metadata say what they are."""
    annotator = SignatureAnnotator(minhash)
    columns = [pa.field("doc_id", pa.string(), nullable=False), *annotator.schema]
    return pa.schema(columns, metadata={CONFIG: canonical(annotator.config)})


def packed(signatures: pa.Table) -> pa.ListArray:
    """Signatures (columns of `SignatureAnnotator`) as `PACKED`, same rows in the same order."""
    columns = [column.to_numpy().astype(np.uint64) for column in signatures.columns]
    values = np.stack(columns, axis=1).reshape(-1)
    offsets = np.arange(len(signatures) + 1, dtype=np.int32) * len(columns)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values), type=PACKED)


def write_signatures(path: Path, rows: pa.Table, minhash: MinHashConfig) -> None:
    """Write the index of `rows`, which have `doc_id` and their signatures as `PACKED` in `signature`."""
    schema = index_schema(minhash)
    signature = rows["signature"].combine_chunks()
    keys = signature.flatten().to_numpy().reshape(len(rows), len(schema) - 1)
    columns = [
        pa.array(np.ascontiguousarray(keys[:, place])).cast(schema.types[place + 1]) for place in range(keys.shape[1])
    ]
    table = pa.Table.from_arrays([rows["doc_id"].combine_chunks(), *columns], schema=schema)
    write_index(path, table)


def write_index(path: Path, table: pa.Table) -> None:
    """Write an index (`index_schema`, its metadata too).

    Neither dictionary nor compression for the keys: hashes have no redundancy. The same rows give the same bytes.
    """
    pq.write_table(
        table,
        path,
        row_group_size=_ROWS_A_GROUP,
        compression={name: "zstd" if name in ("doc_id", "n_shingles") else "none" for name in table.column_names},
        use_dictionary=False,
        write_page_index=True,
        write_page_checksum=True,
    )
