"""MinHash signatures: ours and those of our peers, in turn, each in a process of its own, on the same real abstracts.

    python -m benchmarks.minhash            # hc4, datatrove, datasketch; others if they are installed
    python -m benchmarks.minhash --peers    # installs the others first: rensa, text-dedup

All sign sets of five consecutive words with as many hashes as hc4 does by default (`dedup.signature.MinHashConfig`).
How one is timed: `benchmarks.near_contest`. What each is asked to do: `benchmarks.near_contestants`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.documents import abstracts
from benchmarks.near_run import Row, absent, arena, install_peers, shape_of
from dedup.signature import MinHashConfig

TARGETS = {"hc4": 120.0, "datatrove": 300.0, "datasketch, bulk": 25.0, "rensa, one at a time": 8.0, "rensa, batch": 8.0}
"""MB a CPU second of hc4; how many times as fast as a peer hc4 is to be."""
_DOCUMENTS = {"datatrove": 2_000, "text-dedup": 5_000, "datasketch": 8_000, "rensa": 33_000}
"""How many documents a peer reads: some seconds' work."""
_ROUNDS = 3
_THRESHOLD = 0.8  # plays no part in a signature


def run(texts: Sequence[str], config: MinHashConfig) -> list[Row]:
    """hc4 on all `texts`, peers on a prefix; all take turns, and the best of three rounds counts."""
    shape = shape_of(config, _THRESHOLD)
    turns = {"hc4": list(texts)} | {name: list(texts[:count]) for name, count in _DOCUMENTS.items()}
    best: dict[str, Row] = {}
    with arena() as contest:
        for _ in range(_ROUNDS):
            for name, some in turns.items():
                for row in contest.run("sign", name, some, shape):
                    best[row.name] = min(best.get(row.name, row), row, key=lambda one: one.cpu_seconds)
    return list(best.values())


def compare(out: Console) -> None:
    """A table of speeds, and how many times as fast hc4 is."""
    config = MinHashConfig()
    texts = [each.text for each in abstracts()]
    rows = run(texts, config)
    ours = rows[0]
    hashes = config.bands * config.rows
    missing = "".join(f"; {name} is not installed (--peers)" for name in absent())
    out.print(
        f"\n{config.shingle_words}-word shingles, {hashes} hashes ({config.bands} bands of {config.rows} rows), "
        f"{ours.megabytes / ours.documents * 1e6:,.0f} bytes a document; best of {_ROUNDS} rounds{missing}.",
        highlight=False,
    )
    table = Table("", title="MinHash signatures")
    for column in ("documents", "MB", "documents/CPU s", "MB/CPU s", "hc4 is faster by"):
        table.add_column(column, justify="right")
    for row in rows:
        mine = row is ours
        target = f" (target {TARGETS[row.name]:.0f})" if row.name in TARGETS else ""
        if row.name.startswith("datatrove"):
            target = f" (target {TARGETS['datatrove']:.0f})"
        figures = [f"{row.documents:,}", f"{row.megabytes:.2f}", f"{row.documents / row.cpu_seconds:,.0f}"]
        figures += [f"{row.speed:.2f}" + target * mine, "" if mine else f"{ours.speed / row.speed:,.1f} x{target}"]
        table.add_row(row.name, *figures)
    out.print(table)


def main(
    peers: Annotated[bool, typer.Option("--peers", help="Install absent peers first, through pip's index.")] = False,
) -> None:
    """MinHash signatures side by side."""
    out = Console(width=max(Console().width, 110))
    if peers:
        install_peers(out)
    compare(out)


if __name__ == "__main__":
    typer.run(main)
