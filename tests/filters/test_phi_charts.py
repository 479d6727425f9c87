"""Names, places, dates and ages as charts, forms and short messages write them."""

from __future__ import annotations

import pytest

from filters.phi.detector import detector

_DETECTOR = detector("notes", "rules")


def _found(text: str) -> list[tuple[str, str]]:
    raw = text.encode()
    return [(raw[span.start : span.end].decode(), span.kind) for span in _DETECTOR.find(raw)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Seen overnight: 71 yo female Ottilie Brandauer, fell at home.", "Ottilie Brandauer"),
        ("Brought in by PC 4417 Ferncastle.", "Ferncastle"),
        ("Discussed: SSgt Delacroix agrees.", "Delacroix"),
        ("INFUSION LOG\nR. Wickremasuriya   Chair 3\n", "R. Wickremasuriya"),
        ("Anneliese (sister) will drive him home.", "Anneliese"),
        ("Seen with Nguyen Thi Hoa (preferred name Holly).", "Nguyen Thi Hoa"),
        ("Nephrology consulted (Tsaltas).", "Tsaltas"),
        ("Ortho: Whitcombe. Cards: Beaulieu.", "Beaulieu"),
        ("Follow-up phys: B Oyelaran", "B Oyelaran"),
        ("Middle: Imogen   Maiden: Castellane", "Imogen"),
        ("Baby boy Achterberg, 3.2 kg.", "Achterberg"),
        ("no fever now, can we stop the drops - Henrietta", "Henrietta"),
        ("Smt. Kamala Devi attended alone.", "Kamala Devi"),
        ("Intake: Nurbek Saparov, 4.12.1983, arrived on foot", "Nurbek Saparov"),
        ("MS. WALKER WAS BROUGHT IN.", "WALKER"),
        ('Pt Marisela ("Chela") here', "Chela"),
        ("1100 F. Achterberg CM called the shelter.", "F. Achterberg"),
        ("All questions answered. -J. Blackfeather, CRC", "J. Blackfeather"),
    ],
)
def test_names(text: str, value: str) -> None:
    assert any(value in found and kind == "NAME" for found, kind in _found(text)) is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Rtn to clinic: return 10/2, 10/9.", "10/9"),
        ("Extubated 12/6 without trouble.", "12/6"),
        ("OT at home Weds? No, Thurs 12th.", "Thurs 12th"),
        ("Valve replaced in Winter 1998.", "Winter 1998"),
        ("Tested Q2 2011 by the school.", "Q2 2011"),
        ("Away until Sept, then phone.", "Sept"),
        ("Date dx: 20110406   Grade 2", "20110406"),
        ("Back the 2nd week of September.", "2nd week of September"),
    ],
)
def test_dates(text: str, value: str) -> None:
    assert any(value in found and kind == "DATE" for found, kind in _found(text)) is True


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("94F, DNR, from home.", "94"),
        ("Bed 3: 97/M.", "97"),
        ("F/92 with cough", "92"),
        ("Seen at home, aet. 91.", "91"),
        ("Mrs Ilse Vanterpool (93) lives alone.", "93"),
        ("lives with her husband Otto, 96, upstairs", "96"),
    ],
)
def test_ages(text: str, age: str) -> None:
    assert ((age, "AGE") in _found(text)) is True


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("Treating facility: 0031177 Tuba Comprehensive   Phone", "Tuba Comprehensive", "HOSPITAL"),
        ("Ward: Lavender    Bed 3", "Lavender", "HOSPITAL"),
        ("sent from OSH (Ft. Hood) intubated", "Ft. Hood", "HOSPITAL"),
        ("Released to Abernathy Funeral Home.", "Abernathy Funeral Home", "HOSPITAL"),
        ("Nun of the Ursuline Convent in Wheeling.", "Ursuline Convent", "HOSPITAL"),
        ("He attends P.S. 41 downtown.", "P.S. 41", "HOSPITAL"),
        ("internada no Hospital das Palmeiras ontem", "Hospital das Palmeiras", "HOSPITAL"),
        ("Hit at the corner of 3rd and Elm.", "corner of 3rd and Elm", "ADDRESS"),
        ("Lives Papunya with an aunt", "Papunya", "GEO"),
        ("lives in a cottage in Llanrhaeadr, alone", "Llanrhaeadr", "GEO"),
        ("County: Navajo   State: AZ", "Navajo", "GEO"),
        ("Doolan, 27F, from Papunya.", "Papunya", "GEO"),
        ("Tdap given by Walgreens Oshkosh.", "Oshkosh", "GEO"),
        ("Report filed with Yakima PD officer on scene.", "Yakima", "GEO"),
    ],
)
def test_places(text: str, value: str, kind: str) -> None:
    assert any(value in found and kind == each for found, each in _found(text)) is True


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "Accession       Patient Name         DOB\nK0093817        Zeynep Aksoy         02-MAR-84\n"
            "K0093818        Tilda Brunvand       11-APR-61\n",
            ["Zeynep Aksoy", "Tilda Brunvand"],
        ),
        ("| Bed | Patient | Dx |\n|---|---|---|\n| 4 | Ottavia Brunelleschi | CHF |\n", ["Ottavia Brunelleschi"]),
        ("Date\tOrdering\tTest\n1/2/2019\tM Abercorn\tCBC\n", ["M Abercorn"]),
    ],
)
def test_columns(text: str, values: list[str]) -> None:
    found = [value for value, kind in _found(text) if kind == "NAME"]
    assert all(value in found for value in values) is True


@pytest.mark.parametrize(
    "text",
    [
        "54 M, Hypertension, Diabetes. 60 yo male Presents with cough.",
        "Ortho: No deformity. Psych: Normal mood. ENT: Clear.",
        "H/o Asthma. W/o Contrast. C/o Nausea. S/o Pneumonia.",
        "Hypertension - Stable",
        "PT/inr\nAC/hs\nE. Coli\n",
        "Family History: negative. Family (Medicine) clinic.",
        "HR 98 AF. EF 90 HF. Temp: 98F. T 99F. Vitals: 99F; 98F. Sat 97, HR 98.",
        "He fell 1/2 flight and removed 1/2 of it. q4 2000 mg.",
        "Ward: Surgical. Ward: MICU. School: Kindergarten. Facility: Unknown.",
        "Delivered in Cephalic. Trained in Medicare. Seen in California.",
        "Hospital (Inpatient) days: 3. Rehab (Physical) consult.",
        "Name       Dose    Route\nXarelto    20 mg   oral\n\nTest   Provider\nSodium   Reference Laboratory\n",
        "MS. MEDICATION REVIEWED.",
        "Lives Alone. Lives Independently.",
        "Cultures grew S. Aureus\n",
    ],
)
def test_no_identifiers(text: str) -> None:
    assert len(_found(text)) == 0


def test_an_examination_before_its_date_is_no_name() -> None:
    found = _found("Chest Xray, 1/2/2019: clear. Last Colonoscopy, 3/4/2018.")
    assert all(kind == "DATE" for _, kind in found) is True


def test_initials_of_a_writer_and_a_typist_go_together() -> None:
    assert ("KO/jlp", "OTHER_ID") in _found("Continue present care.\n\nKO/jlp\nD: 2/3/2011")
