"""The same batches through PyTorch's DataLoader, with workers or without."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.errors import LoadError
from shards.loading import Corpus, Loader, LoaderConfig, PackConfig, make_cache, open_cache, open_corpus
from tests.shards.loading.making import write_shards

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

CONFIG = LoaderConfig(PackConfig(64, eos=2), seed=3, window=10)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return open_corpus(write_shards(tmp_path_factory.mktemp("shards")))


def items(dataset: Any, workers: int) -> list[dict[str, Any]]:
    loading = torch.utils.data.DataLoader(
        dataset, batch_size=None, num_workers=workers, multiprocessing_context="fork" if workers else None
    )
    return [{name: value.numpy().tolist() for name, value in item.items()} for item in loading]


@pytest.fixture(scope="module")
def expected(corpus: Corpus) -> list[dict[str, Any]]:
    from shards.loading.torch_dataset import PackedDataset

    return items(PackedDataset(Loader(corpus, CONFIG), 4), 0)


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_gives_the_same_in_the_same_order(
    corpus: Corpus, expected: list[dict[str, Any]], workers: int
) -> None:
    from shards.loading.torch_dataset import PackedDataset

    assert items(PackedDataset(Loader(corpus, CONFIG), 4), workers) == expected


@pytest.mark.parametrize("parts", [3, 7, 100])
def test_parts_of_a_rank_taken_in_turn_are_the_whole(corpus: Corpus, parts: int) -> None:
    whole = [batch.input_ids.tolist() for batch in Loader(corpus, CONFIG).batches(4)]
    each = [[*Loader(corpus, CONFIG).batches(4, part=part, parts=parts)] for part in range(parts)]
    in_turn = [each[number % parts][number // parts].input_ids.tolist() for number in range(sum(map(len, each)))]

    assert in_turn == whole


@pytest.mark.parametrize("cached", [False, True])
def test_workers_that_share_nothing(
    corpus: Corpus, expected: list[dict[str, Any]], tmp_path: Path, cached: bool
) -> None:
    """What a worker that is not forked gets is pickled."""
    from shards.loading.torch_dataset import PackedDataset

    store = open_cache(make_cache(corpus, CONFIG.pack, tmp_path)) if cached else corpus
    sent = pickle.dumps(PackedDataset(Loader(store, CONFIG), 4))

    assert items(pickle.loads(sent), 0) == expected


def test_items_are_the_loaders_batches(corpus: Corpus, expected: list[dict[str, Any]]) -> None:
    loader = Loader(corpus, CONFIG)
    for item, batch in zip(expected, loader.batches(4), strict=True):
        assert item["input_ids"] == batch.input_ids.tolist()
        assert item["position_ids"] == batch.position_ids.tolist()
        assert item["labels"] == batch.labels.tolist()
        assert [[*loader.totals][code] for code in item["source"]] == batch.sources
        assert item["next_index"] == loader.index
        ends = np.array(item["cu_seqlens"])
        starts = np.flatnonzero(np.array(item["position_ids"]).ravel() == 0)
        assert ends[:-1].tolist() == starts.tolist()
        assert ends[-1] == batch.input_ids.size
        assert item["max_seqlen"] == np.diff(ends).max()


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("rank", [0, 1])
def test_it_resumes_after_any_item(corpus: Corpus, workers: int, rank: int) -> None:
    from shards.loading.torch_dataset import PackedDataset

    def dataset() -> PackedDataset:
        return PackedDataset(Loader(corpus, CONFIG, rank=rank, world_size=2), 3, drop_last=True)

    whole = items(dataset(), workers)
    for had in (1, len(whole) // 2, len(whole)):
        state = dataset().state_dict({"next_index": torch.tensor(whole[had - 1]["next_index"])})
        again = dataset()
        again.load_state_dict(state)
        assert again.state_dict() == state
        assert items(again, workers) == whole[had:]


def test_each_pass_begins_where_the_loader_stands(corpus: Corpus, expected: list[dict[str, Any]]) -> None:
    from shards.loading.torch_dataset import PackedDataset

    dataset = PackedDataset(Loader(corpus, CONFIG), 4)

    assert items(dataset, 0) == items(dataset, 0) == expected


def test_wrong_use_is_refused(corpus: Corpus) -> None:
    from shards.loading.torch_dataset import PackedDataset

    dataset = PackedDataset(Loader(corpus, CONFIG), 4)
    with pytest.raises(LoadError, match="not the state"):
        dataset.load_state_dict({})
    with pytest.raises(LoadError, match="at least one"):
        PackedDataset(Loader(corpus, CONFIG), 0)
