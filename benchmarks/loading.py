"""Loading and packing: hc4 beside datatrove, litdata and datasets, on the same tokens, in turn, in one call.

    python -m benchmarks.loading                        # abstracts of the demonstration data, tokenized here
    python -m benchmarks.loading --snapshot FOLDER      # the largest shard of a snapshot
    python -m benchmarks.loading --copies 12

The documents are taken several times over, as several shards, so that they fit no processor cache. Each contestant has
a process of its own with one thread; it hands out tokens until two CPU seconds are spent, all take turns, and the best
of three rounds counts. Files are in the page cache for all. What each does: `benchmarks.loading_contestants`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.loading_contestants import CONTESTANTS, EOS, LENGTH, write
from benchmarks.quality import OFFLINE, ONE_THREAD

ROUNDS = 3
_ENOUGH = 2.0
"""CPU seconds."""
TARGETS = {"hc4, from Parquet": 80, "hc4, from the cache": 400}


def contest(name: str, folder: Path) -> float:
    """Tokens per CPU second of one contestant, in this process. Its first hundred things are a warm-up."""
    work = CONTESTANTS[name]
    for _, _ in zip(range(100), work(folder), strict=False):
        pass
    tokens = 0
    began = time.process_time()
    for count in chain.from_iterable(map(work, repeat(folder))):
        tokens += count
        if time.process_time() - began >= _ENOUGH:
            break
    return tokens / (time.process_time() - began)


def run(folder: Path, rounds: int) -> dict[str, float]:
    """Best tokens per CPU second of each contestant; NaN where it is not installed."""
    settings = ONE_THREAD | OFFLINE | {"HF_HOME": str(folder / "home"), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    best = dict.fromkeys(CONTESTANTS, float("nan"))
    for _ in range(rounds):
        for name in CONTESTANTS:
            command = [sys.executable, "-m", "benchmarks.loading", "--contestant", name, "--folder", str(folder)]
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                env=os.environ | settings,
                cwd=Path(__file__).parents[1],
            )
            if done.returncode:
                raise RuntimeError(f"{name} failed: {done.stderr.strip()[-2000:]}")
            best[name] = np.fmax(best[name], json.loads(done.stdout.splitlines()[-1]))
    return best


def tokenized(folder: Path) -> Path:
    """A shard of the demonstration's abstracts, with the columns that loading needs, written as `shards.write` does."""
    from benchmarks.documents import abstracts
    from corpus.assets import asset_path
    from shards.tokenizer import load_tokenizer
    from shards.write import ID_ENCODING

    texts = abstracts()
    ids = load_tokenizer(asset_path("mistral-v3.model")).encode(
        pa.array([text.text for text in texts], pa.large_string())
    )
    rows = pa.table(
        {
            "doc_id": [text.id for text in texts],
            "input_ids": ids,
            "n_tokens": ids.value_lengths(),
        }
    )
    path = folder / "abstracts.parquet"
    pq.write_table(
        rows,
        path,
        compression="zstd",
        compression_level=3,
        use_dictionary=False,
        column_encoding=ID_ENCODING,
        write_page_checksum=True,
        use_content_defined_chunking=True,
        row_group_size=1500,
    )
    return path


def packings(lengths: npt.NDArray[np.int64], out: Console, title: str) -> None:
    """How full sequences are, what is cut and what is lost: hc4's packing, and windows over documents end to end.

    Windows are what datatrove's and litdata's loaders give: of one file, the last tokens that fill no window are left
    out. They are counted from the lengths.
    """
    from shards.packing import pack

    sizes = lengths + 1  # with an eos
    table = Table("", title=f"Packing, {title}: {len(sizes):,} documents, {sizes.sum():,} tokens with eos")
    for column in ("sequences", "full to", "documents cut", "of these would fit", "tokens lost", "documents/s"):
        table.add_column(column, justify="right")
    for length in (2048, 4096, 8192):
        pack(sizes[:100], length)
        spent = []
        for _ in range(ROUNDS):
            began = time.process_time()
            plan = pack(sizes, length)
            spent.append(time.process_time() - began)
        cut = np.bincount(plan.document, minlength=len(sizes)) > 1
        held = int(plan.length.sum())
        figures = [len(plan), held / (len(plan) * length), int(cut.sum()), int((cut & (sizes <= length)).sum())]
        _packing(table, f"hc4, {length:,}", figures, int(sizes.sum()) - held, len(sizes) / min(spent))
        ends = np.cumsum(sizes)
        windows = int(ends[-1]) // length
        crosses = (ends - sizes) // length != (ends - 1) // length
        lost = int(ends[-1]) - windows * length
        figures = [windows, 1.0, int(crosses.sum()), int((crosses & (sizes <= length)).sum())]
        _packing(table, f"windows, {length:,}", figures, lost, None)
    out.print(table)


