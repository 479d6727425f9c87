"""Structured product labels: the kit's labels, narrative markup, damage."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.labels import label_title, without_imprint
from sources.spl import SplReader
from tests.sources.material import kit_files, records

NS = {"h": "urn:hl7-org:v3"}
SETID = "c6e131fe-e7df-4876-83f7-9156fc4e8228"
DROPPED = {"48780-1", "51945-4", "43683-2", "34093-5", "53413-1"}


def read(tmp_path: Path, body: str, head: str = f'<setId root="{SETID.upper()}"/>') -> Record:
    path = tmp_path / "label.xml"
    path.write_text(
        f'<document xmlns="urn:hl7-org:v3">{head}<component><structuredBody><component><section>{body}'
        "</section></component></structuredBody></component></document>"
    )
    (found,) = records(SplReader(), path)[0]
    return found


def text(tmp_path: Path, body: str) -> str:
    found = read(tmp_path, f"<text>{body}</text>")
    assert isinstance(found, Document)
    return found.text


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("number", range(4))
def test_a_real_label_keeps_its_identity_and_its_sections(number: int) -> None:
    path = kit_files("dailymed_spl", "*.xml")[number]
    tree = etree.parse(path).getroot()
    ((found,), facts) = records(SplReader(), path)
    assert isinstance(found, Document)
    assert found.setid == found.native_id == tree.find("h:setId", NS).get("root")
    assert int(found.version) == int(tree.find("h:versionNumber", NS).get("value"))
    day = tree.find("h:effectiveTime", NS).get("value")
    assert found.published == f"{day[:4]}-{day[4:6]}-{day[6:]}"
    assert (found.doc_type, found.known_values) == ("label", ())
    lines = set(found.text.split("\n"))
    for section in tree.iterfind(".//h:section", NS):
        chain = [section, *section.iterancestors(f"{{{NS['h']}}}section")]
        if DROPPED & {one.find("h:code", NS).get("code") for one in chain}:
            continue
        title = section.find("h:title", NS)
        said = [words(part) for part in section.iterfind("h:text//h:paragraph", NS)]
        if title is not None and any(said) and title.find(".//h:sup", NS) is None:
            assert words(title) in lines
    assert "PRINCIPAL DISPLAY PANEL" not in found.text
    assert not any(line.startswith("LAB-") for line in lines)
    assert facts["records"] == 1


def test_every_paragraph_of_a_real_section_is_there() -> None:
    (path,) = kit_files("dailymed_spl", "lipitor-orig.xml")
    tree = etree.parse(path).getroot()
    ((found,), facts) = records(SplReader(), path)
    assert isinstance(found, Document)
    checked = 0
    for section in tree.iterfind(".//h:section", NS):
        if section.find("h:code", NS).get("code") in DROPPED:
            continue
        for paragraph in section.iterfind("h:text/h:paragraph", NS):
            if all(etree.QName(node).localname in {"paragraph", "content", "linkHtml"} for node in paragraph.iter()):
                said = words(paragraph)
                assert said.replace(" ", "") in found.text.replace(" ", "") or said.startswith("LAB-")
                checked += 1
    assert checked > 150
    assert facts == {"records": 1, "sections": 110, "dropped_sections": 21, "pictures": 6}


def test_the_advice_that_opens_every_highlight_is_no_title() -> None:
    said = (
        "These highlights do not include all the information needed to use XEN safely and effectively. See full "
        "prescribing information for XEN. XEN (xenol) tablets"
    )
    assert label_title(said) == "XEN (xenol) tablets"


def test_product_names_stand_first_where_the_title_lacks_them(tmp_path: Path) -> None:
    product = "<subject><manufacturedProduct><manufacturedProduct><name>XEN<suffix> PM</suffix></name>"
    product += "</manufacturedProduct></manufacturedProduct></subject>"
    head = f'<setId root="{SETID}"/><title>Drug Facts</title>'
    found = read(tmp_path, f"{product}<text>Take one.</text>", head)
    assert isinstance(found, Document)
    assert found.text == "XEN PM\n\nDrug Facts\n\nTake one."


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("one<br/>two", "one\ntwo", id="a line break ends a line"),
        pytest.param("<paragraph>a <content>b</content>\n c</paragraph><paragraph/>", "a b c", id="blanks"),
        pytest.param("C<sub>2</sub> 10<sup>6</sup>", "C2 10⁶", id="raised digits"),
        pytest.param('<content revised="delete">old</content>new', "new", id="deleted words"),
        pytest.param(
            "<list><item>• a</item><item>b<list listType='ordered'><item>c</item><item>d</item></list></item></list>",
            "- a\n- b\n  1. c\n  2. d",
            id="lists in lists",
        ),
        pytest.param(
            "<table><caption>T</caption><tfoot><tr><td>foot</td></tr></tfoot><thead><tr><th>h</th><th>i</th></tr>"
            "</thead><tbody><tr><td><list><item>x</item><item>y</item></list></td><td/></tr><tr><td/><td/></tr></tbody>"
            "</table>",
            "T\nh | i\nx; y\nfoot",
            id="a table",
        ),
        pytest.param(
            '<table><tr><th rowspan="2">h</th><th colspan="2">i</th><th>j</th></tr><tr><td>a</td><td>b</td><td>c</td>'
            '</tr><tr><td colspan="4">All</td></tr><tr><td>d</td><td>e</td><td/><td>f</td></tr></table>',
            "h | i |  | j\n | a | b | c\nAll\nd | e |  | f",
            id="cells that span",
        ),
        pytest.param(
            "as said [see <content>Use (1)</content> ], (here <content>x</content> ) .",
            "as said [see Use (1)], (here x).",
            id="closed up",
        ),
        pytest.param(
            "<list><item>\u2022 a \u2022 b<br/>\u2022 c\u2022d \u2022 e</item><item>f \u2022 g</item></list>",
            "- a\n- b\n  - c\u2022d\n  - e\n- f\n- g",
            id="bullets in a line",
        ),
        pytest.param("<table><tr><td><paragraph>a</paragraph>b</td></tr></table>", "a\n\nb", id="a frame"),
        pytest.param(
            'see<footnote ID="f">why</footnote> and<footnoteRef IDREF="f"/><paragraph>next</paragraph>',
            "see¹ and¹\n\n¹ why\n\nnext",
            id="a footnote follows its block",
        ),
    ],
)
def test_narrative_becomes_plain_text(tmp_path: Path, body: str, expected: str) -> None:
    assert text(tmp_path, body) == "\n".join(line.rstrip(" ") if line == " " else line for line in expected.split("\n"))


def test_an_imprint_that_stands_alone_is_dropped() -> None:
    kept = ["Store in the cold.", "Distributed by hand, the leaflet says what to do.\nRevised plans are listed."]
    imprint = [
        "Distributed by:\nXen Health, Inc.\nParsippany, NJ 07054",
        "Revised: 08/2017",
        "LAB-0348-8.0\nOctober 2012",
        "For more information, go to www.example.com, or call 1-888-555-0100",
    ]
    table = ["Made by | Xen Inc."]
    assert without_imprint([kept[0], *imprint, *table]) == [kept[0], *table]
    assert without_imprint(["Rx only", kept[0], "© 2012 Xen"]) == [kept[0]]


@pytest.mark.parametrize("code", sorted(DROPPED))
def test_sections_without_prose_to_learn_from_are_dropped(tmp_path: Path, code: str) -> None:
    found = read(tmp_path, f'<code code="{code}"/><text>gone</text>')
    assert isinstance(found, Document)
    assert (found.text, found.no_text) == ("", "no_sections")


def test_a_label_without_a_set_id_is_quarantined(tmp_path: Path) -> None:
    assert read(tmp_path, "<text>a</text>", "") == Quarantined(record=0, reason="no_setid")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<document><setId", "malformed_xml"),
        (b"<document>\xff</document>", "invalid_encoding"),
        (b"<article/>", "no_label"),
        (b"", "empty_file"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "label.xml"
    path.write_bytes(data)
    with pytest.raises(RawFileError) as caught:
        records(SplReader(), path)
    assert caught.value.reason == reason
    assert Counter(caught.value.detail)["\xff"] == 0
