"""An export: every shard asked for in a trainer's format, and a statement of what was written.

    OUTPUT/export.json      what was written, from what (`manifests.exported`); last of all, so that it means "whole"
    OUTPUT/lineage.parquet  every document of every file
    OUTPUT/<split>/         one file a shard, with what the format has beside it

Who runs the same export again writes only shards that are not recorded (`pipelines.output_folder`), or whose files have
other digests: after a kill, and after a takedown too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from corpus.digest import digest
from corpus.errors import RecipeError, SnapshotError
from manifests.exported import (
    EXPORT,
    LINEAGE,
    LINEAGE_FILE,
    Choice,
    Encoded,
    Export,
    ExportedPart,
    LicenceTokens,
    read_export,
)
from manifests.model import Manifest, Shard
from manifests.snapshot import BROKEN, Snapshot, unreadable
from manifests.strict import Strict
from pipelines.output_folder import OutputFolder, file_of
from pipelines.snapshot_tokenizer import StoredTokens, stored_tokens
from shards.exports.documents import Documents, TokenStream, read_documents
from shards.exports.format import Encoding, Format, Part

_LINEAGE_ROWS = 65_536
"""Rows a row group at least."""
_LINEAGE_COLUMNS = ("doc_id", "source", "licence_spdx")


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
    def tokens(self) -> StoredTokens:
        """Whose tokens."""
        return stored_tokens(self.snapshot.manifest, self.encoded.by)

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


def documents_of(snapshot: Snapshot, shard: str, encoded: Encoded) -> Iterator[Documents]:
    """The documents of a shard by its path, with the tokens that are exported."""
    beside = stored_tokens(snapshot.manifest, encoded.by).beside(shard)
    return read_documents(snapshot.folder / shard, encoded.vocabulary, snapshot.folder / beside if beside else None)


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
    shards = job.shards
    folder = OutputFolder(output, EXPORT)
    with folder.held(shared=turn is not None):
        _unseal(folder)
        mine = shards if turn is None else shards[turn[0] - 1 :: turn[1]]
        parts = [_finished(job, shard, folder) or _write(job, shard, folder) for shard in mine]
        return None if turn is not None else _seal(job, parts, folder)


def _known(kind: str, asked: Sequence[str] | None, there: Sequence[str]) -> None:
    for name in asked or ():
        if name not in there:
            raise RecipeError(f"the snapshot has no {kind} {name!r}; it has {', '.join(there)}")


def _unseal(folder: OutputFolder) -> None:
    """From now on the export is not whole: its statement becomes a record a shard."""
    if not (folder.root / EXPORT).is_file():
        return
    stated = read_export(folder.root)
    key = digest({"format": stated.format, "version": stated.format_version, "as": stated.encoded.model_dump()})
    for part in stated.parts:
        folder.remember(f"{part.split}/{part.stem}", _Record(key=key, part=part).model_dump_json().encode())
    folder.open_again()
    folder.remove_all(stated.beside)


def _recorded(content: bytes | None) -> _Record | None:
    try:
        return None if content is None else _Record.model_validate_json(content)
    except ValidationError:  # cut off by a kill
        return None


def _finished(job: Job, shard: Shard, folder: OutputFolder) -> ExportedPart | None:
    """The part, if its files are in place with the digests recorded."""
    record = _recorded(folder.recorded(f"{shard.split}/{stem_of(shard)}"))
    if record is None or record.key != job.key:
        return None
    part = record.part
    if (part.shard, part.shard_sha256) != (shard.path, shard.sha256):
        return None
    return part if all(folder.has(file) for file in part.files) else None


def _write(job: Job, shard: Shard, folder: OutputFolder) -> ExportedPart:
    """Write the files of a shard, put them in place, record them."""
    stem, encoding = stem_of(shard), job.encoding
    name = f"{shard.split}/{stem}"
    if (earlier := _recorded(folder.recorded(name))) is not None:
        folder.remove_all(earlier.part.files)
    aside = folder.aside(name)
    stream, counted = TokenStream(), _Licences()
    try:
        with job.format.writer(aside, stem, shard.rows, encoding) as writer:
            for documents in documents_of(job.snapshot, shard.path, job.encoded):
                writer.add(documents)
                stream.add(documents.ids)
                counted.add(documents.rows["licence_spdx"].to_pylist(), documents.lengths.tolist())
            writer.finish()
    except BROKEN as error:
        raise unreadable(shard.path, error) from None
    if (counted.documents, stream.tokens) != (shard.rows, job.tokens.count(shard)):
        raise SnapshotError(f"{shard.path} holds not what the manifest states of it: run `hc4 verify`")
    paths = {f"{stem}{suffix}": f"{name}{suffix}" for suffix in job.format.suffixes}
    part = ExportedPart(
        shard=shard.path,
        shard_sha256=shard.sha256,
        source=shard.source,
        split=shard.split,
        stem=stem,
        files=tuple(file_of(aside / file, path) for file, path in paths.items()),
        documents=shard.rows,
        tokens=stream.tokens,
        tokens_sha256=stream.sha256,
        licences=counted.shares,
    )
    folder.place(name, aside, paths, _Record(key=job.key, part=part).model_dump_json().encode())
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


def _seal(job: Job, parts: list[ExportedPart], folder: OutputFolder) -> Export:
    """Remove what is of other shards, write what is beside all, and state the whole."""
    wanted = {file.path for part in parts for file in part.files}
    for _, content in folder.records():
        if (record := _recorded(content)) is not None:
            folder.remove_all(record.part.files, wanted)
    snapshot_id = job.snapshot.manifest.snapshot_id
    splits = list(dict.fromkeys(part.split for part in parts))
    small = job.format.whole_files(splits)
    for split in splits:
        mine = [as_part(part) for part in parts if part.split == split]
        beside = job.format.split_files(split, mine, job.encoding, snapshot_id)
        small |= {f"{split}/{name}": content for name, content in beside.items()}
    for name, content in small.items():
        (folder.root / name).write_bytes(content)
    _write_lineage(job, parts, folder.root / LINEAGE_FILE)
    whole = Export(
        snapshot_id=snapshot_id,
        format=job.format.name,
        format_version=job.format.version,
        encoded=job.encoded,
        choice=job.choice,
        parts=tuple(parts),
        beside=tuple(folder.file(name) for name in sorted([*small, LINEAGE_FILE])),
        documents=sum(part.documents for part in parts),
        tokens=sum(part.tokens for part in parts),
    )
    folder.seal(whole.canonical())
    return whole


def _write_lineage(job: Job, parts: Sequence[ExportedPart], path: Path) -> None:
    with pq.ParquetWriter(path, LINEAGE, compression="zstd", compression_level=3) as writer:
        for rows in lineage_of(job.snapshot, parts, job.encoded):
            writer.write_table(rows)


def lineage_of(snapshot: Snapshot, parts: Sequence[ExportedPart], encoded: Encoded) -> Iterator[pa.Table]:
    """The rows of `LINEAGE`, so many at a time as a row group has."""
    held, count = [LINEAGE.empty_table()], 0
    for part in parts:
        for rows in _lineage_rows(snapshot, part, encoded):
            held, count = [*held, rows], count + len(rows)
            if count >= _LINEAGE_ROWS:
                yield pa.concat_tables(held).combine_chunks()
                held, count = [LINEAGE.empty_table()], 0
    if count:
        yield pa.concat_tables(held).combine_chunks()


def _lineage_rows(snapshot: Snapshot, part: ExportedPart, encoded: Encoded) -> Iterator[pa.Table]:
    """Of one shard's file, a row group of the shard at a time."""
    shard = snapshot.folder / part.shard
    beside = stored_tokens(snapshot.manifest, encoded.by).beside(part.shard)
    after = encoded.eos is not None
    document = token = 0
    with pq.ParquetFile(shard) as rows, pq.ParquetFile(snapshot.folder / beside if beside else shard) as counts:
        for group in range(rows.num_row_groups):
            table = rows.read_row_group(group, columns=list(_LINEAGE_COLUMNS))
            counted = counts.read_row_group(group, columns=["n_tokens"])["n_tokens"]
            lengths = counted.to_numpy()
            ends = token + (lengths.astype("int64") + after).cumsum()
            columns = {
                "file": pa.array([part.files[0].path] * len(table), pa.string()),
                "document": pa.array(range(document, document + len(table)), pa.int64()),
                "first_token": pa.array(ends - lengths - after, pa.int64()),
                "tokens": counted,
                **{name: table[name] for name in _LINEAGE_COLUMNS},
            }
            document += len(table)
            token = int(ends[-1]) if len(ends) else token
            yield pa.table(columns, schema=LINEAGE)
