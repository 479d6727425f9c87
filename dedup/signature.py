"""Signatures: what deduplication needs to know of a text, in columns of fixed width."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from corpus.digest import Json
from corpus.stage import attribute
from corpus.unicode import VERSION

ALGORITHM = "fast-similarity-sketch"
ALGORITHM_VERSION = 1
"""Raised whenever one configuration would give other hashes. Signatures of two versions must never be compared."""


class MinHashConfig(BaseModel):
    """Shape and seed of a signature.

    Two texts of Jaccard similarity J become candidates with probability 1 - (1 - J^rows)^bands (Leskovec, Rajaraman,
    Ullman, "Mining of Massive Datasets", section 3.4.2): with 16 bands of 6 rows 0.992 at J = 0.8, 0.99999 at J = 0.9,
    0.22 at J = 0.5 and 0.00002 at J = 0.1. (14 bands of 8 rows, which many use, find 0.92 at J = 0.8.)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shingle_words: int = Field(default=5, ge=1, le=64)
    """Consecutive words in a shingle."""
    bands: int = Field(default=16, ge=1, le=100)
    rows: int = Field(default=6, ge=1, le=100)
    """Minima hashed into one band key."""
    seed: int = Field(default=1, ge=0)

    def keys(self) -> npt.NDArray[np.uint64]:
        """One key a round of the sketch: uint64[2 * bands * rows], drawn by PCG64 from `seed`."""
        raw = np.random.Generator(np.random.PCG64(self.seed)).bytes(2 * self.bands * self.rows * 8)
        return np.frombuffer(raw, dtype="<u8").astype(np.uint64)

    def band_names(self) -> list[str]:
        """`band_00`, `band_01`, ..."""
        return [f"band_{band:02d}" for band in range(self.bands)]


class SignatureAnnotator:
    """Exact key, shingle count and MinHash band keys of each document (a `corpus.stage.Annotator`).

    A document without a word has `n_shingles` 0 and every key 0; the functions of `dedup.candidates` never pair key 0.
    """

    name = "signature"
    version = 1

    def __init__(self, config: MinHashConfig | None = None) -> None:
        self.minhash = config or MinHashConfig()

    @property
    def config(self) -> Json:
        """The MinHash configuration, the algorithm, and the Unicode version that says what a letter is."""
        return {
            "minhash": self.minhash.model_dump(),
            "algorithm": ALGORITHM,
            "algorithm_version": ALGORITHM_VERSION,
            "unicode": VERSION,
        }

    @property
    def schema(self) -> pa.Schema:
        """`exact_hi`, `exact_lo`, `n_shingles`, then one column a band."""
        exact = "half of the 128-bit hash of the sequence of case-folded words; both are 0 if there are none"
        band = "hash of the {rows} minima in band {band}; 0 if the document has no words"
        return pa.schema(
            [
                attribute("exact_hi", pa.uint64(), f"high {exact}"),
                attribute("exact_lo", pa.uint64(), f"low {exact}"),
                attribute("n_shingles", pa.int32(), "shingles, repeats included; 0 if there are no words", "shingles"),
                *(
                    attribute(name, pa.uint64(), band.format(rows=self.minhash.rows, band=number))
                    for number, name in enumerate(self.minhash.band_names())
                ),
            ]
        )

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Signatures of the `text` column, same rows in the same order."""
        from corpus.kernel import text_buffers
        from dedup.shingles import lookup_tables
        from dedup.sketch import signatures

        data, offsets = text_buffers(documents.column("text"))
        count = documents.num_rows
        exact = np.zeros((2, count), np.uint64)
        n_shingles = np.zeros(count, np.int32)
        bands = np.zeros((self.minhash.bands, count), np.uint64)
        signatures(
            data,
            offsets,
            lookup_tables(),
            self.minhash.shingle_words,
            self.minhash.keys(),
            exact,
            n_shingles,
            bands,
        )
        columns = [pa.array(values) for values in (exact[0], exact[1], n_shingles, *bands)]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)
