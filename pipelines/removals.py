"""Pairs to read of what near-dedup removed: drawn from all merges, then shown source by source.

    chosen     which pairs: the sample of `manifests.removals`
    removals   a source: its pairs with both texts, masked as they would be released, by placeholders

Only documents that every rule let pass are candidates of dedup, so both texts of a pair may be shown. Texts are read
where they lie, a row group at a time, and only of pairs that were drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from corpus.digest import Json, digest
from corpus.storage import WorkFolder
from corpus.unit import Phase, Unit
from dedup.resolve import Method
from manifests.removals import PAIRS, SHOWN, candidates, sample, sizes
from pipelines.excerpts import excerpts
from pipelines.measure import ROWS

_PAIRS_A_GROUP = 25
_MERGES_AT_ONCE = 1_000_000
_MEASURED = ["similarity", "substance", "containment"]
_NEEDED = [
    "bundle",
    "row",
    "doc_id",
    "survivor",
    "survivor_bundle",
    "survivor_row",
    "survivor_snapshot",
    "method",
    *_MEASURED,
]
_SIDES = ("", "survivor_")
"""Prefixes of columns about the removed document, and about its survivor."""


class Review:
    """The phases that make the sample.

    Args:
        phase: runs units, gives their results in order.
        digests: by bundle, stage name to digest: `documents` and `phi` are needed.
        sources: by bundle, the name of its source.
        made_by: what else names a product.
    """

    def __init__(
        self, phase: Phase, digests: list[dict[str, str]], sources: list[str], made_by: dict[str, Any]
    ) -> None:
        self._phase = phase
        self._digests = digests
        self._sources = sources
        self._made_by = made_by

    def run(self, merges: str, seed: int, only: str | None = None) -> dict[str, str]:
        """Draw from the documents that the product `merges` lists; by source of what was removed, the digest of
        `removals`. With `only`, of this source alone."""
        asked: dict[str, Any] = {"merges": merges, "sources": self._sources, "seed": seed}
        choose = self._unit("chosen", asked, "removals")
        (result,) = self._phase("Draw removals to read", [choose])
        units = {}
        for source, bundles in result["chosen"]["bundles"].items():
            if only in (None, source):
                texts = {str(n): {s: self._digests[n][s] for s in ("documents", "phi")} for n in bundles}
                params = {"chosen": choose.products["chosen"], "source": source, "texts": texts}
                units[source] = self._unit("removals", params, source)
        self._phase("Show removals", list(units.values()))
        return {source: unit.products["removals"] for source, unit in units.items()}

    def _unit(self, stage: str, params: dict[str, Any], label: str) -> Unit:
        name = digest({"stage": stage, "params": params, **self._made_by})
        return Unit(f"pipelines.removals:{stage}", {stage: name}, params, label=f"{stage} of {label}")


def chosen(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `chosen`: the sample with the places of both texts. The summary says which bundles each source needs."""
    found, counted = [], []
    for part in _removed(work, params["merges"], params["sources"]):
        found.append(candidates(part, params["seed"]))
        counted.append(sizes(part))
    pairs = sample(pl.concat(found), pl.concat(counted))
    pairs.write_parquet(folders["chosen"] / ROWS)
    bundles = {
        source: sorted({*mine["bundle"], *mine["survivor_bundle"]})
        for (source,), mine in sorted(pairs.partition_by("source", as_dict=True).items())
    }
    return {"chosen": {"pairs": len(pairs), "bundles": bundles}}


def _removed(work: WorkFolder, merges: str, sources: list[str]) -> Iterator[pl.DataFrame]:
    """Near-duplicates that gave way to a document of this build, a part at a time; at least one part."""
    names = pl.Series(sources, dtype=pl.String)
    with pq.ParquetFile(work.product("merges", merges) / ROWS) as file:
        empty = file.schema_arrow.empty_table().select(_NEEDED)
        for part in map(pl.DataFrame, chain([empty], file.iter_batches(_MERGES_AT_ONCE, columns=_NEEDED))):
            near = part.filter(pl.col("method") == Method.NEAR.name.lower(), pl.col("survivor_snapshot").is_null())
            yield near.drop("method").with_columns(
                names.gather(near["bundle"]).alias("source"),
                names.gather(near["survivor_bundle"]).alias("survivor_source"),
            )


def removals(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `removals` of one source: `manifests.removals.PAIRS`."""
    path = work.product("chosen", params["chosen"]) / ROWS
    pairs = pl.read_parquet(path, glob=False).filter(pl.col("source") == params["source"])
    wanted: dict[int, set[int]] = {}
    for side in _SIDES:
        for bundle, row in pairs.select(f"{side}bundle", f"{side}row").iter_rows():
            wanted.setdefault(bundle, set()).add(row)
    texts = {
        bundle: excerpts(work, params["texts"][str(bundle)], sorted(rows), SHOWN) for bundle, rows in wanted.items()
    }
    shown: dict[str, list[Any]] = {}
    for side in _SIDES:
        places = pairs.select(f"{side}bundle", f"{side}row").iter_rows()
        found = [texts[bundle][row] for bundle, row in places]
        shown[f"{side}text"] = [one.text for one in found]
        shown[f"{side}phi_policy"] = [one.policy for one in found]
        shown[f"{side}cut"] = [one.cut for one in found]
    table = pairs.with_columns(*(pl.Series(name, values) for name, values in shown.items()))
    pq.write_table(
        table.select(PAIRS.names).to_arrow().cast(PAIRS),
        folders["removals"] / ROWS,
        row_group_size=_PAIRS_A_GROUP,
        compression="zstd",
        compression_level=3,
    )
    return {"removals": {"pairs": len(table)}}
