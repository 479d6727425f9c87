"""Every released row by itself: its text against its own numbers, its shard, and what must not be in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import RecipeError
from corpus.words import count_words
from dedup.identity import KINDS
from filters.phi.detector import detector
from filters.phi.spans import Span
from filters.phi.undecided import RULES
from manifests import layout
from manifests.finding import Finding
from manifests.model import Amount, Manifest, Shard
from manifests.snapshot import BROKEN, Snapshot
from shards.write import ROW

_EXCERPT = 1500
"""Characters from which a sample may be cut."""
_SENTENCE = 300
"""Characters from which an example of boilerplate may be cut."""
_CUT = 100
"""Bytes before a cut in which half an identifier may look like a whole one of another kind."""


def unreadable(snapshot: Snapshot) -> Iterator[Finding]:
    """Tables that cannot be read to their end, or lack a column that verification needs."""
    needed = {shard.path: tuple(ROW.names) for shard in snapshot.manifest.shards}
    needed |= {file.path: _COLUMNS.get(file.kind, ()) for file in snapshot.manifest.files}
    for name, columns in needed.items():
        try:
            with pq.ParquetFile(snapshot.folder / name) as file:
                schema = file.schema_arrow
                if missing := [column for column in columns if column not in schema.names]:
                    yield Finding(name, f"has no column {missing[0]}")
                elif name.startswith(f"{layout.DATA}/"):
                    wrong = [field.name for field in ROW if not schema.field(field.name).type.equals(field.type)]
                    yield from (Finding(name, f"column {column} is not of its type") for column in wrong[:1])
                else:
                    for _ in file.iter_batches():
                        pass
        except BROKEN as error:
            yield Finding(name, f"is no readable Parquet file ({type(error).__name__})")


def shards(snapshot: Snapshot) -> Iterator[Finding]:
    """Count what the shards hold; check each document's text and tokens against its own row."""
    manifest = snapshot.manifest
    policies = _policies(manifest)
    clusters: dict[str, set[str]] = {}
    amounts: dict[tuple[str, str], Amount] = {}
    for shard in manifest.shards:
        found, last = Amount(), ""
        try:
            with pq.ParquetFile(snapshot.folder / shard.path) as file:
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group)
                    yield from _rows(shard, rows, policies.get(shard.source), last)
                    last = rows["doc_id"][-1].as_py() if len(rows) else last
                    found = found + _amount(rows)
                    clusters.setdefault(shard.split, set()).update(rows["cluster_id"].to_pylist())
                if (found.documents, found.tokens, file.num_row_groups) != (shard.rows, shard.tokens, shard.row_groups):
                    yield Finding(shard.path, "rows, tokens or row groups are not those stated")
        except (*BROKEN, TypeError, AttributeError) as error:
            yield Finding(shard.path, f"cannot be read ({type(error).__name__})")
        key = (shard.source, shard.split)
        amounts[key] = amounts.get(key, Amount()) + found
    for source in manifest.sources:
        yield from _equal(f"tokens of source {source.name}", source.kept, _total(amounts, 0, source.name))
        for name in ("licences", "doc_types", "genres", "years", "languages"):
            shares = sum((share.amount for share in getattr(source, name)), Amount())
            yield from _equal(f"{name} of source {source.name}", source.kept, shares)
    for split in manifest.splits:
        yield from _equal(f"split {split.name}", split.amount, _total(amounts, 1, split.name))
    yield from _equal("totals", manifest.totals, sum(amounts.values(), Amount()))
    for label, place, known in (("source", 0, manifest.sources), ("split", 1, manifest.splits)):
        for name in sorted({key[place] for key in amounts} - {one.name for one in known}):
            yield Finding(layout.MANIFEST, f"shards are of {label} {name}, which it does not state")
    names = sorted(clusters)
    for position, one in enumerate(names):
        for other in names[position + 1 :]:
            if shared := sorted(clusters[one] & clusters[other]):
                yield Finding(layout.DATA, f"duplicate group {shared[0]} lies in both {one} and {other}")


def samples(snapshot: Snapshot) -> Iterator[Finding]:
    """Identifiers in the excerpts and the examples of boilerplate, which were masked and then cut."""
    excerpts = snapshot.samples().select("source", "doc_id", "excerpt")
    said = "excerpt of {} holds an identifier that is not masked"
    yield from _some(layout.SAMPLES, said, _identified(snapshot, excerpts, _EXCERPT))
    if not any(file.kind == "boilerplate" for file in snapshot.manifest.files):
        return  # of a time when none was learnt
    sentences = pl.read_parquet(snapshot.folder / layout.BOILERPLATE, glob=False).select("source", "doc_id", "sentence")
    said = "sentence of {} holds an identifier that is not masked"
    yield from _some(layout.BOILERPLATE, said, _identified(snapshot, sentences, _SENTENCE))


