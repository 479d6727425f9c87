"""Every shard opens in the tools that trainers use, with the same rows and tokens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import Built
from tests.pipelines.building import environment

Counted = dict[str, tuple[int, int]]
"""By shard: rows, tokens."""


@pytest.fixture(scope="module")
def stated(snapshot: Built) -> Counted:
    return {shard.path: (shard.rows, shard.tokens) for shard in snapshot.manifest.shards}


def elsewhere(script: str, folder: Path, tmp_path: Path) -> Any:
    """What a script prints as JSON, run in a process of its own that cannot reach a hub. `folder` is its argument."""
    settings = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        env=environment(tmp_path / "home") | settings,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_polars(snapshot: Built, stated: Counted) -> None:
    for path, counts in stated.items():
        rows = pl.scan_parquet(snapshot.folder / path).select(pl.len(), pl.col("input_ids").list.len().sum()).collect()
        assert rows.row(0) == counts, path


def test_duckdb(snapshot: Built, stated: Counted) -> None:
    import duckdb

    with duckdb.connect() as connection:
        for path, counts in stated.items():
            query = "select count(*), sum(len(input_ids))::bigint from read_parquet(?)"
            assert connection.execute(query, [str(snapshot.folder / path)]).fetchone() == counts, path


DATASETS = """
import json, sys
from pathlib import Path
from datasets import load_dataset
found = {}
for path in sorted(Path(sys.argv[1]).glob("data/*/*.parquet")):
    rows = load_dataset("parquet", data_files=str(path), split="train")
    found[path.relative_to(sys.argv[1]).as_posix()] = [len(rows), sum(map(len, rows["input_ids"]))]
print(json.dumps(found))
"""


def test_datasets_by_file(snapshot: Built, stated: Counted, tmp_path: Path) -> None:
    found = elsewhere(DATASETS, snapshot.folder, tmp_path)

    assert {path: tuple(counts) for path, counts in found.items()} == stated


CARD = """
import json, sys
from datasets import get_dataset_config_names, load_dataset
found = {}
for name in get_dataset_config_names(sys.argv[1]):
    for split, rows in load_dataset(sys.argv[1], name).items():
        found[f"{name}/{split}"] = [len(rows), sum(rows["n_tokens"])]
print(json.dumps(found))
"""


def test_datasets_by_the_configurations_of_the_card(snapshot: Built, tmp_path: Path) -> None:
    found = elsewhere(CARD, snapshot.folder, tmp_path)
    expected: dict[str, list[int]] = {}
    for shard in snapshot.manifest.shards:
        for name in (shard.source, "default"):
            counts = expected.setdefault(f"{name}/{shard.split}", [0, 0])
            counts[0] += shard.rows
            counts[1] += shard.tokens

    assert found == expected


DATATROVE = """
import json, sys
from datatrove.pipeline.readers import ParquetReader
reader = ParquetReader(sys.argv[1], glob_pattern="data/*/*.parquet", text_key="text", id_key="doc_id")
found = {}
for document in reader():
    path = document.metadata["file_path"].split("/data/")[-1]
    counts = found.setdefault("data/" + path, [0, 0, 0])
    counts[0] += 1
    counts[1] += len(document.metadata["input_ids"])
    counts[2] += bool(document.id) and bool(document.text)
print(json.dumps(found))
"""


def test_datatrove(snapshot: Built, stated: Counted, tmp_path: Path) -> None:
    found = elsewhere(DATATROVE, snapshot.folder, tmp_path)

    assert {path: tuple(counts[:2]) for path, counts in found.items()} == stated
    assert sum(counts[2] for counts in found.values()) == snapshot.manifest.totals.documents
