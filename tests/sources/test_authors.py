"""Whom a work's licence wants named: read from every format that states authors, and never into the text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from corpus.document import Document
from sources.registry import make_reader
from tests.sources.material import kit_files, records

JATS = """<article><front><article-meta><title-group><article-title>T</article-title></title-group>{}</article-meta>
</front><body><p>Words.</p></body></article>"""


def read(reader: str, path: Path, **options: Any) -> list[Document]:
    return [one for one in records(make_reader(reader, options), path)[0] if isinstance(one, Document)]


def written(folder: Path, text: str) -> Path:
    path = folder / "file.xml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("groups", "authors"),
    [
        (
            "<contrib-group><contrib contrib-type='author'><name><surname>Bo</surname><given-names>Ann B</given-names>"
            "<suffix>Jr</suffix></name><degrees>MD</degrees><xref ref-type='aff'>1</xref></contrib></contrib-group>",
            ("Ann B Bo Jr",),
        ),
        (
            "<contrib-group><contrib><name name-style='eastern'><surname>Wang</surname>"
            "<given-names>Li</given-names></name></contrib></contrib-group>",
            ("Wang Li",),
        ),
        (
            "<contrib-group><contrib contrib-type='author'><collab>The <italic>X</italic> Group<contrib-group><contrib>"
            "<name><surname>Member</surname></name></contrib></contrib-group></collab></contrib></contrib-group>",
            ("The X Group",),
        ),
        (
            "<contrib-group><contrib contrib-type='author'><name-alternatives><name><surname>Sato</surname></name>"
            "<name><surname>佐藤</surname></name></name-alternatives></contrib>"
            "<contrib contrib-type='author'><string-name>Ann Bo</string-name></contrib></contrib-group>",
            ("Sato", "Ann Bo"),
        ),
        (
            "<contrib-group><contrib contrib-type='editor'><name><surname>Ed</surname></name></contrib></contrib-group>"
            "<contrib-group content-type='reviewers'><contrib><name><surname>Rev</surname></name></contrib>"
            "</contrib-group>",
            (),
        ),
        (
            "<contrib-group content-type='author'><contrib contrib-type='person'><name><surname>Bo</surname></name>"
            "</contrib><contrib contrib-type='author'><anonymous/></contrib></contrib-group>",
            ("Bo",),
        ),
    ],
    ids=["name", "eastern", "group", "scripts", "editors", "role of the group"],
)
def test_authors_of_jats(tmp_path: Path, groups: str, authors: tuple[str, ...]) -> None:
    (found,) = read("jats", written(tmp_path, JATS.format(groups)))
    assert found.authors == authors
    assert found.text == "T\n\nWords."


def test_authors_of_all_articles_of_the_kit_are_those_of_their_contributors() -> None:
    named = 0
    for path in kit_files("pmc_jats", "*.nxml") + kit_files("plos_jats", "*.xml"):
        (found,) = read("jats", path)
        root = etree.parse(path, etree.XMLParser(load_dtd=False)).getroot()
        own = root.xpath("front/article-meta/contrib-group/contrib[not(@contrib-type) or @contrib-type='author']/name")
        people = [f"{one.findtext('given-names') or ''} {one.findtext('surname') or ''}".split() for one in own]
        told = [one.split() for one in found.authors]
        assert [one for one in people if not any(one == author[: len(one)] for author in told)] == [], path.name
        named += len(people)
    assert named == 2244


@pytest.mark.parametrize(
    ("reader", "folder", "pattern", "naming"),
    [
        ("jats", "pmc_jats", "*.nxml", 0),
        ("jats", "plos_jats", "*.xml", 2),  # a cell of a table, and a consortium that gave data
        ("elsevier", "elsevier_oa", "*.norm-xml", 1),  # a namesake who reported something
        ("openalex", "openalex", "*.gz", 0),
        ("e3c", "e3c", "*/*.json", 0),
        ("s2orc", "licence_test", "s2orc/*.json", 0),
    ],
)
def test_texts_do_not_name_their_authors(reader: str, folder: str, pattern: str, naming: int) -> None:
    documents = [one for path in kit_files(folder, pattern) for one in read(reader, path)]
    whole = [[name for name in one.authors if " " in name] for one in documents]
    assert sum(map(len, whole)) > len(documents) / 10
    named = [any(name in one.text for name in names) for names, one in zip(whole, documents, strict=True)]
    assert sum(named) == naming


def test_authors_of_elsevier_stand_in_groups_with_collaborations(tmp_path: Path) -> None:
    xml = """<article xmlns="http://www.elsevier.com/xml/ja/dtd" xmlns:ce="http://www.elsevier.com/xml/common/dtd">
    <head><ce:title>T</ce:title><ce:author-group><ce:author><ce:given-name>Ann</ce:given-name>
    <ce:surname>Bo</ce:surname><ce:suffix>Jr</ce:suffix><ce:cross-ref refid="a"><ce:sup>a</ce:sup></ce:cross-ref>
    </ce:author><ce:collaboration><ce:text>The X Group</ce:text><ce:author-group><ce:author>
    <ce:surname>Member</ce:surname></ce:author></ce:author-group></ce:collaboration></ce:author-group></head>
    <body><ce:sections><ce:section><ce:para>Words.</ce:para></ce:section></ce:sections></body></article>"""
    (found,) = read("elsevier", written(tmp_path, xml))
    assert found.authors == ("Ann Bo Jr", "The X Group")
    assert "Ann" not in found.text


@pytest.mark.parametrize(
    ("reader", "row", "authors"),
    [
        (
            "openalex",
            {
                "id": "W1",
                "authorships": [
                    {"author": {"display_name": "Ann Bo"}},
                    {"author": {"display_name": None}, "raw_author_name": "C. Dee"},
                    {"author": {}},
                ],
            },
            ("Ann Bo", "C. Dee"),
        ),
        ("openalex", {"id": "W1", "authorships": None}, ()),
        (
            "s2orc",
            {"paper_id": "1", "metadata": {"authors": [{"first": "A", "middle": ["B.", "C"], "last": "Bo"}]}},
            ("A B. C Bo",),
        ),
        ("s2ag", {"corpusid": 1, "authors": [{"authorId": "2", "name": "Ann Bo"}, "?"]}, ("Ann Bo",)),
        ("jsonl", {"text": "x", "by": ["Ann Bo", None, "C. Dee"]}, ("Ann Bo", "C. Dee")),
        ("jsonl", {"text": "x", "by": "Ann Bo, C. Dee"}, ("Ann Bo, C. Dee",)),
        ("jsonl", {"text": "x"}, ()),
    ],
)
def test_authors_of_json_lines(tmp_path: Path, reader: str, row: dict[str, Any], authors: tuple[str, ...]) -> None:
    options = {"columns": {"authors": "by"}} if reader == "jsonl" else {}
    (found,) = read(reader, written(tmp_path, json.dumps(row)), **options)
    assert found.authors == authors


def test_names_inside_objects_are_mapped_with_a_star(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps([{"text": "x", "by": [{"name": "Ann Bo"}, {"name": "C. Dee"}]}]))
    (found,) = read("json", path, columns={"authors": "by.*.name"})
    assert found.authors == ("Ann Bo", "C. Dee")


def test_every_element_of_xml_at_the_path_of_authors_is_one(tmp_path: Path) -> None:
    path = written(tmp_path, "<r><record><text>x</text><by>Ann Bo</by><by>C. Dee</by></record></r>")
    (found,) = read("xml", path, columns={"authors": "by"})
    assert found.authors == ("Ann Bo", "C. Dee")


def test_authors_that_are_no_words_quarantine_their_row(tmp_path: Path) -> None:
    path = written(tmp_path, '{"text": "x", "by": [5]}')
    ((found,), _) = records(make_reader("jsonl", {"columns": {"authors": "by"}}), path)
    assert getattr(found, "reason", None) == "field_not_a_string"


def test_title_url_and_journal_are_mapped_and_stay_out_of_the_text(tmp_path: Path) -> None:
    row = {"text": "x", "t": "Title", "at": "https://example.org/1", "in": "Journal"}
    columns = {"title": "t", "url": "at", "journal": "in"}
    (found,) = read("jsonl", written(tmp_path, json.dumps(row)), columns=columns)
    assert (found.title, found.url, found.journal, found.text) == ("Title", "https://example.org/1", "Journal", "x")


def test_authors_of_a_textbook_are_the_people_of_that_role(tmp_path: Path) -> None:
    xml = """<document xmlns="http://cnx.rice.edu/cnxml" id="m1"><title>T</title><metadata
    xmlns:md="http://cnx.rice.edu/mdml"><md:actors><md:person userid="c"><md:fullname>C. Dee</md:fullname></md:person>
    <md:organization userid="o"><md:fullname>OpenStax</md:fullname></md:organization><md:person userid="a">
    <md:firstname>Ann</md:firstname><md:surname>Bo</md:surname></md:person></md:actors><md:roles>
    <md:role type="author">a o</md:role><md:role type="maintainer">c</md:role></md:roles></metadata>
    <content><para>Words.</para></content></document>"""
    (found,) = read("cnxml", written(tmp_path, xml))
    assert found.authors == ("Ann Bo", "OpenStax")
    assert found.text == "T\n\nWords."
