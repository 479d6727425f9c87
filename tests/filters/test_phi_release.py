"""What stands for identifiers in released text, and the account of it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from filters.phi.annotator import PhiAnnotator
from filters.phi.mask import mask_column
from filters.phi.release import RELEASED_SPANS, Release
from filters.phi.spans import Span, placeholder
from filters.phi.surrogates import Key, could_be_surrogate

NOTE = (
    "Patient Name: Mabel Ostrander   DOB: 04/12/1951   MRN: 00482913\nMs. Ostrander was seen on 05/03/2021 by "
    "Dr. Tobias Quillan, who will call her at (617) 392-4471. Mabel lives in Worcester, "
    "MA 01609. Seen again on 05/10/2021.\n"
)


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key.create(tmp_path / "key")


def screened(texts: list[str], policy: str) -> tuple[pa.LargeStringArray, pa.ListArray]:
    column = pa.array(texts, pa.large_string())
    batch = pa.record_batch([column], names=["text"])
    return column, PhiAnnotator(policy, "rules").measure(batch).column("phi_spans")


def test_without_a_key_there_are_placeholders_and_no_tags() -> None:
    column, spans = screened([NOTE, "Nothing.", NOTE], "notes")
    text, told = Release(None).column(column, spans, ["a", "b", "c"], ["notes"] * 3)

    assert text.to_pylist() == mask_column(column, spans).to_pylist()
    assert told.type == RELEASED_SPANS
    assert [len(row) for row in told.to_pylist()] == [len(row) for row in spans.to_pylist()]
    for value, row in zip(text.to_pylist(), told.to_pylist(), strict=True):
        raw = value.encode()
        for span in row:
            stands = raw[span["start"] : span["end"]]
            assert stands == placeholder(span["kind"], stands)
            assert span["tag"] is None


def test_with_a_key_notes_have_surrogates_and_papers_placeholders(key: Key) -> None:
    column, spans = screened([NOTE, NOTE], "notes")
    text, told = Release(key).column(column, spans, ["a", "b"], ["notes", "literature"])
    first, second = text.to_pylist()

    assert ("[" in first) is False
    assert second == mask_column(column, spans)[1].as_py()
    for span in told[0].as_py():
        value = first.encode()[span["start"] : span["end"]].decode()
        assert could_be_surrogate(span["kind"], value)


def test_surrogates_agree_within_a_document_and_differ_between_documents_and_keys(key: Key, tmp_path: Path) -> None:
    _, spans = screened([NOTE, NOTE], "notes")
    rows = [[Span(**span) for span in row] for row in spans.to_pylist()]
    other = Key.create(tmp_path / "another")

    def released(one: Key, doc_id: str) -> tuple[str, list[str]]:
        raw, told = Release(one).text(doc_id, "notes", NOTE.encode(), rows[0])
        return raw.decode(), [raw[span["start"] : span["end"]].decode() for span in told]  # type: ignore[misc]

    text, values = released(key, "a")
    assert released(key, "a")[0] == text
    assert released(key, "b")[0] != text
    assert released(other, "a")[0] != text
    originals = [NOTE.encode()[span.start : span.end].decode() for span in rows[0]]
    family = {value.split()[-1] for value, original in zip(values, originals, strict=True) if "Ostrander" in original}
    assert len(family) == 1


def test_a_tag_is_of_one_value_in_one_document_under_one_key(key: Key, tmp_path: Path) -> None:
    value = b"00482913"
    assert key.tag("a", value) == key.tag("a", value)
    assert len({key.tag("a", value), key.tag("b", value), Key.create(tmp_path / "b").tag("a", value)}) == 3
    assert len(key.tag("a", value)) == 16


def test_a_column_without_spans_is_returned_as_it_is(key: Key) -> None:
    column, spans = screened(["plain", "text"], "notes")
    assert Release(key).column(column, spans, ["a", "b"], ["notes"] * 2)[0] is column
