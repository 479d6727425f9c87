"""Near-deduplication from texts to survivors: ours and our peers', each in a process of its own, on the same texts.

    python -m benchmarks.neardup            # hc4, datatrove, datasketch; others if they are installed
    python -m benchmarks.neardup --peers    # installs the others first: rensa, text-dedup

100,000 documents: the real abstracts of the demonstration data, seeded near copies of some, and texts put together of
passages of four abstracts, which are like no other one. All peers have hc4's number of bands and rows. A slow peer
reads a prefix, which is a sample of the whole; its time for all is in proportion, which flatters it if anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.documents import Text, abstracts, megabytes
from benchmarks.near_run import Row, absent, arena, install_peers, shape_of
from benchmarks.near_truth import plant
from dedup.signature import MinHashConfig
from shards.place import uniform

DOCUMENTS = 100_000
TARGET = 100.0
"""Times datatrove's four steps."""
THRESHOLD = 0.8
_COPIES = 0.1
"""Share of near copies."""
_PEERS = {"datatrove": 3_000, "text-dedup": 20_000, "datasketch": 20_000, "rensa": 100_000}
"""How many documents a peer reads."""
_SENTENCE = re.compile(r"[^.]+\.?\s*")
_SEED = 21


def documents(count: int = DOCUMENTS) -> list[str]:
    """Real abstracts, near copies of them, and texts put together of passages, in an order drawn once."""
    real = list(abstracts()[:count])
    copies = plant(real, min(round(count * _COPIES), count - len(real)))
    mixed = recombined(real, count - len(real) - len(copies))
    found = sorted([*real, *copies, *mixed], key=lambda text: uniform(text.id, salt="neardup"))
    return [text.text for text in found]


def recombined(texts: Sequence[Text], count: int, passages: int = 4) -> list[Text]:
    """`count` texts, each of a quarter of the sentences, in a row, of four texts drawn with a seed."""
    generator = np.random.default_rng(_SEED)
    cut = [_SENTENCE.findall(text.text) for text in texts]
    found = []
    for number in range(count):
        parts = []
        for which in generator.integers(len(cut), size=passages).tolist():
            size = max(1, len(cut[which]) // passages)
            start = int(generator.integers(0, max(1, len(cut[which]) - size + 1)))
            parts.append("".join(cut[which][start : start + size]))
        found.append(Text(f"mixed:{number}", " ".join(parts)))
    return found


def run(texts: list[str], config: MinHashConfig) -> list[Row]:
    """hc4 on all `texts`, peers on a prefix."""
    shape = shape_of(config, THRESHOLD)
    with arena() as contest:
        rows = contest.run("deduplicate", "hc4", texts, shape)
        for name, count in _PEERS.items():
            rows += contest.run("deduplicate", name, texts[:count], shape)
    return rows


def compare(out: Console, count: int = DOCUMENTS) -> None:
    """A table of times."""
    config = MinHashConfig()
    texts = documents(count)
    rows = run(texts, config)
    ours, size = rows[0], megabytes(texts)
    missing = "".join(f"; {name} is not installed (--peers)" for name in absent())
    out.print(
        f"\n{len(texts):,} documents, {size:.1f} MB: {min(count, len(abstracts())):,} real abstracts, near copies of "
        f"some, and texts put together of their passages. {config.bands} bands of {config.rows} rows. Where a peer "
        f"reads fewer, its CPU seconds for all are in proportion to the bytes{missing}.",
        highlight=False,
    )
    table = Table("", title="Near-deduplication, texts to survivors")
    for column in ("documents", "CPU s", "CPU s for all", "MB/CPU s", "hc4 is faster by", "removes"):
        table.add_column(column, justify="right")
    for row in rows:
        target = f" (target {TARGET:.0f})" if row.name == "datatrove" else ""
        figures = [f"{row.documents:,}", f"{row.cpu_seconds:.2f}", f"{row.cpu_seconds * size / row.megabytes:,.1f}"]
        figures += [f"{row.speed:.2f}", "" if row is ours else f"{ours.speed / row.speed:,.1f} x{target}"]
        assert row.survivor is not None
        figures += [f"{(row.survivor != np.arange(row.documents)).mean():.1%}"]
        table.add_row(row.name, *figures)
    out.print(table)


def main(
    peers: Annotated[bool, typer.Option("--peers", help="Install absent peers first, through pip's index.")] = False,
    count: Annotated[int, typer.Option("--documents", min=100, help="For hc4.")] = DOCUMENTS,
) -> None:
    """Near-deduplication side by side."""
    out = Console(width=max(Console().width, 120))
    if peers:
        install_peers(out)
    compare(out, count)


if __name__ == "__main__":
    typer.run(main)
