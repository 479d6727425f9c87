"""What the manifest states about the released rows and the merged documents, counted again from the tables alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from corpus.digest import digest
from corpus.verdict import Verdict
from manifests.amount import Amount
from manifests.coverage import MEASURES
from manifests.model import File, Manifest, Shard
from manifests.snapshot import Snapshot

_LABELS = {
    "licences": pl.col("licence_spdx"),
    "doc_types": pl.col("doc_type"),
    "genres": pl.col("genre").fill_null("not stated"),
    "years": pl.col("published").str.slice(0, 4).fill_null("unknown"),
    "languages": pl.col("language"),
}
_COLUMNS = {
    **dict.fromkeys(["licence_spdx", "doc_type", "genre", "published", "language"], pl.String),
    **dict.fromkeys(["n_bytes", "n_words", "n_tokens", "phi_masked", "paragraphs_cut"], pl.Int64),
}
_AMOUNT = [pl.len().alias("documents"), pl.col("n_bytes").sum(), pl.col("n_words").sum(), pl.col("n_tokens").sum()]


def contradictions(snapshot: Snapshot) -> Iterator[str]:
    """One sentence for each statement of the manifest that the tables disprove, once every file has its digest."""
    manifest = snapshot.manifest
    if digest(manifest.recipe) != manifest.recipe_sha256:
        yield "recipe_sha256 is not the digest of the recipe"
    files: list[Shard | File] = [*manifest.shards, *manifest.files]
    for file in files:
        path = snapshot.folder / file.path
        if (path.stat().st_size, pq.read_metadata(path).num_rows) != (file.bytes, file.rows):
            yield f"bytes or rows of {file.path} are not those of the file"
    for stage in manifest.ledger.stages:
        source = next((source for source in manifest.sources if source.name == stage.source), None)
        if stage.stage == "read" and (source is None or source.read != stage.entered):
            yield f"what was read of {stage.source} is not what entered the ledger"
    yield from _released(snapshot)
    yield from _merged(snapshot)


def _released(snapshot: Snapshot) -> Iterator[str]:
    """Labels, lengths, masked identifiers and changed documents of each source."""
    manifest = snapshot.manifest
    masked, cut = (
        {share.label: share.amount.documents for share in shares}
        for shares in (manifest.ledger.masked, manifest.ledger.cut)
    )
    for source in manifest.sources:
        paths = snapshot.shards(source.name)
        rows = _rows(paths)
        for kind, found in amounts_by_label(paths).items():
            if found != {share.label: share.amount for share in getattr(source, kind)}:
                yield f"{kind} of source {source.name} are not those of its shards"
        if length_histogram(paths) != source.length_histogram:
            yield f"length_histogram of source {source.name} is not that of its shards"
        spans = sum(count.spans for count in manifest.privacy.masked if count.source == source.name)
        if manifest.contamination is not None:
            spans += sum(count.spans for count in manifest.contamination.masked if count.source == source.name)
        shortened = (pl.col("paragraphs_cut") > 0).sum()
        if rows.select(pl.col("phi_masked").sum(), shortened).collect().row(0) != (spans, cut.get(source.name, 0)):
            yield f"masked identifiers, or shortened documents, of source {source.name} are not those of its shards"
        audit = snapshot.audit(source.name)
        if audit.collect_schema().names():
            kept = audit.filter(pl.col("verdict") == Verdict.KEEP.value)
            if kept.select((pl.col("phi_count") > 0).sum()).collect().item() != masked.get(source.name):
                yield f"masked documents of source {source.name} are not those of the record tables"


def amounts_by_label(paths: Sequence[Path]) -> dict[str, dict[str, Amount]]:
    """By kind of label (fields of `manifests.model.Source`) and label, how much text the shards at `paths` hold."""
    rows, found = _rows(paths), {}
    for kind, label in _LABELS.items():
        table = rows.group_by(label.alias("label")).agg(_AMOUNT).collect()
        found[kind] = {name: Amount(**dict(zip(MEASURES, amount, strict=True))) for name, *amount in table.iter_rows()}
    return found


def length_histogram(paths: Sequence[Path]) -> tuple[tuple[int, int], ...]:
    """(lower bound in tokens, documents) of the shards at `paths`."""
    bins = pl.col("n_tokens").clip(1).log(2).floor().cast(pl.Int64).alias("bin")
    lengths = _rows(paths).group_by(bins).len().sort("bin").collect()
    return tuple((2**lower, count) for lower, count in lengths.iter_rows())


def amount_held(paths: Sequence[Path]) -> Amount:
    """The sum over the rows of the shards at `paths`."""
    found = _rows(paths).select(_AMOUNT).collect(engine="streaming").row(0)
    return Amount(**dict(zip(MEASURES, found, strict=True)))


def _rows(paths: Sequence[Path]) -> pl.LazyFrame:
    rows = pl.scan_parquet(list(paths), glob=False) if paths else pl.LazyFrame(schema=_COLUMNS)
    return rows.select(pl.col(name).cast(kind) for name, kind in _COLUMNS.items())


def _merged(snapshot: Snapshot) -> Iterator[str]:
    """Sizes of clusters, and which source gave way to which."""
    merged = (
        snapshot.audit()
        .filter(pl.col("verdict") == Verdict.MERGE.value)
        .select(
            "survivor",
            "survivor_snapshot",
            pl.col("source").alias("merged"),
            survivor_source().alias("into"),
            pl.col("stage").alias("method"),
        )
        .collect()
    )
    sizes = merged.group_by("survivor", "survivor_snapshot").len().group_by(pl.col("len") + 1).len("clusters")
    if set(sizes.rows()) != {(size.size, size.clusters) for size in snapshot.manifest.dedup.cluster_sizes}:
        yield "cluster_sizes are not those of the record tables"
    if set(merged.group_by("merged", "into", "method").len().rows()) != _stated_crossings(snapshot.manifest):
        yield "cross_source is not that of the record tables"


def survivor_source() -> pl.Expr:
    """The source of `survivor`; of one in an earlier snapshot, with the beginning of its id: `pmc@0123456789ab`."""
    name = pl.col("survivor").str.split(":").list.first()
    there = pl.col("survivor_snapshot").str.slice(0, 12)
    return pl.when(there.is_null()).then(name).otherwise(name + "@" + there)


def _stated_crossings(manifest: Manifest) -> set[tuple[str, str, str, int]]:
    return {(cross.merged, cross.survivor, cross.method, cross.documents) for cross in manifest.dedup.cross_source}
