"""The ledger: every record read is kept, dropped, merged or failed, and the account closes in four measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from corpus.errors import LedgerImbalance
from corpus.verdict import Stage, Verdict
from manifests.amount import Amount, Share
from manifests.model import Ledger, LedgerLine, StageBalance

KEYS = ["source", "raw_file", "stage", "verdict", "reason"]


def ledger_table(audit: pl.LazyFrame) -> pl.DataFrame:
    """Raw file x stage x verdict x reason: documents, bytes, words and tokens, from record tables."""
    sums = [pl.len().cast(pl.Int64).alias("documents"), pl.col("bytes", "words", "tokens").sum()]
    return audit.group_by(KEYS).agg(sums).sort(KEYS).collect()


def amount_of(row: Mapping[str, int]) -> Amount:
    """The four measures of a ledger row."""
    return Amount(documents=row["documents"], bytes=row["bytes"], words=row["words"], tokens=row["tokens"])


def make_ledger(
    table: pl.DataFrame,
    sources: Sequence[str],
    masked: Mapping[str, Amount],
    cut: Mapping[str, Amount],
    released: Mapping[str, Amount],
) -> Ledger:
    """Close the account of each source, stage by stage.

    Args:
        table: source, raw_file, stage, verdict, reason, documents, bytes, words, tokens; all records as read.
        sources: in the order to present them.
        masked: by source, text as read minus text as masked, of the kept documents.
        cut: by source, text as masked minus text as released; sources that it does not name lost nothing.
        released: by source, the sum over its shards.

    Raises:
        LedgerImbalance: what is left after the last stage is not what was kept, or not what was released.
    """
    summed = (
        table.group_by("source", "stage", "verdict", "reason")
        .agg(pl.col("documents", "bytes", "words", "tokens").sum())
        .sort("source", "stage", "verdict", "reason")
    )
    rows = summed.to_dicts()
    order = {stage.value: place for place, stage in enumerate(Stage)}
    lines = [
        LedgerLine(
            source=row["source"],
            stage=row["stage"],
            verdict=row["verdict"],
            reason=row["reason"],
            amount=amount_of(row),
        )
        for row in sorted(rows, key=lambda row: (sources.index(row["source"]), order[row["stage"]], row["reason"]))
        if row["verdict"] != Verdict.KEEP.value
    ]
    # Most snapshots know nothing of these stages, those of a time when there were none among them.
    rare = {Stage.CONTAMINATION, Stage.TAKEDOWN} - {line.stage for line in lines}
    stages: list[StageBalance] = []
    curated: dict[str, Amount] = {}
    for source in sources:
        mine = [row for row in rows if row["source"] == source]
        left = sum((amount_of(row) for row in mine), Amount())
        kept = sum((amount_of(row) for row in mine if row["verdict"] == Verdict.KEEP.value), Amount())
        for stage in Stage:
            here = [line for line in lines if (line.source, line.stage) == (source, stage)]
            gone = {
                verdict: sum((line.amount for line in here if line.verdict == verdict), Amount())
                for verdict in ("drop", "merge", "fail")
            }
            after = left - gone["drop"] - gone["merge"] - gone["fail"]
            if stage is not Stage.RELEASE and stage not in rare:
                stages.append(
                    StageBalance(
                        source=source,
                        stage=stage.value,
                        entered=left,
                        dropped=gone["drop"],
                        merged=gone["merge"],
                        failed=gone["fail"],
                        left=after,
                    )
                )
            left = after
        check_source(source, left, kept, masked[source], cut.get(source, Amount()), released[source])
        curated[source] = kept
    return Ledger(
        lines=tuple(lines),
        stages=tuple(stages),
        masked=tuple(Share(label=source, amount=masked[source]) for source in sources),
        cut=tuple(Share(label=source, amount=cut[source]) for source in sources if source in cut),
        curated=tuple(Share(label=source, amount=curated[source]) for source in sources),
        released=tuple(Share(label=source, amount=released[source]) for source in sources),
    )


def check_source(source: str, left: Amount, kept: Amount, masked: Amount, cut: Amount, released: Amount) -> None:
    """What the stages left = what was kept = what was released plus what masking and cutting took.

    Raises:
        LedgerImbalance: names the source and both sides.
    """
    if left != kept:
        raise LedgerImbalance(f"source {source}: the stages leave {left}, but {kept} was kept")
    hidden, gone = (amount.model_copy(update={"documents": 0}) for amount in (masked, cut))
    if kept - hidden - gone != released:
        raise LedgerImbalance(
            f"source {source}: {kept} kept, {hidden} masked away, {gone} cut, but {released} released"
        )
