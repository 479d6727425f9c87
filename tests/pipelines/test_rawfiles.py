"""Where raw files were fetched, as the plan knows and the snapshot states."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from corpus.errors import RecipeError
from datacards.render import render
from manifests.verify import verify
from pipelines.rawfiles import Retrieval, find_raw_files
from pipelines.sections.sources import SourceRecipe
from sources.fetch.lockfile import Lock, LockedFile, write_lock
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus


def locked(folder: Path, content: bytes, path: str = "sub/one.jsonl") -> Path:
    """A fetched folder of one file, and its lock."""
    file = folder / path
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    entry = LockedFile(
        path=path,
        url="https://example.org/one.jsonl",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        published_checksum="md5:0cc175b9c0f1b6a831c399e269772661",
        etag='"abc"',
        last_modified=None,
        version=None,
        retrieved_at="2026-01-02T03:04:05Z",
    )
    write_lock(
        folder, Lock("example", "https://example.org", {}, {}, "hc4", "https://example.org/terms", True, (entry,))
    )
    return file


def source(*files: str, **more: Any) -> SourceRecipe:
    return SourceRecipe(name="one", reader="jsonl", files=files, **more)


FETCHED = Retrieval(
    "2026-01-02T03:04:05Z", "https://example.org/one.jsonl", "md5:0cc175b9c0f1b6a831c399e269772661", '"abc"', None
)


@pytest.mark.parametrize("location", ["raw", "raw/sub", "raw/*/*.jsonl", "raw/sub/one.jsonl"])
def test_a_lock_beside_or_above_a_raw_file_tells_where_it_was_fetched(tmp_path: Path, location: str) -> None:
    locked(tmp_path / "raw", b"{}")
    (file,) = find_raw_files(source(location), tmp_path)
    assert file.retrieval == FETCHED
    assert file.retrieved == "2026-01-02T03:04:05Z"


def test_a_file_that_is_no_longer_what_was_fetched_is_refused(tmp_path: Path) -> None:
    locked(tmp_path / "raw", b"{}").write_bytes(b"[]")
    with pytest.raises(RecipeError, match=r"one\.jsonl is not what was fetched; `hc4 fetch verify"):
        find_raw_files(source("raw"), tmp_path)


def test_without_a_lock_the_recipe_may_state_the_day(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_bytes(b"{}")
    (stated,) = find_raw_files(source("one.jsonl", retrieved="2026-03-04"), tmp_path)
    assert stated.retrieval == Retrieval("2026-03-04")
    (silent,) = find_raw_files(source("one.jsonl"), tmp_path)
    assert silent.retrieved is None


def test_a_snapshot_states_where_each_raw_file_was_fetched(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    text = small_corpus.planted["plain-00"]
    row = {"id": "a", "text": text, "licence": "CC BY 4.0", "published": "0001-01-01"}
    locked(tmp_path / "raw", json.dumps(row).encode())
    options = {"columns": {"licence": "licence", "published": "published"}, "doc_type": "abstract"}
    content = {
        "name": "one",
        "licence_profile": "commercial",
        "sources": [{"name": "one", "reader": "jsonl", "files": ["raw"], "options": options}],
    }
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(content))
    manifest = build(tmp_path / "one.yaml", tmp_path / "out", tmp_path / "work")
    retrieval = manifest.sources[0].raw_files[0].retrieval
    assert retrieval is not None
    assert (retrieval.url, retrieval.retrieved) == (FETCHED.url, FETCHED.retrieved)
    (row,) = pq.read_table(next((tmp_path / "out" / "data").rglob("*.parquet"))).to_pylist()
    assert row["retrieved"] == FETCHED.retrieved
    assert row["raw_sha256"] == manifest.sources[0].raw_files[0].sha256
    assert "published:impossible_date" in row["nulls"]
    assert "member:not_an_archive" in row["nulls"]
    assert not any(name.startswith("retrieved:") for name in row["nulls"])
    assert verify(tmp_path / "out", render) == []
