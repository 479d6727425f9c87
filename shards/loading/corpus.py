"""A snapshot's shards as a loader sees them: sources of files, each file known by its sha256."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import digest, sha256_file
from corpus.errors import LoadError, SnapshotError
from shards.place import SPLITS, TRAIN

LARGEST_ID = (1 << 31) - 1
_MANIFEST = "manifest.json"
_DATA = "data"
_TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class ShardFile:
    """One Parquet file (schema `shards.write.ROW`)."""

    path: Path
    name: str
    """Below the snapshot: `data/<source>/train-00000-of-00001.parquet`."""
    sha256: str
    """Of the file that holds the token ids."""
    group_rows: tuple[int, ...]
    """Rows of each row group."""
    tokenizer_sha256: str | None
    largest_id: int = LARGEST_ID
    """No token id is larger, as the statistics of its row groups say."""
    beside: Path | None = None
    """Where its `n_tokens` and `input_ids` lie, if they are by another tokenizer (`shards.other_tokens`)."""

    @property
    def tokens(self) -> Path:
        """The file that holds the token ids."""
        return self.beside or self.path

    @property
    def rows(self) -> int:
        """Documents."""
        return sum(self.group_rows)

    @property
    def token_dtype(self) -> np.dtype[Any]:
        """Of its token ids in memory: uint16, or int32 where they do not fit."""
        return np.dtype(np.uint16 if self.largest_id < 1 << 16 else np.int32)


@dataclass(frozen=True, slots=True)
class SourceShards:
    """The shards of one source and split, by name."""

    name: str
    shards: tuple[ShardFile, ...]
    replayed: bool = False
    """Whether it is of a corpus that is mixed in by `replay_share`."""


@dataclass(frozen=True)
class Corpus:
    """What a loader reads."""

    sources: tuple[SourceShards, ...]
    """By name; replayed ones last."""

    @cached_property
    def digest(self) -> str:
        """Hex digest of the names of sources and the sha256 of their shards: equal ones hold equal tokens."""
        return digest([[each.name, each.replayed, [shard.sha256 for shard in each.shards]] for each in self.sources])

    @property
    def shards(self) -> list[ShardFile]:
        """Every shard, source by source."""
        return [shard for source in self.sources for shard in source.shards]

    def replaying(self, other: Corpus, prefix: str = "replay/") -> Corpus:
        """This corpus and another one, whose sources are named with `prefix` and mixed in by `replay_share`.

        Raises:
            LoadError: the two have token ids of different tokenizers.
        """
        others = [replace(each, name=prefix + each.name, replayed=True) for each in other.sources]
        found = Corpus((*self.sources, *others))
        _one_tokenizer(found.shards)
        return found


def open_corpus(
    snapshot: Path,
    *,
    split: str = TRAIN,
    sources: Sequence[str] | None = None,
    tokenizer: str | None = None,
    verify: bool = False,
) -> Corpus:
    """The shards of a snapshot folder, `data/<source>/<split>-*.parquet`: of all sources, or of some.

    They must be those that `manifest.json` names, no more and no fewer, with as many rows. Without a manifest (a folder
    of shards alone) each is read once for its sha256. `verify` compares the bytes with the manifest, too. `tokenizer`:
    take the tokens that the recipe's `count_with` stored under this name.

    Raises:
        LoadError: there is no such split, source or tokenizer, or token ids are of more than one tokenizer.
        SnapshotError: the folder holds no shards, or others than its manifest names, or one cannot be read.
    """
    if split not in SPLITS:
        raise LoadError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    root = Path(snapshot)
    manifest = _manifest(root)
    stated = None if manifest is None else {shard["path"]: shard for shard in manifest["shards"]}
    paths = {path.relative_to(root).as_posix(): path for path in (root / _DATA).glob("*/*.parquet")}
    if stated is not None and (wrong := sorted(stated.keys() ^ paths.keys())):
        how = "lacks" if wrong[0] in stated else "names no"
        where = "folder" if wrong[0] in stated else "manifest"
        raise SnapshotError(f"{root}: the {where} {how} {wrong[0]}; `hc4 verify` names all that differ")
    other = None if tokenizer is None else _stored(root, manifest or {}, tokenizer)
    by_source: dict[str, list[ShardFile]] = {}
    for name in sorted(paths):
        source = Path(name).parts[1]
        if Path(name).name.startswith(f"{split}-") and (sources is None or source in sources):
            known = None if stated is None else stated[name]
            shard = _shard(paths[name], name, known, verify=verify)
            found = shard if other is None else _with_tokens(shard, root, other, verify=verify)
            by_source.setdefault(source, []).append(found)
    if absent := sorted(set(sources or ()) - by_source.keys()):
        raise LoadError(f"{root} has no {split} shards of {', '.join(absent)}")
    if not by_source:
        raise SnapshotError(f"{root} has no {split} shards below {_DATA}/")
    _one_tokenizer([shard for shards in by_source.values() for shard in shards])
    return Corpus(tuple(SourceShards(name, tuple(shards)) for name, shards in by_source.items()))


def _manifest(root: Path) -> dict[str, Any] | None:
    """What the loader needs of the manifest; None where there is none."""
    path = root / _MANIFEST
    if not path.is_file():
        return None
    try:
        found = orjson.loads(path.read_bytes())
        return {
            "shards": [{name: shard[name] for name in ("path", "rows", "sha256")} for shard in found["shards"]],
            "files": {file["path"]: file["sha256"] for file in found.get("files", ())},
            "stored": {each["name"]: each["sha256"] for each in found.get("token_counts", ()) if each.get("stored")},
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotError(f"{path} is damaged: it names no shards ({type(error).__name__})") from None


class _Stored(NamedTuple):
    """Tokens of the documents by another tokenizer."""

    name: str
    tokenizer_sha256: str
    files: dict[str, str]
    """sha256 of the snapshot's files, by path."""


