"""Verify a snapshot: recompute digests, counts and claims, and name what differs.

Nothing is trusted: the manifest must hash to its id, every file to its digest, the shards must hold the rows and tokens
stated, the ledger must follow from the record tables and close, and the cards must be what the manifest renders to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import polars as pl

from corpus.digest import sha256_file
from corpus.errors import LedgerImbalance, SnapshotError
from corpus.verdict import Verdict
from manifests import (
    agree,
    audited,
    covered,
    decontaminated,
    layout,
    mentioned,
    origin,
    proof,
    recount_tokens,
    released,
    removals,
    signed,
    splits,
    withdrawn,
)
from manifests.drift import drift
from manifests.earlier import incomparable
from manifests.finding import Finding
from manifests.ledger import ledger_table, make_ledger
from manifests.model import Manifest
from manifests.paragraphs import dates_moved
from manifests.precision import contradicted
from manifests.recount import contradictions
from manifests.snapshot import BROKEN, Snapshot
from manifests.sums import read_sums, snapshot_files, strange_entries, sums_text

__all__ = ["Finding", "Render", "notes", "verify"]

Render = Callable[[Manifest, pl.DataFrame | None], Mapping[str, bytes]]
"""Makes the cards and pages of a manifest and its samples; of None, those that show no samples."""


def verify(folder: Path, render: Render, tokenizers: Sequence[Path] = ()) -> list[Finding]:
    """Everything that differs; empty if the snapshot is whole.

    All tokens are counted again with each of `tokenizers`, files of those that the manifest names.

    `render` makes the cards and pages of a manifest and its samples. They are compared byte by byte where this code
    built the snapshot, and by SHA256SUMS alone where another version did: `notes` says so.
    """
    try:
        snapshot = Snapshot.open(folder)
    except SnapshotError as error:
        return [Finding(layout.MANIFEST, str(error))]
    found = set(_findings(snapshot, render))
    if not found:
        found = set(recount_tokens.findings(snapshot, tokenizers))
    return sorted(found, key=lambda finding: (finding.file, finding.what))


def notes(manifest: Manifest, tokenizers: Sequence[Path] = ()) -> list[str]:
    """What `verify` cannot find out about this snapshot; no fault of the snapshot."""
    found = [] if agree.same_code(manifest) else ["cards not checked byte by byte: built by other code"]
    if manifest.merkle is None:
        found.append("no Merkle root: it was built before there was one")
    if manifest.demographics is not None and not mentioned.same_lexicon(manifest.demographics):
        found.append("groups named not looked for again: this code has another lexicon")
    facts = manifest.dedup.signatures
    if facts is not None and (differs := incomparable(facts)):
        found.append(f"signatures not made again: {differs}; paragraphs not counted again either")
    elif manifest.dedup.paragraphs and (moved := dates_moved(manifest)):
        found.append(f"paragraphs not counted again, since dates were moved: {', '.join(moved)}")
    if manifest.contamination is not None:
        found.append("evaluation items not looked for again: `hc4 contamination` does, with the files of their sets")
    brought = {sha256_file(path) for path in tokenizers}
    left = [one.name for one in manifest.token_counts if one.sha256 not in brought]
    if left:
        found.append(f"tokens by {', '.join(left)} not counted again: --tokenizer FILE does, with each one's file")
    return found


def _findings(snapshot: Snapshot, render: Render) -> Iterator[Finding]:
    folder, manifest = snapshot.folder, snapshot.manifest
    present = snapshot_files(folder)
    listed = read_sums(folder)
    stated = {s.path: s.sha256 for s in manifest.shards} | {f.path: f.sha256 for f in manifest.files}
    # An empty folder in which a file is missing is not strange.
    homes = {str(home) for name in (*stated, *listed) for home in PurePosixPath(name).parents}
    for name in strange_entries(folder):
        if name not in homes or (folder / name).is_symlink() or not (folder / name).is_dir():
            yield Finding(name, "is not part of the snapshot")
    digests = {}
    for name in present:
        try:
            digests[name] = sha256_file(folder / name)
        except OSError as error:
            yield Finding(name, f"cannot be read: {error.strerror}")
    if doubts := list(_manifest(folder, manifest)):
        # It vouches for all the rest: what can still be said is what SHA256SUMS says.
        yield from doubts
        others = (name for name in listed if name != layout.MANIFEST and digests.get(name) != listed[name])
        yield from (Finding(name, "is not as SHA256SUMS states") for name in others)
        return
    damaged = [name for name, sha256 in stated.items() if digests.get(name) != sha256]
    for name in damaged:
        if name in digests:
            yield Finding(name, f"sha256 is {digests[name]}, the manifest states {stated[name]}")
        elif name not in present:
            yield Finding(name, "is missing")
    cards: Mapping[str, bytes] = {}
    samples = None if layout.SAMPLES in damaged or layout.SAMPLES not in stated else _samples(snapshot)
    try:
        cards = render(manifest, samples)
    except Exception as error:  # noqa: BLE001 - of a forged manifest a template can make any
        yield Finding(layout.MANIFEST, f"no cards can be rendered from it ({type(error).__name__})")
    for name, content in cards.items():
        if name not in present:
            if name in listed or not _of_other_code(manifest, name):
                yield Finding(name, "is missing")
        elif (
            name in digests
            and digests[name] != hashlib.sha256(content).hexdigest()
            and (agree.same_code(manifest) or listed.get(name) != digests[name])
        ):
            yield Finding(name, _difference(folder / name, content))
    known = {layout.MANIFEST, *stated, *cards}
    # Pages that cannot be rendered here are judged by SHA256SUMS alone.
    known |= {name for name in listed if _of_other_code(manifest, name)}
    known |= {name for name in listed if samples is None and name.startswith(f"{layout.REPORT}/samples/")}
    yield from (Finding(name, "is not part of the snapshot") for name in present if name not in known)
    yield from _sums(folder, digests, listed)
    yield from agree.with_recipe(manifest)
    yield from agree.with_formatters(manifest)
    yield from splits.with_recipe(manifest)
    yield from proof.contradictions(manifest)
    yield from released.policies_unknown(manifest)
    if not damaged:
        yield from _content(snapshot)


def _samples(snapshot: Snapshot) -> pl.DataFrame | None:
    try:
        return snapshot.samples()
    except SnapshotError:  # which is said of the table
        return None


def _of_other_code(manifest: Manifest, name: str) -> bool:
    """Whether this is a page of the report that other code may have made, or not made."""
    return name.startswith(f"{layout.REPORT}/") and not agree.same_code(manifest)


def _difference(path: Path, rendered: bytes) -> str:
    """What differs in a card; of a file much longer than the card no more than its length is read."""
    try:
        with path.open("rb") as stream:
            return drift(path.name, stream.read(2 * len(rendered) + 2**16), rendered)
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _content(snapshot: Snapshot) -> Iterator[Finding]:
    """What the tables hold, once every one of them has its digest."""
    if damaged := list(released.unreadable(snapshot)):
        yield from damaged
        return
    manifest = layout.MANIFEST
    contradicted = (Finding(manifest, what) for what in contradictions(snapshot))
    for place, checks in (
        (layout.DATA, released.shards(snapshot)),
        (layout.SIGNATURES, signed.signatures(snapshot)),
        (layout.SAMPLES, released.samples(snapshot)),
        (layout.SAMPLES, _audit(snapshot)),
        *((layout.REMOVALS, checks) for checks in _removals(snapshot)),
        (layout.LEDGER, _ledger(snapshot)),
        (layout.AUDIT, agree.with_record_tables(snapshot)),
        (layout.DATA, agree.with_merged(snapshot)),
        (layout.DATA, agree.with_statements(snapshot)),
        (layout.DATA, agree.with_profile(snapshot)),
        (layout.DATA, splits.findings(snapshot)),
        (layout.DATA, origin.with_raw_files(snapshot)),
        (layout.DATA, origin.with_rights(snapshot)),
        (layout.DATA, covered.findings(snapshot)),
        (layout.TOKENS, recount_tokens.beside(snapshot)),
        (layout.AUDIT, mentioned.findings(snapshot)),
        (layout.TAKEDOWNS, withdrawn.findings(snapshot)),
        (layout.CONTAMINATION, decontaminated.findings(snapshot)),
        (manifest, contradicted),
    ):
        try:
            yield from checks
        except (*BROKEN, LookupError, TypeError, ValueError, AttributeError) as error:
            yield Finding(place, f"cannot be counted again ({type(error).__name__})")


def _removals(snapshot: Snapshot) -> list[Iterator[Finding]]:
    """Checks of the pairs to read; none of a snapshot of a time when there were none."""
    if not any(file.kind == "removals" for file in snapshot.manifest.files):
        return []
    return [removals.findings(snapshot), released.removals(snapshot), _estimate(snapshot)]


def _estimate(snapshot: Snapshot) -> Iterator[Finding]:
    """The precision of near-dedup again, from what the manifest says was read."""
    stated = snapshot.manifest.dedup.removals
    if stated is None:
        return
    pairs: pl.DataFrame | None = removals.read_pairs(snapshot)
    if snapshot.manifest.takedowns:  # people read pairs that are no longer shown
        drawn = removals.drawn(snapshot)
        pairs = None if drawn is None else drawn.with_columns(text=pl.lit(""), survivor_text=pl.lit(""))
    if pairs is None or contradicted(stated, pairs):
        yield Finding(layout.MANIFEST, "dedup.removals does not follow from the sample and what was read of it")


def _audit(snapshot: Snapshot) -> Iterator[Finding]:
    """What people's verdicts amount to again, from what the manifest says was read."""
    stated = snapshot.manifest.audit
    sizes = audited.stratum_sizes(snapshot.manifest)
    # Where documents were taken out, people read samples that are gone: the parent's estimate stands as it was made.
    if snapshot.manifest.takedowns:
        return
    if stated is not None and audited.contradicted(stated, snapshot.samples(), sizes):
        yield Finding(layout.MANIFEST, "audit does not follow from the samples and what was read of them")