def _packing(table: Table, name: str, figures: Sequence[float], lost: int, speed: float | None) -> None:
    sequences, fill, cut, needless = figures
    shown = [f"{sequences:,.0f}", f"{fill:.3%}", f"{cut:,.0f}", f"{needless:,.0f}", f"{lost:,}"]
    table.add_row(name, *shown, "" if speed is None else f"{speed:,.0f}")


def document_lengths(paths: Sequence[Path]) -> npt.NDArray[np.int64]:
    """Tokens of each document of some shards."""
    return np.concatenate([pq.read_table(path, columns=["n_tokens"])["n_tokens"].to_numpy() for path in paths]).astype(
        np.int64
    )


def show(out: Console, found: dict[str, float], tokens: int) -> None:
    """A table; ratios are to hc4's cache and to hc4 from Parquet, in batches."""
    parquet, cache = found["hc4, from Parquet"], found["hc4, from the cache"]
    table = Table("", title=f"Loading, {tokens / 1e6:.0f} M tokens, sequences of {LENGTH:,} (eos {EOS})")
    for column in ("M tokens/CPU s", "hc4's cache is faster by", "hc4 from Parquet is faster by"):
        table.add_column(column, justify="right")
    for name, speed in found.items():
        target = f" (target {TARGETS[name]})" if name in TARGETS else ""
        ratios = ["", ""] if name.startswith("hc4") else [f"{cache / speed:,.1f} x", f"{parquet / speed:,.1f} x"]
        table.add_row(name, f"{speed / 1e6:,.1f}{target}", *ratios)
    out.print(table)


def main(
    snapshot: Annotated[Path | None, typer.Option(help="Take the largest shard of a snapshot.")] = None,
    copies: Annotated[int, typer.Option(min=1, help="How often the documents are taken.")] = 6,
    rounds: Annotated[int, typer.Option(min=1)] = ROUNDS,
    lengths_of: Annotated[list[Path] | None, typer.Option(help="Pack the lengths of this snapshot, too.")] = None,
    contestant: Annotated[str | None, typer.Option(hidden=True)] = None,
    folder: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Loading and packing side by side."""
    if contestant is not None and folder is not None:
        print(json.dumps(contest(contestant, folder)), flush=True)
        os._exit(0)  # a stream of datasets that is left early can abort the process as it ends
    compare(Console(width=max(Console().width, 120)), snapshot, copies, rounds, lengths_of or [])


def compare(
    out: Console, snapshot: Path | None = None, copies: int = 6, rounds: int = ROUNDS, others: Sequence[Path] = ()
) -> None:
    """Both tables."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        shards = sorted(snapshot.glob("data/*/train-*.parquet")) if snapshot else [tokenized(root)]
        shard = max(shards, key=lambda path: pq.read_metadata(path).num_rows)
        write(shard, root / "formats", copies)
        tokens = int(document_lengths([shard]).sum()) * copies
        show(out, run(root / "formats", rounds), tokens)
        packings(document_lengths([shard]), out, "as loaded")
        for other in others:
            packings(document_lengths(sorted(other.glob("data/*/train-*.parquet"))), out, other.name)
        made = np.random.default_rng(0).lognormal(6.2, 1.3, 1_000_000).astype(np.int64) + 1
        packings(made, out, "log-normal (6.2, 1.3)")


if __name__ == "__main__":
    typer.run(main)
