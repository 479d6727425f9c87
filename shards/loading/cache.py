"""Packed sequences on disk, made once: a training node maps them into memory and reads a sequence in one piece.

    ROOT/<address>/            address: a digest of the shards' sha256 and of the packing
      header.json              what it was made of; size and sha256 of each file; written last
      tokens.bin               sequence after sequence, block after block, source after source; uint16 or int32
      offsets.bin              int64[sequences + 1]: the pieces of each sequence
      documents.bin            int64[pieces]: number of the document in its source
      starts.bin lengths.bin   int32[pieces]: first token of the piece in its document, and how many

It is written beside its place, flushed, and renamed: a cache that can be seen is whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from corpus.digest import Json, canonical, digest, sha256_file
from corpus.errors import SnapshotError
from corpus.storage import flush_tree
from shards.loading.batch import Ids, Numbers
from shards.loading.blocks import Block
from shards.loading.config import PackConfig
from shards.loading.corpus import Corpus, ShardFile, SourceShards
from shards.loading.from_parquet import ParquetStore
from shards.loading.store import Pieces

FORMAT = "hc4/packed/1"
HEADER = "header.json"
_UNFINISHED = "unfinished-"
_COLUMNS: dict[str, str] = {"offsets": "<i8", "documents": "<i8", "starts": "<i4", "lengths": "<i4"}
_SEQUENCES_AT_ONCE = 512


def make_cache(corpus: Corpus, pack: PackConfig, root: Path) -> Path:
    """Write the packed sequences of a corpus below `root`, unless they are there; return their folder.

    One process writes; others that ask for the same wait for it. It holds one packing block at a time.

    Raises:
        SnapshotError: a shard cannot be read.
    """
    folder = root / _address(corpus, pack)
    root.mkdir(parents=True, exist_ok=True)
    with _lock(root):
        if (folder / HEADER).is_file():
            return folder
        for left in root.glob(f"{_UNFINISHED}*"):  # of a process that was killed: who holds the lock is alone
            shutil.rmtree(left)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=root))
        unfinished.chmod(0o755)
        _write(ParquetStore(corpus, pack), unfinished)
        flush_tree(unfinished)
        unfinished.rename(folder)
        flush_tree(folder)
    return folder


def open_cache(folder: Path, *, verify: bool = False) -> CacheStore:
    """What `make_cache` wrote. `verify` compares every byte with the header, not sizes alone.

    Raises:
        SnapshotError: it is no such folder, not whole, or not as it was written.
    """
    header = _header(folder)
    for name, facts in header["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != facts["bytes"]:
            raise SnapshotError(f"{path} is not as it was written; remove {folder} and run `hc4 pack` again")
        if verify and sha256_file(path) != facts["sha256"]:
            raise SnapshotError(f"{path} has other bytes than were written; remove {folder} and run `hc4 pack` again")
    return CacheStore(folder, header)


class CacheStore:
    """Packed sequences mapped into memory."""

    def __init__(self, folder: Path, header: dict[str, Any]) -> None:
        self._folder = folder
        self._facts = header
        self.pack = PackConfig(**header["pack"])
        self.corpus = Corpus(tuple(_source(each) for each in header["sources"]))
        self.blocks: tuple[tuple[Block, ...], ...] = tuple(
            tuple(_block(each) for each in source["blocks"]) for source in header["sources"]
        )
        counts = [sum(block.sequences for block in each) for each in self.blocks]
        self._first = np.cumsum([0, *counts]).astype(np.int64)
        tokens = self._map("tokens", header["dtype"])
        self._tokens = tokens[: tokens.size // self.pack.length * self.pack.length].reshape(-1, self.pack.length)
        self._offsets, self._documents, self._starts, self._lengths = (
            self._map(name, kind) for name, kind in _COLUMNS.items()
        )
        ends = self._offsets[[0, -1]].tolist() if len(self._offsets) else None
        pieces = len(self._lengths)
        if (
            not int(self._first[-1]) == len(self._tokens) == len(self._offsets) - 1
            or ends != [0, pieces]
            or not pieces == len(self._documents) == len(self._starts)
        ):  # kernels read by these numbers, and check none
            raise SnapshotError(f"{folder} contradicts itself; remove it and run `hc4 pack` again")

    def __reduce__(self) -> tuple[Any, ...]:
        return open_cache, (self._folder,)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the token ids on disk: uint16, or int32 where they do not fit."""
        return self._tokens.dtype

    def prepare(self, shuffle_blocks: int | None) -> None:
        """See `Store.prepare`: any order will do."""

    def read(self, source: npt.NDArray[np.int32], number: Numbers, ids: Ids, pad: int) -> Pieces:
        """See `Store.read`."""
        from shards.loading.fill import copy_sequences, pieces_of

        rows = self._first[source] + number
        pieces = pieces_of(rows, self._offsets)
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(self._offsets[rows + 1] - self._offsets[rows])])
        lengths = self._lengths[pieces]
        copy_sequences(ids, rows, self._tokens, offsets, lengths, pad)
        return Pieces(offsets, lengths, self._documents[pieces], self._starts[pieces])

    def _map(self, name: str, kind: str) -> npt.NDArray[Any]:
        path = self._folder / f"{name}.bin"
        if not path.stat().st_size:
            return np.zeros(0, kind)
        return np.asarray(np.memmap(path, kind, mode="r"))


