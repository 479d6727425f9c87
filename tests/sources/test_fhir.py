"""FHIR: Synthea's bundles, SMART's DSTU2 bundles, notes, bulk exports, known values, damage."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import sources.json_array
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.fhir import FhirReader
from tests.sources.material import kit_files, records

PEOPLE = {"Patient", "Practitioner", "Organization", "RelatedPerson"}
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"value": "MRN-4711"}],
    "name": [{"family": "Lee", "given": ["Ann", "B."]}],
    "telecom": [{"system": "phone", "value": "503-555-0101"}],
    "address": [{"line": ["1 Elm St"], "city": "Salem", "state": "OR", "postalCode": "97301"}],
    "birthDate": "1970-02-03",
    "contact": [{"name": {"text": "Bo Lee"}}],
    "extension": [{"url": "http://x/patient-mothersMaidenName", "valueString": "Cy Moss"}],
    "text": {"div": "<div>Ann Lee</div>"},
}
DOCTOR = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "House", "given": ["Greg"]}]}
OTHER = {"resourceType": "Patient", "id": "p2", "name": [{"family": "Roe", "given": ["Zoe"]}]}


def bundle(*resources: dict[str, Any]) -> bytes:
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}).encode()


def note(text: str = "Well.", kind: str = "text/plain", **more: Any) -> dict[str, Any]:
    form = {"contentType": kind, "data": b64encode(text.encode()).decode()}
    found = {"resourceType": "DocumentReference", "id": "n1", "subject": {"reference": "Patient/p1"}}
    return found | {"content": [{"attachment": form}]} | more


def read(tmp_path: Path, data: bytes, name: str = "data", **options: Any) -> list[Record]:
    path = tmp_path / name
    path.write_bytes(data)
    return records(FhirReader(**options), path)[0]


def document(tmp_path: Path, *resources: dict[str, Any]) -> Document:
    (found,) = read(tmp_path, bundle(PATIENT, *resources))
    assert isinstance(found, Document)
    return found


def strings(value: Any, field: str) -> Iterator[str]:
    """Every string under a field name, anywhere."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == field:
                yield from (one for one in (inner if isinstance(inner, list) else [inner]) if isinstance(one, str))
            yield from strings(inner, field)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, field)


@pytest.mark.parametrize("number", range(14))
def test_a_synthea_bundle_gives_its_care_plans_and_knows_everybody(number: int) -> None:
    path = kit_files("fhir_synthea_r4", "*.json")[number]
    entries = [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]
    plans = [one for one in entries if one["resourceType"] == "CarePlan"]
    found, facts = records(FhirReader(), path)
    assert facts["narratives"] == len(plans)
    assert facts["people"] == sum(one["resourceType"] in PEOPLE for one in entries)
    if not plans:
        ((nothing,), _) = records(FhirReader(), path)
        assert isinstance(nothing, Document)
        assert (nothing.text, nothing.no_text) == ("", "no_narrative")
        return
    assert len(found) == len({plan["encounter"]["reference"] for plan in plans})
    text = "\n\n".join(one.text for one in found if isinstance(one, Document))
    for plan in plans:
        tree = etree.fromstring(plan["text"]["div"])
        assert (tree.text or "").strip() in text
        assert all(item.text in text for item in tree.iter("{*}li"))
    people = [one for one in entries if one["resourceType"] in PEOPLE]
    stated = {one for field in ("family", "given", "line", "postalCode", "birthDate") for one in strings(people, field)}
    stated |= {one["value"] for person in people for one in person.get("identifier", []) + person.get("telecom", [])}
    for one in found:
        assert isinstance(one, Document)
        assert {" ".join(value.split()) for value in stated if not re.fullmatch(r".|\d{1,3}", value)} <= set(
            one.known_values
        )
        assert "Synthea" not in one.text


