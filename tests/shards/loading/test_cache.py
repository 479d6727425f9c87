"""The cache: the same sequences as from the shards, made once, whole or not there."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.digest import canonical, digest, sha256_file
from corpus.errors import LoadError, SnapshotError
from shards.loading import Corpus, Loader, LoaderConfig, PackConfig, make_cache, open_cache, open_corpus
from shards.loading.blocks import Block
from shards.loading.cache import HEADER
from shards.loading.fill import fill_labels, fill_positions
from tests.pipelines.building import ROOT
from tests.shards.loading.making import all_of, write_shards

PACK = PackConfig(64, bos=1, eos=2, block_tokens=500)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return open_corpus(write_shards(tmp_path_factory.mktemp("shards")))


@pytest.fixture
def cache(corpus: Corpus, tmp_path: Path) -> Path:
    return make_cache(corpus, PACK, tmp_path / "cache")


@pytest.mark.parametrize("together", [None, 1])
def test_it_gives_what_the_shards_give(corpus: Corpus, cache: Path, together: int | None) -> None:
    config = LoaderConfig(PACK, seed=5, window=16, shuffle_blocks=together, pad=9, epochs=2, mask_starts=True)
    from_shards, from_cache = Loader(corpus, config), Loader(open_cache(cache, verify=True), config)

    assert from_cache.account == from_shards.account
    assert [all_of(each) for each in from_cache] == [all_of(each) for each in from_shards]


def test_a_run_goes_from_shards_to_cache(corpus: Corpus, cache: Path) -> None:
    config = LoaderConfig(PACK)
    from_shards, from_cache = Loader(corpus, config), Loader(open_cache(cache), config)
    for _ in range(7):
        next(from_shards)
    from_cache.resume(from_shards.state())

    assert all_of(next(from_cache)) == all_of(next(from_shards))
    assert open_cache(cache).corpus.digest == corpus.digest


def test_ids_are_as_wide_as_they_must_be(cache: Path, tmp_path: Path) -> None:
    wide = open_corpus(write_shards(tmp_path / "wide", {"notes": [[40, 50]]}, largest_id=120_000))
    folder = make_cache(wide, PACK, tmp_path / "cache")
    config = LoaderConfig(PACK)

    assert open_cache(cache).dtype == np.uint16
    assert open_cache(folder).dtype == np.int32
    given = [all_of(each) for each in Loader(open_cache(folder), config)]
    assert given == [all_of(each) for each in Loader(wide, config)]


def test_it_is_made_once_and_its_bytes_are_always_the_same(corpus: Corpus, cache: Path, tmp_path: Path) -> None:
    written = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in cache.iterdir()}

    assert make_cache(corpus, PACK, tmp_path / "cache") == cache
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in cache.iterdir()} == written
    again = make_cache(corpus, PACK, tmp_path / "elsewhere")
    assert again.name == cache.name
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        name: content for name, (content, _) in written.items()
    }


def test_other_shards_or_another_packing_have_a_place_of_their_own(corpus: Corpus, cache: Path, tmp_path: Path) -> None:
    other = open_corpus(write_shards(tmp_path / "other", seed=1))
    folders = {
        cache,
        make_cache(other, PACK, tmp_path / "cache"),
        make_cache(corpus, PackConfig(64, bos=1, eos=3, block_tokens=500), tmp_path / "cache"),
    }

    assert len(folders) == 3
    with pytest.raises(LoadError, match="the cache was packed by"):
        Loader(open_cache(cache), LoaderConfig(PackConfig(64)))


FILES = ["tokens", "offsets", "documents", "starts", "lengths"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", [-1, 1])
def test_a_torn_file_is_refused(cache: Path, name: str, change: int) -> None:
    path = cache / f"{name}.bin"
    content = path.read_bytes()
    path.write_bytes(content[:-1] if change < 0 else content + b"\0")

    with pytest.raises(SnapshotError, match=rf"{name}\.bin is not as it was written"):
        open_cache(cache)


@pytest.mark.parametrize("name", FILES)
def test_other_bytes_are_noticed_when_asked(cache: Path, name: str) -> None:
    path = cache / f"{name}.bin"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(SnapshotError, match=rf"{name}\.bin has other bytes"):
        open_cache(cache, verify=True)


@pytest.mark.parametrize("broken", [b"", b"{}", b"[1]", b"\xff"])
def test_a_header_that_is_not_whole_is_refused(cache: Path, broken: bytes) -> None:
    for content in (broken, (cache / HEADER).read_bytes().replace(b'"bos":1', b'"bos":3')):
        (cache / HEADER).write_bytes(content)
        with pytest.raises(SnapshotError, match="no whole cache"):
            open_cache(cache)


def restate(cache: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a header and everything by which it vouches for itself."""
    header = orjson.loads((cache / HEADER).read_bytes())
    header.pop("digest")
    change(header)
    for name, facts in header["files"].items():
        facts |= {"bytes": (cache / name).stat().st_size, "sha256": sha256_file(cache / name)}
    (cache / HEADER).write_bytes(canonical(header | {"digest": digest(header)}))


