"""What a request asks to take out, in the words of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from corpus.errors import RecipeError
from dedup.identity import KINDS, normalised
from manifests.takedowns import BLOCKED
from pipelines.yaml_recipe import Checks, checked

SELECTORS = ("doc_id", *KINDS, "source", "licence")
"""What documents can be named by, in this order."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$", max_length=200)]
Values = tuple[Line, ...]


class Request(BaseModel):
    """A request to take documents down. Published with the snapshot: name no persons in it.

    request_id: 2026-17
    reason: withdrawn by the publisher
    date: 2026-11-27
    doi: ["10.1000/182"]
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    request_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    reason: Line
    day: Annotated[date | None, Field(alias="date")] = None
    doc_id: Values = ()
    pmid: Values = ()
    pmcid: Values = ()
    doi: Values = ()
    nct: Values = ()
    openalex: Values = ()
    s2: Values = ()
    setid: Values = ()
    source: Values = ()
    licence: Values = ()
    """SPDX expressions, as `licence_spdx` has them."""

    @model_validator(mode="after")
    def _names_something(self) -> Request:
        if not any(getattr(self, name) for name in SELECTORS):
            raise ValueError(f"names no document; it can name them by {', '.join(SELECTORS)}")
        if self.reason == BLOCKED:
            raise ValueError(f"{BLOCKED!r} is what a build says of documents that it leaves out; say why")
        return self

    def wanted(self) -> dict[str, dict[str, str]]:
        """By selector that names something: what is compared, and as it was written.

        Raises:
            RecipeError: a value is no identifier of its kind.
        """
        found = {}
        for name in SELECTORS:
            values = getattr(self, name)
            if values:
                found[name] = dict(zip(_compared(name, values), values, strict=True))
        return found


def load_request(path: Path) -> Request:
    """A request from its file.

    Raises:
        RecipeError: every mistake found, each with `file:line`.
    """
    return checked(path, Request, _no_checks)


def _no_checks(request: Request) -> Checks:
    yield ("doc_id",), request.wanted


def _compared(name: str, values: Iterable[str]) -> list[str]:
    written = list(values)
    if name not in KINDS:
        return written
    found = pl.DataFrame({name: pl.Series(written, dtype=pl.String)}).select(normalised(name))[name].to_list()
    for value, one in zip(written, found, strict=True):
        if one is None:
            raise RecipeError(f"{value!r} is no {name}")
    return found
