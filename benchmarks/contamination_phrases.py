"""What medicine says the same way everywhere: openings of vignettes, sentences of guidelines and of drug labels.

Sentences are drawn from patterns, and what fills them from the choices of the evaluation sets: the drugs, diseases and
findings of the items, in sentences that are none of theirs. The thresholds of decontamination were chosen before these
existed, and were not changed since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.contamination_planting import Planted, put_into
from filters.contamination import Item

DOCUMENTS = 400
"""Of each kind."""
_SENTENCES = 4
"""In a row, in each."""
_BLANK = re.compile(r"\{(\w+)\}")
_AGES = tuple(range(18, 90))

FILLS: dict[str, Sequence[object]] = {
    "age": _AGES,
    "person": ("man", "woman", "male", "female", "college student", "nurse", "construction worker"),
    "place": ("the emergency department", "the physician", "the clinic", "her primary care physician", "the office"),
    "complaint": (
        "chest pain", "shortness of breath", "abdominal pain", "a headache", "fever and chills", "fatigue",
        "a persistent cough", "low back pain", "blurred vision", "dizziness", "nausea and vomiting", "a skin rash",
    ),
    "digit": tuple(range(10)),
    "number": (2, 3, 4, 5, 6, 8, 10, 12),
    "unit": ("hours", "days", "weeks", "months"),
    "history": ("hypertension", "type 2 diabetes mellitus", "asthma", "hyperlipidemia", "no significant illness"),
    "strength": ("strong", "weak", "conditional", "Class I", "Class IIa", "Grade B"),
    "evidence": ("high", "moderate", "low", "very low"),
    "group": ("adults", "pregnant women", "children under 5 years", "patients older than 65", "smokers"),
    "dose": ("5 mg", "10 mg", "25 mg", "100 mg", "500 mg"),
}  # fmt: skip

VIGNETTES = (
    "A {age}-year-old {person} presents to {place} with {complaint} for {number} {unit}.",
    "A {age}-year-old {person} is brought to {place} because of {complaint} that began {number} {unit} ago.",
    "A {age}-year-old {person} comes to {place} for a routine health maintenance examination.",
    "A previously healthy {age}-year-old {person} comes to {place} because of a {number}-day history of {complaint}.",
    "The patient has a history of {history} and takes {term} daily.",
    "He has smoked one pack of cigarettes daily for {age} years and does not drink alcohol.",
    "Her temperature is 37.{digit}°C (98.{digit}°F), pulse is 8{digit}/min, respirations are 1{digit}/min, and blood "
    "pressure is 12{digit}/8{digit} mm Hg.",
    "Physical examination shows no abnormalities.",
    "Laboratory studies show a hemoglobin of 1{digit} g/dL and a leukocyte count of {number},000/mm3.",
    "Which of the following is the most likely diagnosis?",
    "Which of the following is the most appropriate next step in management?",
    "Family history is notable for {term} in the mother.",
)
GUIDELINES = (
    "We recommend {term} for {group} with {term} ({strength} recommendation, {evidence}-quality evidence).",
    "We suggest against routine use of {term} in {group} ({strength} recommendation; {evidence} certainty).",
    "For {group}, clinicians should discuss the benefits and harms of {term} before treatment is begun.",
    "There is insufficient evidence to recommend for or against {term} in {group}.",
    "The panel rated the certainty of evidence as {evidence} because of imprecision and risk of bias.",
    "Treatment should be individualized, with regard to comorbidities and the preferences of the patient.",
    "Follow-up is recommended every {number} {unit}, or sooner if symptoms of {term} recur.",
    "This guideline does not replace clinical judgment in the care of an individual patient.",
    "Screening for {term} is recommended in {group} at increased risk.",
    "Referral to a specialist is advised where {term} is suspected or does not respond after {number} {unit}.",
)
LABELS = (
    "{term} is contraindicated in patients with known hypersensitivity to {term} or any component of the formulation.",
    "The recommended starting dose is {dose} once daily, with or without food.",
    "The safety and effectiveness of {term} in pediatric patients have not been established.",
    "The most common adverse reactions (incidence of {number}% or more) are nausea, headache, dizziness and {term}.",
    "Discontinue {term} if signs or symptoms of {term} occur.",
    "Store at 20°C to 25°C (68°F to 77°F). Keep out of the reach of children.",
    "Dosage adjustment is required in patients with severe renal impairment (creatinine clearance below 30 mL/min).",
    "There are no adequate and well-controlled studies in pregnant women.",
    "Concomitant use with strong CYP3A4 inhibitors increases exposure to {term}; reduce the dose to {dose}.",
    "Tell your doctor about all the medicines you take, including {term}.",
    "Each film-coated tablet contains {dose} of the active ingredient.",
)
KINDS: dict[str, Sequence[str]] = {
    "openings of vignettes": VIGNETTES,
    "sentences of guidelines": GUIDELINES,
    "sentences of drug labels": LABELS,
}


def terms(items: Sequence[Item]) -> list[str]:
    """Choices and answers of up to three words, each once: drugs, diseases and findings that the items ask for."""
    short = (choice for item in items for choice in (*item.choices, *item.answers) if 0 < len(choice.split()) <= 3)
    return list(dict.fromkeys(" ".join(choice.split()) for choice in short))


def sentence(pattern: str, known: Sequence[str], generator: np.random.Generator) -> str:
    """A pattern, filled."""

    def fill(blank: re.Match[str]) -> str:
        among: Sequence[object] = known if blank[1] == "term" else FILLS[blank[1]]
        return str(among[generator.integers(len(among))])

    return _BLANK.sub(fill, pattern)


def phrases(
    kind: str, items: Sequence[Item], documents: Sequence[str], generator: np.random.Generator
) -> Iterator[Planted]:
    """Documents with some different sentences of a kind in a row."""
    known = terms(items)
    for number in range(DOCUMENTS):
        patterns = generator.permutation(np.array(KINDS[kind]))[:_SENTENCES]
        text = " ".join(sentence(pattern, known, generator) for pattern in patterns.tolist())
        yield Planted(put_into(documents, text, generator), items[number % len(items)])
