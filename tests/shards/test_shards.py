"""Where documents go, how shards are cut, and that tokens are the reference's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.assets import asset_path
from corpus.errors import AssetError, BuildStopped
from pipelines.shard import prove_tokens
from shards.place import shard_name, shards_of, split_of, uniform
from shards.tokenizer import Tokenizer, load_tokenizer
from shards.write import ROW, row_group_ends, write_shard
from tests.conftest import Built


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    try:
        return load_tokenizer(asset_path("mistral-v3.model"))
    except AssetError as error:
        pytest.skip(str(error))


def column(texts: list[str]) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string())


@given(texts=st.lists(st.text(max_size=200), min_size=1, max_size=8))
def test_the_fast_path_equals_the_oracle_on_any_text(tokenizer: Tokenizer, texts: list[str]) -> None:
    assert tokenizer.encode(column(texts)).to_pylist() == tokenizer.oracle.encode(texts)


@pytest.mark.parametrize("text", ["<s>", "</s> after", "before [INST] between [/INST]", "<unk>", "a<s>b<s>"])
def test_text_that_spells_a_control_token_stays_text(tokenizer: Tokenizer, text: str) -> None:
    plain = ["plain", text, "also plain"]

    assert tokenizer.encode(column(plain)).to_pylist() == tokenizer.oracle.encode(plain)
    assert not set(tokenizer.encode(column([text])).to_pylist()[0]) & {1, 2, 3, 4}


def test_a_slice_of_a_column_gives_the_tokens_of_the_slice(tokenizer: Tokenizer) -> None:
    whole = column(["one text", "another <s> text", "", "a third"])

    assert tokenizer.encode(whole.slice(1, 2)).to_pylist() == tokenizer.encode(whole).to_pylist()[1:3]


def test_no_text_has_no_tokens(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode(column([])).to_pylist() == []
    assert tokenizer.encode(column([""])).to_pylist() == [[]]


def test_no_special_token_is_added(tokenizer: Tokenizer, snapshot: Built) -> None:
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards]
    first = pl.scan_parquet(paths).select(pl.col("input_ids").list.first()).collect().to_series()

    assert not first.is_in([1, 2]).any()


def test_a_shard_whose_tokens_differ_from_the_oracles_stops_the_build(tokenizer: Tokenizer, snapshot: Built) -> None:
    rows = pq.read_table(snapshot.folder / snapshot.manifest.shards[0].path)

    assert prove_tokens(rows, 64, tokenizer.oracle.encode) == min(64, len(rows))
    with pytest.raises(BuildStopped, match="disagree on"):
        prove_tokens(rows, 64, lambda texts: [[*ids, 0] for ids in tokenizer.oracle.encode(texts)])


@pytest.mark.parametrize("name", ["empty.model", "empty.json"])
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")

    with pytest.raises(AssetError, match=name):
        Tokenizer(tmp_path / name)


def test_an_absent_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="no tokenizer at"):
        Tokenizer(tmp_path / "absent.model")


@given(st.text(), st.text())
def test_a_place_is_at_least_0_and_below_1(text: str, salt: str) -> None:
    assert 0 <= uniform(text, salt=salt) < 1


@given(st.lists(st.text(min_size=1), max_size=50), st.integers(1, 100))
def test_every_document_has_a_shard(doc_ids: list[str], count: int) -> None:
    places = shards_of(doc_ids, count)

    assert len(places) == len(doc_ids)
    assert all(0 <= place < count for place in places)


def test_shards_and_splits_are_filled_evenly() -> None:
    doc_ids = [f"medline:{number}" for number in range(20_000)]
    sizes = np.bincount(shards_of(doc_ids, 10))
    held_out = sum(split_of(doc_id, validation_share=0.03, seed=1) == "validation" for doc_id in doc_ids)

    assert abs(sizes - 2000).max() < 250
    assert 500 < held_out < 700


@given(st.text(), st.integers(0, 9))
def test_a_share_of_nothing_holds_nothing_out(group: str, seed: int) -> None:
    assert split_of(group, validation_share=0, seed=seed) == "train"


def test_a_larger_share_holds_out_what_a_smaller_one_did() -> None:
    groups = [str(number) for number in range(3000)]
    small = {group for group in groups if split_of(group, validation_share=0.02, seed=1) == "validation"}
    large = {group for group in groups if split_of(group, validation_share=0.1, seed=1) == "validation"}

    assert small < large


def test_shards_are_named_as_loaders_expect() -> None:
    assert shard_name("train", 0, 4) == "train-00000-of-00004.parquet"


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=200), st.integers(1, 2000))
def test_row_groups_hold_every_row_once_and_end_when_full(tokens: list[int], size: int) -> None:
    ends = row_group_ends(np.array(tokens), size)

    assert ends == sorted(set(ends))
    assert ends[-1] == len(tokens)
    for start, end in zip([0, *ends], ends, strict=False):
        assert sum(tokens[start : end - 1]) < size
        assert end == len(tokens) or sum(tokens[start:end]) >= size


def test_the_same_rows_give_the_same_bytes(snapshot: Built, tmp_path: Path) -> None:
    shard = max(snapshot.manifest.shards, key=lambda shard: shard.rows)
    path = snapshot.folder / shard.path
    rows = pq.read_table(path)
    metadata = {key.decode(): value.decode() for key, value in rows.schema.metadata.items() if key.startswith(b"hc4")}

    write_shard(tmp_path / "again.parquet", rows.cast(ROW), row_group_tokens=10_000, metadata=metadata)

    assert (tmp_path / "again.parquet").read_bytes() == path.read_bytes()


def test_a_shard_says_what_it_is(snapshot: Built) -> None:
    for shard in snapshot.manifest.shards:
        schema = pq.read_schema(snapshot.folder / shard.path)
        assert schema.names == ROW.names, shard.path
        assert schema.metadata[b"hc4.source"].decode() == shard.source
        assert schema.metadata[b"hc4.split"].decode() == shard.split
        assert schema.metadata[b"hc4.tokenizer_sha256"].decode() == snapshot.manifest.tokenizer.sha256


def test_a_shard_can_be_searched_without_reading_it_whole(snapshot: Built) -> None:
    with pq.ParquetFile(snapshot.folder / snapshot.manifest.shards[0].path) as file:
        group = file.metadata.row_group(0)
        columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}

    assert all(column.has_offset_index and column.has_column_index for column in columns.values())
    assert "RLE_DICTIONARY" not in columns["text"].encodings
    assert "RLE_DICTIONARY" in columns["source"].encodings
    assert {column.compression for column in columns.values()} == {"ZSTD"}
