"""Released rows against what the manifest says of where they come from, and what may be done with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import polars as pl

from corpus.verdict import Verdict
from dedup.identity import KINDS
from filters.rights import licence_address, rights
from manifests import layout
from manifests.agree import lacking
from manifests.amount import Amount
from manifests.coverage import MEASURES
from manifests.finding import Finding
from manifests.model import LicenceRights, Manifest, Source
from manifests.rights import rights_floor
from manifests.screening import items_masked
from manifests.snapshot import Snapshot

NULLABLE = (
    "genre",
    "title",
    "published",
    "journal",
    "mesh",
    "licence_raw",
    *KINDS,
    "version",
    "url",
    "member",
    "offset",
    "retrieved",
)
"""Columns of a shard that may be null; `nulls` says why."""

_NOT_IN_FORMAT = ":not_in_format"
_REASONS = {"not_in_format", "not_stated", "not_an_archive", "no_fetch_record", "impossible_date", "unsafe_id"}

_RIGHTS = ("commercial", "redistribute", "derivatives", "share_alike", "attribution")
_PRECISION = pl.col("published").str.len_bytes().replace_strict({4: "year", 7: "month", 10: "day"}, default="none")


def with_raw_files(snapshot: Snapshot) -> Iterator[Finding]:
    """Every row names a raw file of its source, its digest, when it was fetched, and the reader that read it."""
    for source in snapshot.manifest.sources:
        if not (paths := snapshot.shards(source.name)):
            continue
        place = f"{layout.DATA}/{source.name}"
        rows = pl.scan_parquet(paths, glob=False)
        nullable = [name for name in NULLABLE if name not in lacking(snapshot.manifest)]
        files = rows.select("raw_file", "raw_sha256", "retrieved", "reader").unique().collect().rows()
        if not set(files) <= _stated_files(source):
            yield Finding(place, "raw_sha256, retrieved or reader of some documents is not that of their raw file")
        reasons = pl.col("nulls").list.eval(pl.element().str.split(":").list.first()).list.sort()
        empty = pl.concat_list(
            pl.when(pl.col(name).is_null()).then(pl.lit(name)).otherwise(pl.lit(None, pl.String)) for name in nullable
        )
        told = reasons.list.join(",").ne_missing(empty.list.drop_nulls().list.sort().list.join(","))
        dated = pl.col("date_precision").ne_missing(pl.when(pl.col("published").is_not_null()).then(_PRECISION))
        # A group that an earlier snapshot released a part of has its name from there.
        first = pl.lit(not snapshot.manifest.dedup.against) & (pl.col("cluster_id") > pl.col("doc_id"))
        yield from _null_reasons(place, rows)
        for what, wrong in (
            ("cluster_id of {} is not the first of its group", first),
            ("nulls of {} are not the columns that are null", told),
            ("date_precision of {} is not that of its date", dated),
        ):
            for doc_id in rows.filter(wrong).select("doc_id").head(1).collect()["doc_id"]:
                yield Finding(place, what.format(doc_id))


def _null_reasons(place: str, rows: pl.LazyFrame) -> Iterator[Finding]:
    """A column that a format cannot state is null in every row of the source, for that reason."""
    told = rows.select(pl.col("nulls").list.explode()).drop_nulls().group_by("nulls").len().collect()
    lacking = [word.removesuffix(_NOT_IN_FORMAT) for word in told["nulls"] if word.endswith(_NOT_IN_FORMAT)]
    documents = rows.select(pl.len()).collect().item()
    counts = dict(told.iter_rows())
    for name in sorted(lacking):
        if counts[f"{name}{_NOT_IN_FORMAT}"] != documents:
            yield Finding(place, f"{name} is not in the format of some documents, and in that of others")
    for word in sorted(counts):
        if word.partition(":")[2] not in _REASONS:
            yield Finding(place, "nulls give a reason that there is not")
            break


def _stated_files(source: Source) -> set[tuple[str, str, str | None, str]]:
    reader = f"{source.reader.name} {source.reader.version}"
    return {
        (file.name, file.sha256, file.retrieval.retrieved if file.retrieval else None, reader)
        for file in source.raw_files
    }


def with_rights(snapshot: Snapshot) -> Iterator[Finding]:
    """Rights follow from licences, the corpus's from its rows, and whoever must be named is named."""
    manifest = snapshot.manifest
    rows = _released(snapshot)
    parts = by_licence(snapshot)
    for part in parts:
        allowed = [asdict(rights(part.spdx, modified=modified)) for modified in (False, True)]
        if part.model_dump(include={*_RIGHTS}) not in allowed:
            yield Finding(layout.DATA, f"rights of documents under {part.spdx} are not those of that licence")
    changed = (pl.col("phi_masked") > 0) | (pl.col("paragraphs_cut") > 0)
    for row in rows.filter(changed).select(_BY_LICENCE).unique().collect().to_dicts():
        if row["redistribute"] != rights(row["spdx"], modified=True).redistribute:
            what = f"changed documents under {row['spdx']} have the rights of a text that was not changed"
            yield Finding(layout.DATA, what)
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


