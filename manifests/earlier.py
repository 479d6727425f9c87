"""An earlier snapshot as something to compare with: its signature index, and the released text behind each row.

A snapshot tells a later corpus what it holds without being read: keys stand in `signatures/`, one file beside each
shard. Only of rows that share a key with something is the text read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import SnapshotError
from dedup.signature import MinHashConfig, SignatureAnnotator
from filters.phi.spans import Span, masked_bytes
from manifests import layout
from manifests.deduplicated import SignatureFacts
from manifests.model import Shard
from manifests.screening import account_of
from manifests.snapshot import BROKEN, Snapshot, unreadable

Rows = npt.NDArray[np.int64]

EXACT = ("exact_hi", "exact_lo")
SURROGATE = "surrogate"
YEARED = "DATE"
"""Of a date its year stands in a placeholder, and a surrogate moved it: the placeholder cannot be put back."""


def index_of(shard: Shard) -> str:
    """Where the signature index of a shard lies."""
    return layout.SIGNATURES + shard.path.removeprefix(layout.DATA)


@dataclass(frozen=True, slots=True)
class IndexFile:
    """The index of one shard and what it speaks of: paths for units, digests to name them by."""

    index: Path
    index_sha256: str
    shard: Path
    shard_sha256: str
    account: Path
    source: str
    split: str
    rows: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A snapshot whose signatures this code can compare with its own."""

    snapshot: Snapshot
    minhash: MinHashConfig

    @classmethod
    def open(cls, folder: Path, like: MinHashConfig | None = None) -> Earlier:
        """Open the index of a snapshot. Its files are not checked: `hc4 verify` does that.

        Args:
            folder: the snapshot.
            like: the shape and seed that its signatures must have; None: any.

        Raises:
            SnapshotError: it is no snapshot, has no index, or one that this code, or `like`, cannot be compared with.
        """
        snapshot = Snapshot.open(folder)
        facts = snapshot.manifest.dedup.signatures
        if facts is None:
            raise SnapshotError(
                f"{folder} has no signature index: it was built before snapshots had one; build it anew"
            )
        if differs := incomparable(facts):
            raise SnapshotError(f"the signatures of {folder} cannot be compared with: {differs}; build it anew")
        minhash = minhash_of(facts)
        if like is not None and minhash != like:
            raise SnapshotError(
                f"the signatures of {folder} cannot be compared with: they have {_shape(minhash)}, "
                f"{_shape(like)} are asked for (`dedup.signature` of the recipe)"
            )
        return cls(snapshot, minhash)

    @property
    def files(self) -> list[IndexFile]:
        """The index of every shard, by path.

        Raises:
            SnapshotError: the manifest knows no index of a shard.
        """
        stated = {file.path: file.sha256 for file in self.snapshot.manifest.files}
        folder = self.snapshot.folder
        found = []
        for shard in sorted(self.snapshot.manifest.shards, key=lambda shard: shard.path):
            name = index_of(shard)
            if name not in stated:
                raise SnapshotError(f"{folder} is damaged: its manifest knows no {name}")
            found.append(
                IndexFile(
                    index=folder / name,
                    index_sha256=stated[name],
                    shard=folder / shard.path,
                    shard_sha256=shard.sha256,
                    account=folder / account_of(shard),
                    source=shard.source,
                    split=shard.split,
                    rows=shard.rows,
                )
            )
        return found


def minhash_of(facts: SignatureFacts) -> MinHashConfig:
    """Shape and seed of the signatures of a snapshot that are not `incomparable`."""
    return MinHashConfig(**facts.minhash)


def incomparable(facts: SignatureFacts) -> str | None:
    """Why signatures of this kind cannot be compared with those that this code makes; None if they can."""
    try:
        minhash = minhash_of(facts)
    except ValueError:
        return "their shape is none that this code knows"
    ours = SignatureFacts.model_validate(SignatureAnnotator(minhash).config)
    for name, what in (("algorithm", "algorithm"), ("algorithm_version", "version"), ("unicode", "Unicode")):
        theirs, here = getattr(facts, name), getattr(ours, name)
        if theirs != here:
            return f"their {what} is {theirs}, that of this code is {here}"
    return None


