"""Places below a state, and hospitals: what is found, what stands, in the layouts people use."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.phi.places import finder, lexicon
from filters.phi.policy import load_policy
from filters.phi.spans import masked_bytes, merged
from filters.phi.text import Text, flat

NOTES = finder(load_policy("notes"))
DIALOGUE = finder(load_policy("dialogue"))


def found(text: str, *, said: bool = False) -> list[str]:
    made = DIALOGUE if said else NOTES
    assert made is not None
    raw = text.encode()
    return [raw[span.start : span.end].decode() for span in merged(made.find(Text(raw)))]


def only(text: str, value: str, *, said: bool = False) -> bool:
    """Exactly `value` is found in `text`."""
    return found(text, said=said) == [value]


def covers(text: str, value: str, *, said: bool = False) -> bool:
    """What is found in `text` has all of `value` in one piece."""
    return any(value in each for each in found(text, said=said))


HOSPITALS = [
    "St. Vincent's",
    "St. Mary's Hospital",
    "Brigham and Women's Hospital",
    "Children's Hospital of Philadelphia",
    "Children's Hospital Los Angeles",
    "NewYork-Presbyterian",
    "Johns Hopkins",
    "UCSF",
    "Mass General",
    "Lakeside Clinic",
    "Elm Street Medical Center",
    "Houston Heart Institute",
    "Cedar Falls Med Center",
    "Nevada Medical Group",
    "Dr. Smith's Office",
    "Quennbury Regional",
    "Harlowick Urgent Care",
    "Our Lady of Pennobeck",
    "Zorvane Health",
    "Hospital Universitario de Villarrubia",
    "Centro de Salud Casaztarrón",
    "CHU de Montrevel",
    "Universitätsklinikum Grossbrachwitz",
    "Ospedale San Baldo di Campolvario",
    "Greenfield Senior Center",
    "County General",
    "University of Wexbridge Hospital",
]


@pytest.mark.parametrize("value", HOSPITALS, ids=range(len(HOSPITALS)))
def test_a_hospital_is_found_where_a_patient_is_treated(value: str) -> None:
    assert covers(f"a man with asthma, last seen at {value} on March 5, 2021.", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("who visited our Dallas clinic in spring", "Dallas clinic"),
        ("She works at Roosevelt Elementary School.", "Roosevelt Elementary School"),
        ("REFERRED TO MERCY HOSPITAL FOR SURGERY", "MERCY HOSPITAL"),
        ("transferred from Ruddinghurst\u00a0Infirmary by ambulance", "Ruddinghurst\u00a0Infirmary"),
        ("The referring facility was informed.\nFacility: Tamarrow Oaks\nUnit 4", "Tamarrow Oaks"),
        ("referred by Dr. Lee (Tufts Medical Center) for it", "Tufts Medical Center"),
        ("follow-up @ Magee-Womens.", "Magee-Womens"),
        ("Hartley Ridge Nursing Home says they never got it", "Hartley Ridge Nursing Home"),
    ],
    ids=range(8),
)
def test_a_facility_in_other_surroundings(text: str, value: str) -> None:
    assert covers(text, value)


@pytest.mark.parametrize(
    "text",
    [
        "Hospital Course: uneventful. Clinic Note. Emergency Department",
        "seen in the Cardiology Clinic, then admitted to the ICU and to MICU",
        "follow up at the Pain Clinic; referred to Physical Therapy",
        "recent recommendations from Mayo Clinic",
        "the Hopkins Symptom Checklist and the Boston Naming Test",
        "Center for Epidemiologic Studies Depression scale",
        "tenderness at McBurney's point, at T12 and at L4-L5",
        "Family History, Past Surgical History, General Appearance",
        "National Institutes of Health; National Cancer Institute",
        "near a university hospital",
        "St. John's wort, St. Louis encephalitis",
        "took Tylenol at home and Lasix in the morning",
    ],
    ids=range(12),
)
def test_what_names_no_facility_stands(text: str) -> None:
    assert len(found(text)) == 0


TOWNS = [
    ("He lives in North Judithbury.", "North Judithbury"),
    ("lives in Ramosstad with her son", "Ramosstad"),
    ("He lives in Port Renee, NM 72135.", "Port Renee, NM 72135"),
    ("a resident of Wellsmouth Falls", "Wellsmouth Falls"),
    ("John M. from Detroit, seen in clinic", "Detroit"),
    ("seen in Dallas, TX on Monday", "Dallas, TX"),
    ("living in Chicago, Illinois", "Chicago, Illinois"),
    ("who lives in the Milwaukee area", "Milwaukee area"),
    ("moved here from greater Boston", "Boston"),
    ("Patient is from Cook County.", "Cook County"),
    ("born in Łódź, Poland", "Łódź"),
    ("PATIENT LIVES IN QUENNBURY WITH HIS WIFE", "QUENNBURY"),
    ("we live near Stow-on-the-Wold", "Stow-on-the-Wold"),
    ("a farmer from Essamgate, Scotland", "Essamgate"),
    ("Wohnort: 42338 Oberdinghofen", "42338 Oberdinghofen"),
    ("natural de Fuentelmedilla, casado", "Fuentelmedilla"),
    ("City: Harlowick", "Harlowick"),
    ("Springfield, Massachusetts was home", "Springfield, Massachusetts"),
]


@pytest.mark.parametrize(("text", "value"), TOWNS, ids=range(len(TOWNS)))
def test_a_town_is_found_by_grammar(text: str, value: str) -> None:
    assert covers(text, value)


@pytest.mark.parametrize(
    "text",
    [
        "lives in California, born in Germany",
        "from the United States, of French descent",
        "Lyme disease, West Nile virus, Norwalk virus, Ebola",
        "the Helsinki Declaration; the Framingham risk score",
        "lives in Assisted Living with her Mother",
        "history of Crohn's; in Stage III; in MRI and CT",
        "reading in bed, mobile, a nice bath",
        "John Smith, MD and Ruth Sanchez, PA",
        "Sprague Dawley and Wistar rats",
        "IL-6, IL-10 and TNF",
        "HISTORY OF PRESENT ILLNESS\nThe patient",
        "traveled to Mexico and the Midwest",
        "a scanner (Acme Imaging Inc., San Diego, CA, USA) and software (Zeta GmbH, Munich, Germany) were used",
    ],
    ids=range(13),
)
def test_what_is_no_place_below_a_state_stands(text: str) -> None:
    assert len(found(text)) == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("uh we live in dallas right now", "dallas"),
        ("i moved here from springfield , illinois", "springfield"),
        ("i live at 123 maple street", "123 maple street"),
        ("i was at st mary's for two weeks", "st mary's"),
        ("they took me to johns hopkins", "johns hopkins"),
    ],
    ids=range(5),
)
def test_a_place_in_lower_case_in_speech(text: str, value: str) -> None:
    assert covers(text, value, said=True)


ADDRESSES = [
    "123 Maple Street",
    "123 Main St., Springfield",
    "76326 Cynthia Burgs Suite 905, Hilltown, IA 26542",
    "42 N. Oak Ave, Apt 3B, Harlowick, TX 77001-1234",
    "4512 W 23rd St",
    "PO Box 1234, Ruddington, VT 05401",
    "PSC 1234, Box 5678, APO AE 09123",
    "USS Frank, FPO AP 50756",
    "Flat 2, 12 Brackenstow Road, London SW1A 1AA",
    "10 Upper Dunnwick Hill, Settleby",
    "77 Bank Street, Toronto, ON M5H 2N2",
    "Calle Mayor 5, 2º B, 28013 Madrid",
    "12 rue de la Paix, 75002 Paris",
    "Hauptstraße 5, 10115 Berlin",
    "Via Roma 1, 00184 Roma",
    "No. 12, Gandhi Nagar",
    "14 Elm Ct., Boise ID 83702",
]


@pytest.mark.parametrize("value", ADDRESSES, ids=range(len(ADDRESSES)))
def test_an_address_is_found_whole(value: str) -> None:
    assert covers(f"Address: {value}\nPhone: on file", value)
    assert covers(f"She resides at {value}.", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("zip code 07863", "07863"),
        ("ZIP: 12345-6789", "12345-6789"),
        ("postcode LS1 4AP", "LS1 4AP"),
        ("lives near 39697.", "39697"),
        ("NY 10027", "10027"),
        ("Código postal 28013", "28013"),
    ],
    ids=range(6),
)
def test_a_postcode(text: str, value: str) -> None:
    assert covers(text, value)


@pytest.mark.parametrize(
    "text",
    [
        "CPT 99213, platelets 15000, WBC 12345",
        "10 Mg Tablet Way, 5 Days Course, 3 Point Scale",
        "During 2019 and in Spring 2018, Monitoring 12 patients",
        "via Sirtuin-1 signalling, C/N 15:1",
        "vitamin B12 3 times, T4 2 mg",
        "in 12345 patients",
        "accession NM 000546",
    ],
    ids=range(7),
)
def test_numbers_of_other_things_are_no_address(text: str) -> None:
    assert len(found(text)) == 0


def test_a_policy_without_places_has_no_finder() -> None:
    assert finder(load_policy("case_report")) is None
    assert finder(load_policy("literature")) is None


@pytest.mark.parametrize("text", [text for text, _ in TOWNS], ids=range(len(TOWNS)))
def test_what_is_masked_is_clean(text: str) -> None:
    assert NOTES is not None
    raw = text.encode()
    masked, _ = masked_bytes(raw, merged(NOTES.find(Text(raw))))
    assert sum(1 for _ in NOTES.find(Text(masked))) == 0


def test_flat_text_has_as_many_bytes() -> None:
    long = "The patient was then transferred from the regional"
    text = f"{long}\nhospital\u00a0at\u202fX\tY\nDate:\n".encode()
    assert len(flat(text)) == len(text)
    assert flat(text).startswith(f"{long} hospital".encode())
    assert flat(text).endswith(b"\nDate:\n")


def test_common_words_are_inflected() -> None:
    assert {"reading", "mobile", "hospitals", "diagnosed", "nicer"} <= lexicon.common()
    assert "boston" not in lexicon.common()


@settings(max_examples=150)
@given(st.text(alphabet="ABab lives in St.,'\u2019é12\n-()&", max_size=80))
def test_spans_lie_in_the_text_whatever_it_is(text: str) -> None:
    assert NOTES is not None
    raw = text.encode()
    for span in NOTES.find(Text(raw)):
        assert 0 <= span.start < span.end <= len(raw)
        raw[span.start : span.end].decode()
