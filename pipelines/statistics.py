"""What a bundle adds to the statements of the manifest: sums over its released rows."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpus.digest import Json
from dedup.interop import empty_registers, merged, registers
from pipelines.conclude import AMOUNT
from shards.signatures import N_SHINGLES


class Before(NamedTuple):
    """`bytes`, `words` and `tokens` of documents, int64[n] each, before something was taken from their text."""

    masking: pl.DataFrame
    """As read."""
    cutting: pl.DataFrame
    """As masked."""


class Statistics:
    """Sums over released rows: by split, licence, type, year, language, length; identifiers masked; shingles; what was
    taken out."""

    def __init__(self, shingle_words: int) -> None:
        self._shingle_words = shingle_words
        self.registers = empty_registers()
        """Of the shingles of the released text (`dedup.interop`)."""
        self._sums: dict[str, Counter[tuple[str, str]]] = {}
        self._spans: Counter[str] = Counter()
        self._span_documents: Counter[str] = Counter()
        self._masked: Counter[str] = Counter()
        self._cut: Counter[str] = Counter()
        self._shingles = 0

    def add(self, rows: pa.Table, masked: npt.NDArray[np.bool_], before: Before) -> None:
        """Count `rows`, some of which were `masked`."""
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
        text = rows["text"].combine_chunks()
        self.registers = merged([self.registers, registers(text, self._shingle_words)])
        self._masked["documents"] += int(masked.sum())
        self._cut["documents"] += int((rows["paragraphs_cut"].to_numpy() > 0).sum())
        for name in AMOUNT[1:]:
            read, whole, left = (int(amounts[name].sum()) for amounts in (*before, frame))
            self._masked[name] += read - whole
            self._cut[name] += whole - left
        kinds = (
            pl.DataFrame({"kind": pl.Series(rows["phi_spans"])})
            .with_row_index("row")
            .explode("kind")
            .drop_nulls("kind")
        )
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
            "cut": {name: self._cut[name] for name in AMOUNT},
            "shingles": self._shingles,
        }
