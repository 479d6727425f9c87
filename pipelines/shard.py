"""One released shard: its rows from every bundle, sorted by document id, proved against the tokenizer's oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json, sha256_file
from corpus.errors import BuildStopped
from corpus.storage import WorkFolder
from dedup.signature import MinHashConfig
from pipelines.assemble import ASSEMBLED
from pipelines.measure import ROWS
from shards.fingerprint import fingerprint
from shards.other_tokens import write_other_tokens
from shards.place import uniform
from shards.signatures import write_signatures
from shards.tokenizer import Tokenizer, load_tokenizer
from shards.write import ROW, write_identifiers, write_shard

SHARD = "shard.parquet"
IDENTIFIERS = "identifiers.parquet"
SIGNATURES = "signatures.parquet"


def other_tokens(name: str) -> str:
    """The file of the tokenizer `name` beside a shard."""
    return f"tokens-{name}.parquet"


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `shard`.

    `params["parts"]` lists [assembled digest, row groups], `params["count_with"]` [name, file, sha256, whether
    to store its tokens] of tokenizers.

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
    counted: dict[str, Json] = {}
    for name, place, _, store in params["count_with"]:
        beside, other = folders["shard"] / other_tokens(name), load_tokenizer(Path(place))
        counts = write_other_tokens(beside, rows, other, row_group_tokens=params["row_group_tokens"], store=store)
        counted[name] = [int(counts.sum()), prove_counts(rows, counts, other, params["oracle_documents"])]
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
            "counted": counted,
        }
    }


def prove_tokens(rows: pa.Table, count: int, encode: Any) -> int:
    """Encode `count` documents of the shard again with the oracle; the sample depends on their text alone.

    Raises:
        BuildStopped: a document's ids differ; names the document.
    """
    chosen = _sampled(rows, count)
    texts = [rows["text"][row].as_py() for row in chosen]
    for row, ids in zip(chosen, encode(texts), strict=True):
        if ids != rows["input_ids"][row].as_py():
            raise _disagreement(rows, row)
    return len(chosen)


def prove_counts(rows: pa.Table, counts: npt.NDArray[np.int64], tokenizer: Tokenizer, count: int) -> int:
    """Encode `count` documents of the shard by another tokenizer, fast and by its oracle; how many they were.

    Raises:
        BuildStopped: ids differ, or are not as many as `counts` says; names the document.
    """
    chosen = _sampled(rows, count)
    texts = pa.array([rows["text"][row].as_py() for row in chosen], pa.large_string())
    found = tokenizer.encode(texts).to_pylist()
    for row, fast, ids in zip(chosen, found, tokenizer.oracle.encode(texts.to_pylist()), strict=True):
        if fast != ids or len(ids) != counts[row]:
            raise _disagreement(rows, row)
    return len(chosen)


def _sampled(rows: pa.Table, count: int) -> list[int]:
    """Rows by a hash of their text."""
    hashes = rows["text_sha256"].to_pylist()
    return sorted(range(len(rows)), key=lambda row: uniform(hashes[row], salt="oracle"))[:count]


def _disagreement(rows: pa.Table, row: int) -> BuildStopped:
    return BuildStopped(
        f"tokenizer fast path and oracle disagree on {rows['doc_id'][row].as_py()}; "
        "nothing was released; another release of the fast path, or a tokenizer it knows, is needed"
    )
