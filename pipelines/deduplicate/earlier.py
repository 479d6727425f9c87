"""Earlier snapshots that a corpus is deduplicated against: their index is read, their text only where it is alike.

What an earlier snapshot holds is released already. It comes before every new document, is compared with new ones only,
and never merges: new documents that it holds give way to it, and their survivor is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.runs import write_run
from corpus.storage import WorkFolder
from manifests.earlier import Earlier, IndexFile, released_rows
from pipelines.deduplicate.candidates import FACTS, in_band, named, sampled_ranks, write_ranked
from pipelines.places import Positions

_ROWS_AT_ONCE = 2_000


def file_of(earlier: Earlier, file: IndexFile) -> dict[str, Json]:
    """One index file and its shard as a parameter of units, which are named by what the files hold."""
    return {
        "at": {"index": str(file.index), "shard": str(file.shard), "account": str(file.account)},
        "sha256": f"{file.index_sha256} {file.shard_sha256}",
        "replaced": dict(earlier.snapshot.manifest.privacy.replaced),
        "snapshot": earlier.snapshot.manifest.snapshot_id,
    }


def candidates(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `candidates` of one shard of an earlier snapshot, as `deduplicate.candidates` does of a bundle."""
    from dedup.identity import KINDS
    from dedup.ranks import keep_keys

    folder, bands = folders["candidates"], params["bands"]
    at = params["file"]["at"]
    columns = ["doc_id", "version", "doc_type", "language", "n_bytes", *KINDS]
    index = pl.read_parquet(at["index"], columns=["exact_hi", "exact_lo", "n_shingles", *bands], glob=False)
    shard = pl.DataFrame(pq.read_table(at["shard"], columns=columns, partitioning=None))
    frame = pl.concat([shard.select(columns), index], how="horizontal")
    rows = np.arange(len(frame), dtype=np.uint32)
    nothing = np.zeros(len(frame), np.int64)
    keys = keep_keys(
        (),
        **dict.fromkeys(("source", "licence", "doc_type", "length"), nothing),
        version=frame["version"].to_arrow(),
        doc_id=frame["doc_id"].to_arrow(),
        first=b"\0" + params["place"].to_bytes(2),
    )
    write_ranked(keys, rows, folder)
    priority = {kind: number for number, kind in enumerate(params["doc_types"])}
    doc_type = frame["doc_type"].replace_strict(priority, default=len(priority), return_dtype=pl.Int64)
    registered = pl.when(pl.any_horizontal(pl.col("setid", "nct").is_not_null())).then("version")
    facts = frame.select(pl.Series("row", rows), pl.Series("doc_type", doc_type), registered.alias("version"))
    facts.write_parquet(folder / FACTS)
    named(frame, rows, same_ids=True, folder=folder)
    worded = frame["n_shingles"].to_numpy() > 0
    exact_hi, exact_lo = (frame[name].to_numpy()[worded] for name in ("exact_hi", "exact_lo"))
    write_run(folder, "exact", {"hi": exact_hi, "lo": exact_lo, "row": rows[worded]})
    of_bands = np.concatenate([in_band(frame[name].to_numpy()[worded], b) for b, name in enumerate(bands)])
    write_run(folder, "bands", {"key": of_bands, "row": np.tile(rows[worded], len(bands))})
    return {
        "candidates": {
            "rows": len(frame),
            "bytes": int(frame["n_bytes"].sum()),
            "shingles": int(frame["n_shingles"].sum()),
            "ranks": sampled_ranks(folder),
        }
    }


def released_texts(file: dict[str, Any], rows: Positions) -> Iterator[tuple[Positions, pa.LargeStringArray]]:
    """Positions in `rows` (ascending) and their texts as they were signed, some at a time."""
    at = file["at"]
    for start in range(0, rows.size, _ROWS_AT_ONCE):
        which = np.arange(start, min(start + _ROWS_AT_ONCE, rows.size))
        found = released_rows(Path(at["shard"]), Path(at["account"]), file["replaced"], rows[which])
        yield which, found["text"].combine_chunks()


def column_of(file: dict[str, Any], name: str, rows: Positions) -> pl.Series:
    """A column of a shard, of some of its rows."""
    column = pq.read_table(file["at"]["shard"], columns=[name], partitioning=None)[name]
    return pl.Series(name, column.take(pa.array(rows)))
