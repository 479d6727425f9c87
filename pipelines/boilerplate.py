"""Boilerplate of a source, learnt over all its bundles from hashes of sentences; no text is read but a few examples.

recurring     which sentences recur: a partition of the hashes of a source
testimony     a bundle: in which of its documents, that say something of their own, these sentences stand
learnt        a source: the sentences that enough of them testify to
boilerplate   a bundle: how much of each document is such sentences; a sidecar of signals like any other
"""

from __future__ import annotations

import math
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json, digest
from corpus.storage import WorkFolder
from corpus.tables import write_frame
from corpus.unit import Phase, Unit
from filters.boilerplate import learning
from pipelines.measure import ROWS

_SENTENCES_A_PARTITION = 50_000_000

EXAMPLES_A_SOURCE = 200
"""Learnt sentences of a source that are shown to people; the others are counted."""
EXCERPT = 300
"""Characters of an example."""


class Learning:
    """The phases that learn boilerplate, source by source.

    Args:
        phase: runs units, gives their results in order.
        work: holds their products.
        digests: by bundle, stage name to digest; `boilerplate` is added to each.
        made_by: what else names a product.
    """

    def __init__(self, phase: Phase, work: WorkFolder, digests: list[dict[str, str]], made_by: dict[str, Any]) -> None:
        self._phase = phase
        self._work = work
        self._digests = digests
        self._made_by = made_by

    def run(self, sources: dict[str, list[int]], least: dict[str, int]) -> dict[str, str]:
        """Learn from the bundles of each source; by source, the digest of `learnt`.

        `least` says for each source in how many documents a sentence must recur.
        """
        found = self._recurring(sources, least)
        said = self._testimony(sources, found)
        units = {
            name: self._unit("learnt", {"testimony": [said[n] for n in numbers], "least": least[name]}, name)
            for name, numbers in sources.items()
        }
        results = self._phase("Learn boilerplate", list(units.values()))
        marks = []
        for (name, unit), result in zip(units.items(), results, strict=True):
            for number in sources[name]:
                # Named by the sentences, not by how they were found: a new file that teaches nothing changes nothing.
                params: dict[str, Any] = {"bundle": self._bundle(number), "learnt": unit.products["learnt"]}
                named = {
                    "sentences": params["bundle"]["sentences"],
                    "quality": params["bundle"]["quality"],
                    "learnt": result["learnt"]["sentences"],
                }
                marks.append(self._unit("boilerplate", params, f"{name}, bundle {number}", "mark", named))
                self._digests[number]["boilerplate"] = marks[-1].products["boilerplate"]
        self._phase("Mark boilerplate", marks)
        return {name: unit.products["learnt"] for name, unit in units.items()}

    def _recurring(self, sources: dict[str, list[int]], least: dict[str, int]) -> dict[str, list[str]]:
        units: dict[str, list[Unit]] = {}
        for name, numbers in sources.items():
            parts = max(1, math.ceil(sum(map(self._sentences, numbers)) / _SENTENCES_A_PARTITION))
            common = {"bundles": [self._bundle(n) for n in numbers], "least": least[name], "partitions": parts}
            units[name] = [
                self._unit("recurring", {**common, "partition": part}, f"{name}, part {part + 1} of {parts}")
                for part in range(parts)
            ]
        self._phase("Find recurring sentences", [unit for own in units.values() for unit in own])
        return {name: [unit.products["recurring"] for unit in own] for name, own in units.items()}

    def _testimony(self, sources: dict[str, list[int]], found: dict[str, list[str]]) -> dict[int, str]:
        units = {
            number: self._unit(
                "testimony", {"bundle": self._bundle(number), "recurring": found[name]}, f"{name}, bundle {number}"
            )
            for name, numbers in sources.items()
            for number in numbers
        }
        self._phase("Weigh recurring sentences", list(units.values()))
        return {number: unit.products["testimony"] for number, unit in units.items()}

    def _sentences(self, number: int) -> int:
        """How many sentences a bundle has, about, by the footer of its sidecar."""
        facts = pq.read_metadata(self._work.product("sentences", self._digests[number]["sentences"]) / ROWS)
        return sum(facts.row_group(group).column(0).num_values for group in range(facts.num_row_groups))

    def _bundle(self, number: int) -> dict[str, str]:
        return {stage: self._digests[number][stage] for stage in ("sentences", "signature", "quality")}

    def _unit(
        self, stage: str, params: dict[str, Any], label: str, task: str = "", named: dict[str, Any] | None = None
    ) -> Unit:
        name = digest({"stage": stage, "params": named or params, **self._made_by})
        return Unit(f"pipelines.boilerplate:{task or stage}", {stage: name}, params, label=f"{stage} of {label}")


