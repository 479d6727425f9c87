"""OpenAlex works: real lines against plain JSON, and one field at a time."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Quarantined, Record
from sources.openalex import OpenAlexReader
from tests.sources.material import kit_files, records

WORK = {
    "id": "https://openalex.org/W1",
    "title": "A title",
    "abstract_inverted_index": {"Yes.": [0]},
    "type": "article",
}


def read(folder: Path, *lines: bytes) -> list[Record]:
    path = folder / "works.jsonl"
    path.write_bytes(b"\n".join(lines))
    return records(OpenAlexReader(), path)[0]


def work(tmp_path: Path, **fields: Any) -> Document:
    (found,) = read(tmp_path, json.dumps(WORK | fields).encode())
    assert isinstance(found, Document)
    return found


def test_real_works_agree_with_their_json() -> None:
    (path,) = kit_files("openalex", "part_test.gz")
    with gzip.open(path) as lines:
        rows = [json.loads(line) for line in lines]
    found, facts = records(OpenAlexReader(), path)

    assert len(found) == facts["records"] == len(rows) == 29
    for document, row in zip(found, rows, strict=True):
        assert isinstance(document, Document)
        assert document.native_id == document.openalex == row["id"].removeprefix("https://openalex.org/")
        assert document.doi == row["doi"].removeprefix("https://doi.org/").lower()
        assert document.title == " ".join(row["title"].split())
        assert row["publication_date"].startswith(str(document.published))
        assert document.language == row.get("language")
        index = row["abstract_inverted_index"]
        assert document.no_text == (None if index else "no_abstract")
        if index:
            inverted = json.loads(index)["InvertedIndex"]
            word = {position: word for word, positions in inverted.items() for position in positions}
            first = word[min(word)] if word[min(word)] != "Abstract" else word[min(set(word) - {min(word)})]
            abstract = document.text.removeprefix(f"{document.title}\n\n")
            assert abstract.split()[0] == first
            assert abstract.split()[-1] in {word[max(word)], word[sorted(word)[-2]]}
    assert facts["without_abstract"] == 18
    stated = [document.licence_raw for document in found if isinstance(document, Document) and document.licence_raw]
    assert stated == ["cc-by", "cc-by-nc-nd", "cc-by"]


@given(st.lists(st.from_regex(r"[A-Za-z0-9(),.%\u00e9]{1,9}", fullmatch=True), min_size=1, max_size=60))
def test_an_inverted_index_gives_the_words_back_in_order(abstract: list[str]) -> None:
    abstract = ["Here", *abstract]
    index: dict[str, list[int]] = {}
    for position, word in enumerate(abstract):
        index.setdefault(word, []).append(position)
    with TemporaryDirectory() as folder:
        line = json.dumps(WORK | {"abstract_inverted_index": index, "title": None}).encode()
        (found,) = read(Path(folder), line)
    assert isinstance(found, Document)
    assert found.text == " ".join(abstract)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Abstract Background: We ask.", "Background: We ask."),
        ("Abstract art is old.", "Abstract art is old."),
        ("It ends. more", "It ends."),
        ("The <i>E. coli</i> at 10<sup>6</sup> &lt;b&gt;CFU&lt;/b&gt;, p<0.05", "The E. coli at 10⁶ CFU, p<0.05"),
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
    ],
)
def test_what_a_page_left_in_an_abstract_goes(tmp_path: Path, words: str, text: str) -> None:
    index = {word: [position] for position, word in enumerate(words.split())}
    assert work(tmp_path, abstract_inverted_index=index).text == f"A title\n\n{text}"


def test_two_copies_under_different_licences_give_both(tmp_path: Path) -> None:
    by, nc = {"license": "cc-by"}, {"license": "cc-by-nc"}
    both = work(tmp_path, best_oa_location=by, primary_location=nc)
    assert both.licence_raw == "cc-by | cc-by-nc"
    assert both.licence_evidence == "openalex:best_oa_location.license; openalex:primary_location.license"
    same = work(tmp_path, best_oa_location=by, primary_location=by)
    assert (same.licence_raw, same.licence_evidence) == ("cc-by", "openalex:best_oa_location.license")
    other = work(tmp_path, best_oa_location=None, primary_location=nc)
    assert (other.licence_raw, other.licence_evidence) == ("cc-by-nc", "openalex:primary_location.license")
    assert work(tmp_path).licence_raw is None


def test_identifiers_come_in_one_spelling(tmp_path: Path) -> None:
    ids = {
        "pmid": "https://pubmed.ncbi.nlm.nih.gov/7936277",
        "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/12345",
        "doi": "https://doi.org/10.1000/ABC",
    }
    found = work(tmp_path, ids=ids, doi=None)
    assert (found.pmid, found.pmcid, found.doi) == ("7936277", "PMC12345", "10.1000/abc")


@pytest.mark.parametrize(
    ("stated", "published"), [("2021-03-09", "2021-03-09"), ("2021-03-01", "2021-03"), ("2021-01-01", "2021")]
)
def test_filled_up_dates_lose_what_was_filled(tmp_path: Path, stated: str, published: str) -> None:
    assert work(tmp_path, publication_date=stated).published == published


@pytest.mark.parametrize(
    ("kind", "doc_type"), [("article", "abstract"), ("book-chapter", "book"), ("dataset", "dataset"), ("x", "other")]
)
def test_the_type_of_work_is_the_type_of_document(tmp_path: Path, kind: str, doc_type: str) -> None:
    assert work(tmp_path, type=kind).doc_type == doc_type
    assert work(tmp_path, type=kind, is_paratext=True).doc_type == "other"


def test_a_retracted_work_says_so(tmp_path: Path) -> None:
    assert work(tmp_path, is_retracted=True).retraction == "retracted"
    assert work(tmp_path, is_retracted=False).retraction == "none"


def test_bad_lines_get_a_reason_and_good_ones_go_on(tmp_path: Path) -> None:
    lines = (
        b'{"title": "No id"}',
        b"{",
        b"[]",
        b'{"id": "W2", "abstract_inverted_index": {"a": ["x"]}}',
        b'{"id": "W3", "abstract_inverted_index": "{"}',
        b"",
        b'{"id": "W4", "abstract_inverted_index": {"Good.": [0]}}',
    )
    *bad, good = read(tmp_path, *lines)
    reasons = [one.reason for one in bad if isinstance(one, Quarantined)]
    assert reasons == ["no_work_id", "not_json", "not_an_object", "bad_abstract_index", "bad_abstract_index"]
    assert isinstance(good, Document)
    assert (good.native_id, good.record, good.text) == ("W4", 5, "Good.")
