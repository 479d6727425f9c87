"""The manifest of a snapshot that documents were taken out of: counted again, by what verification counts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from corpus.errors import SnapshotError
from corpus.tables import write_frame
from filters.phi.spans import EVALUATION_ITEM
from manifests import covered, layout, mentioned, origin
from manifests.amount import Amount, Share
from manifests.contamination import Contamination, MaskedItems
from manifests.coverage import MEASURES
from manifests.demographics import Demographics, lines
from manifests.earlier import incomparable, minhash_of
from manifests.labels import LISTED, listed
from manifests.ledger import ledger_table, make_ledger
from manifests.merkle import Merkle
from manifests.model import File, Manifest, PhiCount, Privacy, Shard, Source
from manifests.recount import amount_held, amounts_by_label, length_histogram
from manifests.rights import rights_floor
from manifests.screening import account_counts, account_of
from manifests.signed import Reading
from manifests.snapshot import Snapshot
from manifests.takedowns import Takedown
from manifests.token_counts import TokenCount
from pipelines.publish import file_at


@dataclass(slots=True)
class Taken:
    """What removed documents had lost on their way into the shards, by source: `Ledger.masked` and `cut` of them."""

    masked: dict[str, Amount] = field(default_factory=dict)
    cut: dict[str, Amount] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Tokens of their text by the tokenizers of `token_counts`, by name and shard."""

    def add(self, source: str, documents: pl.DataFrame) -> None:
        """Add documents: `bytes`, `words`, `tokens` as read, the same with `n_` as released, `phi_count`,
        `paragraphs_cut`."""
        shortened = documents["paragraphs_cut"] > 0
        for sums, mine in ((self.masked, documents.filter(~shortened)), (self.cut, documents.filter(shortened))):
            lost = {name: int((mine[name] - mine[f"n_{name}"]).sum()) for name in MEASURES[1:]}
            sums[source] = sums.get(source, Amount()) + Amount(documents=0, **lost)
        self.masked[source] += Amount(documents=int((documents["phi_count"] > 0).sum()))
        self.cut[source] += Amount(documents=int(shortened.sum()))


def restate(
    parent: Manifest, folder: Path, shards: Sequence[Shard], changed: Mapping[str, File], taken: Taken, last: Takedown
) -> Manifest:
    """The manifest of the snapshot in `folder`; writes the ledger and the lists of coverage there.

    Args:
        parent: of the snapshot that documents were taken out of.
        folder: holds all tables but those that are written here.
        shards: all of them.
        changed: files that are other than the parent's, by path, or that it has not.
        taken: what the removed documents had lost.
        last: what was done.

    Raises:
        LedgerImbalance: the account does not close.
        SnapshotError: the released text is not what the index of signatures says.
    """
    files = {file.path: file for file in parent.files} | dict(changed)
    held = parent.model_copy(update={"shards": tuple(shards), "files": tuple(files.values())})
    now = Snapshot(folder, held)
    table = ledger_table(now.audit())
    _write(folder, layout.LEDGER, "ledger", table, files)
    kept = {source.name: amount_held(now.shards(source.name)) for source in parent.sources}
    masked, cut = (
        {share.label: share.amount - gone.get(share.label, Amount()) for share in shares}
        for shares, gone in ((parent.ledger.masked, taken.masked), (parent.ledger.cut, taken.cut))
    )
    ledger = make_ledger(table, [source.name for source in parent.sources], masked, cut, kept)
    sources = tuple(_source(source, now, kept[source.name]) for source in parent.sources)
    now = Snapshot(folder, held.model_copy(update={"sources": sources}))
    coverage = parent.coverage
    if coverage is not None:
        counted = covered.count(now)
        coverage = counted.whole
        update = [{"coverage": counted.coverage[one.name], "nulls": counted.nulls[one.name]} for one in sources]
        sources = tuple(one.model_copy(update=change) for one, change in zip(sources, update, strict=True))
        for kind, path in LISTED.items():
            _write(folder, path, "coverage", listed(kind, counted.sums), files)
    by_licence = origin.by_licence(now)
    rights = parent.rights.model_copy(
        update={
            "by_licence": tuple(by_licence),
            "floor": rights_floor(by_licence),
            "attributed": files[layout.ATTRIBUTION].rows,
        }
    )
    accounts = _accounts(now)
    return parent.model_copy(
        update={
            "snapshot_id": "",
            "totals": sum(kept.values(), Amount()),
            "splits": tuple(
                split.model_copy(update={"amount": amount_held(_of_split(now, split.name))}) for split in parent.splits
            ),
            "sources": sources,
            "coverage": coverage,
            "ledger": ledger,
            "rights": rights,
            "privacy": _privacy(now, accounts),
            **_contamination(now, accounts),
            "dedup": parent.dedup.model_copy(update=_read_again(now)),
            "demographics": _demographics(now),
            "token_counts": tuple(_fewer(one, taken.counts[one.name], shards) for one in parent.token_counts),
            "shards": tuple(sorted(shards, key=lambda shard: shard.path)),
            "merkle": Merkle.over(shards),
            "files": tuple(sorted(files.values(), key=lambda file: file.path)),
            "parent": parent.snapshot_id,
            "takedowns": (*parent.takedowns, last),
        }
    ).identified()


