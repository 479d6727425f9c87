"""JSONL and Parquet through a column mapping."""

from __future__ import annotations

import datetime
import gzip
import json
from collections import Counter
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.columns import Columns
from sources.jsonl import JsonlReader
from sources.parquet import ParquetReader
from sources.reader import RawFile
from tests.sources.material import records

MAPPING = {
    "text": "body",
    "id": "meta.key",
    "doc_type": "kind",
    "licence": "meta.licence",
    "language": "lang",
    "pmid": "pmid",
    "pmcid": "pmc",
    "doi": "doi",
    "published": "date",
    "version": "revision",
}
ROW = {
    "body": "A text.",
    "meta": {"key": 7, "licence": "CC BY 4.0"},
    "kind": "note",
    "lang": "en",
    "pmid": 12,
    "pmc": "PMC3",
    "doi": "https://doi.org/10.1000/X",
    "date": "2021-03-09T10:00:00Z",
    "revision": 9,
}


def lines(tmp_path: Path, *given: bytes, **options: Any) -> list[Record]:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(given))
    return records(JsonlReader(**options), path)[0]


def check(found: Record) -> None:
    assert found == Document(
        record=0,
        offset=found.offset if isinstance(found, Document) else None,
        native_id="7",
        text="A text.",
        doc_type="note",
        version="0" * 19 + "9",
        pmid="12",
        pmcid="PMC3",
        doi="10.1000/x",
        published="2021-03-09",
        language="en",
        licence_raw="CC BY 4.0",
        licence_evidence="column:meta.licence",
    )


def test_every_field_can_be_mapped(tmp_path: Path) -> None:
    (found,) = lines(tmp_path, json.dumps(ROW).encode(), columns=MAPPING)
    check(found)
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist([ROW | {"date": datetime.date(2021, 3, 9)}]), path)
    ((found,), facts) = records(ParquetReader(columns=MAPPING), path)
    check(found)
    assert facts == {"records": 1, "without_id": 0}


def test_text_and_id_are_columns_of_that_name_unless_mapped(tmp_path: Path) -> None:
    (found,) = lines(tmp_path, b'{"text": "T", "id": "x", "doi": "10.1000/x"}', doc_type="abstract")
    assert found == Document(record=0, offset=0, native_id="x", text="T", doc_type="abstract")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_offsets_count_decompressed_bytes(tmp_path: Path, pack: Any) -> None:
    data = '\ufeff{"text": "ä"}\n\n{"text": "b"}\r\n{"text": "c"}'.encode()
    path = tmp_path / "a"
    path.write_bytes(pack(data))
    found, facts = records(JsonlReader(), path)
    offsets = [(record.record, record.offset) for record in found if isinstance(record, Document)]
    assert offsets == [(0, 0), (1, data.index(b'{"text": "b"')), (2, data.index(b'{"text": "c"'))]
    assert facts == {"records": 3, "without_id": 3}


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (b"{broken", "not_json", ""),
        (b'{"text": "\x00"}', "not_json", ""),
        (b'{"text": "\\ud800"}', "not_json", ""),
        (b'{"text": "\xff"}', "invalid_unicode", ""),
        (b'["text"]', "not_an_object", ""),
        (b'{"body": "b"}', "no_text_field", "text"),
        (b'{"text": null}', "no_text_field", "text"),
        (b'{"text": 3}', "text_not_a_string", "text"),
        (b'{"text": "t", "id": ["x"]}', "field_not_a_string", "id"),
        (b'{"text": "t", "kind": "Jane"}', "bad_doc_type", "kind"),
        (b'{"text": "' + b"long " * 99 + b'"}', "line_too_long", "over 100 bytes"),
    ],
)
def test_a_bad_line_is_quarantined_and_the_next_is_read(tmp_path: Path, line: bytes, reason: str, detail: str) -> None:
    bad, good = lines(tmp_path, line, b'{"text": "good"}', columns={"doc_type": "kind"}, max_line_bytes=100)
    assert bad == Quarantined(record=0, reason=reason, detail=detail, offset=0)
    assert good == Document(record=1, offset=len(line) + 1, native_id=None, text="good")


