"""A folder that Hugging Face's `datasets.load_from_disk` maps into memory: Arrow streams, a row a document.

Layout as of datasets 5 (`Dataset.save_to_disk`): `dataset_dict.json` names the splits; each has `state.json`, which
lists its files, and `dataset_info.json`. Not Parquet for `load_dataset`: a snapshot is that already, and is copied into
a cache of Arrow files when it is loaded. These are those files. `input_ids` stay int32, which every trainer takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from corpus.digest import Json, digest
from shards.exports.documents import Documents, Tokens
from shards.exports.format import Encoding, Files, Part, installed
from shards.tokenizer import INPUT_IDS

SCHEMA = pa.schema(
    [
        pa.field("doc_id", pa.string()),
        pa.field("source", pa.string()),
        pa.field("licence_spdx", pa.string()),
        pa.field("input_ids", INPUT_IDS),
    ]
)
_ROWS = 1000


class Datasets:
    """See the module."""

    name: ClassVar[str] = "datasets"
    version: ClassVar[int] = 1
    suffixes: ClassVar[tuple[str, ...]] = (".arrow",)
    eos: ClassVar[str] = "asked"

    def stored(self, encoding: Encoding) -> np.dtype[Any]:
        """See `Format.stored`."""
        return np.dtype("<i4")

    def writer(self, folder: Path, stem: str, documents: int, encoding: Encoding) -> _Writer:
        """See `Format.writer`."""
        return _Writer(folder / f"{stem}.arrow", encoding)

    def split_files(self, split: str, parts: Sequence[Part], encoding: Encoding, snapshot: str) -> dict[str, bytes]:
        """The list of files, and facts. Columns are as the files have them: how they are described differs by
        version."""
        names = [f"{part.stem}.arrow" for part in parts]
        said: Json = {"snapshot": snapshot, "split": split, "files": names, "eos": encoding.eos}
        state: dict[str, object] = {
            "_data_files": [{"filename": name} for name in names],
            "_fingerprint": digest(said)[:16],
            "_format_columns": None,
            "_format_kwargs": {},
            "_format_type": None,
            "_output_all_columns": False,
            "_split": split,
        }
        info = {"description": f"Snapshot {snapshot}, split {split}; export.json says more."}
        return {"state.json": _pretty(state), "dataset_info.json": _pretty(info)}

    def whole_files(self, splits: Sequence[str]) -> dict[str, bytes]:
        """The list of splits."""
        return {"dataset_dict.json": _pretty({"splits": list(splits)})}

    def lengths(self, folder: Path, part: Part, encoding: Encoding) -> npt.NDArray[np.int64]:
        """See `Format.lengths`."""
        with pa.memory_map(str(folder / f"{part.stem}.arrow")) as file, pa.ipc.open_stream(file) as batches:
            found = [np.diff(batch.column("input_ids").offsets.to_numpy()) for batch in batches]
        return np.concatenate([np.zeros(0, np.int64), *found]).astype(np.int64)

    def reader(self) -> str | None:
        """datasets."""
        return installed("datasets")

    def read(self, folder: Path, parts: Sequence[Part], encoding: Encoding) -> Iterator[tuple[int, Tokens]]:
        """See `Format.read`."""
        if self.reader() is None:
            for number, part in enumerate(parts):
                with pa.memory_map(str(folder / f"{part.stem}.arrow")) as file, pa.ipc.open_stream(file) as batches:
                    for batch in batches:
                        yield number, batch.column("input_ids").flatten().to_numpy()
            return
        from datasets import Dataset

        rows = Dataset.load_from_disk(str(folder)).with_format("arrow")
        first = 0
        for number, part in enumerate(parts):
            for start in range(first, first + part.documents, _ROWS):
                table = rows[start : min(start + _ROWS, first + part.documents)]
                for chunk in table["input_ids"].chunks:
                    yield number, chunk.flatten().to_numpy()
            first += part.documents


class _Writer(Files):
    def __init__(self, path: Path, encoding: Encoding) -> None:
        super().__init__()
        self._eos = encoding.eos
        self._stream = self.opened.enter_context(pa.ipc.new_stream(str(path), SCHEMA))

    def add(self, documents: Documents) -> None:
        """See `Writer.add`."""
        ends = np.cumsum(documents.lengths + (self._eos is not None))
        offsets = np.concatenate([[0], ends]).astype(np.int32)
        ids = pa.ListArray.from_arrays(
            pa.array(offsets), pa.array(documents.delimited(self._eos, np.int32)), type=INPUT_IDS
        )
        columns = [documents.rows[name].combine_chunks() for name in SCHEMA.names[:-1]]
        plain = [column.cast(kind) for column, kind in zip(columns, SCHEMA.types, strict=False)]
        self._stream.write_batch(pa.record_batch([*plain, ids], schema=SCHEMA))

    def finish(self) -> None:
        """All is written."""


def _pretty(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
