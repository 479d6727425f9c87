"""Tables of the overview: what sources lost where, and what is known of identifiers. Sums and orders only.

A table is as long as a page bears: the largest rows, and one line for all the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.verdict import Stage
from datacards.duplicates import Matrix, merged_matrix
from datacards.report.paths import source_page
from datacards.views import SourceView, View, dated, total
from filters.phi.classes import SafeHarbor, class_of
from filters.phi.evaluation import Share as Proportion
from manifests.amount import Amount
from manifests.model import PhiCount, PlantedRecall

MOST_SOURCES = 60
"""Sources that a table of the overview shows one by one."""
MOST_CROSSED = 24
"""Sources that the matrix of merged documents shows."""
MOST_COLUMNS = 10
"""Sources that have a column in the table of identifiers."""
SHADES = 5


@dataclass(frozen=True, slots=True)
class Loss:
    """What one source, or several, lost at one stage."""

    amount: Amount
    shade: int
    """0 where nothing was lost, else 1 to `SHADES` by the share of the documents read."""


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One source, or all that have no row of their own."""

    name: str
    page: str | None
    read: Amount
    losses: tuple[Loss, ...]
    kept: Amount


@dataclass(frozen=True, slots=True)
class Funnel:
    """Sources by stages. Stages at which nothing was lost anywhere have no column."""

    stages: tuple[str, ...]
    rows: tuple[FunnelRow, ...]
    total: FunnelRow


def largest_first(view: View) -> tuple[SourceView, ...]:
    """Sources by tokens kept, then by documents read."""
    return tuple(
        sorted(view.sources, key=lambda one: (-one.source.kept.tokens, -one.entered.documents, one.source.name))
    )


def funnel(view: View) -> Funnel:
    """What every source lost at every stage, in documents and tokens, before masking."""
    losing = {stage.stage for stage in view.manifest.ledger.stages if stage.entered != stage.left}
    stages = [*(stage.value for stage in Stage if stage in losing), *sorted(losing - {stage.value for stage in Stage})]
    ordered = largest_first(view)
    rows = [_row(one.source.name, source_page(one.source.name), [one], stages) for one in ordered[:MOST_SOURCES]]
    if rest := ordered[MOST_SOURCES:]:
        rows.append(_row(f"{len(rest):,} other sources", None, rest, stages))
    return Funnel(tuple(stages), tuple(rows), _row("All", None, ordered, stages))


def _row(name: str, page: str | None, sources: Sequence[SourceView], stages: Iterable[str]) -> FunnelRow:
    read = total(one.entered for one in sources)
    lost: dict[str, Amount] = defaultdict(Amount)
    for one in sources:
        for stage in one.stages:
            lost[stage.stage] = lost[stage.stage] + stage.entered - stage.left
    losses = tuple(Loss(lost[stage], _shade(lost[stage].documents, read.documents)) for stage in stages)
    return FunnelRow(name, page, read, losses, total(one.source.kept for one in sources))


def _shade(part: int, whole: int) -> int:
    """0 for nothing; else the number of the bounds .1 %, 1 %, 10 %, 50 % that the share reaches, and one."""
    return 1 + sum(part >= whole * bound for bound in (0.001, 0.01, 0.1, 0.5)) if part else 0


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of identifiers of 45 CFR 164.514(b)(2)(i): what was masked, and what was found of those planted."""

    letter: str
    holds: str
    spans: int
    by_source: tuple[int, ...]
    """In the order of `Classes.columns`."""
    planted: int
    covered: int

    @property
    def recall(self) -> Recall | None:
        """Share of the planted ones that were replaced to the last letter; None if none was planted."""
        return Recall(self.covered, self.planted) if self.planted else None


@dataclass(frozen=True, slots=True)
class Recall:
    """`covered` of `planted`."""

    covered: int
    planted: int

    @property
    def told(self) -> str:
        """The share, with its Wilson interval at 95 %."""
        share = Proportion(self.covered, self.planted)
        low, high = share.interval
        return f"{share.value:.3f} ({low:.3f} to {high:.3f})"

    @property
    def left(self) -> str:
        """Place of the interval's lower end on a bar, in percent."""
        return f"{100 * Proportion(self.covered, self.planted).interval[0]:.2f}%"

    @property
    def width(self) -> str:
        """Length of the interval on a bar, in percent."""
        low, high = Proportion(self.covered, self.planted).interval
        return f"{100 * max(high - low, 0.005):.2f}%"

    @property
    def low(self) -> bool:
        """Whether fewer than nine in ten were found."""
        return self.covered < 0.9 * self.planted


@dataclass(frozen=True, slots=True)
class Classes:
    """The evidence about identifiers, by class; `columns` name the sources with the most of them."""

    columns: tuple[str, ...]
    others: int
    """Sources with identifiers that have no column."""
    rows: tuple[ClassRow, ...]


def classes(masked: Iterable[PhiCount], planted: Iterable[PlantedRecall]) -> Classes:
    """All eighteen classes, and what was masked that belongs to none."""
    by_class: dict[str, Counter[str]] = defaultdict(Counter)
    by_source: Counter[str] = Counter()
    for count in masked:
        found = class_of(count.kind)
        by_class[found.value if found else ""][count.source] += count.spans
        by_source[count.source] += count.spans
    recall: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in planted:
        recall[one.letter][0] += one.planted
        recall[one.letter][1] += one.covered
    columns = tuple(name for name, _ in sorted(by_source.items(), key=lambda item: (-item[1], item[0]))[:MOST_COLUMNS])
    names = {each.value: each.holds for each in SafeHarbor} | ({"": "of no class"} if "" in by_class else {})
    rows = tuple(
        ClassRow(
            letter=letter,
            holds=holds,
            spans=by_class[letter].total(),
            by_source=tuple(by_class[letter][name] for name in columns),
            planted=recall[letter][0],
            covered=recall[letter][1],
        )
        for letter, holds in names.items()
    )
    return Classes(columns, len(by_source) - len(columns), rows)


def years(view: View) -> tuple[tuple[int, int], ...]:
    """(year, documents) over all sources, ascending."""
    found: Counter[int] = Counter()
    for one in view.sources:
        for year, documents in dated(one.source.years):
            found[year] += documents
    return tuple(sorted(found.items()))


def lengths(view: View) -> tuple[tuple[int, int], ...]:
    """(lower bound in tokens, documents) over all sources, ascending."""
    found: Counter[int] = Counter()
    for one in view.sources:
        for bound, documents in one.source.length_histogram:
            found[bound] += documents
    return tuple(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Crossed:
    """The matrix of merged documents, and how many of them it leaves out."""

    matrix: Matrix
    left_out: int


def crossed(view: View) -> Crossed:
    """Which source's documents gave way to which source's, of the sources with the most of them."""
    everything = view.manifest.dedup.cross_source
    sizes: Counter[str] = Counter()
    for one in everything:
        sizes[one.merged] += one.documents
        sizes[one.survivor] += one.documents
    shown = {name for name, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:MOST_CROSSED]}
    inside = [one for one in everything if one.merged in shown and one.survivor in shown]
    left_out = sum(one.documents for one in everything) - sum(one.documents for one in inside)
    return Crossed(
        merged_matrix(inside, (one.source.name for one in view.sources if one.source.name in shown)), left_out
    )
