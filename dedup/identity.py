"""Documents that are the same by name, and which of one work is best."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    import polars as pl

Keys = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

KINDS = ("pmid", "pmcid", "doi", "nct", "openalex", "s2", "setid")

_PATTERNS = {
    "pmid": r"(?i)^(?:pmid:?\s*)?0*([1-9][0-9]*)$",
    "pmcid": r"(?i)^(?:pmc(?:id:?\s*(?:pmc)?)?)?0*([1-9][0-9]*)(?:\.\d+)?$",
    "doi": r"^(?:doi:\s*)?(10\.[1-9]\d{3,8}(?:\.\d+)*/\S+)$",
    "nct": r"(?i)^(?:nct)?([0-9]{8})$",
    "openalex": r"(?i)^(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?w0*([1-9][0-9]*)$",
    "s2": r"(?i)^(?:corpusid:\s*)?0*([1-9][0-9]*)$",
    "setid": r"^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$",
}
"""What is an identifier, and the part of it that is the same in all spellings."""
_LOWER = frozenset({"doi", "setid"})
_PLACEHOLDER = r"^(?:10\.[\d.]+/(?:0+|x{3,}|[.*-]+)|[0f-]+)$"


def identity_keys(documents: pa.Table | pa.RecordBatch) -> tuple[tuple[Keys, Keys], Positions]:
    """128-bit keys of the identifiers documents carry: equal keys, same work.

    Normalised first: `pmid` to its digits; `pmcid` to its digits, without `PMC` and without the version (`.1`); `doi`
    to lower case (DOI Handbook, section 2.4: names are case-insensitive) without `https://doi.org/` or `doi:`; `nct`,
    `openalex` and `s2` to their digits, without `NCT`, `W` (or its address) and `CorpusId:`; `setid`, a UUID, to lower
    case. Whatever then is not an identifier (`n/a`, `0`, a UUID of zeros, an empty string) is skipped like null: a
    placeholder must never merge unrelated documents. No two kinds share a key.

    Args:
        documents: has a column (string, nullable) for each of `KINDS`.

    Returns:
        Two uint64[m], the halves of each key, and int64[m], the row it belongs to; up to one key a kind. Identity
        edges between rows: `a, b = star_edges(keys, rank[row])`, then `row[a], row[b]`.
    """
    import polars as pl

    frame = pl.DataFrame({kind: pl.Series(_column(documents, kind), dtype=pl.String) for kind in KINDS})
    found = (
        frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), *(normalised(kind) for kind in KINDS))
        .unpivot(index="row", on=list(KINDS), value_name="identifier")
        .drop_nulls("identifier")
        .select("row", pl.concat_str("variable", "identifier", separator=":").alias("identifier"))
        .sort("row", "identifier")
    )
    names = found["identifier"].unique()
    digests = b"".join(blake2b(name.encode(), digest_size=16).digest() for name in names)
    halves = np.frombuffer(digests, "<u8").reshape(-1, 2).astype(np.uint64)
    hashed = pl.DataFrame({"identifier": names, "hi": halves[:, 0], "lo": halves[:, 1]})
    keyed = found.join(hashed, on="identifier", how="left", maintain_order="left")
    return (keyed["hi"].to_numpy(), keyed["lo"].to_numpy()), keyed["row"].to_numpy()


def work_order(*, doc_type_priority: npt.ArrayLike, version: pa.Array | pa.ChunkedArray, rank: Positions) -> Positions:
    """Which of the documents of *one* work to keep first: full text before abstract, the newest version, then `rank`.

    Args:
        doc_type_priority: int[n], the smaller the better.
        version: string[n]: comparable versions (those of a registry, which numbers them for all); null for others.
        rank: int64[n], distinct: the order of `dedup.ranks`.

    Returns:
        int64[n], distinct, 0 for the first.
    """
    import polars as pl

    frame = pl.DataFrame(
        {
            "doc_type_priority": np.asarray(doc_type_priority, np.int64),
            "version": pl.Series(_flat(version), dtype=pl.String).fill_null(""),
            "rank": rank,
        }
    )
    first = frame.with_row_index("row").sort(*frame.columns, descending=[False, True, False])["row"].to_numpy()
    order = np.empty(len(frame), np.int64)
    order[first] = np.arange(len(frame))
    return order


def normalised(kind: str) -> pl.Expr:
    """Column `kind`, one of `KINDS`, as `identity_keys` compares it; null for what is no identifier."""
    import polars as pl

    text = pl.col(kind).str.strip_chars()
    if kind in _LOWER:
        text = text.str.to_lowercase()
    if kind == "doi":
        text = text.str.replace(r"^(?:https?://)?(?:dx\.|www\.)?doi\.org/", "")
    found = text.str.extract(_PATTERNS[kind]).alias(kind)
    return pl.when(~found.str.contains(_PLACEHOLDER)).then(found)


def _column(documents: pa.Table | pa.RecordBatch, name: str) -> pa.Array:
    return _flat(documents.column(name))


def _flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
