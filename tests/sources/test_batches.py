"""Batches: ids, limits, schema, and the same cut every time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.digest import Json
from corpus.document import DELETIONS, DOCUMENTS, QUARANTINE, Deletion, Document, Quarantined, Record
from sources.batches import Batch, Limits, documents_in
from sources.medline import MedlineReader
from sources.reader import RawFile
from tests.sources.material import demo_file


class Listed:
    """A reader whose file is a list of records."""

    name = "listed"
    version = 1
    doc_types = ("note",)
    section_policy = "All of it."
    known_losses = ()
    states = frozenset({"title"})

    def __init__(self, records: list[Record]) -> None:
        self._records = records

    @property
    def config(self) -> Json:
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        facts["records"] = len(self._records)
        yield from self._records


def batches(records: list[Record], batch_bytes: int = 1 << 20, limits: Limits | None = None) -> list[Batch]:
    options = {"limits": limits} if limits else {}
    return list(documents_in(Listed(records), RawFile("x"), "src", Counter(), batch_bytes=batch_bytes, **options))


def one(document: Document, limits: Limits | None = None) -> Batch:
    (batch,) = batches([document], limits=limits)
    return batch


def place(identity: str, record: int) -> str:
    return "src:" + hashlib.sha256(f"{identity}#{record}".encode()).hexdigest()[:32]


def test_the_source_names_the_document_else_its_place_does() -> None:
    named = one(Document(record=0, native_id=" 10.1/x\n", text="A\r\n"))
    assert named.documents["doc_id"].to_pylist() == ["src:10.1/x"]
    nameless = one(Document(record=0, native_id=None, text="A\r\n"))
    assert nameless.documents["doc_id"].to_pylist() == [place("x", 0)]
    assert nameless.documents["text"].to_pylist() == ["A"]


def test_an_id_tells_nothing_about_the_text() -> None:
    first, second = (
        list(documents_in(Listed([Document(record=3, native_id=None, text=text)]), RawFile("x"), "src", Counter()))
        for text in ("call 617-555-0123", "call 617-555-0124")
    )
    assert first[0].documents["doc_id"] == second[0].documents["doc_id"]


def test_the_bytes_of_the_file_tell_its_records_from_those_of_others() -> None:
    records: list[Record] = [Document(record=number, native_id=None, text="same") for number in range(2)]
    found = [
        doc_id
        for identity in ("aa", "bb")
        for batch in documents_in(Listed(records), RawFile("x"), "src", Counter(), identity=identity)
        for doc_id in batch.documents["doc_id"].to_pylist()
    ]
    assert found == [place("aa", 0), place("aa", 1), place("bb", 0), place("bb", 1)]


@pytest.mark.parametrize("native_id", ["jane@example.org", "Jane Example", "x" * 201], ids=["address", "words", "long"])
def test_an_id_that_could_name_a_person_is_replaced_and_counted(native_id: str) -> None:
    facts: Counter[str] = Counter()
    records: list[Record] = [Document(record=7, native_id=native_id, text="t")]
    (batch,) = documents_in(Listed(records), RawFile("x"), "src", facts)
    assert batch.documents["doc_id"].to_pylist() == [place("x", 7)]
    assert facts["unsafe_ids"] == 1


@pytest.mark.parametrize("date", ["2101-01", "1499", "9999-12-31", "soon"])
def test_a_date_on_which_nothing_is_published_is_absent_and_counted(date: str) -> None:
    facts: Counter[str] = Counter()
    records: list[Record] = [
        Document(record=0, native_id="1", text="t", published=date),
        Document(record=1, native_id="2", text="t", published="2100-12-31"),
    ]
    (batch,) = documents_in(Listed(records), RawFile("x"), "src", facts)
    assert batch.documents["published"].to_pylist() == [None, "2100-12-31"]
    assert facts["impossible_dates"] == 1


def test_known_values_are_written_as_the_text_is() -> None:
    batch = one(Document(record=0, native_id="1", text="Seen: Jose\u0301", known_values=("Jose\u0301 ", " \n")))
    assert batch.documents["known_values"].to_pylist() == [["Jos\u00e9"]]
    assert batch.documents["text"].to_pylist() == ["Seen: Jos\u00e9"]


def test_a_document_type_that_is_no_word_is_quarantined() -> None:
    batch = one(Document(record=0, native_id="1", text="t", doc_type="jane@example.org", offset=4))
    assert batch.quarantined.to_pylist() == [{"record": 0, "offset": 4, "reason": "bad_doc_type", "detail": ""}]


def test_a_document_without_text_says_why() -> None:
    assert one(Document(record=0, native_id="1", text=" \n ")).documents["no_text"].to_pylist() == ["empty_text"]
    given_reason = Document(record=0, native_id="1", text="", no_text="no_abstract")
    assert one(given_reason).documents["no_text"].to_pylist() == ["no_abstract"]


def test_what_cannot_be_text_is_quarantined() -> None:
    limits = Limits(text_bytes=10)
    found = batches(
        [
            Document(record=0, native_id="1", text="a\udc80", offset=3),
            Document(record=1, native_id="2", text="t", journal="\ud800"),
            Document(record=2, native_id="3", text="x" * 11),
            Document(record=3, native_id="4", text="ä" * 6),
            Document(record=4, native_id="5", text="x" * 10),
        ],
        limits=limits,
    )
    (batch,) = found
    assert batch.quarantined["reason"].to_pylist() == ["invalid_unicode"] * 2 + ["record_too_large"] * 2
    assert batch.quarantined["offset"].to_pylist() == [3, None, None, None]
    assert batch.documents["record"].to_pylist() == [4]


def test_quarantine_and_deletions_come_along_in_their_schemas() -> None:
    records: list[Record] = [
        Quarantined(record=0, reason="not_json", offset=5),
        Deletion(native_id="9", version="f:~"),
        Document(record=1, native_id="1", text="t"),
    ]
    (batch,) = batches(records)
    assert (batch.documents.schema, batch.quarantined.schema, batch.deletions.schema) == (
        DOCUMENTS,
        QUARANTINE,
        DELETIONS,
    )
    assert batch.deletions.to_pylist() == [{"doc_id": "src:9", "version": "f:~"}]
    assert batch.quarantined.to_pylist() == [{"record": 0, "offset": 5, "reason": "not_json", "detail": ""}]


RECORDS = st.lists(
    st.one_of(
        st.builds(
            Document, record=st.integers(0, 99), native_id=st.none() | st.text(max_size=5), text=st.text(max_size=300)
        ),
        st.builds(Quarantined, record=st.integers(0, 99), reason=st.just("not_json")),
        st.builds(Deletion, native_id=st.just("1"), version=st.just("f:~")),
    ),
    max_size=60,
)


@given(RECORDS, st.integers(1, 20_000))
def test_nothing_is_lost_and_the_cut_is_the_same_every_time(records: list[Record], batch_bytes: int) -> None:
    first, second = batches(records, batch_bytes), batches(records, batch_bytes)
    assert [batch.documents for batch in first] == [batch.documents for batch in second]
    rows = sum(batch.documents.num_rows + batch.quarantined.num_rows + batch.deletions.num_rows for batch in first)
    assert rows == len(records)
    for batch in first:
        batch.documents.validate(full=True)


@pytest.mark.slow
def test_a_real_file_in_batches(tmp_path: Path) -> None:
    found = list(documents_in(MedlineReader(), RawFile(str(demo_file("pubmed21n1298.xml.gz"))), "medline", Counter()))
    assert len(found) > 5
    documents = pa.Table.from_batches([batch.documents for batch in found])
    assert documents["record"].to_pylist() == list(range(20788))
    assert len(set(documents["doc_id"].to_pylist())) == 20783
    assert sum(batch.deletions.num_rows for batch in found) == 20
    sizes = [batch.documents["text"].nbytes for batch in found]
    assert max(sizes) < 5 << 20


def test_batches_read_json_lines(tmp_path: Path) -> None:
    from sources.registry import make_reader

    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps({"text": f"text {number}"}) for number in range(9)))
    facts: Counter[str] = Counter()
    (batch,) = documents_in(make_reader("jsonl"), RawFile(str(path)), "mine", facts)
    assert batch.documents.num_rows == facts["records"] == 9
