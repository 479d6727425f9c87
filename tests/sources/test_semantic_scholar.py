"""S2ORC and S2AG: real parses against plain JSON, and every form of record once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Quarantined, Record
from sources.reader import Reader
from sources.s2ag import S2agReader
from sources.s2orc import S2orcReader
from sources.semantic_scholar import folded
from tests.sources.material import kit_files, records


def read(folder: Path, reader: Reader, *rows: Any) -> list[Record]:
    path = folder / "s2.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return records(reader, path)[0]


def document(folder: Path, reader: Reader, row: Any) -> Document:
    (found,) = read(folder, reader, row)
    assert isinstance(found, Document)
    return found


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha()).lower()


def test_real_parses_agree_with_their_json() -> None:
    for path in kit_files("licence_test/s2orc", "*.json"):
        row = json.loads(path.read_text())
        ((found,), facts) = records(S2orcReader(), path)
        assert isinstance(found, Document)
        assert found.native_id == found.s2 == row["paper_id"] == path.stem
        assert found.licence_raw is None
        assert facts["without_licence"] == 1

        parse = row.get("grobid_parse") or row
        metadata = row.get("metadata") or {}
        assert found.title == metadata.get("title")
        assert (found.doi, found.pmid) == (metadata.get("doi"), metadata.get("pubmed_id"))
        paragraphs = [one["text"] for one in parse["body_text"] if not one["cite_spans"]]
        text = letters(found.text)
        assert all(letters(one) in text for one in paragraphs if "ieee.org" not in one and "final version" not in one)
        assert letters(parse["abstract"][0]["text"])[:60] in text
        headings = {one["section"] for one in parse["body_text"] if one["section"]}
        assert all(f"\n\n{heading}\n\n" in found.text for heading in headings if "ACK" not in heading.upper())
        authors = [f"{one['first']} {one['last']}" for one in metadata.get("authors", [])]
        assert not [name for name in authors if name in found.text]
        for cited in parse["bib_entries"].values():
            assert len(cited["title"]) < 40 or cited["title"] not in found.text


OLD = {
    "paper_id": "77",
    "metadata": {"title": "A title", "abstract": "The abstract.", "year": 2017, "pmc_id": "PMC9", "pubmed_id": "8"},
    "grobid_parse": {
        "abstract": [],
        "body_text": [
            {
                "text": "We did it [1], [2]. So EQUATION holds (Smith, 2004) .",
                "cite_spans": [{"start": 10, "end": 13}, {"start": 15, "end": 18}, {"start": 38, "end": 51}],
                "eq_spans": [{"start": 23, "end": 31, "text": "EQUATION", "latex": "a^2"}],
                "section": "1 Methods",
            },
            {"text": "Again.", "cite_spans": [], "section": "1 Methods"},
            {"text": "Thanks to all.", "cite_spans": [], "section": "5. Acknowledgements"},
            {"text": "The end.", "cite_spans": [], "section": "6 Conclusion"},
        ],
    },
}


def test_a_parse_of_the_old_releases(tmp_path: Path) -> None:
    found = document(tmp_path, S2orcReader(), OLD)
    assert found.text == (
        "A title\n\nAbstract\n\nThe abstract.\n\n1 Methods\n\nWe did it. So a^2 holds (Smith, 2004).\n\nAgain.\n\n"
        "6 Conclusion\n\nThe end."
    )
    assert (found.native_id, found.s2, found.pmid, found.pmcid, found.published) == ("77", "77", "8", "PMC9", "2017")


def test_who_contributed_what_is_left_out_where_it_opens_with_initials(tmp_path: Path) -> None:
    said = ("AB, CD, and EFG designed the study and wrote the manuscript.", "DNA, RNA, and ATP were in the cells.")
    body = [{"text": one, "cite_spans": [], "section": None} for one in said]
    row = {"paper_id": "7", "grobid_parse": {"abstract": [], "body_text": body}}
    assert document(tmp_path, S2orcReader(), row).text == said[1]


def annotated(as_strings: bool, underscored: bool) -> dict[str, Any]:
    text = "A title\nSome Authors\nThe abstract.\nMethods\nWe did it [1].\nFunding\nBy none.\n"
    spans: dict[str, list[dict[str, int]]] = {"author": []}
    for kind, piece in (
        ("title", "A title"),
        ("abstract", "The abstract."),
        ("sectionheader", "Methods"),
        ("paragraph", "The abstract."),
        ("paragraph", "We did it [1]."),
        ("bibref", "[1]"),
        ("sectionheader", "Funding"),
        ("paragraph", "By none."),
    ):
        key = {"sectionheader": "section_header", "bibref": "bib_ref"}.get(kind, kind) if underscored else kind
        start = text.index(piece)
        spans.setdefault(key, []).append({"start": start, "end": start + len(piece)})
    return {
        "text": text,
        "annotations": {k: json.dumps(v) if as_strings else v for k, v in spans.items()} | {"x": None},
    }


@pytest.mark.parametrize("as_strings", [True, False])
def test_an_annotated_text_of_the_datasets(tmp_path: Path, as_strings: bool) -> None:
    ids = {"PubMed": "8", "PubMedCentral": "9", "DOI": "10.1000/A"}
    older = {
        "corpusid": 77,
        "externalids": ids,
        "content": annotated(as_strings, False) | {"source": {"oainfo": {"license": "CCBY", "status": "GOLD"}}},
    }
    newer = {
        "corpusid": 77,
        "openaccessinfo": {"externalids": ids, "license": "CCBY"},
        "body": annotated(as_strings, True),
    }
    found = [document(tmp_path, S2orcReader(), row) for row in (older, newer)]
    for one in found:
        assert one.text == "A title\n\nAbstract\n\nThe abstract.\n\nMethods\n\nWe did it."
        assert (one.s2, one.pmid, one.pmcid, one.doi) == ("77", "8", "PMC9", "10.1000/a")
        assert one.licence_raw == "CCBY"
    assert [one.licence_evidence for one in found] == ["s2:content.source.oainfo.license", "s2:openaccessinfo.license"]


def test_a_parse_without_a_body_is_an_abstract_and_without_both_no_text(tmp_path: Path) -> None:
    alone = document(tmp_path, S2orcReader(), {"paper_id": "1", "title": "T", "abstract": "A."})
    assert (alone.text, alone.doc_type) == ("T\n\nA.", "abstract")
    nothing = document(tmp_path, S2orcReader(), {"corpusid": 1, "content": {"text": None, "annotations": {}}})
    assert (nothing.text, nothing.no_text) == ("", "no_body")


def test_bad_parses_get_a_reason_and_good_ones_go_on(tmp_path: Path) -> None:
    outside = {"corpusid": 2, "body": {"text": "ab", "annotations": {"paragraph": [{"start": 0, "end": 3}]}}}
    broken = {"corpusid": 3, "body": {"text": "ab", "annotations": {"paragraph": "[{"}}}
    *bad, good = read(tmp_path, S2orcReader(), "{", {"title": "none"}, outside, broken, OLD)
    assert [one.reason for one in bad if isinstance(one, Quarantined)] == [
        "not_json",
        "no_paper_id",
        "bad_annotations",
        "bad_annotations",
    ]
    assert isinstance(good, Document)
    assert good.record == 4


def test_abstracts_and_papers_of_the_graph(tmp_path: Path) -> None:
    abstract = {
        "corpusid": 5,
        "openaccessinfo": {"externalids": {"DOI": "10.1000/B"}, "license": "CCBYNC", "url": "u", "status": "GREEN"},
        "abstract": "We <i>ask</i>.",
        "updated": "2022-01-26T00:00:00Z",
    }
    paper = {
        "corpusid": 5,
        "externalids": {"PubMed": "8"},
        "url": "https://www.semanticscholar.org/paper/x",
        "title": "A title",
        "year": 2021,
        "publicationdate": "2021-03-09",
        "journal": {"name": "A journal"},
        "updated": "2022-01-26",
    }
    first, second = (document(tmp_path, S2agReader(), row) for row in (abstract, paper))
    assert (first.text, first.native_id, first.s2, first.doi) == ("We ask.", "5", "5", "10.1000/b")
    assert (first.licence_raw, first.licence_evidence) == ("CCBYNC", "s2:openaccessinfo.license")
    assert (second.text, second.no_text, second.title) == ("", "no_abstract", "A title")
    assert (second.published, second.journal, second.pmid) == ("2021-03-09", "A journal", "8")
    answer = {"paperId": "ab" * 20, "corpusId": 5, "externalIds": {"PubMed": "8"}, "title": "A title", "abstract": "A."}
    found = document(tmp_path, S2agReader(), answer)
    assert (found.text, found.native_id, found.pmid) == ("A title\n\nA.", "5", "8")
    (lost,) = read(tmp_path, S2agReader(), {"title": "none"})
    assert isinstance(lost, Quarantined)
    assert lost.reason == "no_paper_id"


keys = st.text("aB_c", min_size=1, max_size=4)


@given(st.dictionaries(keys, st.dictionaries(keys, st.integers())))
def test_folded_keys_have_one_spelling(row: dict[str, Any]) -> None:
    once = folded(row)
    assert folded(once) == once
    assert all(key == key.lower() and "_" not in key for key in once)
