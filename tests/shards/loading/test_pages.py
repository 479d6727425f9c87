"""Token ids out of pages: what Arrow reads, and nothing that is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shards.loading.corpus import open_corpus
from shards.loading.pages import DamagedPage, ShardReader, WrongCount, token_ids
from shards.tokenizer import INPUT_IDS
from shards.write import ID_ENCODING
from tests.conftest import Built
from tests.shards.loading.making import write_shards

AS_SHARDS: dict[str, Any] = {"compression": "zstd", "use_dictionary": False, "write_page_checksum": True}
ENCODINGS: dict[str, dict[str, Any]] = {"as split bytes": {"column_encoding": ID_ENCODING}, "as they lie": {}}
DTYPES = {np.uint16: (0, 2**16 - 1), np.int32: (-(2**31), 2**31 - 1)}


def write(path: Path, lists: list[list[int]], **options: Any) -> pq.FileMetaData:
    rows = pa.table({"input_ids": pa.array(lists, INPUT_IDS), "n_tokens": pa.array(map(len, lists), pa.int32())})
    pq.write_table(rows, path, **{**AS_SHARDS, **options})
    return pq.read_metadata(path)


def read(path: Path, group: pq.RowGroupMetaData, dtype: type = np.int32) -> list[int] | None:
    columns = map(group.column, range(group.num_columns))
    into = np.zeros(max(each.num_values for each in columns if each.path_in_schema.startswith("input_ids")), dtype)
    with path.open("rb") as file:
        count = token_ids(file, group, into)
    return None if count is None else into[:count].tolist()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
@settings(max_examples=25)
@given(data=st.data(), page=st.integers(1, 400))
def test_any_lists(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, page: int, dtype: type, encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"lists-{dtype.__name__}.parquet"
    lists = data.draw(st.lists(st.lists(st.integers(*DTYPES[dtype]), max_size=30), max_size=40))
    facts = write(path, lists, data_page_size=page, write_batch_size=7, **ENCODINGS[encoding])

    for group in (facts.row_group(number) for number in range(facts.num_row_groups)):
        assert read(path, group, dtype) == [token for ids in lists for token in ids]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("token", [2**16, -1, 2**31 - 1])
def test_an_id_that_does_not_fit(tmp_path: Path, token: int, encoding: str) -> None:
    facts = write(tmp_path / "lists.parquet", [[1, 2], [token, 3]], **ENCODINGS[encoding])

    with pytest.raises(DamagedPage, match="ids"):
        read(tmp_path / "lists.parquet", facts.row_group(0), np.uint16)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_more_ids_than_lengths_say(tmp_path: Path, encoding: str) -> None:
    facts = write(tmp_path / "lists.parquet", [[1, 2], [4, 3]], **ENCODINGS[encoding])

    with (tmp_path / "lists.parquet").open("rb") as file, pytest.raises(WrongCount):
        token_ids(file, facts.row_group(0), np.zeros(3, np.int32))


def test_shards_as_built(snapshot: Built) -> None:
    for shard in open_corpus(snapshot.folder).shards:
        rows = pq.read_table(shard.path, columns=["input_ids"])["input_ids"].combine_chunks()
        reader = ShardReader(shard)
        lengths, tokens = reader.read(range(len(shard.group_rows)))

        assert np.array_equal(tokens, rows.flatten().to_numpy())
        assert lengths.tolist() == rows.value_lengths().to_pylist()
        facts = pq.read_metadata(shard.path)
        assert all(read(shard.path, facts.row_group(each)) is not None for each in range(facts.num_row_groups))


OTHERWISE: list[dict[str, Any]] = [
    {"compression": "snappy"},
    {"compression": "none"},
    {"use_dictionary": True},
    {"data_page_version": "2.0"},
    {"column_encoding": "DELTA_BINARY_PACKED"},
]


@pytest.mark.parametrize("options", OTHERWISE, ids=str)
def test_what_is_written_otherwise_is_left_to_arrow(tmp_path: Path, options: dict[str, Any]) -> None:
    root = write_shards(tmp_path, {"notes": [[30, 0, 5], [7]]})
    (shard, _) = open_corpus(root).shards
    rows = pq.read_table(shard.path)
    if "column_encoding" in options:
        options = {"column_encoding": {"input_ids.list.element": options["column_encoding"]}}
        pq.write_table(rows.select(["input_ids", "n_tokens"]), shard.path, **{**AS_SHARDS, **options})
    else:
        pq.write_table(rows, shard.path, **{**AS_SHARDS, **options})

    assert read(shard.path, pq.read_metadata(shard.path).row_group(0)) is None
    lengths, tokens = ShardReader(shard).read(range(1))
    assert lengths.tolist() == [30, 0, 5]
    assert tokens.tolist() == [token for ids in rows["input_ids"].to_pylist() for token in ids]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_changed_byte_of_the_pages_is_noticed(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "lists.parquet"
    chance = np.random.default_rng(1)
    lists = [chance.integers(0, 32_000, 40).tolist() for _ in range(6)]
    facts = write(path, lists, data_page_size=300, write_batch_size=3, **ENCODINGS[encoding])
    group = facts.row_group(0)
    column = group.column(0)
    whole = path.read_bytes()
    expected = read(path, group)
    unnoticed = 0
    for place in range(column.data_page_offset, column.data_page_offset + column.total_compressed_size):
        for bit in (1, 128):
            content = bytearray(whole)
            content[place] ^= bit
            path.write_bytes(content)
            try:
                found = read(path, group)
            except DamagedPage:
                continue
            assert found is None or found == expected or len(found) != len(expected or []), place
            unnoticed += 1

    assert unnoticed < 0.2 * 2 * column.total_compressed_size  # headers hold facts that nobody needs


def test_a_column_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "lists.parquet"
    facts = write(path, [[1, 2, 3] * 50])
    group = facts.row_group(0)
    path.write_bytes(path.read_bytes()[: group.column(0).data_page_offset + group.column(0).total_compressed_size - 5])

    with pytest.raises(DamagedPage):
        read(path, group)
