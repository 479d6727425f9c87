"""A sample of near-duplicate removals to be read: which pairs, and what the sample says of all the others.

The removals of a source fall into three strata, and a sample is drawn from each:

    nearest   those whose verified similarity is lowest: a little more and they had stayed. All of them are drawn
    across    of the rest, those whose survivor is of another source
    other     all that is left

Within a stratum documents are drawn by a hash of their id, so that a sample stands for its stratum, and so does what
was read of it so far where pairs are read in the order of `turn`. `stratum_size` says how many removals that stratum
has: `manifests.precision` weighs by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from corpus.digest import digest
from corpus.errors import SnapshotError
from corpus.verdict import Stage, Verdict
from manifests import layout
from manifests.finding import Finding
from manifests.removed import Ids, removed
from manifests.snapshot import BROKEN, Snapshot, unreadable
from shards.place import uniform

NEAREST, ACROSS, OTHER = "nearest", "across", "other"
STRATA = (NEAREST, ACROSS, OTHER)

DRAWN = {NEAREST: 25, ACROSS: 25, OTHER: 50}
"""Pairs of a source by stratum. What `across` cannot fill goes to `other`, and the other way round."""
SHOWN = 20_000
"""Characters shown of a text."""

_MEASURES = ("similarity", "substance")
"""What has to reach the threshold. The lower of both says how near a pair is to it."""

PAIRS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("stratum", pa.string(), nullable=False),
        pa.field("stratum_size", pa.int64(), nullable=False),
        pa.field("turn", pa.int64(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("survivor", pa.string(), nullable=False),
        pa.field("survivor_source", pa.string(), nullable=False),
        pa.field("similarity", pa.float64(), nullable=False),
        pa.field("substance", pa.float64()),
        pa.field("containment", pa.float64()),
        pa.field("phi_policy", pa.string(), nullable=False),
        pa.field("survivor_phi_policy", pa.string(), nullable=False),
        pa.field("text", pa.large_string(), nullable=False),
        pa.field("survivor_text", pa.large_string(), nullable=False),
        pa.field("cut", pa.bool_(), nullable=False),
        pa.field("survivor_cut", pa.bool_(), nullable=False),
    ]
)
"""One row a pair: the removed document (`source`, `doc_id`, `text`) and what it gave way to. Texts are masked by
placeholders and end after `SHOWN` characters, which `cut` tells. `similarity` is the verified Jaccard similarity of the
whole texts; `substance` (of the shingles that are no template) and `containment` are null where they were not measured.
`turn` counts from 1 within the stratum of a source."""


def candidates(removed: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Those of `removed` that can be in the sample of a whole of which it is a part, with their `draw`.

    `removed` has `doc_id`, `source`, `survivor`, `survivor_source`, `similarity`, and perhaps `substance`. The
    candidates of a whole are among the candidates of its parts.
    """
    drawn = pl.Series("draw", [uniform(name, salt=f"removal/{seed}") for name in removed["doc_id"]], pl.Float64)
    whole = sum(DRAWN.values())
    lots = pl.struct("draw", "doc_id").rank("ordinal").over("source", _across()) <= whole
    return removed.with_columns(drawn).filter(lots | (_nearness(removed) <= DRAWN[NEAREST]))


def sizes(removed: pl.DataFrame) -> pl.DataFrame:
    """By `source` and `across`, the number (`removals`) of all that were removed. Sizes of parts add up."""
    return removed.group_by("source", _across().alias("across")).agg(pl.len().cast(pl.Int64).alias("removals"))


