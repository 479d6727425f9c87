"""What a source covers, arranged the way the pages tell it."""

from __future__ import annotations

from dataclasses import dataclass

from manifests.amount import Share
from manifests.coverage import ColumnNulls, Coverage, Labels
from manifests.model import Source


@dataclass(frozen=True, slots=True)
class CoveredView:
    """Coverage of a source that released something."""

    source: Source
    coverage: Coverage

    def length(self, percent: int) -> int | str:
        """The quantile of lengths in tokens; a word where there is none."""
        return next((one.tokens for one in self.coverage.lengths if one.percent == percent), "none")

    @property
    def notices(self) -> int:
        """Released documents that were corrected, doubted or retracted after publication."""
        return sum(one.released.documents for one in self.coverage.retractions if one.state != "none")

    @property
    def journals(self) -> tuple[Share, ...]:
        """The largest, and all others as one."""
        return _with_rest(self.coverage.journals, "journals")

    @property
    def domains(self) -> tuple[Share, ...]:
        """The largest, and all others as one."""
        return _with_rest(self.coverage.domains, "domains")

    @property
    def headings(self) -> tuple[Share, ...]:
        """The largest; a document counts for each of its own."""
        return self.coverage.mesh.top if self.coverage.mesh else ()

    @property
    def never(self) -> tuple[str, ...]:
        """Columns that no row has a value in."""
        return tuple(one.column for one in self.source.nulls if one.rows == self.source.kept.documents)

    @property
    def sometimes(self) -> tuple[ColumnNulls, ...]:
        """Columns that some rows have no value in."""
        return tuple(one for one in self.source.nulls if 0 < one.rows < self.source.kept.documents)


def covered(source: Source) -> CoveredView | None:
    """None where nothing was released, or nothing was counted."""
    if source.coverage is None or not source.kept.documents:
        return None
    return CoveredView(source, source.coverage)


def _with_rest(labels: Labels, noun: str) -> tuple[Share, ...]:
    others = labels.distinct - len(labels.top)
    if not others:
        return labels.top
    return (*labels.top, Share(label=f"{others:,} other {noun}", amount=labels.rest))
