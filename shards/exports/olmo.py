"""OLMo-core's flat arrays: tokens without a header in files named `.npy`, a token after each document.

Layout as of OLMo-core (`docs/source/guides/data_loading.rst`, `src/olmo_core/data/utils.py`): uint16 or uint32 to be
read by `np.memmap`; where a document ends is told by its last token, or by the `.csv.gz` beside (first token, end;
then, as the Dolma toolkit has it, id and source). `olmo.json` holds the fields that `NumpyFSLDatasetConfig` asks for.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import orjson

from corpus.errors import SnapshotError
from shards.exports.documents import Documents, Tokens
from shards.exports.format import Encoding, Files, Part, flat, installed

CONFIG = "olmo.json"


class Olmo:
    """See the module."""

    name: ClassVar[str] = "olmo"
    version: ClassVar[int] = 1
    suffixes: ClassVar[tuple[str, ...]] = (".npy", ".csv.gz")
    eos: ClassVar[str] = "always"

    def stored(self, encoding: Encoding) -> np.dtype[Any]:
        """See `Format.stored`."""
        return encoding.dtype

    def writer(self, folder: Path, stem: str, documents: int, encoding: Encoding) -> _Writer:
        """See `Format.writer`."""
        return _Writer(folder / stem, encoding)

    def split_files(self, split: str, parts: Sequence[Part], encoding: Encoding, snapshot: str) -> dict[str, bytes]:
        """What the data set's configuration must say. There is no token to pad with: OLMo's own pads with `eos`."""
        config = {
            "paths": [f"{part.stem}.npy" for part in parts],
            "dtype": encoding.dtype.name,
            "tokenizer": {
                "vocab_size": encoding.vocabulary,
                "eos_token_id": encoding.eos,
                "pad_token_id": encoding.eos,
                "identifier": encoding.tokenizer,
            },
        }
        return {CONFIG: orjson.dumps(config, option=orjson.OPT_INDENT_2)}

    def whole_files(self, splits: Sequence[str]) -> dict[str, bytes]:
        """None."""
        return {}

    def lengths(self, folder: Path, part: Part, encoding: Encoding) -> npt.NDArray[np.int64]:
        """See `Format.lengths`."""
        with gzip.open(folder / f"{part.stem}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            bounds = [line.split(",", 2)[:2] for line in file]
        found = np.array(bounds, np.int64).reshape(-1, 2)
        if not np.array_equal(found[1:, 0], found[:-1, 1]) or found[:1, 0].any():
            raise SnapshotError(f"{part.stem}.csv.gz leaves tokens between documents")
        return found[:, 1] - found[:, 0]

    def reader(self) -> str | None:
        """numpy's memory map is how OLMo-core reads."""
        return installed("numpy")

    def read(self, folder: Path, parts: Sequence[Part], encoding: Encoding) -> Iterator[tuple[int, Tokens]]:
        """See `Format.read`."""
        for number, part in enumerate(parts):
            yield from ((number, tokens) for tokens in flat(folder / f"{part.stem}.npy", encoding.dtype))


class _Writer(Files):
    def __init__(self, path: Path, encoding: Encoding) -> None:
        super().__init__()
        assert encoding.eos is not None
        self._eos, self._dtype = encoding.eos, encoding.dtype
        self._tokens = self.opened.enter_context(path.with_name(f"{path.name}.npy").open("wb"))
        packed = self.opened.enter_context(path.with_name(f"{path.name}.csv.gz").open("wb"))
        # Neither name nor time in its header: the same documents give the same bytes.
        zipped = gzip.GzipFile("", "wb", compresslevel=6, fileobj=packed, mtime=0)
        self._bounds = self.opened.enter_context(io.TextIOWrapper(zipped, encoding="utf-8", newline=""))
        self._end = 0

    def add(self, documents: Documents) -> None:
        """See `Writer.add`.

        Raises:
            SnapshotError: a document holds the token that ends documents.
        """
        if (documents.ids == self._eos).any():
            raise SnapshotError(f"a document has the token {self._eos}, by which this format tells documents apart")
        self._tokens.write(documents.delimited(self._eos, self._dtype).data)
        ends = self._end + np.cumsum(documents.lengths + 1)
        starts = ends - documents.lengths - 1
        ids = zip(documents.rows["doc_id"].to_pylist(), documents.rows["source"].to_pylist(), strict=True)
        for start, end, (doc_id, source) in zip(starts.tolist(), ends.tolist(), ids, strict=True):
            self._bounds.write(f"{start},{end},{_cell(doc_id)},{source}\n")
        self._end = int(ends[-1])

    def finish(self) -> None:
        """All is written."""


def _cell(value: str) -> str:
    """A cell of CSV."""
    return '"' + value.replace('"', '""') + '"' if any(sign in value for sign in ',"\r\n') else value
