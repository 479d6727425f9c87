"""Loaders of tokens: hc4's and its peers', each as a pass that hands out tokens and says how many at a time.

Every function imports what it needs itself, for each contestant runs alone in a process. `write` makes what they read
before the clock starts: the same documents in the same order, in the format that each of them reads.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

LENGTH = 2048
EOS = 2
BATCH = 8

Pass = Callable[[Path], Iterator[int]]
"""One pass over what `write` wrote: tokens of each thing handed out."""


def write(shard: Path, folder: Path, copies: int) -> None:
    """The documents of one shard, `copies` times, as every contestant reads them."""
    import numpy as np
    import pyarrow.parquet as pq

    from shards.loading import PackConfig, make_cache, open_corpus

    lists = pq.read_table(shard, columns=["input_ids"])["input_ids"].combine_chunks()
    lengths = lists.value_lengths().to_numpy().astype(np.int64)
    ends = np.cumsum(lengths + 1)
    tokens = np.full(int(ends[-1]), EOS, np.uint16)
    inside = np.ones(len(tokens), np.bool_)
    inside[ends - 1] = False
    tokens[inside] = lists.flatten().to_numpy()
    (folder / "ds").mkdir(parents=True)
    for copy in range(copies):
        place = folder / "shards" / "data" / f"copy{copy}"
        place.mkdir(parents=True)
        shutil.copy(shard, place / "train-00000-of-00001.parquet")
        tokens.tofile(folder / "ds" / f"{copy:05d}.ds")
        ends.astype("<u8").tofile(folder / "ds" / f"{copy:05d}.ds.index")
    made = make_cache(open_corpus(folder / "shards"), PackConfig(LENGTH, eos=EOS), folder / "cache")
    made.rename(folder / "packed")
    _write_litdata(folder, copies)


def _write_litdata(folder: Path, copies: int) -> None:
    from litdata import TokensLoader, optimize

    optimize(
        fn=_documents,
        inputs=[str(folder / "ds" / f"{copy:05d}.ds") for copy in range(copies)],
        output_dir=str(folder / "litdata"),
        chunk_bytes="64MB",
        item_loader=TokensLoader(block_size=LENGTH),
        num_workers=1,
        verbose=False,
    )


def _documents(path: str):  # type: ignore[no-untyped-def]
    import numpy as np
    import torch

    tokens = np.fromfile(path, np.uint16).astype(np.int32)
    start = 0
    for end in np.fromfile(f"{path}.index", "<u8").tolist():
        yield torch.from_numpy(tokens[start:end])
        start = end


def hc4_parquet(folder: Path, *, everything: bool = False) -> Iterator[int]:
    """Straight from the shards, block by block; opening and planning count."""
    from shards.loading import Loader, LoaderConfig, PackConfig, open_corpus
    from shards.loading.corpus import Corpus

    corpus: Corpus = open_corpus(folder / "shards") if folder not in _OPEN else _OPEN[folder]  # sha256 of files: once
    _OPEN[folder] = corpus
    loader = Loader(corpus, LoaderConfig(PackConfig(LENGTH, eos=EOS), shuffle_blocks=1))
    for batch in loader.batches(BATCH):
        if everything:
            _ = batch.position_ids, batch.labels
        yield batch.input_ids.size


_OPEN: dict[Path, object] = {}


def hc4_cache(folder: Path, *, everything: bool = False) -> Iterator[int]:
    """From the cache, shuffled over all; in batches."""
    from shards.loading import Loader, LoaderConfig, PackConfig, open_cache

    for batch in Loader(open_cache(folder / "packed"), LoaderConfig(PackConfig(LENGTH, eos=EOS))).batches(BATCH):
        if everything:
            _ = batch.position_ids, batch.labels
        yield batch.input_ids.size


def hc4_cache_one_by_one(folder: Path) -> Iterator[int]:
    """From the cache, a sequence at a time."""
    from shards.loading import Loader, LoaderConfig, PackConfig, open_cache

    for sequence in Loader(open_cache(folder / "packed"), LoaderConfig(PackConfig(LENGTH, eos=EOS))):
        yield len(sequence.input_ids)


def hc4_torch(folder: Path) -> Iterator[int]:
    """From the cache as tensors: ids, positions and labels, int64, and cu_seqlens."""
    from shards.loading import Loader, LoaderConfig, PackConfig, open_cache
    from shards.loading.torch_dataset import PackedDataset

    loader = Loader(open_cache(folder / "packed"), LoaderConfig(PackConfig(LENGTH, eos=EOS)))
    for item in PackedDataset(loader, BATCH):
        yield item["input_ids"].numel()


def datatrove(folder: Path, *, shuffled: bool = False, positions: bool = False) -> Iterator[int]:
    """Windows of its `.ds` files; in order, or drawn (its own shuffle is of files)."""
    import numpy as np
    from datatrove.utils.dataset import DatatroveFolderDataset

    dataset = DatatroveFolderDataset(
        str(folder / "ds"), seq_len=LENGTH - 1, return_positions=positions, shuffle=shuffled
    )
    order = np.random.default_rng(0).permutation(len(dataset)).tolist() if shuffled else range(len(dataset))
    for place in order:
        yield dataset[place]["input_ids"].numel()


def datasets_streaming(folder: Path) -> Iterator[int]:
    """Documents as Python lists, not packed."""
    for row in _streamed(folder):
        yield len(row["input_ids"])


def datasets_arrow(folder: Path) -> Iterator[int]:
    """Documents as Arrow tables of 512, not packed."""
    for rows in _streamed(folder).with_format("arrow").iter(batch_size=512):
        yield len(rows["input_ids"].combine_chunks().flatten())


def _streamed(folder: Path):  # type: ignore[no-untyped-def]
    from datasets import load_dataset

    files = sorted(map(str, folder.glob("shards/data/*/*.parquet")))
    return load_dataset("parquet", data_files=files, split="train", streaming=True, columns=["input_ids"])


def datasets_map_style(folder: Path) -> Iterator[int]:
    """Documents in drawn order as numpy arrays out of its own memory map, not packed."""
    import numpy as np
    from datasets import load_dataset

    files = sorted(map(str, folder.glob("shards/data/*/*.parquet")))
    rows = load_dataset("parquet", data_files=files, split="train", columns=["input_ids"], cache_dir=str(folder / "hf"))
    rows = rows.with_format("numpy")
    for place in np.random.default_rng(0).permutation(len(rows)).tolist():
        yield len(rows[place]["input_ids"])


def litdata(folder: Path) -> Iterator[int]:
    """Blocks of its chunks, shuffled."""
    from litdata import StreamingDataset, TokensLoader

    loader = TokensLoader(block_size=LENGTH)
    for block in StreamingDataset(str(folder / "litdata"), item_loader=loader, shuffle=True):
        yield len(block)


CONTESTANTS: dict[str, Pass] = {
    "hc4, from Parquet": hc4_parquet,
    "hc4, from Parquet, with labels and positions": lambda folder: hc4_parquet(folder, everything=True),
    "hc4, from the cache": hc4_cache,
    "hc4, from the cache, with labels and positions": lambda folder: hc4_cache(folder, everything=True),
    "hc4, from the cache, one by one": hc4_cache_one_by_one,
    "hc4, from the cache, PyTorch tensors of all": hc4_torch,
    "datatrove, in order": datatrove,
    "datatrove, in order, with positions": lambda folder: datatrove(folder, positions=True),
    "datatrove, drawn": lambda folder: datatrove(folder, shuffled=True),
    "litdata, shuffled": litdata,
    "datasets, streaming, Arrow tables of 512": datasets_arrow,
    "datasets, map-style, drawn, numpy": datasets_map_style,
    "datasets, streaming": datasets_streaming,
}