_BY_LICENCE = [pl.col("licence_spdx").alias("spdx"), pl.col("rights").struct.unnest()]


def by_licence(snapshot: Snapshot) -> list[LicenceRights]:
    """Released text by licence and rights, largest first."""
    sums = [pl.len().alias("documents"), *(pl.col(f"n_{name}").sum().alias(name) for name in MEASURES[1:])]
    found = []
    for row in _released(snapshot).group_by(_BY_LICENCE).agg(sums).collect().to_dicts():
        amount = Amount(**{name: row.pop(name) for name in MEASURES})
        found.append(LicenceRights(amount=amount, **row))
    return sorted(found, key=lambda one: (-one.amount.tokens, one.spdx, str(one.redistribute)))


def _released(snapshot: Snapshot) -> pl.LazyFrame:
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards]
    return pl.scan_parquet(paths, glob=False) if paths else pl.LazyFrame(schema=_EMPTY)


def _attribution(snapshot: Snapshot, manifest: Manifest, rows: pl.LazyFrame) -> Iterator[Finding]:
    shared = ["doc_id", "source", "title", "doi", "url", "licence_spdx"]
    stated: Any = manifest.recipe["sources"]
    of_source: dict[str, dict[str, str | None]] = {
        "publisher": {one["name"]: one["publisher"] or one["title"] or None for one in stated},
        "homepage": {one["name"]: one["homepage"] for one in stated},
    }
    changes = pl.concat_str(
        pl.when(pl.col(name) > 0).then(pl.format(f"; {{}} {what}", name)).otherwise(pl.lit(""))
        for name, what in (
            ("phi_masked", "identifiers masked"),
            ("items_masked", "items of evaluation sets masked"),
            ("paragraphs_cut", "repeated paragraphs left out"),
        )
    )
    if manifest.contamination is None:
        rows = rows.with_columns(pl.lit(0, pl.Int64).alias("items_masked"))
    else:
        rows = rows.join(items_masked(snapshot), on="doc_id", how="left")
        rows = rows.with_columns(pl.col("items_masked").fill_null(0))
        rows = rows.with_columns(pl.col("phi_masked") - pl.col("items_masked"))
    formatters = {
        source.name: "".join(f"; formatted by {one.formatter}" for one in source.formatters)
        for source in manifest.sources
    }
    formatted = pl.col("source").replace_strict(formatters, default="", return_dtype=pl.String)
    owed = (
        rows.filter(pl.col("rights").struct.field("attribution").ne_missing(other=False))
        .select(
            *shared,
            *(
                pl.col("source").replace_strict(names, default=None, return_dtype=pl.String).alias(name)
                for name, names in of_source.items()
            ),
            pl.format("text extracted{}{}", formatted, changes).alias("changes"),
            "licence_raw",
        )
        .sort("doc_id")
        .collect()
    )
    columns = [*shared, *of_source, "changes"]
    found = (
        pl.scan_parquet(snapshot.folder / layout.ATTRIBUTION, glob=False)
        .select(pl.col(name).cast(pl.String) for name in [*columns, "licence_url", "copyright"])
        .sort("doc_id")
        .collect()
    )
    if not owed.select(shared).equals(found.select(shared)):
        yield Finding(layout.ATTRIBUTION, "does not name, each once, the released documents whose licence asks for it")
    else:
        for name in [*of_source, "changes"]:
            if not owed[name].equals(found[name]):
                yield Finding(layout.ATTRIBUTION, f"{name} of some documents is not what the snapshot states of them")
        cases = pl.DataFrame([owed["licence_spdx"], owed["licence_raw"], found["licence_url"]]).unique()
        if any(licence_address(spdx, raw) != address for spdx, raw, address in cases.iter_rows()):
            yield Finding(layout.ATTRIBUTION, "licence_url of some documents is not that of their licence")
        yield from _copyright(snapshot, found)
    if len(found) != manifest.rights.attributed:
        yield Finding(layout.MANIFEST, f"rights.attributed: the attribution file names {len(found):,}")


def _copyright(snapshot: Snapshot, found: pl.DataFrame) -> Iterator[Finding]:
    audit = snapshot.audit()
    if not audit.collect_schema().names():
        return
    kept = audit.filter(pl.col("verdict") == Verdict.KEEP.value).select("doc_id", pl.col("copyright").cast(pl.String))
    both = found.lazy().join(kept, on="doc_id", how="left")
    if both.select(pl.col("copyright").ne_missing(pl.col("copyright_right")).any()).collect().item():
        yield Finding(layout.ATTRIBUTION, "copyright of some documents is not that of the record tables")


_EMPTY = pl.Schema(
    {
        **dict.fromkeys(["doc_id", "source", "title", "doi", "url", "licence_spdx", "licence_raw"], pl.String()),
        "rights": pl.Struct(dict.fromkeys(_RIGHTS, pl.Boolean())),
        **dict.fromkeys(["n_bytes", "n_words", "n_tokens", "phi_masked", "paragraphs_cut"], pl.Int64()),
    }
)
