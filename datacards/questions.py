"""The questions of Datasheets for Datasets (Gebru et al., CACM 64(12), 2021), in short words of our own.

`key` names the question in a recipe's `datasheet` section; `hc4` answers what it measured under the same key.
"""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    """One question, and the key its answer is given under."""

    key: str
    words: str


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
            Question("purpose", "What was it made for?"),
            Question("creators", "Who made it, and on whose behalf?"),
            Question("funding", "Who paid for it?"),
        ),
    ),
    Section(
        "composition",
        "Composition",
        (
            Question("instances", "What does one instance stand for?"),
            Question("counts", "How many instances are there, of each kind?"),
            Question("sample", "Is it everything, or a sample of something larger?"),
            Question("content", "What does one instance consist of?"),
            Question("labels", "Does an instance have a label or target?"),
            Question("missing", "Is information missing from instances?"),
            Question("relations", "Are relations between instances made explicit?"),
            Question("splits", "Are splits recommended?"),
            Question("errors", "Are there errors, noise or redundancies?"),
            Question("self_contained", "Does it stand alone, or lean on things elsewhere?"),
            Question("confidential", "Does it hold confidential data?"),
            Question("offensive", "Does it hold text that may offend or distress?"),
            Question("people", "Does it relate to people?"),
            Question("subpopulations", "Which groups of people does it name, and how often?"),
            Question("identification", "Can a person be identified from it?"),
            Question("sensitive", "Does it hold sensitive data, such as health data?"),
        ),
    ),
    Section(
        "collection",
        "Collection",
        (
            Question("acquisition", "How was each instance acquired?"),
            Question("mechanisms", "With which tools, and how were they checked?"),
            Question("sampling", "If a sample, drawn how?"),
            Question("collectors", "Who collected it, and how were they paid?"),
            Question("timeframe", "From when is the collection, and from when its content?"),
            Question("ethics_review", "Was there an ethical review?"),
            Question("third_parties", "Did it come from the people concerned, or through others?"),
            Question("notice", "Were the people concerned told?"),
            Question("consent", "Did they consent?"),
            Question("revocation", "Can they take consent back?"),
            Question("impact", "Was the effect on them analysed?"),
        ),
    ),
    Section(
        "preprocessing",
        "Preprocessing",
        (
            Question("steps", "What was cleaned, removed or changed?"),
            Question("raw_data", "Was the raw data kept?"),
            Question("software", "Is the software available?"),
        ),
    ),
    Section(
        "uses",
        "Uses",
        (
            Question("past", "What has it been used for?"),
            Question("repository", "Where are its uses listed?"),
            Question("other", "What else could it be used for?"),
            Question("cautions", "Does its making limit its use?"),
            Question("out_of_scope", "What should it not be used for?"),
        ),
    ),
    Section(
        "distribution",
        "Distribution",
        (
            Question("parties", "Will it be given to others?"),
            Question("channel", "How is it distributed, and has it an identifier?"),
            Question("date", "From when?"),
            Question("licence", "Under which licence or terms?"),
            Question("third_party_rights", "Do others hold rights in its instances?"),
            Question("regulation", "Do export controls or other rules apply?"),
        ),
    ),
    Section(
        "maintenance",
        "Maintenance",
        (
            Question("maintainer", "Who looks after it?"),
            Question("contact", "How can they be reached?"),
            Question("errata", "Is there an erratum?"),
            Question("updates", "Will it be updated?"),
            Question("retention", "Are there limits on keeping data about people?"),
            Question("old_versions", "Will older versions be kept?"),
            Question("contributions", "Can others add to it?"),
        ),
    ),
)


def keys() -> dict[str, tuple[str, ...]]:
    """Section key -> question keys: what a recipe's `datasheet` section may answer."""
    return {section.key: tuple(question.key for question in section.questions) for section in SECTIONS}
