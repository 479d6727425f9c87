"""Shards of made-up tokens, written by a format as an export writes them."""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from shards.exports.documents import read_documents
from shards.exports.format import Encoding, Format, Part
from shards.tokenizer import INPUT_IDS

NARROW, WIDE = 32_768, 128_256
"""Vocabularies of Mistral and Llama 3: ids of one fit 16 bits."""
EOS = 2

Document = list[int]


def documents(vocabulary: int, least: int = 0) -> st.SearchStrategy[list[Document]]:
    """Documents of no, one, some and many tokens; none of them is one of the first three ids, which are special."""
    ids = st.integers(3, vocabulary - 1)
    some = st.lists(ids, min_size=least, max_size=9)
    long = st.tuples(st.integers(1500, 3000), ids).map(lambda drawn: [drawn[1]] * drawn[0])
    return st.lists(some | st.lists(ids, min_size=1, max_size=1) | long, min_size=1, max_size=8)


@dataclass(frozen=True)
class Written:
    """A split's folder."""

    folder: Path
    parts: list[Part]
    encoding: Encoding


@contextmanager
def written(
    form: Format, shards: Sequence[list[Document]], vocabulary: int = NARROW, eos: int | None = EOS
) -> Iterator[Written]:
    """A folder with these shards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield write(form, shards, folder, vocabulary, eos)


def write(form: Format, shards: Sequence[list[Document]], folder: Path, vocabulary: int, eos: int | None) -> Written:
    """Write these shards into a folder."""
    encoding = Encoding("tokenizer.model", vocabulary, eos)
    parts = []
    for number, shard in enumerate(shards):
        stem = f"source-{number:05d}-of-{len(shards):05d}"
        source = folder / f"{stem}.shard"
        pq.write_table(table(shard), source, row_group_size=3)
        with form.writer(folder, stem, len(shard), encoding) as writer:
            for batch in read_documents(source, vocabulary):
                writer.add(batch)
            writer.finish()
        source.unlink()
        size = (folder / f"{stem}{form.suffixes[0]}").stat().st_size
        parts.append(Part(stem, len(shard), sum(map(len, shard)), size))
    for path, content in form.split_files("train", parts, encoding, "0" * 64).items():
        (folder / path).write_bytes(content)
    return Written(folder, parts, encoding)


def flat(shard: list[Document], eos: int | None) -> list[int]:
    """All tokens of a shard, the last token after each document."""
    return [token for document in shard for token in [*document, *([] if eos is None else [eos])]]


def read_back(form: Format, found: Written) -> list[list[int]]:
    """All tokens of each part, by the format's reader."""
    tokens: list[list[int]] = [[] for _ in found.parts]
    for number, some in form.read(found.folder, found.parts, found.encoding):
        tokens[number] += some.tolist()
    return tokens


def stream_sha256(shard: list[Document]) -> str:
    """The digest of a token stream as its definition says it."""
    packed = b"".join(struct.pack("<i", token) for document in shard for token in document)
    return hashlib.sha256(packed).hexdigest()


def table(shard: list[Document]) -> pa.Table:
    columns = {
        "doc_id": [f'source:{number},"x"' for number in range(len(shard))],
        "source": ["source"] * len(shard),
        "licence_spdx": ["CC-BY-4.0"] * len(shard),
        "input_ids": pa.array(shard, INPUT_IDS),
        "unread": [""] * len(shard),
    }
    return pa.table(columns)
