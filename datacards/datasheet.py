"""The datasheet's answers: what the manifest measured, what the recipe states, a plain word where neither speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from datacards.measured import MEASURED
from datacards.questions import SECTIONS, Question, Section
from datacards.text import Markdown, code, markdown
from datacards.views import View, recipe_part


class Badge(StrEnum):
    """Where an answer comes from."""

    MEASURED = "measured"
    BOTH = "measured and stated"
    STATED = "stated"
    MISSING = "NOT STATED"

    @property
    def sign(self) -> str:
        """The badge as one character, beside its words."""
        return {"measured": "●", "measured and stated": "◐", "stated": "○"}.get(self.value, "✗")


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with what is known. At least one of the two texts is None only if the badge says so."""

    question: Question
    badge: Badge
    measured: Markdown | None
    stated: Markdown | None


@dataclass(frozen=True, slots=True)
class AnsweredSection:
    """A section with its answers, in the paper's order."""

    section: Section
    answers: tuple[Answered, ...]


def datasheet(view: View) -> tuple[AnsweredSection, ...]:
    """Every question of every section, answered or not."""
    return tuple(
        AnsweredSection(section, tuple(_answer(view, section, question) for question in section.questions))
        for section in SECTIONS
    )


def tally(sections: tuple[AnsweredSection, ...]) -> tuple[tuple[Badge, int], ...]:
    """Answers by badge, in the order of `Badge`."""
    badges = [answer.badge for section in sections for answer in section.answers]
    return tuple((badge, badges.count(badge)) for badge in Badge)


def _answer(view: View, section: Section, question: Question) -> Answered:
    function = MEASURED.get((section.key, question.key))
    measured = function(view) if function else None
    stated = _stated(view, section, question)
    if measured and stated:
        badge = Badge.BOTH
    elif measured:
        badge = Badge.MEASURED
    else:
        badge = Badge.STATED if stated else Badge.MISSING
    return Answered(question, badge, Markdown(measured) if measured else None, stated)


def _stated(view: View, section: Section, question: Question) -> Markdown | None:
    """The recipe's `datasheet` section, or the part of a recipe that answers the question under another name."""
    words = recipe_part(view.manifest.recipe, "datasheet", section.key, question.key)
    if isinstance(words, str) and words.strip():
        return markdown(words)
    function = _RECIPE.get((section.key, question.key))
    return function(view) if function else None


def _description(view: View) -> Markdown | None:
    described = view.manifest.description.strip()
    return Markdown(f"The recipe describes it so: {markdown(described)}") if described else None


def _policies(view: View) -> Markdown | None:
    policies = sorted(view.manifest.privacy.policies.items())
    if not policies:
        return None
    named = ", ".join(f"{code(source)}: {code(policy)}" for source, policy in policies)
    return Markdown(f"What each source is expected to hold, as its PHI policy: {named}.")


def _licence(view: View) -> Markdown:
    manifest = view.manifest
    return Markdown(f"Profile {code(manifest.licence_profile)}: {markdown(manifest.licence_statement)}")


def _publishers(view: View) -> Markdown | None:
    """Publishers are the recipe's word; how their files were fetched nobody states."""
    named = [
        f"{markdown(one.source.title or one.source.name)} from {markdown(one.source.publisher)}"
        for one in view.sources
        if one.source.publisher
    ]
    return Markdown(f"As files published by others: {'; '.join(named)}.") if named else None


_RECIPE: dict[tuple[str, str], Callable[[View], Markdown | None]] = {
    ("motivation", "purpose"): _description,
    ("composition", "confidential"): _policies,
    ("collection", "acquisition"): _publishers,
    ("distribution", "licence"): _licence,
}
"""What other parts of a recipe answer, where its `datasheet` section does not."""
