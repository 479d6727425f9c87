"""Mentions found the slow way: words by regular expressions, terms and neighbours by lists, every pair compared."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from filters.mentions import lexicon
from filters.mentions.lexicon import MOST_GROUPS, Rule

_JOINING = " \t\\-'/\u00a0\u00ad\u2000-\u200a\u2010-\u2013\u2018\u2019\u202f\u2212"
_SIGNS = "\\x00-/:-@\\[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u2bff"
_WORD = re.compile(f"[^{_SIGNS}]+")
_JOINED = re.compile(f"[{_JOINING}]*")
_PARTED = re.compile("[;!?|\n\r\f\v\u2028\u2029]|\\.")
_LESS = re.compile("[<\u2264\u2a7d\u00b1]")
_MORE = re.compile("[+>\u2265\u2a7e]")
_ANIMAL_RIGHT, _ANIMAL_LEFT = 6, 3


class Word(NamedTuple):
    """One word, and what lies before it."""

    text: str
    start: int
    end: int
    gap: str


class Mention(NamedTuple):
    """A group or concept by its number (`MOST_GROUPS` + n for concepts), its first word, its characters."""

    what: int
    at: int
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    found, last = [], 0
    for match in _WORD.finditer(text):
        found.append(Word(match[0], match.start(), match.end(), text[last : match.start()]))
        last = match.end()
    return found


def _lower(word: str) -> str:
    return re.sub("[A-Z]", lambda letter: letter[0].lower(), word)


def _joined(word: Word) -> bool:
    return bool(_JOINED.fullmatch(word.gap))


def _parted(word: Word, first: bool) -> bool:
    """Whether a clause ends before `word`."""
    if first:
        return True
    if word.gap == "." or (word.gap.startswith(".") and len(word.gap) == 1):
        return False
    return bool(_PARTED.search(word.gap))


def _beside(words: list[Word], at: int, side: int, reach: int, wanted: frozenset[str]) -> bool:
    for _ in range(reach):
        if side < 0:
            if _parted(words[at], at == 0):
                return False
        elif at + 1 == len(words) or _parted(words[at + 1], first=False):
            return False
        at += side
        if _lower(words[at].text) in wanted:
            return True
    return False


@cache
def _terms() -> tuple[tuple[int, Rule, tuple[str, ...]], ...]:
    return tuple(lexicon().terms())


def _term(words: list[Word], at: int, rule: Rule, phrase: tuple[str, ...]) -> bool:
    here = words[at : at + len(phrase)]
    if tuple(_lower(word.text) for word in here) != phrase or not all(_joined(word) for word in here[1:]):
        return False
    if rule.case == "upper" and not all(re.fullmatch("[A-Z0-9]*[A-Z][A-Z0-9]*", word.text) for word in here):
        return False
    sets, last = lexicon().sets, at + len(phrase) - 1
    if any(_beside(words, at, -1, reach, sets[name]) for name, reach in rule.unless_left.items()):
        return False
    if any(_beside(words, last, 1, reach, sets[name]) for name, reach in rule.unless_right.items()):
        return False
    needs = [(at, -1, rule.needs_left), (last, 1, rule.needs_right)]
    if not any(reaches for _, _, reaches in needs):
        return True
    return any(
        _beside(words, place, side, reach, sets[name]) for place, side, all_ in needs for name, reach in all_.items()
    )


def mentions(text: str) -> list[Mention]:
    """Every mention, in the order of its first word."""
    words, found = words_of(text), []
    by_first: dict[str, list[tuple[int, Rule, tuple[str, ...]]]] = {}
    for term in _terms():
        by_first.setdefault(term[2][0], []).append(term)
    for at, word in enumerate(words):
        if (band := _age(words, at)) is not None:
            found.append(Mention(band, at, word.start, word.end))
        for what, rule, phrase in by_first.get(_lower(word.text), ()):
            if _term(words, at, rule, phrase):
                found.append(Mention(what, at, word.start, words[at + len(phrase) - 1].end))
    return found


def bits(text: str, window: int) -> tuple[int, int, list[int]]:
    """Groups, concepts, and groups near each concept."""
    found = mentions(text)
    groups = [one for one in found if one.what < MOST_GROUPS]
    concepts = [one for one in found if one.what >= MOST_GROUPS]
    near = [0] * len(lexicon().concepts)
    for group in groups:
        for concept in concepts:
            if abs(group.at - concept.at) <= window:
                near[concept.what - MOST_GROUPS] |= 1 << group.what
    return _or(1 << one.what for one in groups), _or(1 << (one.what - MOST_GROUPS) for one in concepts), near


def _or(values: object) -> int:
    total = 0
    for value in values:  # type: ignore[attr-defined]
        total |= value
    return total


def _in(words: list[Word], at: int, name: str) -> bool:
    return 0 <= at < len(words) and _lower(words[at].text) in lexicon().sets[name]


def _number(words: list[Word], at: int) -> int | None:
    return int(words[at].text) if 0 <= at < len(words) and re.fullmatch("[0-9]{1,3}", words[at].text) else None


def _follows(words: list[Word], at: int) -> bool:
    """Whether word `at` is there, joined to the one before."""
    return 0 < at < len(words) and _joined(words[at])


def _range(words: list[Word], at: int) -> tuple[int, int]:
    """The ends of a range of numbers."""
    for step in (1, 2):
        if (
            all(_follows(words, place) for place in range(at + 1, at + step + 1))
            and (step == 1 or _in(words, at + 1, "range"))
            and _number(words, at + step) is not None
        ):
            return at, at + step
    for step in (1, 2):
        if (
            at >= step
            and all(_follows(words, place) for place in range(at - step + 1, at + 1))
            and (step == 1 or _in(words, at - 1, "range"))
            and _number(words, at - step) is not None
        ):
            return at - step, at
    return at, at


def _age(words: list[Word], at: int) -> int | None:
    if _number(words, at) is None or (at > 0 and _point(words[at])):
        return None
    begin, last = _range(words, at)
    low, high = _number(words, begin), _number(words, last)
    assert low is not None
    assert high is not None
    unit = last + 1
    if unit + 1 < len(words) and _point(words[unit]) and _number(words, unit) is not None:
        unit += 1
    scales = {"year_unit": 1, "month_unit": 12, "week_unit": 52, "day_unit": 365}
    scale = next((scale for name, scale in scales.items() if _follows(words, unit) and _in(words, unit, name)), 0)
    old = bool(scale) and _follows(words, unit + 1) and _in(words, unit + 1, "old_word")
    if scale and not old and _follows(words, unit + 1) and _follows(words, unit + 2):
        old = _in(words, unit + 1, "age_of") and _in(words, unit + 2, "age_word")
    asked = [begin]
    if not old:
        word = begin - 1
        if word >= 1 and _follows(words, begin) and _in(words, word, "age_of"):
            word -= 1
        if word < 0 or _parted(words[begin], begin == 0) or not _in(words, word, "age_word"):
            return None
        asked += [word, max(word - 1, 0)]
    if _LESS.search(words[begin].gap) or any(_says(words, place, "less") for place in asked):
        return None
    nobody = lexicon().sets["animal"] | lexicon().sets["thing_of_age"]
    if _beside(words, at, 1, _ANIMAL_RIGHT, nobody) or _beside(words, at, -1, _ANIMAL_LEFT, nobody):
        return None
    behind = _beside(words, unit if scale else last, 1, 4, lexicon().sets["more"])
    signed = any(_MORE.search(words[place].gap) for place in (begin, last + 1) if place < len(words))
    more = behind or signed or any(_says(words, place, "more") for place in asked)
    scale = scale or 1
    if high > 120 * scale or low > high or (more and low < 18 * scale):
        return None
    band = _band(low // scale)
    return band if band == _band(max(low, high - 1) // scale) else None


def _point(word: Word) -> bool:
    return word.gap == "."


def _says(words: list[Word], at: int, name: str) -> bool:
    return _in(words, at - 1, name) or (_in(words, at - 1, "than") and _in(words, at - 2, name))


def _band(years: int) -> int:
    return [group for least, group in lexicon().ages if years >= least][-1]
