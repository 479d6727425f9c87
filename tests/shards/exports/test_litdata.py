"""Chunks that litdata's `StreamingDataset` reads with `TokensLoader`, though they are written without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shards.exports.litdata import Litdata
from tests.shards.exports.writing import EOS, NARROW, WIDE, documents, flat, read_back, write, written

pytest.importorskip("torch", reason="litdata needs torch: install the extra `train`")
litdata = pytest.importorskip("litdata", reason="install the extra `train`")
loaders = pytest.importorskip("litdata.streaming.item_loader")

# litdata's own: it copies what it reads from a map that may not be written to.
pytestmark = pytest.mark.filterwarnings("ignore:The given buffer is not writable:UserWarning")

FORM = Litdata()
vocabularies = st.sampled_from([NARROW, WIDE])


def blocks(folder: Path, size: int) -> list[list[int]]:
    dataset = litdata.StreamingDataset(str(folder), item_loader=loaders.TokensLoader(block_size=size), shuffle=False)
    return [dataset[number].tolist() for number in range(len(dataset))]


@settings(max_examples=20)
@given(st.data(), vocabularies, st.integers(1, 7))
def test_the_loader_cuts_each_chunk_into_blocks(data: Any, vocabulary: int, size: int) -> None:
    shards = data.draw(st.lists(documents(vocabulary), min_size=1, max_size=3))
    with written(FORM, shards, vocabulary) as found:
        expected = []
        for shard in shards:
            tokens = flat(shard, EOS)
            expected += [tokens[start : start + size] for start in range(0, len(tokens) // size * size, size)]
        assert blocks(found.folder, size) == expected


def test_iterating_gives_every_block_in_order(tmp_path: Path) -> None:
    shards = [[[number + 3] * 9 for number in range(start, start + 4)] for start in (0, 100)]
    write(FORM, shards, tmp_path, NARROW, EOS)
    dataset = litdata.StreamingDataset(str(tmp_path), item_loader=loaders.TokensLoader(block_size=8), shuffle=False)
    assert [block.tolist() for block in dataset] == blocks(tmp_path, 8)
    assert len(blocks(tmp_path, 8)) == 2 * 40 // 8


def test_its_own_writer_makes_the_same_chunk_and_index(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    writer_of = pytest.importorskip("litdata.streaming.writer").BinaryWriter
    shard = [[3, 4, 5], [6], [7] * 50]
    found = write(FORM, [shard], tmp_path, NARROW, EOS)
    peer = writer_of(str(tmp_path / "peer"), chunk_bytes=10**6, item_loader=loaders.TokensLoader())
    for number, document in enumerate(shard):
        peer[number] = torch.from_numpy(np.array([*document, EOS], np.uint16))
    peer.done()
    peer.merge()
    ours, theirs = (json.loads((folder / "index.json").read_bytes()) for folder in (tmp_path, tmp_path / "peer"))
    (chunk,), (other,) = ours["chunks"], theirs["chunks"]
    assert (tmp_path / chunk["filename"]).read_bytes() == (tmp_path / "peer" / other["filename"]).read_bytes()
    named = {"filename"}
    assert {k: v for k, v in chunk.items() if k not in named} == {k: v for k, v in other.items() if k not in named}
    for key in ("data_format", "data_spec", "compression", "encryption", "item_loader"):
        assert ours["config"][key] == theirs["config"][key], key
    assert found.parts[0].bytes == chunk["chunk_bytes"]


@settings(max_examples=15)
@given(st.data(), vocabularies, st.sampled_from([None, EOS]))
def test_what_is_read_back_is_what_was_written(data: Any, vocabulary: int, eos: int | None) -> None:
    shards = data.draw(st.lists(documents(vocabulary, least=1), min_size=1, max_size=3))
    with written(FORM, shards, vocabulary, eos) as found:
        assert read_back(FORM, found) == [flat(shard, eos) for shard in shards]
        for part, shard in zip(found.parts, shards, strict=True):
            after = eos is not None
            lengths = FORM.lengths(found.folder, part, found.encoding).tolist()
            assert lengths == [len(one) + after for one in shard]
