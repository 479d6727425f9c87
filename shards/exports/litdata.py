"""litdata's chunks of tokens, an item a document; `TokensLoader` cuts them into blocks of any size.

Layout as of litdata 0.2.76 (`streaming/writer.py`): a chunk is the number of items and the first byte of each item, and
the end, as uint32, then the items; `index.json` lists the chunks of a folder. Written without litdata, which needs
torch. Tokens are torch's uint16 or int32: it has no other for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import orjson

from corpus.errors import BuildStopped, SnapshotError
from shards.exports.documents import Documents, Tokens
from shards.exports.format import Encoding, Files, Part, flat, installed

INDEX = "index.json"
_FORMATS = {2: "no_header_tensor:20", 4: "no_header_tensor:15"}
"""By bytes a token: torch.uint16, torch.int32, by their numbers in `litdata.constants`."""
_LEAF = '[1, {"type": null, "context": null, "children_spec": []}]'
"""What litdata writes of an item that is one tensor (a serialized pytree)."""
_WINDOW = 1024
_LARGEST = 1 << 32
"""Bytes of a chunk."""


class Litdata:
    """See the module."""

    name: ClassVar[str] = "litdata"
    version: ClassVar[int] = 1
    suffixes: ClassVar[tuple[str, ...]] = (".bin",)
    eos: ClassVar[str] = "default"

    def stored(self, encoding: Encoding) -> np.dtype[Any]:
        """See `Format.stored`."""
        return np.dtype("<u2" if encoding.dtype.itemsize == 2 else "<i4")

    def writer(self, folder: Path, stem: str, documents: int, encoding: Encoding) -> _Writer:
        """See `Format.writer`."""
        return _Writer(folder / f"{stem}.bin", documents, encoding.eos, self.stored(encoding))

    def split_files(self, split: str, parts: Sequence[Part], encoding: Encoding, snapshot: str) -> dict[str, bytes]:
        """The index. Its `updated_at`, by which litdata knows that a cached copy is old, names the snapshot."""
        chunks = [
            {
                "chunk_bytes": part.bytes,
                "chunk_size": part.documents,
                "dim": part.length(encoding),
                "filename": f"{part.stem}.bin",
            }
            for part in parts
        ]
        config = {
            "chunk_bytes": max((part.bytes for part in parts), default=0),
            "chunk_size": None,
            "compression": None,
            "data_format": [_FORMATS[encoding.dtype.itemsize]],
            "data_spec": _LEAF,
            "encryption": None,
            "item_loader": "TokensLoader",
        }
        index = {"chunks": chunks, "config": config, "updated_at": snapshot}
        return {INDEX: orjson.dumps(index, option=orjson.OPT_SORT_KEYS)}

    def whole_files(self, splits: Sequence[str]) -> dict[str, bytes]:
        """None."""
        return {}

    def lengths(self, folder: Path, part: Part, encoding: Encoding) -> npt.NDArray[np.int64]:
        """See `Format.lengths`."""
        with (folder / f"{part.stem}.bin").open("rb") as file:
            count = int(np.fromfile(file, "<u4", 1)[0])
            offsets = np.fromfile(file, "<u4", count + 1).astype(np.int64)
        if offsets[0] != _header(count) or offsets[-1] != part.bytes:
            raise SnapshotError(f"{part.stem}.bin has other bounds than its header says")
        return np.diff(offsets) // encoding.dtype.itemsize

    def reader(self) -> str | None:
        """litdata's data set with its loader of tokens."""
        return installed("litdata", "torch")

    def read(self, folder: Path, parts: Sequence[Part], encoding: Encoding) -> Iterator[tuple[int, Tokens]]:
        """See `Format.read`. litdata leaves out what no whole block of a chunk holds: that is read in blocks of one."""
        if self.reader() is None:
            for number, part in enumerate(parts):
                path = folder / f"{part.stem}.bin"
                yield from ((number, tokens) for tokens in flat(path, self.stored(encoding), _header(part.documents)))
            return
        from litdata import StreamingDataset
        from litdata.streaming.item_loader import TokensLoader

        def opened(block: int) -> Any:
            return StreamingDataset(str(folder), item_loader=TokensLoader(block_size=block), shuffle=False)

        blocks, single = opened(_WINDOW), opened(1)
        first_block = first_token = 0
        for number, part in enumerate(parts):
            length = part.length(encoding)
            whole = length // _WINDOW
            for item in range(first_block, first_block + whole):
                yield number, blocks[item].numpy()
            for item in range(first_token + whole * _WINDOW, first_token + length):
                yield number, single[item].numpy()
            first_block, first_token = first_block + whole, first_token + length


class _Writer(Files):
    def __init__(self, path: Path, documents: int, eos: int | None, stored: np.dtype[Any]) -> None:
        super().__init__()
        self._eos, self._stored = eos, stored
        self._file = self.opened.enter_context(path.open("wb"))
        self._offsets = np.zeros(documents + 1, np.int64)
        self._offsets[0] = _header(documents)
        self._written = 0
        self._file.seek(_header(documents))

    def add(self, documents: Documents) -> None:
        """See `Writer.add`."""
        self._file.write(documents.delimited(self._eos, self._stored).data)
        lengths = documents.lengths + (self._eos is not None)
        end = self._written + len(lengths)
        self._offsets[self._written + 1 : end + 1] = (
            self._offsets[self._written] + np.cumsum(lengths) * self._stored.itemsize
        )
        self._written = end

    def finish(self) -> None:
        """See `Writer.finish`.

        Raises:
            BuildStopped: the chunk is larger than the format can say.
        """
        if self._offsets[-1] >= _LARGEST:
            raise BuildStopped("a shard is over 4 GiB in this format; build with a smaller `shards.tokens`")
        self._file.seek(0)
        self._file.write(np.uint32(len(self._offsets) - 1).tobytes())
        self._file.write(self._offsets.astype("<u4").data)


def _header(documents: int) -> int:
    """Bytes before the first item."""
    return 4 * (documents + 2)
