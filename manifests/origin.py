"""Released rows against what the manifest says of where they come from, and what may be done with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import polars as pl

from dedup.identity import KINDS
from filters.rights import rights
from manifests import layout
from manifests.finding import Finding
from manifests.model import Amount, LicenceRights, Manifest, Source
from manifests.rights import rights_floor
from manifests.snapshot import Snapshot

NULLABLE = ("title", "published", "journal", "licence_raw", *KINDS, "version", "url", "member", "offset", "retrieved")
"""Columns of a shard that may be null; `nulls` says why."""

_RIGHTS = ("commercial", "redistribute", "derivatives", "share_alike", "attribution")
_PRECISION = pl.col("published").str.len_bytes().replace_strict({4: "year", 7: "month", 10: "day"}, default="none")


def with_raw_files(snapshot: Snapshot) -> Iterator[Finding]:
    """Every row names a raw file of its source, its digest, when it was fetched, and the reader that read it."""
    for source in snapshot.manifest.sources:
        if not (paths := snapshot.shards(source.name)):
            continue
        place = f"{layout.DATA}/{source.name}"
        rows = pl.scan_parquet(paths, glob=False)
        files = rows.select("raw_file", "raw_sha256", "retrieved", "reader").unique().collect().rows()
        if not set(files) <= _stated_files(source):
            yield Finding(place, "raw_sha256, retrieved or reader of some documents is not that of their raw file")
        reasons = pl.col("nulls").list.eval(pl.element().str.split(":").list.first()).list.sort()
        empty = pl.concat_list(
            pl.when(pl.col(name).is_null()).then(pl.lit(name)).otherwise(pl.lit(None, pl.String)) for name in NULLABLE
        )
        told = reasons.list.join(",").ne_missing(empty.list.drop_nulls().list.sort().list.join(","))
        dated = pl.col("date_precision").ne_missing(pl.when(pl.col("published").is_not_null()).then(_PRECISION))
        for what, wrong in (
            ("nulls of {} are not the columns that are null", told),
            ("date_precision of {} is not that of its date", dated),
        ):
            for doc_id in rows.filter(wrong).select("doc_id").head(1).collect()["doc_id"]:
                yield Finding(place, what.format(doc_id))


def _stated_files(source: Source) -> set[tuple[str, str, str | None, str]]:
    reader = f"{source.reader.name} {source.reader.version}"
    return {
        (file.name, file.sha256, file.retrieval.retrieved if file.retrieval else None, reader)
        for file in source.raw_files
    }


def with_rights(snapshot: Snapshot) -> Iterator[Finding]:
    """Rights follow from licences, the corpus's from its rows, and whoever must be named is named."""
    manifest = snapshot.manifest
    paths = [snapshot.folder / shard.path for shard in manifest.shards]
    rows = pl.scan_parquet(paths, glob=False) if paths else pl.LazyFrame(schema=_EMPTY)
    measures = ("documents", "bytes", "words", "tokens")
    columns = [pl.col("licence_spdx").alias("spdx"), pl.col("rights").struct.unnest()]
    sums = [
        pl.len().alias("documents"),
        *(pl.col(f"n_{name}").sum().alias(name) for name in ("bytes", "words", "tokens")),
    ]
    found = rows.group_by(columns).agg(sums).collect()
    parts = []
    for row in found.to_dicts():
        amount = Amount(**{name: row.pop(name) for name in measures})
        parts.append(LicenceRights(amount=amount, **row))
        allowed = [asdict(rights(row["spdx"], modified=modified)) for modified in (False, True)]
        if {name: row[name] for name in _RIGHTS} not in allowed:
            yield Finding(layout.DATA, f"rights of documents under {row['spdx']} are not those of that licence")
    if sorted(parts, key=str) != sorted(manifest.rights.by_licence, key=str):
        yield Finding(layout.MANIFEST, "rights.by_licence is not what the shards hold")
    if rights_floor(parts) != manifest.rights.floor:
        yield Finding(layout.MANIFEST, "rights.floor is not the strictest of the licences in the shards")
    disputed = snapshot.audit()
    if disputed.collect_schema().names():
        conflicts = disputed.select(pl.col("licence_conflict").cast(pl.Boolean).sum()).collect().item()
        if conflicts != manifest.rights.conflicts:
            yield Finding(layout.MANIFEST, f"rights.conflicts: {conflicts} in the record tables")
    yield from _attribution(snapshot, manifest, rows)


def _attribution(snapshot: Snapshot, manifest: Manifest, rows: pl.LazyFrame) -> Iterator[Finding]:
    shared = ["doc_id", "title", "doi", "url", "licence_spdx"]
    owed = rows.filter(pl.col("rights").struct.field("attribution").ne_missing(other=False)).select(shared)
    named = pl.scan_parquet(snapshot.folder / layout.ATTRIBUTION, glob=False).select(
        pl.col(name).cast(pl.String) for name in shared
    )
    if not owed.sort("doc_id").collect().equals(found := named.sort("doc_id").collect()):
        yield Finding(layout.ATTRIBUTION, "does not name, each once, the released documents whose licence asks for it")
    if len(found) != manifest.rights.attributed:
        yield Finding(layout.MANIFEST, f"rights.attributed: the attribution file names {len(found):,}")


_EMPTY = pl.Schema(
    {
        **dict.fromkeys(["doc_id", "title", "doi", "url", "licence_spdx"], pl.String()),
        "rights": pl.Struct(dict.fromkeys(_RIGHTS, pl.Boolean())),
        **dict.fromkeys(["n_bytes", "n_words", "n_tokens"], pl.Int64()),
    }
)
