"""What a snapshot states of evaluation sets, against its own tables.

Whether a copy was overlooked no table says: `hc4 contamination` looks for the items again, in the text as released.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corpus.tables import row_groups
from corpus.verdict import Stage, Verdict
from filters.phi.spans import EVALUATION_ITEM
from manifests import layout
from manifests.contamination import (
    ACTIONS,
    HITS,
    MOSTLY_ITEMS,
    OUTCOMES,
    RECORD,
    Contamination,
    action_of,
    found_of,
    in_order,
    outcome_of,
    reason_of,
)
from manifests.finding import Finding
from manifests.screening import account_of
from manifests.snapshot import Snapshot

KIND = "contamination"
_REPORT, _DROP = ACTIONS[0], ACTIONS[2]
_RELEASED, _MASKED = OUTCOMES[:2]


def findings(snapshot: Snapshot) -> Iterator[Finding]:
    """Counts that the table of copies does not give, policies that were not carried out, records that say otherwise."""
    stated = snapshot.manifest.contamination
    listed = [file.path for file in snapshot.manifest.files if file.kind == KIND]
    if listed != ([layout.CONTAMINATION] if stated else []):
        yield Finding(layout.MANIFEST, f"the table of copies of evaluation items is not at {layout.CONTAMINATION}")
        return
    if stated is None:
        yield from _none_dropped(snapshot)
        return
    path = snapshot.folder / layout.CONTAMINATION
    hits = pl.scan_parquet(path, glob=False)
    if (columns := hits.collect_schema()) != pl.Schema(HITS):
        yield Finding(layout.CONTAMINATION, f"has not the columns {', '.join(HITS)}, but {', '.join(columns.names())}")
        return
    if not in_order(row_groups(path)):
        yield Finding(layout.CONTAMINATION, "its rows are not in their order")
        return
    found = found_of(row_groups(path))
    for one in stated.sets:
        if found.get(one.name, ()) != one.found:
            yield Finding(layout.MANIFEST, f"contamination: what was found of {one.name} is not what its table lists")
    names = {one.name for one in stated.sets}
    if strange := sorted(set(found) - names):
        yield Finding(layout.CONTAMINATION, f"lists items of {strange[0]}, a set that the manifest does not state")
    if stated.screened != tuple(one.name for one in snapshot.manifest.sources if one.use == "train"):
        yield Finding(layout.MANIFEST, "contamination.screened are not the sources that are not there to evaluate with")
    yield from _actions(hits, stated)
    yield from _outcomes(snapshot, hits)
    yield from _masked(snapshot, hits)


def _first(rows: pl.LazyFrame) -> list[str]:
    """The first document of `rows`, if there is one."""
    found: list[str] = rows.select(pl.col("doc_id").min()).collect()["doc_id"].drop_nulls().to_list()
    return found


def _none_dropped(snapshot: Snapshot) -> Iterator[Finding]:
    if any(line.stage == Stage.CONTAMINATION.value for line in snapshot.manifest.ledger.lines):
        yield Finding(layout.MANIFEST, "documents were dropped for evaluation items, and it states no evaluation set")


def _actions(hits: pl.LazyFrame, stated: Contamination) -> Iterator[Finding]:
    """Each copy is treated as the policy of its set asks."""
    asked = [(one.name, part, action) for one in stated.sets for part, action in one.policy.items()]
    policy = pl.LazyFrame(asked, schema={"set": pl.String, "part": pl.String, "asked": pl.String}, orient="row")
    wrong = hits.join(policy, on=["set", "part"], how="left").filter(
        pl.col("action") != action_of("asked", stated.min_score)
    )
    for doc_id in _first(wrong):
        yield Finding(layout.CONTAMINATION, f"a copy in {doc_id} is not treated as its policy asks")


def _outcomes(snapshot: Snapshot, hits: pl.LazyFrame) -> Iterator[Finding]:
    """What became of each copy is how its record ends; who is dropped for an item has a copy of it."""
    audit = snapshot.audit()
    if not audit.collect_schema().names():
        return
    audit = audit.filter(pl.col("doc_id").is_not_null())
    ends = audit.select(*(pl.col(name).cast(kind) for name, kind in HITS.items() if name in RECORD), "verdict", "stage")
    both = hits.join(ends, on=list(RECORD), how="left", nulls_equal=True)
    kept = pl.col("verdict") == Verdict.KEEP.value
    at = pl.col("stage")
    # A document that was taken out had been released when this was stated.
    taken_out = (at == Stage.TAKEDOWN.value) & pl.col("outcome").is_in([_RELEASED, _MASKED])
    unknown = pl.col("verdict").is_null()
    wrong = both.filter(unknown | ((pl.col("outcome") != outcome_of()) & ~taken_out))
    for doc_id in _first(wrong):
        yield Finding(layout.CONTAMINATION, f"what became of the copies in {doc_id} is not how its record ends")
    for (doc_id,) in (
        both.filter(kept & (pl.col("action") == _DROP)).select("doc_id").sort("doc_id").head(1).collect().iter_rows()
    ):
        yield Finding(layout.CONTAMINATION, f"{doc_id} is released, and its policy is to drop it")
    copies = hits.filter(pl.col("action") != _REPORT).select(
        *RECORD, pl.when(pl.col("action") == _DROP).then(reason_of()).otherwise(pl.lit(MOSTLY_ITEMS)).alias("reason")
    )
    ended = audit.filter(at == Stage.CONTAMINATION.value)
    ended = ended.select(*(pl.col(name).cast(kind) for name, kind in HITS.items() if name in RECORD), "reason")
    alone = ended.join(copies, on=[*RECORD, "reason"], how="anti", nulls_equal=True)
    for doc_id in _first(alone):
        yield Finding(layout.AUDIT, f"{doc_id} was dropped for an item of which no copy in it is listed")


def _masked(snapshot: Snapshot, hits: pl.LazyFrame) -> Iterator[Finding]:
    """Where the accounts say that an item is masked there was a copy of it; and every such document is masked.

    A placeholder may be gone with the repeated paragraph that it stood in.
    """
    masked = hits.filter(pl.col("outcome") == _MASKED).select("source", "doc_id", reason_of().alias("rule")).unique()
    for source in snapshot.manifest.sources:
        shards = [shard for shard in snapshot.manifest.shards if shard.source == source.name]
        if not shards:
            continue
        accounts = [snapshot.folder / account_of(shard) for shard in shards]
        place = f"{layout.PRIVACY}/{source.name}"
        told = (
            pl.scan_parquet(accounts, glob=False)
            .filter(pl.col("kind").cast(pl.String) == EVALUATION_ITEM)
            .select(pl.col("doc_id").cast(pl.String), pl.col("rule").cast(pl.String))
        )
        mine = masked.filter(pl.col("source") == source.name)
        unlisted = told.join(mine, on=["doc_id", "rule"], how="anti")
        for doc_id in _first(unlisted):
            yield Finding(place, f"{doc_id} has an item masked of which no copy in it is listed")
        paths = [snapshot.folder / shard.path for shard in shards]
        whole = pl.scan_parquet(paths, glob=False).filter(pl.col("paragraphs_cut") == 0).select("doc_id")
        left = mine.join(whole, on="doc_id", how="semi").join(told, on="doc_id", how="anti")
        for doc_id in _first(left):
            yield Finding(place, f"an item that the policy masks stands in {doc_id}")
