"""Names of people are found as people write them, and what only looks like a name stays.

Failures compare truth values or counts: a message never shows an identifier.
"""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.phi.detector import detector
from filters.phi.names import undecided
from filters.phi.names.finder import NameFinder
from filters.phi.policy import load_policy
from filters.phi.spans import masked_bytes, merged
from filters.phi.text import Text


@cache
def finder(policy: str) -> NameFinder:
    return NameFinder(load_policy(policy))


def marked(marks: str, policy: str) -> bool:
    """Exactly what stands between braces is found in `marks`, less braces."""
    text = marks.replace("{", "").replace("}", "")
    spans = merged(finder(policy).find(Text(text.encode())))
    return masked_bytes(text.encode(), spans, lambda _, value: b"{" + value + b"}")[0].decode() == marks


ORDERS = [
    "Patient Name: {John A. Smith}   DOB: 01/02/1950",
    "Patient Name: {Smith, John A.}   DOB: 01/02/1950",
    "Patient: {SMITH, JOHN}",
    "PATIENT: {SMITH, JOHN A}\nDATE OF BIRTH: 1/2/50",
    "Name: {J. Smith}",
    "seen in clinic, {John P.}, for a cough",
    "Attending: {O'Brien-Lee, Maureen}",
    "Provider: {María de la Cruz}",
    "Surgeon: {Jan van der Berg}",
    "PCP: {Omar Al-Hassan}, MD",
    "Referring physician: Dr. {McDonald}",
    "Patient: {Robert Miles Jr.} was seen",
    "Patient: {Robert Miles III} was seen",
    "Patient: {José Núñez}",
    "Dictated by: {Anne-Marie Dubois}, PA-C",
    "cc: {Helen Marsh}, RN; {Peter Long}, LCSW",
    "Surgeon: {Helen B. Marsh}. Assistant: {Peter Long}.",
    "Patient: {Mary\nKowalska} was seen",
    "Dr. {Smith}'s note was reviewed.",
    "Emergency contact: {Ada Lovel} (sister)",
    "Next of kin: {Ada Lovel}",
    "Spouse: {Ada Lovel}",
    "Provider: {Kowalczyk-Nguyen, Tuyet}",
    "Patient name | {Ada Lovel} | DOB",
    "**Patient Name:** {Ada Lovel}",
    "Patient Name\n{Ada Lovel}\nAge\n45",
]
TITLES = [
    "Mr. {Xylantho Qwerbe} was seen.",
    "Mrs {Brown} feels well.",
    "Ms. {White} returns.",
    "Dr {Bilge} agrees.",
    "dr. {hill} agrees",
    "Prof. Dr. med. {Hans Brückner} operated.",
    "DR. {SMITH} SAW THE PATIENT",
    "Rabbi {Cohen} visited.",
    "Sister {Agnes} called.",
    "Nurse {Patel} charted.",
    "Mr. and Mrs. {Long} agree.",
    "Dr. {A. B. Young} was told.",
    "Mr {De Luca} was told.",
    "Doctor {Green} was told.",
]
CUES = [
    "a patient named {Ayten} came",
    "patient {Ngozi Okonkwo} was given aspirin",
    "pt {Sarah L.}, post-op day 2",
    "like {Anna S.}, previously treated",
    "a 60-year-old male, {John Smith}, who was admitted",
    "for {Mary Johnson}, a 60-year-old with gout",
    "{Zorblat Quigsby} is a 34-year-old man",
    "{Martha Collins} is a pleasant 50-year-old female",
    "{Kwame} denies chest pain.",
    "{John Brown} presented with fever.",
    "her daughter {Ludmila} helps",
    "His husband, {Carlos Vega}, drives.",
    "her mother ({Ada Lovel}) and aunt",
    "referred by {Helen Marsh}, MD",
    "Electronically signed by {Marsh, Helen}",
    "spoke with {Nadia} about the results",
    "discussed with {Nadia Rahmani} today",
    "Thank you,\n{Nadia}",
    "Best regards,\n{Nadia Rahmani}",
    "Dear {Nadia},",
    "Hi {Grace}, your results are back.",
    "Hello, this is {Nadia Rahmani} calling.",
    "you can call me {Mark}",
    "Witnessed by {Nadia Rahmani} RN at 0900",
    "{Nadia Rahmani}, PhD, reviewed the slides.",
    "Please let {Nadia} know.",
    "{A.B.}, a 34-year-old man, presented",
    "Patient {A.B.} was lost to follow-up.",
    "Room 12\nMr. {Brown} was seen.",
    "In 2019 Dr. {Brown} operated.",
    "Dr. med. {Hans Groß} operiert.",
    "The patient ({JK}) gave consent.",
    "{Marsh, Helen}   MRN: 123456",
    "Nombre: {María Pérez Gómez}",
    "La Sra. {Pérez} acude a consulta.",
    "Madame {Lefèvre} est venue.",
    "Herr {Müller} klagt über Schmerzen.",
    "La signora {Rossi} riferisce dolore.",
]


@pytest.mark.parametrize("marks", ORDERS, ids=range(len(ORDERS)))
def test_each_order_of_a_name_is_found_whole(marks: str) -> None:
    assert marked(marks, "notes")


@pytest.mark.parametrize("marks", TITLES, ids=range(len(TITLES)))
def test_a_title_gives_a_name_away(marks: str) -> None:
    assert marked(marks, "notes")


@pytest.mark.parametrize("marks", CUES, ids=range(len(CUES)))
def test_a_phrase_gives_a_name_away(marks: str) -> None:
    assert marked(marks, "notes")


