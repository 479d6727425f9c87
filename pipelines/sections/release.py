"""The release: tokens, splits, shards, and what people said of samples."""

from __future__ import annotations

from pydantic import Field

from pipelines.sections.part import NAME, Location, Part


class CountRecipe(Part):
    """A tokenizer to count the released text with: a count a document, beside each shard."""

    name: str = Field(pattern=NAME)
    tokenizer: Location
    store: bool = False
    """Whether its token ids are stored there, too."""


class SplitRecipe(Part):
    """Held-out documents, chosen by duplicate group."""

    validation_share: float = Field(0.03, ge=0, lt=1)


class ShardRecipe(Part):
    """How the released Parquet is cut."""

    tokens: int = Field(25_000_000, ge=1)
    """Tokens a shard, about."""
    row_group_tokens: int = Field(500_000, ge=1)


class AuditRecipe(Part):
    """What people said of this snapshot, or of one before it."""

    verdicts: tuple[Location, ...] = ()
    """Files of verdicts on samples, as `hc4 review` writes them: the manifest states what they amount to."""