def one_sequence_more(header: dict[str, Any]) -> None:
    sequences = Block.__slots__.index("sequences") + 1  # `groups` is two numbers
    header["sources"][0]["blocks"][0][sequences] += 1


@pytest.mark.parametrize("name", ["tokens", "offsets", "documents", "starts", "lengths", None])
def test_a_cache_that_contradicts_itself_is_refused(cache: Path, name: str | None) -> None:
    if name is None:
        restate(cache, one_sequence_more)
    else:
        path = cache / f"{name}.bin"
        path.write_bytes(path.read_bytes()[: -8 * 64])
        restate(cache, lambda _: None)

    with pytest.raises(SnapshotError, match="contradicts itself"):
        open_cache(cache, verify=True)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=5))
def test_no_length_makes_a_kernel_write_elsewhere(cache: Path, lengths: list[int]) -> None:
    path = cache / "lengths.bin"
    before = path.read_bytes()
    hostile = np.resize(np.array(lengths, "<i4"), len(before) // 4)
    try:
        path.write_bytes(hostile.tobytes())
        store = open_cache(cache)
        config = LoaderConfig(store.pack, mask_starts=True)
        for batch in Loader(store, config).batches(4):
            framed = np.full((len(batch) + 2, store.pack.length), 7, np.int32)
            fill_labels(framed[1:-1], batch.input_ids, batch.pieces, batch.piece_lengths, mask_starts=True)
            fill_positions(framed[1:-1], batch.pieces, batch.piece_lengths)
            assert (framed[[0, -1]] == 7).all()
    finally:
        path.write_bytes(before)


def test_a_missing_file_is_noticed(cache: Path) -> None:
    (cache / "tokens.bin").unlink()
    with pytest.raises(SnapshotError, match=r"tokens\.bin is not as it was written"):
        open_cache(cache)
    with pytest.raises(SnapshotError, match="no whole cache"):
        open_cache(cache.parent)


KILLED = """
import os, sys
from pathlib import Path
import shards.loading.cache as cache
from shards.loading import PackConfig, make_cache, open_corpus

adds = [0]
add = cache._Files.add

def dying(self, name, values):
    add(self, name, values)
    adds[0] += 1
    if adds[0] == 12:
        os.kill(os.getpid(), 9)

cache._Files.add = dying
make_cache(open_corpus(Path(sys.argv[1])), PackConfig(64, bos=1, eos=2, block_tokens=500), Path(sys.argv[2]))
"""


def test_what_a_killed_process_left_is_never_read(corpus: Corpus, tmp_path: Path) -> None:
    shards = corpus.shards[0].path.parents[2]
    root = tmp_path / "cache"
    done = subprocess.run([sys.executable, "-c", KILLED, str(shards), str(root)], cwd=ROOT, check=False)

    assert done.returncode == -9
    (left,) = [path for path in root.iterdir() if path.is_dir()]
    with pytest.raises(SnapshotError, match="no whole cache"):
        open_cache(left)
    made = make_cache(corpus, PACK, root)
    assert [path for path in root.iterdir() if path.is_dir()] == [made]
    open_cache(made, verify=True)


def test_two_that_ask_at_once_get_one(corpus: Corpus, tmp_path: Path) -> None:
    found: list[Path] = []
    asking = [
        threading.Thread(target=lambda: found.append(make_cache(corpus, PACK, tmp_path / "cache"))) for _ in range(2)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    assert len(found) == 2
    assert len(set(found)) == 1
    open_cache(found[0], verify=True)


def test_it_travels_to_another_process_by_its_path(cache: Path) -> None:
    config = LoaderConfig(PACK)
    loader = Loader(open_cache(cache), config)
    next(loader)
    copied = pickle.loads(pickle.dumps(loader))

    assert len(pickle.dumps(loader)) < 20_000
    assert all_of(next(copied)) == all_of(next(loader))


def test_sources_without_a_token_are_no_trouble(tmp_path: Path) -> None:
    empty = open_corpus(write_shards(tmp_path / "shards", {"notes": [[0, 0], []], "news": [[3]]}))
    store = open_cache(make_cache(empty, PACK, tmp_path / "cache"))

    assert [each.sequences for each in Loader(store, LoaderConfig(PACK)).account] == [1, 0]
    assert len(list(Loader(store, LoaderConfig(PACK)))) == 1
