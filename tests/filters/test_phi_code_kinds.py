"""Codes get the class of their nearest, fullest cue, also where no label but the layout tells; other numbers stay.

Failures show a number of the list or a truth value, never an identifier.
"""

from __future__ import annotations

import pytest

from filters.phi.detector import detector

TYPED = [
    ("Acc #: ", "MR-19-55012", "OTHER_ID"),
    ("Acc. no. ", "30991827", "ACCOUNT"),
    ("Card no. ", "5500 1182 7734 0911", "ACCOUNT"),
    ("Library card #", "D-220914", "OTHER_ID"),
    ("Copay card no. ", "6600118273", "HEALTH_PLAN"),
    ("National Insurance number: ", "PW 20 31 44 B", "OTHER_ID"),
    ("Tax file number ", "876 543 210", "OTHER_ID"),
    ("Insurance: Sunrise Mutual, member ID ", "88120-4471", "HEALTH_PLAN"),
    ("her insurance is Everwell, number ", "5510 22871", "HEALTH_PLAN"),
    ("Rx BIN 610011 / ID ", "QX5529017", "HEALTH_PLAN"),
    ("Grp: ", "0088213", "HEALTH_PLAN"),
    ("Medicare ", "3950 12345 6", "HEALTH_PLAN"),
    ("Patient reg. no. ", "C/2201/19", "MRN"),
    ("Hospital number ", "QX 44 7213", "MRN"),
    ("folder no. ", "KB 2204/16", "MRN"),
    ("CHI ", "210755 3391", "OTHER_ID"),
    ("D/L ", "NORTHJ514KX", "LICENCE"),
    ("RN, lic ", "RN5518203", "LICENCE"),
    ("equipment tag ", "CE-20931", "DEVICE"),
    ("Voice print captured ", "VX-5512-A", "BIOMETRIC"),
    ("social worker spoke to the court about case no. ", "JV-2019-00452", "OTHER_ID"),
    ("sheriff case #", "19-220451", "OTHER_ID"),
    ("badge ", "5521", "OTHER_ID"),
    ("Pedigree no. ", "P19/2204", "OTHER_ID"),
    ("case ", "M18-0442", "OTHER_ID"),
    ("bus pass ", "TRX-55120", "OTHER_ID"),
    ("MRN (county site) ", "00-551-209", "MRN"),
    ("EMPI ", "200551209", "MRN"),
    ("HAR ", "5512099", "ACCOUNT"),
    ("Cert no. ", "5512-09", "LICENCE"),
    ("MMC registration council reg. no. ", "55120", "LICENCE"),
    ("pharmacist, reg No ", "20551", "LICENCE"),
    ("fingerprint was not read today, ID ", "FQ551209", "BIOMETRIC"),
    ("Palm scan enrollment # ", "551209", "BIOMETRIC"),
    ("FaceID token ", "77fa-5512", "BIOMETRIC"),
    ("equip # ", "20551", "DEVICE"),
    ("IMEI ", "490154203237518", "DEVICE"),
    ("docket ", "20-CV-2290", "OTHER_ID"),
    ("card ending in ", "2209", "ACCOUNT"),
    ("RCVS reg ", "702209", "LICENCE"),
    ("plates read ", "RTK-2209", "VEHICLE"),
    ("CPS intake #", "55120", "OTHER_ID"),
    ("Medi-Cal ", "95512099D", "HEALTH_PLAN"),
    ("Medicare ", "2FG5 UF6 NK84", "HEALTH_PLAN"),
    ("Plate: NV ", "7XKR551", "VEHICLE"),
    ("serial no. ", "SN551209B", "DEVICE"),
    ("red cell unit ", "W0551 20 551209", "OTHER_ID"),
]
LAID_OUT = [
    ("DOE, Jana / ", "5520917", " / 03-Feb-1961 / Ward 3", "MRN"),
    ("CONSULTATION\n\nDELACROIX, JEAN       ", "4471-2209", "\nDate: 2011", "MRN"),
    ("Screw 4.5 mm, lot ", "HK20917", ", placed", "DEVICE"),
    ("Influvac LOT# ", "5520917", " left deltoid", "DEVICE"),
    ("seen with PC ", "4417", " Doyle", "OTHER_ID"),
    ("interpreter Marta (Polish) #", "55120", " on the line", "OTHER_ID"),
    ("Drives a Skoda ", "KX19 BTR", ", told to stop", "VEHICLE"),
    ("licence ", "MORGA 657054 SM9IJ", ", DVLA told", "LICENCE"),
    ("as above.\n\n", "RB/tkl", "\nD: 3 Mar\nT: 4 Mar", "OTHER_ID"),
    ("audit: login ", "mkowalski", " from the ward", "OTHER_ID"),
    ("SANE kit ", "K-220917", " handed over", "OTHER_ID"),
    ("P 312-555-0110 F ", "312-555-0111", "\n", "FAX"),
    ("patient Mr. Fairburn #", "55209", " called", "MRN"),
    ("sent to ", "K5520917", ".", "MRN"),
]
SPARED = [
    "chart: BP 118/76, HR 72",
    "There is a lot 2019 could teach; a lot of 500 mg tablets; lot 3.",
    "Group: 2 and group A, class 3",
    "case 3 of 12, case 2019, in this case 40 mg",
    "Drives a car 20 miles. PC 20 mg. Officer 40 years old.",
    "login page, user name, logged in from home",
    "US/CT of 2 lesions / 45 x 30 / 5 mm",
    "the kit 12 was used; test kit 30 min",
    "SUS score 82; CNS 3 lesions",
    "medical therapy at 96/1000",
    "fingerprint stick glucose, no 140 today",
    "iris normal, no record of 20/40 vision",
    "cards 3, family 4, permit 2",
]


def _kinds(before: str, value: str, after: str) -> set[str]:
    """Classes of the spans that hold the whole value."""
    text = (before + value + after).encode()
    start = len(before.encode())
    return {
        span.kind
        for span in detector("notes", "rules").find(text)
        if span.start <= start and start + len(value.encode()) <= span.end
    }


@pytest.mark.parametrize("number", range(len(TYPED)))
def test_a_code_has_the_class_of_its_cue(number: int) -> None:
    before, value, kind = TYPED[number]
    assert _kinds(before, value, ". Seen again.") == {kind}, number


@pytest.mark.parametrize("number", range(len(LAID_OUT)))
def test_a_layout_tells_the_class(number: int) -> None:
    before, value, after, kind = LAID_OUT[number]
    assert _kinds(before, value, after) == {kind}, number


@pytest.mark.parametrize("number", range(len(SPARED)))
def test_ordinary_numbers_stay(number: int) -> None:
    assert not detector("notes", "rules").find(SPARED[number].encode()), number
