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
