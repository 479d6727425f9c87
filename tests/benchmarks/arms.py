"""Small arms for tests: real abstracts as rows of a shard, and a vocabulary of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from benchmarks.documents import Text, texts_of
from benchmarks.training_vocabulary import learn_vocabulary
from shards.tokenizer import Tokenizer
from shards.write import ROW
from tests.sources.material import demo_file


def abstracts(count: int) -> list[Text]:
    """The first abstracts of a real MEDLINE file."""
    found: list[Text] = []
    for text in texts_of("medline", [demo_file("pubmed20n0014.xml.gz")], "medline"):
        found.append(text)
        if len(found) == count:
            return found
    pytest.skip("the MEDLINE file has too few abstracts")


def table_of(texts: Sequence[Text], **columns: Sequence[Any]) -> pa.Table:
    """Texts as rows (schema `ROW`) of a source `medline`; `columns` in place of what is made up."""
    encoded = [each.text.encode() for each in texts]
    given: dict[str, Sequence[Any]] = {
        "doc_id": [each.id for each in texts],
        "cluster_id": [each.id for each in texts],
        "source": ["medline"] * len(texts),
        "text": [each.text for each in texts],
        "n_bytes": [len(each) for each in encoded],
        "n_tokens": [len(each) // 4 for each in encoded],
        "text_sha256": [hashlib.sha256(each).hexdigest() for each in encoded],
        **columns,
    }
    arrays = []
    for field in ROW:
        values = given.get(field.name, [None if field.nullable else _nothing(field.type)] * len(texts))
        arrays.append(pa.array(values, field.type))
    return pa.table(arrays, schema=ROW)


def vocabulary_of(texts: Sequence[Text], folder: Path) -> Tokenizer:
    """A vocabulary learnt from texts."""
    return learn_vocabulary({"abstracts": texts}, folder / "vocabulary.json", bytes_each=200_000)


def _nothing(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: None if field.nullable else _nothing(field.type) for field in kind}
    if pa.types.is_list(kind):
        return []
    return "" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else 0
