"""JSON and XML files whose records a recipe finds by a path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources.delimited import CsvReader
from sources.json_records import JsonReader
from sources.jsonl import JsonlReader
from sources.xml_records import XmlReader
from tests.sources.material import kit_files, records


def texts(tmp_path: Path, value: Any, **options: Any) -> list[str]:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    found, _ = records(JsonReader(**options), path)
    assert all(isinstance(one, Document) for one in found)
    return [one.text for one in found if isinstance(one, Document)]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([{"text": "one"}, {"text": "two"}], "*"),
        ({"meta": 1, "data": [{"text": "one"}, {"text": "two"}]}, "data.*"),
        ({"a": {"text": "one"}, "b": {"text": "two"}}, "*"),
        ({"x": {"a": [{"text": "one"}], "b": [{"text": "two"}]}}, "x.*.*"),
    ],
)
def test_a_path_leads_to_the_records(tmp_path: Path, value: Any, path: str) -> None:
    assert texts(tmp_path, value, records=path) == ["one", "two"]


def test_a_file_can_be_one_record(tmp_path: Path) -> None:
    assert texts(tmp_path, {"article": {"text": "one"}}, records="article") == ["one"]
    assert texts(tmp_path, {"text": "one"}, records="") == ["one"]


def test_records_that_are_strings_are_a_column_of_their_own(tmp_path: Path) -> None:
    assert texts(tmp_path, {"a": ["one", "two"]}, records="*.*", columns={"text": "$value"}) == ["one", "two"]


def test_the_keys_on_the_way_are_the_id(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"x": {"12": {"text": "one"}}, "y": {"13": {"text": "two"}}}')
    found, facts = records(JsonReader("*.*", {"id": "$key"}), path)
    assert [one.native_id for one in found if isinstance(one, Document)] == ["x/12", "y/13"]
    assert facts == {"records": 2, "without_id": 0}


def test_text_of_several_columns_is_put_together(tmp_path: Path) -> None:
    row = {
        "q": "Which?",
        "options": {"a": "this", "b": "that"},
        "why": None,
        "notes": [{"t": "x "}, {"t": " "}],
        "n": 3,
    }
    columns = {"text": ["q", "options.*", "why", "notes.*.t", "n", "absent"]}
    assert texts(tmp_path, [row], columns=columns) == ["Which?\n\nthis\n\nthat\n\nx\n\n3"]


@pytest.mark.parametrize(
    ("row", "columns", "reason"),
    [
        ({"q": None}, ["q", "a"], "no_text_field"),
        ({"q": "Which?", "a": ["x"]}, ["q", "a"], "text_not_a_string"),
        ({"q": [1]}, ["q.*"], "text_not_a_string"),
        ("a string", ["q"], "no_text_field"),
    ],
)
def test_rows_without_text_are_quarantined(tmp_path: Path, row: Any, columns: list[str], reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([row]))
    [found], facts = records(JsonReader(columns={"text": columns}), path)
    assert isinstance(found, Quarantined)
    assert (found.reason, facts["records"]) == (reason, 1)


@pytest.mark.parametrize(
    ("data", "limit", "reason"),
    [
        (b'[{"text": "a"', 100, "not_json"),
        (b'["\xff"]', 100, "invalid_unicode"),
        (b"[" * 5000, 5000, "not_json"),
        (b'{"data": {"text": "a"}}', 100, "no_records"),
        (b'[{"text": "a"}]', 14, "record_too_large"),
    ],
)
def test_files_without_records_are_refused(tmp_path: Path, data: bytes, limit: int, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(RawFileError) as caught:
        records(JsonReader("items.*", max_bytes=limit), path)
    assert caught.value.reason == reason


def test_an_array_without_elements_is_no_damage(tmp_path: Path) -> None:
    assert texts(tmp_path, {"items": []}, records="items.*") == []


def test_the_paths_of_an_xml_record_are_elements_and_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        '<set xmlns="urn:x"><q id="7"><!-- c --><m lang="en">What\n   is <b>it</b>?</m>'
        "<as><a>One.</a><a/><b>Two.</b></as></q><q><as/></q></set>"
    )
    found, facts = records(XmlReader("q", {"text": ["m", "as/*"], "id": "@id", "language": "m/@lang"}, "qa"), path)
    first, second = found
    assert isinstance(first, Document)
    assert (first.text, first.native_id, first.language) == ("What is it?\n\nOne.\n\nTwo.", "7", "en")
    assert isinstance(second, Quarantined)
    assert (second.reason, facts["records"]) == ("no_text_field", 2)
    with pytest.raises(RawFileError, match="no_records"):
        records(XmlReader("p"), path)


def test_a_csv_file_without_a_header_is_given_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('\ufeff"Which, of these?",this,that,A\n', encoding="utf-8")
    [found], _ = records(CsvReader({"text": ["q", "a", "b"]}, "qa", header=["q", "a", "b", "key"]), path)
    assert isinstance(found, Document)
    assert found.text == "Which, of these?\n\nthis\n\nthat"
    with pytest.raises(ValueError, match="header: no column c"):
        CsvReader({"text": "c"}, header=["q"])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: JsonReader("a..b"), "records must be"),
        (lambda: JsonReader(columns={"text": []}), "text must name"),
        (lambda: JsonlReader(columns={"id": ["a"]}), "id must name"),
        (lambda: XmlReader("a/b"), "record must be"),
        (lambda: XmlReader("a", {"text": "b[1]"}), "no path of names"),
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()


QUESTION = ["question", "options.*"]


@pytest.mark.parametrize(
    ("folder", "pattern", "reader", "expected"),
    [
        ("bold", "prompts/*.json", JsonReader("*.*.*", {"text": "$value"}), 10_861),
        ("presidio_synth_pii", "*.json", JsonReader("*", {"text": "full_text"}), 1_500),
        ("eval_sets", "bioasq*.json", JsonReader("questions.*", {"text": ["body", "ideal_answer.*"]}, "qa"), 13),
        ("eval_sets", "pubmedqa*.json", JsonReader("*", {"text": ["QUESTION", "CONTEXTS.*"], "pmid": "$key"}), 586),
        ("eval_sets", "french*.json", JsonReader("*", {"text": ["question", "answers.*"]}, "qa"), 312),
        ("eval_sets", "medqa*.jsonl", JsonlReader({"text": QUESTION}, "qa"), 1_273),
        ("eval_sets", "mmlu*.csv", CsvReader({"text": ["q", "a"]}, "qa", header=["q", "a", "b", "c", "d", "key"]), 500),
        ("eval_sets", "liveqa*.xml", XmlReader("NLM-QUESTION", {"text": ["NLM-Summary", ".//ANSWER"]}, "qa"), 104),
    ],
)
def test_every_record_of_the_kit_s_loose_files_is_a_document(
    folder: str, pattern: str, reader: JsonReader, expected: int
) -> None:
    found = [one for path in kit_files(folder, pattern) for one in records(reader, path)[0]]
    assert len(found) == expected
    assert all(isinstance(one, Document) and one.text for one in found)
