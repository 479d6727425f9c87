"""The 52 questions of Datasheets for Datasets (Gebru et al., CACM 64(12), 2021), in short words of our own.

`key` names the question in a recipe's `datasheet` section; `hc4` answers what it measured under the same key.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Fill(StrEnum):
    """Who can answer a question."""

    MEASURED = "measured by the build"
    SOURCE = "told by the sources"
    PERSON = "told by a person"
    BOTH = "measured, and a person's word beside it"


class Question(NamedTuple):
    """One question, and the key its answer is given under."""

    key: str
    words: str
    fill: Fill


class Section(NamedTuple):
    """One of the paper's seven parts."""

    key: str
    title: str
    questions: tuple[Question, ...]


SECTIONS = (
    Section(
        "motivation",
        "Motivation",
        (
            Question("purpose", "What was it made for?", Fill.PERSON),
            Question("creators", "Who made it, and on whose behalf?", Fill.PERSON),
            Question("funding", "Who paid for it?", Fill.PERSON),
        ),
    ),
    Section(
        "composition",
        "Composition",
        (
            Question("instances", "What does one instance stand for?", Fill.BOTH),
            Question("counts", "How many instances are there, of each kind?", Fill.MEASURED),
            Question("sample", "Is it everything, or a sample of something larger?", Fill.BOTH),
            Question("content", "What does one instance consist of?", Fill.MEASURED),
            Question("labels", "Does an instance have a label or target?", Fill.MEASURED),
            Question("missing", "Is information missing from instances?", Fill.MEASURED),
            Question("relations", "Are relations between instances made explicit?", Fill.MEASURED),
            Question("splits", "Are splits recommended?", Fill.MEASURED),
            Question("errors", "Are there errors, noise or redundancies?", Fill.MEASURED),
            Question("self_contained", "Does it stand alone, or lean on things elsewhere?", Fill.MEASURED),
            Question("confidential", "Does it hold confidential data?", Fill.BOTH),
            Question("offensive", "Does it hold text that may offend or distress?", Fill.BOTH),
            Question("people", "Does it relate to people?", Fill.PERSON),
            Question("subpopulations", "Which groups of people does it name, and how often?", Fill.MEASURED),
            Question("identification", "Can a person be identified from it?", Fill.BOTH),
            Question("sensitive", "Does it hold sensitive data, such as health data?", Fill.BOTH),
        ),
    ),
    Section(
        "collection",
        "Collection",
        (
            Question("acquisition", "How was each instance acquired?", Fill.SOURCE),
            Question("mechanisms", "With which tools, and how were they checked?", Fill.MEASURED),
            Question("sampling", "If a sample, drawn how?", Fill.MEASURED),
            Question("collectors", "Who collected it, and how were they paid?", Fill.PERSON),
            Question("timeframe", "From when is the collection, and from when its content?", Fill.MEASURED),
            Question("ethics_review", "Was there an ethical review?", Fill.PERSON),
            Question("people", "Does what was collected relate to people?", Fill.PERSON),
            Question("third_parties", "Did it come from the people concerned, or through others?", Fill.SOURCE),
            Question("notice", "Were the people concerned told?", Fill.PERSON),
            Question("consent", "Did they consent?", Fill.PERSON),
            Question("revocation", "Can they take consent back?", Fill.PERSON),
            Question("impact", "Was the effect on them analysed?", Fill.PERSON),
        ),
    ),
    Section(
        "preprocessing",
        "Preprocessing",
        (
            Question("steps", "What was cleaned, removed or changed?", Fill.MEASURED),
            Question("raw_data", "Was the raw data kept?", Fill.MEASURED),
            Question("software", "Is the software available?", Fill.MEASURED),
        ),
    ),
    Section(
        "uses",
        "Uses",
        (
            Question("past", "What has it been used for?", Fill.PERSON),
            Question("repository", "Where are its uses listed?", Fill.PERSON),
            Question("other", "What else could it be used for?", Fill.PERSON),
            Question("cautions", "Does its making limit its use?", Fill.BOTH),
            Question("out_of_scope", "What should it not be used for?", Fill.PERSON),
        ),
    ),
    Section(
        "distribution",
        "Distribution",
        (
            Question("parties", "Will it be given to others?", Fill.PERSON),
            Question("channel", "How is it distributed, and has it an identifier?", Fill.PERSON),
            Question("date", "From when?", Fill.PERSON),
            Question("licence", "Under which licence or terms?", Fill.BOTH),
            Question("third_party_rights", "Do others hold rights in its instances?", Fill.MEASURED),
            Question("regulation", "Do export controls or other rules apply?", Fill.PERSON),
        ),
    ),
    Section(
        "maintenance",
        "Maintenance",
        (
            Question("maintainer", "Who looks after it?", Fill.PERSON),
            Question("contact", "How can they be reached?", Fill.PERSON),
            Question("errata", "Is there an erratum?", Fill.MEASURED),
            Question("updates", "Will it be updated?", Fill.BOTH),
            Question("retention", "Are there limits on keeping data about people?", Fill.PERSON),
            Question("old_versions", "Will older versions be kept?", Fill.MEASURED),
            Question("contributions", "Can others add to it?", Fill.PERSON),
        ),
    ),
)


def keys() -> dict[str, tuple[str, ...]]:
    """Section key -> question keys: what a recipe's `datasheet` section may answer."""
    return {section.key: tuple(question.key for question in section.questions) for section in SECTIONS}
