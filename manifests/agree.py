"""What a snapshot states twice must be the same twice: shards and record tables, manifest and recipe, licences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from corpus.errors import RecipeError
from corpus.rooms import code_sha256
from corpus.verdict import Stage, Verdict
from dedup.identity import KINDS
from filters.datatrove.formatters import Outcomes
from filters.licence import normalise
from filters.rights import load_profile
from manifests import layout
from manifests.contamination import actions
from manifests.finding import Finding
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from shards.write import ADDED

_SHARED = {
    **{
        name: name
        for name in (
            "doc_type",
            "genre",
            "genre_evidence",
            "published",
            *KINDS,
            "retraction",
            "licence_spdx",
            "licence_raw",
            "language",
        )
    },
    **{name: name for name in ("language_score", "title", "journal", "mesh", "url", "member", "version", "offset")},
    "licence_evidence.kind": "licence_kind",
    "licence_evidence.place": "licence_place",
    "raw_file": "raw_file",
    "record": "record",
    "phi_policy": "phi_policy",
    "phi_masked": "phi_count",
}
"""Columns of a shard, and what the record tables call them."""


def same_code(manifest: Manifest) -> bool:
    """Whether this very code built the snapshot."""
    return manifest.environment.code_sha256 == code_sha256()


def lacking(manifest: Manifest) -> frozenset[str]:
    """Columns that shards and record tables of this snapshot lack, for its code did not have them yet.

    It says so itself: it counts nothing of them.
    """
    counted = manifest.coverage is not None and manifest.coverage.mesh is not None
    return frozenset() if counted or same_code(manifest) else ADDED


def with_record_tables(snapshot: Snapshot) -> Iterator[Finding]:
    """Shards hold exactly what the record tables keep, with the same attributes; the quarantine what they fail."""
    shared = {ours: theirs for ours, theirs in _SHARED.items() if ours not in lacking(snapshot.manifest)}
    for source in snapshot.manifest.sources:
        place = f"{layout.DATA}/{source.name}"
        audit = snapshot.audit(source.name)
        if not audit.collect_schema().names():
            if source.read.documents:
                yield Finding(layout.AUDIT, f"holds no record table of source {source.name}")
            continue
        if audit.select((pl.col("source") != source.name).any()).collect().item():
            yield Finding(f"{layout.AUDIT}/{source.name}", "holds records of another source")
        audit = audit.filter(pl.col("verdict") == Verdict.KEEP.value)
        kept = audit.select("doc_id", *(_plain(theirs).alias(ours) for ours, theirs in shared.items()))
        theirs = kept.sort("doc_id").collect()
        paths = snapshot.shards(source.name)
        cut = pl.lit(0).alias("paragraphs_cut")
        released = kept.with_columns(cut).head(0)
        if paths:
            released = pl.scan_parquet(paths, glob=False).select("doc_id", "paragraphs_cut", *map(_plain, shared))
        ours = released.sort("doc_id").collect()
        if not ours["doc_id"].equals(theirs["doc_id"]) or ours["doc_id"].n_unique() != len(ours):
            yield Finding(place, "doc_ids are not exactly those that the record tables keep, each once")
            continue
        # With a paragraph goes what was masked in it.
        gone = pl.when(ours["paragraphs_cut"] > 0).then(pl.min_horizontal("phi_masked", ours["phi_masked"]))
        theirs = theirs.with_columns(gone.otherwise("phi_masked").alias("phi_masked"))
        for name in shared:
            if not ours[name].equals(theirs[name]):
                yield Finding(place, f"{name} of some documents is not that of the record tables")
    names = ["source", "raw_file", "record", "reason"]
    failed = snapshot.audit().filter(pl.col("verdict") == Verdict.FAIL.value).select(names).sort(names).collect()
    quarantine = pl.read_parquet(snapshot.folder / layout.QUARANTINE, columns=names, glob=False)
    if not quarantine.select(names).sort(names).equals(failed):
        yield Finding(layout.QUARANTINE, "does not agree with the failed records of the record tables")


_OF_OTHERS = ("stands_for", "other_ids", "other_sources", "other_licences")


def with_merged(snapshot: Snapshot) -> Iterator[Finding]:
    """Survivors stand for exactly the documents that the record tables merge into them, with their identifiers."""
    if not snapshot.audit().collect_schema().names():
        return
    here = pl.col("survivor_snapshot").is_null()
    taken_out = pl.col("stage") == Stage.TAKEDOWN.value
    merged = snapshot.audit().filter((pl.col("verdict") == Verdict.MERGE.value) & here)
    identifiers = pl.concat_list(pl.lit(f"{kind}:") + pl.col(kind).cast(pl.String) for kind in KINDS).list.drop_nulls()
    expected = (
        merged.select("survivor", "doc_id", "source", "licence_spdx", identifiers.alias("other_ids"))
        .group_by("survivor")
        .agg(
            pl.col("doc_id").sort().alias("stands_for"),
            pl.col("other_ids").list.explode().drop_nulls().unique().sort(),
            pl.col("source").unique().sort().alias("other_sources"),
            pl.col("licence_spdx").unique().sort().alias("other_licences"),
        )
        .select(pl.col("survivor").alias("doc_id"), *_OF_OTHERS)
        .join(snapshot.audit().filter(taken_out).select("doc_id"), on="doc_id", how="anti")
        .sort("doc_id")
        .collect()
    )
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards]
    if not paths:
        return
    rows = pl.scan_parquet(paths, glob=False).select("doc_id", *_OF_OTHERS)
    several = pl.any_horizontal(pl.col(name).list.len() > 0 for name in _OF_OTHERS)
    if not rows.filter(several).sort("doc_id").collect().equals(expected):
        yield Finding(layout.DATA, "what survivors stand for is not what was merged into them")


def with_statements(snapshot: Snapshot) -> Iterator[Finding]:
    """Licences follow from what was stated: from the terms of the source, or from the statement as this code reads it.

    Statements in which something was masked are not read again.
    """
    for source in snapshot.manifest.sources:
        if not (paths := snapshot.shards(source.name)):
            continue
        kind = pl.col("licence_evidence").struct.field("kind")
        rows = pl.scan_parquet(paths, glob=False).select("licence_raw", "licence_spdx", kind).unique().collect()
        for raw, spdx, how in rows.sort("licence_raw", "licence_spdx", "kind").iter_rows():
            if how == "source_terms":
                differs = raw is not None or spdx != source.source_terms
            else:
                readable = same_code(snapshot.manifest) and raw is not None and "[" not in raw
                differs = raw is None or (readable and normalise(raw).licence != spdx)
            if differs:
                place = f"{layout.DATA}/{source.name}"
                yield Finding(place, f"documents under {spdx} do not state it, nor do the terms of their source")
                break


def with_profile(snapshot: Snapshot) -> Iterator[Finding]:
    """Every released licence is one that the profile lets in, undisputed."""
    manifest = snapshot.manifest
    asked: Any = manifest.recipe.get("licence_profile")
    try:
        profile = load_profile(asked)
    except RecipeError:
        yield Finding(layout.MANIFEST, f"licence profile {manifest.licence_profile!r} is not known to this code")
        return
    if same_code(manifest):
        stated = (manifest.licence_statement, manifest.rights.families, manifest.rights.verbatim)
        if stated != (profile.statement, tuple(sorted(profile.families)), tuple(sorted(profile.verbatim))):
            yield Finding(layout.MANIFEST, f"licence_statement or families are not those of profile {profile.name}")
    for shard in manifest.shards:
        rows = pl.read_parquet(snapshot.folder / shard.path, columns=["licence_spdx", "rights"], glob=False)
        forbidden = pl.col("rights").struct.field("redistribute").eq_missing(False)
        for licence, modified in rows.select("licence_spdx", forbidden).unique().sort("licence_spdx").iter_rows():
            if reason := profile.reason(licence, conflict=False, modified=modified):
                yield Finding(shard.path, f"holds documents under {licence}: {reason} by profile {profile.name}")
    disputed = snapshot.audit().filter((pl.col("verdict") == Verdict.KEEP.value) & pl.col("licence_conflict"))
    for doc_id in disputed.select("doc_id").head(1).collect()["doc_id"]:
        if profile.reason("CC0-1.0", conflict=True):
            yield Finding(layout.AUDIT, f"{doc_id} is kept although its licence is disputed")


def with_recipe(manifest: Manifest) -> Iterator[Finding]:
    """Fields of the manifest that repeat the recipe."""
    try:
        pairs = list(_repeated(manifest, manifest.recipe))
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        yield Finding(layout.MANIFEST, f"the recipe is not whole ({type(error).__name__}: {error})")
        return
    for name, stated, asked in pairs:
        if stated != asked:
            yield Finding(layout.MANIFEST, f"{name} is not that of the recipe")


def dedup_parameters(dedup: dict[str, Any]) -> dict[str, int | float]:
    """The numbers of a recipe's `dedup`, as the manifest states them."""
    parts = {"template": dedup["templates"], "bucket": dedup["buckets"]}
    return {
        **dedup["signature"],
        **{name: dedup[name] for name in ("threshold", "split_threshold", "contained")},
        # Recipes of earlier snapshots know of no paragraphs.
        **({"paragraph_min_words": dedup["paragraphs"]["min_words"]} if "paragraphs" in dedup else {}),
        **{f"{part}_{name}": value for part, values in parts.items() for name, value in values.items()},
    }