def _identified(snapshot: Snapshot, texts: pl.DataFrame, cut_at: int) -> list[str]:
    """Ids of the documents whose text (source, doc_id, text; cut at so many characters) shows an identifier."""
    policies = _policies(snapshot.manifest)
    shown: list[str] = []
    for source, doc_id, text in texts.iter_rows():
        policy = policies.get(source)
        if text is None or policy is None:
            continue
        raw = text.encode()
        end = len(raw) - _CUT if len(text) >= cut_at else len(raw)
        if any(span.end <= end for span in detector(policy, RULES).find(raw)):
            shown.append(doc_id)
    return shown


def policies_unknown(manifest: Manifest) -> Iterator[Finding]:
    """PHI policies that this code cannot look for."""
    known = _policies(manifest)
    for source in manifest.sources:
        if source.name not in known:
            what = f"PHI policy {source.phi_policy!r} of source {source.name} is not known to this code"
            yield Finding(layout.MANIFEST, what)


def _policies(manifest: Manifest) -> dict[str, str]:
    """PHI policy of each source, where this code has it."""
    found = {}
    for source in manifest.sources:
        try:
            detector(source.phi_policy, RULES)
        except RecipeError:
            continue
        found[source.name] = source.phi_policy
    return found


_COLUMNS: dict[str, tuple[str, ...]] = {
    "audit": (
        *("source", "raw_file", "record", "doc_id", "verdict", "stage", "reason", "survivor", "bytes", "words"),
        *(
            "tokens",
            "doc_type",
            "genre",
            "published",
            *KINDS,
            "retraction",
            "title",
            "journal",
            "url",
            "member",
            "version",
            "offset",
            "licence_raw",
            "licence_spdx",
            "licence_kind",
        ),
        *("licence_place", "licence_conflict", "copyright", "language", "language_score", "phi_count"),
    ),
    "ledger": ("source", "raw_file", "stage", "verdict", "reason", "documents", "bytes", "words", "tokens"),
    "quarantine": ("source", "raw_file", "record", "reason"),
    "samples": ("source", "doc_id", "excerpt"),
    "boilerplate": ("source", "hash", "documents", "doc_id", "sentence"),
    "attribution": (
        *("doc_id", "source", "publisher", "homepage", "title", "authors", "copyright", "doi", "url", "licence_spdx"),
        *("licence_url", "changes"),
    ),
}
"""What each kind of table must have for the checks to be made."""


def _rows(shard: Shard, rows: pa.Table, policy: str | None, last: str) -> Iterator[Finding]:
    if not pc.list_value_length(rows["input_ids"]).cast(pa.int32()).equals(rows["n_tokens"]):
        yield Finding(shard.path, "n_tokens is not the length of input_ids")
    for name in ("source", "split"):
        if pc.unique(rows[name]).to_pylist() not in ([], [getattr(shard, name)]):
            yield Finding(shard.path, f"{name} of some rows is not {getattr(shard, name)}")
    doc_ids = rows["doc_id"].to_pylist()
    if any(after.encode() <= before.encode() for before, after in zip([last, *doc_ids], doc_ids, strict=False)):
        yield Finding(shard.path, "rows are not sorted by doc_id, each once")
    wrong: dict[str, list[str]] = {}
    columns = (rows[name].to_pylist() for name in ("text", "text_sha256", "n_bytes", "n_words"))
    find: Any = detector(policy, RULES).find if policy else _nothing
    for doc_id, text, sha256, n_bytes, n_words in zip(doc_ids, *columns, strict=True):
        raw = text.encode()
        for what, differs in (
            ("text of {} is not that of its text_sha256", hashlib.sha256(raw).hexdigest() != sha256),
            ("n_bytes of {} is not the length of its text", len(raw) != n_bytes),
            ("n_words of {} is not the number of words in its text", count_words(text) != n_words),
            ("text of {} holds an identifier that is not masked", bool(find(raw))),
        ):
            if differs:
                wrong.setdefault(what, []).append(doc_id)
    for what, documents in wrong.items():
        yield from _some(shard.path, what, documents)


def _nothing(_: bytes) -> list[Span]:
    return []


def _some(file: str, what: str, doc_ids: list[str]) -> Iterator[Finding]:
    """One finding for the documents of a file with the same fault: the first is named."""
    if doc_ids:
        more = f" (and {len(doc_ids) - 1:,} more documents)" if len(doc_ids) > 1 else ""
        yield Finding(file, what.format(doc_ids[0]) + more)


def _amount(rows: pa.Table) -> Amount:
    def total(name: str) -> int:
        return int(pc.sum(rows[name]).as_py() or 0)

    return Amount(documents=len(rows), bytes=total("n_bytes"), words=total("n_words"), tokens=total("n_tokens"))


def _total(amounts: dict[tuple[str, str], Amount], place: int, name: str) -> Amount:
    return sum((amount for key, amount in amounts.items() if key[place] == name), Amount())


def _equal(what: str, stated: Amount, found: Amount) -> Iterator[Finding]:
    if stated != found:
        yield Finding(layout.MANIFEST, f"{what}: states {stated}, the shards hold {found}")
