"""The mapping of documents to conversations: typed YAML. Of its rules the first that fits a document takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from corpus.digest import Json, digest
from manifests.strict import Strict
from pipelines.yaml_recipe import checked
from shards.instructions.messages import Conversation, Role, Skipped, question_answer, stated, turns

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Rule(Strict):
    name: Word
    doc_types: tuple[Word, ...] = ()
    """Empty means any; so do `sources`."""
    sources: tuple[Word, ...] = ()

    def fits(self, source: str, doc_type: str) -> bool:
        """Whether the rule takes documents of a source and type."""
        return (not self.sources or source in self.sources) and (not self.doc_types or doc_type in self.doc_types)


class QuestionAnswer(_Rule):
    """The first paragraph is the question, the rest the answer."""

    kind: Literal["question_answer"]

    def conversation(self, text: str) -> Conversation | Skipped:
        """See `shards.instructions.messages.question_answer`."""
        return question_answer(text)


class Turns(_Rule):
    """Lines `Speaker: words`."""

    kind: Literal["turns"]
    speakers: dict[Word, Role]
    opening: Word | None = None

    @model_validator(mode="after")
    def _both_speak(self) -> Self:
        if {"user", "assistant"} - set(self.speakers.values()):
            raise ValueError("speakers must name a user and an assistant")
        if "system" in self.speakers.values():
            raise ValueError("a speaker is a user or an assistant")
        return self

    def conversation(self, text: str) -> Conversation | Skipped:
        """See `shards.instructions.messages.turns`."""
        return turns(text, self.speakers, self.opening)


class Stated(_Rule):
    """Messages under lines `System:`, `User:` and `Assistant:`."""

    kind: Literal["messages"]

    def conversation(self, text: str) -> Conversation | Skipped:
        """See `shards.instructions.messages.stated`."""
        return stated(text)


Rule = Annotated[QuestionAnswer | Turns | Stated, Field(discriminator="kind")]


class Mapping(Strict):
    """A whole mapping."""

    name: Word
    template: Literal["mistral"] = "mistral"
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("two rules have one name")
        return self

    def rule_for(self, source: str, doc_type: str) -> QuestionAnswer | Turns | Stated | None:
        """The first rule that fits."""
        return next((rule for rule in self.rules if rule.fits(source, doc_type)), None)

    @property
    def understood(self) -> dict[str, Json]:
        """All of it, defaults filled in. The order of speakers counts, which canonical JSON does not keep."""
        whole: dict[str, Json] = self.model_dump(mode="json")
        order = {rule.name: list(rule.speakers) for rule in self.rules if isinstance(rule, Turns)}
        return whole | {"speaker_order": order}

    @property
    def sha256(self) -> str:
        """Digest of what is understood."""
        return digest(self.understood)


def load_mapping(path: Path) -> Mapping:
    """A mapping.

    Raises:
        RecipeError: every mistake found, each with `file:line`.
    """
    return checked(path, Mapping)
