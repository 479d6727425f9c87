"""Kept documents of one bundle as they will be released: masked, tokenized, placed into splits and shards.

The product is one Parquet file whose row groups each belong to one shard; `index` in the summary says which. A shard
then reads exactly its row groups from every bundle.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.tables import write_frame
from corpus.verdict import Verdict
from corpus.words import count_words
from dedup.identity import KINDS
from dedup.interop import empty_registers, merged, registers
from filters.phi.release import RELEASED_SPANS, Release
from filters.phi.surrogates import Key
from manifests.labels import label_sums
from pipelines.conclude import AMOUNT
from pipelines.genres import with_genres
from pipelines.measure import ROWS
from pipelines.provenance import (
    ATTRIBUTED,
    ATTRIBUTION,
    attributions,
    masked_words,
    null_reasons,
    provenance,
    released_rights,
)
from pipelines.slices import slice_rows
from shards.place import shards_of, split_of
from shards.signatures import N_SHINGLES, PACKED, packed
from shards.tokenizer import load_tokenizer
from shards.write import ROW

REGISTERS = "registers.npy"
"""Registers of the bundle's distinct shingles (`dedup.interop`)."""

LABELS = "labels.parquet"
"""Sums of the released rows by label (`manifests.labels.SUMS`): of labels there may be too many for a summary."""

_BUFFER = 64 * 2**20
"""Bytes of rows held before they are written out by shard."""

_COPIED = [
    "doc_id",
    "doc_type",
    "genre",
    "genre_evidence",
    "published",
    *KINDS,
    "version",
    "raw_file",
    "record",
    "offset",
]

_STANDS_FOR = ("stands_for", "other_ids", "other_sources", "other_licences")
_NONE: list[list[str]] = [[] for _ in _STANDS_FOR]

