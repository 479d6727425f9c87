"""Verdicts of one bundle, from its sidecars alone: no text is read, and changing a rule measures nothing again.

Order of the stages is the order of the ledger. The first that objects gives the verdict; all objections are kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.verdict import VERDICTS, Stage, Verdict
from filters.datatrove.annotator import PREFIX
from filters.language.shares import allowed_share, mixed, not_allowed
from filters.rights import load_profile
from filters.rules import Rule, decide
from manifests.contamination import MOSTLY_ITEMS
from manifests.takedowns import BLOCKED
from pipelines.blocklist import blocked
from pipelines.contamination import Objected, read_hits
from pipelines.measure import QUARANTINED, ROWS
from pipelines.signals import read_signals
from pipelines.slices import slice_rows
from pipelines.works import with_works

BUNDLE_VERDICTS = VERDICTS.append(pa.field("raw_file", pa.string(), nullable=False))
"""Verdicts of a bundle: one row a document in document order, then one a quarantined record."""

Strings = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


class Objections:
    """Collects objections stage by stage; the first against a document is its verdict."""

    def __init__(self, count: int) -> None:
        self.verdict: Strings = np.full(count, Verdict.KEEP.value, object)
        self.stage: Strings = np.full(count, Stage.RELEASE.value, object)
        self.reason: Strings = np.full(count, "kept", object)
        self.score = np.full(count, np.nan)
        self.threshold = np.full(count, np.nan)
        self.survivor: Strings = np.full(count, None, object)
        self.rules: list[list[str]] = [[] for _ in range(count)]

    def object(
        self,
        stage: Stage,
        rows: Mask | npt.NDArray[np.int64],
        reasons: str | Strings,
        scores: npt.NDArray[np.float64] | None = None,
        thresholds: npt.NDArray[np.float64] | float | None = None,
        rules: list[list[str]] | None = None,
    ) -> npt.NDArray[np.int64]:
        """`stage` objects to `rows`; per-row values are given for those rows. Returns the rows it decided."""
        where = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64)
        given = np.full(len(where), reasons, object) if isinstance(reasons, str) else reasons
        for position, row in enumerate(where):
            self.rules[row].extend(rules[position] if rules else [given[position]])
        first = self.verdict[where] == Verdict.KEEP.value
        deciding: npt.NDArray[np.int64] = where[first]
        self.verdict[deciding] = Verdict.DROP.value
        self.stage[deciding] = stage.value
        self.reason[deciding] = given[first]
        if scores is not None:
            self.score[deciding] = scores[first]
        if thresholds is not None:
            self.threshold[deciding] = np.broadcast_to(np.asarray(thresholds, float), first.shape)[first]
        return deciding


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `verdicts` of one bundle.

    `params["outdated"]` lists [row, reason, survivor] of the version stage, `params["works"]` is the
    slice of what other records say of this bundle's works (`pipelines.works`).
    """
    digests = params["digests"]
    columns = ["doc_id", "record", "raw_file", "no_text", "doc_type", "retraction"]
    facts = pl.read_parquet(work.product("documents", digests["documents"]) / ROWS, columns=columns, glob=False)
    licence = pl.read_parquet(work.product("licence", digests["licence"]) / ROWS, glob=False)
    facts = with_works(pl.concat([facts, licence], how="horizontal"), slice_rows(work, params["works"]))
    side = {s: pl.read_parquet(work.product(s, digests[s]) / ROWS, glob=False) for s in ("language", "phi", "tokens")}
    signals = read_signals(work, digests)
    sizes = pl.from_arrow(signals.select(["n_bytes", "n_words"]))
    assert isinstance(sizes, pl.DataFrame)
    found = Objections(len(facts))
    no_text = facts["no_text"]
    found.object(Stage.READ, no_text.is_not_null().to_numpy(), no_text.drop_nulls().to_numpy().astype(object))
    if params["use"] == "evaluate":
        found.object(Stage.USE, np.ones(len(facts), bool), "evaluation_only")
    outdated = np.array([row for row, _, _ in params["outdated"]], np.int64)
    decided = found.object(Stage.VERSION, outdated, np.array([r for _, r, _ in params["outdated"]], object))
    survivors = {row: survivor for row, _, survivor in params["outdated"]}
    found.survivor[decided] = np.array([survivors[int(row)] for row in decided], object)
    refused = facts["retraction"].is_in(params["drop_retraction"])
    found.object(Stage.RETRACTION, refused.to_numpy(), facts["retraction"].filter(refused).to_numpy().astype(object))
    copies = _copies(params, work, sizes)
    masked = (side["phi"]["phi_count"] > 0) | pl.Series(copies.masked)
    modified = masked if params["verbatim"] else masked.is_not_null()  # what was cut out of its markup is modified
    _licence(found, facts, modified, params["licence_profile"])
    readable = no_text.is_null().to_numpy()  # rules about text say nothing where there is none
    object_to_languages(found, side["language"], readable, params["language"])
    _quality(found, signals, facts["doc_type"], readable, params["rules"])
    _datatrove(found, signals, readable)
    failed = side["phi"]["phi_failed"].is_not_null()
    found.object(Stage.PHI, failed.to_numpy(), "phi_failed")
    share = (side["phi"]["phi_chars"] / sizes["n_bytes"].clip(lower_bound=1)).to_numpy().astype(float)
    dense = readable & (share > params["max_masked_share"])
    found.object(Stage.PHI, dense, "phi_density", share[dense], params["max_masked_share"])
    found.object(Stage.CONTAMINATION, copies.rows, copies.reasons, copies.scores, copies.threshold, copies.rules)
    found.object(Stage.CONTAMINATION, copies.mostly, MOSTLY_ITEMS, copies.share, copies.most)
    barred = blocked(params["blocklists"], facts["doc_id"], work.product("signature", digests["signature"]) / ROWS)
    found.object(Stage.TAKEDOWN, barred, BLOCKED)
    failed = pq.read_table(work.product("documents", digests["documents"]) / QUARANTINED)
    table = pa.concat_tables(
        [_table(found, facts, sizes, side["tokens"]["n_tokens"]), _quarantined(failed, params["source"])]
    )
    pq.write_table(table, folders["verdicts"] / ROWS, compression="zstd", compression_level=1)
    return {"verdicts": {"rows": len(facts), "quarantined": len(failed)}}