@given(st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"")), max_size=20), st.integers(1, 80))
def test_no_line_is_lost_whatever_the_bytes(given: list[bytes], limit: int) -> None:
    # The first byte is no magic number, so that the file is not taken for a compressed one.
    given = [b"{}", *given]
    with NamedTemporaryFile() as file:
        file.write(b"\n".join(given))
        file.flush()
        found = list(JsonlReader(max_line_bytes=limit).read(RawFile(file.name), Counter()))
    expected, start = [], 0
    for line in given:
        if line.strip() or len(line) > limit:
            expected.append(start)
        start += len(line) + 1
    offsets = [record.offset for record in found if isinstance(record, Document | Quarantined)]
    assert offsets == expected


def test_parquet_rows_that_are_not_utf8_are_quarantined(tmp_path: Path) -> None:
    raw = pa.array([b"good", b"\xff\xfe", None, b"fine"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 4, raw.buffers())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": text, "id": pa.array([1, 2, 3, 4])}), path)
    found, _ = records(ParquetReader(), path)
    assert [record.reason for record in found if isinstance(record, Quarantined)] == [
        "invalid_unicode",
        "no_text_field",
    ]
    assert [(record.record, record.text) for record in found if isinstance(record, Document)] == [
        (0, "good"),
        (3, "fine"),
    ]


@pytest.mark.parametrize(
    "dates",
    [
        pa.array([0, 569_026_598_400_000_000], pa.timestamp("us")),
        pa.array([0, 1 << 30], pa.date32()),
        pa.array([0, 1 << 60], pa.date64()),
    ],
    ids=lambda dates: str(dates.type),
)
@pytest.mark.parametrize("nested", [False, True])
def test_a_time_beyond_all_calendars_is_absent(tmp_path: Path, dates: pa.Array, nested: bool) -> None:
    path = tmp_path / "a.parquet"
    column = pa.StructArray.from_arrays([dates, pa.array(["x", "y"])], ["at", "key"]) if nested else dates
    pq.write_table(pa.table({"text": ["one", "two"], "date": column}), path)
    found, facts = records(ParquetReader({"published": "date.at" if nested else "date"}), path)
    assert [record.published for record in found if isinstance(record, Document)] == ["1970-01-01", None]
    assert facts["impossible_dates"] == 1


def test_a_time_zone_that_nobody_knows_costs_the_time_and_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["one"], "date": pa.array([0], pa.timestamp("ms", "Nowhere/Atlantis"))}), path)
    (found,), facts = records(ParquetReader({"published": "date"}), path)
    assert isinstance(found, Document)
    assert (found.text, found.published, facts["impossible_dates"]) == ("one", None, 1)


@pytest.mark.parametrize(
    ("columns", "damage", "reason"),
    [
        ({}, lambda data: data, None),
        ({"text": "gone"}, lambda data: data, "missing_column"),
        ({"licence": "gone"}, lambda data: data, "missing_column"),
        ({}, lambda data: b"x" + data, "not_parquet"),
        ({}, lambda data: data[:-20], "corrupt_parquet"),
        ({}, lambda data: data[:4] + bytes(400) + data[404:], "corrupt_parquet"),
        ({}, lambda data: b"", "empty_file"),
    ],
)
def test_a_damaged_parquet_file_is_refused(tmp_path: Path, columns: dict[str, str], damage: Any, reason: str) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [f"text {number}" for number in range(999)]}), path)
    path.write_bytes(damage(path.read_bytes()))
    if reason is None:
        assert len(records(ParquetReader(columns), path)[0]) == 999
        return
    with pytest.raises(RawFileError) as caught:
        records(ParquetReader(columns), path)
    assert caught.value.reason == reason
    assert "text 1" not in str(caught.value)


def test_a_mapping_of_unknown_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="no field txt; the fields are text, id"):
        Columns({"txt": "text"}, "other")
    with pytest.raises(ValueError, match="language must name a column"):
        Columns({"language": ""}, "other")


def test_a_key_with_dots_comes_before_a_path(tmp_path: Path) -> None:
    (found,) = lines(tmp_path, b'{"a.b": "dotted", "a": {"b": "nested"}}', columns={"text": "a.b"})
    assert isinstance(found, Document)
    assert found.text == "dotted"
