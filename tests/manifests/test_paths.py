"""A manifest that somebody sends can list no file but tables below the snapshot, each once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from corpus.digest import canonical, digest
from corpus.errors import SnapshotError
from manifests import layout
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from pipelines.takedowns.request import Request
from pipelines.takedowns.takedown import take_down
from tests.conftest import Built

OUTSIDE = [
    *("../outside.parquet", "samples/../../outside.parquet", "/etc/outside.parquet", "./a.parquet", "a//b.parquet"),
    *("..\\outside.parquet", "a\x1b[2K.parquet", "", ".parquet/", "samples/a.parquet/.", "README.md", "manifest.json"),
]


def crafted(folder: Path, content: dict[str, Any]) -> Path:
    """A snapshot whose manifest says so, under the id that follows from that."""
    folder.mkdir(parents=True, exist_ok=True)
    content.pop("snapshot_id")
    (folder / layout.MANIFEST).write_bytes(canonical(content | {"snapshot_id": digest(content)}))
    return folder


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("kind", ["shards", "files"])
def test_a_path_that_leads_elsewhere_is_refused(snapshot: Built, tmp_path: Path, kind: str, path: str) -> None:
    content = snapshot.manifest.model_dump(mode="json", exclude_unset=True)
    content[kind][0]["path"] = f"data/{path}" if kind == "shards" and not path.startswith("/") else path

    with pytest.raises(SnapshotError, match=rf"value_error at {kind}.0.path"):
        Snapshot.open(crafted(tmp_path, content))


def test_shards_and_other_tables_have_places_of_their_own(snapshot: Built, tmp_path: Path) -> None:
    for kind, path in (("shards", "audit/a.parquet"), ("files", "data/a.parquet")):
        content = snapshot.manifest.model_dump(mode="json", exclude_unset=True)
        content[kind][0]["path"] = path
        with pytest.raises(SnapshotError, match="value_error"):
            Snapshot.open(crafted(tmp_path, content))


@pytest.mark.parametrize("kind", ["shards", "files"])
def test_a_file_that_is_listed_twice_is_refused(snapshot: Built, tmp_path: Path, kind: str) -> None:
    content = snapshot.manifest.model_dump(mode="json", exclude_unset=True)
    content[kind].append(content[kind][0])

    with pytest.raises(SnapshotError, match="value_error at top level"):
        Snapshot.open(crafted(tmp_path, content))


def test_a_takedown_writes_nothing_beside_its_output(copy: Path, tmp_path: Path) -> None:
    before = (copy / layout.MANIFEST).read_bytes()
    content = orjson.loads(before)
    (copy.parent / "victim.parquet").write_bytes(b"victim")
    listed = {"path": "../victim.parquet", "kind": "audit", "sha256": hashlib.sha256(b"victim").hexdigest()}
    content["files"].append({**listed, "bytes": 6, "rows": 0})
    try:
        crafted(copy, content)
        with pytest.raises(SnapshotError):
            take_down(copy, tmp_path / "new", Request(request_id="1", reason="why", doc_id=("articles:plain-01",)))
    finally:
        (copy / layout.MANIFEST).write_bytes(before)
    assert not list(tmp_path.rglob("*"))


def test_the_manifest_of_a_build_is_as_it_was(snapshot: Built) -> None:
    content = (snapshot.folder / layout.MANIFEST).read_bytes()

    assert Manifest.model_validate_json(content).canonical() == content
