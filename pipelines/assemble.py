"""Kept documents of one bundle as they will be released: masked, tokenized, placed into splits and shards.

The product is one Parquet file whose row groups each belong to one shard; `index` in the summary says which. A shard
then reads exactly its row groups from every bundle.
"""

from __future__ import annotations

import hashlib
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
from dedup.signature import MinHashConfig, SignatureAnnotator
from filters.phi.release import RELEASED_SPANS, Release, items_in
from filters.phi.surrogates import Key
from manifests.labels import label_sums
from pipelines.conclude import AMOUNT
from pipelines.genres import with_genres
from pipelines.measure import ROWS
from pipelines.provenance import (
    ATTRIBUTED,
    ATTRIBUTION,
    attributions,
    masked_headings,
    masked_words,
    null_reasons,
    provenance,
    released_rights,
)
from pipelines.shortened import Released, shortened
from pipelines.slices import slice_rows
from pipelines.statistics import Before, Statistics
from shards.place import TRAIN, shards_of
from shards.signatures import PACKED, packed
from shards.tokenizer import Tokenizer, load_tokenizer
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
    `params["held_out"]` of those that are not in train, `params["stands_for"]` of survivors, `params["works"]` of what
    other records say, `params["cuts"]` of paragraphs to cut.
    """
    index: list[list[Json]] = []
    counts = Statistics(params["signature"]["shingle_words"])
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
    clusters: dict[int, str] = {row: cluster for row, cluster, *_ in slice_rows(work, params["clusters"])}
    held_out: dict[int, str] = dict(slice_rows(work, params["held_out"]))
    stands_for = {row: lists for row, *lists in slice_rows(work, params["stands_for"])}
    state = {row: retraction for row, retraction, *_ in slice_rows(work, params["works"]) if retraction}
    cuts: dict[int, list[int]] = {}
    for row, line in slice_rows(work, params["cuts"]):
        cuts.setdefault(row, []).append(line)
    needed = ["documents", "licence", "language", "phi", "signature", *(["classifier"] if params["genres"] else [])]
    files = {s: pq.ParquetFile(work.product(s, digests[s]) / ROWS) for s in needed}
    tokenizer = load_tokenizer(Path(params["tokenizer"]))
    release = Release(Key.load(Path(params["phi_key"][0])) if params["phi_key"] else None)
    annotator = SignatureAnnotator(MinHashConfig(**params["signature"]))
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
            whole, spans = release.column(_chunk(documents["text"]), found, doc_ids, policies)
            whole = _chunk(whole)
            lines = [cuts.get(place, []) for place in places]
            as_read = part["phi"].select(["phi_spans", "phi_policy"])
            for name in ("text", "doc_id"):
                as_read = as_read.append_column(name, documents[name])
            uncut = Released(whole, spans, part["signature"])
            # Signed was the text as it was compared, with the evaluation items that are masked now.
            text, spans, signature = shortened(uncut, as_read, lines, items_in(found) > 0, release, annotator)
            ids = tokenizer.encode(text)
            cluster = [clusters.get(place, name) for place, name in zip(places, doc_ids, strict=True)]
            others = [stands_for.get(place, _NONE) for place in places]
            stated = zip(places, documents["retraction"].to_pylist(), strict=True)
            read = mine[kept]
            masked = part["phi"]["phi_count"].to_numpy() > 0
            cut = np.array([len(one) for one in lines], np.int32)
            changed = masked | (cut > 0)
            columns = {
                **{name: documents[name] for name in _COPIED},
                **masked_words(documents, part["phi"]["phi_policy"]),
                "mesh": masked_headings(documents),
                **provenance(documents, params),
                **released_rights(part["licence"], changed | (not params["verbatim"])),
                "source": pa.array([params["source"]] * len(kept)),
                "text": text,
                "input_ids": ids,
                "n_tokens": pc.list_value_length(ids),
                "n_bytes": pc.binary_length(text).cast(pa.int64()),
                "n_words": _words(text, read["words"].to_numpy(), changed),
                "retraction": [state.get(place, own) for place, own in stated],
                **{
                    name: pa.array([lists[number] for lists in others], pa.list_(pa.string()))
                    for number, name in enumerate(_STANDS_FOR)
                },
                "split": [held_out.get(place, TRAIN) for place in places],
                "cluster_id": cluster,
                "language": part["language"]["language"],
                "language_score": part["language"]["language_score"],
                "text_sha256": [hashlib.sha256(t.encode()).hexdigest() for t in text.to_pylist()],
                "phi_policy": policies,
                "phi_masked": pc.list_value_length(spans),
                "paragraphs_cut": cut,
                "phi_spans": spans,
                "signature": packed(signature),
            }
            columns["nulls"] = null_reasons(columns, documents["refused"], set(params["states"]))
            rows = pa.table(columns).select(ASSEMBLED.names).cast(ASSEMBLED)
            counts.add(rows, masked, Before(read, _uncut(rows, whole, cut > 0, tokenizer)))
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


def _words(text: pa.LargeStringArray, as_read: np.ndarray[Any, Any], changed: np.ndarray[Any, Any]) -> pa.Array:
    """Words of each text: counted again only where it was `changed`."""
    words = as_read.astype(np.int64).copy()
    for row in np.flatnonzero(changed):
        words[row] = count_words(text[int(row)].as_py())
    return pa.array(words)


def _uncut(rows: pa.Table, whole: pa.LargeStringArray, cut: np.ndarray[Any, Any], tokenizer: Tokenizer) -> pl.DataFrame:
    """Bytes, words and tokens of each masked text before something was `cut` from it; `rows` are what is released."""
    found = {name: rows[f"n_{name}"].to_numpy().astype(np.int64) for name in AMOUNT[1:]}
    if cut.any():
        text = whole.filter(pa.array(cut))
        found["bytes"][cut] = pc.binary_length(text).to_numpy()
        found["words"][cut] = [count_words(one) for one in text.to_pylist()]
        found["tokens"][cut] = pc.list_value_length(tokenizer.encode(text)).to_numpy()
    return pl.DataFrame(found)


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


def _chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