SPOKEN = [
    "[doctor] hi , {martha} . how are you ?",
    "[doctor] hey {gregory} good to see you",
    "[doctor] so {keith} is a 58-year-old male",
    "[doctor] {judy gomez} , mrn 869723 . date of birth , 5 , 7 , 1961",
    "hello miss {torres} how are you",
    "mister {jackson} have a seat",
    "thanks doctor {okonkwo} see you",
    "good morning {Julie} how are you doing today",
    "hi {mark} how are you",
    "hi {ngozi} , come in",
    "take care {jacqueline}",
    "my wife {deborah} said so",
    "my name is {sandra} and i'm here",
    "[doctor] hi {grant} , please sit . okay , {grant} , does the grant still pay ?",
]


@pytest.mark.parametrize("marks", SPOKEN, ids=range(len(SPOKEN)))
def test_names_in_lower_case_are_found_in_speech(marks: str) -> None:
    assert marked(marks, "dialogue")


NOBODY = [
    "History of Parkinson's disease and Wilson disease.",
    "Hodgkin's lymphoma, Apgar scores of 8 and 9, a Foley catheter in place.",
    "A positive Babinski sign, Glasgow Coma Scale 15, Barrett's esophagus.",
    "von Willebrand factor, Duchenne and Emery-Dreifuss muscular dystrophy.",
    "Kaplan-Meier curves; Charcot-Marie-Tooth disease; Mann-Whitney U test.",
    "Patients from France, China, Jordan and Ireland; Irish and German families.",
    "as shown by Smith et al. and by Smith and Jones [12]",
    "(Smith et al., 2010; Brown and Wood, 2012)",
    "Chief Complaint\n\nBack Pain\n\nHISTORY OF PRESENT ILLNESS\n\nThe patient denies fever.",
    "REVIEW OF SYSTEMS\nCARDIOVASCULAR: No chest pain.\nPHYSICAL EXAM: Normal.",
    "She takes Lasix, Metoprolol and Tylenol, and was started on Eliquis in May.",
    "On Monday, June 5, in April and in August she was seen in the Emergency Department.",
    "Patient: Denies pain. Contact: Precautions. Provider: Unknown. Attending: Cardiology.",
    "a latency of 2.85 ms. Respecting 1 M. Sodium; a twin Study; Ex Vivo; published by John Wiley & Sons",
    "MR imaging of MS plaques; MR Angiography; DR screening.",
    "Mutations of BRCA1, KRAS and the Notch pathway in Hela cells.",
    "Family history: Mother with Hypertension, father with Diabetes.",
    "seen at Brown Memorial Hospital and at the Mayo Clinic",
    "He was treated by Dialysis and followed by Cardiology and Nephrology.",
    "[NAME] is a 90 or older year old; Dr. [NAME] saw [NAME] in 2019 at [HOSPITAL].",
    "She will grant that he may mark the faith he has; hope is good.",
    "Doctor: Do you smoke?\nPatient: Right. Good morning.\nDoctor: Perfect.",
]


@pytest.mark.parametrize("policy", ["notes", "dialogue", "case_report", "web"])
@pytest.mark.parametrize("text", NOBODY, ids=range(len(NOBODY)))
def test_what_only_looks_like_a_name_stays(text: str, policy: str) -> None:
    assert len(list(finder(policy).find(Text(text.encode())))) == 0


def test_literature_and_guidelines_ask_for_no_names() -> None:
    from filters.phi.names import finder as make

    assert make(load_policy("literature")) is None
    assert make(load_policy("guideline")) is None


def test_a_proven_name_is_found_again_but_not_where_it_is_another_word_or_a_disease() -> None:
    assert marked("Mr. {Wilson} has Wilson's disease. {WILSON} was told. I saw {Wilson}.", "notes")
    assert marked("{Grace Abara} is a 40-year-old woman. The grace period. We told {Grace}, who agreed.", "notes")
    assert marked("Mr. {Brown} has brown spots. Brown spots. I examined {Brown} again.", "notes")


def test_names_by_lists_alone_are_left_where_a_policy_asks_for_cues() -> None:
    assert marked("We told {Martha Collins} so.", "notes")
    assert marked("We told Martha Collins so.", "case_report")


def test_the_detector_finds_nothing_more_after_masking() -> None:
    text = "\n".join((*ORDERS, *TITLES, *CUES)).replace("{", "").replace("}", "").encode()
    find = detector("notes").find
    masked, _ = masked_bytes(text, find(text))
    assert len(find(masked)) == 0


@given(st.text(alphabet=st.sampled_from(list("aAbMrs.,: \n'-éÉ1[]()")), max_size=80))
def test_spans_lie_in_the_text_and_on_characters(text: str) -> None:
    raw = text.encode()
    for policy in ("notes", "dialogue", "web"):
        for span in finder(policy).find(Text(raw)):
            assert 0 <= span.start < span.end <= len(raw)
            raw[span.start : span.end].decode()


@pytest.mark.parametrize("unit", ["A", "Mr ", "A. ", "Mary ", "de la ", "Smith, ", "Dr-", "patient: ", "é", "\n"])
def test_time_is_linear_in_the_text(unit: str) -> None:
    """Twice the text takes about twice as long; quadratic work would take minutes here."""
    list(finder("dialogue").find(Text((unit * (150_000 // len(unit))).encode())))


def test_undecided_words_are_few_and_outside_what_is_found() -> None:
    text = Text(
        b"We like Zorblat at noon; Zorblatz 20 mg, the Babinski sign, Mary Smith, COPD and Tuesday. Zofran; the zofran."
    )
    found = list(finder("notes").find(text))
    words = [text.characters[start:end] for start, end in undecided(text, found)]
    assert words == ["Zorblat"]
