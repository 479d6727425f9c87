"""Documents that a build must not bring back: those that were taken out of earlier snapshots, or that a list names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.digest import sha256_file
from corpus.errors import RecipeError, SnapshotError
from manifests import layout
from manifests.earlier import EXACT, incomparable
from manifests.removed import COPY, RELEASED, Ids
from manifests.snapshot import Snapshot
from pipelines.slices import AT

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Blocklist:
    """One list, by where it lies and what it holds."""

    path: Path
    sha256: str

    @classmethod
    def open(cls, place: Path) -> Blocklist:
        """A snapshot folder, of which it is the table of takedowns; or a text file with a doc_id a line.

        Raises:
            RecipeError: there is neither, or a line is no doc_id.
            SnapshotError: nothing was taken out of the snapshot, or its keys cannot be compared with.
        """
        if place.is_dir():
            manifest = Snapshot.open(place).manifest
            facts = manifest.dedup.signatures
            if not manifest.takedowns or facts is None:
                raise SnapshotError(f"{place} states no takedown: it blocks nothing")
            if differs := incomparable(facts):
                raise SnapshotError(f"the keys of what was taken out of {place} cannot be compared with: {differs}")
            path = place / layout.TAKEDOWNS
            if path.is_symlink() or not path.is_file():
                raise SnapshotError(f"{place} is damaged: it has no {layout.TAKEDOWNS}")
            return cls(path, sha256_file(path))
        if not place.is_file():
            raise RecipeError(f"blocklist: {place} is neither a snapshot nor a file of doc_ids")
        for number, line in enumerate(_lines(place), 1):
            if line and ":" not in line:
                raise RecipeError(f"{place}:{number}: is no doc_id (`source:native id`)")
        return cls(place, sha256_file(place))

    @property
    def params(self) -> dict[str, str]:
        """As units take it."""
        return {AT: str(self.path), "sha256": self.sha256}


def blocked(lists: Sequence[dict[str, str]], doc_ids: pl.Series, signatures: Path) -> Mask:
    """Which documents of a bundle one of the lists names, or holds the very words of.

    Args:
        lists: as `Blocklist.params` gives them.
        doc_ids: of the bundle.
        signatures: sidecar of the bundle; same rows. Its keys are of text with placeholders for identifiers, as those
            of snapshots are.
    """
    found = np.zeros(len(doc_ids), bool)
    for one in lists:
        path = Path(one[AT])
        if path.suffix != ".parquet":
            found |= doc_ids.is_in([line for line in _lines(path) if line]).to_numpy()
            continue
        table = pl.scan_parquet(path, glob=False)
        found |= Ids(table.filter(pl.col("outcome") != COPY)).among(doc_ids).to_numpy()
        keys = table.filter(pl.col("outcome") == RELEASED).select(EXACT).unique()
        mine = pl.scan_parquet(signatures, glob=False).select(pl.col(name).cast(pl.UInt64) for name in EXACT)
        same = mine.with_row_index("row").join(keys, on=EXACT, how="semi").select("row").collect(engine="streaming")
        found[same["row"].to_numpy()] = True
    return found


def _lines(path: Path) -> list[str]:
    """Without comments, which begin with `#`."""
    return [line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
