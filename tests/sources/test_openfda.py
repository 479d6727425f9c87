"""openFDA labels, and the array of a large JSON file read member by member."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sources.json_array
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.json_array import BAD, members
from sources.openfda import OpenFdaReader
from sources.reader import RawFile
from tests.sources.material import records

SETID = "c6e131fe-e7df-4876-83f7-9156fc4e8228"
LABEL: dict[str, Any] = {
    "set_id": SETID.upper(),
    "id": "0",
    "version": "11",
    "effective_time": "20140113",
    "warnings": ["WARNINGS Liver disease was seen."],
    "indications_and_usage": ["1 INDICATIONS AND USAGE Xen is indicated for gout."],
    "boxed_warning": ["Xen can harm."],
    "pregnancy": ["8.1 Pregnancy Category X."],
    "use_in_specific_populations": ["8 USE IN SPECIFIC POPULATIONS 8.1 Pregnancy Category X. 8.2 Labor."],
    "package_label_principal_display_panel": ["NDC 1234 Xen 10 mg"],
    "recent_major_changes": ["Dosage 10/2012"],
    "dosage_and_administration_table": ["<table><tr><td>x</td></tr></table>"],
    "spl_unclassified_section": ["Distributed by: Xen Health, Inc.", "Keep dry."],
    "disposal_and_waste_handling": ["Flush nothing."],
    "disposal_and_waste_handling_table": ["<table/>"],
    "route": ["ORAL"],
    "openfda": {"brand_name": ["XEN"], "generic_name": ["XENOL"]},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


def read(tmp_path: Path, *labels: Any) -> list[Record]:
    path = tmp_path / "drug-label-0001-of-0012.json"
    path.write_bytes(gzip.compress(json.dumps({"meta": {"results": {"total": 1}}, "results": labels}).encode()))
    return records(OpenFdaReader(), path)[0]


def test_sections_stand_in_the_usual_order_under_their_headings(tmp_path: Path) -> None:
    (found,) = read(tmp_path, LABEL)
    assert isinstance(found, Document)
    assert found.text.split("\n\n") == [
        "XEN (XENOL)",
        "Boxed warning",
        "Xen can harm.",
        "1 INDICATIONS AND USAGE Xen is indicated for gout.",
        "WARNINGS Liver disease was seen.",
        "8 USE IN SPECIFIC POPULATIONS 8.1 Pregnancy Category X. 8.2 Labor.",
        "Disposal and waste handling",
        "Flush nothing.",
        "Keep dry.",
    ]
    assert (found.setid, found.native_id, found.version) == (SETID, SETID, f"{11:020d}")
    assert (found.published, found.doc_type, found.title) == ("2014-01-13", "label", "XEN (XENOL)")


def test_bad_labels_are_quarantined_and_the_next_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, {"version": "1"}, "no label", {"set_id": SETID}, LABEL)
    assert found[:2] == [Quarantined(record=0, reason="no_setid"), Quarantined(record=1, reason="not_an_object")]
    assert isinstance(found[2], Document)
    assert (found[2].no_text, found[2].text) == ("no_sections", "")
    assert isinstance(found[3], Document)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b'{"results": [', "not_json"), (b"[]", "no_array"), (b'{"result": []}', "no_array"), (b"", "empty_file")],
)
@pytest.mark.parametrize("small", [0, 1000])
def test_a_damaged_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, reason: str, small: int
) -> None:
    monkeypatch.setattr(sources.json_array, "_SMALL", small)
    path = tmp_path / "labels.json"
    path.write_bytes(data)
    with pytest.raises(RawFileError) as caught:
        records(OpenFdaReader(), path)
    assert caught.value.reason == reason


@given(st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=3), max_size=6), JSON, st.integers(1, 40))
def test_a_large_file_gives_the_same_members_as_a_small_one(labels: list[Any], other: Any, chunk: int) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "a.json"
        path.write_text(json.dumps({"meta": {"results": other}, "results": labels, "after": other}))
        raw = RawFile(str(path))
        assert list(members(raw, "results")) == labels
        patch.setattr(sources.json_array, "_SMALL", 0)
        patch.setattr(sources.json_array, "_CHUNK", chunk)
        assert list(members(raw, "results")) == labels


def test_a_damaged_member_of_a_large_file_does_not_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.json_array, "_SMALL", 0)
    path = tmp_path / "a.json"
    path.write_bytes(b'{"results": [{"a": 1}, {"b" 2}, {"c": "}"}]}')
    assert list(members(RawFile(str(path)), "results")) == [{"a": 1}, BAD, {"c": "}"}]
