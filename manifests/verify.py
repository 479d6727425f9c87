"""Verify a snapshot: recompute digests, counts and claims, and name what differs.

Nothing is trusted: the manifest must hash to its id, every file to its digest, the shards must hold the rows and tokens
stated, the ledger must follow from the record tables and close, and the cards must be what the manifest renders to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.digest import sha256_file
from corpus.errors import LedgerImbalance, SnapshotError
from corpus.verdict import Verdict
from manifests import layout
from manifests.environment import code_sha256
from manifests.ledger import KEYS, make_ledger
from manifests.model import Amount, Manifest, Shard
from manifests.recount import contradictions
from manifests.snapshot import Snapshot
from manifests.sums import snapshot_files, sums_text

Render = Callable[[Manifest], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the snapshot states: which file, and what."""

    file: str
    what: str


def verify(folder: Path, render: Render) -> list[Finding]:
    """Everything that differs; empty if the snapshot is whole.

    `render` makes the cards of a manifest. Cards are compared byte by byte where this code built the snapshot, and by
    SHA256SUMS alone where another version did.
    """
    try:
        snapshot = Snapshot.open(folder)
    except SnapshotError as error:
        return [Finding(layout.MANIFEST, str(error))]
    return sorted(set(_findings(snapshot, render)), key=lambda finding: (finding.file, finding.what))


def _findings(snapshot: Snapshot, render: Render) -> Iterator[Finding]:
    folder, manifest = snapshot.folder, snapshot.manifest
    present = snapshot_files(folder)
    digests = {name: sha256_file(folder / name) for name in present}
    if doubts := list(_manifest(folder, manifest)):
        # It vouches for all the rest: what can still be said is what SHA256SUMS says.
        yield from doubts
        listed = _listed(folder)
        others = (name for name in listed if name != layout.MANIFEST and digests.get(name) != listed[name])
        yield from (Finding(name, "is not as SHA256SUMS states") for name in others)
        return
    stated = {s.path: s.sha256 for s in manifest.shards} | {f.path: f.sha256 for f in manifest.files}
    damaged = [name for name, sha256 in stated.items() if digests.get(name) != sha256]
    for name in damaged:
        what = "is missing" if name not in digests else f"sha256 is {digests[name]}, the manifest states {stated[name]}"
        yield Finding(name, what)
    cards = render(manifest)
    listed = _listed(folder)
    for name, content in cards.items():
        if name not in digests:
            yield Finding(name, "is missing")
        elif digests[name] != hashlib.sha256(content).hexdigest():
            same_code = manifest.environment.code_sha256 == code_sha256()
            if same_code or listed.get(name) != digests[name]:
                yield Finding(name, "is not what the manifest renders to")
    known = {layout.MANIFEST, *stated, *cards}
    yield from (Finding(name, "is not part of the snapshot") for name in present if name not in known)
    yield from _sums(folder, digests, listed)
    if not damaged:
        yield from _shards(snapshot)
        yield from _ledger(snapshot)
        yield from (Finding(layout.MANIFEST, what) for what in contradictions(snapshot))


