"""The manifest, arranged the way the pages tell it. Nothing is measured here; sums and orders only.

Orders are total (amount, then name), so that equal manifests give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.digest import Json, canonical
from datacards.covered import CoveredView, covered
from datacards.text import Markdown, code
from filters.datatrove.formatters import Outcomes
from filters.phi.classes import SafeHarbor
from filters.phi.evaluation import Share as Proportion
from manifests.amount import Amount, Share
from manifests.model import (
    LedgerLine,
    Manifest,
    PhiCount,
    PlantedRecall,
    RawFile,
    Shard,
    Source,
    Split,
    StageBalance,
)

_HOLDS = {each.value: each.holds for each in SafeHarbor}

ROWS = 200
"""A page shows this many rows of a long table (raw files, shards, packages) and names the rest by their number."""


@dataclass(frozen=True, slots=True)
class FormatterView:
    """What one formatter did to the documents of one source."""

    name: str
    formatter: str
    options: str
    """As canonical JSON, keys sorted; empty if it has none."""
    rewritten: int
    """Documents."""
    emptied: int
    failed: int


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source with everything that other parts of the manifest say about it."""

    source: Source
    stages: tuple[StageBalance, ...]
    losses: tuple[LedgerLine, ...]
    """What left it, the largest number of documents first."""
    masked: Amount
    """What masking took, and of how many documents."""
    cut: Amount
    """What was cut of repeated paragraphs after that."""
    phi: tuple[PhiCount, ...]
    shards: tuple[Shard, ...]

    @property
    def covered(self) -> CoveredView | None:
        """What its released text covers, where that was counted."""
        return covered(self.source)

    @property
    def curated(self) -> Amount:
        """Its kept documents, as read: what is released, and what masking and cutting took away."""
        return self.source.kept + (self.masked + self.cut).model_copy(update={"documents": 0})

    @property
    def raw_bytes(self) -> int:
        """Bytes of its raw files as fetched."""
        return sum(file.bytes for file in self.source.raw_files)

    @property
    def quarantined(self) -> tuple[RawFile, ...]:
        """Raw files that could not be read at all."""
        return tuple(file for file in self.source.raw_files if file.quarantined is not None)

    @property
    def fact_names(self) -> tuple[str, ...]:
        """Facts that its reader and formatters counted, over all raw files."""
        return tuple(sorted({name for file in self.source.raw_files for name in file.facts}))

    @property
    def formatters(self) -> tuple[FormatterView, ...]:
        """What rewrote its documents as they were read, in order, with what its raw files count of each."""
        return tuple(
            FormatterView(
                one.name,
                one.formatter,
                canonical(one.options).decode() if one.options else "",
                *(
                    sum(file.facts.get(fact, 0) for file in self.source.raw_files)
                    for fact in (Outcomes(one.name).rewritten, Outcomes(one.name).emptied, Outcomes(one.name).failed)
                ),
            )
            for one in self.source.formatters
        )

    @property
    def fate(self) -> tuple[int, int, int, int]:
        """Documents kept, dropped, merged and failed."""
        return (
            self.source.kept.documents,
            sum(stage.dropped.documents for stage in self.stages),
            sum(stage.merged.documents for stage in self.stages),
            sum(stage.failed.documents for stage in self.stages),
        )

    @property
    def idle(self) -> tuple[str, ...]:
        """Stages that took nothing away."""
        return tuple(stage.stage for stage in self.stages if stage.left == stage.entered)

    @property
    def entered(self) -> Amount:
        """What its first stage was given: the whole of every bar in its funnel."""
        return self.stages[0].entered if self.stages else self.source.read


@dataclass(frozen=True, slots=True)
class View:
    """A manifest and what follows from it by adding up."""

    manifest: Manifest
    sources: tuple[SourceView, ...]

    @property
    def research(self) -> bool:
        """Whether the snapshot may hold text under terms that are not open licences."""
        return self.manifest.licence_profile == "research"

    @property
    def read(self) -> Amount:
        """Everything read, over all sources."""
        return total(view.source.read for view in self.sources)

    @property
    def licences(self) -> tuple[Share, ...]:
        """Licences over all sources, most tokens first."""
        return _merged(self, "licences")

    @property
    def languages(self) -> tuple[Share, ...]:
        """Identified languages over all sources, most tokens first."""
        return _merged(self, "languages")

    @property
    def doc_types(self) -> tuple[Share, ...]:
        """Document types over all sources, most tokens first."""
        return _merged(self, "doc_types")

    @property
    def genres(self) -> tuple[Share, ...]:
        """Kinds of publication over all sources, most tokens first."""
        return _merged(self, "genres")

    @property
    def splits(self) -> tuple[Share, ...]:
        """Splits as shares of the corpus, in the manifest's order."""
        return tuple(Share(label=split.name, amount=split.amount) for split in self.manifest.splits)

    @property
    def years(self) -> tuple[int, ...]:
        """Years of publication that occur, ascending; documents without one are not among them."""
        labels = {label for view in self.sources for label, _ in dated(view.source.years)}
        return tuple(sorted(labels))

    @property
    def undated(self) -> int:
        """Kept documents whose source gives no year."""
        return sum(undated(view.source) for view in self.sources)

    @property
    def spans(self) -> int:
        """Identifiers masked in the released text."""
        return sum(count.spans for count in self.manifest.privacy.masked)

    @property
    def phi_kinds(self) -> tuple[str, ...]:
        """Kinds of identifier that were masked anywhere."""
        return tuple(sorted({count.kind for count in self.manifest.privacy.masked}))

    @property
    def surrogate_policies(self) -> Markdown:
        """Policies that put surrogates in the place of identifiers."""
        replaced = self.manifest.privacy.replaced
        return Markdown(", ".join(code(name) for name, what in replaced.items() if what == "surrogate"))

    @property
    def planted_letters(self) -> tuple[tuple[str, str], ...]:
        """Classes that were planted anywhere, by letter, and what each holds."""
        letters = {recall.letter for recall in self.manifest.privacy.planted}
        return tuple((letter, holds) for letter, holds in _HOLDS.items() if letter in letters)

    @property
    def planted(self) -> tuple[PlantedRow, ...]:
        """What was found of planted identifiers, by source and policy."""
        found: dict[tuple[str, str], dict[str, PlantedRecall]] = {}
        for recall in self.manifest.privacy.planted:
            found.setdefault((recall.source, recall.policy), {})[recall.letter] = recall
        letters = [letter for letter, _ in self.planted_letters]
        return tuple(
            PlantedRow(source, policy, tuple(own.get(letter) for letter in letters))
            for (source, policy), own in found.items()
        )

    @property
    def merged(self) -> int:
        """Documents merged into another, at any stage."""
        return sum(view.fate[2] for view in self.sources)

    @property
    def raw_files(self) -> int:
        """Raw files read or quarantined."""
        return sum(len(view.source.raw_files) for view in self.sources)

    @property
    def quarantined(self) -> int:
        """Raw files that could not be read at all."""
        return sum(len(view.quarantined) for view in self.sources)