@pytest.mark.parametrize("number", range(4))
def test_a_bundle_in_xml_gives_every_narrative_once(number: int) -> None:
    path = kit_files("fhir_synthea_r4", "dstu2_smart/*.xml")[number]
    tree = etree.parse(path).getroot()
    found, _ = records(FhirReader(), path)
    lines = [line for one in found if isinstance(one, Document) for line in one.text.split("\n") if line]
    said = [
        " ".join("".join(div.itertext()).split())
        for div in tree.iterfind("{*}entry/{*}resource/*/{*}text/{*}div")
        if div.getparent().getparent().tag != "{http://hl7.org/fhir}Patient"
    ]
    assert Counter(" ".join(lines).split()) == Counter(" ".join(said).split())
    patient = tree.find("{*}entry/{*}resource/{*}Patient")
    stated = {
        value
        for path_ in ("identifier/{*}value", "name/{*}family", "telecom/{*}value", "address/{*}line", "birthDate")
        for value in (one.get("value") for one in patient.iterfind("{*}" + path_))
    }
    assert all(isinstance(one, Document) and stated <= set(one.known_values) for one in found)


def test_everything_that_a_patient_states_is_known(tmp_path: Path) -> None:
    found = document(tmp_path, note(), DOCTOR)
    assert {
        "MRN-4711", "Ann B. Lee", "Ann Lee", "Ann", "Lee", "503-555-0101", "1 Elm St", "Salem", "97301", "1970-02-03",
        "02/03/1970", "Bo Lee", "Cy Moss", "Greg House", "p1",
    } <= set(found.known_values)  # fmt: skip
    assert "OR" not in found.known_values


def test_of_several_patients_each_note_knows_its_own_and_those_it_names(tmp_path: Path) -> None:
    visit = {
        "resourceType": "Encounter",
        "id": "e1",
        "identifier": [{"value": "VISIT-9"}],
        "subject": {"reference": "Patient/p1"},
        "participant": [{"individual": {"reference": "Practitioner/d1", "display": "Dr. Gregory House"}}],
    }
    kin = {
        "resourceType": "RelatedPerson",
        "id": "k",
        "patient": {"reference": "Patient/p1"},
        "name": [{"text": "Di Lee"}],
    }
    own = note(context={"encounter": [{"reference": "http://server/fhir/Encounter/e1/_history/2"}]})
    (found,) = read(tmp_path, bundle(own, visit, OTHER, kin, DOCTOR, PATIENT))
    assert isinstance(found, Document)
    assert {"Ann Lee", "Di Lee", "Greg House", "Gregory House", "VISIT-9"} <= set(found.known_values)
    assert "Zoe" not in found.known_values


def test_a_note_whose_patient_is_unknown_is_quarantined(tmp_path: Path) -> None:
    assert read(tmp_path, bundle(note())) == [Quarantined(record=0, reason="no_patient")]


def test_a_bulk_export_finds_its_people_in_the_files_beside(tmp_path: Path) -> None:
    (tmp_path / "Patient.ndjson").write_text(f"{json.dumps(PATIENT)}\n{json.dumps(OTHER)}\n")
    lines = b"\n".join(json.dumps(one).encode() for one in (note("One."), note("Two.", id="n2")))
    found = read(tmp_path, lines, "DocumentReference.ndjson", people=["Patient.ndjson"])
    assert [(one.native_id, one.text) for one in found if isinstance(one, Document)] == [
        ("DocumentReference/n1", "One."),
        ("DocumentReference/n2", "Two."),
    ]
    assert all(isinstance(one, Document) and "Ann Lee" in one.known_values for one in found)
    assert {one.reason for one in read(tmp_path, lines) if isinstance(one, Quarantined)} == {"no_patient"}


@pytest.mark.parametrize(
    ("kind", "text", "expected", "reason"),
    [
        ("text/plain; charset=utf-8", "a\n\nb", "a\n\nb", None),
        ("text/html", "<p>a &lt; b</p><ul><li>c</li></ul>", "a < b\n\n- c", None),
        ("application/pdf", "%PDF", "", "attachment_not_text"),
        ("text/plain", " ", "", "no_narrative"),
    ],
)
def test_an_attachment_is_the_text(tmp_path: Path, kind: str, text: str, expected: str, reason: str | None) -> None:
    found = document(tmp_path, note(text, kind, type={"text": "Progress note"}, date="2020-05-06T07:08:09Z"))
    assert (found.text, found.no_text, found.title, found.published) == (
        expected,
        reason,
        "Progress note",
        "2020-05-06",
    )


