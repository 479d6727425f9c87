"""The datasheet's answers: what the manifest measured, what the recipe states, a plain word where neither speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from corpus.digest import Json
from datacards.measured import MEASURED
from datacards.questions import SECTIONS, Fill, Question, Section
from datacards.text import Markdown, code, markdown, one_line
from datacards.views import View, recipe_part

NOT_STATED = "NOT STATED"
"""What stands where nobody answers. Nothing is made up to fill a gap."""


class Badge(StrEnum):
    """Where an answer comes from."""

    MEASURED = "measured"
    BOTH = "measured and stated"
    STATED = "stated"
    MISSING = NOT_STATED

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
    signed: Markdown | None = None
    """Who stated it, and when, where the answer says so."""
    unmeasured: Markdown | None = None
    """Why nothing is measured, where one may expect it."""


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


def statement(recipe: Json, section: str, question: str) -> tuple[str, str | None] | None:
    """A person's words on a question, and `by, date` if the answer is signed; None if the recipe has no words.

    An answer is a string, or a mapping of `value`, `by` and `date`.
    """
    given = recipe_part(recipe, "datasheet", section, question)
    by = None
    if isinstance(given, Mapping):
        named = [given[key] for key in ("by", "date") if isinstance(given.get(key), str)]
        by = ", ".join(one_line(str(each)) for each in named) or None
        given = given.get("value")
    return (given, by) if isinstance(given, str) and given.strip() else None


def unanswered(recipe: Json) -> tuple[str, ...]:
    """Questions, as `section.question`, that wait for a person: only a person can answer, and the recipe has no words.

    Also those that are to be measured, with a person's word beside it, where nothing is measured.
    """
    return tuple(
        f"{section.key}.{question.key}"
        for section in SECTIONS
        for question in section.questions
        if question.fill is Fill.PERSON or (question.fill is Fill.BOTH and (section.key, question.key) in UNMEASURED)
        if statement(recipe, section.key, question.key) is None
        if not ((section.key, question.key) == ("motivation", "purpose") and _words(recipe, "description"))
    )


def _words(recipe: Json, key: str) -> str:
    found = recipe_part(recipe, key)
    return found.strip() if isinstance(found, str) else ""


def _answer(view: View, section: Section, question: Question) -> Answered:
    function = MEASURED.get((section.key, question.key))
    measured = function(view) if function else None
    given = statement(view.manifest.recipe, section.key, question.key)
    stated = markdown(given[0]) if given else _stated(view, section, question)
    signed = markdown(given[1]) if given and given[1] else None
    if measured and stated:
        badge = Badge.BOTH
    elif measured:
        badge = Badge.MEASURED
    else:
        badge = Badge.STATED if stated else Badge.MISSING
    absent = UNMEASURED.get((section.key, question.key)) if measured is None else None
    words = Markdown(measured) if measured else None
    return Answered(question, badge, words, stated, signed, Markdown(absent) if absent else None)


def _stated(view: View, section: Section, question: Question) -> Markdown | None:
    """The part of a recipe that answers the question under another name."""
    function = _RECIPE.get((section.key, question.key))
    return function(view) if function else None


def _description(view: View) -> Markdown | None:
    described = view.manifest.description.strip()
    return Markdown(f"The recipe describes it so: {markdown(described)}") if described else None


def _policies(view: View) -> Markdown | None:
    sources: dict[str, list[str]] = {}
    for source, policy in sorted(view.manifest.privacy.policies.items()):
        sources.setdefault(policy, []).append(code(source))
    if not sources:
        return None
    named = "; ".join(f"{code(policy)} for {', '.join(names)}" for policy, names in sorted(sources.items()))
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


def _third_parties(view: View) -> Markdown | None:
    """Every source is a collection that others published; who they are the recipe says, or nobody."""
    unnamed = [code(one.source.name) for one in view.sources if not one.source.publisher]
    if not view.sources or len(unnamed) == len(view.sources):
        return None
    rest = f" Of {', '.join(unnamed)} no publisher is named." if unnamed else ""
    return Markdown(f"Through others: each source is a collection that its publisher made.{rest}")


_RECIPE: dict[tuple[str, str], Callable[[View], Markdown | None]] = {
    ("motivation", "purpose"): _description,
    ("composition", "confidential"): _policies,
    ("collection", "acquisition"): _publishers,
    ("collection", "third_parties"): _third_parties,
    ("distribution", "licence"): _licence,
}
"""What other parts of a recipe answer, where its `datasheet` section does not."""

UNMEASURED: dict[tuple[str, str], str] = {
    ("composition", "offensive"): (
        "Not measured: no lexicon or model of offensive or distressing text is part of the build. Medical text tells "
        "of illness, injury, violence and death."
    ),
}
"""Questions of which the build could measure something and does not, and what is to be said of that."""
