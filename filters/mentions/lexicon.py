"""The lexicon of mentions: what `lexicon.yaml` says, checked, and as the arrays that the kernel reads."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from importlib.resources import files
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict

MOST_GROUPS: Final = 32
"""Groups are bits of a uint32."""
AGE_SETS: Final = (
    *("age_word", "age_of", "year_unit", "month_unit", "week_unit", "day_unit", "old_word", "less", "more", "than"),
    *("range", "animal", "thing_of_age"),
)
"""Sets that reading an age needs, at these places: the last two speak of ages that are nobody's."""
_UNLESS, _NEEDS = 0, 1


class Rule(BaseModel):
    """Terms that count by their neighbours: word set -> reach in words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    terms: tuple[str, ...]
    case: Literal["any", "upper"] = "any"
    unless_left: dict[str, int] = {}
    unless_right: dict[str, int] = {}
    needs_left: dict[str, int] = {}
    needs_right: dict[str, int] = {}


class Named(BaseModel):
    """What one group or concept is called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[str, ...] = ()
    """Terms that count wherever they stand."""
    where: tuple[Rule, ...] = ()

    def rules(self) -> Iterator[tuple[Rule, tuple[str, ...]]]:
        """Each rule with each of its phrases, alternatives written out."""
        for rule in (*([Rule(terms=self.words)] if self.words else []), *self.where):
            for term in rule.terms:
                yield from ((rule, phrase) for phrase in itertools.product(*(w.split("|") for w in term.split())))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    languages: tuple[str, ...]
    sets: dict[str, str]
    groups: dict[str, dict[str, Named]]
    ages: dict[str, int]
    concepts: dict[str, Named]


class Tables(NamedTuple):
    """The lexicon as the kernel reads it; word ids count from 1, 0 is any other word."""

    slots: npt.NDArray[np.uint64]
    """Open addressing: hash of a known word, 0 where there is none; a power of two of them."""
    ids: npt.NDArray[np.int32]
    """Word id in each slot."""
    sets: npt.NDArray[np.uint64]
    """By word id, the sets it is in, as bits."""
    first: npt.NDArray[np.int32]
    """By word id, terms `first[id]` to `first[id + 1]` begin with it."""
    bits: npt.NDArray[np.int32]
    """By term, which group it names, or, from `MOST_GROUPS` on, which concept."""
    upper: npt.NDArray[np.bool_]
    """By term, whether it counts in capitals only."""
    phrases: npt.NDArray[np.int32]
    """Word ids behind the first of term t: `phrases[phrase[t]:phrase[t + 1]]`."""
    phrase: npt.NDArray[np.int32]
    contexts: npt.NDArray[np.int64]
    """Rows (needs, side, reach, set) of term t: `contexts[context[t]:context[t + 1]]`; side is -1 or 1."""
    context: npt.NDArray[np.int32]
    age_sets: npt.NDArray[np.uint64]
    """Bits of `AGE_SETS`."""
    bands: npt.NDArray[np.int32]
    """Rows (least age in years, group), ascending."""


class Lexicon:
    """Groups by dimension, concepts, and the words for them."""

    def __init__(self, content: bytes) -> None:
        found = _File.model_validate(yaml.load(content, Loader=yaml.CSafeLoader))
        self.sha256: Final = hashlib.sha256(content).hexdigest()
        self.id: Final = f"hc4/mentions/{found.version}"
        self.languages: Final = found.languages
        self.dimensions: Final = {name: tuple(groups) for name, groups in found.groups.items()}
        """Dimension -> its groups; bits are given in this order."""
        self.named: Final = {name: one for groups in found.groups.values() for name, one in groups.items()}
        self.groups: Final = tuple(self.named)
        self.concepts: Final = tuple(found.concepts)
        self.called: Final = found.concepts
        self.sets: Final = {name: frozenset(words.split()) for name, words in found.sets.items()}
        self.ages: Final = sorted((least, self.groups.index(name)) for name, least in found.ages.items())
        """(least age in years, number of the group)."""
        assert len(self.groups) <= MOST_GROUPS
        assert len(self.sets) <= 64

    def terms(self) -> Iterator[tuple[int, Rule, tuple[str, ...]]]:
        """(group, or `MOST_GROUPS` + concept; rule; words) of every phrase."""
        for offset, named in ((0, self.named), (MOST_GROUPS, self.called)):
            for number, one in enumerate(named.values()):
                yield from ((offset + number, rule, phrase) for rule, phrase in one.rules())

    @cached_property
    def arrays(self) -> Tables:
        """The lexicon for `filters.mentions.kernel`."""
        terms = sorted(self.terms(), key=lambda term: term[2][0])
        known = sorted({word for _, _, phrase in terms for word in phrase} | set().union(*self.sets.values()))
        number = {word: place for place, word in enumerate(known, start=1)}
        bit = {name: np.uint64(1 << place) for place, name in enumerate(self.sets)}
        sets = np.zeros(len(known) + 1, np.uint64)
        for name, words in self.sets.items():
            for word in words:
                sets[number[word]] |= bit[name]
        slots, ids = _hashed(known)
        starts = [number[phrase[0]] for _, _, phrase in terms]
        contexts = [list(_contexts(rule, bit)) for _, rule, _ in terms]
        return Tables(
            slots=slots,
            ids=ids,
            sets=sets,
            first=np.searchsorted(starts, np.arange(len(known) + 2)).astype(np.int32),
            bits=np.array([to for to, _, _ in terms], np.int32),
            upper=np.array([rule.case == "upper" for _, rule, _ in terms], np.bool_),
            phrases=np.array([number[word] for _, _, phrase in terms for word in phrase[1:]], np.int32),
            phrase=_edges(len(phrase) - 1 for _, _, phrase in terms),
            contexts=np.array([row for rows in contexts for row in rows], np.int64).reshape(-1, 4),
            context=_edges(map(len, contexts)),
            age_sets=np.array([bit[name] for name in AGE_SETS], np.uint64),
            bands=np.array(self.ages, np.int32),
        )


@cache
def lexicon() -> Lexicon:
    """The one lexicon of the process."""
    return Lexicon((files(__package__) / "lexicon.yaml").read_bytes())


def word_hash(word: bytes) -> int:
    """FNV-1a (64 bits) of a word in lower case; never 0."""
    found = 0xCBF29CE484222325
    for byte in word:
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return found or 1


def _hashed(words: list[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    size = 1 << (4 * len(words)).bit_length()
    slots, ids = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    for number, word in enumerate(words, start=1):
        found = word_hash(word.encode())
        place = found & (size - 1)
        while slots[place]:
            place = (place + 1) & (size - 1)
        slots[place], ids[place] = found, number
    return slots, ids


def _contexts(rule: Rule, bit: dict[str, np.uint64]) -> Iterator[tuple[int, int, int, int]]:
    for needs, side, reaches in (
        (_UNLESS, -1, rule.unless_left),
        (_UNLESS, 1, rule.unless_right),
        (_NEEDS, -1, rule.needs_left),
        (_NEEDS, 1, rule.needs_right),
    ):
        for name, reach in reaches.items():
            yield needs, side, reach, int(bit[name])


def _edges(counts: Iterable[int]) -> npt.NDArray[np.int32]:
    return np.array([0, *itertools.accumulate(counts)], np.int32)