ASSEMBLED = pa.schema(
    [
        *ROW,
        pa.field("phi_spans", RELEASED_SPANS, nullable=False),
        pa.field("signature", PACKED, nullable=False),
    ]
)
"""Released rows, and what goes beside the shards: what stands for identifiers in their text, and signatures."""


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `assembled` of one bundle: released rows, and whom they owe attribution.

    Slices: `params["merges"]` of merged documents, `params["clusters"]` of documents in a split group,
    `params["stands_for"]` of survivors, `params["works"]` of what other records say.
    """
    index: list[list[Json]] = []
    counts = Statistics(params["shingle_words"])
    folder = folders["assembled"]
    options = {"compression": "zstd", "compression_level": 1}
    with (
        pq.ParquetWriter(folder / ROWS, ASSEMBLED, **options) as writer,
        pq.ParquetWriter(folder / ATTRIBUTED, ATTRIBUTION, **options) as attributed,
    ):
        held: list[pa.Table] = []
        weight = 0
        for rows, owed in _rows(params, work, counts):
            held.append(rows)
            attributed.write_table(owed)
            weight += rows.nbytes
            if weight >= _BUFFER:
                _flush(held, params["shards"], writer, index)
                weight = 0
        _flush(held, params["shards"], writer, index)
    write_frame(label_sums([folder / ROWS]), folder / LABELS)
    np.save(folder / REGISTERS, counts.registers)
    return {"assembled": {"index": index, **counts.summary()}}


def _rows(params: dict[str, Any], work: WorkFolder, counts: Statistics) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Released rows of each row group of the bundle, in document order, and their attributions."""
    digests = params["digests"]
    verdicts = pl.read_parquet(work.product("verdicts", digests["verdicts"]) / ROWS, glob=False)
    merged = {row for row, *_ in slice_rows(work, params["merges"])}
    clusters: dict[int, str] = dict(slice_rows(work, params["clusters"]))
    stands_for = {row: lists for row, *lists in slice_rows(work, params["stands_for"])}
    state = {row: retraction for row, retraction, *_ in slice_rows(work, params["works"]) if retraction}
    needed = ["documents", "licence", "language", "phi", "signature", *(["classifier"] if params["genres"] else [])]
    files = {s: pq.ParquetFile(work.product(s, digests[s]) / ROWS) for s in needed}
    tokenizer = load_tokenizer(Path(params["tokenizer"]))
    release = Release(Key.load(Path(params["phi_key"][0])) if params["phi_key"] else None)
    start = 0
    for group in range(files["documents"].num_row_groups):
        part = {name: file.read_row_group(group) for name, file in files.items()}
        size = len(part["documents"])
        mine = verdicts.slice(start, size)
        kept = np.flatnonzero((mine["verdict"] == Verdict.KEEP.value).to_numpy())
        kept = np.array([row for row in kept if start + row not in merged], np.int64)
        if len(kept):
            part = {name: table.take(pa.array(kept)).combine_chunks() for name, table in part.items()}
            documents = _with_genres(part, params["genres"])
            places = [start + int(row) for row in kept]
            doc_ids, policies = documents["doc_id"].to_pylist(), part["phi"]["phi_policy"].to_pylist()
            found = _chunk(part["phi"]["phi_spans"])
            text, spans = release.column(_chunk(documents["text"]), found, doc_ids, policies)
            text = _chunk(text)
            ids = tokenizer.encode(text)
            cluster = [clusters.get(place, name) for place, name in zip(places, doc_ids, strict=True)]
            others = [stands_for.get(place, _NONE) for place in places]
            stated = zip(places, documents["retraction"].to_pylist(), strict=True)
            read = mine[kept]
            masked = part["phi"]["phi_count"].to_numpy() > 0
            columns = {
                **{name: documents[name] for name in _COPIED},
                **masked_words(documents, part["phi"]["phi_policy"]),
                **provenance(documents, params),
                **released_rights(part["licence"], masked | (not params["verbatim"])),
                "source": pa.array([params["source"]] * len(kept)),
                "text": text,
                "input_ids": ids,
                "n_tokens": pc.list_value_length(ids),
                "n_bytes": pc.binary_length(text).cast(pa.int64()),
                "n_words": _words(text, read["words"].to_numpy(), masked),
                "retraction": [state.get(place, own) for place, own in stated],
                **{
                    name: pa.array([lists[number] for lists in others], pa.list_(pa.string()))
                    for number, name in enumerate(_STANDS_FOR)
                },
                "split": [
                    split_of(c, validation_share=params["validation_share"], seed=params["seed"]) for c in cluster
                ],
                "cluster_id": cluster,
                "language": part["language"]["language"],
                "language_score": part["language"]["language_score"],
                "text_sha256": [hashlib.sha256(t.encode()).hexdigest() for t in text.to_pylist()],
                "phi_policy": policies,
                "phi_masked": part["phi"]["phi_count"],
                "phi_spans": spans,
                "signature": packed(part["signature"]),
            }
            columns["nulls"] = null_reasons(columns, documents["refused"], set(params["states"]))
            rows = pa.table(columns).select(ASSEMBLED.names).cast(ASSEMBLED)
            counts.add(rows, read, part["phi"]["phi_spans"])
            yield rows, attributions(rows, documents, params)
        start += size
    for file in files.values():
        file.close()


def _with_genres(part: dict[str, pa.Table], genres: list[dict[str, Any]]) -> pa.Table:
    """The documents, with kinds of publication that their records do not state."""
    documents = part["documents"]
    if not genres:
        return documents
    stated = pl.DataFrame({name: pl.Series(documents[name]) for name in ("genre", "genre_evidence")})
    scores = {name: pl.Series(part["classifier"][name]) for name in part["classifier"].column_names}
    filled = with_genres(stated, scores, genres)
    for name in stated.columns:
        place = documents.schema.get_field_index(name)
        documents = documents.set_column(
            place, documents.schema.field(place), filled[name].to_arrow().cast(pa.string())
        )
    return documents


def _words(text: pa.LargeStringArray, as_read: np.ndarray[Any, Any], masked: np.ndarray[Any, Any]) -> pa.Array:
    """Words of each text: counted again only where masking changed it."""
    words = as_read.astype(np.int64).copy()
    for row in np.flatnonzero(masked):
        words[row] = count_words(text[int(row)].as_py())
    return pa.array(words)


