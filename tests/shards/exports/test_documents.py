"""Documents of a shard as numpy, and the digest of their tokens."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import RecipeError, SnapshotError
from shards.exports.documents import TokenStream, read_documents, token_type
from shards.exports.registry import FORMATS, format_named
from tests.shards.exports.writing import NARROW, WIDE, Document, documents, flat, stream_sha256, table


@given(documents(NARROW), st.sampled_from([None, 2]))
def test_documents_are_delimited(shard: list[Document], eos: int | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "shard.parquet")
        pq.write_table(table(shard), path, row_group_size=2)
        batches = list(read_documents(path, NARROW))
    found = np.concatenate([batch.delimited(eos, np.uint16) for batch in batches])
    assert found.tolist() == flat(shard, eos)
    assert [int(length) for batch in batches for length in batch.lengths] == [len(document) for document in shard]


@given(documents(WIDE), st.integers(1, 2000))
def test_the_digest_is_that_of_its_definition_wherever_it_is_cut(shard: list[Document], size: int) -> None:
    ids = np.array(flat(shard, None), np.uint32)
    stream = TokenStream()
    for start in range(0, len(ids), size):
        stream.add(ids[start : start + size])
    assert (stream.sha256, stream.tokens) == (stream_sha256(shard), len(ids))


@pytest.mark.parametrize("token", [NARROW, -1])
def test_a_token_outside_the_vocabulary_is_refused(tmp_path: Path, token: int) -> None:
    path = tmp_path / "shard.parquet"
    pq.write_table(table([[3], [token]]), path)
    with pytest.raises(SnapshotError, match="vocabulary"):
        list(read_documents(path, NARROW))


@pytest.mark.parametrize(
    ("vocabulary", "eos", "expected"),
    [(65_536, 2, np.uint16), (65_536, 65_535, np.uint16), (65_536, 65_536, np.uint32), (65_537, None, np.uint32)],
)
def test_tokens_are_16_bits_where_every_id_fits(vocabulary: int, eos: int | None, expected: type) -> None:
    assert token_type(vocabulary, eos) is expected


def test_formats_are_found_by_name() -> None:
    assert all(format_named(name).name == name for name in FORMATS)
    with pytest.raises(RecipeError, match="datatrove"):
        format_named("tfrecord")
