"""ClinicalTrials.gov: real studies against plain JSON and XPath, and one study in every form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources import json_stream
from sources.clinicaltrials import ClinicalTrialsReader
from sources.json_stream import objects
from sources.reader import RawFile
from sources.trials import Study, marked_up, story, wrapped
from tests.sources.material import kit_files, records

FOLDER = "clinicaltrials_gov"
ADVERT = re.compile(r"For more information regarding BMS.*?\.com", re.S)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


def letters(words: str) -> str:
    return "".join(char for char in words if char.isalnum()).lower()


def read(path: Path) -> list[Document]:
    found, _ = records(ClinicalTrialsReader(), path)
    documents = [one for one in found if isinstance(one, Document)]
    assert len(documents) == len(found)
    return documents


def check_people(document: Document, people: list[str]) -> None:
    """Contacts are handed over and, but for what descriptions say of them in free words, not in the text."""
    for person in people:
        value = " ".join(person.split())
        if "@" in value or any(char.isdigit() for char in value):
            assert value.removeprefix("Phone: ") in document.known_values
            assert value not in document.text


def test_real_xml_agrees_with_xpath() -> None:
    for path in kit_files(FOLDER, "*.xml"):
        (found,) = read(path)
        tree = etree.parse(path)
        assert found.native_id == found.nct == tree.findtext(".//nct_id") == path.stem[:11]
        assert found.title == " ".join(tree.findtext("brief_title").split())
        assert found.version == found.version[:10] > "2012"
        year = tree.findtext("study_first_posted")[-4:]
        assert str(found.published).startswith(year)
        text = letters(found.text)
        for place in ("brief_summary", "detailed_description", "eligibility/criteria", "eligibility/study_pop"):
            assert letters(ADVERT.sub("", tree.findtext(f"{place}/textblock") or "")) in text
        for place in (
            "condition",
            "intervention/intervention_name",
            "primary_outcome/measure",
            "secondary_outcome/measure",
        ):
            assert all(letters(one.text) in text for one in tree.findall(place))
        check_people(found, tree.xpath("//email/text() | //phone/text()"))
        for name in tree.xpath("//*[self::overall_contact or self::overall_official]/last_name/text()"):
            person = name.split(",")[0]
            assert person not in found.text
        for facility in tree.xpath("//facility/name/text()"):
            assert len(facility) < 25 or facility not in found.text


def test_real_studies_of_the_second_api_agree_with_their_json() -> None:
    for path in kit_files(FOLDER, "NCT*.json"):
        protocol = json.loads(path.read_text())["protocolSection"]
        (found,) = read(path)
        assert found.nct == protocol["identificationModule"]["nctId"]
        assert found.title == protocol["identificationModule"]["briefTitle"]
        status = protocol.get("statusModule", {})
        assert found.version == status.get("lastUpdatePostDateStruct", {}).get("date", "")
        assert found.published == status.get("studyFirstPostDateStruct", {}).get("date")
        if "descriptionModule" not in protocol:
            assert (found.text, found.no_text) == ("", "no_description")
            continue
        text = letters(found.text)
        assert letters(protocol["descriptionModule"]["briefSummary"].replace("\\", "")) in text
        assert letters(protocol["eligibilityModule"]["eligibilityCriteria"].replace("\\", "")) in text
        assert all(letters(one["measure"]) in text for one in protocol["outcomesModule"]["primaryOutcomes"])
        contacts = protocol.get("contactsLocationsModule", {}).get("centralContacts", [])
        check_people(found, [contact[key] for contact in contacts for key in ("email", "phone") if key in contact])


def test_real_full_studies_agree_with_their_json() -> None:
    (path,) = kit_files(FOLDER, "covid-19-search.json")
    rows = json.loads(path.read_text())["FullStudiesResponse"]["FullStudies"]
    found = read(path)
    assert len(found) == len(rows) == 100
    for number, (document, row) in enumerate(zip(found, rows, strict=True)):
        protocol = row["Study"]["ProtocolSection"]
        assert document.record == number
        assert document.nct == protocol["IdentificationModule"]["NCTId"]
        text = letters(document.text)
        assert letters(protocol["DescriptionModule"]["BriefSummary"]) in text
        outcomes = protocol["OutcomesModule"]["PrimaryOutcomeList"]["PrimaryOutcome"]
        assert all(letters(one["PrimaryOutcomeMeasure"]) in text for one in outcomes)
        contacts = protocol.get("ContactsLocationsModule", {}).get("CentralContactList", {}).get("CentralContact", [])
        assert document.published is None or len(document.published) == 10
        for contact in contacts:
            assert contact["CentralContactName"] not in document.text
            for key in ("CentralContactEMail", "CentralContactPhone"):
                assert key not in contact or contact[key] in document.known_values
    assert sum(bool(EMAIL.search(one.text)) for one in found) <= 2  # what descriptions say in free words


XML = """<clinical_study><required_header><url>https://clinicaltrials.gov/show/NCT00000001</url></required_header>
<id_info><nct_id>NCT00000001</nct_id></id_info><brief_title>A study</brief_title>
<official_title>A Long Study.</official_title><overall_status>Active, not recruiting</overall_status>
<brief_summary><textblock>
      First line of
      a paragraph.

      Second.
    </textblock></brief_summary>
