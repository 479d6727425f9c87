"""Sentences around undecided words: enough context for a model, and no more.

A model of names sees a few words to each side (spaCy's small one, four layers over neighbours: four words), so a long
sentence is cut. Characters stand for characters: offsets in a sentence are offsets in the text less its start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_REACH: Final = 40
"""Characters of context to each side of a word, about a dozen words."""
_LEAST: Final = 25
"""Characters of context that a word has on its right before the sentence is cut at the reach of another."""
_LONGEST: Final = 240
"""Characters up to which a cut sentence is drawn out to the next of its words rather than begun again."""
_SHORT: Final = 40
"""A line shorter than this was not broken because it was full: a heading, an item, a field."""

_BREAKS = re.compile(
    # A full stop is none after an initial or a short form that a name or a number follows.
    r"(?<![\s.(][A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bSt)(?<!\bProf)(?<!\bJr)(?<!\bNo)(?<!\bvs)"
    r"[.!?][\"'\u201d\u2019)\]]*\s+"
    r"|\n[ \t\r]*\n\s*"  # an empty line
    r"|\n(?=[ \t]*(?:[-*\u2022\u2013>#|]|\d+[.)]|[A-Z][\w /]{0,30}:))"  # a line that begins an item or a field
)
_SPACES: Final = dict.fromkeys((9, 10, 11, 12, 13, 133, 8232, 8233), " ")


class Sentence(NamedTuple):
    """Characters `[start, end)` of a text, read in one line."""

    start: int
    end: int
    line: str
    """The characters, any white space a space: as many as there are in the text."""
    words: tuple[tuple[int, int], ...]
    """Undecided words in it: ranges of the text."""


def sentences(text: str, words: Iterable[tuple[int, int]]) -> Iterator[Sentence]:
    """The sentences of `text` that hold one of `words` (character ranges, sorted, apart); each word is in one."""
    start = end = 0
    held: list[tuple[int, int]] = []
    closed = False  # the sentence ends where it ends; otherwise it was cut
    for word in words:
        if held and word[1] <= end and (closed or word[1] + _LEAST <= end):
            held.append(word)
            continue
        if held and not closed and word[0] < end and word[1] - start <= _LONGEST:
            end, closed = _finish(text, word[1])
            held.append(word)
            continue
        if held:
            yield _sentence(text, start, end, held)
        start = _begin(text, word[0])
        end, closed = _finish(text, word[1])
        held = [word]
    if held:
        yield _sentence(text, start, end, held)


def _sentence(text: str, start: int, end: int, words: list[tuple[int, int]]) -> Sentence:
    return Sentence(start, end, text[start:end].translate(_SPACES), tuple(words))


def _begin(text: str, at: int) -> int:
    """Where the sentence that holds the character `at` begins, or its reach."""
    low = max(at - _REACH, 0)
    begin = None
    for match in _BREAKS.finditer(text, low, at):
        begin = match.end()
    short = _short_line(text, low if begin is None else begin, at)
    if short is not None:
        return short
    if begin is not None or low == 0:
        return begin or 0
    space = text.find(" ", low, at)
    return low if space < 0 else space + 1


def _finish(text: str, at: int) -> tuple[int, bool]:
    """Where the sentence whose word ends at `at` ends, and whether it does: otherwise it is cut at its reach."""
    high = min(at + _REACH, len(text))
    match = _BREAKS.search(text, at, high)
    stop = high if match is None else match.end()
    line = text.find("\n", at, stop)
    if line >= 0 and line - _line_start(text, line) < _SHORT and text[line - 1 : line] != ":":
        return line, True
    if match is not None or high == len(text):
        return stop, True
    space = text.rfind(" ", at, high)
    return (high if space < 0 else space), False


def _short_line(text: str, low: int, at: int) -> int | None:
    """The end of the last line in `[low, at)` that was not full and announces nothing (`Patient:`)."""
    line = text.rfind("\n", low, at)
    while line >= 0:
        if line - _line_start(text, line) < _SHORT and text[line - 1 : line] != ":":
            return line + 1
        line = text.rfind("\n", low, line)
    return None


def _line_start(text: str, end: int) -> int:
    """Where the line that ends at `end` begins, or a place so far before that the line is not short."""
    low = max(end - _SHORT, 0)
    return text.rfind("\n", low, end) + 1 or low