def sample(found: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """The sample, by source, stratum and turn: `found` with `stratum`, `stratum_size` and `turn` (from 1).

    `found` are the `candidates` of all parts, `counted` their `sizes`.
    """
    nearest = _nearness(found) <= DRAWN[NEAREST]
    stratum = pl.when(nearest).then(pl.lit(NEAREST)).when(_across()).then(pl.lit(ACROSS)).otherwise(pl.lit(OTHER))
    turn = pl.struct("draw", "doc_id").rank("ordinal").over("source", "stratum").cast(pl.Int64)
    placed = found.with_columns(stratum.alias("stratum"), _across().alias("across")).with_columns(turn.alias("turn"))
    return (
        placed.join(_strata(placed, counted), on=["source", "stratum"], how="left")
        .filter(pl.col("turn") <= pl.col("quota"))
        .drop("draw", "across", "quota")
        .sort("source", "stratum", "turn")
    )


def _strata(placed: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """By source and stratum: `stratum_size`, and `quota`, how many of it are drawn."""
    near = placed.filter(pl.col("stratum") == NEAREST)
    left: Counter[tuple[str, bool]] = Counter()
    for source, across, removals in counted.select("source", "across", "removals").iter_rows():
        left[source, across] += removals
    left.subtract(near.select("source", "across").iter_rows())
    rows = []
    for source in sorted({source for source, _ in left}):
        across, other = left[source, True], left[source, False]
        taken = len(near.filter(pl.col("source") == source))
        by_lot = DRAWN[ACROSS] + DRAWN[OTHER]
        rows += [
            (source, NEAREST, taken, taken),
            (source, ACROSS, across, max(DRAWN[ACROSS], by_lot - other)),
            (source, OTHER, other, max(DRAWN[OTHER], by_lot - across)),
        ]
    schema = {"source": pl.String, "stratum": pl.String, "stratum_size": pl.Int64, "quota": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _across() -> pl.Expr:
    return pl.col("source") != pl.col("survivor_source")


def _nearness(removed: pl.DataFrame) -> pl.Expr:
    """1 for the removal of a source that is nearest to the threshold, and so on."""
    margin = pl.min_horizontal(name for name in _MEASURES if name in removed.columns)
    return pl.struct(margin.alias("margin"), "draw", "doc_id").rank("ordinal").over("source")


def pair_digest(pair: Mapping[str, Any]) -> str:
    """Names a pair by the ids and the texts that were shown: a verdict holds for these, and for no others."""
    return digest({name: pair[name] for name in ("doc_id", "survivor", "text", "survivor_text")})


def read_pairs(snapshot: Snapshot) -> pl.DataFrame:
    """The sample of a snapshot, in the order of `PAIRS`.

    Raises:
        SnapshotError: it cannot be read, or the snapshot has none.
    """
    if not (snapshot.folder / layout.REMOVALS).is_file():
        raise SnapshotError(f"{snapshot.folder} has no sample of removals: other code built it; build it again")
    return read_file(snapshot.folder / layout.REMOVALS)


def read_file(path: Path) -> pl.DataFrame:
    """Pairs in a file of their own, as a build that stopped leaves them.

    Raises:
        SnapshotError: it cannot be read, or holds something else.
    """
    try:
        pairs = pl.read_parquet(path, glob=False)
    except BROKEN as error:
        raise unreadable(path.name, error) from None
    if missing := [name for name in PAIRS.names if name not in pairs.columns]:
        raise SnapshotError(f"{path} is no sample of removals: it has no column {missing[0]}")
    return pairs.select(PAIRS.names)


def reading_order(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs in the order to read them in: the first of every stratum, the second of every stratum, and so on."""
    return pairs.sort("turn", "source", "stratum")


def removed_near(snapshot: Snapshot) -> Iterator[pl.DataFrame]:
    """What near-dedup removed in favour of a document of the same snapshot, a source at a time.

    Documents that were taken out later count as they did before.
    """
    merged = (pl.col("verdict") == Verdict.MERGE.value) & (pl.col("stage") == Stage.NEAR.value)
    released = (pl.col("verdict") == Verdict.KEEP.value) | (pl.col("stage") == Stage.TAKEDOWN.value)
    kept = snapshot.audit().filter(released)
    for source in snapshot.manifest.sources:
        rows = snapshot.audit(source.name)
        if columns := rows.collect_schema().names():
            wanted = ["doc_id", "source", "survivor", *(name for name in _MEASURES if name in columns)]
            here = pl.col("survivor_snapshot").is_null() if "survivor_snapshot" in columns else pl.lit(value=True)
            removed = rows.filter(merged & here).select(wanted).collect()
            mine = kept.filter(pl.col("doc_id").is_in(removed["survivor"].unique().implode()))
            survivors = mine.select(survivor="doc_id", survivor_source="source").collect()
            yield removed.join(survivors, on="survivor", how="inner")


def resample(parts: Iterable[pl.DataFrame], seed: int) -> pl.DataFrame | None:
    """The sample of a whole, a part at a time; None of nothing."""
    found, counted = [], []
    for part in parts:
        found.append(candidates(part, seed))
        counted.append(sizes(part))
    return sample(pl.concat(found, how="diagonal"), pl.concat(counted)) if found else None


def drawn(snapshot: Snapshot) -> pl.DataFrame | None:
    """The sample that the record tables give, of all that the build removed, without texts."""
    seed: Any = snapshot.manifest.recipe["seed"]
    return resample(removed_near(snapshot), seed)


def findings(snapshot: Snapshot) -> Iterator[Finding]:
    """What the sample states and the record tables do not: other pairs, other sizes of strata, other similarities."""
    pairs = read_pairs(snapshot)
    expected = drawn(snapshot)
    if expected is not None and snapshot.manifest.takedowns:
        gone = Ids(removed(snapshot))
        expected = expected.filter(~gone.among(expected["doc_id"]) & ~gone.among(expected["survivor"]))
    named = ["source", "stratum", "stratum_size", "turn", "doc_id", "survivor", "survivor_source", "similarity"]
    if expected is None or not pairs.select(named).equals(expected.select(named)):
        yield Finding(layout.REMOVALS, "is not the sample of near-duplicates that the record tables give")