def _stored(root: Path, manifest: dict[str, Any], name: str) -> _Stored:
    stored = manifest.get("stored", {})
    if name not in stored:
        others = f"those by {', '.join(sorted(stored))}" if stored else "none by others"
        raise LoadError(f"{root} stores no tokens by {name!r}; it has its own, and {others}")
    return _Stored(name, stored[name], manifest["files"])


def _with_tokens(shard: ShardFile, root: Path, other: _Stored, *, verify: bool) -> ShardFile:
    """A shard with the token ids that lie beside it."""
    name = f"{_TOKENS}/{other.name}{shard.name.removeprefix(_DATA)}"
    if name not in other.files:
        raise SnapshotError(f"{root}: the manifest names no {name}; `hc4 verify` names all that differ")
    found = _shard(root / name, name, {"rows": shard.rows, "sha256": other.files[name]}, verify=verify)
    if found.group_rows != shard.group_rows:
        raise SnapshotError(f"{shard.name} and its tokens by {other.name} are cut differently")
    return replace(
        shard,
        sha256=found.sha256,
        tokenizer_sha256=other.tokenizer_sha256,
        largest_id=found.largest_id,
        beside=found.path,
    )


def _shard(path: Path, name: str, stated: dict[str, Any] | None, *, verify: bool) -> ShardFile:
    try:
        facts = pq.read_metadata(path)
        sha256 = sha256_file(path) if stated is None or verify else str(stated["sha256"])
    except (OSError, pa.ArrowException) as error:
        raise SnapshotError(f"{name} cannot be read ({type(error).__name__})") from None
    if stated is not None and (facts.num_rows != stated["rows"] or sha256 != stated["sha256"]):
        raise SnapshotError(f"{name} is not the file that the manifest names; `hc4 verify` says more")
    tokenizer = (facts.metadata or {}).get(b"hc4.tokenizer_sha256")
    rows = tuple(facts.row_group(group).num_rows for group in range(facts.num_row_groups))
    return ShardFile(path, name, sha256, rows, None if tokenizer is None else tokenizer.decode(), _largest_id(facts))


def _largest_id(facts: pq.FileMetaData) -> int:
    """The largest token id by the statistics of a shard; the largest there can be where it has none."""
    largest = 0
    for group in map(facts.row_group, range(facts.num_row_groups)):
        columns = map(group.column, range(group.num_columns))
        ids: Any = next((column for column in columns if column.path_in_schema.startswith("input_ids.")), None)
        if ids is None or ids.num_values:
            known = ids is not None and ids.is_stats_set and ids.statistics.has_min_max
            largest = max(largest, int(ids.statistics.max) if known else LARGEST_ID)
    return largest


def _one_tokenizer(shards: Sequence[ShardFile]) -> None:
    found = sorted({shard.tokenizer_sha256 or "unknown" for shard in shards})
    if len(found) > 1:
        raise LoadError(f"token ids are of {len(found)} tokenizers (sha256 {', '.join(each[:12] for each in found)})")
