"""datatrove's and nanotron's `.ds`: tokens without a header; `.ds.index` and `.ds.metadata` beside them.

Layout as of datatrove 0.10 (`pipeline/tokens/tokenizer.py`): tokens are uint16 or uint32; the index is the end of each
document in tokens, uint64; the metadata are three lines of text. `DatatroveFolderDataset` reads a split's folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, log10
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from shards.exports.documents import Documents, Tokens
from shards.exports.format import Encoding, Files, Part, flat, installed

_WINDOW = 2048


class Datatrove:
    """See the module."""

    name: ClassVar[str] = "datatrove"
    version: ClassVar[int] = 1
    suffixes: ClassVar[tuple[str, ...]] = (".ds", ".ds.index", ".ds.metadata")
    eos: ClassVar[str] = "default"

    def stored(self, encoding: Encoding) -> np.dtype[Any]:
        """See `Format.stored`."""
        return encoding.dtype

    def writer(self, folder: Path, stem: str, documents: int, encoding: Encoding) -> _Writer:
        """See `Format.writer`."""
        return _Writer(folder / f"{stem}.ds", encoding)

    def split_files(self, split: str, parts: Sequence[Part], encoding: Encoding, snapshot: str) -> dict[str, bytes]:
        """None."""
        return {}

    def whole_files(self, splits: Sequence[str]) -> dict[str, bytes]:
        """None."""
        return {}

    def lengths(self, folder: Path, part: Part, encoding: Encoding) -> npt.NDArray[np.int64]:
        """See `Format.lengths`."""
        ends: npt.NDArray[np.int64] = np.fromfile(folder / f"{part.stem}.ds.index", "<u8").astype(np.int64)
        return np.diff(ends, prepend=np.int64(0))

    def reader(self) -> str | None:
        """datatrove's data set, which needs torch."""
        return installed("datatrove", "torch")

    def read(self, folder: Path, parts: Sequence[Part], encoding: Encoding) -> Iterator[tuple[int, Tokens]]:
        """See `Format.read`. What no whole window holds, datatrove leaves out: that is read in windows of one."""
        if self.reader() is None:
            for number, part in enumerate(parts):
                yield from ((number, tokens) for tokens in flat(folder / f"{part.stem}.ds", encoding.dtype))
            return
        from datatrove.utils.dataset import DatatroveFileDataset  # type: ignore[import-untyped]

        def opened(part: Part, window: int) -> Any:
            path = str(folder / f"{part.stem}.ds")
            return DatatroveFileDataset(path, seq_len=window - 1, token_size=encoding.dtype.itemsize)

        for number, part in enumerate(parts):
            windows, single = opened(part, _WINDOW), opened(part, 1)
            for item in range(len(windows)):
                yield number, windows[item]["input_ids"].numpy()
            for item in range(len(windows) * _WINDOW, len(single)):
                yield number, single[item]["input_ids"].numpy()


class _Writer(Files):
    def __init__(self, path: Path, encoding: Encoding) -> None:
        super().__init__()
        self._path, self._encoding = path, encoding
        self._tokens = self.opened.enter_context(path.open("wb"))
        self._index = self.opened.enter_context(path.with_name(f"{path.name}.index").open("wb"))
        self._end = 0

    def add(self, documents: Documents) -> None:
        """See `Writer.add`."""
        self._tokens.write(documents.delimited(self._encoding.eos, self._encoding.dtype).data)
        lengths = documents.lengths + (self._encoding.eos is not None)
        ends = self._end + np.cumsum(lengths)
        self._index.write(ends.astype("<u8").data)
        self._end = int(ends[-1])

    def finish(self) -> None:
        """See `Writer.finish`."""
        name = f"{self._encoding.tokenizer}|{self._encoding.dtype.itemsize}"
        metadata = self._path.with_name(f"{self._path.name}.metadata")
        metadata.write_text(f"{name}\n{self._end}\n{in_words(self._end)}", encoding="utf-8")


def in_words(tokens: int) -> str:
    """`1.23 MT`: three digits and an SI prefix, as datatrove's metadata have it."""
    exponent = floor(log10(tokens)) if tokens else 0
    if round(tokens / 10 ** (exponent - 2)) >= 1000:  # 999,999 is 1.00 M
        exponent += 1
    thousands, place = divmod(exponent, 3)
    return f"{tokens / 1000**thousands:.{2 - place}f} {' kMGTPE'[thousands].strip()}T"
