"""`.bin` and `.idx`: by a parser of the published layout, and byte for byte as datatrove's writer gives them."""

from __future__ import annotations

import struct
import warnings
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SnapshotError
from shards.exports.megatron import Megatron
from tests.shards.exports.writing import EOS, NARROW, WIDE, documents, flat, read_back, write, written

FORM = Megatron()
vocabularies = st.sampled_from([NARROW, WIDE])


def parsed(prefix: Path) -> list[list[int]]:
    """Documents, number by number as `megatron/core/datasets/indexed_dataset.py` lays them out."""
    index, tokens = prefix.with_suffix(".idx").read_bytes(), prefix.with_suffix(".bin").read_bytes()
    place = 0

    def take(layout: str, count: int = 1) -> tuple[Any, ...]:
        nonlocal place
        packed = f"<{count}{layout}"
        found = struct.unpack_from(packed, index, place)
        place += struct.calcsize(packed)
        return found

    assert bytes(index[:9]) == b"MMIDIDX\x00\x00"
    place = 9
    assert take("Q") == (1,)
    kind, size = {8: ("H", 2), 4: ("i", 4)}[take("B")[0]]
    (sequences,), (bounds,) = take("Q"), take("Q")
    lengths, pointers, ends = take("i", sequences), take("q", sequences), take("q", bounds)
    assert place == len(index)
    found = [
        list(struct.unpack_from(f"<{length}{kind}", tokens, pointer))
        for length, pointer in zip(lengths, pointers, strict=True)
    ]
    assert sum(lengths) * size == len(tokens)
    return [list(chain(*found[start:end])) for start, end in pairwise(ends)]


@settings(max_examples=40)
@given(st.data(), vocabularies, st.sampled_from([None, EOS]))
def test_the_published_layout(data: Any, vocabulary: int, eos: int | None) -> None:
    shard = data.draw(documents(vocabulary))
    with written(FORM, [shard], vocabulary, eos) as found:
        assert parsed(found.folder / found.parts[0].stem) == [flat([document], eos) for document in shard]


@settings(max_examples=20)
@given(st.data(), vocabularies, st.sampled_from([None, EOS]))
def test_megatrons_own_data_set_has_these_documents(data: Any, vocabulary: int, eos: int | None) -> None:
    pytest.importorskip("megatron", reason="install the extra `train`")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from megatron.core.datasets.indexed_dataset import IndexedDataset

    shard = data.draw(documents(vocabulary, least=1))
    with written(FORM, [shard], vocabulary, eos) as found:
        opened = IndexedDataset(str(found.folder / found.parts[0].stem))
        assert [opened[number].tolist() for number in range(len(opened))] == [flat([one], eos) for one in shard]
        assert opened.document_indices.tolist() == list(range(len(shard) + 1))
        part, start = opened.get(len(shard) - 1, offset=0, length=1), flat(shard[-1:], eos)[:1]
        assert part.tolist() == start


@settings(max_examples=40)
@given(st.data(), vocabularies)
def test_datatroves_writer_gives_the_same_bytes(data: Any, vocabulary: int) -> None:
    peer = pytest.importorskip("datatrove.pipeline.tokens.megatron_tokenizer", reason="install the extra `test`")
    shard = data.draw(documents(vocabulary))
    with written(FORM, [shard], vocabulary) as found:
        (part,) = found.parts
        other = peer.MegatronTokenizedFile(
            str(found.folder / "peer"), part.stem, token_size=2 if vocabulary == NARROW else 4
        )
        for document in shard:
            other.write(flat([document], EOS))
        other.close()
        for suffix in FORM.suffixes:
            name = f"{part.stem}{suffix}"
            assert (found.folder / name).read_bytes() == (found.folder / "peer" / name).read_bytes(), suffix


@settings(max_examples=40)
@given(st.data(), vocabularies)
def test_what_is_read_back_is_what_was_written(data: Any, vocabulary: int) -> None:
    shards = data.draw(st.lists(documents(vocabulary), min_size=1, max_size=3))
    with written(FORM, shards, vocabulary) as found:
        assert read_back(FORM, found) == [flat(shard, EOS) for shard in shards]
        for part, shard in zip(found.parts, shards, strict=True):
            assert FORM.lengths(found.folder, part, found.encoding).tolist() == [len(one) + 1 for one in shard]


@pytest.mark.parametrize("damage", [lambda index: index[:20], lambda index: b"X" + index[1:], lambda index: index[:-8]])
def test_a_damaged_index_is_named(tmp_path: Path, damage: Any) -> None:
    found = write(FORM, [[[3, 4], [5]]], tmp_path, NARROW, EOS)
    path = tmp_path / f"{found.parts[0].stem}.idx"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SnapshotError, match=r"\.idx"):
        FORM.lengths(tmp_path, found.parts[0], found.encoding)
