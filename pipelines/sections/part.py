"""What every section is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from corpus.assets import ASSETS
from pipelines.locations import ASSET, is_asset

NAME = r"^[a-z][a-z0-9_]{0,62}$"
"""Form of the names that a recipe gives."""


def _local(value: str) -> str:
    if value.startswith(ASSET) and not is_asset(value):
        raise ValueError(f"no such asset; known: {', '.join(sorted(ASSETS))}")
    return value


Location = Annotated[str, Field(min_length=1), AfterValidator(_local)]


class Part(BaseModel):
    """A section of a recipe: unknown keys are errors, values are final."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def not_asked(value: object) -> bool:
    """For fields that are younger than the first snapshots: recipes that do not ask for them keep their digest."""
    return value is None
