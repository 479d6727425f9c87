"""A folder that `datasets.load_from_disk` maps into memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shards.exports.datasets import Datasets
from tests.shards.exports.writing import EOS, NARROW, Document, documents, flat, read_back, write, written

datasets = pytest.importorskip("datasets", reason="install the extra `test`")

FORM = Datasets()


@settings(max_examples=20)
@given(st.lists(documents(NARROW), min_size=1, max_size=3))
def test_rows_are_documents(shards: list[list[Document]]) -> None:
    with written(FORM, shards, eos=None) as found:
        rows = datasets.Dataset.load_from_disk(str(found.folder))
        assert rows["input_ids"][:] == [document for shard in shards for document in shard]
        assert str(rows.split) == "train"


@settings(max_examples=20)
@given(st.lists(documents(NARROW), min_size=1, max_size=3), st.sampled_from([None, EOS]))
def test_what_is_read_back_is_what_was_written(shards: list[list[Document]], eos: int | None) -> None:
    with written(FORM, shards, eos=eos) as found:
        assert read_back(FORM, found) == [flat(shard, eos) for shard in shards]
        for part, shard in zip(found.parts, shards, strict=True):
            after = eos is not None
            lengths = FORM.lengths(found.folder, part, found.encoding).tolist()
            assert lengths == [len(one) + after for one in shard]


def test_load_from_disk_reads_splits_as_memory_maps(tmp_path: Path) -> None:
    for split, shard in (("train", [[3, 4], [5]]), ("validation", [[6]])):
        (tmp_path / split).mkdir()
        write(FORM, [shard], tmp_path / split, NARROW, None)
    for name, content in FORM.whole_files(["train", "validation"]).items():
        (tmp_path / name).write_bytes(content)
    found = datasets.load_from_disk(str(tmp_path))
    assert {split: rows["input_ids"][:] for split, rows in found.items()} == {
        "train": [[3, 4], [5]],
        "validation": [[6]],
    }
    assert found["train"].column_names == ["doc_id", "source", "licence_spdx", "input_ids"]
    assert [Path(file["filename"]).suffix for file in found["train"].cache_files] == [".arrow"]
