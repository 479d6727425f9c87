"""From a bundle's sidecars to what deduplication sorts: ranks, identifiers, words, bands."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.runs import write_run
from corpus.storage import WorkFolder
from corpus.verdict import Verdict
from pipelines.deduplicate.numbers import BY_NUMBER, BY_PLACE
from pipelines.measure import ROWS
from pipelines.places import place

RANKED = "ranked.parquet"
FACTS = "facts.parquet"
_ODD = 0x9E3779B97F4A7C15  # 2^64 / golden ratio
_EVERY = 4096
"""Of so many ranked documents, one tells where ranges of ranks should begin."""


def candidates(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `candidates` of one bundle: its documents that no rule dropped.

    Keys by which they are ranked (`ranked.parquet`, the best first), what orders the documents of one work
    (`facts.parquet`, by row), and runs of keys that equal documents share: `identity`, `exact`, `bands`.
    """
    from dedup.ranks import keep_keys
    from filters.rights import openness

    folder = folders["candidates"]
    frame = _candidates(work, params["digests"], params["bands"])
    priority = {kind: number for number, kind in enumerate(params["doc_types"])}
    doc_type = frame["doc_type"].replace_strict(priority, default=len(priority), return_dtype=pl.Int64).to_numpy()
    keys = keep_keys(
        params["keep"],
        source=np.full(len(frame), params["priority"]),
        licence=openness(frame["licence_spdx"].to_arrow()),
        doc_type=doc_type,
        version=frame["version"].to_arrow(),
        length=frame["n_bytes"].to_numpy(),
        doc_id=frame["doc_id"].to_arrow(),
        first=b"\1",
    )
    rows = frame["row"].to_numpy()
    write_ranked(keys, rows, folder)
    registered = pl.when(pl.any_horizontal(pl.col("setid", "nct").is_not_null())).then("version")
    frame.select("row", pl.Series("doc_type", doc_type), registered.alias("version")).write_parquet(folder / FACTS)

    named(frame, rows, same_ids=params["same_ids"], folder=folder)
    worded = frame["n_shingles"].to_numpy() > 0
    exact_hi, exact_lo = (frame[name].to_numpy()[worded] for name in ("exact_hi", "exact_lo"))
    write_run(folder, "exact", {"hi": exact_hi, "lo": exact_lo, "row": rows[worded]})
    of_bands = np.concatenate([in_band(frame[name].to_numpy()[worded], b) for b, name in enumerate(params["bands"])])
    write_run(folder, "bands", {"key": of_bands, "row": np.tile(rows[worded], len(params["bands"]))})
    return {
        "candidates": {
            "rows": len(frame),
            "bytes": int(frame["n_bytes"].sum()),
            "shingles": int(frame["n_shingles"].sum()),
            "ranks": sampled_ranks(folder),
        }
    }


