"""An export: every shard asked for in a trainer's format, and a statement of what was written.

    OUTPUT/export.json      what was written, from what (`manifests.exported`); last of all, so that it means "whole"
    OUTPUT/lineage.parquet  every document of every file
    OUTPUT/<split>/         one file a shard, with what the format has beside it
    OUTPUT/.hc4/            while it is written: files that are not whole, and records of those that are

A shard's files are written aside, flushed, renamed into place, and then recorded. Who runs the same export again writes
only shards that are not recorded, or whose files have other digests: after a kill, and after a takedown too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from corpus.digest import digest, sha256_file
from corpus.errors import BuildStopped, RecipeError
from corpus.storage import flush_tree
from manifests.exported import (
    EXPORT,
    LINEAGE,
    LINEAGE_FILE,
    Choice,
    Encoded,
    Export,
    ExportedFile,
    ExportedPart,
    LicenceTokens,
    read_export,
)
from manifests.model import Manifest, Shard
from manifests.snapshot import BROKEN, Snapshot, unreadable
from manifests.strict import Strict
from shards.exports.documents import TokenStream, read_documents
from shards.exports.format import Encoding, Format, Part

_PRIVATE = ".hc4"
_RECORD = "record.json"
_LINEAGE_ROWS = 65_536
"""Rows a row group at least."""
_LINEAGE_COLUMNS = ("doc_id", "source", "licence_spdx", "n_tokens")


@dataclass(frozen=True, slots=True)
class Job:
    """What to write, and how."""

    snapshot: Snapshot
    format: Format
    encoded: Encoded
    choice: Choice

    @property
    def encoding(self) -> Encoding:
        """What the format must know."""
        return encoding_of(self.encoded)

    @property
    def shards(self) -> list[Shard]:
        """Those chosen that hold a document, by split and in the order of the manifest."""
        return chosen(self.snapshot.manifest, self.choice)

    @property
    def key(self) -> str:
        """Digest of all that, with a shard's bytes, decides about a file's."""
        return digest({"format": self.format.name, "version": self.format.version, "as": self.encoded.model_dump()})


class _Record(Strict):
    """A shard that is whole in its place, and how it was written."""

    key: str
    part: ExportedPart


def encoding_of(encoded: Encoded) -> Encoding:
    """The stated encoding, as a format takes it."""
    return Encoding(encoded.tokenizer, encoded.vocabulary, encoded.eos)


def chosen(manifest: Manifest, choice: Choice) -> list[Shard]:
    """Shards of the splits and sources asked for.

    Raises:
        RecipeError: the snapshot has no such split or source.
    """
    splits = [split.name for split in manifest.splits]
    _known("split", choice.splits, splits)
    _known("source", choice.sources, [source.name for source in manifest.sources])
    wanted = [
        shard
        for shard in manifest.shards
        if shard.rows
        and (choice.splits is None or shard.split in choice.splits)
        and (choice.sources is None or shard.source in choice.sources)
    ]
    return sorted(wanted, key=lambda shard: splits.index(shard.split))


def stem_of(shard: Shard) -> str:
    """Name of a shard's files in the folder of its split: `SOURCE-00000-of-00004`."""
    return f"{shard.source}-{Path(shard.path).stem.removeprefix(f'{shard.split}-')}"


def as_part(part: ExportedPart) -> Part:
    """A part, as a format takes it."""
    return Part(part.stem, part.documents, part.tokens, part.files[0].bytes)


def export(job: Job, output: Path, turn: tuple[int, int] | None = None) -> Export | None:
    """Write what is missing of an export, and its statement.

    With `turn` (i, n) only every n-th shard from the i-th (from 1) is written and nothing is stated, so that n
    processes share the work; a last call without it checks them and states the whole.

    Raises:
        BuildStopped: `output` holds something else, or another process is writing there.
        SnapshotError: a shard cannot be read.
    """
    output.mkdir(parents=True, exist_ok=True)
    _refuse_foreign(output)
    with _held(output, shared=turn is not None):
        _unseal(output)
        shards = job.shards
        mine = shards if turn is None else shards[turn[0] - 1 :: turn[1]]
        parts = [_finished(job, shard, output) or _write(job, shard, output) for shard in mine]
        return None if turn is not None else _seal(job, parts, output)


