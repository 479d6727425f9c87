"""Tokens of the released text, counted again with tokenizer files that the verifier brings: a snapshot holds none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from corpus.errors import SnapshotError
from manifests import layout
from manifests.finding import Finding
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from shards.token_counts import token_counts
from shards.tokenizer import Tokenizer, load_tokenizer


def stated_counts(manifest: Manifest) -> dict[str, dict[str, int]]:
    """By sha256 of a tokenizer, the tokens of each source."""
    counts = {one.sha256: one.by_source for one in manifest.token_counts}
    return {**counts, manifest.tokenizer.sha256: {source.name: source.kept.tokens for source in manifest.sources}}


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
        for source, count in stated[tokenizer.sha256].items():
            found = _counted(snapshot, source, tokenizer)
            if found != count:
                what = f"tokens of source {source} by {path.name}: states {count:,}, they are {found:,}"
                yield Finding(layout.MANIFEST, what)


def _counted(snapshot: Snapshot, source: str, tokenizer: Tokenizer) -> int:
    """A row group at a time."""
    total = 0
    for path in snapshot.shards(source):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                text = file.read_row_group(group, columns=["text"])["text"].combine_chunks()
                total += int(token_counts(text, tokenizer).sum())
    return total
