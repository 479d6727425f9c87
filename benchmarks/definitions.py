"""The numbers of datatrove's four quality filters, with each definition on which hc4 differs as a switch.

With no switch set, `checks` gives what datatrove 0.10 computes; with all of them, what hc4's signals say. In between
lie the explanations: the smallest set of switches that turns one verdict into the other is why the two differ. Slow
and obvious on purpose. Needs datatrove.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION

from corpus.words import words as hc4_words
from filters.quality.traits import BULLETS, CLOSING, traits

Switches = frozenset[str]

SWITCHES = {
    "marks": "spaCy makes punctuation marks words of their own; hc4 leaves them on their words",
    "words": "spaCy also takes numbers, units, hyphens and clitics apart; hc4 cuts at white space",
    "sentences": "spaCy goes on after abbreviations, initials and units; hc4 ends at any mark before white space",
    "punctuation words": "datatrove leaves words of punctuation alone out of the count and the mean length",
    "bullets": "datatrove knows • and -; hc4 also * · ● ▪ and others",
    "lines": "datatrove counts blank lines, or cuts at other marks than \\n; hc4 counts the lines that hold a word",
    "line ends": "datatrove looks at white space at the end of a line; hc4 looks before it",
    "paragraphs": "datatrove wants an empty line between paragraphs; for hc4 it may hold white space",
    "joined words": "datatrove compares n-grams joined without spaces, so that `ab c` equals `a bc`",
    "unpunctuated lines": "datatrove leaves out lines that do not end with . ? ! \" or ', as C4 did; hc4 counts all",
    "lines of two words": "datatrove leaves out lines of fewer than three words, as C4 did; hc4 counts all",
    "other removed lines": "datatrove leaves out lines on javascript or cookies, or with a giant word; hc4 counts all",
}
"""What differs, by name."""

OF_SPLITTERS = frozenset({"marks", "words", "sentences"})
"""Those that drop out where datatrove is given hc4's words and sentences."""

C4_LINES = ("unpunctuated lines", "lines of two words", "other removed lines")
WHOLE_C4 = "C4Quality, no line removed"
"""C4's filter, by its own options, with every line that holds a word: it then decides on the document as it stands."""

FILTERS = {
    "GopherQuality": ("marks", "words", "punctuation words", "lines", "bullets"),
    "GopherRepetition": ("marks", "words", "lines", "paragraphs", "joined words"),
    "FineWebQuality": ("marks", "words", "line ends"),
    "C4Quality": ("sentences", "lines", *C4_LINES),
    WHOLE_C4: ("sentences", "lines"),
}
"""Switches of each filter."""


class Check(NamedTuple):
    """One condition of a filter."""

    reason: str
    """datatrove's name of it."""
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def failed(self) -> bool:
        """Whether the document is dropped for it."""
        return (self.low is not None and self.value < self.low) or (self.high is not None and self.value > self.high)


@dataclass(frozen=True, slots=True)
class Splitters:
    """How datatrove was told to cut a text."""

    words: Callable[[str], Sequence[str]]
    sentences: Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text under some definitions."""

    text: str
    ours: Switches
    theirs: Splitters

    def words(self) -> Sequence[str]:
        if "words" in self.ours:
            return hc4_words(self.text)
        words = self.theirs.words(self.text)
        return [word for word in words if _says_something(word)] if "marks" in self.ours else words

    def held_lines(self) -> list[str]:
        return [line for line in self.text.split("\n") if line.strip()]


def checks(name: str, text: str, ours: Switches, theirs: Splitters) -> list[Check]:
    """The conditions of a filter in the order in which it asks them; `ours` are the definitions taken from hc4."""
    return list(_FILTERS[name](_Text(text, ours, theirs)))


def verdict(found: Sequence[Check]) -> str | None:
    """The first condition that failed; None if the document is kept."""
    return next((check.reason for check in found if check.failed), None)


def explanation(name: str, text: str, theirs: Splitters) -> tuple[str, ...] | None:
    """The fewest switches with which datatrove's filter says what hc4 says; None if no set of them does."""
    given = OF_SPLITTERS if theirs.words is hc4_words else frozenset[str]()
    switches = [switch for switch in FILTERS[name] if switch not in given]
    wanted = verdict(checks(name, text, frozenset(FILTERS[name]), theirs))
    for size in range(len(switches) + 1):
        for some in combinations(switches, size):
            if verdict(checks(name, text, frozenset(some), theirs)) == wanted:
                return some
    return None


