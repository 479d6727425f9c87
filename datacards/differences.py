"""Two texts side by side: which words differ, and how many between them do not.

Words are compared, not the white space between them. Runs of words that occur once in both texts tie them together;
what lies between two ties is compared by difflib (Ratcliff & Obershelp's longest common blocks).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_WORD = re.compile(r"\s*\S+")
_TIE = 4
"""Words of a tie."""
_CELLS = 4_000_000
"""Words times words up to which two stretches are compared; larger ones differ as a whole."""
_CONTEXT = 14
"""Words shown before and after a difference."""
_WORTH = 10
"""Words from which folding them is worth a line."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words of one text, with the white space before them."""

    text: str
    differs: bool

    @property
    def words(self) -> str:
        """The text from its first word on."""
        return self.text.lstrip()

    @property
    def space(self) -> str:
        """What stands before that."""
        return self.text[: len(self.text) - len(self.words)]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What stands side by side. The runs of all stretches, joined, are the two texts."""

    left: tuple[Run, ...]
    right: tuple[Run, ...]
    folded: int = 0
    """Words that are the same on both sides and need not be shown; 0: show the stretch."""


def compare(left: str, right: str, *, left_cut: bool = False, right_cut: bool = False) -> list[Stretch]:
    """The stretches of two texts, folded and shown ones in turn.

    Where a text was cut, what the other one says beyond its end is no difference.
    """
    ones, others = _words(left), _words(right)
    blocks = list(_blocks([w.strip() for w in ones], [w.strip() for w in others]))
    found: list[Stretch] = []
    open_left: list[Run] = []
    open_right: list[Run] = []

    def put(words: Sequence[str], side: list[Run], differs: bool) -> None:
        if words:
            side.append(Run("".join(words), differs))

    def close() -> None:
        if open_left or open_right:
            found.append(Stretch(tuple(open_left), tuple(open_right)))
            open_left.clear()
            open_right.clear()

    i = j = 0
    for start, other, size in [*blocks, (len(ones), len(others), 0)]:
        put(ones[i:start], open_left, differs=True)
        put(others[j:other], open_right, differs=True)
        before = _CONTEXT if i or j or start or other else 0
        i, j = start + size, other + size
        after = _CONTEXT if i < len(ones) or j < len(others) else 0
        folded = size - before - after
        if folded < _WORTH:
            put(ones[start:i], open_left, differs=False)
            put(others[other:j], open_right, differs=False)
            continue
        put(ones[start : start + before], open_left, differs=False)
        put(others[other : other + before], open_right, differs=False)
        close()
        same, again = ones[start + before : i - after], others[other + before : j - after]
        found.append(Stretch((Run("".join(same), False),), (Run("".join(again), False),), folded))
        put(ones[i - after : i], open_left, differs=False)
        put(others[j - after : j], open_right, differs=False)
    for own, theirs, was_cut in ((open_left, open_right, right_cut), (open_right, open_left, left_cut)):
        if was_cut and own and own[-1].differs and not (theirs and theirs[-1].differs):
            own[-1] = Run(own[-1].text, differs=False)
    close()
    return found


def compare_pair(pair: Mapping[str, Any]) -> list[Stretch]:
    """The kept text (left) and the removed one (right) of a row of `manifests.removals.PAIRS`."""
    return compare(pair["survivor_text"], pair["text"], left_cut=pair["survivor_cut"], right_cut=pair["cut"])


def _words(text: str) -> list[str]:
    """Words with the white space before them; what white space is left at the end goes to the last one."""
    words = _WORD.findall(text)
    rest = text[sum(map(len, words)) :]
    if rest:
        words = [*words[:-1], (words[-1] if words else "") + rest]
    return words


def _blocks(ones: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Maximal blocks of equal words: (start in `ones`, start in `others`, words), ascending in both."""
    start, other, size = 0, 0, 0
    for i, j in _same(ones, others):
        if (i, j) == (start + size, other + size):
            size += 1
            continue
        if size:
            yield start, other, size
        start, other, size = i, j, 1
    if size:
        yield start, other, size


def _same(ones: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of equal words, ascending in both."""
    i = j = 0
    for tie, other in [*_ties(ones, others), (len(ones), len(others))]:
        if tie < i or other < j:
            if tie - other != i - j:
                continue  # it overlaps the tie before and says otherwise
        else:
            yield from _between(ones, others, (i, tie), (j, other))
            i, j = tie, other
        while i < min(tie + _TIE, len(ones)) and j < len(others):
            yield i, j
            i, j = i + 1, j + 1


def _between(
    ones: Sequence[str], others: Sequence[str], mine: tuple[int, int], theirs: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    left, right = ones[slice(*mine)], others[slice(*theirs)]
    if not left or not right or len(left) * len(right) > _CELLS:
        return
    for i, j, size in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        for k in range(size):
            yield mine[0] + i + k, theirs[0] + j + k


def _ties(ones: Sequence[str], others: Sequence[str]) -> list[tuple[int, int]]:
    """Where runs of words stand that each text has once: the longest series of them that ascends in both."""
    places = _once(others)
    found = [(i, places[run]) for run, i in _once(ones).items() if run in places]
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(found):
        length = bisect_left(ends, j)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(j)
            at.append(number)
        else:
            ends[length], at[length] = j, number
    series = []
    number = at[-1] if at else -1
    while number >= 0:
        series.append(found[number])
        number = before[number]
    return series[::-1]


def _once(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Runs of `_TIE` words that occur once, with their places, ascending."""
    places: dict[tuple[str, ...], int] = {}
    again = set()
    for i in range(len(words) - _TIE + 1):
        run = tuple(words[i : i + _TIE])
        if places.setdefault(run, i) != i:
            again.add(run)
    return {run: i for run, i in places.items() if run not in again}
