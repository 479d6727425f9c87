"""Layouts of real records: telegraph style, letterheads, foreign registers; and what is no identifier."""

from __future__ import annotations

import pytest

from filters.phi.detector import detector


def _found(text: str) -> list[tuple[str, str]]:
    raw = text.encode()
    return [(raw[span.start : span.end].decode(), span.kind) for span in detector("notes", "rules").find(raw)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0700 rec'd rpt from Kayleigh RN, VSS.", "Kayleigh"),
        ("Routed to A. Pham, LVN.", "A. Pham"),
        ("1900 report to Dmitri.", "Dmitri"),
        ("Reviewed by Nkechi on the post-take round.", "Nkechi"),
        ("S/B dietician Caoimhe. Plan agreed.", "Caoimhe"),
        ("HANDOVER: bed 9 Stavros, D2 post TURP", "Stavros"),
        ("2) Amrita Kaur-Gill \u2013 bed 4 \u2013 home today.", "Amrita Kaur-Gill"),
        ("Name .......... Tariq Abdul-Rahman", "Tariq Abdul-Rahman"),
        ("ASSISTANT: Jian-Ping Xu, PA-C", "Jian-Ping Xu"),
        ("Student: M. Al-Shehri.", "M. Al-Shehri"),
        ("Suresh Pillai, 44, software engineer, has a cough.", "Suresh Pillai"),
        ("CHIEF COMPLAINT: Yevgeny comes in today for his knee.", "Yevgeny"),
        ("Please call me. -Grace", "Grace"),
        ("Seen by Farida / 4477812 / today", "Farida"),
        ("His wife of 40 years, Halina, is here.", "Halina"),
    ],
)
def test_names(text: str, value: str) -> None:
    assert any(found == value and kind == "NAME" for found, kind in _found(text)) is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ED TRIAGE 05Jul2018 23:41", "05Jul2018"),
        ("recd 2/IX/2020", "2/IX/2020"),
        ("DOB:1/4/47", "1/4/47"),
        ("hospitalised 3/2-3/9 for DKA", "3/2-3/9"),
        ("per the note of 3/17.", "3/17"),
        ("2/4/20: afebrile. 2/5: spiked.", "2/5"),
        ("for OGD Fri 22/7.", "22/7"),
        ("again before the 24th?", "24th"),
        ("Discussed 28th inst with surgery.", "28th"),
        ("seen on 9-1-20.", "9-1-20"),
    ],
)
def test_dates(text: str, value: str) -> None:
    assert any(value in found and kind == "DATE" for found, kind in _found(text)) is True


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("Apt 5C, Jamaica, NY 11432", "Jamaica", "GEO"),
        ("moved to Holland, Michigan", "Holland", "GEO"),
        ("Hayes UB3 4QR", "Hayes", "GEO"),
        ("Nambour QLD 4560", "4560", "ZIP"),
        ("Born at 03:17, Rotunda Hospital, Dublin", "Rotunda Hospital", "HOSPITAL"),
        ("Last seen walking down Broad Street.", "Broad Street", "ADDRESS"),
        ("crash on Route 9W today", "Route 9W", "ADDRESS"),
        ("P: 604-555-0133", "604-555-0133", "PHONE"),
        ("last 4: 6621", "6621", "SSN"),
        ("NHI ZAC5361", "ZAC5361", "MRN"),
        ("OHIP 4417-882-910-XK", "4417-882-910-XK", "HEALTH_PLAN"),
        ("GDC 114882", "114882", "LICENCE"),
        ("portal user id ktanaka_77", "ktanaka_77", "OTHER_ID"),
        ("Ambulance reg KX19 ZPT", "KX19 ZPT", "VEHICLE"),
    ],
)
def test_places_and_codes(text: str, value: str, kind: str) -> None:
    assert any(value in found and kind == each for found, each in _found(text)) is True


@pytest.mark.parametrize(
    "text",
    [
        "Circle of Willis patent. Vein of Galen normal.",
        "Ann Arbor stage IIIB.",
        "Ottawa ankle rules and the San Francisco syncope rule apply.",
        "Epworth 12. Mayo score 7.",
        "I-131 was given; she is on I-131.",
        "Visual acuity 6/18 OD and 6/12 OS; murmur 2/6; strength 4/5-5/5; pain 8/10.",
        "6/52 of physiotherapy, then review in 3/12. Titer 1/16.",
        "His mother is Jewish. Her sister is Asian.",
        "Reviewed by cardiology. Assessed by Doppler. Report to follow.",
        "The rash began on the 5th toe. Bed 9 Telemetry.",
    ],
)
def test_no_identifiers(text: str) -> None:
    assert len(_found(text)) == 0
