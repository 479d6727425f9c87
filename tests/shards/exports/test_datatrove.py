"""`.ds`: datatrove's data sets read it, and its own writer gives the same bytes."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shards.exports.datatrove import Datatrove, in_words
from tests.shards.exports.writing import EOS, NARROW, WIDE, Document, documents, flat, read_back, write, written

pytest.importorskip("torch", reason="datatrove's data sets need torch: install the extra `train`")
dataset = pytest.importorskip("datatrove.utils.dataset", reason="install the extra `test`")
tokenizer = pytest.importorskip("datatrove.pipeline.tokens.tokenizer", reason="install the extra `test`")

FORM = Datatrove()
vocabularies = st.sampled_from([NARROW, WIDE])


@settings(max_examples=30)
@given(st.data(), vocabularies, st.sampled_from([None, EOS]))
def test_datatroves_writer_gives_the_same_bytes(data: Any, vocabulary: int, eos: int | None) -> None:
    shard = data.draw(documents(vocabulary))
    with written(FORM, [shard], vocabulary, eos) as found:
        (part,) = found.parts
        peer = tokenizer.TokenizedFile(
            str(found.folder / "peer"),
            f"{part.stem}.ds",
            tokenizer_name_or_path=found.encoding.tokenizer,
            save_final_metadata=True,
            token_size=2 if vocabulary == NARROW else 4,
        )
        for document in shard:
            peer.write(flat([document], eos), None)
        peer.close()
        for suffix in FORM.suffixes:
            name = f"{part.stem}{suffix}"
            assert (found.folder / name).read_bytes() == (found.folder / "peer" / name).read_bytes(), suffix


@settings(max_examples=30)
@given(st.data(), vocabularies)
def test_the_folder_data_set_reads_windows_of_it(data: Any, vocabulary: int) -> None:
    shards = data.draw(st.lists(documents(vocabulary), min_size=1, max_size=3))
    with written(FORM, shards, vocabulary) as found:
        peer = dataset.DatatroveFolderDataset(str(found.folder), seq_len=4, token_size=2 if vocabulary == NARROW else 4)
        windows = [peer[number]["input_ids"].tolist() for number in range(len(peer))]
        expected = []
        for shard in shards:
            tokens = flat(shard, EOS)
            expected += [tokens[start : start + 5] for start in range(0, len(tokens) // 5 * 5, 5)]
        assert windows == expected


@settings(max_examples=30)
@given(documents(NARROW))
def test_positions_begin_anew_with_each_document(shard: list[Document]) -> None:
    with written(FORM, [shard]) as found:
        (part,) = found.parts
        length = part.length(found.encoding)
        path = str(found.folder / f"{part.stem}.ds")
        whole = dataset.DatatroveFileDataset(path, seq_len=length - 1, return_positions=True)[0]
        assert whole["positions"].tolist() == [place for document in shard for place in range(len(document) + 1)]


@settings(max_examples=30)
@given(st.lists(documents(NARROW), min_size=1, max_size=3))
def test_what_is_read_back_is_what_was_written(shards: list[list[Document]]) -> None:
    with written(FORM, shards) as found:
        assert read_back(FORM, found) == [flat(shard, EOS) for shard in shards]
        for part, shard in zip(found.parts, shards, strict=True):
            assert FORM.lengths(found.folder, part, found.encoding).tolist() == [len(one) + 1 for one in shard]


def test_long_files_are_read_to_their_last_token(tmp_path: Path) -> None:
    shard = [[number % 1000 + 3] * 700 for number in range(20)]
    found = write(FORM, [shard], tmp_path, NARROW, EOS)
    assert read_back(FORM, found) == [flat(shard, EOS)]


@given(st.integers(0, 10**15))
def test_a_count_in_words_is_as_datatrove_says_it(count: int) -> None:
    humanize = pytest.importorskip("humanize")
    assert in_words(count) == humanize.metric(count, unit="T")


@pytest.mark.parametrize("edge", list(accumulate([9, *([10] * 11)], lambda a, b: a * b + 9)))
def test_counts_at_the_edges(edge: int) -> None:
    humanize = pytest.importorskip("humanize")
    for count in (edge - 1, edge, edge + 1, edge * 995 // 1000, edge * 9995 // 10000):
        assert in_words(count) == humanize.metric(count, unit="T")
