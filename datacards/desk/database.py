"""`audit.sqlite`: what reviewers may see of a snapshot, as tables with an index of words.

sample      masked samples, what became of them and why; `sample_words` finds words in them (FTS5)
pair        near-duplicates that were removed, beside what they gave way to
ledger      raw file x stage x verdict x reason: documents, bytes, words, tokens
raw_file    what was read: digests, sizes, and where it was fetched
cluster     sizes of clusters of duplicates
about       the snapshot

It is made anew for each desk, outside the snapshot: it holds nothing that the snapshot does not, and SQLite writes its
own version into every file, so that no digest of it would last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pyarrow.parquet as pq

from corpus.errors import SnapshotError
from datacards.report.samples import NEEDED, Teller
from datacards.views import view
from manifests import layout
from manifests.audited import sample_digest, stratum_sizes
from manifests.removals import PAIRS, pair_digest, read_pairs, reading_order
from manifests.snapshot import BROKEN, Snapshot, unreadable

_TABLES = """
create table about (name text primary key, value text) without rowid;
create table sample (
  id integer primary key, digest text not null, source text not null, doc_id text not null, doc_type text not null,
  verdict text not null, stage text not null, reason text not null, borders text, turn integer, stratum_size integer,
  words integer not null, tokens integer not null, score real, threshold real, survivor text, similarity real,
  decided text not null, excerpt text
);
create virtual table sample_words using fts5(excerpt, content='sample', content_rowid='id', tokenize='unicode61');
create table pair (
  id integer primary key, digest text not null, source text not null, stratum text not null, stratum_size integer,
  turn integer, doc_id text not null, survivor text not null, survivor_source text not null, similarity real,
  substance real, containment real, text text not null, survivor_text text not null, cut integer, survivor_cut integer
);
create table ledger (
  source text, raw_file text, stage text, verdict text, reason text, documents integer, bytes integer, words integer,
  tokens integer
);
create table raw_file (
  source text, name text, sha256 text, bytes integer, records integer, quarantined text, url text, retrieved text
);
create table cluster (size integer primary key, clusters integer);
"""
_INDEXES = """
create index sample_stratum on sample (source, verdict, stage, reason);
create index sample_reason on sample (reason);
create index ledger_reason on ledger (source, stage, reason);
insert into sample_words (sample_words) values ('rebuild');
insert into sample_words (sample_words) values ('optimize');
"""


def write_database(snapshot: Snapshot, path: Path) -> None:
    """Write the tables of a snapshot into a new file.

    Raises:
        SnapshotError: its samples are of a time when there were fewer columns, or cannot be read.
    """
    samples = snapshot.samples()
    if missing := [name for name in NEEDED if name not in samples.columns]:
        raise SnapshotError(f"{layout.SAMPLES} has no column {missing[0]}: other code built it; build it again")
    with closing(sqlite3.connect(path)) as base, base:
        base.executescript(_TABLES)
        _insert(base, "about", _about(snapshot))
        _insert(base, "sample", _samples(snapshot, samples))
        _insert(base, "pair", _pairs(snapshot))
        _insert(base, "ledger", _ledger(snapshot))
        _insert(base, "raw_file", _raw_files(snapshot))
        _insert(base, "cluster", ((one.size, one.clusters) for one in snapshot.manifest.dedup.cluster_sizes))
        base.executescript(_INDEXES)


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that can change nothing; rows by name."""
    base = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    base.row_factory = sqlite3.Row
    base.execute("pragma query_only = on")
    return base


def _insert(base: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    width = len(base.execute(f"pragma table_info({table})").fetchall())
    base.executemany(f"insert into {table} values ({', '.join('?' * width)})", rows)  # noqa: S608  names of our own


def _about(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    manifest = snapshot.manifest
    yield from (("name", manifest.name), ("title", manifest.title), ("snapshot_id", manifest.snapshot_id))


def _samples(snapshot: Snapshot, samples: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """In the order to read them in: the first of every stratum, the second of every stratum, and so on."""
    tell, sizes = Teller(view(snapshot.manifest)), stratum_sizes(snapshot.manifest)
    order = ["turn", "source", "stage", "verdict", "reason", "borders", "doc_id"]
    ordered = samples.sort(order, nulls_last=[True, *[False] * 6], maintain_order=True)
    for number, row in enumerate(ordered.iter_rows(named=True), 1):
        size = sizes.get((row["source"], row["verdict"], row["stage"], row["reason"]))
        yield (
            *(number, sample_digest(row), row["source"], row["doc_id"], row["doc_type"] or "", row["verdict"]),
            *(row["stage"], row["reason"], row["borders"], row["turn"], size, row["words"], row["tokens"]),
            *(row["score"], row["threshold"], row["survivor"], row["similarity"]),
            *("\n".join(tell.one(row).decided), row["excerpt"]),
        )


def _pairs(snapshot: Snapshot) -> Iterator[tuple[Any, ...]]:
    if not any(file.kind == "removals" for file in snapshot.manifest.files):
        return
    shown = [name for name in PAIRS.names if name not in ("phi_policy", "survivor_phi_policy")]
    for number, pair in enumerate(reading_order(read_pairs(snapshot)).iter_rows(named=True), 1):
        yield (number, pair_digest(pair), *(pair[name] for name in shown))


def _ledger(snapshot: Snapshot) -> Iterator[tuple[Any, ...]]:
    names = ("source", "raw_file", "stage", "verdict", "reason", "documents", "bytes", "words", "tokens")
    try:
        with pq.ParquetFile(snapshot.folder / layout.LEDGER) as file:
            for batch in file.iter_batches(columns=list(names)):
                yield from zip(*(batch[name].to_pylist() for name in names), strict=True)
    except BROKEN as error:
        raise unreadable(layout.LEDGER, error) from None


def _raw_files(snapshot: Snapshot) -> Iterator[tuple[Any, ...]]:
    for source in snapshot.manifest.sources:
        for file in source.raw_files:
            fetched = (file.retrieval.url, file.retrieval.retrieved) if file.retrieval else (None, None)
            yield (source.name, file.name, file.sha256, file.bytes, file.records, file.quarantined, *fetched)