def _flush(held: list[pa.Table], shards: dict[str, int], writer: pq.ParquetWriter, index: list[list[Json]]) -> None:
    """Write held rows as one row group a shard, and say which is whose."""
    if not held:
        return
    rows = pa.concat_tables(held)
    held.clear()
    splits = np.array(rows["split"].to_pylist(), object)
    for split, count in sorted(shards.items()):
        where = np.flatnonzero(splits == split)
        numbers = np.array(shards_of(rows["doc_id"].take(pa.array(where)).to_pylist(), count), np.int64)
        for number in np.unique(numbers):
            chosen = rows.take(pa.array(where[numbers == number]))
            writer.write_table(chosen, row_group_size=len(chosen))
            index.append([split, int(number), len(index)])


class Statistics:
    """Sums over released rows: by split, licence, type, year, language, length; identifiers masked; shingles."""

    def __init__(self, shingle_words: int) -> None:
        self._shingle_words = shingle_words
        self.registers = empty_registers()
        """Of the shingles of the released text (`dedup.interop`)."""
        self._sums: dict[str, Counter[tuple[str, str]]] = {}
        self._spans: Counter[str] = Counter()
        self._span_documents: Counter[str] = Counter()
        self._masked: Counter[str] = Counter()
        self._shingles = 0

    def add(self, rows: pa.Table, read: pl.DataFrame, spans: pa.ChunkedArray) -> None:
        """Count `rows`, which were `read` (bytes, words, tokens) before masking took out `spans`."""
        frame = pl.DataFrame(
            {
                "split": rows["split"],
                "licence": rows["licence_spdx"],
                "doc_type": rows["doc_type"],
                "genre": pl.Series(rows["genre"]).fill_null("not stated"),
                "year": pl.Series(rows["published"]).str.slice(0, 4).fill_null("unknown"),
                "language": rows["language"],
                "bytes": rows["n_bytes"],
                "words": rows["n_words"],
                "tokens": rows["n_tokens"].cast(pa.int64()),
            }
        ).with_columns(pl.lit(1, pl.Int64).alias("documents"))
        rights = pl.struct(pl.col("licence").alias("spdx"), *pl.Series(rows["rights"]).struct.unnest())
        frame = frame.with_columns(rights.struct.json_encode().alias("rights"))
        bins = (frame["tokens"].clip(lower_bound=1).log(2).floor().cast(pl.Int64)).cast(pl.String)
        frame = frame.with_columns(bins.alias("length"))
        for kind in ("split", "licence", "rights", "doc_type", "genre", "year", "language", "length"):
            sums = self._sums.setdefault(kind, Counter())
            for label, *amount in frame.group_by(kind).agg(pl.col(AMOUNT).sum()).iter_rows():
                sums.update({(label, name): value for name, value in zip(AMOUNT, amount, strict=True)})
        self._shingles += int(pc.sum(pc.list_element(rows["signature"], N_SHINGLES)).as_py() or 0)
        self.registers = merged([self.registers, registers(_chunk(rows["text"]), self._shingle_words)])
        changed = rows["phi_masked"].to_numpy() > 0
        self._masked["documents"] += int(changed.sum())
        for name in ("bytes", "words", "tokens"):
            self._masked[name] += int(read[name].sum()) - int(frame[name].sum())
        kinds = pl.DataFrame({"kind": pl.Series(spans)}).with_row_index("row").explode("kind").drop_nulls("kind")
        found = kinds.select("row", pl.col("kind").struct.field("kind"))
        for kind, count, documents in (
            found.group_by("kind").agg(pl.len(), pl.col("row").n_unique().alias("documents")).iter_rows()
        ):
            self._spans[kind] += count
            self._span_documents[kind] += documents

    def summary(self) -> dict[str, Json]:
        """Everything counted, as plain JSON."""
        return {
            "sums": {
                kind: {
                    label: {name: sums[label, name] for name in AMOUNT}
                    for label in sorted({label for label, _ in sums})
                }
                for kind, sums in sorted(self._sums.items())
            },
            "spans": {kind: [self._spans[kind], self._span_documents[kind]] for kind in sorted(self._spans)},
            "masked": {name: self._masked[name] for name in AMOUNT},
            "shingles": self._shingles,
        }


def _chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