def hc4_sentences(line: str) -> list[str]:
    """Sentences of one line as `n_sentences` counts them."""
    line = line.rstrip()
    ends = [
        mark.end()
        for mark in _SENTENCE_MARK.finditer(line)
        if mark.group()[0] in _WIDE or mark.end() == len(line) or line[mark.end()].isspace()
    ]
    if line and (not ends or ends[-1] < len(line)):
        ends.append(len(line))
    return [line[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


_WIDE = "\u3002\uff01\uff0e\uff1f\uff61"
_TERMINAL = "".join(sorted(TERMINAL_PUNCTUATION))
_CLOSING = "".join(chr(code) for code in np.flatnonzero(traits() & CLOSING))
_SENTENCE_MARK = re.compile(f"[{re.escape(_TERMINAL)}][{re.escape(_TERMINAL + _CLOSING)}]*")
_STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}


def _gopher_quality(one: _Text) -> Iterator[Check]:
    text, words = one.text, one.words()
    spoken = list(words)
    if "punctuation words" not in one.ours:
        spoken = [word for word in words if _says_something(word)]
    yield Check("gopher_short_doc", len(spoken), low=50)
    yield Check("gopher_long_doc", len(spoken), high=100_000)
    mean = sum(map(len, spoken)) / max(len(spoken), 1)
    yield Check("gopher_below_avg_threshold", mean, low=3)
    yield Check("gopher_above_avg_threshold", mean, high=10)
    yield Check("gopher_too_many_hashes", text.count("#") / max(len(words), 1), high=0.1)
    ellipses = text.count("...") + text.count("…")
    yield Check("gopher_too_many_ellipsis", ellipses / max(len(words), 1), high=0.1)
    lines = one.held_lines() if "lines" in one.ours else text.splitlines()
    bullets = tuple(BULLETS if "bullets" in one.ours else "•-")
    yield Check("gopher_too_many_bullets", _share(line.lstrip().startswith(bullets) for line in lines), high=0.9)
    yield Check(
        "gopher_too_many_end_ellipsis", _share(line.rstrip().endswith(("...", "…")) for line in lines), high=0.3
    )
    lettered = _share(any(character.isalpha() for character in word) for word in words)
    yield Check("gopher_below_alpha_threshold", lettered, low=0.8)
    yield Check("gopher_enough_stop_words", len(_STOP_WORDS.intersection(words)), low=2)


def _gopher_repetition(one: _Text) -> Iterator[Check]:
    text = one.text
    size = max(len(text), 1)
    paragraphs = _blocks(text) if "paragraphs" in one.ours else re.split(r"\n{2,}", text.strip())
    copies, characters = _copies(paragraphs)
    yield Check("dup_para_frac", copies / max(len(paragraphs), 1), high=0.3)
    yield Check("dup_para_char_frac", characters / size, high=0.2)
    lines = one.held_lines() if "lines" in one.ours else re.split(r"\n+", text)
    copies, characters = _copies(lines)
    yield Check("dup_line_frac", copies / max(len(lines), 1), high=0.3)
    yield Check("dup_line_char_frac", characters / size, high=0.2)
    words = one.words()
    for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16)):
        grams = Counter(" ".join(words[i : i + n]) for i in range(len(words) - n + 1))
        gram, times = grams.most_common(1)[0] if grams else ("", 0)
        yield Check(f"top_{n}_gram", len(gram) * times / size, high=limit)
    between = " " if "joined words" in one.ours else ""
    for n, limit in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1)):
        met: set[str] = set()
        at = repeated = 0
        while at + n <= len(words):
            gram = between.join(words[at : at + n])
            if gram in met:
                repeated += sum(map(len, words[at : at + n]))
                at += n
            else:
                met.add(gram)
                at += 1
        yield Check(f"duplicated_{n}_n_grams", repeated / size, high=limit)


def _fineweb_quality(one: _Text) -> Iterator[Check]:
    text, lines = one.text, one.held_lines()
    seen = [line.rstrip() for line in lines] if "line ends" in one.ours else lines
    yield Check("line_punct_ratio", _share(line.endswith(tuple(_TERMINAL)) for line in seen), low=0.12)
    yield Check("short_line_ratio", _share(len(line) <= 30 for line in lines), high=0.67)
    yield Check("char_dup_ratio", _copies(lines)[1] / max(len(text.replace("\n", "")), 1), high=0.01)
    yield Check("list_ratio", text.count("\n") / max(len(one.words()), 1), high=0.3)


def _c4_quality(one: _Text) -> Iterator[Check]:
    lorem = braces = sentences = 0
    for raw in one.held_lines() if "lines" in one.ours else one.text.splitlines():
        line = raw.strip()
        words = line.split()
        if not words:
            continue
        if "other removed lines" not in one.ours and any(len(word) > 1000 for word in words):
            continue
        if "unpunctuated lines" not in one.ours:
            line = re.sub(r"\[\d*]|\[edit]|\[citation needed]", "", line)
            if not line.endswith((".", "?", "!", '"', "'")) or line.endswith("..."):
                continue
        if "lines of two words" not in one.ours and len(words) < 3:
            continue
        lower = line.lower()
        lorem += "lorem ipsum" in lower
        if "other removed lines" not in one.ours and "javascript" in lower:
            continue
        braces += "{" in line
        if "other removed lines" not in one.ours and any(phrase in lower for phrase in _POLICY):
            continue
        sentences += len(hc4_sentences(line) if "sentences" in one.ours else one.theirs.sentences(line))
    yield Check("lorem_ipsum", lorem, high=0)
    yield Check("curly_bracket", braces, high=0)
    yield Check("too_few_sentences", sentences, low=5)


_POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")

_FILTERS: dict[str, Callable[[_Text], Iterator[Check]]] = {
    "GopherQuality": _gopher_quality,
    "GopherRepetition": _gopher_repetition,
    "FineWebQuality": _fineweb_quality,
    "C4Quality": _c4_quality,
    WHOLE_C4: lambda one: _c4_quality(replace(one, ours=one.ours.union(C4_LINES))),
}


def _says_something(word: str) -> bool:
    """Whether it is more than punctuation."""
    return not PUNCTUATION_SET.issuperset(word)


def _share(found: Iterator[bool]) -> float:
    """Share of true ones; 0 of nothing."""
    all_of_them = list(found)
    return sum(all_of_them) / max(len(all_of_them), 1)


def _copies(blocks: Sequence[str]) -> tuple[int, int]:
    """Blocks that occurred before, and their characters."""
    met: set[str] = set()
    copies = characters = 0
    for block in blocks:
        copies += block in met
        characters += len(block) * (block in met)
        met.add(block)
    return copies, characters


def _blocks(text: str) -> list[str]:
    """Stretches of lines that hold a word."""
    return ["\n".join(block) for block in _runs(text.split("\n"))]


def _runs(lines: Sequence[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            run.append(line)
        elif run:
            yield run
            run = []
