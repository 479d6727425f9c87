"""The order of a run: one, for any number of ranks, resumed at any step; mixed exactly; shuffled by its seed."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import LoadError
from shards.loading import Corpus, Loader, LoaderConfig, PackConfig, open_corpus
from shards.loading.blocks import Block
from shards.loading.from_parquet import ParquetStore
from tests.shards.loading.making import all_of, write_shards

PACK = PackConfig(64, eos=2, block_tokens=500)
CONFIGS = {
    "natural": LoaderConfig(PACK, seed=1, window=10),
    "blocks": LoaderConfig(PACK, seed=1, window=10, shuffle_blocks=1),
    "weights": LoaderConfig(
        PACK, seed=2, window=7, weights={"abstracts": 2, "articles": 1.5, "notes": 0.1}, epochs=4, shuffle_blocks=2
    ),
    "temperature": LoaderConfig(PACK, seed=3, window=9, temperature=3, epochs={"notes": 30.5}),
}
Said = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return open_corpus(write_shards(tmp_path_factory.mktemp("shards")))


@pytest.fixture(scope="module")
def store(corpus: Corpus) -> ParquetStore:
    return ParquetStore(corpus, PACK)


@pytest.fixture(scope="module")
def whole(store: ParquetStore) -> dict[str, Said]:
    return {name: [all_of(each) for each in Loader(store, config)] for name, config in CONFIGS.items()}


@pytest.mark.parametrize("name", CONFIGS)
def test_resumed_at_every_step_it_goes_on_as_if_it_had_not_stopped(
    store: ParquetStore, whole: dict[str, Said], name: str
) -> None:
    config, expected = CONFIGS[name], whole[name]
    going = Loader(store, config)
    for step in range(len(expected) + 1):
        resumed = Loader(store, config)
        resumed.resume(going.state())
        few = [all_of(each) for each in islice(resumed, 12)]
        assert few == expected[step : step + 12]
        next(going, None)
    assert going.index == going.sequences == len(expected)


@pytest.mark.parametrize("name", CONFIGS)
@settings(max_examples=25)
@given(data=st.data())
def test_ranks_may_change_at_any_step(
    store: ParquetStore, whole: dict[str, Said], name: str, data: st.DataObject
) -> None:
    """Worlds of 1, 2, 4 and 3 ranks, one after the other, in turns of any number of steps."""
    config, expected = CONFIGS[name], whole[name]
    state, had = Loader(store, config).state(), 0
    given_so_far: Said = []
    for world in (1, 2, 4, 3):
        ranks = [Loader(store, config, rank=rank, world_size=world) for rank in range(world)]
        for rank in ranks:
            rank.resume(state)
        turns = data.draw(st.integers(0, (len(expected) - had) // world))
        if data.draw(st.booleans()):
            given_so_far += [all_of(next(rank)) for _ in range(turns) for rank in ranks]
        elif turns:
            batches = [next(rank.batches(turns)) for rank in ranks]
            given_so_far += [all_of(batch[place]) for place in range(turns) for batch in batches]
        had += turns * world
        states = {rank.state() for rank in ranks}
        assert len(states) == 1
        state = states.pop()
    last = [Loader(store, config, rank=rank, world_size=3) for rank in range(3)]
    for rank in last:
        rank.resume(state)
    rests = [[all_of(each) for each in rank] for rank in last]
    given_so_far += [rests[place % 3][place // 3] for place in range(sum(map(len, rests)))]

    assert given_so_far == expected


@pytest.mark.parametrize("size", [1, 3, 8])
@pytest.mark.parametrize("world", [1, 3, 4])
def test_without_the_last_uneven_part_all_ranks_have_as_many(corpus: Corpus, size: int, world: int) -> None:
    config = CONFIGS["natural"]
    ranks = [Loader(corpus, config, rank=rank, world_size=world) for rank in range(world)]
    counts = [[len(batch) for batch in rank.batches(size, drop_last=True)] for rank in ranks]

    assert counts == [[size] * (ranks[0].sequences // (size * world))] * world
    assert len({rank.state() for rank in ranks}) == 1


def test_a_state_is_small_and_says_only_where(corpus: Corpus) -> None:
    loader = Loader(corpus, CONFIGS["weights"])
    next(loader)
    state = loader.state()

    assert len(state) < 1000
    assert json.loads(state)["index"] == 1


def test_a_state_of_another_run_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    loader = Loader(corpus, CONFIGS["natural"])
    state = loader.state()

    with pytest.raises(LoadError, match="other settings"):
        Loader(corpus, CONFIGS["blocks"]).resume(state)
    other = open_corpus(write_shards(tmp_path, seed=1))
    with pytest.raises(LoadError, match="another corpus"):
        Loader(other, CONFIGS["natural"]).resume(state)
    beyond = json.dumps(json.loads(state) | {"index": loader.sequences + 1})
    with pytest.raises(LoadError, match="says step"):
        loader.resume(beyond)
    for broken in (b"", b"[]", b"{}", b"\xff", b'{"index": "x"}'):
        with pytest.raises(LoadError, match="not the state"):
            loader.resume(broken)
    for step in (3.7, "3", True, None, [3], {}):
        with pytest.raises(LoadError, match="no whole number"):
            loader.resume(json.dumps(json.loads(state) | {"index": step}))
    with pytest.raises(LoadError, match="format"):
        loader.resume(json.dumps(json.loads(state) | {"format": "hc4/loader/0"}))


@pytest.mark.parametrize("name", CONFIGS)
def test_each_window_is_mixed_to_within_one_sequence(corpus: Corpus, name: str) -> None:
    loader = Loader(corpus, CONFIGS[name])
    window = CONFIGS[name].window
    given_by_source = [sequence.source for sequence in loader]
    for start in range(0, len(given_by_source), window):
        part = given_by_source[start : start + window]
        counts = Counter(part)
        for source, total in loader.totals.items():
            assert abs(counts[source] - Fraction(total * len(part), loader.sequences)) < 1
    assert Counter(given_by_source) == {name: total for name, total in loader.totals.items() if total}


def test_weights_are_shares_of_the_run(corpus: Corpus) -> None:
    loader = Loader(corpus, LoaderConfig(PACK, weights={"abstracts": 3, "articles": 1}, epochs=10, sequences=100))

    assert loader.totals == {"abstracts": 75, "articles": 25, "notes": 0}


def test_a_source_comes_as_often_as_its_epochs_say(corpus: Corpus) -> None:
    config = LoaderConfig(PACK, epochs={"abstracts": 0, "articles": 2.5, "notes": 3}, window=10)
    loader = Loader(corpus, config)
    once = {account.source: account.sequences for account in loader.account}
    times: dict[str, Counter[object]] = {source: Counter() for source in once}
    for sequence in loader:
        times[sequence.source][sequence.documents] += 1

    assert not times["abstracts"]
    assert set(times["articles"].values()) == {2, 3}
    assert sum(times["articles"].values()) == int(2.5 * once["articles"])
    assert set(times["notes"].values()) == {3}


def test_an_epoch_begins_when_the_one_before_is_over(corpus: Corpus) -> None:
    loader = Loader(corpus, LoaderConfig(PACK, epochs=3, window=10, shuffle_blocks=1))
    once = loader.account[1].sequences
    articles = [sequence for sequence in loader if sequence.source == "articles"]

    by_epoch = [{each.documents for each in articles if each.epoch == epoch} for epoch in range(3)]
    assert all(len(documents) == once for documents in by_epoch)
    orders = {tuple(each.documents for each in articles if each.epoch == epoch) for epoch in range(3)}
    assert len(orders) == 3


def test_replay_is_a_share_of_the_run(corpus: Corpus, tmp_path: Path) -> None:
    old = open_corpus(write_shards(tmp_path, {"old": [[64] * 300], "older": [[64] * 100]}, seed=8))
    config = LoaderConfig(PackConfig(64), replay_share=0.25, window=8)
    loader = Loader(corpus.replaying(old), config)
    own = sum(account.sequences for account in loader.account[:3])
    replayed = [sequence.source for sequence in loader if sequence.source.startswith("replay/")]

    assert len(replayed) == round(own / 3)
    assert abs(replayed.count("replay/old") - len(replayed) * 3 / 4) < 1
    with pytest.raises(LoadError, match="go together"):
        Loader(corpus.replaying(old), LoaderConfig(PackConfig(64)))
    with pytest.raises(LoadError, match="go together"):
        Loader(corpus, config)
    with pytest.raises(LoadError, match="replay_epochs allow"):
        Loader(corpus.replaying(old), LoaderConfig(PackConfig(64), replay_share=0.95))
    weighted = LoaderConfig(PackConfig(64), replay_share=0.2, weights={"articles": 1}, sequences=40)
    assert Loader(corpus.replaying(old), weighted).totals == {
        "abstracts": 0,
        "articles": 32,
        "notes": 0,
        "replay/old": 6,
        "replay/older": 2,
    }


def test_another_seed_gives_another_order_of_the_same(corpus: Corpus) -> None:
    orders = []
    for seed in range(5):
        orders.append([each.documents for each in Loader(corpus, LoaderConfig(PACK, seed=seed))])

    assert len(set(map(tuple, orders))) == 5
    assert len({frozenset(order) for order in orders}) == 1


def test_a_few_blocks_at_a_time_are_shuffled_among_themselves(store: ParquetStore) -> None:
    def blocks(together: int) -> list[int]:
        config = LoaderConfig(PACK, shuffle_blocks=together, epochs={"articles": 0, "notes": 0}, window=1)
        ends = np.cumsum([block.documents for block in store.blocks[0]])
        first = {"data/abstracts/train-00000-of-00002.parquet": 0, "data/abstracts/train-00001-of-00002.parquet": 54}
        pieces = [sequence.documents[0] for sequence in Loader(store, config)]
        return np.searchsorted(ends, [first[piece.shard] + piece.row for piece in pieces], side="right").tolist()

    def changes(order: list[int]) -> int:
        return sum(one != other for one, other in pairwise(order))

    count = len(store.blocks[0])
    alone, few, all_together = blocks(1), blocks(3), blocks(count)
    assert count > 6
    assert changes(alone) == count - 1
    assert alone != sorted(alone)
    assert changes(alone) < changes(few) < changes(all_together)
    assert sorted(alone) == sorted(few) == sorted(all_together)


WRONG = {
    "length": lambda: PackConfig(0),
    "bos": lambda: PackConfig(8, bos=-1),
    "eos": lambda: PackConfig(8, eos=1 << 31),
    "split_below": lambda: PackConfig(8, split_below=-1),
    "block_tokens": lambda: PackConfig(8, block_tokens=0),
    "seed": lambda: LoaderConfig(PACK, seed=-1),
    "window": lambda: LoaderConfig(PACK, window=0),
    "not both": lambda: LoaderConfig(PACK, weights={"a": 1}, temperature=2),
    "sequences": lambda: LoaderConfig(PACK, sequences=5),
    "temperature": lambda: LoaderConfig(PACK, temperature=0),
    "epochs": lambda: LoaderConfig(PACK, epochs=-1),
    "weights are": lambda: LoaderConfig(PACK, weights={"a": float("nan")}),
    "at least one": lambda: LoaderConfig(PACK, weights={"a": 0}),
    "shuffle_blocks": lambda: LoaderConfig(PACK, shuffle_blocks=0),
    "replay_share": lambda: LoaderConfig(PACK, replay_share=1),
    "replay_epochs": lambda: LoaderConfig(PACK, replay_epochs=float("inf")),
    "pad": lambda: LoaderConfig(PACK, pad=-1),
}


@pytest.mark.parametrize("word", WRONG)
def test_wrong_settings_are_refused(word: str) -> None:
    with pytest.raises(LoadError, match=word):
        WRONG[word]()


def test_settings_that_the_corpus_cannot_meet_are_refused(corpus: Corpus) -> None:
    for config, message in (
        (LoaderConfig(PACK, weights={"news": 1}), "no source news; there are abstracts, articles, notes"),
        (LoaderConfig(PACK, epochs={"news": 1}), "no source news"),
        (LoaderConfig(PACK, epochs=0), "has no sequences"),
        (LoaderConfig(PACK, weights={"notes": 1}, sequences=1000), "would need 1000 of notes"),
    ):
        with pytest.raises(LoadError, match=message):
            Loader(corpus, config)
    with pytest.raises(LoadError, match="of 2 ranks none is 2"):
        Loader(corpus, CONFIGS["natural"], rank=2, world_size=2)
    with pytest.raises(LoadError, match="at least one"):
        next(Loader(corpus, CONFIGS["natural"]).batches(0))
    with pytest.raises(LoadError, match="make a cache"):
        Loader(corpus, CONFIGS["natural"], memory=1000)


def test_of_large_shards_only_what_is_shuffled_together_is_held_and_no_block_is_decoded_twice(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ParquetStore(corpus, PACK)
    decoded: list[tuple[int, int]] = []
    decode = ParquetStore._decode

    def counted(self: ParquetStore, source: int, block: Block) -> object:
        decoded.append((source, block.first))
        assert all(len(each) <= 2 for each in self._decoded)
        return decode(self, source, block)

    monkeypatch.setattr(ParquetStore, "_decode", counted)
    for _ in Loader(store, LoaderConfig(PACK, shuffle_blocks=1, window=10, seed=6)):
        pass

    assert len(decoded) > 10
    assert sorted(decoded) == sorted((number, block.first) for number, its in enumerate(store.blocks) for block in its)
