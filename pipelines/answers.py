"""What people answer to the datasheet: in the recipe, or in a file that is reviewed like code.

motivation:
  creators: {value: "The group of ...", by: "A. Reviewer", date: 2026-11-27}
  funding: "Grant 123"            # a plain string is an answer, too: nobody signs it
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, RootModel, StringConstraints, Tag

from corpus.errors import RecipeError
from datacards.datasheet import unanswered
from datacards.questions import keys
from pipelines.locations import resolve_location
from pipelines.yaml_recipe import Checks, checked

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Answer(BaseModel):
    """A signed answer: who says so, and since when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Words
    by: Words
    date: date


Answers = dict[str, dict[str, str | dict[str, str]]]
"""By section and question: words, or `value`, `by` and `date` (ISO 8601)."""


def _kind(given: object) -> str:
    return "signed" if isinstance(given, (dict, Answer)) else "words"


def _place(given: object) -> str:
    return "file" if isinstance(given, str) else "answers"


Said = Annotated[Annotated[str, Tag("words")] | Annotated[Answer, Tag("signed")], Discriminator(_kind)]
BySection = dict[str, dict[str, Said]]
Given = Annotated[Annotated[str, Tag("file")] | Annotated[BySection, Tag("answers")], Discriminator(_place)]
"""What a recipe says under `datasheet`: the location of a file, or the answers themselves."""


class AnswersFile(RootModel[BySection]):
    """A file of answers by section and question."""


def check_questions(answers: Mapping[str, Mapping[str, object]]) -> None:
    """Every section and question must be one of the datasheet's.

    Raises:
        ValueError: one is not, and which there are.
    """
    known = keys()
    for section, given in answers.items():
        if section not in known:
            raise ValueError(f"datasheet has no section {section!r}; it has {', '.join(known)}")
        if unknown := sorted(set(given) - set(known[section])):
            raise ValueError(f"datasheet.{section} has no question {unknown[0]!r}; it has {', '.join(known[section])}")


def _asked(file: AnswersFile) -> Checks:
    for section, given in file.root.items():
        for question in given or ("",):
            yield (section, question), partial(_known, section, question)


def _known(section: str, question: str) -> None:
    try:
        check_questions({section: {question: ""} if question else {}})
    except ValueError as error:
        raise RecipeError(str(error)) from None


def answers_of(given: str | BySection, root: Path) -> Answers:
    """The recipe's answers, read from their file where they have one.

    Raises:
        RecipeError: the file cannot be read, or is not made of answers, with `file:line`.
    """
    if isinstance(given, str):
        given = checked(Path(resolve_location(given, root)), AnswersFile, _asked).root
    return {
        section: {
            question: words if isinstance(words, str) else words.model_dump(mode="json")
            for question, words in one.items()
        }
        for section, one in given.items()
    }


def waiting(description: str, answers: Answers) -> tuple[str, ...]:
    """Questions, as `section.question`, that wait for a person (`datacards.datasheet.unanswered`)."""
    return unanswered({"description": description, "datasheet": answers})
