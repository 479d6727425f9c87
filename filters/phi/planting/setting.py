"""What all values of one planted sentence share: where it is set, who it is about, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from filters.phi.planting.chance import Chance

LOCALES: Final = ("US", "UK", "ES", "FR", "IT", "DE", "IN")
"""Countries whose forms of names, numbers and dates are planted."""


class Value(NamedTuple):
    """One identifier."""

    text: str
    form: str
    """Which of the ways to write its class this is: `surname`, `iso`, `spoken`."""
    origin: str = "made"
    """`made` by rule, so that no list holds it; `common`, an ordinary name; `real`, a place that exists."""
    cue: str = ""
    """What such a value is called, in English: "MRN", "fingerprint template"."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, with names of one locale."""

    female: bool
    first: str
    middle: str
    last: str
    origin: str


@dataclass(slots=True)
class Setting:
    """The sentence's locale, language and people. `spoken`: values are said, not written."""

    locale: str
    language: str
    spoken: bool
    people: dict[int, Person] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def american(self) -> bool:
        """Months before days, and so on."""
        return self.locale == "US"


@cache
def parts(name: str) -> Mapping[str, Any]:
    """Parts that values are made of (`name_parts`, `place_parts`)."""
    import yaml

    loaded: dict[str, Any] = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def _unlike(name: str) -> frozenset[str]:
    return frozenset(parts(name)["unlike"])


def made(name: str, pieces: Sequence[Sequence[str]], chance: Chance) -> str:
    """A beginning and an ending of `pieces`, joined; a letter that both have at the seam is written once.

    `name` is the file of the pieces: what it lists as `unlike` is drawn again.
    """
    beginnings, endings = pieces
    while True:
        beginning, ending = chance.pick(beginnings), chance.pick(endings)
        whole = beginning + (ending[1:] if beginning[-1:] == ending[:1] else ending)
        if whole not in _unlike(name):
            return whole
