"""Whether documents are held out as the manifest says: by the positions of their groups, and by their dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from manifests import layout
from manifests.finding import Finding
from manifests.model import Manifest, SplitRule
from manifests.snapshot import Snapshot
from shards.place import VALIDATION, VALIDATION_TIME, position


def thresholds(manifest: Manifest) -> dict[str, float] | None:
    """By source, the position below which its groups are held out; None if the manifest does not say."""
    rule = rule_of(manifest, VALIDATION)
    if rule is not None:
        return {one.source: one.threshold for one in rule.sources}
    share: Any = _recipe(manifest).get("validation_share")
    return None if share is None else dict.fromkeys((source.name for source in manifest.sources), float(share))


def rule_of(manifest: Manifest, split: str) -> SplitRule | None:
    """The rule that is stated of a split."""
    return next((one.rule for one in manifest.splits if one.name == split), None)


def with_recipe(manifest: Manifest) -> Iterator[Finding]:
    """Rules that the recipe does not ask for."""
    late = rule_of(manifest, VALIDATION_TIME)
    if (late and late.after) != _recipe(manifest).get("after"):
        yield Finding(layout.MANIFEST, f"the date of split {VALIDATION_TIME} is not that of the recipe")
    rule = rule_of(manifest, VALIDATION)
    if rule is not None and [one.source for one in rule.sources] != [source.name for source in manifest.sources]:
        yield Finding(layout.MANIFEST, f"the rule of split {VALIDATION} does not name every source once")


def findings(snapshot: Snapshot) -> Iterator[Finding]:
    """Held-out documents that no rule holds out.

    Where an earlier snapshot decided for some groups, or documents were taken out since, positions are not asked: the
    least document of a group, which gives it its home, may be gone.
    """
    manifest = snapshot.manifest
    bounds, seed = thresholds(manifest), manifest.recipe.get("seed")
    if bounds is not None and isinstance(seed, int) and manifest.parent is None and not manifest.dedup.against:
        rows = _rows(snapshot, VALIDATION).select("doc_id", "cluster_id", "source").sort("doc_id").collect()
        homes = rows.group_by("cluster_id", maintain_order=True).agg(pl.col("doc_id", "source").first())
        for cluster, doc_id, home in homes.iter_rows():
            if not position(cluster, seed=seed) < bounds.get(home, 0.0):
                yield Finding(layout.DATA, f"{doc_id} is in {VALIDATION}, and its group is above the threshold")
                break
    after: Any = _recipe(manifest).get("after")
    if after is not None and not manifest.dedup.against:
        early = (pl.col("published") < after).fill_null(value=True)
        for doc_id in _rows(snapshot, VALIDATION_TIME).filter(early).select("doc_id").head(1).collect()["doc_id"]:
            yield Finding(layout.DATA, f"{doc_id} is in {VALIDATION_TIME}, and was not published after {after}")


def _rows(snapshot: Snapshot, split: str) -> pl.LazyFrame:
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards if shard.split == split]
    schema = dict.fromkeys(("doc_id", "cluster_id", "source", "published"), pl.String)
    return pl.scan_parquet(paths, glob=False) if paths else pl.LazyFrame(schema=schema)


def _recipe(manifest: Manifest) -> dict[str, Any]:
    stated = manifest.recipe.get("split")
    return stated if isinstance(stated, dict) else {}
