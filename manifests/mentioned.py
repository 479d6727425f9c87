"""Who is spoken about, counted again: the statement from record tables, these from the released text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from corpus.verdict import Verdict
from filters.mentions import MentionAnnotator, lexicon
from manifests import layout
from manifests.demographics import Demographics, Tally, columns_of, ends, summed, tallies
from manifests.finding import Finding
from manifests.snapshot import Snapshot

_CHANGES = ["phi_masked", "paragraphs_cut"]
"""Columns of a shard that count what was done to a text since it was measured."""


def same_lexicon(stated: Demographics) -> bool:
    """Whether this code has the lexicon that was counted with."""
    return stated.lexicon_sha256 == lexicon().sha256


def findings(snapshot: Snapshot) -> Iterator[Finding]:
    """What the manifest's `demographics` and the columns of mentions do not agree about.

    Released texts are read again where nothing in them is masked or cut: what stood in place of a placeholder may have
    been an age. Of another lexicon's words only the sums are checked.
    """
    stated = snapshot.manifest.demographics
    if stated is None:
        return
    for source in snapshot.manifest.sources:
        files = snapshot.audit_files(source.name)
        found = count(snapshot, source.name, stated)
        if not _equal(found, ends(stated, source.name)):
            yield Finding(layout.MANIFEST, f"demographics of source {source.name} are not those of its record tables")
        if files and same_lexicon(stated):
            yield from _read_again(snapshot, source.name, stated)
    if strange := sorted({one.source for one in stated.left} - {source.name for source in snapshot.manifest.sources}):
        yield Finding(layout.MANIFEST, f"demographics speak of a source {strange[0]}, which it does not state")


def count(snapshot: Snapshot, source: str, stated: Demographics) -> dict[str, Tally]:
    """By stage, what documents of a source that end there name of what `stated` looked for."""
    return summed(_counted(path, stated) for path in snapshot.audit_files(source))


def _counted(path: Path, stated: Demographics) -> dict[str, Tally]:
    columns = ["verdict", "stage", "language", *columns_of(stated.concepts)]
    rows = pl.read_parquet(path, columns=columns, glob=False)
    return tallies(rows, [one.groups for one in stated.dimensions], stated.concepts, stated.languages)


def _equal(one: dict[str, Tally], other: dict[str, Tally]) -> bool:
    return {stage: tally.plain() for stage, tally in one.items()} == {s: tally.plain() for s, tally in other.items()}


def _read_again(snapshot: Snapshot, source: str, stated: Demographics) -> Iterator[Finding]:
    columns = columns_of(stated.concepts)
    kept = pl.col("verdict") == Verdict.KEEP.value
    theirs = snapshot.audit(source).filter(kept).select("doc_id", *columns).collect()
    measured = MentionAnnotator(stated.window)
    for path in snapshot.shards(source):
        with pq.ParquetFile(path) as shard:
            for group in range(shard.num_row_groups):
                rows = shard.read_row_group(group, columns=["doc_id", "text", *_CHANGES]).combine_chunks()
                ours = [pl.DataFrame(measured.measure(batch)) for batch in rows.to_batches()]
                if not ours:
                    continue
                bits = pl.concat(ours).with_columns(pl.Series("doc_id", rows["doc_id"]))
                changed = pl.DataFrame(rows.select(_CHANGES)).sum_horizontal()
                whole = bits.filter(changed == 0)
                wrong = whole.join(theirs, on=["doc_id", *columns], how="anti")["doc_id"].sort()
                if len(wrong):
                    more = f" (and {len(wrong) - 1:,} more documents)" if len(wrong) > 1 else ""
                    name = path.relative_to(snapshot.folder).as_posix()
                    yield Finding(name, f"groups named in {wrong[0]} are not those of the record table{more}")
