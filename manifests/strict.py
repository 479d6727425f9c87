"""What every part of a manifest is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Unknown fields are errors; values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)
