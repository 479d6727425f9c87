"""Exports beside the peers' own writers of the same formats: M tokens per CPU second, in one process, in turn.

    python -m benchmarks.exports [--documents N]      # N: documents, made of the real abstracts again and again

Both write the same documents. hc4 is timed as it exports: from a shard's Parquet, the digest of the token stream and
of the files included; and its writer alone, from tokens in memory, as its peers are: datatrove's `TokenizedFile` and
`MegatronTokenizedFile` take lists of Python, litdata's `BinaryWriter` takes arrays, and datasets' `save_to_disk` a data
set in memory. So nobody's tokenizer is timed. OLMo's arrays have no writer among packages of the index.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.documents import abstracts
from benchmarks.readers import cpu_seconds
from corpus.assets import asset_path
from corpus.digest import sha256_file
from shards.exports.documents import Documents, TokenStream, read_documents
from shards.exports.format import Encoding, Format
from shards.exports.registry import FORMATS
from shards.tokenizer import load_tokenizer
from shards.write import row_group_ends

DOCUMENTS = 60_000
ROW_GROUP_TOKENS = 500_000
EOS = 2
_STEM = "source-00000-of-00001"
Work = Callable[[], object]


def main(
    documents: Annotated[int, typer.Option(min=100, help="Documents to write.")] = DOCUMENTS,
) -> None:
    """Print the table."""
    compare(Console(width=max(Console().width, 100)), documents)


def compare(out: Console, documents: int = DOCUMENTS) -> None:
    """Every format, and its peer where there is one."""
    tokenizer = load_tokenizer(asset_path("mistral-v3.model"))
    encoding = Encoding(tokenizer.name, tokenizer.oracle.vocabulary, EOS)
    with tempfile.TemporaryDirectory(prefix="hc4-benchmark-") as name:
        folder = Path(name)
        shard = folder / "shard.parquet"
        tokens = _write_shard(shard, documents)
        held = list(read_documents(shard, encoding.vocabulary))
        out.print(f"\n{documents:,} documents, {tokens:,} tokens, Mistral v3, a token after each", highlight=False)
        table = Table("format", title="Exports, M tokens per CPU second")
        for column in ("hc4, from Parquet with digests", "hc4, writer alone", "peer's writer", "writer, times"):
            table.add_column(column, justify="right")
        for form in FORMATS.values():
            peer = _peer(form, folder / "peer", held, encoding)
            works: list[Work] = [
                lambda form=form: _export(form, folder, shard, documents, encoding),  # type: ignore[misc]
                lambda form=form: _write(form, folder, held, documents, encoding),  # type: ignore[misc]
            ]
            seconds = cpu_seconds(*works, *([peer[1]] if peer else []))
            speeds = [tokens / 1e6 / spent for spent in seconds]
            row = [f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}" for speed in speeds]
            said = [f"{row[2]} ({peer[0]})", f"{speeds[1] / speeds[2]:.1f}"] if peer else ["none", ""]
            table.add_row(form.name, *row[:2], *said)
        out.print(table)


def _write_shard(path: Path, documents: int) -> int:
    """A shard of real abstracts, as a snapshot has them; how many tokens."""
    texts = [each.text for each in abstracts()]
    ids = load_tokenizer(asset_path("mistral-v3.model")).encode(pa.array(texts, pa.large_string()))
    rows = np.arange(documents) % len(texts)
    table = pa.table(
        {
            "doc_id": [f"source:{number:09d}" for number in range(documents)],
            "source": ["source"] * documents,
            "licence_spdx": ["CC-BY-4.0"] * documents,
            "input_ids": ids.take(pa.array(rows)),
        }
    )
    lengths = np.diff(ids.offsets.to_numpy())[rows]
    with pq.ParquetWriter(path, table.schema, compression="zstd", use_dictionary=["source", "licence_spdx"]) as writer:
        for start, end in pairwise([0, *row_group_ends(lengths, ROW_GROUP_TOKENS)]):
            writer.write_table(table.slice(start, end - start))
    return int(lengths.sum())


def _export(form: Format, folder: Path, shard: Path, documents: int, encoding: Encoding) -> None:
    """As an export writes a shard."""
    stream = TokenStream()
    with form.writer(folder, _STEM, documents, encoding) as writer:
        for batch in read_documents(shard, encoding.vocabulary):
            writer.add(batch)
            stream.add(batch.ids)
        writer.finish()
    for suffix in form.suffixes:
        sha256_file(folder / f"{_STEM}{suffix}")


def _write(form: Format, folder: Path, held: Sequence[Documents], documents: int, encoding: Encoding) -> None:
    with form.writer(folder, _STEM, documents, encoding) as writer:
        for batch in held:
            writer.add(batch)
        writer.finish()


def _peer(form: Format, folder: Path, held: Sequence[Documents], encoding: Encoding) -> tuple[str, Work] | None:
    """Name and work of the peer's writer on the same documents, its input ready."""
    make = {"datatrove": _datatrove, "megatron": _megatron, "litdata": _litdata, "datasets": _datasets}.get(form.name)
    try:
        return make(folder, held, encoding) if make else None
    except ImportError:
        return None


def _arrays(held: Sequence[Documents], eos: int, dtype: Any) -> list[Any]:
    found = []
    for batch in held:
        ends = np.cumsum(batch.lengths + 1).tolist()
        whole = batch.delimited(eos, dtype)
        found += [whole[start:end] for start, end in pairwise([0, *ends])]
    return found


def _datatrove(folder: Path, held: Sequence[Documents], encoding: Encoding) -> tuple[str, Work]:
    from datatrove.pipeline.tokens.tokenizer import TokenizedFile

    lists = [ids.tolist() for ids in _arrays(held, EOS, encoding.dtype)]

    def work() -> None:
        file = TokenizedFile(str(folder), "peer.ds", tokenizer_name_or_path="peer", save_final_metadata=True)
        for ids in lists:
            file.write(ids, None)
        file.close()

    return "datatrove", work


def _megatron(folder: Path, held: Sequence[Documents], encoding: Encoding) -> tuple[str, Work]:
    from datatrove.pipeline.tokens.megatron_tokenizer import MegatronTokenizedFile

    lists = [ids.tolist() for ids in _arrays(held, EOS, encoding.dtype)]

    def work() -> None:
        file = MegatronTokenizedFile(str(folder), "peer")
        for ids in lists:
            file.write(ids)
        file.close()

    return "datatrove", work


def _litdata(folder: Path, held: Sequence[Documents], encoding: Encoding) -> tuple[str, Work]:
    from litdata.streaming.item_loader import TokensLoader
    from litdata.streaming.writer import BinaryWriter

    arrays = _arrays(held, EOS, encoding.dtype)

    def work() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        writer = BinaryWriter(str(folder), chunk_bytes=1 << 30, item_loader=TokensLoader())
        for number, ids in enumerate(arrays):
            writer[number] = ids
        writer.done()

    return "litdata", work


def _datasets(folder: Path, held: Sequence[Documents], encoding: Encoding) -> tuple[str, Work]:
    import datasets

    datasets.disable_progress_bars()
    names = ["doc_id", "source", "licence_spdx", "input_ids"]
    whole = datasets.Dataset(pa.concat_tables([batch.rows for batch in held]).select(names).combine_chunks())

    def work() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        whole.save_to_disk(str(folder))

    return "datasets", work


if __name__ == "__main__":
    typer.run(main)
