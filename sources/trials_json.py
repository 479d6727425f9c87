"""Studies of ClinicalTrials.gov's JSON: the second API, and the `FullStudies` answers of the first.

Format: https://clinicaltrials.gov/data-api/about-api/study-data-structure
"""

from __future__ import annotations

import re
from typing import Any

from sources.dates import date_in
from sources.json_lines import words
from sources.trials import PHONE, Outcome, Study, marked_up

_NCT = re.compile(r"NCT\d{8}")


def json_study(row: dict[str, Any]) -> Study | None:
    """The facts of a study; None if it states no id.

    The first API wraps every list (`ConditionList: {Condition: [...]}`) and writes the parent's name before each key
    (`PrimaryOutcomeMeasure`); both are undone, and case ignored, so that one set of paths reads both forms.
    """
    study = row.get("Study") if isinstance(row.get("Study"), dict) else row
    sections = _folded(study)
    protocol = _dict(sections, "protocolsection")
    nct = _one(_dict(protocol, "identificationmodule"), "nctid")
    if not _NCT.fullmatch(nct):
        return None
    names = _dict(protocol, "identificationmodule")
    status = _dict(protocol, "statusmodule")
    design = _dict(protocol, "designmodule")
    info = _dict(design, "designinfo")
    masking = _dict(info, "maskinginfo", "designmaskinginfo")
    arms = _dict(protocol, "armsinterventionsmodule")
    eligibility = _dict(protocol, "eligibilitymodule")
    outcomes = _dict(protocol, "outcomesmodule")
    masked = _strings(masking, "whomasked", "designwhomasked")
    how = _one(masking, "masking", "designmasking")
    return Study(
        nct=nct,
        title=_one(names, "brieftitle"),
        official_title=_one(names, "officialtitle"),
        status=_one(status, "overallstatus"),
        why_stopped=_one(status, "whystopped"),
        study_type=_one(design, "studytype"),
        phases=_strings(design, "phases", "phase"),
        allocation=_one(info, "allocation", "designallocation"),
        model=_one(info, "interventionmodel", "designinterventionmodel")
        or ", ".join(_strings(info, "observationalmodel", "designobservationalmodel")),
        model_description=_one(info, "interventionmodeldescription", "designinterventionmodeldescription"),
        masking=f"{how} ({', '.join(masked)})" if masked else "None (Open Label)" if how == "NONE" else how,
        masking_description=_one(masking, "maskingdescription", "designmaskingdescription"),
        purpose=_one(info, "primarypurpose", "designprimarypurpose"),
        time_perspective=", ".join(_strings(info, "timeperspective", "designtimeperspective")),
        enrolment=_one(_dict(design, "enrollmentinfo"), "count", "enrollmentcount"),
        summary=_prose(_dict(protocol, "descriptionmodule"), "briefsummary"),
        description=_prose(_dict(protocol, "descriptionmodule"), "detaileddescription"),
        conditions=_strings(_dict(protocol, "conditionsmodule"), "conditions", "condition"),
        keywords=_strings(_dict(protocol, "conditionsmodule"), "keywords", "keyword"),
        arms=[
            (_one(arm, "label"), _one(arm, "type"), _prose(arm, "description"))
            for arm in _dicts(arms, "armgroups", "armgroup")
        ],
        interventions=[
            (
                _one(given, "type"),
                _one(given, "name"),
                _strings(given, "othernames", "othername"),
                _prose(given, "description"),
            )
            for given in _dicts(arms, "interventions", "intervention")
        ],
        criteria=_prose(eligibility, "eligibilitycriteria"),
        population=_prose(eligibility, "studypopulation"),
        sampling=_one(eligibility, "samplingmethod"),
        sex=_one(eligibility, "sex", "gender"),
        minimum_age=_one(eligibility, "minimumage"),
        maximum_age=_one(eligibility, "maximumage"),
        healthy_volunteers=_yes(eligibility.get("healthyvolunteers")),
        primary_outcomes=_outcomes(outcomes, "primary"),
        secondary_outcomes=_outcomes(outcomes, "secondary"),
        other_outcomes=_outcomes(outcomes, "other"),
        first_posted=_date(status, "studyfirstpostdate"),
        last_posted=_date(status, "lastupdatepostdate"),
        people=_people(protocol, _dict(_dict(sections, "resultssection"), "moreinfomodule")),
    )


def _folded(value: Any, parent: str = "") -> Any:
    """Keys in lower case, without the parent's name before them, and lists without their wrapping."""
    if isinstance(value, list):
        return [_folded(one, parent) for one in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for name, inner in value.items():
        key = name.lower()
        if key.endswith("list") and isinstance(inner, dict) and len(inner) == 1:
            ((name, inner),) = inner.items()  # noqa: PLW2901  the list takes the place of its wrapping
            key = name.lower()
        short = key[len(parent) :] if parent and key.startswith(parent) and key != parent else key
        out[short] = _folded(inner, key)
    return out


def _dict(value: Any, *keys: str) -> dict[str, Any]:
    return next((found for key in keys if isinstance(found := value.get(key), dict)), {})


def _dicts(value: dict[str, Any], *keys: str) -> list[dict[str, Any]]:
    found: Any = next((value[key] for key in keys if isinstance(value.get(key), list)), [])
    return [one for one in found if isinstance(one, dict)]


def _one(value: dict[str, Any], *keys: str) -> str:
    found = next((text for key in keys if (text := words(value.get(key)))), "")
    return " ".join(found.split())


def _strings(value: dict[str, Any], *keys: str) -> list[str]:
    for key in keys:
        given = value.get(key)
        if given:
            return [
                " ".join(text.split())
                for one in (given if isinstance(given, list) else [given])
                if (text := words(one))
            ]
    return []


def _prose(value: dict[str, Any], key: str) -> str:
    return marked_up(words(value.get(key)) or "")


def _outcomes(module: dict[str, Any], kind: str) -> list[Outcome]:
    return [
        (_one(found, "measure"), _one(found, "timeframe"), _prose(found, "description"))
        for found in _dicts(module, f"{kind}outcomes", f"{kind}outcome")
    ]


def _date(status: dict[str, Any], name: str) -> str | None:
    struct = _dict(status, f"{name}struct")
    return date_in(_one(struct, "date", name))


def _yes(value: Any) -> bool | None:
    return value if isinstance(value, bool) else value != "No" if isinstance(value, str) else None


def _people(protocol: dict[str, Any], results: dict[str, Any]) -> list[str]:
    places = _dict(protocol, "contactslocationsmodule")
    contacts = _dicts(places, "centralcontacts", "centralcontact")
    contacts += _dicts(places, "overallofficials", "overallofficial")
    for site in _dicts(places, "locations", "location"):
        contacts += _dicts(site, "contacts", "contact", "locationcontact")
    contacts.append(_dict(results, "pointofcontact"))
    found = [_one(contact, key) for contact in contacts for key in ("name", "title", "phone", "email")]
    found += [phone for contact in contacts for phone in PHONE.findall(_one(contact, "affiliation"))]
    party = _dict(_dict(protocol, "sponsorcollaboratorsmodule"), "responsibleparty")
    found += [_one(party, key) for key in ("investigatorfullname", "oldnametitle")]
    return [value for value in found if value]
