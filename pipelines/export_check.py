"""An export read back by the reader it is meant for, and compared with the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from corpus.errors import SnapshotError
from manifests.exported import EXPORT, LINEAGE_FILE, Encoded, Export, ExportedPart, read_export
from manifests.finding import Finding
from manifests.snapshot import BROKEN, Snapshot, unreadable
from manifests.sums import snapshot_files
from pipelines.exporting import as_part, chosen, documents_of, encoding_of, lineage_of, stem_of
from pipelines.output_folder import file_of
from pipelines.snapshot_tokenizer import stored_tokens
from shards.exports.documents import Tokens, TokenStream
from shards.exports.format import Encoding, Format
from shards.exports.registry import format_named


def check(folder: Path, snapshot: Snapshot) -> tuple[Export, list[Finding]]:
    """What in an export is not as it states, or not what the snapshot holds.

    Raises:
        SnapshotError: there is no finished export, it is of another snapshot, or a shard cannot be read.
        RecipeError: it is in a format that is not known.
    """
    stated = read_export(folder)
    if stated.snapshot_id != snapshot.manifest.snapshot_id:
        raise SnapshotError(
            f"{folder} was exported from snapshot {stated.snapshot_id[:12]}, not {snapshot.manifest.snapshot_id[:12]}"
        )
    found = [*_files(folder, stated), *_shards(snapshot, stated)]
    if not found:  # else a reader would fail on what is already named
        found = [*_tokens(folder, snapshot, stated), *_lineage(folder, snapshot, stated)]
    return stated, found


def _files(folder: Path, stated: Export) -> Iterator[Finding]:
    """Files that are absent, other than stated, or not stated."""
    listed = {file.path: file for part in stated.parts for file in part.files}
    listed |= {file.path: file for file in stated.beside}
    for path, file in listed.items():
        if not (folder / path).is_file():
            yield Finding(path, "is not there")
        elif (there := file_of(folder / path, path)) != file:
            yield Finding(path, f"has sha256 {there.sha256}, not {file.sha256}")
    for path in snapshot_files(folder):
        if path not in listed and path != EXPORT:
            yield Finding(path, "is not part of the export")


def _shards(snapshot: Snapshot, stated: Export) -> Iterator[Finding]:
    """Shards that should be there by what was asked for, and sums."""
    wanted = [(shard.path, shard.sha256, stem_of(shard)) for shard in chosen(snapshot.manifest, stated.choice)]
    if wanted != [(part.shard, part.shard_sha256, part.stem) for part in stated.parts]:
        yield Finding(EXPORT, "its parts are not the shards that its choice names")
    for name in ("documents", "tokens"):
        if getattr(stated, name) != sum(getattr(part, name) for part in stated.parts):
            yield Finding(EXPORT, f"{name} is not the sum over its parts")
    if stated.encoded.tokenizer_sha256 != stored_tokens(snapshot.manifest, stated.encoded.by).sha256:
        yield Finding(EXPORT, "its tokenizer is not the snapshot's")


def _tokens(folder: Path, snapshot: Snapshot, stated: Export) -> Iterator[Finding]:
    """Token streams and lengths of documents, file by file."""
    form, encoding = format_named(stated.format), encoding_of(stated.encoded)
    for split in dict.fromkeys(part.split for part in stated.parts):
        parts = [part for part in stated.parts if part.split == split]
        try:
            read = list(_read_back(form, folder / split, parts, encoding))
        except Exception as error:  # noqa: BLE001 - whatever a foreign reader raises
            yield Finding(split, f"{form.reader() or 'hc4'} cannot read it: {type(error).__name__}")
            continue
        for part, (sha256, lengths) in zip(parts, read, strict=True):
            expected, rows = _of_shard(snapshot, part, stated.encoded)
            path = part.files[0].path
            if lengths is None:
                yield Finding(path, f"not every document ends with the token {encoding.eos}")
            elif not np.array_equal(lengths, rows):
                yield Finding(path, "documents have other lengths than in the snapshot")
            if not sha256 == expected == part.tokens_sha256:
                yield Finding(path, f"token stream {sha256}; stated {part.tokens_sha256}; in the snapshot {expected}")


def _of_shard(snapshot: Snapshot, part: ExportedPart, encoded: Encoded) -> tuple[str, npt.NDArray[np.int64]]:
    stream, lengths = TokenStream(), [np.zeros(0, np.int64)]
    try:
        for documents in documents_of(snapshot, part.shard, encoded):
            stream.add(documents.ids)
            lengths.append(documents.lengths)
    except BROKEN as error:
        raise unreadable(part.shard, error) from None
    return stream.sha256, np.concatenate(lengths)


def _read_back(
    form: Format, folder: Path, parts: Sequence[ExportedPart], encoding: Encoding
) -> Iterator[tuple[str, npt.NDArray[np.int64] | None]]:
    """Of each part: digest of its tokens without those after documents; lengths likewise, None if one is missing."""
    given = [as_part(part) for part in parts]
    bodies = [_Body(form.lengths(folder, part, encoding), encoding.eos) for part in given]
    for number, tokens in form.read(folder, given, encoding):
        bodies[number].add(tokens)
    for body in bodies:
        yield body.stream.sha256, body.lengths


class _Body:
    """Takes the tokens after documents away again."""

    def __init__(self, lengths: npt.NDArray[np.int64], eos: int | None) -> None:
        self._eos, self._lengths = eos, lengths
        self._last = np.cumsum(lengths) - 1
        self._read, self._ended = 0, True
        self.stream = TokenStream()

    def add(self, tokens: Tokens) -> None:
        """The next tokens."""
        start, self._read = self._read, self._read + len(tokens)
        if self._eos is None:
            self.stream.add(tokens)
            return
        bounds = np.searchsorted(self._last, (start, self._read))
        last = self._last[bounds[0] : bounds[1]] - start
        self._ended &= bool((tokens[last] == self._eos).all())
        self.stream.add(np.delete(tokens, last))

    @property
    def lengths(self) -> npt.NDArray[np.int64] | None:
        """Tokens of each document; None if one did not end as it must."""
        if self._read != self._lengths.sum() or not self._ended:
            return None
        return self._lengths - (self._eos is not None)


def _lineage(folder: Path, snapshot: Snapshot, stated: Export) -> Iterator[Finding]:
    """Rows of the lineage, file by file."""
    try:
        with pq.ParquetFile(folder / LINEAGE_FILE) as file:
            groups = (file.read_row_group(group) for group in range(file.num_row_groups))
            for expected in lineage_of(snapshot, stated.parts, stated.encoded):
                found = next(groups, None)
                if found is None or not found.equals(expected):
                    yield Finding(LINEAGE_FILE, f"leads documents of {expected['file'][0]} elsewhere")
                    return
            if next(groups, None) is not None:
                yield Finding(LINEAGE_FILE, "has documents of no file")
    except BROKEN as error:
        yield Finding(LINEAGE_FILE, f"cannot be read ({type(error).__name__})")
