"""What must be true of a snapshot before it is put in place, read from the very files that would be released.

The ledger has closed by then (`manifests.ledger`), and every copy was compared with its original.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from corpus.errors import BuildStopped, LedgerImbalance
from manifests import agree, released
from manifests.amount import Amount
from manifests.model import Manifest, Source
from manifests.recount import amount_held
from manifests.rights import rights_floor
from manifests.snapshot import Snapshot

_NAMED = 5
"""Faults that the error names; the rest is counted."""


def check_release(snapshot: Snapshot) -> None:
    """Refuse what must not leave.

    Raises:
        LedgerImbalance: shards, sources, splits, totals, and curated text less what was masked and cut, are not the
            same sums.
        BuildStopped: a licence is not one that the profile lets in, or what the samples show holds an identifier; it
            names place and class, never a value.
    """
    for what, left, right in _sums(snapshot):
        if left != right:
            raise LedgerImbalance(f"{what}: {left} is not {right}")
    floor = rights_floor(snapshot.manifest.rights.by_licence)
    if floor != snapshot.manifest.rights.floor:
        raise BuildStopped(f"rights.floor is {snapshot.manifest.rights.floor}, of the licences follows {floor}")
    shown = chain(agree.with_profile(snapshot), released.samples(snapshot), released.in_pairs(snapshot))
    if faults := [f"{finding.file}: {finding.what}" for finding in shown]:
        more = f"\nand {len(faults) - _NAMED:,} more" if len(faults) > _NAMED else ""
        raise BuildStopped("nothing was released:\n" + "\n".join(faults[:_NAMED]) + more)


def _sums(snapshot: Snapshot) -> Iterator[tuple[str, Amount, Amount]]:
    """(what, one sum, another sum that it must be)."""
    manifest = snapshot.manifest
    for source in manifest.sources:
        held = amount_held(snapshot.shards(source.name))
        yield f"shards of source {source.name} and what it keeps", held, source.kept
        yield from _ledgers(manifest, source)
    yield "sources and totals", sum((source.kept for source in manifest.sources), Amount()), manifest.totals
    yield "splits and totals", sum((split.amount for split in manifest.splits), Amount()), manifest.totals


def _ledgers(manifest: Manifest, source: Source) -> Iterator[tuple[str, Amount, Amount]]:
    account = manifest.ledger
    curated, masked, released = (
        next(share.amount for share in shares if share.label == source.name)
        for shares in (account.curated, account.masked, account.released)
    )
    yield f"what masking leaves of source {source.name} and its shards", released, source.kept
    cut = next((share.amount for share in account.cut if share.label == source.name), Amount())
    taken = (masked + cut).model_copy(update={"documents": 0})
    yield f"curated less masked, less cut, and released text of source {source.name}", curated - taken, released
