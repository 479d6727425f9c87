"""Tokens by other tokenizers: what stands beside the shards, and counted again with files that the verifier brings.

A snapshot holds no tokenizer. Without its file only counts are compared: of documents, shards, sources, the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import SnapshotError
from manifests import layout
from manifests.finding import Finding
from manifests.model import Manifest, Shard
from manifests.snapshot import Snapshot
from manifests.token_counts import TokenCount
from shards.other_tokens import COUNTED, STORED
from shards.token_counts import token_counts
from shards.tokenizer import Tokenizer, load_tokenizer


def stated_counts(manifest: Manifest) -> dict[str, dict[str, int]]:
    """By sha256 of a tokenizer, the tokens of each source."""
    counts = {one.sha256: one.by_source for one in manifest.token_counts}
    return {**counts, manifest.tokenizer.sha256: {source.name: source.kept.tokens for source in manifest.sources}}


def beside(snapshot: Snapshot) -> Iterator[Finding]:
    """Counts beside the shards that are not of the shard's documents, or do not add up to what is stated."""
    manifest = snapshot.manifest
    expected = {one.beside(shard.path) for one in manifest.token_counts if one.by_shard for shard in manifest.shards}
    present = {file.path for file in manifest.files if file.kind == layout.TOKENS}
    yield from (Finding(name, "is missing: tokens of a shard by another tokenizer") for name in expected - present)
    yield from (Finding(name, "has the tokens of no shard") for name in present - expected)
    for one in manifest.token_counts:
        if not one.by_shard:
            continue
        if sorted(one.by_shard) != sorted(shard.path for shard in manifest.shards):
            yield Finding(layout.MANIFEST, f"tokens by {one.name} are not stated shard by shard")
            continue
        sums = dict.fromkeys(one.by_source, 0)
        for shard in manifest.shards:
            sums[shard.source] = sums.get(shard.source, 0) + one.by_shard[shard.path]
            if one.beside(shard.path) in present:
                yield from _of_shard(snapshot, one, shard)
        if sums != one.by_source:
            yield Finding(layout.MANIFEST, f"tokens of sources by {one.name} are not the sums of their shards")


def _of_shard(snapshot: Snapshot, one: TokenCount, shard: Shard) -> Iterator[Finding]:
    name = one.beside(shard.path)
    schema = STORED if one.stored else COUNTED
    with pq.ParquetFile(snapshot.folder / name) as file:
        if not file.schema_arrow.equals(schema):
            yield Finding(name, f"has not the columns {', '.join(schema.names)}")
            return
        counts = file.read(columns=COUNTED.names)
        lengths = [
            pc.list_value_length(file.read_row_group(group, columns=["input_ids"])["input_ids"])
            for group in range(file.num_row_groups if one.stored else 0)
        ]
    rows = pq.read_table(snapshot.folder / shard.path, columns=["doc_id"])
    if not counts["doc_id"].combine_chunks().equals(rows["doc_id"].combine_chunks()):
        yield Finding(name, "is not of the documents of its shard, in order")
    if one.stored and not pa.chunked_array([chunk for part in lengths for chunk in part.chunks], pa.int32()).equals(
        counts["n_tokens"]
    ):
        yield Finding(name, "n_tokens of some documents is not the number of their input_ids")
    total = int(pc.sum(counts["n_tokens"]).as_py() or 0)
    if total != one.by_shard[shard.path]:
        yield Finding(name, f"has {total:,} tokens, the manifest states {one.by_shard[shard.path]:,}")


def findings(snapshot: Snapshot, tokenizers: Sequence[Path]) -> Iterator[Finding]:
    """Sources of which a tokenizer counts something else than is stated; every document is encoded again.

    Raises:
        AssetError: a file is no tokenizer.
        SnapshotError: the snapshot states nothing of a tokenizer.
    """
    stated = stated_counts(snapshot.manifest)
    for path in tokenizers:
        tokenizer = load_tokenizer(path)
        if tokenizer.sha256 not in stated:
            raise SnapshotError(f"the snapshot counts no tokens by {path.name} (sha256 {tokenizer.sha256})")
        mine = [one for one in snapshot.manifest.token_counts if one.sha256 == tokenizer.sha256 and one.by_shard]
        for source, count in stated[tokenizer.sha256].items():
            found = 0
            for shard in (shard for shard in snapshot.manifest.shards if shard.source == source):
                tokens, differing = _again(snapshot, shard, tokenizer, mine)
                found += tokens
                yield from differing
            if found != count:
                what = f"tokens of source {source} by {path.name}: states {count:,}, they are {found:,}"
                yield Finding(layout.MANIFEST, what)


def _again(
    snapshot: Snapshot, shard: Shard, tokenizer: Tokenizer, stated: Sequence[TokenCount]
) -> tuple[int, list[Finding]]:
    """Tokens of a shard, and files beside it that say otherwise of a document; a row group at a time."""
    counts = [pl.Series(dtype=pl.Int64)]
    differing: set[str] = set()
    with pq.ParquetFile(snapshot.folder / shard.path) as file:
        for group in range(file.num_row_groups):
            text = file.read_row_group(group, columns=["text"])["text"].combine_chunks()
            counts.append(pl.Series(token_counts(text, tokenizer), dtype=pl.Int64))
            for one in stated:
                if one.stored and not _same_ids(snapshot.folder / one.beside(shard.path), group, text, tokenizer):
                    differing.add(one.beside(shard.path))
    found = pl.concat(counts)
    for one in stated:
        place = one.beside(shard.path)
        if not pl.read_parquet(snapshot.folder / place, columns=["n_tokens"], glob=False)["n_tokens"].equals(
            found.cast(pl.Int32)
        ):
            differing.add(place)
    return int(found.sum()), [Finding(name, "has other tokens than its documents") for name in sorted(differing)]


def _same_ids(path: Path, group: int, text: pa.LargeStringArray, tokenizer: Tokenizer) -> bool:
    with pq.ParquetFile(path) as file:
        if group >= file.num_row_groups:
            return False
        stored = file.read_row_group(group, columns=["input_ids"])["input_ids"].combine_chunks()
    return bool(stored.equals(tokenizer.encode(text)))
