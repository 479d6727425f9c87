"""A shard's fingerprint: of what it says, not of how its file was written."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shards.fingerprint import NEEDED, Fingerprint, document_leaf, fingerprint
from shards.tokenizer import INPUT_IDS

SCHEMA = pa.schema([("doc_id", pa.string()), ("text_sha256", pa.string()), ("input_ids", INPUT_IDS)])

Row = tuple[str, str, list[int]]
rows = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8"), max_size=8),
        st.text("0123456789abcdef", min_size=64, max_size=64),
        st.lists(st.integers(0, 2**31 - 1), max_size=5),
    ),
    max_size=9,
)


def table(given_: list[Row]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in given_], schema=SCHEMA)


def oracle(given_: list[Row]) -> str:
    """The logical digest as its definition says it."""
    found = b""
    for doc_id, text, ids in given_:
        tokens = hashlib.sha256(b"".join(struct.pack("<i", token) for token in ids)).hexdigest()
        found += hashlib.sha256(doc_id.encode() + b"\0" + text.encode() + b"\0" + tokens.encode()).digest()
    return hashlib.sha256(found).hexdigest()


@given(rows)
def test_the_digest_is_that_of_its_definition(given_: list[Row]) -> None:
    assert fingerprint(table(given_)).logical_sha256 == oracle(given_)


@given(rows)
def test_a_leaf_is_that_of_its_definition(given_: list[Row]) -> None:
    expected = [hashlib.sha256(b"\0" + doc_id.encode() + b"\0" + text.encode()).digest() for doc_id, text, _ in given_]

    assert fingerprint(table(given_)).leaves == expected
    assert [document_leaf(doc_id, text) for doc_id, text, _ in given_] == expected


@given(rows, st.integers(0, 9))
def test_cuts_make_no_difference(given_: list[Row], cut: int) -> None:
    whole, parts = table(given_), Fingerprint()
    parts.add(whole.slice(0, cut))
    parts.add(whole.slice(cut))
    chunked = fingerprint(pa.concat_tables([whole.slice(0, cut), whole.slice(cut)]))

    assert parts.logical_sha256 == chunked.logical_sha256 == fingerprint(whole).logical_sha256
    assert parts.merkle_root == chunked.merkle_root == fingerprint(whole).merkle_root


@given(rows.filter(bool), st.data())
def test_any_change_and_any_other_order_shows(given_: list[Row], data: st.DataObject) -> None:
    before = fingerprint(table(given_)).logical_sha256
    place = data.draw(st.integers(0, len(given_) - 1))
    doc_id, text, ids = given_[place]
    for row in ((doc_id + "x", text, ids), (doc_id, text[::-1] + "0", ids), (doc_id, text, [*ids, 0])):
        assert fingerprint(table([*given_[:place], row, *given_[place + 1 :]])).logical_sha256 != before
    if given_[::-1] != given_:
        assert fingerprint(table(given_[::-1])).logical_sha256 != before


def test_a_file_written_another_way_has_other_bytes_and_the_same_fingerprint(tmp_path: Path) -> None:
    whole = table([(f"a:{number:03d}", f"{number:064x}", [number] * (number % 4)) for number in range(100)])
    pq.write_table(whole, tmp_path / "one", compression="zstd")
    pq.write_table(whole, tmp_path / "other", compression="snappy", row_group_size=7, version="1.0")
    one, other = (pq.read_table(tmp_path / name, columns=list(NEEDED)) for name in ("one", "other"))

    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()
    assert fingerprint(one).logical_sha256 == fingerprint(other).logical_sha256
    assert fingerprint(one).merkle_root == fingerprint(other).merkle_root


@pytest.mark.parametrize("needed", NEEDED)
def test_it_is_taken_of_the_columns_it_names(needed: str) -> None:
    with pytest.raises(KeyError):
        fingerprint(table([("a", "0" * 64, [1])]).drop_columns([needed]))
