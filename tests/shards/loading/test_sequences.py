"""What a sequence holds: every token of every document once, each with where it is from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corpus.errors import LoadError
from shards.loading import Loader, LoaderConfig, PackConfig, open_corpus, origins
from tests.shards.loading.making import LENGTHS, documents_from, documents_in, write_shards

PACKS = [
    PackConfig(64),
    PackConfig(64, eos=2),
    PackConfig(64, bos=1, eos=2, split_below=0),
    PackConfig(48, bos=1, block_tokens=300),
    PackConfig(2048, eos=2, block_tokens=1),
    PackConfig(1),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shards(tmp_path_factory.mktemp("shards"))


@pytest.mark.parametrize("pack", PACKS, ids=str)
@pytest.mark.parametrize("together", [None, 1, 2])
def test_one_epoch_holds_every_token_of_every_document_once(root: Path, pack: PackConfig, together: int | None) -> None:
    loader = Loader(open_corpus(root), LoaderConfig(pack, seed=4, window=16, shuffle_blocks=together))

    assert documents_from(loader) == documents_in(root)


@pytest.mark.parametrize("pack", PACKS, ids=str)
def test_the_account_is_what_is_given(root: Path, pack: PackConfig) -> None:
    loader = Loader(open_corpus(root), LoaderConfig(pack, pad=3))
    given = {account.source: [0, 0, 0] for account in loader.account}
    for sequence in loader:
        ids = sequence.input_ids[: sequence.doc_lens.sum()]
        given[sequence.source][0] += int((ids >= 10).sum())
        given[sequence.source][1] += int((ids < 10).sum())
        given[sequence.source][2] += len(sequence.input_ids) - len(ids)

    for account in loader.account:
        shards = LENGTHS[account.source]
        assert account.tokens == sum(map(sum, shards))
        assert account.documents == sum(map(len, shards))
        assert given[account.source] == [account.tokens, account.specials, account.padding]
        assert account.sequences == loader.totals[account.source]


def test_special_tokens_stand_around_documents(root: Path) -> None:
    documents = documents_in(root)
    for sequence in Loader(open_corpus(root), LoaderConfig(PackConfig(64, bos=1, eos=2))):
        ends = sequence.cu_seqlens.tolist()
        for piece, start, end in zip(sequence.documents, ends[:-1], ends[1:], strict=True):
            ids = sequence.input_ids[start:end].tolist()
            size = len(documents[piece.shard, piece.row])
            assert (ids[0] == 1) == (piece.first_token == 0)
            inner = sum(each >= 10 for each in ids)
            assert (ids[-1] == 2) == (piece.first_token + inner == size)
            assert all(each >= 10 for each in ids[1:-1])


def test_positions_begin_anew_with_each_piece_and_labels_leave_out_padding(root: Path) -> None:
    pack = PackConfig(64, eos=2)
    plain = list(Loader(open_corpus(root), LoaderConfig(pack, pad=7)))
    masked = list(Loader(open_corpus(root), LoaderConfig(pack, pad=7, mask_starts=True)))
    for sequence, other in zip(plain, masked, strict=True):
        held = int(sequence.doc_lens.sum())
        lengths = [*sequence.doc_lens.tolist(), 64 - held]
        assert sequence.position_ids.tolist() == [place for length in lengths for place in range(length)]
        assert (sequence.input_ids[held:] == 7).all()
        assert (sequence.labels[held:] == -100).all()
        assert np.array_equal(sequence.labels[:held], sequence.input_ids[:held])
        starts = sequence.cu_seqlens[:-1]
        expected = sequence.labels.copy()
        expected[starts] = -100
        assert np.array_equal(other.labels, expected)


def test_types(root: Path) -> None:
    batch = next(Loader(open_corpus(root), LoaderConfig(PackConfig(64))).batches(3))
    sequence = batch[1]

    for array in (sequence.input_ids, sequence.position_ids, sequence.labels, sequence.doc_lens, sequence.cu_seqlens):
        assert array.dtype == np.int32
    assert batch.input_ids.shape == batch.position_ids.shape == batch.labels.shape == (3, 64)
    assert sequence.cu_seqlens[0] == 0
    assert len(sequence.cu_seqlens) == len(sequence.documents) + 1
    with pytest.raises(IndexError):
        batch[3]


def test_batches_are_sequences_stacked(root: Path) -> None:
    config = LoaderConfig(PackConfig(64, eos=2), seed=9)
    one_by_one = list(Loader(open_corpus(root), config))
    batches = list(Loader(open_corpus(root), config).batches(4))

    assert [len(batch) for batch in batches[:-1]] == [4] * (len(batches) - 1)
    stacked = [batch[place] for batch in batches for place in range(len(batch))]
    assert len(stacked) == len(one_by_one)
    for sequence, other in zip(stacked, one_by_one, strict=True):
        assert sequence.input_ids.tobytes() == other.input_ids.tobytes()
        assert sequence.labels.tobytes() == other.labels.tobytes()
        assert sequence.documents == other.documents
        assert sequence.index == other.index


def test_every_piece_leads_to_its_document_and_licence(root: Path) -> None:
    corpus = open_corpus(root)
    for sequence in Loader(corpus, LoaderConfig(PackConfig(64, eos=2))):
        found = origins(sequence, corpus)
        assert [(each.shard, each.row, each.first_token) for each in found] == list(sequence.documents)
        assert [each.at for each in found] == sequence.cu_seqlens[:-1].tolist()
        for origin in found:
            number = int(Path(origin.shard).name.split("-")[1])
            assert origin.doc_id == f"{sequence.source}:{number}-{origin.row}"
            assert origin.source == sequence.source
            assert origin.licence_spdx == ("CC0-1.0" if origin.row % 2 else "CC-BY-4.0")


def test_a_sequence_of_another_corpus_leads_nowhere(root: Path) -> None:
    sequence = next(Loader(open_corpus(root, sources=["notes"]), LoaderConfig(PackConfig(64))))

    with pytest.raises(LoadError, match=r"no data/notes/train-.* of notes"):
        origins(sequence, open_corpus(root, sources=["articles"]))
