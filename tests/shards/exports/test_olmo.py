"""Flat arrays as OLMo-core's loader reads them: a memory map, and where documents end by its two ways."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SnapshotError
from shards.exports.olmo import Olmo
from tests.shards.exports.writing import EOS, NARROW, WIDE, Document, documents, flat, read_back, write, written

FORM = Olmo()


def by_metadata(path: Path) -> list[tuple[int, int]]:
    """First token and end of each document, from the file beside the array, as OLMo-core takes its lines apart."""
    with gzip.open(path, "rt") as lines:
        bounds = [line.split(",") for line in lines]
    return [(int(start), int(end)) for start, end, *_ in bounds]


def by_array(path: Path, dtype: str) -> list[tuple[int, int]]:
    """The same from the array alone: a document ends with its last token."""
    ends = (np.flatnonzero(np.memmap(path, dtype, mode="r") == EOS) + 1).tolist()
    return list(zip([0, *ends], ends, strict=False))


@settings(max_examples=50)
@given(st.data(), st.sampled_from([NARROW, WIDE]))
def test_documents_lie_where_both_say(data: Any, vocabulary: int) -> None:
    shard = data.draw(documents(vocabulary))
    with written(FORM, [shard], vocabulary) as found:
        config = json.loads((found.folder / "olmo.json").read_bytes())
        (name,) = config["paths"]
        path = found.folder / name
        tokens = np.memmap(path, config["dtype"], mode="r")
        bounds = by_metadata(path.with_name(name.replace(".npy", ".csv.gz")))
        assert [tokens[start:end].tolist() for start, end in bounds] == [[*document, EOS] for document in shard]
        assert by_array(path, config["dtype"]) == bounds
        assert config["tokenizer"]["eos_token_id"] == EOS
        assert config["tokenizer"]["vocab_size"] == vocabulary


@settings(max_examples=50)
@given(st.lists(documents(NARROW), min_size=1, max_size=3))
def test_what_is_read_back_is_what_was_written(shards: list[list[Document]]) -> None:
    with written(FORM, shards) as found:
        assert read_back(FORM, found) == [flat(shard, EOS) for shard in shards]
        for part, shard in zip(found.parts, shards, strict=True):
            assert FORM.lengths(found.folder, part, found.encoding).tolist() == [len(one) + 1 for one in shard]


def test_a_document_that_holds_the_last_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="tells documents apart"):
        write(FORM, [[[3, EOS, 4]]], tmp_path, NARROW, EOS)


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write(FORM, [[[3, 4], [5]]], tmp_path / name, NARROW, EOS)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name
