"""What is looked for in which class of document, and what becomes of it: `policies/*.yaml`, one file a class."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from corpus.errors import RecipeError


class Policy(BaseModel):
    """How documents of one class are screened."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    covers: str
    """Which documents it is for, and why it asks for what it asks for; in the datasheet."""
    patterns: tuple[str, ...]
    """Groups of patterns (`filters.phi.patterns.GROUPS`)."""
    names: Literal["no", "cued", "all"] = "no"
    """`cued`: names that a title, a label or a phrase gives away ("Mr X", "named X"), and these again wherever they
    stand; `all`: also those that only lists of names know."""
    letters: Literal["written", "any"] = "written"
    """`any`: a transcript of speech, where names and places may be in lower case and numbers in words."""
    places: bool = False
    """Places below state: towns, addresses, ZIP codes, hospitals."""
    dates: bool = False
    """Dates but for their year."""
    ages: bool = False
    """Ages over 89."""
    undecided: Literal["rules", "presidio"] = "rules"
    """Who decides about words that no rule and no list decides: `rules` lets them stand."""
    replace: Literal["placeholder", "surrogate"] = "placeholder"
    """What stands for an identifier; surrogates need a key, without one there are placeholders."""
    genres: dict[str, str] = {}
    """Policies of documents of some kinds of publication, where a source holds several."""


@cache
def policy_names() -> tuple[str, ...]:
    """Every policy that is shipped, sorted."""
    folder = files(__package__) / "policies"
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))


@cache
def load_policy(name: str) -> Policy:
    """The policy called `name`.

    Raises:
        RecipeError: unknown policy.
    """
    import yaml

    if name not in policy_names():
        raise RecipeError(f"unknown PHI policy {name!r}; known: {', '.join(policy_names())}")
    text = (files(__package__) / "policies" / f"{name}.yaml").read_text(encoding="utf-8")
    return Policy(name=name, **yaml.safe_load(text))