def _copies(params: dict[str, Any], work: WorkFolder, sizes: pl.DataFrame) -> Objected:
    """What policies say of copies of evaluation items; nothing of a source that is not screened for them."""
    screened = params.get("contamination")
    hits = read_hits(work, params["digests"]["contamination"], screened) if screened else None
    return Objected(hits, sizes["n_bytes"].to_numpy(), screened)


def _licence(found: Objections, licence: pl.DataFrame, modified: pl.Series, profile: str | dict[str, Any]) -> None:
    columns = (licence["licence_spdx"].to_arrow(), licence["licence_conflict"].to_arrow(), modified.to_arrow())
    reasons = load_profile(profile).reasons(*columns)
    objecting = np.array([reason is not None for reason in reasons.to_pylist()], bool)
    found.object(Stage.LICENCE, objecting, reasons.drop_null().to_numpy(zero_copy_only=False).astype(object))


def object_to_languages(found: Objections, language: pl.DataFrame, readable: Mask, policy: dict[str, Any]) -> None:
    """Documents in other languages, in too little of the allowed ones, or of which that is not sure.

    `policy` is `pipelines.sections.filtering.LanguageRecipe` without its model.
    """
    least = policy["min_allowed_share"]
    share = allowed_share(language["languages"].to_arrow(), policy["allow"])
    score = language["language_score"].cast(pl.Float64).to_numpy()
    for reason, rows in (("language_not_allowed", not_allowed(share, least)), ("mixed_languages", mixed(share, least))):
        found.object(Stage.LANGUAGE, readable & rows, reason, share[readable & rows], least)
    unsure = readable & (score < policy["min_score"])
    found.object(Stage.LANGUAGE, unsure, "language_uncertain", score[unsure], policy["min_score"])


def _quality(
    found: Objections, signals: pa.Table, doc_type: pl.Series, readable: Mask, rules: dict[str, list[Any]]
) -> None:
    kinds = doc_type.to_numpy()
    for kind in sorted(set(kinds.tolist())):
        rows = np.flatnonzero(readable & (kinds == kind))
        own = tuple(Rule.model_validate(rule) for rule in rules.get(kind, rules["*"]))
        if not own or not len(rows):
            continue
        mine = signals.take(rows)
        decisions = decide(own, mine, pa.array([kind] * len(rows)), mine["language"])
        objecting = np.flatnonzero(decisions.rule >= 0)
        found.object(
            Stage.QUALITY,
            rows[objecting],
            np.array([own[index].name for index in decisions.rule[objecting]], np.object_),
            decisions.score[objecting],
            decisions.threshold[objecting],
            decisions.rules_failed.take(pa.array(objecting)).to_pylist(),
        )


def _datatrove(found: Objections, signals: pa.Table, readable: Mask) -> None:
    for column in signals.column_names:
        if column.startswith(PREFIX):
            reasons = signals[column].to_numpy()
            dropped = readable & (reasons != "")
            name = column.removeprefix(PREFIX)
            found.object(Stage.DATATROVE, dropped, np.array([f"{name}:{r}" for r in reasons[dropped]], np.object_))


def _table(found: Objections, facts: pl.DataFrame, sizes: pl.DataFrame, tokens: pl.Series) -> pa.Table:
    columns = {
        "doc_id": facts["doc_id"].to_arrow(),
        "record": facts["record"].to_arrow(),
        "verdict": pa.array(found.verdict, pa.string()),
        "stage": pa.array(found.stage, pa.string()),
        "reason": pa.array(found.reason, pa.string()),
        "rules_failed": pa.array(found.rules, pa.list_(pa.string())),
        "score": pa.array(found.score, pa.float64(), from_pandas=True),
        "threshold": pa.array(found.threshold, pa.float64(), from_pandas=True),
        "survivor": pa.array(found.survivor, pa.string()),
        **{name: pa.nulls(len(facts), pa.string()) for name in ("survivor_snapshot", "same_as")},
        **{name: pa.nulls(len(facts), pa.float64()) for name in ("similarity", "substance", "containment")},
        "bytes": sizes["n_bytes"].cast(pl.Int64).to_arrow(),
        "words": sizes["n_words"].cast(pl.Int64).to_arrow(),
        "tokens": tokens.cast(pl.Int64).to_arrow(),
        "raw_file": facts["raw_file"].to_arrow(),
    }
    return pa.table(columns).cast(BUNDLE_VERDICTS)


def _quarantined(failed: pa.Table, source: str) -> pa.Table:
    """Quarantined records as verdicts. They have no document id; their place in the raw file names them."""
    rows = [
        {
            "doc_id": f"{source}:{entry['raw_file']}#{'file' if entry['record'] is None else entry['record']}",
            "record": entry["record"],
            "verdict": Verdict.FAIL.value,
            "stage": Stage.READ.value,
            "reason": entry["reason"],
            "rules_failed": [entry["reason"]],
            "bytes": 0,
            "words": 0,
            "tokens": 0,
            "raw_file": entry["raw_file"],
        }
        for entry in failed.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=BUNDLE_VERDICTS)
