"""C-CDA documents: HL7's examples, known values, attached bodies, damage."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.ccda import CcdaReader
from sources.people import People
from tests.sources.material import kit_files, records

PEOPLE = ["assignedPerson", "patient", "associatedPerson", "guardianPerson", "relatedPerson", "informationRecipient"]
ROLES = ["patientRole", "assignedAuthor", "assignedEntity", "associatedEntity"]


def local(tag: str) -> str:
    return f"*[local-name()='{tag}']"


def oracle(path: Path) -> Any:
    return etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True))


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def real() -> list[tuple[Path, Document]]:
    found = []
    for path in kit_files("ccda_examples", "**/*.xml"):
        try:
            ((one,), _) = records(CcdaReader(), path)
        except RawFileError:
            continue
        assert isinstance(one, Document)
        found.append((path, one))
    return found


def read(tmp_path: Path, inside: str) -> Record:
    path = tmp_path / "note.xml"
    path.write_text(f'<ClinicalDocument xmlns="urn:hl7-org:v3">{inside}</ClinicalDocument>')
    (found,) = records(CcdaReader(), path)[0]
    return found


def body(attributes: str, content: str) -> str:
    return f"<component><nonXMLBody><text {attributes}>{content}</text></nonXMLBody></component>"


def test_every_real_document_and_every_extract_with_a_section_is_read() -> None:
    found = real()
    readable = f"//{local('section')}|/{local('ClinicalDocument')}"
    for path, one in found:
        assert bool(oracle(path).xpath(readable)) == (one.no_text != "no_section")
    assert len(kit_files("ccda_examples", "**/*.xml")) - len(found) == 1  # is no well-formed XML
    assert Counter(one.no_text for _, one in found) == {
        None: 97, "no_narrative": 17, "no_section": 133, "attachment_not_text": 2
    }  # fmt: skip
    assert {one.doc_type for _, one in found} == {"note"}
    ids = [one.native_id for _, one in found if one.native_id]
    assert (len(ids), len(set(ids))) == (12, 11)  # two examples share id and type


def test_every_word_of_a_real_narrative_is_in_the_text_in_its_order() -> None:
    for path, found in real():
        if found.no_text:
            continue
        said = " ".join(found.text.replace("|", " ").replace(";", " ").split())
        for text in oracle(path).xpath(f"//{local('section')}/{local('text')}//{local('paragraph')}"):
            if not text.xpath(
                f".//{local('br')}|.//{local('sup')}|.//{local('footnote')}|.//{local('renderMultiMedia')}"
            ):
                assert " ".join(words(text).replace("|", " ").replace(";", " ").split()) in said
        for cell in oracle(path).xpath(f"//{local('section')}/{local('text')}//{local('td')}[not(*)]"):
            assert " ".join(words(cell).replace("|", " ").replace(";", " ").split()) in said


def test_everybody_named_in_a_real_header_is_a_known_value() -> None:
    people = " or ".join(f"local-name()='{tag}'" for tag in PEOPLE)
    roles = " or ".join(f"local-name()='{tag}'" for tag in ROLES)
    seen: Counter[str] = Counter()
    for path, found in real():
        known = set(found.known_values)
        tree = oracle(path)
        if found.no_text == "no_section":
            continue
        for kind, values in {
            "name": [words(one) for one in tree.xpath(f"//*[{people}]/{local('name')}/*[local-name()!='prefix']")],
            "id": tree.xpath(f"//*[{roles}]/{local('id')}/@extension"),
            "street": [words(one) for one in tree.xpath(f"//{local('streetAddressLine')}")],
            "postal": [words(one) for one in tree.xpath(f"//{local('postalCode')}")],
            "telecom": [v.split(":", 1)[-1].strip() for v in tree.xpath(f"//{local('telecom')}/@value")],
            "birth": [v[:8] for v in tree.xpath(f"//{local('birthTime')}/@value") if len(v) > 4],
        }.items():
            missing = [
                v
                for v in values
                if len(v.rstrip(".")) > 1 and v not in known and v.replace(".", "").lower() not in TITLES | NO_NAMES
            ]
            assert not missing, f"{path.name}: {len(missing)} of kind {kind}"
            seen[kind] += len(values)
    assert all(seen[kind] > 5 for kind in ("name", "id", "street", "postal", "telecom", "birth"))


NO_NAMES = {"patient", "one", "test", "nurse"}
TITLES = {"md", "dr", "mr", "mrs", "rn", "phd", "unk", "jr", "sr", "ms", "iii", "dds", "do", "np", "miss"}


def test_drugs_and_their_makers_are_no_people() -> None:
    for path, found in real():
        made = oracle(path).xpath(f"//{local('manufacturerOrganization')}/{local('name')}")
        assert not {words(one) for one in made} & set(found.known_values)


def test_no_markup_is_left() -> None:
    for _, found in real():
        assert "</" not in found.text
        assert "styleCode" not in found.text


def test_sections_nest_under_their_headings(tmp_path: Path) -> None:
    inner = "<component><section><title>Inner</title><text>b</text></section></component>"
    empty = "<component><section><title>Empty</title><text/></section></component>"
    outer = f"<component><section><title>Outer</title><text>a</text>{inner}{empty}</section></component>"
    found = read(tmp_path, f"<title>T</title><component><structuredBody>{outer}</structuredBody></component>")
    assert isinstance(found, Document)
    assert found.text == "T\n\nOuter\n\na\n\nInner\n\nb"


@pytest.mark.parametrize(
    ("attributes", "content", "text", "reason"),
    [
        ('mediaType="text/plain" representation="B64"', b64encode("Ädema.\n".encode()).decode(), "Ädema.", None),
        ('mediaType="text/plain"', "Well.", "Well.", None),
        ('mediaType="text/html" representation="B64"', b64encode(b"<p>a&nbsp;b<p>c").decode(), "a b\n\nc", None),
        ('mediaType="application/pdf" representation="B64"', "JVBERi0=", "", "attachment_not_text"),
        ("", '<reference value="a.pdf"/>', "", "attachment_elsewhere"),
        ('mediaType="text/plain"', " ", "", "no_narrative"),
    ],
)
def test_a_body_that_is_a_file(tmp_path: Path, attributes: str, content: str, text: str, reason: str | None) -> None:
    found = read(tmp_path, body(attributes, content))
    assert isinstance(found, Document)
    assert (found.text, found.no_text) == (text, reason)


def test_a_body_that_is_no_base64_is_quarantined(tmp_path: Path) -> None:
    found = read(tmp_path, body('mediaType="text/plain" representation="B64"', "%%%"))
    assert found == Quarantined(record=0, reason="attachment_not_base64")


def test_an_extract_that_declares_no_prefix_is_read(tmp_path: Path) -> None:
    path = tmp_path / "extract.xml"
    path.write_text('<section><text>Calm.</text><entry><value xsi:type="CD"/><sdtc:x/></entry></section>')
    ((found,), facts) = records(CcdaReader(), path)
    assert isinstance(found, Document)
    assert (found.text, found.native_id, facts["extracts"]) == ("Calm.", None, 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<ClinicalDocument><title>x</ClinicalDocument>", "malformed_xml"),
        (b"<ClinicalDocument>\xff</ClinicalDocument>", "invalid_encoding"),
        (b"<html/>", "no_clinical_document"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "note.xml"
    path.write_bytes(data)
    with pytest.raises(RawFileError) as caught:
        records(CcdaReader(), path)
    assert caught.value.reason == reason


def test_a_name_is_known_whole_and_in_parts() -> None:
    people = People()
    people.name(["Ann", "B."], "Lee", "Dr. Ann B. Lee")
    assert people.values == ("Dr. Ann B. Lee", "Ann B. Lee", "Ann Lee", "Lee, Ann B.", "Ann", "Lee")
    people = People()
    people.phrase("Dr. Ann Lee, MD")
    assert people.values == ("Dr. Ann Lee, MD", "Ann Lee", "Ann", "Lee")


def test_words_of_any_text_are_no_name_alone() -> None:
    people = People()
    people.name(["Patient"], "One")
    people.phrase("Ana de la Cruz")
    people.add("20", "2767")
    assert people.values == ("Patient One", "One, Patient", "Ana de la Cruz", "Ana", "Cruz", "2767")


def test_a_section_of_dots_has_no_heading_either(tmp_path: Path) -> None:
    section = "<section><title>{}</title><text>{}</text></section>".format
    found = read(tmp_path, section("Procedures", "...") + section("Plan", "Rest.") + section("Vital signs", ". . ."))
    assert isinstance(found, Document)
    assert found.text == "Plan\n\nRest."


def test_a_state_is_known_only_inside_an_address() -> None:
    people = People()
    people.address(["1 Elm St"], "Salem", "OR", "97301")
    assert people.values == ("1 Elm St, Salem, OR 97301", "1 Elm St", "Salem", "97301", "Salem, OR")


def test_a_birth_date_is_known_in_the_ways_it_is_written() -> None:
    people = People()
    people.birth("19700203")
    assert {"1970-02-03", "02/03/1970", "2/3/1970", "February 3, 1970"} <= set(people.values)


@given(st.lists(st.text(), max_size=5))
def test_known_values_are_tidy_and_stand_once(values: list[str]) -> None:
    people = People()
    people.add(*values)
    for value in values:
        people.phrase(value)
        people.birth(value)
    assert len(set(people.values)) == len(people.values)
    assert all(value == " ".join(value.split()) and len(value) > 1 for value in people.values)
