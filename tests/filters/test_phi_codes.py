"""Codes of patients are found in every layout that people write them in, and science and everyday numbers stay.

Failures show a number of the list or a truth value, never an identifier.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.phi.detector import detector
from filters.phi.spans import masked_bytes


def covered(policy: str, text: str, value: str) -> bool:
    """Every letter and digit of the last `value` in `text` lies in a span."""
    raw = text.encode()
    start = raw.rindex(value.encode())
    spans = detector(policy).find(raw)
    return all(
        any(span.start <= at < span.end for span in spans)
        for at in range(start, start + len(value.encode()))
        if chr(raw[at]).isalnum()
    )


def kinds(policy: str, text: str) -> list[str]:
    return [span.kind for span in detector(policy).find(text.encode())]


RECORDS = [
    ("MRN ", "123-456"),
    ("MRN# ", "123-456"),
    ("MRN - ", "0012345"),
    ("Med Rec No ", "00-12-34"),
    ("Medical Record Number\n  ", "00-12-34"),
    ("pt. id ", "88812"),
    ("Seen today (ID ", "4471"),
    ("Hosp no: ", "K123456"),
    ("| MRN | ", "12345"),
    ("MRN\t", "12345"),
    ("mrn ", "12345"),
    ('"mrn": "', "0012345"),
    ("patient_id=", "88120"),
    ("**MRN:** ", "7781204"),
    ("MRN (hospital A): ", "7781204"),
    ("MRN: 7781204, 7781205 and ", "7781206"),
    ("MRNs 22814/", "22815"),
    ("dob and mrn on file: ", "22814"),
    ("Patient identification number ", "44-81-2"),
    ("Hospital Number:        ", "A0099812"),
    ("UHID ", "UH2201145"),
    ("Case file no. ", "8812-22"),
    ("ID: ", "987654321"),
    ("NHC: ", "368503"),
    ("Patienten-ID: ", "0078812"),
    ("N\N{MASCULINE ORDINAL INDICATOR} de historia cl\N{LATIN SMALL LETTER I WITH ACUTE}nica: ", "78812"),
    ("MRN: ", "265\N{EN DASH}5013"),
    ("MRN: ", "208\N{NON-BREAKING HYPHEN}9594"),
]
OTHERS = [
    ("Acct#: ", "0044812"),
    ("acct ", "1230984"),
    ("Account ending in ", "4412"),
    ("Visa ending ", "4412"),
    ("credit card ", "4000 0012 2480 7083"),
    ("debit IBAN ", "GB73 ZZZZ 0000 0079 3547 15"),
    ("Blue Shield subscriber ", "XEA 904 112 345"),
    ("Policy ", "XYZ123456789"),
    ("Group #: ", "0081-22"),
    ("Medicaid # ", "AB12345C"),
    ("Medicare number ", "1EG4TE5MK73"),
    ("NASS: ", "26 37482910 04"),
    ("insurance is ", "QX-789012"),
    ("NPI: ", "2123456784"),
    ("DEA ", "AB1234563"),
    ("DL: ", "D1234567"),
    ("driver's license no. ", "S332-2935-3115"),
    ("Medical License: ", "A-44821"),
    ("lic. # ", "RN 482913"),
    ("Her plates are ", "8ABC123"),
    ("license plate: ", "GHT 4821"),
    ("veh tag ", "dt7-3xz"),
    ("VIN: ", "RKGGTYAN7F2EARUNG"),
    ("towed the car, ", "1HGCM82633A004352"),
    ("The pacemaker serial number is ", "830707036"),
    ("model Accolade L331, serial ", "482913"),
    ("S/N: ", "0123A"),
    ("UDI ", "(01)00844588003288(17)141120(10)7654321D(21)10987654d321"),
    ("IMEI ", "490154203237518"),
    ("connected from MAC ", "00:1B:44:11:3A:B7"),
    ("pump #", "12345678"),
    ("Fingerprint template ID ", "FP-87103162"),
    ("voiceprint ", "VP-0093-22"),
    ("Face ID hash ", "a94f8e20b1c3d455"),
    ("photo ", "IMG_9137.jpg"),
    ("attached as ", "patient-face.png"),
    ("sent a ", "full-face photograph"),
    ("his Instagram is ", "@joe_fit88"),
    ("username: ", "jsmith42"),
    ("on Reddit ", "u/ostomate_77"),
    ("blog at ", "facebook.com/jane.runs.88"),
    ("results on ", "https://mychart.example.org/p/88a1"),
    ("see ", "www.jane-runs.example/blog"),
    ("SSN ending in ", "6789"),
    ("last four of SSN ", "1234"),
    ("SSN ", "000-12-3456"),
    ("SSN ", "xxx-xx-6789"),
    ("my social, ", "219 09 9999"),
    ("Death index (SS ", "219099999"),
    ("Rx# ", "7712345"),
    ("Claim #: ", "2024-AB-1234"),
    ("Prior auth ", "V046795957"),
    ("badge number ", "4471"),
    ("study ID ", "004-112"),
    ("Subject ", "01-023"),
    ("Specimen ", "C70-37422"),
    ("Accession No. ", "24-MG-004412"),
    ("CSN: ", "100223344"),
    ("Visit#", "8812345"),
    ("Passport No. ", "X1234567"),
    ("NHS No. ", "943 476 5919"),
    ("NI number ", "QQ 12 34 56 C"),
    ("DNI ", "12345678Z"),
    ("Aadhaar ", "2345 6789 0124"),
    ("case #", "JH-998877"),
    ("ref. code: ", "EM-2554"),
    ("Steuer-ID: ", "86 095 742 719"),
]


@pytest.mark.parametrize("number", range(len(RECORDS)))
def test_a_record_number_is_covered_in_every_layout(number: int) -> None:
    cue, value = RECORDS[number]
    assert covered("notes", f"Noted. {cue}{value}\nStable today.", value)


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_a_code_is_covered(number: int) -> None:
    cue, value = OTHERS[number]
    assert covered("notes", f"Noted. {cue}{value}. Stable today.", value)


def test_the_nearest_cue_names_the_class() -> None:
    text = "Registration: MRN 4471023, SSN 219-09-9999, Acct# 0044812, plate GHT 4821, fax 617-555-0144"
    assert kinds("notes", text) == ["MRN", "SSN", "ACCOUNT", "VEHICLE", "FAX"]


def test_the_values_of_a_table_row_are_covered() -> None:
    text = "MRN  Account   Phone\n2281477  9988770  617-555-0144\n"
    assert covered("notes", text, "2281477")
    assert covered("notes", text, "617-555-0144")


TELEPHONES = [
    ("can be reached at ", "403-8382"),
    ("cb# ", "011-0123 4567"),
    ("left msg w/ wife ", "06/0123456"),
    ("Telefon der Tochter: ", "030/23125123"),
    ("tel familia ", "912 045 678"),
    ("tel famille ", "01-99-00-12-34"),
    ("text me ", "07700900123"),
    ("They're not answering at ", "78 651 450"),
    ("the nurse line (", "01632 960123"),
    ("pager ", "4432"),
    ("office ext. ", "4432"),
]


@pytest.mark.parametrize("number", range(len(TELEPHONES)))
def test_a_telephone_number_of_any_country_is_covered(number: int) -> None:
    cue, value = TELEPHONES[number]
    assert covered("notes", f"Noted. {cue}{value}, thank you.", value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Fax: 617-555-0144", "FAX"),
        ("Tel/Fax: 617-555-0144", "PHONE"),
        ("please fax the form to my employer, 617-555-0144", "FAX"),
        ("faxed the list; call 617-555-0144", "PHONE"),
        ("Phone: 617-555-0144", "PHONE"),
    ],
)
def test_a_fax_is_told_from_a_telephone(text: str, kind: str) -> None:
    assert kinds("notes", text) == [kind]


EVERYDAY = [
    "BP 120/80, pulse 72, temperature 98.6 F, SpO2 97%, weight 180 lb, BMI 27.4",
    "Patient is a 54 year old; visit lasted 45 minutes; order 500 mg twice daily, 1,000 mL bolus, 81mg aspirin",
    "insurance since 2015; plan: follow up in 2-4 weeks; account for 30% of losses; chart reviewed, 12 systems",
    "ICD with 3 leads; pump at 120 mL/h; stent 3.0 x 18 mm; lead threshold 0.75 V; device check in 2019",
    "Specimen 12 x 8 x 4 cm; biopsy 12/14 cores; lab: WBC 12,500, Hgb 9.9 g/dL, platelets 273000/mm3",
    "growth plate set at 25 degrees; plates on day 10; tag along; registration took 20 minutes",
    "ICD-10 E11.65, CPT 99213, SNOMED 73211009, LOINC 2345-7, RxNorm 860975, NDC 0071-0155-23",
    "L2-L3 and L4-L5; C5-C6; T12; S1; grade 2/6; stage IIIB; T2N1M0; Gleason 3+4; GCS 15; G2P1001",
    "reached a plateau of 1200 mL; call in 2 weeks; contact precautions for 14 days; number of falls: 3",
    "ext. rotation 45 degrees; page 4; case of 12 cans; group of 15; policy of 2020; member of 3 teams",
    "IRB protocol 2019-0442 approved; grant number R01HL123456; NCT01234567; PMID 12345678",
    "sleep at 9.00 p.m.; seen 10/2019 and 03/2021; in 2015-2016; from 100-500 units",
    "EF 55-60%; HbA1c 7.2; HCO3 24; 5-HT3; CYP2D6*4; BRCA1 c.68_69delAG; HLA-B27; 46,XY; del(17p)",
    "his face and pictures of pain; at each dot there is one point two percent",
]


@pytest.mark.parametrize("number", range(len(EVERYDAY)))
@pytest.mark.parametrize("policy", ["notes", "dialogue", "case_report"])
def test_everyday_numbers_stay(policy: str, number: int) -> None:
    found = [kind for kind in kinds(policy, EVERYDAY[number]) if kind not in {"DATE", "AGE", "NAME", "GEO", "HOSPITAL"}]
    assert found == []


PAPERS = [
    "specimen UA 9951; sample 02-209; accession number KF914917 of the rRNA gene; strain ATCC 25922",
    "visit www.example.org/software or http://www.r-project.org/ (version 3.4.1); user-defined set; @ 2 L/min",
    "platelets 112000/uL; plates were read at 450 nm; serial dilutions 1:1000; model 12; lot 4432",
    "ethics committee reference number 15-2021-004; trial number 25778426 was registered",
]


@pytest.mark.parametrize("number", range(len(PAPERS)))
def test_papers_keep_their_numbers(number: int) -> None:
    assert kinds("literature", PAPERS[number]) == []


def test_a_placeholder_ends_every_cue() -> None:
    assert kinds("notes", "MRN: [MRN] 4471023x SSN [SSN] phone [PHONE]") == []


PIECES = st.sampled_from(
    [cue for cue, _ in (*RECORDS, *OTHERS, *TELEPHONES)]
    + [value for _, value in (*RECORDS, *OTHERS, *TELEPHONES)]
    + [" ", ", ", "\n", ": ", "#", "/", "-", "(", ")", "[", "]", "[MRN]", "and ", "7", "12", "a", "\N{EN DASH}"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12), st.sampled_from(["notes", "dialogue", "case_report", "literature"]))
def test_masking_leaves_nothing_to_find(parts: list[str], policy: str) -> None:
    raw = "".join(parts).encode()
    find = detector(policy).find
    masked, _ = masked_bytes(raw, find(raw))
    assert len(find(masked)) == 0


@pytest.mark.parametrize(
    "unit", ["1 ", "mrn ", "id: ", "a.", "@", "card 4", "one ", "[", "\n", "serial-", "call 1", "0"]
)
def test_any_repetition_costs_linear_time(unit: str) -> None:
    text = (unit * (200_000 // len(unit))).encode()
    assert len(detector("dialogue").find(text)) >= 0
