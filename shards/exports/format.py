"""What a format must tell and do, so that any shard can be written in it and read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from shards.exports.documents import Documents, Tokens, token_type

AT_ONCE = 1 << 20
"""Tokens read back at a time."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How token ids are written."""

    tokenizer: str
    """File name of the tokenizer."""
    vocabulary: int
    eos: int | None
    """Written after each document, or None."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint16 or uint32, the lowest byte first."""
        return np.dtype(token_type(self.vocabulary, self.eos)).newbyteorder("<")


@dataclass(frozen=True, slots=True)
class Part:
    """A shard as written: its files are `STEM` and a suffix, below the folder of its split."""

    stem: str
    documents: int
    tokens: int
    """Of all documents, without special tokens."""
    bytes: int
    """Of the first of its files, which holds the tokens."""

    def length(self, encoding: Encoding) -> int:
        """Tokens in the file, with those after documents."""
        return self.tokens + (self.documents if encoding.eos is not None else 0)


class Writer(Protocol):
    """Writes the files of one shard, and closes them when it is left."""

    def add(self, documents: Documents) -> None:
        """The next documents."""

    def finish(self) -> None:
        """Write what is known at the end only. Called once, after the last documents."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Files:
    """Files that are open as long as their writer is in use."""

    def __init__(self) -> None:
        self.opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.opened.close()


class Format(Protocol):
    """A format. `suffixes` are its files a shard, that of the tokens first."""

    name: ClassVar[str]
    version: ClassVar[int]
    """Counts changes of the bytes written."""
    suffixes: ClassVar[tuple[str, ...]]
    eos: ClassVar[str]
    """Whether a token ends each document: `always`, `default`, or `asked` (only if one is named)."""

    def stored(self, encoding: Encoding) -> np.dtype[Any]:
        """Type of a token in the file."""

    def writer(self, folder: Path, stem: str, documents: int, encoding: Encoding) -> Writer:
        """Begin the files of a shard of so many documents."""

    def split_files(self, split: str, parts: Sequence[Part], encoding: Encoding, snapshot: str) -> dict[str, bytes]:
        """Small files beside all shards of a split, by name."""

    def whole_files(self, splits: Sequence[str]) -> dict[str, bytes]:
        """Small files beside the folders of the splits, by name."""

    def lengths(self, folder: Path, part: Part, encoding: Encoding) -> npt.NDArray[np.int64]:
        """int64[documents]: tokens of each document, with those after it, as the format's own index says."""

    def reader(self) -> str | None:
        """The package by which `read` reads, with its version; None if it is not installed and hc4 reads by itself."""

    def read(self, folder: Path, parts: Sequence[Part], encoding: Encoding) -> Iterator[tuple[int, Tokens]]:
        """All tokens of a split's folder, in order, as (number of the part, some neighbouring token ids)."""


def flat(path: Path, dtype: npt.DTypeLike, offset: int = 0) -> Iterator[Tokens]:
    """Tokens of a file that holds nothing else from byte `offset` on, `AT_ONCE` at a time."""
    if path.stat().st_size <= offset:
        return
    tokens = np.memmap(path, dtype, mode="r", offset=offset)
    for start in range(0, len(tokens), AT_ONCE):
        yield tokens[start : start + AT_ONCE]


def installed(*packages: str) -> str | None:
    """The first of `packages` with its version, if all are installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = [f"{package} {version(package)}" for package in packages]
    except PackageNotFoundError:
        return None
    return found[0]
