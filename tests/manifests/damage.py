"""Damage that is undone, and what verification says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from corpus.errors import SnapshotError
from corpus.tables import write_frame
from datacards.render import render
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from manifests.sums import snapshot_files, write_sums
from manifests.verify import Finding, verify
from shards.write import ROW

SUMS = "SHA256SUMS"


@contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    """The file with other content, for a while."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def names(findings: list[Finding]) -> set[str]:
    return {finding.file for finding in findings}


def forged(copy: Path, change: Callable[[dict[str, Any]], None]) -> list[Finding]:
    """What is found after a forger changed the manifest, gave it its new id, and rendered every page from it."""
    before = {name: (copy / name).read_bytes() for name in [*snapshot_files(copy), SUMS]}
    content = json.loads(before["manifest.json"])
    change(content)
    manifest = Manifest.model_validate(content).identified()
    try:
        (copy / "manifest.json").write_bytes(manifest.canonical())
        pages = render(manifest, read_samples(copy))
        for name, page in pages.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(page)
        write_sums(copy)
        return verify(copy, lambda *_: pages)  # half of the time goes into pages, and these are of this very manifest
    finally:
        for name in set(snapshot_files(copy)) - set(before):  # of strata that the forger made up
            (copy / name).unlink()
        for name, page in before.items():
            (copy / name).write_bytes(page)


def read_samples(folder: Path) -> pl.DataFrame | None:
    """The samples of a snapshot; None if the forger broke them."""
    try:
        return Snapshot(folder, Manifest.model_construct()).samples()
    except SnapshotError:
        return None


def rewritten(copy: Path, tables: dict[str, pl.DataFrame | bytes]) -> list[Finding]:
    """What is found after a forger wrote other tables, or other bytes, and gave everything its new digest and size."""
    before = {name: (copy / name).read_bytes() for name in tables}

    def change(manifest: dict[str, Any]) -> None:
        for name in tables:
            (entry,) = [file for file in manifest["shards"] + manifest["files"] if file["path"] == name]
            content = (copy / name).read_bytes()
            entry["sha256"], entry["bytes"] = hashlib.sha256(content).hexdigest(), len(content)

    try:
        for name, table in tables.items():
            if isinstance(table, bytes):
                (copy / name).write_bytes(table)
            elif name.startswith("data/"):
                pq.write_table(table.to_arrow().select(ROW.names).cast(ROW), copy / name, row_group_size=table.height)
            else:
                write_frame(table, copy / name)
        return forged(copy, change)
    finally:
        for name, content in before.items():
            (copy / name).write_bytes(content)