def _address(corpus: Corpus, pack: PackConfig) -> str:
    return digest([FORMAT, corpus.digest, pack.digest])[:32]


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    with (root / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _write(store: ParquetStore, folder: Path) -> None:
    largest = max(store.pack.bos or 0, store.pack.eos or 0, *(shard.largest_id for shard in store.corpus.shards))
    dtype = "<u2" if largest < 1 << 16 else "<i4"
    with _Files(folder, {"tokens": dtype} | _COLUMNS) as files:
        files.add("offsets", np.zeros(1, np.int64))
        had = 0
        for source, blocks in enumerate(store.blocks):
            number = 0
            for block in blocks:
                for start in range(0, block.sequences, _SEQUENCES_AT_ONCE):
                    count = min(_SEQUENCES_AT_ONCE, block.sequences - start)
                    ids = np.empty((count, store.pack.length), np.int32)
                    chosen = np.arange(number + start, number + start + count)
                    pieces = store.read(np.full(count, source, np.int32), chosen, ids, 0)
                    files.add("tokens", ids.reshape(-1))
                    files.add("offsets", pieces.offsets[1:] + had)
                    files.add("documents", pieces.documents)
                    files.add("starts", pieces.starts)
                    files.add("lengths", pieces.lengths)
                    had += len(pieces.lengths)
                number += block.sequences
    sources: list[Json] = [
        {
            "name": source.name,
            "replayed": source.replayed,
            "shards": [_facts(shard) for shard in source.shards],
            "blocks": [_numbers(block) for block in blocks],
        }
        for source, blocks in zip(store.corpus.sources, store.blocks, strict=True)
    ]
    header: dict[str, Json] = {"format": FORMAT, "dtype": dtype, "pack": asdict(store.pack), "sources": sources}
    header["files"] = files.facts
    header["digest"] = digest(header)
    (folder / HEADER).write_bytes(canonical(header))


class _Files:
    """Columns that grow, with their digests."""

    def __init__(self, folder: Path, kinds: dict[str, str]) -> None:
        self._kinds = kinds
        self._files = {name: (folder / f"{name}.bin").open("wb") for name in kinds}
        self._hashes = {name: hashlib.sha256() for name in kinds}
        self._sizes = dict.fromkeys(kinds, 0)

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, name: str, values: npt.NDArray[Any]) -> None:
        content = values.astype(self._kinds[name]).tobytes()
        self._files[name].write(content)
        self._hashes[name].update(content)
        self._sizes[name] += len(content)

    @property
    def facts(self) -> dict[str, Json]:
        return {
            f"{name}.bin": {"bytes": self._sizes[name], "sha256": self._hashes[name].hexdigest()}
            for name in self._kinds
        }


def _facts(shard: ShardFile) -> dict[str, Json]:
    return {
        "name": shard.name,
        "sha256": shard.sha256,
        "group_rows": list(shard.group_rows),
        "tokenizer_sha256": shard.tokenizer_sha256,
    }


def _source(facts: dict[str, Any]) -> SourceShards:
    shards = [
        ShardFile(Path(each["name"]), each["name"], each["sha256"], tuple(each["group_rows"]), each["tokenizer_sha256"])
        for each in facts["shards"]
    ]
    return SourceShards(facts["name"], tuple(shards), facts["replayed"])


def _numbers(block: Block) -> list[Json]:
    facts = asdict(block)
    groups = facts.pop("groups")
    return [groups.start, groups.stop, *facts.values()]


def _block(numbers: list[int]) -> Block:
    start, stop, shard, *others = numbers
    return Block(shard, range(start, stop), *others)


def _header(folder: Path) -> dict[str, Any]:
    path = folder / HEADER
    try:
        found: dict[str, Any] = orjson.loads(path.read_bytes())
        stated = found.pop("digest")
        whole = stated == digest(found) and found["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise SnapshotError(f"{folder} holds no whole cache of packed sequences; `hc4 pack` makes one")
    return found