def recurring(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write one partition of a source's recurring sentences: `hash`, `documents`."""
    part, parts = params["partition"], params["partitions"]
    found = pl.concat([_sentences(work, bundle) for bundle in params["bundles"]])
    if parts > 1:
        found = found.filter(pl.col("hash") % parts == part)
    table = learning.recurring(found, params["least"]).collect(engine="streaming")
    write_frame(table, folders["recurring"] / ROWS)
    return {"recurring": {"rows": len(table)}}


def testimony(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write what the documents of one bundle testify: `document`, `hash`."""
    hashes = _hashes(work, "recurring", params["recurring"])
    found = _sentences(work, params["bundle"]).filter(pl.col("hash").is_in(hashes.implode())).collect()
    share = learning.shares(found, _sizes(work, params["bundle"]), hashes)["boilerplate_share"]
    own = (1 - share >= learning.MIN_OWN_SHARE).arg_true().cast(pl.UInt32)
    table = (
        found.filter(pl.col("row").is_in(own.implode())).select("document", "hash").unique().sort("hash", "document")
    )
    write_frame(table, folders["testimony"] / ROWS)
    return {"testimony": {"rows": len(table)}}


def learnt(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write the boilerplate of a source: `hash`, `documents` (that testify). The digest tells which sentences it is."""
    parts = [pl.scan_parquet(work.product("testimony", name) / ROWS, glob=False) for name in params["testimony"]]
    table = learning.recurring(pl.concat(parts), params["least"]).collect(engine="streaming")
    write_frame(table, folders["learnt"] / ROWS)
    return {"learnt": {"rows": len(table), "sentences": sha256(table["hash"].to_numpy().tobytes()).hexdigest()}}


def mark(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `boilerplate` of one bundle: the signals of `filters.boilerplate.learning.SCHEMA`."""
    hashes = _hashes(work, "learnt", [params["learnt"]])
    found = _sentences(work, params["bundle"]).filter(pl.col("hash").is_in(hashes.implode())).collect()
    signals = learning.shares(found, _sizes(work, params["bundle"]), hashes)
    pq.write_table(signals.to_arrow().cast(learning.SCHEMA), folders["boilerplate"] / ROWS, compression="zstd")
    return {"boilerplate": {"rows": len(signals)}}


def _sentences(work: WorkFolder, bundle: dict[str, str]) -> pl.LazyFrame:
    """Sentences of a bundle: `row`, `document`, `hash`, `bytes`."""
    rows = pl.concat(
        [
            pl.scan_parquet(work.product("signature", bundle["signature"]) / ROWS, glob=False).select(
                pl.col("exact_lo").alias("document")
            ),
            pl.scan_parquet(work.product("sentences", bundle["sentences"]) / ROWS, glob=False),
        ],
        how="horizontal",
    )
    return (
        rows.with_row_index("row")
        .explode("sentences")
        .drop_nulls("sentences")
        .unnest("sentences")
        .select("row", "document", "hash", (pl.col("end") - pl.col("start")).alias("bytes"))
    )


def _sizes(work: WorkFolder, bundle: dict[str, str]) -> pl.Series:
    path = work.product("quality", bundle["quality"]) / ROWS
    return pl.read_parquet(path, columns=["n_bytes"], glob=False)["n_bytes"]


def _hashes(work: WorkFolder, stage: str, digests: list[str]) -> pl.Series:
    parts = [pl.read_parquet(work.product(stage, name) / ROWS, columns=["hash"], glob=False) for name in digests]
    return pl.concat(parts)["hash"]


def examples(work: WorkFolder, digests: dict[str, str], learnt_digest: str, kept: pl.Series) -> pl.DataFrame:
    """Learnt sentences as they stand in a bundle's `kept` documents (their rows), identifiers masked.

    Columns `hash`, `doc_id`, `sentence`; at most one row a hash, of the most frequent ones of the source.
    """
    most = (
        pl.read_parquet(work.product("learnt", learnt_digest) / ROWS, glob=False)
        .sort(["documents", "hash"], descending=[True, False])
        .head(EXAMPLES_A_SOURCE)["hash"]
    )
    sentences = pl.scan_parquet(work.product("sentences", digests["sentences"]) / ROWS, glob=False)
    found = (
        sentences.with_row_index("row")
        .filter(pl.col("row").is_in(kept.cast(pl.UInt32).implode()))
        .explode("sentences")
        .drop_nulls("sentences")
        .unnest("sentences")
        .filter(pl.col("hash").is_in(most.implode()))
        .unique("hash", keep="first", maintain_order=True)
        .sort("row", "start")
        .collect()
    )
    shown = _shown(work, digests, found)
    return pl.DataFrame(
        shown,
        schema={"hash": pl.UInt64, "doc_id": pl.String, "phi_policy": pl.String, "sentence": pl.String},
        orient="row",
    )


def _shown(work: WorkFolder, digests: dict[str, str], found: pl.DataFrame) -> list[tuple[int, str, str, str]]:
    """Of each sentence of `found` (row, hash, start, end): hash, document id, its PHI policy, the masked words."""
    from filters.phi.mask import mask_text
    from filters.phi.spans import Span, masked_bytes

    shown = []
    documents = pq.ParquetFile(work.product("documents", digests["documents"]) / ROWS)
    phi = pq.ParquetFile(work.product("phi", digests["phi"]) / ROWS)
    with documents, phi:
        first = 0
        for group in range(documents.num_row_groups):
            past = first + documents.metadata.row_group(group).num_rows
            mine = found.filter(pl.col("row").is_between(first, past - 1))
            if len(mine):
                take = pa.array(mine["row"].to_numpy() - first)
                text = documents.read_row_group(group, columns=["doc_id", "text"]).take(take)
                screened = phi.read_row_group(group, columns=["phi_spans", "phi_policy"]).take(take)
                for row, (_, value, start, end) in enumerate(mine.iter_rows()):
                    whole = text["text"][row].as_py().encode()
                    within = [
                        Span(
                            max(span["start"], start) - start, min(span["end"], end) - start, span["kind"], span["rule"]
                        )
                        for span in screened["phi_spans"][row].as_py()
                        if span["start"] < end and span["end"] > start
                    ]
                    words = masked_bytes(whole[start:end], within)[0].decode()
                    policy = screened["phi_policy"][row].as_py()
                    shown.append((value, text["doc_id"][row].as_py(), policy, mask_text(words[:EXCERPT], policy)))
            first = past
    return shown