def _repeated(manifest: Manifest, recipe: Any) -> Iterator[tuple[str, object, object]]:
    """(what, as the manifest states it, as the recipe asks for it)."""
    sources = recipe["sources"]
    yield "name", manifest.name, recipe["name"]
    yield "title", manifest.title, recipe["title"] or recipe["name"]
    yield "description", manifest.description, recipe["description"]
    profile = recipe["licence_profile"]
    name = profile if isinstance(profile, str) else profile["name"]
    yield "licence_profile", (manifest.licence_profile, manifest.rights.profile), (name, name)
    yield "tokenizer.sha256", manifest.tokenizer.sha256, recipe["tokenizer"]
    asked_of = [[one["name"], one["tokenizer"], one.get("store", False)] for one in recipe.get("count_with", ())]
    yield "token_counts", [[one.name, one.sha256, one.stored] for one in manifest.token_counts], asked_of
    for one in manifest.token_counts:
        yield f"list of sources of {one.name}", sorted(one.by_source), sorted(source["name"] for source in sources)
    models = [model.sha256 for model in manifest.models if model.used_for == "language"]
    yield "language model", models, [recipe["language"]["model"]]
    # Recipes of earlier snapshots know of no mentions.
    asked = (recipe.get("mentions") or {}).get("window")
    yield "demographics.window", manifest.demographics and manifest.demographics.window, asked
    yield from _sets(manifest, recipe)
    dedup = recipe["dedup"]
    yield "dedup.parameters", manifest.dedup.parameters, dedup_parameters(dedup)
    yield "dedup.against", [one.snapshot_id for one in manifest.dedup.against], dedup["against"]
    yield "dedup.keep", list(manifest.dedup.keep), list(dedup["keep"])
    signatures = manifest.dedup.signatures
    if signatures is not None:
        yield "shape of signatures", signatures.minhash, dedup["signature"]
        version = f"{signatures.algorithm} {signatures.algorithm_version}"
        yield "algorithm of signatures", version, manifest.dedup.algorithm
    yield "privacy.policies", manifest.privacy.policies, {one["name"]: one["phi_policy"] for one in sources}
    yield "list of sources", [source.name for source in manifest.sources], [one["name"] for one in sources]
    for source, one in zip(manifest.sources, sources, strict=False):
        for field, asked in (
            ("title", one["title"] or one["name"]),
            ("homepage", one["homepage"]),
            ("publisher", one["publisher"]),
            ("source_terms", one["terms"]),
            ("phi_policy", one["phi_policy"]),
            ("use", one["use"]),
        ):
            yield f"{field} of source {source.name}", getattr(source, field), asked
        asked_for = [
            (step["name"], step["formatter"], step["options"])
            for step in recipe.get("datatrove", ())
            if step.get("formatter") and (step["sources"] is None or source.name in step["sources"])
        ]
        ran = [(step.name, step.formatter, step.options) for step in source.formatters]
        yield f"list of formatters of source {source.name}", ran, asked_for
        files = sorted([file.name, file.sha256] for file in source.raw_files)
        yield f"list of raw files of source {source.name}", files, sorted(map(list, one["files"]))