<start_date>May 2020</start_date><phase>Phase 2/Phase 3</phase><study_type>Interventional</study_type>
<study_design_info><allocation>Non-Randomized</allocation><intervention_model>Parallel Assignment</intervention_model>
<primary_purpose>Treatment</primary_purpose>
<masking>Double (Participant, Outcomes Assessor)</masking></study_design_info>
<primary_outcome><measure>Pain</measure><time_frame>1 week</time_frame>
<description>On a scale.</description></primary_outcome>
<enrollment type="Actual">12</enrollment><condition>Migraine</condition>
<arm_group><arm_group_label>A</arm_group_label><arm_group_type>Active Comparator</arm_group_type></arm_group>
<intervention><intervention_type>Drug</intervention_type><intervention_name>X</intervention_name>
<description>Twice.</description><other_name>Y</other_name></intervention>
<eligibility><criteria><textblock>
        Inclusion Criteria:

          -  Adults who
             agree

          -  BMI &gt; 20

        Exclusion Criteria:

          -  None
      </textblock></criteria><gender>All</gender><minimum_age>18 Years</minimum_age><maximum_age>N/A</maximum_age>
<healthy_volunteers>No</healthy_volunteers></eligibility>
<overall_contact><last_name>Ann B. Example, MD</last_name><phone>555-0100</phone>
<email>ann@example.org</email></overall_contact>
<overall_official><last_name>Study Director</last_name></overall_official>
<study_first_posted type="Actual">May 4, 2020</study_first_posted><last_update_posted>June 2021</last_update_posted>
<keyword>Headache</keyword></clinical_study>"""

V2: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A study", "officialTitle": "A Long Study."},
        "statusModule": {
            "overallStatus": "ACTIVE_NOT_RECRUITING",
            "studyFirstPostDateStruct": {"date": "2020-05-04"},
            "lastUpdatePostDateStruct": {"date": "2021-06"},
        },
        "descriptionModule": {"briefSummary": "First line of a paragraph.\n\nSecond."},
        "conditionsModule": {"conditions": ["Migraine"], "keywords": ["Headache"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2", "PHASE3"],
            "designInfo": {
                "allocation": "NON_RANDOMIZED",
                "interventionModel": "PARALLEL",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "OUTCOMES_ASSESSOR"]},
            },
            "enrollmentInfo": {"count": 12, "type": "ACTUAL"},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": "A", "type": "ACTIVE_COMPARATOR"}],
            "interventions": [{"type": "DRUG", "name": "X", "description": "Twice.", "otherNames": ["Y"]}],
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": "Pain", "timeFrame": "1 week", "description": "On a scale."}]
        },
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n"
            "* Adults who agree\n* BMI \\> 20\n\nExclusion Criteria:\n\n* None",
            "sex": "ALL",
            "minimumAge": "18 Years",
            "healthyVolunteers": False,
        },
        "contactsLocationsModule": {
            "centralContacts": [{"name": "Ann B. Example, MD", "phone": "555-0100", "email": "ann@example.org"}],
            "overallOfficials": [{"name": "Study Director"}],
        },
    }
}

V1: dict[str, Any] = {
    "Rank": 1,
    "Study": {
        "ProtocolSection": {
            "IdentificationModule": {"NCTId": "NCT00000001", "BriefTitle": "A study", "OfficialTitle": "A Long Study."},
            "StatusModule": {
                "OverallStatus": "Active, not recruiting",
                "StudyFirstPostDateStruct": {"StudyFirstPostDate": "May 4, 2020"},
                "LastUpdatePostDateStruct": {"LastUpdatePostDate": "June 2021"},
            },
            "DescriptionModule": {"BriefSummary": "First line of a paragraph.\n\nSecond."},
            "ConditionsModule": {
                "ConditionList": {"Condition": ["Migraine"]},
                "KeywordList": {"Keyword": ["Headache"]},
            },
            "DesignModule": {
                "StudyType": "Interventional",
                "PhaseList": {"Phase": ["Phase 2", "Phase 3"]},
                "DesignInfo": {
                    "DesignAllocation": "Non-Randomized",
                    "DesignInterventionModel": "Parallel Assignment",
                    "DesignPrimaryPurpose": "Treatment",
                    "DesignMaskingInfo": {
                        "DesignMasking": "Double",
                        "DesignWhoMaskedList": {"DesignWhoMasked": ["Participant", "Outcomes Assessor"]},
                    },
                },
                "EnrollmentInfo": {"EnrollmentCount": "12"},
            },
            "ArmsInterventionsModule": {
                "ArmGroupList": {"ArmGroup": [{"ArmGroupLabel": "A", "ArmGroupType": "Active Comparator"}]},
                "InterventionList": {
                    "Intervention": [
                        {
                            "InterventionType": "Drug",
                            "InterventionName": "X",
                            "InterventionDescription": "Twice.",
                            "InterventionOtherNameList": {"InterventionOtherName": ["Y"]},
                        }
                    ]
                },
            },
            "OutcomesModule": {
                "PrimaryOutcomeList": {
                    "PrimaryOutcome": [
                        {
                            "PrimaryOutcomeMeasure": "Pain",
                            "PrimaryOutcomeTimeFrame": "1 week",
                            "PrimaryOutcomeDescription": "On a scale.",
                        }
                    ]
                }
            },
            "EligibilityModule": {
                "EligibilityCriteria": "Inclusion Criteria:\n\n"
                "- Adults who agree\n- BMI > 20\n\nExclusion Criteria:\n\n- None",
                "Gender": "All",
                "MinimumAge": "18 Years",
                "HealthyVolunteers": "No",
            },
            "ContactsLocationsModule": {
                "CentralContactList": {
                    "CentralContact": [
                        {
                            "CentralContactName": "Ann B. Example, MD",
                            "CentralContactPhone": "555-0100",
                            "CentralContactEMail": "ann@example.org",
                        }
                    ]
                },
                "OverallOfficialList": {"OverallOfficial": [{"OverallOfficialName": "Study Director"}]},
            },
        }
    },
}

TEXT = """A study

