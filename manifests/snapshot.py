"""Open a snapshot folder: its manifest, its tables, one document's row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from corpus.errors import SnapshotError
from manifests import layout
from manifests.model import Manifest


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
            content = path.read_bytes()
        except OSError:
            raise SnapshotError(f"{folder} is not a snapshot: it has no readable {layout.MANIFEST}") from None
        try:
            return cls(folder, Manifest.model_validate_json(content))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "top level"
            raise SnapshotError(f"{path} is damaged: {first['type']} at {place}") from None

    def audit(self, source: str | None = None) -> pl.LazyFrame:
        """One row a record read, of one source or of all."""
        paths = [
            self.folder / file.path
            for file in self.manifest.files
            if file.kind == "audit" and source in (None, file.path.split("/")[1])
        ]
        return pl.scan_parquet(paths) if paths else pl.LazyFrame()

    def shards(self, source: str) -> list[Path]:
        """The shards of a source."""
        return [self.folder / shard.path for shard in self.manifest.shards if shard.source == source]

    def samples(self) -> pl.DataFrame:
        """Masked excerpts."""
        return pl.read_parquet(self.folder / layout.SAMPLES)