def _sets(manifest: Manifest, recipe: Any) -> Iterator[tuple[str, object, object]]:
    """What the manifest repeats of the evaluation sets that the recipe names."""
    stated, asked = manifest.contamination, recipe.get("evaluations", ())
    yield "list of evaluation sets", [one.name for one in stated.sets] if stated else [], [o["name"] for o in asked]
    if stated is None:
        return
    for name in ("min_score", "max_masked_share"):
        yield f"contamination.{name}", getattr(stated, name), recipe["contamination"][name]
    config = {name: stated.config[name] for name in recipe["contamination"]["matching"]}
    yield "contamination.config", config, recipe["contamination"]["matching"]
    for one, named in zip(stated.sets, asked, strict=False):
        for field in ("homepage", "licence", "format", "fields"):
            yield f"{field} of evaluation set {one.name}", getattr(one, field), named[field]
        yield f"title of evaluation set {one.name}", one.title, named["title"] or named["name"]
        files = sorted([file.name, file.sha256] for file in one.files)
        yield f"list of files of evaluation set {one.name}", files, sorted(map(list, named["files"]))
        yield f"policy of evaluation set {one.name}", one.policy, actions(named["policy"])


def with_formatters(manifest: Manifest) -> Iterator[Finding]:
    """Documents that formatters left without text: as the facts of raw files count them, and as the ledger does."""
    for source in manifest.sources:
        lines = [one for one in manifest.ledger.lines if (one.source, one.stage) == (source.name, Stage.READ.value)]
        for formatter in source.formatters:
            outcomes = Outcomes(formatter.name)
            reasons = {outcomes.emptied: [outcomes.emptied], outcomes.failed: [outcomes.error, outcomes.too_large]}
            for fact, names in reasons.items():
                counted = sum(file.facts.get(fact, 0) for file in source.raw_files)
                if counted != sum(line.amount.documents for line in lines if line.reason in names):
                    yield Finding(
                        layout.MANIFEST, f"{fact} of raw files of {source.name} is not what the ledger counts"
                    )


def _plain(name: str) -> pl.Expr:
    column, _, inner = name.partition(".")
    if name == "mesh":
        return pl.col(name).list.join("\n")
    found = pl.col(column).struct.field(inner).alias(name) if inner else pl.col(column)
    return found.cast(pl.Int64 if name in ("record", "offset", "phi_masked", "phi_count") else pl.String)
