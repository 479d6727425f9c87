"""What takes a reading of all released text: the signature index, made again, and paragraphs, counted again."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup.interop import Registers, distinct, empty_registers, merged, registers
from dedup.signature import MinHashConfig, SignatureAnnotator
from filters.phi.spans import Span
from manifests import layout
from manifests.agree import same_code
from manifests.deduplicated import DistinctShingles
from manifests.earlier import SURROGATE, account_spans, incomparable, index_of, minhash_of, with_placeholders
from manifests.finding import Finding
from manifests.model import Shard
from manifests.paragraphs import Recount
from manifests.screening import account_of
from manifests.snapshot import Snapshot
from shards.signatures import CONFIG, index_schema

KIND = "signatures"
_READ = ["doc_id", "text", "phi_policy", "licence_spdx", "paragraphs_cut"]


def missing(snapshot: Snapshot) -> Iterator[Finding]:
    """Shards without an index, and an index of which the manifest does not say what it is."""
    manifest = snapshot.manifest
    present = {file.path for file in manifest.files if file.kind == KIND}
    if manifest.dedup.signatures is None:
        if present or same_code(manifest):
            yield Finding(layout.MANIFEST, "does not say what the signatures of its index are")
        return
    if same_code(manifest) and (differs := incomparable(manifest.dedup.signatures)):
        yield Finding(layout.MANIFEST, f"the signatures of its index are not those that its code makes: {differs}")
    expected = {index_of(shard) for shard in manifest.shards}
    for name in sorted(expected - present):
        yield Finding(name, "is missing: the signature index of a shard")
    for name in sorted(present - expected):
        yield Finding(name, "is the signature index of no shard")


def signatures(snapshot: Snapshot) -> Iterator[Finding]:
    """Rows of the index that are not the signatures of their shard's rows, and numbers of shingles not of their text.

    Where surrogates stand, signatures are made of the text with placeholders put back; rows in which a date was moved
    are not made again (`manifests.earlier.with_placeholders`).
    """
    facts = snapshot.manifest.dedup.signatures
    if facts is None or incomparable(facts):
        return  # said by `missing`, or by `verify.notes`
    with TemporaryDirectory(prefix="hc4-verify-") as folder:
        reading = Reading(snapshot, minhash_of(facts), Path(folder))
        yield from reading.findings()
        if reading.paragraphs is not None and reading.whole:
            yield from reading.paragraphs.findings()
    if reading.distinct_shingles() != snapshot.manifest.dedup.distinct_shingles:
        yield Finding(layout.MANIFEST, "distinct_shingles are not those of the released text")


class Reading:
    """One reading of all released text: its signatures are made again, its shingles and paragraphs counted."""

    def __init__(self, snapshot: Snapshot, minhash: MinHashConfig, folder: Path) -> None:
        """`folder` is empty, and holds what does not fit into memory."""
        self._snapshot, self._minhash = snapshot, minhash
        self._repetition = {source.name: Repetition() for source in snapshot.manifest.sources}
        self.paragraphs = Recount.of(snapshot, folder)
        """None where they cannot be counted (`Recount.of`)."""
        self.whole = True
        """Whether all text could be read."""

    def findings(self) -> Iterator[Finding]:
        """Read everything; what differs from the signature index. All else can be asked for after that."""
        for shard in self._snapshot.manifest.shards:
            mine = self._repetition.setdefault(shard.source, Repetition())
            self.whole &= yield from _of_shard(self._snapshot, shard, self._minhash, mine, self.paragraphs)

    def distinct_shingles(self) -> tuple[DistinctShingles, ...]:
        """By source, in the order of the recipe, and of all."""
        each = [(name, one.shingles, one.registers) for name, one in self._repetition.items()]
        corpus = (None, sum(shingles for _, shingles, _ in each), merged(registers for *_, registers in each))
        return tuple(
            DistinctShingles(source=name, shingles=shingles, distinct=distinct(registers))
            for name, shingles, registers in [*each, corpus]
        )


@dataclass(slots=True)
class Repetition:
    """How many shingles the text of a source has, and the registers of the distinct ones."""

    shingles: int = 0
    registers: Registers = field(default_factory=empty_registers)


def _of_shard(
    snapshot: Snapshot, shard: Shard, minhash: MinHashConfig, repetition: Repetition, recount: Recount | None
) -> Generator[Finding, None, bool]:
    """What differs; returns whether all text was read."""
    name = index_of(shard)
    schema = index_schema(minhash)
    annotator = SignatureAnnotator(minhash)
    surrogates = {policy for policy, how in snapshot.manifest.privacy.replaced.items() if how == SURROGATE}
    spans = account_spans(snapshot.folder / account_of(shard)) if surrogates else {}
    with pq.ParquetFile(snapshot.folder / name) as index, pq.ParquetFile(snapshot.folder / shard.path) as file:
        stored = index.schema_arrow
        if stored.names != schema.names or stored.types != schema.types:
            yield Finding(name, f"has not the columns of {minhash.bands} bands")
            return False
        if (stored.metadata or {}).get(CONFIG) != schema.metadata[CONFIG]:
            yield Finding(name, "does not say of itself what the manifest says of signatures")
        if index.metadata.num_rows != file.metadata.num_rows:
            yield Finding(name, "has not as many rows as its shard")
            return False
        theirs = index.read()
        first = 0
        differing: list[str] = []
        moved = False
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=_READ)
            part = theirs.slice(first, len(rows))
            moved = moved or not part["doc_id"].equals(rows["doc_id"].cast(pa.string()))
            text, certain = _signed_text(rows, surrogates, spans)
            if recount is not None:
                recount.add(shard.path, first, rows, text, certain)
            first += len(rows)
            made = annotator.measure(pa.record_batch({"text": text}))
            released = rows["text"].cast(pa.large_string()).combine_chunks()
            repetition.registers = merged([repetition.registers, registers(released, minhash.shingle_words)])
            wrong = _differs(part, pa.Table.from_batches([made])) & certain
            differing += rows["doc_id"].filter(pa.array(wrong)).to_pylist()
    repetition.shingles += int(pc.sum(theirs["n_shingles"]).as_py() or 0)
    if moved:
        yield Finding(name, "doc_ids are not those of its shard, row by row")
    if differing:
        more = f" (and {len(differing) - 1:,} more documents)" if len(differing) > 1 else ""
        yield Finding(name, f"signature of {differing[0]} is not that of its text{more}")
    return True


def _signed_text(
    rows: pa.Table, surrogates: set[str], spans: dict[str, list[Span]]
) -> tuple[pa.LargeStringArray, npt.NDArray[np.bool_]]:
    """The texts as they were signed, and which of them certainly are (bool[n])."""
    if not surrogates:
        return rows["text"].cast(pa.large_string()).combine_chunks(), np.ones(len(rows), np.bool_)
    replaced = pc.is_in(rows["phi_policy"], pa.array(sorted(surrogates), pa.string())).to_pylist()
    doc_ids = rows["doc_id"].to_pylist()
    mine = {name: spans[name] for name, here in zip(doc_ids, replaced, strict=True) if here and name in spans}
    return with_placeholders(rows["text"], doc_ids, mine)


def _differs(stored: pa.Table, made: pa.Table) -> npt.NDArray[np.bool_]:
    """Rows in which any column of a signature differs."""
    found = np.zeros(len(made), np.bool_)
    for name in made.column_names:
        found |= pc.fill_null(pc.not_equal(stored[name], made[name]), fill_value=True).to_numpy()
    return found
