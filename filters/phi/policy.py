"""What is looked for in which class of document, and what becomes of it: `policies/*.yaml`, one file a class."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from corpus.errors import RecipeError

_DIRECT = ("PHONE", "FAX", "EMAIL", "SSN", "IP", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENCE")
_CLINICAL = ("VEHICLE", "DEVICE", "BIOMETRIC", "PHOTO", "OTHER_ID")
_OF_PATTERNS = {"direct": _DIRECT, "clinical": _CLINICAL, "record": ("URL",)}
_PLACES = ("GEO", "ADDRESS", "ZIP", "HOSPITAL")


class Policy(BaseModel):
    """How documents of one class are screened."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    covers: str
    """Which documents it is for, and why it asks for what it asks for."""
    doc_types: tuple[str, ...]
    """Types of document that are screened by it, where a source names no policy of its own."""
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
    toll_free: Literal["replace", "keep"] = "replace"
    """Telephone numbers that are free to call: an organisation's, which may be what a text is there to tell."""
    undecided: Literal["rules", "presidio"] = "rules"
    """Who decides about words that no rule and no list decides: `rules` lets them stand."""
    replace: Literal["placeholder", "surrogate"] = "placeholder"
    """What stands for an identifier; surrogates need a key, without one there are placeholders."""
    genres: dict[str, str] = {}
    """Policies of documents of some kinds of publication, where a source holds several."""

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of identifier that the policy looks for (`filters.phi.classes.KINDS`)."""
        asked = [_OF_PATTERNS.get(group, ()) for group in self.patterns]
        asked += [("NAME",) * (self.names != "no"), _PLACES * self.places, ("DATE",) * self.dates, ("AGE",) * self.ages]
        return frozenset(kind for kinds in asked for kind in kinds)


BY_TYPE = "by_type"
"""Stands for a policy: that of each document's type."""
_OTHERS = "web"
"""Policy of types that no policy names: of a text of no known kind, what reaches a person goes, and cued names."""


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
        raise RecipeError(f"unknown PHI policy {name!r}; known: {BY_TYPE}, {', '.join(policy_names())}")
    text = (files(__package__) / "policies" / f"{name}.yaml").read_text(encoding="utf-8")
    return Policy(name=name, **yaml.safe_load(text))


@lru_cache(4096)  # types and genres are words of the data
def policy_of(name: str, doc_type: str, genre: str | None = None) -> str:
    """The policy that a document of a source with policy `name` is screened by.

    Raises:
        RecipeError: unknown policy.
    """
    if name == BY_TYPE:
        name = _types().get(doc_type, _OTHERS)
    return load_policy(name).genres.get(genre or "", name)


@cache
def policies_of(name: str, doc_types: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Every policy that documents of a source with policy `name` may be screened by, sorted.

    `doc_types` are all types that its documents can have, if that is known.

    Raises:
        RecipeError: unknown policy.
    """
    first: Iterable[str] = (name,)
    if name == BY_TYPE:
        first = {_types().get(kind, _OTHERS) for kind in doc_types} if doc_types else policy_names()
    return tuple(sorted({each for one in first for each in (one, *load_policy(one).genres.values())}))


@cache
def _types() -> dict[str, str]:
    return {each: name for name in policy_names() for each in load_policy(name).doc_types}
