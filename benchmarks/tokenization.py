"""Token ids: hc4's fast path and its peers, in turn, by one tokenizer on the same real documents.

    python -m benchmarks.tokenization

The tokenizer is Mistral v3. hc4 reads its SentencePiece file, and so does google/sentencepiece, the reference; HF
tokenizers reads the `tokenizer.json` that is made of it as the hub's converter does. Each writes what it is asked for
into memory, on one thread: hc4 a column of Arrow, the peers lists. The whole of hc4's ids is compared with the
reference's, document by document; those of HF tokenizers are too, since its converter changes how blanks are read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.documents import abstracts, every_kind
from benchmarks.peer_datatrove import convert_tokenizer
from corpus.assets import asset_path
from shards.tokenizer import Tokenizer

TARGET = 40.0
"""MB a CPU second of hc4."""
TARGET_TIMES = 10.0
"""... and how many times as fast as HF tokenizers it is to be."""
_PEER_DOCUMENTS = 3_000
"""How many documents a peer reads: some seconds' work."""
_ROUNDS = 3

Ids = list[list[int]]


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant on some documents."""

    name: str
    documents: int
    megabytes: float
    tokens: int
    cpu_seconds: float
    unlike: int
    """Documents whose ids are not those of the reference."""


def run(texts: Sequence[str], folder: Path) -> list[Row]:
    """hc4 on all `texts`, peers on a prefix; all take turns, and the best of three rounds counts."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import sentencepiece
    import tokenizers

    model = asset_path("mistral-v3.model")
    ours = Tokenizer(model)
    reference = sentencepiece.SentencePieceProcessor(model_file=str(model))
    convert_tokenizer(model, folder / "tokenizer.json")
    converted = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    converted.encode_special_tokens = True
    column = pa.array(list(texts), pa.large_string())
    some = list(texts[:_PEER_DOCUMENTS])

    def encoded() -> pa.ListArray:
        return ours.encode(column)

    turns: dict[str, tuple[int, Callable[[], object]]] = {
        "hc4 (gigatoken)": (len(texts), encoded),
        "sentencepiece": (len(some), lambda: reference.encode(some)),
        "HF tokenizers, batch": (len(some), lambda: converted.encode_batch(some, add_special_tokens=False)),
        "HF tokenizers, fast batch": (len(some), lambda: converted.encode_batch_fast(some, add_special_tokens=False)),
    }
    best: dict[str, float] = {}
    found: dict[str, object] = {}
    for _ in range(_ROUNDS):
        for name, (_, encode) in turns.items():
            began = time.process_time()
            found[name] = encode()
            best[name] = min(best.get(name, float("inf")), time.process_time() - began)
    truth: Ids = reference.encode(list(texts))
    return [_row(name, texts[:count], found[name], best[name], truth) for name, (count, _) in turns.items()]


def _row(name: str, texts: Sequence[str], found: object, seconds: float, truth: Ids) -> Row:
    if isinstance(found, pa.ListArray):
        ids = found.to_pylist()
    else:
        assert isinstance(found, list)
        ids = [one if isinstance(one, list) else one.ids for one in found]
    unlike = sum(mine != theirs for mine, theirs in zip(ids, truth, strict=False))
    return Row(name, len(texts), sum(len(text.encode()) for text in texts) / 1e6, sum(map(len, ids)), seconds, unlike)


def compare(out: Console) -> None:
    """A table for abstracts, and one for documents of every kind."""
    kinds = {"Abstracts": [one.text for one in abstracts()], "Documents of every kind": _kinds()}
    for title, texts in kinds.items():
        with TemporaryDirectory() as folder:
            rows = run(texts, Path(folder))
        table = Table("", title=f"{title}: token ids, one thread, best of {_ROUNDS} rounds")
        for name in ("documents", "MB", "M tokens/CPU s", "MB/CPU s", "hc4 is faster by", "documents unlike reference"):
            table.add_column(name, justify="right")
        speed = rows[0].megabytes / rows[0].cpu_seconds
        for row in rows:
            mine = row is rows[0]
            each = row.megabytes / row.cpu_seconds
            target = f" (target {TARGET:.0f})" if mine else f" (target {TARGET_TIMES:.0f})" * row.name.startswith("HF")
            figures = [f"{row.documents:,}", f"{row.megabytes:.2f}", f"{row.tokens / row.cpu_seconds / 1e6:.2f}"]
            figures += [f"{each:.2f}" + target * mine, "" if mine else f"{speed / each:,.1f} x{target}"]
            table.add_row(row.name, *figures, f"{row.unlike:,}")
        out.print(table)


def _kinds() -> list[str]:
    return [one.text for one in every_kind(10_000)]


def main() -> None:
    """Token ids side by side."""
    compare(Console(width=max(Console().width, 120)))


if __name__ == "__main__":
    typer.run(main)