def _known(kind: str, asked: Sequence[str] | None, there: Sequence[str]) -> None:
    for name in asked or ():
        if name not in there:
            raise RecipeError(f"the snapshot has no {kind} {name!r}; it has {', '.join(there)}")


def _refuse_foreign(output: Path) -> None:
    if any(output.iterdir()) and not (output / EXPORT).is_file() and not (output / _PRIVATE).is_dir():
        raise BuildStopped(f"{output} is not empty and no export; pass another --output")


@contextmanager
def _held(output: Path, *, shared: bool) -> Iterator[None]:
    """Hold the folder: alone, or with others that write other shards. Goes with the process."""
    (output / _PRIVATE).mkdir(exist_ok=True)
    descriptor = os.open(output, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            raise BuildStopped(f"another process is writing into {output}; wait for it") from None
        yield
    finally:
        os.close(descriptor)


def _unseal(output: Path) -> None:
    """From now on the export is not whole: its statement becomes a record a shard."""
    path = output / EXPORT
    if not path.is_file():
        return
    stated = read_export(output)
    key = digest({"format": stated.format, "version": stated.format_version, "as": stated.encoded.model_dump()})
    for part in stated.parts:
        place = _record_place(output, part.split, part.stem)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_Record(key=key, part=part).model_dump_json().encode())
    for file in stated.beside:
        (output / file.path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _record_place(output: Path, split: str, stem: str) -> Path:
    return output / _PRIVATE / "finished" / split / f"{stem}.json"


def _recorded(place: Path) -> _Record | None:
    try:
        return _Record.model_validate_json(place.read_bytes())
    except (OSError, ValidationError):  # none, or cut off by a kill
        return None


def _finished(job: Job, shard: Shard, output: Path) -> ExportedPart | None:
    """The part, if its files are in place with the digests recorded."""
    record = _recorded(_record_place(output, shard.split, stem_of(shard)))
    if record is None or record.key != job.key:
        return None
    part = record.part
    if (part.shard, part.shard_sha256) != (shard.path, shard.sha256):
        return None
    return part if all(file_at(output, file.path) == file for file in part.files) else None


def file_at(output: Path, path: str) -> ExportedFile | None:
    """What lies at a path below an export."""
    place = output / path
    if not place.is_file():
        return None
    return ExportedFile(path=path, sha256=sha256_file(place), bytes=place.stat().st_size)


def _write(job: Job, shard: Shard, output: Path) -> ExportedPart:
    """Write the files of a shard, put them in place, record them."""
    stem, encoding = stem_of(shard), job.encoding
    aside = output / _PRIVATE / "unfinished" / f"{shard.split}-{stem}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    stream, counted = TokenStream(), _Licences()
    try:
        writer = job.format.writer(aside, stem, shard.rows, encoding)
        for documents in read_documents(job.snapshot.folder / shard.path, encoding.vocabulary):
            writer.add(documents)
            stream.add(documents.ids)
            counted.add(documents.rows["licence_spdx"].to_pylist(), documents.lengths.tolist())
        writer.close()
    except BROKEN as error:
        raise unreadable(shard.path, error) from None
    if (counted.documents, stream.tokens) != (shard.rows, shard.tokens):
        raise BuildStopped(f"{shard.path} holds not what the manifest states of it: run `hc4 verify`")
    target = output / shard.split
    target.mkdir(exist_ok=True)
    names = [f"{stem}{suffix}" for suffix in job.format.suffixes]
    part = ExportedPart(
        shard=shard.path,
        shard_sha256=shard.sha256,
        source=shard.source,
        split=shard.split,
        stem=stem,
        files=tuple(
            ExportedFile(
                path=f"{shard.split}/{name}", sha256=sha256_file(aside / name), bytes=(aside / name).stat().st_size
            )
            for name in names
        ),
        documents=shard.rows,
        tokens=shard.tokens,
        tokens_sha256=stream.sha256,
        licences=counted.shares,
    )
    (aside / _RECORD).write_bytes(_Record(key=job.key, part=part).model_dump_json().encode())
    flush_tree(aside)
    for name in names:
        (aside / name).rename(target / name)
    place = _record_place(output, shard.split, stem)
    place.parent.mkdir(parents=True, exist_ok=True)
    (aside / _RECORD).rename(place)
    aside.rmdir()
    return part


class _Licences:
    """Documents and tokens by licence."""

    def __init__(self) -> None:
        self._found: dict[str, list[int]] = {}
        self.documents = 0

    def add(self, licences: Sequence[str], tokens: Sequence[int]) -> None:
        """The next documents."""
        for spdx, count in zip(licences, tokens, strict=True):
            sums = self._found.setdefault(spdx, [0, 0])
            sums[0] += 1
            sums[1] += count
        self.documents += len(licences)

    @property
    def shares(self) -> tuple[LicenceTokens, ...]:
        """By name."""
        return tuple(LicenceTokens(spdx=spdx, documents=d, tokens=t) for spdx, (d, t) in sorted(self._found.items()))


def _seal(job: Job, parts: list[ExportedPart], output: Path) -> Export:
    """Remove what is of other shards, write what is beside all, and state the whole."""
    _remove_others(output, {(part.split, part.stem) for part in parts})
    snapshot_id = job.snapshot.manifest.snapshot_id
    splits = list(dict.fromkeys(part.split for part in parts))
    small = job.format.whole_files(splits)
    for split in splits:
        mine = [as_part(part) for part in parts if part.split == split]
        beside = job.format.split_files(split, mine, job.encoding, snapshot_id)
        small |= {f"{split}/{name}": content for name, content in beside.items()}
    for name, content in small.items():
        (output / name).write_bytes(content)
    _write_lineage(job, parts, output)
    beside_all = [file_at(output, name) for name in sorted([*small, LINEAGE_FILE])]
    whole = Export(
        snapshot_id=snapshot_id,
        format=job.format.name,
        format_version=job.format.version,
        encoded=job.encoded,
        choice=job.choice,
        parts=tuple(parts),
        beside=tuple(file for file in beside_all if file is not None),
        documents=sum(part.documents for part in parts),
        tokens=sum(part.tokens for part in parts),
    )
    temporary = output / _PRIVATE / EXPORT
    temporary.write_bytes(whole.canonical())
    flush_tree(output)
    temporary.rename(output / EXPORT)
    shutil.rmtree(output / _PRIVATE)
    return whole


def _remove_others(output: Path, wanted: set[tuple[str, str]]) -> None:
    """Files of shards that are no longer asked for, or no longer there; those of another format were recorded too."""
    for place in sorted((output / _PRIVATE).glob("finished/*/*.json")):
        record = _recorded(place)
        if record is not None and (record.part.split, record.part.stem) not in wanted:
            for file in record.part.files:
                (output / file.path).unlink(missing_ok=True)
            folder = output / record.part.split
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _write_lineage(job: Job, parts: Sequence[ExportedPart], output: Path) -> None:
    with pq.ParquetWriter(output / LINEAGE_FILE, LINEAGE, compression="zstd", compression_level=3) as writer:
        for rows in lineage_of(job.snapshot, parts, job.encoded):
            writer.write_table(rows)


def lineage_of(snapshot: Snapshot, parts: Sequence[ExportedPart], encoded: Encoded) -> Iterator[pa.Table]:
    """The rows of `LINEAGE`, so many at a time as a row group has."""
    held, count = [LINEAGE.empty_table()], 0
    for part in parts:
        for rows in _lineage_rows(snapshot.folder / part.shard, part.files[0].path, encoded.eos is not None):
            held, count = [*held, rows], count + len(rows)
            if count >= _LINEAGE_ROWS:
                yield pa.concat_tables(held).combine_chunks()
                held, count = [LINEAGE.empty_table()], 0
    if count:
        yield pa.concat_tables(held).combine_chunks()


def _lineage_rows(shard: Path, file: str, after: bool) -> Iterator[pa.Table]:
    """Of one shard's file, a row group of the shard at a time; `after`: a token stands after each document."""
    document = token = 0
    with pq.ParquetFile(shard) as rows:
        for group in range(rows.num_row_groups):
            table = rows.read_row_group(group, columns=list(_LINEAGE_COLUMNS))
            lengths = table["n_tokens"].to_numpy()
            ends = token + (lengths.astype("int64") + after).cumsum()
            columns = {
                "file": pa.array([file] * len(table), pa.string()),
                "document": pa.array(range(document, document + len(table)), pa.int64()),
                "first_token": pa.array(ends - lengths - after, pa.int64()),
                "tokens": table["n_tokens"],
                **{name: table[name] for name in ("doc_id", "source", "licence_spdx")},
            }
            document += len(table)
            token = int(ends[-1]) if len(ends) else token
            yield pa.table(columns, schema=LINEAGE)
