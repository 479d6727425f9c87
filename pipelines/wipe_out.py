"""The guard against dedup that takes a source away: how much of each source near-dedup removes, and what it may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from dedup.resolve import Method
from pipelines.sections.deduplication import DedupRecipe
from pipelines.sections.sources import SourceRecipe


class Loss(NamedTuple):
    """What near-dedup takes of one source."""

    source: str
    removed: int
    documents: int
    """Of the source, after identity and exact dedup."""
    survivor: str
    """doc_id that most of them give way to; the least of several."""
    of_survivor: int
    """Documents of the source that give way to it."""


def losses(merges: Path, sources: Mapping[str, Sequence[int]], of_bundle: Sequence[int]) -> Iterator[Loss]:
    """The losses of all sources that have any.

    `merges` is the table of merged documents, `sources` lists the bundles of each source, `of_bundle` counts the
    candidates of each bundle.
    """
    table = pl.scan_parquet(merges, glob=False).select("bundle", "method", "survivor")
    near = pl.col("method") == Method.NEAR.name.lower()
    for source, numbers in sources.items():
        mine = table.filter(pl.col("bundle").is_in(list(numbers)))
        others = mine.filter(~near).select(pl.len()).collect().item()
        largest = (
            mine.filter(near).group_by("survivor").len().sort("len", "survivor", descending=[True, False]).collect()
        )
        if len(largest):
            survivor, most = largest.row(0)
            documents = sum(of_bundle[number] for number in numbers) - others
            yield Loss(source, int(largest["len"].sum()), documents, survivor, most)


def broken_rule(loss: Loss, policy: DedupRecipe, source: SourceRecipe) -> str | None:
    """The bound that a loss is above, as the recipe calls it; None if it may be.

    A source's own bound holds for any number of documents.
    """
    if source.max_near_loss is not None:
        above = loss.removed > source.max_near_loss * loss.documents
        return f"its max_near_loss {source.max_near_loss:.0%}" if above else None
    above = loss.removed > policy.max_loss_documents and loss.removed > policy.max_loss_share * loss.documents
    return f"dedup.max_loss_share {policy.max_loss_share:.0%}" if above else None


def told(loss: Loss, rule: str, pairs: Path | None) -> str:
    """What a person needs to know: how much, by which rule, in favour of what, and how to look at it.

    `pairs` is a file of pairs to read; None if all survivors are in earlier snapshots, whose texts lie there.
    """
    share = f"{loss.removed / loss.documents:.0%}"
    if pairs is None:
        look = "Ask for texts of yours in the earlier snapshot: hc4 dedup query FILE"
    else:
        look = f"Read some beside what they would give way to, identifiers masked: hc4 dedup review {pairs}"
    return (
        f"source {loss.source}: near-duplicate removal would take {loss.removed:,} of {loss.documents:,} documents "
        f"({share}), above {rule}. {loss.of_survivor:,} of them would give way to {loss.survivor}; the documents may "
        f"share a template. {look}"
    )
