"""What is known of the errors of near-dedup: the fields of the manifest that `manifests.precision` fills."""

from __future__ import annotations

from manifests.strict import Strict


class StratumReview(Strict):
    """What was read of one stratum of a source."""

    source: str
    stratum: str
    removals: int
    """All removals of the stratum."""
    shown: int
    """Of these, pairs in the sample."""
    copies: int
    distinct: int
    unsure: int
    """Pairs that were read, and not decided: somebody is unsure, or two disagree."""


class Precision(Strict):
    """Estimated precision of the removals of one source, or of all; bounds at 95 %. Null where nothing was decided."""

    source: str
    removals: int
    covered: int
    """Removals of strata of which a pair was decided: the estimate speaks of these."""
    read: int
    copies: int
    distinct: int
    unsure: int
    precision: float | None
    low: float | None
    high: float | None
    wrong: float | None
    """Estimated number of documents wrongly removed, among those covered."""
    wrong_low: float | None
    wrong_high: float | None


class Agreement(Strict):
    """How far two people who judged the same pairs agree: Cohen, A coefficient of agreement for nominal scales, Educ.
    Psychol. Meas. 20 (1960), 37-46, over the three verdicts."""

    reviewers: tuple[str, str]
    pairs: int
    agreed: int
    kappa: float | None
    """Null where chance alone would have them agree: both gave one and the same verdict only."""


class RemovalEstimate(Strict):
    """What is known of the errors of near-dedup."""

    total: Precision
    sources: tuple[Precision, ...]
    strata: tuple[StratumReview, ...]
    agreement: tuple[Agreement, ...]
    reviewers: int
    stale: int
    """Verdicts on pairs of the sample whose texts were others."""
    elsewhere: int
    """Verdicts on pairs that are not in the sample."""


class StratumAudit(Strict):
    """What people said of the samples of one stratum; bounds at 95 %. Null where nothing was decided."""

    source: str
    verdict: str
    stage: str
    reason: str
    documents: int
    """All documents of the stratum."""
    shown: int
    """Of these, drawn by lot."""
    right: int
    """Of those drawn by lot, decided rightly; the same holds of `wrong` and `unsure`."""
    wrong: int
    unsure: int
    beside: int
    """Read, and not drawn by lot: they say nothing of the others."""
    share: float | None
    """Estimated share of the stratum that was decided rightly."""
    low: float | None
    high: float | None


class Rightness(Strict):
    """Estimated share of what was removed, or of what was kept, that was decided rightly; bounds at 95 %."""

    what: str
    covered: int
    """Documents of strata of which a sample was decided: the estimate speaks of these."""
    right: int
    wrong: int
    unsure: int
    share: float | None
    low: float | None
    high: float | None


class AuditEstimate(Strict):
    """What is known of the decisions of a snapshot, from people who read samples of them."""

    removed: Rightness
    kept: Rightness
    strata: tuple[StratumAudit, ...]
    """Those of which a sample was read, by source, verdict, stage and reason."""
    reviewers: int
    stale: int
    """Verdicts on documents that are shown, but of another text or another decision."""
    elsewhere: int
    """Verdicts on documents that are not shown."""
