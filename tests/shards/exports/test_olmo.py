"""Flat arrays as OLMo-core's loader reads them: a memory map, and where documents end by its two ways."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SnapshotError
from shards.exports.olmo import Olmo
from tests.shards.exports.writing import EOS, NARROW, WIDE, Document, documents, flat, read_back, write, written

FORM = Olmo()
OWN = Path(sys.prefix) / "olmo"
"""OLMo-core, with the versions of libraries that it asks for: `make train`."""
READ = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from olmo_core.data import NumpyDatasetDType, NumpyFSLDatasetConfig, TokenizerConfig
from olmo_core.data.utils import iter_document_indices

found = []
for folder in map(Path, sys.argv[2:]):
    config = json.loads((folder / "olmo.json").read_bytes())
    paths = [str(folder / name) for name in config["paths"]]
    tokenizer, kind = TokenizerConfig(**config["tokenizer"]), NumpyDatasetDType[config["dtype"]]
    rows = NumpyFSLDatasetConfig(
        tokenizer=tokenizer, paths=paths, sequence_length=int(sys.argv[1]), dtype=kind,
        work_dir=str(folder / "work"), include_instance_metadata=False,
    ).build()
    rows.prepare()
    by_array = dict(use_array_if_local=True, eos_token_id=tokenizer.eos_token_id, dtype=kind.as_np_dtype())
    found.append({
        "sequences": [rows[number]["input_ids"].tolist() for number in range(len(rows))],
        "by_metadata": [list(iter_document_indices(path)) for path in paths],
        "by_array": [list(iter_document_indices(path, **by_array)) for path in paths],
    })
print(json.dumps(found, default=int))
"""


def by_metadata(path: Path) -> list[tuple[int, int]]:
    """First token and end of each document, from the file beside the array, as OLMo-core takes its lines apart."""
    with gzip.open(path, "rt") as lines:
        bounds = [line.split(",") for line in lines]
    return [(int(start), int(end)) for start, end, *_ in bounds]


def by_array(path: Path, dtype: str) -> list[tuple[int, int]]:
    """The same from the array alone: a document ends with its last token."""
    ends = (np.flatnonzero(np.memmap(path, dtype, mode="r") == EOS) + 1).tolist()
    return list(zip([0, *ends], ends, strict=False))


@settings(max_examples=50)
@given(st.data(), st.sampled_from([NARROW, WIDE]))
def test_documents_lie_where_both_say(data: Any, vocabulary: int) -> None:
    shard = data.draw(documents(vocabulary))
    with written(FORM, [shard], vocabulary) as found:
        config = json.loads((found.folder / "olmo.json").read_bytes())
        (name,) = config["paths"]
        path = found.folder / name
        tokens = np.memmap(path, config["dtype"], mode="r")
        bounds = by_metadata(path.with_name(name.replace(".npy", ".csv.gz")))
        assert [tokens[start:end].tolist() for start, end in bounds] == [[*document, EOS] for document in shard]
        assert by_array(path, config["dtype"]) == bounds
        assert config["tokenizer"]["eos_token_id"] == EOS
        assert config["tokenizer"]["vocab_size"] == vocabulary


@settings(max_examples=50)
@given(st.lists(documents(NARROW), min_size=1, max_size=3))
def test_what_is_read_back_is_what_was_written(shards: list[list[Document]]) -> None:
    with written(FORM, shards) as found:
        assert read_back(FORM, found) == [flat(shard, EOS) for shard in shards]
        for part, shard in zip(found.parts, shards, strict=True):
            assert FORM.lengths(found.folder, part, found.encoding).tolist() == [len(one) + 1 for one in shard]


@pytest.mark.slow
@pytest.mark.skipif(not (OWN / "olmo_core").is_dir(), reason="OLMo-core is not here: `make train`")
def test_olmo_cores_own_data_set_has_these_sequences_and_documents(tmp_path: Path) -> None:
    draw, length = np.random.default_rng(0), 16
    made: dict[int, list[list[Document]]] = {
        vocabulary: [
            [draw.integers(3, vocabulary, size).tolist() for size in draw.integers(1, 60, 40)] for _ in range(2)
        ]
        for vocabulary in (NARROW, WIDE)
    }
    for vocabulary, shards in made.items():
        (tmp_path / str(vocabulary)).mkdir()
        write(FORM, shards, tmp_path / str(vocabulary), vocabulary, EOS)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(length), *(str(tmp_path / str(vocabulary)) for vocabulary in made)],
        env={**os.environ, "PYTHONPATH": str(OWN), "HF_HUB_OFFLINE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]

    for found, shards in zip(json.loads(done.stdout.splitlines()[-1]), made.values(), strict=True):
        streams = [flat(shard, EOS) for shard in shards]
        assert found["sequences"] == [
            stream[start : start + length]
            for stream in streams
            for start in range(0, len(stream) - length + 1, length)  # it leaves out what fills no sequence
        ]
        ends = [np.cumsum([len(document) + 1 for document in shard]).tolist() for shard in shards]
        bounds = [[[start, end] for start, end in zip([0, *of], of, strict=False)] for of in ends]
        assert found["by_metadata"] == found["by_array"] == bounds


def test_a_document_that_holds_the_last_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="tells documents apart"):
        write(FORM, [[[3, EOS, 4]]], tmp_path, NARROW, EOS)


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write(FORM, [[[3, 4], [5]]], tmp_path / name, NARROW, EOS)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name
