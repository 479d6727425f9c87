"""How much of the gold a detector finds, how much of it a reader could still read, and what it takes for nothing.

Of each gold span:

- touched: some character of it lies in a span found;
- covered: every letter and digit of it does, the honest test of a leak;
- covered, titles apart: the same without the courtesy titles of a name, which gold sets mark by no rule;
- typed: touched by a span of its own Safe Harbor class.

Gold spans that the rule lets stand (`GoldSpan.kind` is None) need not be found, and a span found that touches nothing
else counts neither way. Documents with nothing marked at all are the hard negatives.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from filters.phi.classes import SafeHarbor, class_of
from filters.phi.gold import GoldDocument, GoldSpan
from filters.phi.text import character_ranges

if TYPE_CHECKING:
    from pathlib import Path

    from filters.phi.spans import Span


class Found(NamedTuple):
    """Characters `[start, end)` that a detector takes for an identifier."""

    start: int
    end: int
    kind: str
    """One of `filters.phi.classes.KINDS`; anything else is in no class."""
    rule: str = ""
    """What found it, if the detector tells."""


Detect = Callable[[str], Iterable[Found]]

_NORMAL = 1.959963984540054
"""0.975 quantile of the normal distribution."""

_TITLE = re.compile(
    r"\b(?:Drs?|Dra|Doctora?|Mr|Mrs|Ms|Mx|Mister|Miss|Missus|Madam|Sir|Prof|Profesora?|Professor|Sra|Srta|Señora?)"
    r"(?![\w'’])",
    re.IGNORECASE,
)
"""Of English and Spanish, those that are nobody's name ("Don" may be one)."""
_WORD = re.compile(r"\S+")


class Share(NamedTuple):
    """`hits` of `n`."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """Share; NaN of nothing."""
        return self.hits / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %: Wilson, Probable inference, JASA 22 (1927), 209-212. (0, 1) of nothing."""
        if not self.n:
            return 0.0, 1.0
        share, spread = self.hits / self.n, _NORMAL**2 / self.n
        middle = (share + spread / 2) / (1 + spread)
        half = _NORMAL / (1 + spread) * sqrt(share * (1 - share) / self.n + spread / (4 * self.n))
        # At the ends the bound is exact; rounding must not take it past them.
        low = 0.0 if self.hits == 0 else middle - half
        high = 1.0 if self.hits == self.n else middle + half
        return low, high


@dataclass(slots=True)
class Recall:
    """Counts of gold spans."""

    n: int = 0
    touched: int = 0
    covered: int = 0
    covered_untitled: int = 0
    typed: int = 0

    def shares(self) -> dict[str, Share]:
        """Each recall by its name."""
        names = ("touched", "covered", "covered_untitled", "typed")
        return {name: Share(getattr(self, name), self.n) for name in names}


@dataclass(slots=True)
class Precision:
    """Counts of spans found: all that count, and those that touch a gold span, of whatever class."""

    n: int = 0
    right: int = 0

    @property
    def share(self) -> Share:
        """Precision."""
        return Share(self.right, self.n)


class Fault(NamedTuple):
    """One error, by place: what stands there is never repeated."""

    document: str
    fault: str
    """`missed`, `partly` (touched, not covered titles apart), or `false` (found, and no gold span is there)."""
    kind: str
    """Kind of the gold span, or of the span found."""
    start: int
    end: int
    rule: str
    """Of a false span, what found it."""


@dataclass(slots=True)
class Evaluation:
    """One detector on one gold set."""

    total: Recall = field(default_factory=Recall)
    classes: dict[SafeHarbor, Recall] = field(default_factory=lambda: defaultdict(Recall))
    labels: dict[str, Recall] = field(default_factory=lambda: defaultdict(Recall))
    origins: dict[str, Recall] = field(default_factory=lambda: defaultdict(Recall))
    found: Precision = field(default_factory=Precision)
    found_classes: dict[SafeHarbor | None, Precision] = field(default_factory=lambda: defaultdict(Precision))
    """By class of the span found; None: spans of no class."""
    documents: int = 0
    with_identifiers: int = 0
    clean: int = 0
    """Of those, documents with every gold span covered."""
    clean_untitled: int = 0
    negatives: int = 0
    """Documents with nothing marked."""
    flagged: int = 0
    """Of those, documents with a span found."""
    words: int = 0
    """Words (between white space, with a letter or digit) that no gold span touches."""
    masked_words: int = 0
    """Of those, words with a letter or digit in a span found."""
    masked_words_by_class: dict[SafeHarbor | None, int] = field(default_factory=lambda: defaultdict(int))
    faults: list[Fault] = field(default_factory=list)
    """In the order of the documents."""


