"""The reader contract: a raw file in, records out."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, ClassVar, Protocol, cast

import pyarrow as pa

from corpus.digest import Json
from corpus.document import Record
from corpus.errors import RawFileError
from sources.limits import Limits

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
_BUFFER = 1 << 20
_BOMB_FLOOR = 64 << 20
"""What is unpacked before anyone asks for its ratio."""


class Reader(Protocol):
    """Turns one raw file of one format into records. A new format is one class of this shape."""

    name: ClassVar[str]
    """Name in recipes: `medline`, `jats`."""
    version: ClassVar[int]
    """Raised whenever the same bytes would give other records."""
    doc_types: ClassVar[tuple[str, ...]]
    """Every `doc_type` this reader can give; empty if the data decide."""
    section_policy: ClassVar[str]
    """One sentence: which parts of a record become text."""
    known_losses: ClassVar[tuple[str, ...]]
    """What the format holds and this reader leaves out, a sentence each."""

    @property
    def states(self) -> frozenset[str]:
        """Fields of `corpus.document.Document` beyond the text that the format, read with these options, can state.

        What is not here is null because of the format; what is here and null, because a record leaves it out.
        """

    @property
    def config(self) -> Json:
        """The options this instance was made with, for the stage digest."""

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records of `raw` in file order, in memory that does not grow with the file.

        A damaged record is yielded as `Quarantined` and reading goes on. `facts` counts what the format itself
        says (records, versions, missing abstracts) and is complete once the iterator is exhausted.

        Raises:
            RawFileError: the file as a whole is damaged, perhaps after some records were yielded: discard those.
        """


@dataclass(frozen=True, slots=True)
class RawFile:
    """Bytes as fetched: a local path, or a URL that fsspec knows (`s3://bucket/key`)."""

    path: str
    limits: Limits = field(default=Limits(), kw_only=True)

    @property
    def name(self) -> str:
        """Base name with its suffixes: `pubmed21n1298.xml.gz`."""
        return PurePosixPath(self.path).name

    @property
    def label(self) -> str:
        """What tells this file from others: its base name, or its path in the archive that holds it."""
        return self.name

    def open(self) -> BinaryIO:
        """The bytes as stored, seekable.

        Raises:
            RawFileError: `missing_file`, `unreadable_file`, or `empty_file` for one of no bytes.
        """
        try:
            if "://" in self.path:
                import fsspec

                stream = cast(BinaryIO, fsspec.open(self.path, "rb").open())
            else:
                stream = Path(self.path).open("rb")  # noqa: SIM115  the caller closes it
        except FileNotFoundError as error:
            raise RawFileError("missing_file", self.name) from error
        except OSError as error:
            raise RawFileError("unreadable_file", type(error).__name__) from error
        if not stream.read(1):
            stream.close()
            raise RawFileError("empty_file")
        stream.seek(0)
        return stream

    def stream(self) -> BinaryIO:
        """The decompressed bytes, front to back. The content (magic bytes) decides, not the name.

        Raises:
            RawFileError: as `open`; and here or at any later read `truncated_gzip`, `corrupt_gzip`
                (and so for `zstd`, `bz2`), `decompression_bomb`, `unreadable_file`; `empty_file` if nothing is inside.
        """
        raw = self.open()
        head = raw.read(4)
        raw.seek(0)
        codec = next((codec for magic, codec in _MAGIC.items() if head.startswith(magic)), None)
        stream = io.BufferedReader(_Guarded(raw, codec, self.limits.decompression_ratio), _BUFFER)
        if not stream.peek(1):
            stream.close()
            raise RawFileError("empty_file", f"nothing inside the {codec} frame")
        return cast(BinaryIO, stream)


class _Guarded(io.RawIOBase):
    """Decompresses in bounded memory and names what is wrong with the bytes.

    Arrow's codec, because zstandard's own stream reader takes a truncated frame for a complete one.
    """

    def __init__(self, raw: BinaryIO, codec: str | None, ratio: int) -> None:
        self._raw = raw
        self._ratio = ratio
        self._codec = codec
        self._given = 0
        self._inner = raw if codec is None else pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), codec)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(min(len(buffer), _BUFFER))  # or a bomb is unpacked before anyone asks how large
        except OSError as error:
            if self._codec is None:
                raise RawFileError("unreadable_file", type(error).__name__) from error
            damage = "truncated" if "Truncated" in str(error) else "corrupt"
            raise RawFileError(f"{damage}_{self._codec}", f"near compressed byte {self._raw.tell()}") from error
        buffer[: len(data)] = data
        self._given += len(data)
        if self._codec and self._given > _BOMB_FLOOR and self._given > self._ratio * self._raw.tell():
            raise RawFileError("decompression_bomb", f"{self._given} bytes from {self._raw.tell()}")
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._raw.close()
        super().close()
