"""The release: tokens, splits, shards, and what people said of samples."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from pipelines.sections.part import NAME, Location, Part, not_asked


class CountRecipe(Part):
    """A tokenizer to count the released text with: a count a document, beside each shard."""

    name: str = Field(pattern=NAME)
    tokenizer: Location
    store: bool = False
    """Whether its token ids are stored there, too."""


def _day(value: object) -> object:
    """YAML reads 2021 as a number and 2021-06-30 as a date."""
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, int) else value


_DATE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
_MOST = 0.1


class SplitRecipe(Part):
    """Held-out documents, chosen by duplicate group (`pipelines.splits`)."""

    validation_share: float = Field(0.03, ge=0, lt=1)
    """Share of the groups that are held out, unless tokens are stated."""
    validation_tokens: int | None = Field(None, ge=0, exclude_if=not_asked)
    """Tokens of each source to hold out, about, whatever its size: so every source has a perplexity. A source may state
    its own number."""
    validation_most: float = Field(_MOST, gt=0, lt=1, exclude_if=lambda most: most == _MOST)
    """Share of a source's tokens that `validation_tokens` may take: a small source is not for validation alone."""
    after: Annotated[str | None, BeforeValidator(_day)] = Field(None, pattern=_DATE, exclude_if=not_asked)
    """Year, month or day. Groups of which nothing was published before are held out as `validation_time`. What has no
    date may be older, and stays with the rest."""

    @model_validator(mode="after")
    def _makes_sense(self) -> SplitRecipe:
        if self.validation_tokens is not None and "validation_share" in self.model_fields_set:
            raise ValueError("state validation_share or validation_tokens, not both")
        return self


class ShardRecipe(Part):
    """How the released Parquet is cut."""

    tokens: int = Field(25_000_000, ge=1)
    """Tokens a shard, about."""
    row_group_tokens: int = Field(500_000, ge=1)


class AuditRecipe(Part):
    """What people said of this snapshot, or of one before it."""

    verdicts: tuple[Location, ...] = ()
    """Files of verdicts on samples, as `hc4 review` writes them: the manifest states what they amount to."""
