"""Names that surrogates are taken from, and what a name is: given or family, a woman's or a man's.

Both from the lists of the 1990 US Census in the package `names`. No surrogate is a word of the dictionary (Hunspell's
en_US, package `spylls`) or an eponym of medicine, so that no sentence reads another way for it; given names are those
that one sex bears four times as often as the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from filters.phi.surrogates.vocabulary import words

INITIALS: Final = "ABCDEFGHJKLMNRSTW"
"""Letters with which enough names of every list begin."""
_RANKS: Final = {"all.last": 8000, "male.first": 1219, "female.first": 2200}
"""How far down each list, which is sorted by frequency, is read; below are frequencies of 0.001 % and less."""
_COMMONEST: Final = 200
"""Family names that are too common to stand for another: the original may well be among them."""


class Census(NamedTuple):
    """Names in lower case."""

    surnames: Mapping[str, tuple[str, ...]]
    """Surrogates for family names, by initial."""
    given: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Surrogates for given names, by sex (`female`, `male`) and initial."""
    sex: Mapping[str, str]
    """Sex that mostly bears a name, of names that are rather given than family names."""
    surrogates: frozenset[str]
    """All that may stand for a name."""
    listed: frozenset[str]
    """Every name that was read."""


def _frequencies(name: str, ranks: int) -> dict[str, float]:
    """Share in percent of each name."""
    found: dict[str, float] = {}
    with (files("names") / name).open(encoding="ascii") as lines:
        for line, _ in zip(lines, range(ranks), strict=False):
            word, share = line.split()[:2]
            found[word.lower()] = float(share)
    return found


def _dictionary() -> set[str]:
    """Words that are written with a small letter."""
    text = (files("spylls.hunspell") / "data" / "en" / "en_US.dic").read_text(encoding="utf-8")
    return {line.split("/")[0].strip() for line in text.split("\n") if line[:1].islower()}


def _by_initial(found: list[str]) -> dict[str, tuple[str, ...]]:
    return {initial: tuple(name for name in found if name[0] == initial.lower()) for initial in INITIALS}


@cache
def census() -> Census:
    """The lists, read once a process."""
    last, male, female = (_frequencies(f"dist.{name}", ranks) for name, ranks in _RANKS.items())
    dictionary = _dictionary()

    def fit(name: str) -> bool:
        known = name in dictionary or name.removesuffix("s") in dictionary or name in words("eponym")
        return 4 <= len(name) <= 9 and not known and name[:2] != "mc" and any(vowel in name for vowel in "aeiouy")

    surnames = [name for name in list(last)[_COMMONEST:] if fit(name) and name not in male and name not in female]
    given = {
        "female": [name for name, share in female.items() if fit(name) and share > 4 * male.get(name, 0.0)],
        "male": [name for name, share in male.items() if fit(name) and share > 4 * female.get(name, 0.0)],
    }
    sex = {
        name: "female" if female.get(name, 0.0) > male.get(name, 0.0) else "male"
        for name in (*male, *female)
        if max(male.get(name, 0.0), female.get(name, 0.0)) >= last.get(name, 0.0)
    }
    return Census(
        _by_initial(surnames),
        {each: _by_initial(found) for each, found in given.items()},
        sex,
        frozenset(name for name in (*surnames, *given["female"], *given["male"]) if name[0].upper() in INITIALS),
        frozenset((*last, *male, *female)),
    )