def ranks(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `ranks` of the documents with keys from `low` on and below `high`: places by number, numbers by place."""
    low, high = (None if bound is None else bytes.fromhex(bound) for bound in (params["low"], params["high"]))
    keys, places = [], []
    for bundle, digest in enumerate(params["candidates"]):
        with pq.ParquetFile(work.product("candidates", digest) / RANKED) as file:
            for group in range(file.num_row_groups):
                facts = file.metadata.row_group(group).column(0).statistics
                if facts is not None and facts.has_min_max and not _may_hold(facts.min, facts.max, low, high):
                    continue
                table = file.read_row_group(group)
                if low is not None:
                    table = table.filter(pc.greater_equal(table["key"], pa.scalar(low, pa.large_binary())))
                if high is not None:
                    table = table.filter(pc.less(table["key"], pa.scalar(high, pa.large_binary())))
                keys.append(table["key"])
                places.append(place(bundle, table["row"].to_numpy()))
    ranked = pl.DataFrame(
        {"key": pl.Series(pa.chunked_array([c for k in keys for c in k.chunks], pa.large_binary()), dtype=pl.Binary)}
    ).with_columns(place=pl.Series(np.concatenate([np.zeros(0, np.int64), *places])))
    ranked = ranked.sort("key")
    if (ranked["key"] == ranked["key"].shift(1)).any():
        raise ValueError("a doc_id occurs twice: documents could not be ranked whatever their order")
    by_number = ranked["place"].to_numpy()
    np.save(folders["ranks"] / BY_NUMBER, by_number)
    write_run(folders["ranks"], BY_PLACE, {"place": by_number, "number": np.arange(by_number.size)})
    return {"ranks": {"rows": by_number.size}}


def named(frame: pl.DataFrame, rows: npt.NDArray[np.uint32], *, same_ids: bool, folder: Path) -> None:
    """Write the run `identity` of documents with `KINDS`, `language` and `doc_id`, which stand at `rows`.

    With `same_ids` an id is an identifier too: it tells a source's documents apart, and is the same in any snapshot.
    """
    from dedup.identity import KINDS, identity_keys

    (hi, lo), entry = identity_keys(frame.select(KINDS).to_arrow())
    if same_ids:
        digests = b"".join(blake2b(f"doc_id:{name}".encode(), digest_size=16).digest() for name in frame["doc_id"])
        halves = np.frombuffer(digests, "<u8").reshape(-1, 2).astype(np.uint64)
        hi, lo = np.concatenate([hi, halves[:, 0]]), np.concatenate([lo, halves[:, 1]])
        entry = np.concatenate([entry, np.arange(len(frame))])
    language = hashed(frame["language"])
    write_run(folder, "identity", {"hi": hi, "lo": lo, "row": rows[entry], "language": language[entry]})


def sampled_ranks(folder: Path) -> list[Json]:
    """Every so many-th key of the documents of a bundle, as hex."""
    keys = pq.read_table(folder / RANKED, columns=["key"])["key"][_EVERY - 1 :: _EVERY]
    return [key.hex() for key in keys.to_pylist()]


def in_band(keys: npt.NDArray[np.uint64], band: int) -> npt.NDArray[np.uint64]:
    """Keys of one band that equal no key of another: all bands are sorted together."""
    return keys ^ np.uint64(band * _ODD % 2**64)


def _may_hold(least: bytes, greatest: bytes, low: bytes | None, high: bytes | None) -> bool:
    """Whether keys between `least` and `greatest` can lie from `low` on and below `high`."""
    return (low is None or greatest >= low) and (high is None or least < high)


def write_ranked(keys: pa.LargeBinaryArray, rows: npt.NDArray[Any], folder: Path) -> None:
    """Write rows with their keys, the best first."""
    table = pa.table({"key": keys, "row": rows}).sort_by("key")
    pq.write_table(table, folder / RANKED, compression="zstd", row_group_size=65_536)


def _candidates(work: WorkFolder, digests: dict[str, str], bands: list[str]) -> pl.DataFrame:
    """What one bundle's sidecars say of its undecided documents, and their row."""
    from dedup.identity import KINDS

    def side(stage: str, *columns: str) -> pl.DataFrame:
        return pl.read_parquet(work.product(stage, digests[stage]) / ROWS, columns=list(columns), glob=False)

    documents = side("documents", "doc_id", "version", "doc_type", *KINDS)
    parts = [
        documents,
        side("verdicts", "verdict").head(len(documents)),
        side("licence", "licence_spdx"),
        side("language", "language"),
        side("quality", "n_bytes"),
        side("signature", "exact_hi", "exact_lo", "n_shingles", *bands),
    ]
    frame = pl.concat(parts, how="horizontal").with_row_index("row")
    return frame.filter(pl.col("verdict") == Verdict.KEEP.value).drop("verdict")


def hashed(values: pl.Series) -> npt.NDArray[np.uint64]:
    """A number for each distinct string, the same wherever it occurs."""
    names = values.unique().sort()
    numbers = [int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) for name in names]
    return np.array(numbers, np.uint64)[names.search_sorted(values)]