def index_tables(index: Path, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
    """Some columns of an index file, a row group at a time: the number of its first row, and its rows.

    Row r of the index is row r of its shard. Columns: `doc_id`, `exact_hi`, `exact_lo`, `n_shingles`, and one for each
    name of `MinHashConfig.band_names()`.

    Raises:
        SnapshotError: the file cannot be read.
    """
    try:
        with pq.ParquetFile(index) as file:
            first = 0
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=list(columns)).select(list(columns)).combine_chunks()
                yield first, table
                first += len(table)
    except (*BROKEN, KeyError) as error:
        raise unreadable(str(index), error) from None


def released_rows(
    shard: Path, account: Path, replaced: Mapping[str, str], rows: Rows, columns: Sequence[str] = ()
) -> pa.Table:
    """Some rows of a shard, their text as it was when it was signed: placeholders for identifiers.

    Where surrogates were released, placeholders are put back at the places that the account of identifiers gives. Of a
    date its year stays as the surrogate has it, which may be a year off (see `with_placeholders`).

    Args:
        shard, account: paths of the shard and of its account (`IndexFile`).
        replaced: by PHI policy, `placeholder` or `surrogate` (`manifest.privacy.replaced`).
        rows: int64, ascending row numbers. Only row groups that hold one of them are read.
        columns: of `shards.write.ROW`, beside `text`.

    Returns:
        `text` (large_string), then `columns`; rows as asked for.

    Raises:
        SnapshotError: a file cannot be read, or has no such row.
    """
    needed = list(dict.fromkeys(["text", *columns, "doc_id", "phi_policy"]))
    try:
        with pq.ParquetFile(shard) as file:
            sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
            starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
            if rows.size and not (rows[0] >= 0 and rows[-1] < starts[-1]):
                raise SnapshotError(f"{shard} has {starts[-1]:,} rows, its index speaks of row {rows[-1]:,}")
            parts = [file.schema_arrow.empty_table().select(needed)]
            for group in np.unique(np.searchsorted(starts, rows, side="right") - 1).tolist():
                inside = rows[(rows >= starts[group]) & (rows < starts[group + 1])] - starts[group]
                parts.append(file.read_row_group(group, columns=needed).select(needed).take(pa.array(inside)))
        table = pa.concat_tables(parts).combine_chunks()
        text = _restored(table, account, replaced)
    except (*BROKEN, KeyError) as error:
        raise unreadable(str(shard), error) from None
    return pa.table({"text": text, **{name: table[name] for name in columns if name != "text"}})


def _restored(table: pa.Table, account: Path, replaced: Mapping[str, str]) -> pa.ChunkedArray:
    surrogates = [policy for policy, how in replaced.items() if how == SURROGATE]
    touched = pc.is_in(table["phi_policy"], pa.array(surrogates, pa.string()))
    if not pc.any(touched).as_py():
        return table["text"].cast(pa.large_string())
    spans = account_spans(account, table["doc_id"].filter(touched).to_pylist())
    text, _ = with_placeholders(table["text"], table["doc_id"].to_pylist(), spans)
    return pa.chunked_array([text])


def account_spans(account: Path, doc_ids: Sequence[str] | None = None) -> dict[str, list[Span]]:
    """What the account of a shard's identifiers says of some documents, or of all, in order of place."""
    rows = pl.scan_parquet(account, glob=False).select("doc_id", "start", "end", "kind", "rule")
    if doc_ids is not None:
        rows = rows.filter(pl.col("doc_id").is_in(list(doc_ids)))
    found: dict[str, list[Span]] = {}
    for doc_id, *span in rows.collect().iter_rows():
        found.setdefault(doc_id, []).append(Span(*span))
    return found


def with_placeholders(
    text: pa.ChunkedArray, doc_ids: Sequence[str], spans: Mapping[str, Sequence[Span]]
) -> tuple[pa.LargeStringArray, npt.NDArray[np.bool_]]:
    """Released texts with placeholders where the account says that something stands for an identifier.

    Returns:
        The texts (large_string), and bool[n]: whether each is certainly the text that was signed. It is not where a
        date was moved: its placeholder is its year, and the account does not say which that was.
    """
    certain = np.ones(len(text), np.bool_)
    restored = text.to_pylist()
    for row, doc_id in enumerate(doc_ids):
        if found := spans.get(doc_id):
            restored[row] = masked_bytes(restored[row].encode(), list(found))[0].decode(errors="replace")
            certain[row] = all(span.kind != YEARED for span in found)
    return pa.array(restored, pa.large_string()), certain


def _shape(minhash: MinHashConfig) -> str:
    return f"{minhash.bands} bands of {minhash.rows} rows over {minhash.shingle_words} words (seed {minhash.seed})"
