"""One released shard: its rows from every bundle, sorted by document id, proved against the tokenizer's oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json, sha256_file
from corpus.errors import BuildStopped
from corpus.storage import WorkFolder
from dedup.signature import MinHashConfig
from pipelines.assemble import ASSEMBLED
from pipelines.measure import ROWS
from shards.fingerprint import fingerprint
from shards.place import uniform
from shards.signatures import write_signatures
from shards.tokenizer import load_tokenizer
from shards.write import ROW, write_identifiers, write_shard

SHARD = "shard.parquet"
IDENTIFIERS = "identifiers.parquet"
SIGNATURES = "signatures.parquet"


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `shard`. `params["parts"]` lists [assembled digest, row groups].

    Raises:
        BuildStopped: the fast tokenizer and its oracle disagree on a sampled document.
    """
    parts: list[pa.Table] = []
    for digest, groups in params["parts"]:
        with pq.ParquetFile(work.product("assembled", digest) / ROWS) as file:
            parts.append(file.read_row_groups(groups))
    rows = pa.concat_tables([ASSEMBLED.empty_table(), *parts]).sort_by("doc_id").combine_chunks()
    screened = write_identifiers(folders["shard"] / IDENTIFIERS, rows)
    write_signatures(folders["shard"] / SIGNATURES, rows, MinHashConfig(**params["signature"]))
    rows = rows.select(ROW.names)
    tokenizer = load_tokenizer(Path(params["tokenizer"]))
    proved = prove_tokens(rows, params["oracle_documents"], tokenizer.oracle.encode)
    metadata = {
        "hc4.source": params["source"],
        "hc4.split": params["split"],
        "hc4.tokenizer_sha256": tokenizer.sha256,
    }
    path = folders["shard"] / SHARD
    groups = write_shard(path, rows, row_group_tokens=params["row_group_tokens"], metadata=metadata)
    proved_by = fingerprint(rows)
    return {
        "shard": {
            "rows": len(rows),
            "tokens": sum(rows["n_tokens"].to_pylist()),
            "row_groups": groups,
            "bytes": path.stat().st_size,
            "sha256": sha256_file(path),
            "logical_sha256": proved_by.logical_sha256,
            "merkle_root": proved_by.merkle_root,
            "identifiers": screened,
            "oracle_documents": proved,
        }
    }


def prove_tokens(rows: pa.Table, count: int, encode: Any) -> int:
    """Encode `count` documents of the shard again with the oracle; the sample depends on their text alone.

    Raises:
        BuildStopped: a document's ids differ; names the document.
    """
    hashes = rows["text_sha256"].to_pylist()
    chosen = sorted(range(len(rows)), key=lambda row: uniform(hashes[row], salt="oracle"))[:count]
    texts = [rows["text"][row].as_py() for row in chosen]
    for row, ids in zip(chosen, encode(texts), strict=True):
        if ids != rows["input_ids"][row].as_py():
            raise BuildStopped(
                f"tokenizer fast path and oracle disagree on {rows['doc_id'][row].as_py()}; "
                "nothing was released; another release of the fast path, or a tokenizer it knows, is needed"
            )
    return len(chosen)
