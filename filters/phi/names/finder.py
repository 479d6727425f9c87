"""Names of people in a text: those that a cue gives away, those that lists know, and both again wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from filters.phi.names.again import again
from filters.phi.names.columns import HEADER, in_columns
from filters.phi.names.cues import Cue, Side, cues, listed, runs, titles
from filters.phi.names.judge import initials, stands, written
from filters.phi.names.lexicon import Is
from filters.phi.names.listed import in_run
from filters.phi.names.parts import Name, Token, Trust
from filters.phi.names.reader import Reader
from filters.phi.policy import Policy
from filters.phi.prefilter import Prefilter
from filters.phi.spans import Span
from filters.phi.text import Text

_TITLE_GAP = re.compile(r"\.?\s{1,3}|\.")
_AND = re.compile(
    r"(?:[ \t]{0,2},?[ \t]{0,2}(?:[A-Z][A-Za-z]{0,3}\.?){0,3}(?:-[A-Z]{1,3})?)?"
    r"[ \t]{0,2}(?:[;,/&+]|\band\b|\n)[ \t]{0,4}(?:\band\b )?"
)
_TOGETHER = 5
"""Cues of one automaton: they are long, and read new notes twice as fast as all together (20 and 9 MB/s)."""
_MOST_NAMES = 24  # after one label
_CAPITAL_TITLE = re.compile(r"[^A-Za-z]?[A-ZÄÖÜ]{2,}\b")
_WOMAN = re.compile(r"Donna,? (?:di )?\d{1,3} anni\b")
"""A woman, in Italian."""
_NICKNAME = re.compile(
    r"[ ]?\(?[\"\u201c]([^\W\d_][\w'\u2019\-]{1,20})[\"\u201d](?:\)|[ ]([A-Z\u00c0-\u00dd][\w'\u2019\-]{1,30}))?"
)
"""A name in quotation marks directly behind another, and what follows it if it stands between two."""
_UNIT = re.compile(rb"\d ?(?:ms|M)\b")


class NameFinder:
    """Finds names of people as a policy asks."""

    def __init__(self, policy: Policy) -> None:
        self._all = policy.names == "all"
        self._lower = policy.letters == "any"
        self._cues = cues("all" if self._all else "cued", self._lower)
        self._prefilter = Prefilter([cue.search.expression for cue in self._cues], _TOGETHER)
        self._runs = runs()

    def find(self, text: Text) -> Iterable[Span]:
        """Names in `text`."""
        return [text.span(start, end, "NAME", rule) for start, end, rule in self.names(text)]

    def names(self, text: Text) -> list[tuple[int, int, str]]:
        """Characters that are names, and the rule that says so."""
        reader, spoken = Reader(text.characters, self._lower, self._lower), Reader(text.characters, True, self._lower)
        at = _characters(text.raw)
        found: list[tuple[int, int, str]] = []
        proven: dict[str, Token] = {}

        def take(name: Name, rule: str) -> None:
            if _WOMAN.match(reader.text, name.start, name.end + 14):
                return
            found.append((name.start, name.end, rule))
            if self._all and (nick := _NICKNAME.match(reader.text, name.end)) is not None:
                found.append((*nick.span(1), "name-nickname"))
                if nick[2] is not None:
                    found.append((*nick.span(2), "name-nickname"))
            for part in name.parts:
                if (len(part.word) > 2 or (len(part.word) == 2 and part.known)) and not part.doubtful:
                    proven.setdefault(part.word, part)

        for hit in self._prefilter.hits(text.raw):
            cue = self._cues[hit]
            for name in self._cued(spoken if cue.small else reader, cue, text, at):
                if name.parts[0].capital or self._lower or written(spoken, name, cue):
                    take(name, cue.rule)
        if self._all:
            for start, end in HEADER.ranges(text.raw, text.western):
                for name in in_columns(reader, at(start), at(end)):
                    take(name, "name-column")
            for start, end in self._runs.ranges(text.raw, text.western):
                for name in in_run(reader, at(start), at(end)):
                    take(name, "name-listed")
        found += again(reader, proven, self._all)
        return found

    def _cued(self, reader: Reader, cue: Cue, text: Text, at: Any) -> Iterator[Name]:
        raw = text.raw
        for begin, end in cue.search.ranges(raw, text.western, 1 if cue.side is Side.BEFORE else 0):
            if cue.rule == "name-initials":
                if (name := initials(reader.text, at(begin), at(end))) is not None:
                    yield name
                continue
            if cue.side is Side.BEFORE:
                name = reader.backward(at(end), cue.trust)
                if name is not None and stands(reader, name, cue, cue.trust):
                    yield name
                continue
            if cue.rule == "name-title" and _UNIT.search(raw, max(0, begin - 2), begin + 4):
                continue  # "2 ms"
            start, trust = _with_particles(reader.text, at(begin), at(end) - 1), cue.trust
            if trust is Trust.TITLE and _doubtful(raw[begin:end]) and not _family(reader, at(end) - 1):
                trust = Trust.CUE
            for _ in range(_MOST_NAMES):
                name = reader.forward(_past_titles(reader, start), trust, cue.comma)
                if name is None:
                    break
                if stands(reader, name, cue, trust):
                    yield name
                follows = _AND.match(reader.text, name.end) if cue.several else None
                if follows is None:
                    break
                start, trust = follows.end(), Trust.WEAK


def _with_particles(text: str, low: int, at: int) -> int:
    """Where the name begins whose first capital stands at `at`: at "de la" before it, not before `low`."""
    for _ in range(3):
        word = text[max(low, at - 6) : at - 1].rpartition(" ")[2]
        if word not in listed("particles") or at - 1 - len(word) <= low:
            break
        at -= 1 + len(word)
    return at


def _doubtful(cue: bytes) -> bool:
    """Capitals that also abbreviate something else ("MR", "MS."): magnetic resonance, multiple sclerosis."""
    return _CAPITAL_TITLE.match(cue.decode(errors="ignore")) is not None


def _family(reader: Reader, at: int) -> bool:
    """A usual family name in capitals begins at `at`, behind a full stop and a blank: "MS. BAKER"."""
    token = reader.token(at)
    return (
        token is not None
        and token.caps
        and len(token.word) > 3
        and bool(token.kind & Is.USUAL_FAMILY)
        and not token.kind & Is.NEVER
        and reader.text[max(0, at - 4) : at] == "MS. "
    )


def _past_titles(reader: Reader, at: int) -> int:
    """Where the name begins if titles, or more titles, stand at `at`."""
    for _ in range(4):
        token = reader.token(at)
        if token is None or token.word.lower() not in titles() or not (token.capital or reader.lower):
            return at
        gap = _TITLE_GAP.match(reader.text, token.end)
        if gap is None:
            return at
        at = gap.end()
    return at


def _characters(raw: bytes) -> Any:
    """The way from a byte of `raw` to its character."""
    if raw.isascii():
        return int
    data = np.frombuffer(raw, np.uint8)
    places = np.concatenate(([0], np.cumsum((data & 0xC0) != 0x80)))
    return lambda byte: int(places[byte])


def finder(policy: Policy) -> NameFinder | None:
    """The finder of names for `policy`, None if it asks for none."""
    return None if policy.names == "no" else NameFinder(policy)