A Long Study.

First line of a paragraph.

Second.

Conditions: Migraine
Keywords: Headache
Study type: interventional
Phase: 2 and 3
Allocation: non-randomized
Design: parallel
Masking: double (participant, outcomes assessor)
Primary purpose: treatment
Enrollment: 12 participants
Status: active not recruiting

Arms:
- A (active comparator)

Interventions:
- X (drug; also called Y): Twice.

Eligibility

Inclusion Criteria:

- Adults who agree
- BMI > 20

Exclusion Criteria:

- None

Minimum age: 18 years
Sex: all
Healthy volunteers: not accepted

Primary outcomes:
- Pain (1 week): On a scale."""


@pytest.mark.parametrize(
    "content",
    [
        XML,
        json.dumps(V2),
        json.dumps({"studies": [V2], "nextPageToken": "x"}),
        json.dumps({"FullStudiesResponse": {"APIVrs": "1", "FullStudies": [V1]}}, indent=2),
    ],
    ids=["xml", "one study", "page of studies", "full studies"],
)
def test_the_same_study_gives_the_same_document_in_every_form(tmp_path: Path, content: str) -> None:
    path = tmp_path / "study"
    path.write_text(content)
    (found,) = read(path)
    assert found.text == TEXT
    assert (found.nct, found.published, found.version) == ("NCT00000001", "2020-05-04", "2021-06")
    assert found.known_values == ("Ann B. Example, MD", "Ann B. Example", "555-0100", "ann@example.org")
    assert (found.licence_raw, found.licence_evidence) == (None, None)


def test_phones_are_handed_over_without_what_names_them(tmp_path: Path) -> None:
    path = tmp_path / "study.xml"
    official = "<last_name>UCB Cares</last_name><affiliation>1-844-599-2273 (UCB)</affiliation>"
    changed = XML.replace("<phone>555", "<phone>Phone: 555").replace("<last_name>Study Director</last_name>", official)
    path.write_text(changed)
    (found,) = read(path)
    assert {"555-0100", "ann@example.org", "1-844-599-2273"} <= set(found.known_values)
    assert "UCB Cares" not in found.known_values


def test_wrapped_prose_and_markdown() -> None:
    assert wrapped("\n   One\n   two.\n\n   - a\n     b\n   - c\n") == "One two.\n\n- a b\n- c"
    assert marked_up("One\\_two\n\n* a \\> b\n  * c\nEnd.") == "One_two\n\n- a > b\n- c\n\nEnd."


def test_bullets_may_touch_their_words_and_empty_ones_and_adverts_go() -> None:
    said = "\u2022Adults\n-Aged -5 or -x\n-\n\nFor more information on trials, please visit www.example.org"
    assert marked_up(said) == wrapped(said) == "- Adults\n- Aged -5 or -x"
    assert wrapped("-5 degrees\n\n*p < .05") == "-5 degrees\n\n*p < .05"


def test_what_a_study_says_twice_is_told_once() -> None:
    study = Study(
        nct="NCT00000001",
        title="Effects of Tea",
        official_title="The Effects of Tea.",
        summary="Tea is tested.",
        description="Tea is tested.\n\nIt is hot.",
        interventions=[("DRUG", "Tea", [], "- hot\n- green")],
        primary_outcomes=[("", "1 day", "Warmth")],
    )
    assert story(study) == (
        "Effects of Tea\n\nTea is tested.\n\nIt is hot.\n\nInterventions:\n- Tea (drug):\n  - hot\n  - green\n\n"
        "Primary outcomes:\n- 1 day: Warmth"
    )


def test_a_study_without_an_id_is_quarantined(tmp_path: Path) -> None:
    path = tmp_path / "study"
    path.write_text('{"studies": [{"protocolSection": {}}, {"broken": 01}]}')
    found, _ = records(ClinicalTrialsReader(), path)
    assert [one.reason for one in found if isinstance(one, Quarantined)] == ["no_nct_id", "not_json"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("NCT00000001", "not_json"),
        ('{"studies": [{"a": 1}', "truncated_json"),
        ('{"studies": []}', "no_studies"),
        ("<clinical_study>", "malformed_xml"),
        ("<article/>", "no_studies"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "study"
    path.write_text(content)
    with pytest.raises(RawFileError, match=reason):
        records(ClinicalTrialsReader(), path)


inner = st.recursive(
    st.none() | st.integers(-9, 99) | st.text(alphabet='ab"\\{}[]é'),
    lambda x: st.lists(x) | st.dictionaries(st.text("xy"), x),
)


@pytest.mark.slow
@given(st.lists(st.dictionaries(st.text("kl"), inner)), st.integers(1, 40), st.booleans())
def test_records_are_found_wherever_the_bytes_are_cut(rows: list[dict[str, Any]], chunk: int, bare: bool) -> None:
    content = json.dumps(rows if bare else {"v": "1", "data": {"n": [1], "studies": rows}}, ensure_ascii=False)
    before = json_stream._CHUNK
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        path.write_text(content)
        json_stream._CHUNK = chunk
        try:
            found = list(objects(RawFile(str(path)), {b"studies"}))
        finally:
            json_stream._CHUNK = before
    assert [row for _, _, row in found] == rows
    data = content.encode()
    assert all(data[offset : offset + 1] == b"{" for _, offset, _ in found)
