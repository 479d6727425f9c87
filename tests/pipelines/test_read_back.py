"""Records read again from their raw files are what was released, but for what was masked."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import FetchError, RecipeError
from manifests.snapshot import Snapshot
from manifests.trace import Trace, trace_document
from pipelines.read_back import compared, find_raw_file, read_back, shortened
from tests.conftest import Built
from tests.pipelines.small import SmallCorpus


@pytest.fixture(scope="module")
def opened(snapshot: Built) -> Snapshot:
    return Snapshot.open(snapshot.folder)


@pytest.fixture(scope="module")
def traces(opened: Snapshot) -> list[Trace]:
    """Every document of the small sources, and some of the large one."""
    ids = []
    for shard in opened.manifest.shards:
        found = pq.read_table(opened.folder / shard.path, columns=["doc_id"])["doc_id"].to_pylist()
        ids += found[::10] if shard.source == "medline" else found
    return [trace_document(opened, doc_id) for doc_id in ids]


def test_every_document_is_read_again_as_it_was_released(
    opened: Snapshot, small_corpus: SmallCorpus, traces: list[Trace]
) -> None:
    again = read_back(opened, traces, small_corpus.folder / "raw")

    assert {one.trace.document["source"] for one in again} == {"articles", "medline", "pmc", "registry"}
    assert [one.trace for one in again] == traces
    for one in again:
        assert one.same_reader
        assert one.text == ("masked" if one.trace.document["phi_masked"] else "equal"), one.trace.document["doc_id"]
    assert [one.text for one in again].count("masked") > 2


def test_bytes_are_those_of_the_record(opened: Snapshot, small_corpus: SmallCorpus, traces: list[Trace]) -> None:
    raw = small_corpus.folder / "raw"
    unpacked: dict[str, bytes] = {}
    for one in read_back(opened, traces, raw):
        file = one.trace.raw_file.name
        if one.span is None:
            assert one.record_sha256 is None
            assert one.trace.document["source"] in ("registry", "pmc")  # whose readers state no offset
            continue
        if file not in unpacked:
            packed = one.path.read_bytes()
            unpacked[file] = gzip.decompress(packed) if file.endswith("gz") else zstandard.decompress(packed)
        start, end = one.span
        content = unpacked[file][start:end]
        native = one.trace.document["doc_id"].partition(":")[2]
        assert start == one.trace.document["offset"]
        assert native.encode() in content
        assert hashlib.sha256(content).hexdigest() == one.record_sha256
        if one.trace.document["source"] == "articles":
            assert content.count(b"\n") == 1
        elif end is not None:
            assert content.count(b"<PubmedArticle>") == 1


def test_a_changed_raw_file_is_refused(
    opened: Snapshot, small_corpus: SmallCorpus, traces: list[Trace], tmp_path: Path
) -> None:
    shutil.copytree(small_corpus.folder / "raw", tmp_path / "raw")
    one = next(trace for trace in traces if trace.document["source"] == "articles")
    path = tmp_path / "raw" / "articles" / one.raw_file.name
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(FetchError, match="is not the file that the snapshot was built from"):
        read_back(opened, [one], tmp_path)


def test_an_absent_raw_file_is_told(opened: Snapshot, traces: list[Trace], tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="holds no raw file"):
        read_back(opened, traces[:1], tmp_path)


def test_a_record_that_is_not_there_is_told(opened: Snapshot, small_corpus: SmallCorpus, traces: list[Trace]) -> None:
    elsewhere = [replace(trace, document=trace.document | {"record": 10**6}) for trace in traces[:3]]

    assert {one.text for one in read_back(opened, elsewhere, small_corpus.folder / "raw")} == {"absent"}


def test_another_reader_is_told(opened: Snapshot, small_corpus: SmallCorpus, traces: list[Trace]) -> None:
    (again,) = read_back(
        opened,
        [replace(traces[0], document=traces[0].document | {"reader": "jats 0"})],
        small_corpus.folder / "raw",
    )

    assert not again.same_reader


pieces = st.lists(st.text("aé[ ]", max_size=4), min_size=2, max_size=5)


@given(pieces, st.data())
def test_a_text_is_told_from_its_masked_form_by_what_was_replaced(parts: list[str], data: st.DataObject) -> None:
    values = [data.draw(st.text("xyé", min_size=1, max_size=5)) for _ in parts[1:]]
    read = parts[0] + "".join(value + part for value, part in zip(values, parts[1:], strict=True))
    released, spans = parts[0], []
    for part in parts[1:]:
        start = len(released.encode())
        released += "[NAME]"
        spans.append((start, len(released.encode())))
        released += part

    assert compared(read, released, spans) == "masked"
    assert compared(released, released, spans) == "equal"
    assert compared(read, released, []) == "different"
    assert compared(f"z{read}", f"q{released}", [(start + 1, end + 1) for start, end in spans]) == "different"
    assert compared(f"{read}z", f"{released}q", spans) == "different"


def test_what_changed_beside_the_identifiers_is_different() -> None:
    released, spans = "Call [PHONE] or [PHONE] today", [(5, 12), (16, 23)]

    assert compared("Call 555-0100 or 555-0101 today", released, spans) == "masked"
    assert compared("Call 555-0100 and 555-0101 today", released, spans) == "different"
    assert compared("Call 555-0100 or 555-0101", released, spans) == "different"
    assert compared("ab", "ab[A]b", [(2, 5)]) == "different"
    assert compared("Call or today", "Call [A] or [A] today", [(5, 8), (12, 15)]) == "different"


def test_a_text_with_paragraphs_cut_is_told_from_another() -> None:
    read = "One line.\nAgain and again.\nCall 555-0100 now.\nThe end."
    assert shortened(read, "One line.\nCall [A] now.\nThe end.", [(15, 18)]) == "shortened"
    assert shortened(read, "One line.\nThe end.", []) == "shortened"
    assert shortened(read, "The end.\nOne line.", []) == "different"
    assert shortened(read, "One line.\nAnother end.", []) == "different"


@pytest.mark.parametrize("name", ["../secret.xml", "a/../../secret.xml", "/etc/hostname"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "secret.xml").write_bytes(b"secret")

    with pytest.raises(RecipeError, match="no raw file below"):
        find_raw_file(tmp_path / "raw", name, hashlib.sha256(b"secret").hexdigest())


@pytest.mark.parametrize("name", ["**a.xml", "[a", "*"])
def test_a_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.xml").write_bytes(b"other")
    digest = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(RecipeError, match="holds no raw file"):
        find_raw_file(tmp_path, name, digest)
    (tmp_path / "sub" / name).write_bytes(b"other")
    assert find_raw_file(tmp_path, name, digest) == tmp_path / "sub" / name