@dataclass(frozen=True, slots=True)
class PlantedRow:
    """Recall of planted identifiers in documents of one source that were screened by one policy."""

    source: str
    policy: str
    cells: tuple[PlantedRecall | None, ...]
    """By class, in the order of `View.planted_letters`; None where the policy does not look for it."""

    @property
    def planted(self) -> int:
        """Identifiers planted."""
        return sum(cell.planted for cell in self.cells if cell)

    @property
    def covered(self) -> str:
        """Share of all of them of which every letter was replaced, with its interval at 95 %."""
        share = Proportion(sum(cell.covered for cell in self.cells if cell), self.planted)
        low, high = share.interval
        return f"{share.value:.3f} ({low:.3f} to {high:.3f})"

    @property
    def shares(self) -> tuple[str, ...]:
        """By class, the covered share; a dash where the policy does not look for it."""
        return tuple(f"{cell.covered / cell.planted:.2f}" if cell else "\N{EN DASH}" for cell in self.cells)


def view(manifest: Manifest) -> View:
    """Arrange `manifest` by source."""
    ledger, privacy = manifest.ledger, manifest.privacy
    masked, cut = ({line.label: line.amount for line in lines} for lines in (ledger.masked, ledger.cut))
    sources = tuple(
        SourceView(
            source=source,
            stages=tuple(stage for stage in ledger.stages if stage.source == source.name),
            losses=tuple(sorted((line for line in ledger.lines if line.source == source.name), key=_largest)),
            masked=masked.get(source.name, Amount()),
            cut=cut.get(source.name, Amount()),
            phi=tuple(
                sorted(
                    (count for count in privacy.masked if count.source == source.name),
                    key=lambda count: (-count.spans, count.kind),
                )
            ),
            shards=tuple(shard for shard in manifest.shards if shard.source == source.name),
        )
        for source in manifest.sources
    )
    return View(manifest, sources)


def total(amounts: Iterable[Amount]) -> Amount:
    """Their sum."""
    return sum(amounts, start=Amount())


def dated(years: Iterable[Share]) -> tuple[tuple[int, int], ...]:
    """(year, documents) of the shares that are labelled with a year."""
    return tuple(
        (int(year.label), year.amount.documents) for year in years if year.label.isdecimal() and len(year.label) == 4
    )


def undated(source: Source) -> int:
    """Kept documents of `source` without a year of publication."""
    return source.kept.documents - sum(documents for _, documents in dated(source.years))


def retrieved(manifest: Manifest) -> tuple[str, str] | None:
    """The oldest and the newest day (ISO 8601) on which a raw file was fetched; None if none is stated."""
    days = {file.retrieval.retrieved[:10] for source in manifest.sources for file in source.raw_files if file.retrieval}
    return (min(days), max(days)) if days else None


def split_names(splits: Iterable[Split], shards: Iterable[Shard]) -> tuple[str, ...]:
    """Splits that have a shard, in the manifest's order."""
    present = {shard.split for shard in shards}
    named = [split.name for split in splits if split.name in present]
    return (*named, *sorted(present - set(named)))


def recipe_part(recipe: Json, *path: str) -> Json:
    """The value at `path` in the recipe, or None."""
    for key in path:
        if not isinstance(recipe, dict) or key not in recipe:
            return None
        recipe = recipe[key]
    return recipe


def _largest(line: LedgerLine) -> tuple[int, str, str, str]:
    return (-line.amount.documents, line.stage, line.verdict, line.reason)


def _merged(whole: View, field: str) -> tuple[Share, ...]:
    sums: dict[str, Amount] = {}
    for source in whole.sources:
        shares: tuple[Share, ...] = getattr(source.source, field)
        for one in shares:
            sums[one.label] = sums.get(one.label, Amount()) + one.amount
    return tuple(
        Share(label=label, amount=amount)
        for label, amount in sorted(sums.items(), key=lambda item: (-item[1].tokens, -item[1].documents, item[0]))
    )
