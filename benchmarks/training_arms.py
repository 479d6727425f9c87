"""The arms of the training proof: what a model is given to read, as folders of shards.

Each arm is made of a snapshot that hc4 built (`benchmarks.training_recipes`), and differs from it as little as can be:
held-out documents are taken out, and text has the token ids of the models' small vocabulary.

    curated         the recipe as it is
    no_quality      without quality rules                  no_boilerplate   without the rule about boilerplate
    no_language     without the language rule              no_dedup         without deduplication
    raw             without all of these
    random_drop     raw, thinned by a seeded hash to as many tokens as curated has
    noise           raw, of which three fifths gave way to planted noise: the positive control

Licences, retractions, versions, what a reader leaves out and masked identifiers are the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.training_noise import with_noise
from shards.place import TRAIN, VALIDATION, shard_name, uniform
from shards.tokenizer import Tokenizer
from shards.write import ROW, write_shard

ARMS = {
    "curated": "curated",
    "raw": "raw",
    "noise": "raw",
    "random_drop": "raw",
    "no_language": "no_language",
    "no_dedup": "no_dedup",
    "no_quality": "no_quality",
    "no_boilerplate": "no_boilerplate",
}
"""By arm, the variant it is made of."""

_COPIES_BACK = ("raw", "no_dedup")
_ROW_GROUP_TOKENS = 500_000
_SEED = 1


class Snapshots:
    """Snapshots by variant, and which documents no arm may train on."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        """`folders` are snapshots by variant, `curated` among them."""
        self._folders = dict(folders)
        columns = ["doc_id", "cluster_id", "split", "stands_for"]
        groups = [
            pl.read_parquet(path, columns=columns).with_columns(variant=pl.lit(name))
            for name, folder in sorted(self._folders.items())
            for path in sorted((folder / "data").glob("*/*.parquet"))
        ]
        self.held_out = held_out(pl.concat(groups))

    def validation(self) -> pa.Table:
        """Rows (schema `ROW`) of the curated snapshot's validation split."""
        return _rows(self._folders["curated"], VALIDATION)

    def rows(self, arm: str) -> pa.Table:
        """Rows (schema `ROW`) of an arm; `input_ids` are still the snapshot's."""
        variant = ARMS[arm]
        rows = _rows(self._folders[variant], TRAIN)
        if variant in _COPIES_BACK:
            rows = with_copies(rows, self._folders[variant])
        rows = rows.filter(pc.invert(pc.is_in(rows["doc_id"], pa.array(sorted(self.held_out), pa.string()))))
        if arm == "random_drop":
            rows = thinned(rows, pc.sum(self.rows("curated")["n_tokens"]).as_py())
        return with_noise(rows, seed=_SEED) if arm == "noise" else rows


def held_out(rows: pl.DataFrame) -> set[str]:
    """Documents that are of one group with a validation document of the variant `curated`.

    A group is what any variant holds together: documents with one `cluster_id`, and those that one of them stands for.

    Args:
        rows: columns `variant`, `doc_id`, `cluster_id`, `split`, `stands_for` (list of doc_ids) of all snapshots.
    """
    from dedup.clusters import components

    merged = rows.select("doc_id", other="stands_for").explode("other").drop_nulls()
    edges = pl.concat([rows.select("doc_id", other="cluster_id"), merged])
    names = pl.concat([edges["doc_id"], edges["other"]]).unique().sort()
    numbers = pl.DataFrame({"name": names}).with_row_index("number")
    ends = [
        edges.join(numbers, left_on=side, right_on="name", how="left", maintain_order="left")["number"]
        .cast(pl.Int64)
        .to_numpy()
        for side in ("doc_id", "other")
    ]
    parent = np.arange(len(names))
    components(parent, *ends)
    validation = rows.filter((pl.col("variant") == "curated") & (pl.col("split") == VALIDATION))["doc_id"]
    held = np.unique(parent[names.is_in(validation.implode()).to_numpy()])
    return set(names.filter(pl.Series(np.isin(parent, held))).to_list())


def with_copies(rows: pa.Table, snapshot: Path) -> pa.Table:
    """`rows`, and once more for each document that merged into one of them, under its own doc_id and source.

    The text is the survivor's: what merges under these recipes has the same words, or the same shingles.
    """
    audits = sorted((snapshot / "audit").glob("*/*.parquet"))
    columns = ["doc_id", "source", "verdict", "stage", "survivor"]
    merged = pl.concat([pl.read_parquet(path, columns=columns) for path in audits])
    merged = merged.filter((pl.col("verdict") == "merge") & pl.col("stage").is_in(["exact", "near"])).sort("doc_id")
    places = pl.DataFrame({"survivor": rows["doc_id"].to_numpy(zero_copy_only=False)}).with_row_index("place")
    found = merged.join(places, on="survivor", how="inner", maintain_order="left")
    copies = rows.take(pa.array(found["place"].to_numpy()))
    for name in ("doc_id", "source"):
        place = ROW.get_field_index(name)
        copies = copies.set_column(place, ROW.field(name), found[name].to_arrow().cast(pa.string()))
    return pa.concat_tables([rows, copies])


def thinned(rows: pa.Table, tokens: int) -> pa.Table:
    """Rows in the order of a seeded hash of their doc_id, until they have `tokens` tokens, and in their order again."""
    drawn = [uniform(doc_id, salt=f"training/drop/{_SEED}") for doc_id in rows["doc_id"].to_pylist()]
    order = np.argsort(np.array(drawn), kind="stable")
    total = np.cumsum(rows["n_tokens"].to_numpy()[order])
    return rows.take(np.sort(order[: int(np.searchsorted(total, tokens, side="right"))]))


def write_arm(rows: pa.Table, folder: Path, tokenizer: Tokenizer) -> dict[str, dict[str, int]]:
    """Write an arm's shards as `folder/data/<source>/train-*.parquet`; return documents, tokens and bytes by source.

    `input_ids` are those of `tokenizer`; everything else stays as its snapshot has it.
    """
    account = {}
    for source, part in _by_source(rows):
        ids = tokenizer.encode(part["text"].combine_chunks())
        counts = pc.list_value_length(ids).cast(pa.int32())
        for name, column in (("input_ids", ids), ("n_tokens", counts)):
            part = part.set_column(ROW.get_field_index(name), ROW.field(name), column)  # noqa: PLW2901
        path = folder / "data" / source / shard_name(TRAIN, 0, 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        metadata = {"hc4.source": source, "hc4.split": TRAIN, "hc4.tokenizer_sha256": tokenizer.sha256}
        write_shard(path, part, row_group_tokens=_ROW_GROUP_TOKENS, metadata=metadata)
        sizes = {"tokens": pc.sum(counts).as_py(), "bytes": pc.sum(part["n_bytes"]).as_py()}
        account[source] = {"documents": len(part), **sizes}
    return account


def _rows(snapshot: Path, split: str) -> pa.Table:
    paths = sorted((snapshot / "data").glob(f"*/{split}-*.parquet"))
    return pa.concat_tables([pq.read_table(path, schema=ROW) for path in paths]).replace_schema_metadata(None)


def _by_source(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    for source in sorted(set(rows["source"].to_pylist())):
        part = rows.filter(pc.equal(rows["source"], source))
        yield source, part.take(pc.sort_indices(part["doc_id"])).combine_chunks()