def _manifest(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    try:
        found = manifest.computed_id()
    except ValueError as error:  # a number that JSON cannot carry
        yield Finding(layout.MANIFEST, f"has no canonical form: {error}")
        return
    if found != manifest.snapshot_id:
        yield Finding(layout.MANIFEST, f"content hashes to {found}, not to its snapshot_id")
    elif (folder / layout.MANIFEST).read_bytes() != manifest.canonical():
        yield Finding(layout.MANIFEST, "is not canonical JSON")


def _sums(folder: Path, digests: dict[str, str], listed: dict[str, str]) -> Iterator[Finding]:
    path = folder / layout.SUMS
    try:
        content = path.read_bytes() if path.is_file() else None
    except OSError as error:
        yield Finding(layout.SUMS, f"cannot be read: {error.strerror}")
        return
    if content is None:
        yield Finding(layout.SUMS, "is missing")
    elif content != sums_text(digests).encode(errors="surrogateescape"):
        differing = sorted(name for name in {*digests, *listed} if digests.get(name) != listed.get(name))
        yield Finding(layout.SUMS, f"does not agree with {', '.join(differing[:3]) or 'its own form'}")


def _ledger(snapshot: Snapshot) -> Iterator[Finding]:
    """The ledger again, from the record tables."""
    manifest = snapshot.manifest
    names = [source.name for source in manifest.sources]
    table = ledger_table(snapshot.audit())
    if not table.equals(pl.read_parquet(snapshot.folder / layout.LEDGER, glob=False)):
        yield Finding(layout.LEDGER, "is not the sum of the record tables")
    masked, cut = (
        {share.label: share.amount for share in shares} for shares in (manifest.ledger.masked, manifest.ledger.cut)
    )
    kept = {source.name: source.kept for source in manifest.sources}
    stated = manifest.ledger
    try:
        account = make_ledger(table, names, masked, cut, kept)
        if not (stated.curated or stated.released or agree.same_code(manifest)):
            account = account.model_copy(update={"curated": (), "released": ()})  # of a time when it was not stated
        if account != stated:
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