def evaluate(documents: Iterable[GoldDocument], detect: Detect) -> Evaluation:
    """What `detect` finds in `documents` beside their gold.

    Raises:
        ValueError: a span found does not lie in its text.
    """
    result = Evaluation()
    for document in documents:
        found = sorted(Found(*span) for span in detect(document.text))
        if any(not 0 <= span.start < span.end <= len(document.text) for span in found):
            raise ValueError(f"document {document.id}: a span found does not lie in its text")
        _judge(result, document, found)
    return result


def _judge(result: Evaluation, document: GoldDocument, found: Sequence[Found]) -> None:
    text, size = document.text, len(document.text)
    gold = [span for span in document.spans if span.kind is not None]
    marked, counted = _mask(size, document.spans), _mask(size, gold)
    masked = _mask(size, found)
    by_class = {
        each: _mask(size, [span for span in found if class_of(span.kind) is each])
        for each in {class_of(span.kind) for span in found}
    }

    leaks = leaks_untitled = 0
    for span in gold:
        group = class_of(span.kind or "")
        assert group is not None, "a gold span of a kind has a class"
        touched = _any(masked, span)
        covered = all(masked[at] for at in _letters(text, span))
        untitled = all(masked[at] for at in _letters(text, span, titles=False))
        typed = group in by_class and _any(by_class[group], span)
        slices = (result.classes[group], result.labels[span.label], result.origins[document.origin])
        for recall in (result.total, *slices):
            recall.n += 1
            recall.touched += touched
            recall.covered += covered
            recall.covered_untitled += untitled
            recall.typed += typed
        leaks += not covered
        leaks_untitled += not untitled
        if not untitled:
            fault = "partly" if touched else "missed"
            result.faults.append(Fault(document.id, fault, span.kind or "", span.start, span.end, ""))

    # A place that a detector reports as this and as that is one span, and one of each class.
    for _, same in groupby(found, key=lambda span: (span.start, span.end)):
        first, *others = same
        right = _any(counted, first)
        if not right and _any(marked, first):
            continue
        groups = {class_of(span.kind) for span in (first, *others)}
        for precision in (result.found, *(result.found_classes[each] for each in groups)):
            precision.n += 1
            precision.right += right
        if not right:
            result.faults.append(Fault(document.id, "false", first.kind, first.start, first.end, first.rule))

    result.documents += 1
    if gold:
        result.with_identifiers += 1
        result.clean += not leaks
        result.clean_untitled += not leaks_untitled
    if not document.spans:
        result.negatives += 1
        result.flagged += bool(found)
    for start, end in _words(text):
        if any(marked[start:end]):
            continue
        result.words += 1
        if _hides(text, masked, start, end):
            result.masked_words += 1
            for each, mask in by_class.items():
                result.masked_words_by_class[each] += _hides(text, mask, start, end)


def _mask(size: int, spans: Iterable[GoldSpan | Found]) -> bytearray:
    """A byte for each character: 1 in any of `spans`."""
    mask = bytearray(size)
    for span in spans:
        mask[span.start : span.end] = b"\1" * (span.end - span.start)
    return mask


def _any(mask: bytearray, span: GoldSpan | Found) -> bool:
    return mask.find(1, span.start, span.end) >= 0


def _letters(text: str, span: GoldSpan, *, titles: bool = True) -> list[int]:
    """Places of the letters and digits of a span; of all its characters if it has none.

    Without `titles`, less the courtesy titles of a name that is more than a title.
    """
    start, end = span.start, span.end
    places = [at for at in range(start, end) if text[at].isalnum()] or list(range(start, end))
    if titles or span.kind != "NAME":
        return places
    apart = {at for match in _TITLE.finditer(text, start, end) for at in range(*match.span())}
    return [at for at in places if at not in apart] or places


def _words(text: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        if any(map(str.isalnum, match.group())):
            yield match.span()


def _hides(text: str, mask: bytearray, start: int, end: int) -> bool:
    """A letter or digit of `[start, end)` is masked."""
    if mask.find(1, start, end) < 0:
        return False
    return any(mask[at] and text[at].isalnum() for at in range(start, end))


def detect_by(policy: str, undecided: str | None = None, weights: Path | None = None) -> Detect:
    """The detector of a policy, in characters; `undecided` and `weights` as `filters.phi.detector` takes them.

    Raises:
        RecipeError: unknown policy or decider.
        AssetError: what the decider needs is not here.
    """
    from filters.phi.detector import detector

    find = detector(policy, undecided, weights).find

    def detect(text: str) -> Iterator[Found]:
        # A lone surrogate has no UTF-8: "?" stands for it, one character for one.
        raw = text.encode(errors="replace")
        return in_characters(raw, find(raw, ()))

    return detect


def in_characters(text: bytes, spans: Sequence[Span]) -> Iterator[Found]:
    """`spans` of UTF-8 bytes, sorted and not overlapping, in characters of the same text."""
    for (start, end), span in zip(character_ranges(text, spans), spans, strict=True):
        yield Found(start, end, span.kind, span.rule)
