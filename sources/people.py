"""Identifiers of people in the forms in which a text would name them, for `Document.known_values`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sources.text import one_line

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_FEW_DIGITS = re.compile(r"\d{1,3}")
_SCHEME = re.compile(r"^(?:tel|fax|mailto|sms|callto):\s*", re.I)
_TITLES = frozenset(
    {"dr", "mr", "mrs", "ms", "miss", "prof", "rev", "sir", "md", "phd", "do", "rn", "np", "pa", "jr", "sr", "ii",
     "iii", "iv", "dds", "dmd", "mph", "esq", "esquire", "hon", "lcsw", "pharmd"}
)  # fmt: skip
# Words that made-up and absent names are built from, and particles: alone they would match any text.
_ANY_TEXT = frozenset(
    {"patient", "doctor", "nurse", "physician", "provider", "clinician", "mother", "father", "parent", "baby", "infant",
     "boy", "girl", "male", "female", "test", "sample", "example", "one", "two", "three", "four", "first", "second",
     "de", "la", "las", "los", "del", "da", "das", "do", "dos", "di", "du", "des", "le", "van", "von", "der", "den",
     "of", "the", "and", "y", "e", "al", "el", "bin", "ibn"}
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ABSENT = frozenset({"unknown", "none", "n/a", "na", "null", "unk", "nobody", "not available", "undefined", '""', "-"})


class People:
    """Gathers values once each, in the order in which they are stated.

    Nothing stated is dropped but a value of one character, a number of three digits or less (a dose would match it), a
    year of birth alone (45 CFR 164.514(b)(2) lets years
    stand), and words that say a value is absent. Two letters of a
    state, titles (`Dr.`), particles (`van`) and words such as `Patient` are given only inside the whole address or
    name: alone they would match any text.
    """

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self._found)

    def add(self, *values: str | None) -> None:
        """Values as they stand: record numbers, account numbers, e-mail addresses."""
        for value in values:
            try:
                words = one_line(value or "")
            except UnicodeEncodeError:  # a lone surrogate is in no text
                continue
            if words and len(words) > 1 and words.casefold() not in _ABSENT and not _FEW_DIGITS.fullmatch(words):
                self._found[words] = None

    def name(self, given: Iterable[str | None], family: str | None, whole: str | None = None) -> None:
        """A person: the whole name, given and family name together, and each name alone."""
        first = [part for one in given if (part := _words(one)) and part.casefold() not in _ABSENT]
        last = _words(family)
        self.add(whole, " ".join([*first, last]))
        if first and last:
            self.add(f"{first[0]} {last}", f"{last}, {' '.join(first)}")
        for part in [*first, last]:
            self._alone(part)

    def phrase(self, whole: str | None) -> None:
        """A person's name in one string: `Dr. Ann Lee, MD`, `Lee, Ann`."""
        words = _words(whole)
        parts = [part for one in re.split(r"[\s,]+", words) if (part := one.strip("()\"'"))]
        bare = [part for part in parts if not _is_title(part)]
        self.add(words, " ".join(bare))
        for part in bare:
            self._alone(part)

    def _alone(self, part: str) -> None:
        """A part of a name, where it tells anything by itself."""
        if not _is_title(part) and len(part.rstrip(".")) > 1 and part.casefold() not in _ANY_TEXT:
            self.add(part)

    def telecom(self, value: str | None) -> None:
        """A phone or fax number, an e-mail or web address, without its scheme."""
        self.add(_SCHEME.sub("", _words(value)))

    def address(
        self,
        lines: Iterable[str | None],
        city: str | None,
        state: str | None,
        postal: str | None,
        text: str | None = None,
    ) -> None:
        """An address: as one line, and its street lines, city and postal code alone."""
        street = [part for one in lines if (part := _words(one))]
        town = " ".join(part for part in (_words(state), _words(postal)) if part)
        place = ", ".join(part for part in (_words(city), town) if part)
        if street and place:
            self.add(f"{', '.join(street)}, {place}")
        self.add(text, *street, _words(city), _words(postal))
        if city and state:
            self.add(f"{_words(city)}, {_words(state)}")

    def birth(self, value: str | None) -> None:
        """A date of birth as stated and, where it has a day, in the ways it is written."""
        found = _DAY.match(value or "")
        if found is None:
            if value and len(value) > 4:
                self.add(value)
            return
        year, month, day = found.groups()
        self.add(
            f"{year}-{month}-{day}", f"{year}{month}{day}", f"{month}/{day}/{year}", f"{int(month)}/{int(day)}/{year}"
        )
        if 1 <= int(month) <= 12:
            name = _MONTHS[int(month) - 1]
            self.add(f"{name} {int(day)}, {year}", f"{name[:3]} {int(day)}, {year}", f"{int(day)} {name} {year}")


def _words(value: str | None) -> str:
    return " ".join((value or "").split())


def _is_title(word: str) -> bool:
    return word.replace(".", "").casefold() in _TITLES