def _manifest(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    if manifest.computed_id() != manifest.snapshot_id:
        yield Finding(layout.MANIFEST, f"content hashes to {manifest.computed_id()}, not to its snapshot_id")
    elif (folder / layout.MANIFEST).read_bytes() != manifest.canonical():
        yield Finding(layout.MANIFEST, "is not canonical JSON")


def _listed(folder: Path) -> dict[str, str]:
    """The lines of SHA256SUMS, by file; those that are no such line are left out."""
    try:
        lines = (folder / layout.SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {name: digest for line in lines for digest, _, name in [line.partition("  ")]}


def _sums(folder: Path, digests: dict[str, str], listed: dict[str, str]) -> Iterator[Finding]:
    path = folder / layout.SUMS
    if not path.is_file():
        yield Finding(layout.SUMS, "is missing")
    elif path.read_bytes() != sums_text(digests).encode():
        differing = sorted(name for name in {*digests, *listed} if digests.get(name) != listed.get(name))
        yield Finding(layout.SUMS, f"does not agree with {', '.join(differing[:3]) or 'its own form'}")


def _shards(snapshot: Snapshot) -> Iterator[Finding]:
    """Count what the shards hold; check each document's text and tokens against its own row."""
    manifest = snapshot.manifest
    clusters: dict[str, set[str]] = {}
    amounts: dict[tuple[str, str], Amount] = {}
    for shard in manifest.shards:
        found = Amount()
        with pq.ParquetFile(snapshot.folder / shard.path) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group)
                yield from _rows(shard, rows)
                found = found + _amount(rows)
                clusters.setdefault(shard.split, set()).update(rows["cluster_id"].to_pylist())
            if (found.documents, found.tokens, file.num_row_groups) != (shard.rows, shard.tokens, shard.row_groups):
                yield Finding(shard.path, "rows, tokens or row groups are not those stated")
        key = (shard.source, shard.split)
        amounts[key] = amounts.get(key, Amount()) + found
    for source in manifest.sources:
        yield from _equal(f"tokens of source {source.name}", source.kept, _total(amounts, 0, source.name))
        for name in ("licences", "doc_types", "years", "languages"):
            shares = sum((share.amount for share in getattr(source, name)), Amount())
            yield from _equal(f"{name} of source {source.name}", source.kept, shares)
    for split in manifest.splits:
        yield from _equal(f"split {split.name}", split.amount, _total(amounts, 1, split.name))
    yield from _equal("totals", manifest.totals, sum(amounts.values(), Amount()))
    names = sorted(clusters)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            if shared := sorted(clusters[one] & clusters[other]):
                yield Finding(layout.DATA, f"duplicate group {shared[0]} lies in both {one} and {other}")


def _rows(shard: Shard, rows: pa.Table) -> Iterator[Finding]:
    lengths = pc.list_value_length(rows["input_ids"]).cast(pa.int32())
    if not lengths.equals(rows["n_tokens"]):
        yield Finding(shard.path, "n_tokens is not the length of input_ids")
    texts = zip(rows["doc_id"].to_pylist(), rows["text"].to_pylist(), rows["text_sha256"].to_pylist(), strict=True)
    for doc_id, text, sha256 in texts:
        if hashlib.sha256(text.encode()).hexdigest() != sha256:
            yield Finding(shard.path, f"text of {doc_id} is not that of its text_sha256")


def _amount(rows: pa.Table) -> Amount:
    def total(name: str) -> int:
        return int(pc.sum(rows[name]).as_py() or 0)

    return Amount(documents=len(rows), bytes=total("n_bytes"), words=total("n_words"), tokens=total("n_tokens"))


def _total(amounts: dict[tuple[str, str], Amount], place: int, name: str) -> Amount:
    return sum((amount for key, amount in amounts.items() if key[place] == name), Amount())


def _equal(what: str, stated: Amount, found: Amount) -> Iterator[Finding]:
    if stated != found:
        yield Finding(layout.MANIFEST, f"{what}: states {stated}, the shards hold {found}")


def _ledger(snapshot: Snapshot) -> Iterator[Finding]:
    """The ledger again, from the record tables."""
    manifest = snapshot.manifest
    names = [source.name for source in manifest.sources]
    table = (
        snapshot.audit()
        .group_by(KEYS)
        .agg(pl.len().cast(pl.Int64).alias("documents"), pl.col("bytes", "words", "tokens").sum())
        .sort(KEYS)
        .collect()
    )
    if not table.equals(pl.read_parquet(snapshot.folder / layout.LEDGER)):
        yield Finding(layout.LEDGER, "is not the sum of the record tables")
    masked = {share.label: share.amount for share in manifest.ledger.masked}
    kept = {source.name: source.kept for source in manifest.sources}
    try:
        if make_ledger(table, names, masked, kept) != manifest.ledger:
            yield Finding(layout.MANIFEST, "the ledger is not the sum of the record tables")
    except (LedgerImbalance, KeyError) as error:
        yield Finding(layout.MANIFEST, f"the ledger does not close: {error}")
    for source in manifest.sources:
        records = sum(file.records + (file.quarantined is not None) for file in source.raw_files)
        if records != source.read.documents:
            yield Finding(
                layout.MANIFEST, f"raw files of {source.name} hold {records:,} records, the ledger has others"
            )
    released = table.filter(pl.col("verdict") == Verdict.KEEP.value)["documents"].sum()
    if released != manifest.totals.documents:
        yield Finding(layout.MANIFEST, f"{released:,} records were kept, {manifest.totals.documents:,} are released")