def test_plain_text_comes_before_other_forms(tmp_path: Path) -> None:
    forms = [note("<b>html</b>", "text/html"), note("plain")]
    assert document(tmp_path, note(content=[form["content"][0] for form in forms])).text == "plain"


def test_a_note_entered_in_error_or_kept_elsewhere_has_no_text(tmp_path: Path) -> None:
    assert document(tmp_path, note(status="entered-in-error")).no_text == "entered_in_error"
    elsewhere = note(content=[{"attachment": {"url": "Binary/1"}}])
    assert document(tmp_path, elsewhere).no_text == "attachment_elsewhere"


def test_a_composition_gives_its_sections(tmp_path: Path) -> None:
    section = {
        "title": "Plan",
        "text": {"div": "<div>Rest.</div>"},
        "section": [{"text": {"div": "<div>Water.</div>"}}],
    }
    composition = {"resourceType": "Composition", "id": "c", "title": "Visit", "subject": {"reference": "Patient/p1"}}
    assert document(tmp_path, composition | {"section": [section]}).text == "Visit\n\nPlan\n\nRest.\n\nWater."


def test_narrative_is_put_together_by_encounter_however_it_is_named(tmp_path: Path) -> None:
    about = {"subject": {"reference": "urn:uuid:p"}, "encounter": {"reference": "urn:uuid:e"}}
    entries = [
        ("urn:uuid:p", PATIENT),
        ("", {"resourceType": "Condition", "id": "1", "text": {"div": "<div>Gout</div>"}, **about}),
        ("", {"resourceType": "Condition", "id": "2", "note": [{"text": "Left toe"}], **about}),
        ("urn:uuid:e", {"resourceType": "Encounter", "id": "e", "period": {"start": "2020-01-02"}, **about,
                        "text": {"div": "<div>Visit</div>"}}),
        ("", {"resourceType": "Flag", "id": "3", "text": {"div": "<div>Falls</div>"}, "subject": about["subject"]}),
    ]  # fmt: skip
    data = {"resourceType": "Bundle", "entry": [{"fullUrl": url, "resource": one} for url, one in entries]}
    visit, rest = read(tmp_path, json.dumps(data, indent=1).encode())
    assert isinstance(visit, Document)
    assert (visit.text, visit.native_id, visit.published) == ("Gout\nLeft toe\n\nVisit", "Encounter/e", "2020-01-02")
    assert isinstance(rest, Document)
    assert (rest.text, rest.native_id) == ("Falls", None)


def test_a_large_bundle_is_read_entry_by_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.json_array, "_SMALL", 100)
    monkeypatch.setattr(sources.json_array, "_CHUNK", 50)
    found = read(tmp_path, bundle(*[note(str(number), id=str(number)) for number in range(20)], PATIENT))
    assert [one.text for one in found if isinstance(one, Document)] == [str(number) for number in range(20)]


def test_damaged_resources_are_quarantined_and_the_next_is_read(tmp_path: Path) -> None:
    lines = [json.dumps(PATIENT), "{broken", '["x"]', json.dumps(note())]
    first, second, third = read(tmp_path, "\n".join(lines).encode())
    assert first == Quarantined(record=0, reason="bad_resource")
    assert second == Quarantined(record=1, reason="bad_resource")
    assert isinstance(third, Document)
    bad = note(content=[{"attachment": {"contentType": "text/plain", "data": "%"}}])
    assert read(tmp_path, bundle(PATIENT, bad)) == [Quarantined(record=0, reason="attachment_not_base64")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK", "not_fhir"),
        (b'{"resourceType": "Bundle", "entry": [', "not_json"),
        (b'{"resourceType": "Bundle", "entry": []}', "no_resource"),
        (b"<Bundle><entry>", "malformed_xml"),
        (b"", "empty_file"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        read(tmp_path, data)
    assert caught.value.reason == reason
