"""`clinical_study` elements of ClinicalTrials.gov's legacy XML.

Schema: https://clinicaltrials.gov/ct2/html/images/info/public.xsd
"""

from __future__ import annotations

import re

from sources.dates import date_in
from sources.markup import Element
from sources.trials import PHONE, Outcome, Study, wrapped

_NCT = re.compile(r"NCT\d{8}")
_CONTACTS = (
    "overall_contact",
    "overall_contact_backup",
    "overall_official",
    "contact",
    "contact_backup",
    "investigator",
    "point_of_contact",
)


def xml_study(element: Element) -> Study | None:
    """The facts of a study; None if it states no id."""

    def one(path: str) -> str:
        return " ".join((element.findtext(path) or "").split())

    def many(path: str) -> list[str]:
        return [words for found in element.findall(path) if (words := " ".join((found.text or "").split()))]

    def prose(path: str) -> str:
        return wrapped(element.findtext(f"{path}/textblock") or "")

    nct = one("id_info/nct_id")
    if not _NCT.fullmatch(nct):
        return None
    design = "study_design_info"
    healthy = one("eligibility/healthy_volunteers")
    return Study(
        nct=nct,
        title=one("brief_title"),
        official_title=one("official_title"),
        status=one("overall_status"),
        why_stopped=one("why_stopped"),
        study_type=one("study_type"),
        phases=one("phase").split("/") if one("phase") not in {"", "N/A"} else [],
        allocation=one(f"{design}/allocation"),
        model=one(f"{design}/intervention_model") or one(f"{design}/observational_model"),
        model_description=one(f"{design}/intervention_model_description"),
        masking=one(f"{design}/masking"),
        masking_description=one(f"{design}/masking_description"),
        purpose=one(f"{design}/primary_purpose"),
        time_perspective=one(f"{design}/time_perspective"),
        enrolment=one("enrollment"),
        summary=prose("brief_summary"),
        description=prose("detailed_description"),
        conditions=many("condition"),
        keywords=many("keyword"),
        arms=[
            (_text(arm, "arm_group_label"), _text(arm, "arm_group_type"), wrapped(arm.findtext("description") or ""))
            for arm in element.findall("arm_group")
        ],
        interventions=[
            (
                _text(given, "intervention_type"),
                _text(given, "intervention_name"),
                [" ".join((name.text or "").split()) for name in given.findall("other_name")],
                wrapped(given.findtext("description") or ""),
            )
            for given in element.findall("intervention")
        ],
        criteria=prose("eligibility/criteria"),
        population=prose("eligibility/study_pop"),
        sampling=one("eligibility/sampling_method"),
        sex=one("eligibility/gender"),
        minimum_age=one("eligibility/minimum_age"),
        maximum_age=one("eligibility/maximum_age"),
        healthy_volunteers=healthy != "No" if healthy else None,
        primary_outcomes=_outcomes(element, "primary_outcome"),
        secondary_outcomes=_outcomes(element, "secondary_outcome"),
        other_outcomes=_outcomes(element, "other_outcome"),
        first_posted=date_in(one("study_first_posted") or one("firstreceived_date")),
        last_posted=date_in(one("last_update_posted") or one("lastchanged_date")),
        url=one("required_header/url") or None,
        people=_people(element),
    )


def _text(element: Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())


def _outcomes(element: Element, tag: str) -> list[Outcome]:
    return [
        (_text(found, "measure"), _text(found, "time_frame"), wrapped(found.findtext("description") or ""))
        for found in element.findall(tag)
    ]


def _people(element: Element) -> list[str]:
    found = []
    for contact in element.iter(*_CONTACTS):
        name = " ".join(part for tag in ("first_name", "middle_name", "last_name") if (part := _text(contact, tag)))
        found += [name, _text(contact, "name_or_title"), _text(contact, "phone"), _text(contact, "email")]
        found += PHONE.findall(_text(contact, "affiliation"))
    for party in element.findall("responsible_party"):
        found += [_text(party, "investigator_full_name"), _text(party, "name_title")]
    return [value for value in found if value]
