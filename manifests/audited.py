"""How often a snapshot decided rightly, from what people said of its samples.

A sample shows a document and what became of it: kept, dropped by a rule, merged. It was decided rightly if a person who
reads it would have decided so. Of each stratum (source, verdict, stage, reason) documents were drawn by lot, and what
was said of these speaks for all of it (`manifests.weighed`); samples that are shown because they lie near to a bound
are counted apart. So are those that reviewers are unsure of, or disagree on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import polars as pl

from corpus.digest import digest
from corpus.verdict import Verdict
from manifests.estimates import AuditEstimate, Rightness, StratumAudit
from manifests.model import Manifest
from manifests.strict import Strict
from manifests.verdicts import read_lines
from manifests.weighed import Read, weigh

Opinion = Literal["right", "wrong", "unsure"]
OPINIONS: tuple[Opinion, ...] = ("right", "wrong", "unsure")
STRATUM = ("source", "verdict", "stage", "reason")
_NAMED = ("source", "doc_id", "verdict", "stage", "reason", "excerpt")
Key = tuple[str, str, str, str]


class SampleVerdict(Strict):
    """What one person said of one sample; a line of a file of verdicts."""

    sample: str
    """Digest of the sample (`sample_digest`): of another text, or another decision, nothing was said."""
    source: str
    doc_id: str
    stage: str
    reason: str
    verdict: Opinion
    reviewer: str


def sample_digest(sample: Mapping[str, Any]) -> str:
    """Names a sample by its document, by what became of it, and by the text that was shown."""
    return digest({name: sample[name] for name in _NAMED})


def read_verdicts(path: Path) -> list[SampleVerdict]:
    """The lines of a file of verdicts on samples.

    Raises:
        RecipeError: there is no such file, or a line is no verdict.
    """
    return read_lines(path, SampleVerdict)


def decide(opinions: Sequence[Opinion]) -> Opinion:
    """What more than half say; unsure if no opinion has so many."""
    opinion, count = Counter(opinions).most_common(1)[0]
    return opinion if 2 * count > len(opinions) else "unsure"


def stratum_sizes(manifest: Manifest) -> dict[Key, int]:
    """Documents of each stratum, by source, verdict, stage and reason."""
    lost: dict[Key, int] = {
        (one.source, one.verdict, one.stage, one.reason): one.amount.documents for one in manifest.ledger.lines
    }
    kept = {(one.name, "keep", "release", "kept"): one.kept.documents for one in manifest.sources}
    return {**lost, **kept}


def estimate(samples: pl.DataFrame, sizes: Mapping[Key, int], said: Iterable[SampleVerdict]) -> AuditEstimate:
    """The estimate from the table of samples, the sizes of its strata, and what people said.

    Of several verdicts of one reviewer on a sample the last counts. Of several reviewers more than half decide.
    """
    said = list(said)
    rows = samples.select(*_NAMED, "turn").unique(maintain_order=True)
    # Whoever is shown twice, by lot and as a narrow pass, was judged once.
    by_lot: dict[str, bool] = defaultdict(bool)
    strata: dict[str, Key] = {}
    for row in rows.iter_rows(named=True):
        name = sample_digest(row)
        by_lot[name] |= row["turn"] is not None
        strata[name] = (row["source"], row["verdict"], row["stage"], row["reason"])
    opinions: dict[str, dict[str, Opinion]] = defaultdict(dict)
    for one in said:
        if one.sample in strata:
            opinions[one.sample][one.reviewer] = one.verdict
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    for name, own in opinions.items():
        counts[strata[name]][decide(list(own.values())) if by_lot[name] else "beside"] += 1
    shown = _shown(samples)
    reviews = tuple(
        _stratum(key, sizes.get(key, shown.get(key, 0)), shown.get(key, 0), counts[key]) for key in sorted(counts)
    )
    known = set(samples.select("source", "doc_id").iter_rows())
    others = [one for one in said if one.sample not in strata]
    return AuditEstimate(
        removed=_whole("removed", [one for one in reviews if one.verdict != Verdict.KEEP.value]),
        kept=_whole("kept", [one for one in reviews if one.verdict == Verdict.KEEP.value]),
        strata=reviews,
        reviewers=len({reviewer for own in opinions.values() for reviewer in own}),
        stale=sum((one.source, one.doc_id) in known for one in others),
        elsewhere=sum((one.source, one.doc_id) not in known for one in others),
    )


def _shown(samples: pl.DataFrame) -> dict[Key, int]:
    """Documents of each stratum that were drawn by lot."""
    lots = samples.filter(pl.col("turn").is_not_null()).group_by(STRATUM).agg(pl.len())
    return {(row[0], row[1], row[2], row[3]): row[4] for row in lots.iter_rows()}


def _stratum(key: Key, documents: int, shown: int, counts: Counter[str]) -> StratumAudit:
    names = dict(zip(STRATUM, key, strict=True))
    found = weigh([Read(documents, counts["right"], counts["wrong"])])
    return StratumAudit(
        **names,
        documents=documents,
        shown=shown,
        right=counts["right"],
        wrong=counts["wrong"],
        unsure=counts["unsure"],
        beside=counts["beside"],
        share=found.share if found else None,
        low=found.bounds[0] if found else None,
        high=found.bounds[1] if found else None,
    )


def _whole(what: str, strata: Sequence[StratumAudit]) -> Rightness:
    found = weigh(Read(one.documents, one.right, one.wrong) for one in strata)
    return Rightness(
        what=what,
        covered=found.covered if found else 0,
        right=sum(one.right for one in strata),
        wrong=sum(one.wrong for one in strata),
        unsure=sum(one.unsure for one in strata),
        share=found.share if found else None,
        low=found.bounds[0] if found else None,
        high=found.bounds[1] if found else None,
    )


def contradicted(stated: AuditEstimate, samples: pl.DataFrame, sizes: Mapping[Key, int]) -> bool:
    """Whether an estimate is of other strata than the snapshot's, or does not follow from what it says of them."""
    shown = _shown(samples)
    for one in stated.strata:
        key = (one.source, one.verdict, one.stage, one.reason)
        counts = Counter({"right": one.right, "wrong": one.wrong, "unsure": one.unsure, "beside": one.beside})
        if one.right + one.wrong + one.unsure > one.shown or key not in sizes:
            return True
        if one != _stratum(key, sizes[key], shown.get(key, 0), counts):
            return True
    if [*stated.strata] != sorted(stated.strata, key=lambda one: (one.source, one.verdict, one.stage, one.reason)):
        return True
    removed = [one for one in stated.strata if one.verdict != Verdict.KEEP.value]
    kept = [one for one in stated.strata if one.verdict == Verdict.KEEP.value]
    return (stated.removed, stated.kept) != (_whole("removed", removed), _whole("kept", kept))
