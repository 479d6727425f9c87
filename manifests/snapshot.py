"""Open a snapshot folder: its manifest, its tables, one document's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from corpus.errors import RecipeError, SnapshotError
from manifests import layout
from manifests.model import Manifest
from manifests.strict import first_fault

BROKEN = (OSError, pa.ArrowException, pl.exceptions.PolarsError)
"""What reading a table that is no longer as written can raise."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on disk. Opening it checks the shape of the manifest, nothing else: see `manifests.verify`."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Read the manifest.

        Raises:
            SnapshotError: the folder is not a snapshot, or the manifest is damaged.
        """
        path = folder / layout.MANIFEST
        try:
            content = path.read_bytes() if path.is_file() else None  # a pipe would wait for ever
        except OSError:
            content = None
        if content is None:
            raise SnapshotError(f"{folder} is not a snapshot: it has no readable {layout.MANIFEST}") from None
        try:
            return cls(folder, Manifest.model_validate_json(content))
        except ValidationError as error:
            raise SnapshotError(f"{path} is damaged: {first_fault(error)}") from None

    def audit(self, source: str | None = None) -> pl.LazyFrame:
        """One row a record read, of one source or of all."""
        paths = [
            self.folder / file.path
            for file in self.manifest.files
            if file.kind == "audit" and file.path.startswith(f"{layout.AUDIT}/{source}/" if source else layout.AUDIT)
        ]
        return pl.scan_parquet(paths, glob=False) if paths else pl.LazyFrame()

    def shards(self, source: str) -> list[Path]:
        """The shards of a source."""
        return [self.folder / shard.path for shard in self.manifest.shards if shard.source == source]

    def audit_files(self, source: str) -> list[Path]:
        """The record tables of a source."""
        place = f"{layout.AUDIT}/{source}/"
        return [self.folder / file.path for file in self.manifest.files if file.path.startswith(place)]

    def released_texts(self, source: str, doc_ids: Sequence[str]) -> dict[str, str]:
        """Text of those `doc_ids` that the source released; of a shard only the row groups that hold one are read.

        Raises:
            SnapshotError: a shard cannot be read.
        """
        found: dict[str, str] = {}
        for path in self.shards(source):
            try:
                with pq.ParquetFile(path) as shard:
                    for group in range(shard.num_row_groups):
                        names = pl.Series(shard.read_row_group(group, columns=["doc_id"])["doc_id"])
                        rows = names.is_in(doc_ids).arg_true()
                        if len(rows):
                            text = pl.Series(shard.read_row_group(group, columns=["text"])["text"])
                            found |= zip(names.gather(rows), text.gather(rows), strict=True)
            except BROKEN as error:
                raise unreadable(path.relative_to(self.folder).as_posix(), error) from None
            if len(found) == len(doc_ids):
                break
        return found

    def samples(self) -> pl.DataFrame:
        """Masked excerpts.

        Raises:
            SnapshotError: they cannot be read.
        """
        try:
            return pl.read_parquet(self.folder / layout.SAMPLES, glob=False)
        except BROKEN as error:
            raise unreadable(layout.SAMPLES, error) from None


def this_or_only(given: Path | None) -> Path:
    """The snapshot folder meant: the one given, this folder, or the only one in it.

    Raises:
        RecipeError: there is none, or several.
    """
    here = Path()
    if given is not None or (here / layout.MANIFEST).is_file():
        return given or here
    found = sorted(path.parent for path in here.glob(f"*/{layout.MANIFEST}"))
    if len(found) != 1:
        raise RecipeError(f"name a snapshot folder; here: {', '.join(map(str, found)) or 'none'}")
    return found[0]


def unreadable(file: str, error: Exception) -> SnapshotError:
    """The error to raise for a table that cannot be read."""
    return SnapshotError(f"{file} cannot be read ({type(error).__name__}): `hc4 verify` names what is damaged")