def _fewer(one: TokenCount, lost: Mapping[str, int], shards: Sequence[Shard]) -> TokenCount:
    """What a tokenizer counts without the tokens `lost` in each shard."""
    by_source = dict(one.by_source)
    for shard in shards:
        by_source[shard.source] -= lost.get(shard.path, 0)
    counts: dict[str, object] = {"tokens": one.tokens - sum(lost.values()), "by_source": by_source}
    if one.by_shard:
        counts["by_shard"] = {path: tokens - lost.get(path, 0) for path, tokens in one.by_shard.items()}
    return one.model_copy(update=counts)


def _write(folder: Path, path: str, kind: str, table: pl.DataFrame, files: dict[str, File]) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    write_frame(table, folder / path)
    files[path] = file_at(folder, path, kind, len(table))


def _source(source: Source, now: Snapshot, kept: Amount) -> Source:
    paths = now.shards(source.name)
    shares = {
        kind: tuple(
            Share(label=label, amount=amount)
            for label, amount in sorted(amounts.items(), key=lambda one: (-one[1].tokens, one[0]))
        )
        for kind, amounts in amounts_by_label(paths).items()
    }
    shares["years"] = tuple(sorted(shares["years"], key=lambda share: share.label))
    return source.model_copy(update={**shares, "kept": kept, "length_histogram": length_histogram(paths)})


def _of_split(now: Snapshot, split: str) -> list[Path]:
    return [now.folder / shard.path for shard in now.manifest.shards if shard.split == split]


def _accounts(now: Snapshot) -> dict[tuple[str, str], list[int]]:
    """Spans and documents by source and class, from the accounts of the shards; sources in the manifest's order."""
    counts: dict[tuple[str, str], list[int]] = {}
    for shard in now.manifest.shards:
        for kind, (spans, documents) in account_counts(now.folder / account_of(shard)).items():
            sums = counts.setdefault((shard.source, kind), [0, 0])
            sums[0] += spans
            sums[1] += documents
    order = [source.name for source in now.manifest.sources]
    return dict(sorted(counts.items(), key=lambda one: (order.index(one[0][0]), one[0][1])))


def _privacy(now: Snapshot, counts: dict[tuple[str, str], list[int]]) -> Privacy:
    masked = tuple(
        PhiCount(source=name, kind=kind, spans=spans, documents=documents)
        for (name, kind), (spans, documents) in counts.items()
        if kind != EVALUATION_ITEM
    )
    return now.manifest.privacy.model_copy(update={"masked": masked})


def _contamination(now: Snapshot, counts: dict[tuple[str, str], list[int]]) -> dict[str, Contamination]:
    """What is masked of evaluation items in the text that is left; what was found speaks of the build."""
    stated = now.manifest.contamination
    if stated is None:
        return {}
    masked = tuple(
        MaskedItems(source=name, spans=spans, documents=documents)
        for (name, kind), (spans, documents) in counts.items()
        if kind == EVALUATION_ITEM
    )
    return {"contamination": stated.model_copy(update={"masked": masked})}


def _read_again(now: Snapshot) -> dict[str, object]:
    """Statements about deduplication that speak of the released text; all others speak of the build."""
    facts = now.manifest.dedup.signatures
    if facts is None or (differs := incomparable(facts)):
        raise SnapshotError(f"its text cannot be counted again: {differs if facts else 'it has no signatures'}")
    with TemporaryDirectory(prefix="hc4-takedown-") as place:
        reading = Reading(now, minhash_of(facts), Path(place))
        for finding in reading.findings():
            raise SnapshotError(f"{finding.file}: {finding.what}")
        paragraphs = now.manifest.dedup.paragraphs
        if reading.paragraphs is not None:
            paragraphs = reading.paragraphs.restated(paragraphs)
        return {"distinct_shingles": reading.distinct_shingles(), "paragraphs": paragraphs}


def _demographics(now: Snapshot) -> Demographics | None:
    stated = now.manifest.demographics
    if stated is None:
        return None
    found = {source.name: mentioned.count(now, source.name, stated) for source in now.manifest.sources}
    return stated.model_copy(update={"left": lines(found)})
