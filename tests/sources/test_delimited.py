"""CSV: quoted line ends, delimiters, rows that are none."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.delimited import CsvReader
from tests.sources.material import kit_files, records

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=20)


def rows(tmp_path: Path, data: bytes, **options: Any) -> list[Record]:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    return records(CsvReader(**options), path)[0]


@pytest.mark.parametrize(
    ("folder", "pattern", "columns", "files", "documents"),
    [
        ("mts_dialog", "*.csv", {"text": "dialogue", "id": "ID"}, 3, 3703),
        ("aci_bench", "*/t*n.csv", {"text": "note", "id": "encounter_id"}, 1, 67),
        ("aci_bench", "*/valid.csv", {"text": "note", "id": "encounter_id"}, 1, 20),
    ],
)
def test_real_tables_are_read_as_polars_reads_them(
    folder: str, pattern: str, columns: dict[str, str], files: int, documents: int
) -> None:
    paths = kit_files(folder, pattern)
    count = 0
    for path in paths:
        found, facts = records(CsvReader(columns), path)
        oracle = polars.read_csv(path, infer_schema=False)
        texts = [record.text for record in found if isinstance(record, Document)]
        assert texts == [text or "" for text in oracle[columns["text"]]]
        assert [record.native_id for record in found if isinstance(record, Document)] == list(oracle[columns["id"]])
        assert facts["records"] == len(oracle)
        count += len(texts)
    assert (len(paths), count) == (files, documents)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_the_one_by_which_the_columns_are_there(tmp_path: Path, delimiter: str) -> None:
    data = f'key{delimiter}text{delimiter}"note, or; such"\n1{delimiter}"a, b; c\n| d"{delimiter}\n'.encode()
    (found,) = rows(tmp_path, data, columns={"id": "key"})
    assert isinstance(found, Document)
    assert (found.native_id, found.text) == ("1", "a, b; c\n| d")


def test_offsets_count_decompressed_bytes_of_whole_rows(tmp_path: Path) -> None:
    data = '\ufeffid,text\r\n1,"ä\r\nb"\r\n\r\n2,c\r\n'.encode()
    found = rows(tmp_path, gzip.compress(data))
    assert [(one.record, one.offset, one.text) for one in found if isinstance(one, Document)] == [
        (0, data.index(b"1,"), "ä\r\nb"),
        (1, data.index(b"2,"), "c"),
    ]


def test_bad_rows_are_quarantined_and_reading_goes_on(tmp_path: Path) -> None:
    data = b"id,text\n1,good\n2\n3,a,b\n4,\xff\xfe\n5," + b"x" * 3000 + b"\n6,\n7,fine\n" + b"y,z\n" * 9
    found = rows(tmp_path, b"id,text\n" + b"0,ok\n" + data[8:], max_row_bytes=1000, columns={"version": "id"})
    reasons = [(one.record, one.reason) for one in found if isinstance(one, Quarantined)]
    # A head that is no UTF-8 is Windows-1252, so the fourth row is read.
    assert reasons == [(2, "wrong_number_of_fields"), (3, "wrong_number_of_fields"), (5, "row_too_long")]
    assert [one.text for one in found if isinstance(one, Document)][:5] == ["ok", "good", "ÿþ", "", "fine"]


@pytest.mark.slow
def test_bytes_that_are_no_utf8_late_in_a_file_cost_their_row(tmp_path: Path) -> None:
    data = b"id,text\n" + "1,años\n".encode() * 400_000 + b"2,a\xf1os\n3,fine\n"
    found = rows(tmp_path, data)
    assert [(one.record, one.reason) for one in found if isinstance(one, Quarantined)] == [(400_000, "invalid_unicode")]
    assert len(found) == 400_002


def test_a_quote_that_is_never_closed_costs_a_bounded_stretch(tmp_path: Path) -> None:
    data = b'id,text\n1,"never closed\n' + b"2,row\n" * 1000
    found = rows(tmp_path, data, max_row_bytes=600)
    assert [one.reason for one in found if isinstance(one, Quarantined)] == ["row_too_long"]
    assert len([one for one in found if isinstance(one, Document)]) > 890


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"id,body\n1,a\n", "missing_column"),
        (b"\n\n", "missing_column"),
        ("id,text\n1,a\n".encode("utf-16"), "unsupported_encoding"),
        (b"", "empty_file"),
    ],
)
def test_a_file_without_the_columns_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        rows(tmp_path, data)
    assert caught.value.reason == reason


def test_versions_that_are_numbers_sort_as_numbers(tmp_path: Path) -> None:
    found = rows(tmp_path, b"text,v\na,9\nb,10\n", columns={"version": "v"})
    versions = [one.version for one in found if isinstance(one, Document)]
    assert versions == sorted(versions)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_python_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, given: list[Any]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([("id", "text"), *given])
    found = rows(tmp_path_factory.mktemp("csv"), buffer.getvalue().encode())
    assert [one.text for one in found if isinstance(one, Document)] == [text for _, text in given]


def test_a_delimiter_is_one_character() -> None:
    with pytest.raises(ValueError, match="not one character"):
        CsvReader(delimiter="::")


def test_a_header_with_a_carriage_return_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,te\rxt\n1,words\n")
    with pytest.raises(RawFileError, match="malformed_csv"):
        records(CsvReader(), path)
