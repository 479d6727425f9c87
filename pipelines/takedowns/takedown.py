"""Take documents out of a snapshot: a new one beside it, in which only what is concerned was written anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import sha256_file
from corpus.errors import BuildStopped, RecipeError, SnapshotError
from corpus.rooms import code_sha256
from corpus.tables import to_table
from corpus.verdict import Stage, Verdict
from manifests import layout
from manifests.agree import lacking
from manifests.amount import Amount
from manifests.earlier import incomparable, index_of
from manifests.model import File, Manifest, Shard
from manifests.removed import COPY, KIND, REMOVED, UNRELEASED, WITHDRAWN, Ids, read_groups
from manifests.screening import account_of
from manifests.snapshot import Snapshot
from manifests.takedowns import Selected, Takedown
from pipelines.publish import check_output, file_at, write_pages
from pipelines.release_checks import check_release
from pipelines.replaced import replaced
from pipelines.takedowns.find import NEEDED, Named, find
from pipelines.takedowns.request import Request
from pipelines.takedowns.restate import Taken, restate
from pipelines.takedowns.rewrite import (
    SHOWN,
    link,
    removed_rows,
    rewrite_other_tokens,
    rewrite_shard,
    rewrite_table,
    without,
    without_examples,
)
from shards.token_counts import token_counts
from shards.tokenizer import Tokenizer, load_tokenizer

_AUDIT = ["doc_id", "source", "licence_spdx", "verdict", "survivor", "survivor_snapshot"]


@dataclass(frozen=True, slots=True)
class Done:
    """A takedown that is in place."""

    manifest: Manifest
    linked: int
    """Files that are hard links to those of the parent; they take no space."""
    copied: int
    told: tuple[str, ...]
    """What had become of some of the named records that were not released."""
    unknown: tuple[str, ...]
    """Named values that no record carries."""


def take_down(
    folder: Path, output: Path, request: Request, *, tokenizers: tuple[Path, ...] = (), partial: bool = False
) -> Done:
    """Write the snapshot at `output` that is the one at `folder` without what the request names.

    Memory is that of a shard, a record table, and of the lines of the request.

    Args:
        tokenizers: files of those in the manifest's `token_counts` whose counts do not stand beside the shards.
        partial: see `find`.

    Raises:
        BuildStopped: `output` is the snapshot itself, or no snapshot.
        NotReleased: the request names nothing.
        RecipeError: a tokenizer is not given; the request has an id that was used before.
        SnapshotError: the snapshot is damaged, or older than what a takedown needs.
    """
    parent = Snapshot.open(folder)
    one, other = folder.resolve(), output.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise BuildStopped(f"{output} is, or lies in, the snapshot itself, which is not changed; pass another --output")
    counters = _usable(parent, request, tokenizers)
    named = find(parent, request, partial=partial)
    with replaced(output, check_output) as fresh:
        taking = _Taking(parent, fresh, request, named, counters)
        manifest = taking.run()
        write_pages(manifest, fresh, Snapshot(fresh, manifest).samples())
        check_release(Snapshot(fresh, manifest))
    return Done(manifest, taking.linked, taking.copied, tuple(named.told), tuple(named.unknown))


def _usable(parent: Snapshot, request: Request, tokenizers: tuple[Path, ...]) -> dict[str, Tokenizer]:
    """Tokenizers by name in the manifest. Every file of the snapshot must be as its manifest states."""
    manifest = parent.manifest
    if request.request_id in [one.request_id for one in manifest.takedowns]:
        raise RecipeError(f"{parent.folder} has a takedown {request.request_id} already; give this one another id")
    facts = manifest.dedup.signatures
    if manifest.merkle is None or facts is None or not manifest.ledger.released or lacking(manifest):
        raise SnapshotError(
            f"{parent.folder} is older than takedowns: it lacks roots, signatures or columns; build it again"
        )
    if differs := incomparable(facts):
        raise SnapshotError(f"the text of {parent.folder} cannot be counted again by this code: {differs}")
    brought = {sha256_file(path): path for path in tokenizers}
    uncounted = [one for one in manifest.token_counts if not one.by_shard]
    for one in uncounted:
        if one.sha256 not in brought:
            raise RecipeError(f"tokens by {one.name} are stated: --tokenizer FILE, with sha256 {one.sha256}")
    stated: list[Shard | File] = [*manifest.shards, *manifest.files]
    for file in stated:
        path = parent.folder / file.path
        if path.is_symlink() or not path.is_file() or sha256_file(path) != file.sha256:
            raise SnapshotError(f"{file.path} is not as the manifest states: `hc4 verify` names all that differs")
    try:
        named = manifest.computed_id()
    except ValueError:  # a number that JSON cannot carry
        named = ""
    if named != manifest.snapshot_id:
        raise SnapshotError("the manifest does not hash to its snapshot_id: `hc4 verify` names all that differs")
    return {one.name: load_tokenizer(brought[one.sha256]) for one in uncounted}


class _Taking:
    def __init__(
        self, parent: Snapshot, fresh: Path, request: Request, named: Named, counters: dict[str, Tokenizer]
    ) -> None:
        self._parent, self._fresh, self._request, self._named = parent, fresh, request, named
        self._counters = counters
        self._taken = Taken(counts={one.name: {} for one in parent.manifest.token_counts})
        self._files: dict[str, File] = {}
        self._matched: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._removed = Amount()
        self._parts: list[Path] = []
        self.linked = self.copied = 0

    def run(self) -> Manifest:
        """Write every table; the manifest that states them."""
        parts = self._fresh / ".parts"
        parts.mkdir()
        released = parts / "released.parquet"
        unreleased = parts / "unreleased.parquet"
        with pq.ParquetWriter(released, REMOVED) as writer:
            shards = [self._shard(shard, writer) for shard in self._parent.manifest.shards]
        taken = Ids(pl.scan_parquet(released, glob=False))
        with pq.ParquetWriter(unreleased, REMOVED) as writer:
            for source in self._parent.manifest.sources:
                for path in self._parent.audit_files(source.name):
                    self._look(path, taken, writer)
        table = self._table(released, unreleased, taken)
        mine = pl.col("request_id") == self._request.request_id
        gone = Ids(pl.scan_parquet(self._fresh / layout.TAKEDOWNS, glob=False).filter(mine))
        for source in self._parent.manifest.sources:
            for path in self._parent.audit_files(source.name):
                self._records(source.name, path, taken, gone, released)
        self._tables(taken, gone)
        for part in (released, unreleased):
            part.unlink()
        parts.rmdir()
        self._files[layout.TAKEDOWNS] = table
        for file in self._parent.manifest.files:
            self._keep(file.path)
        return restate(self._parent.manifest, self._fresh, shards, self._files, self._taken, self._statement())

    def _shard(self, shard: Shard, writer: pq.ParquetWriter) -> Shard:
        rows = pl.read_parquet(self._parent.folder / shard.path, columns=list(NEEDED), glob=False)
        by = self._named.by(rows)
        gone = pl.repeat(value=False, n=len(rows), eager=True)
        for name, mine in by.items():
            self._matched[name] += int(mine.sum())
            gone |= mine
        self._counts["standing"] += int((self._named.standing(rows) & ~gone).sum())
        if not gone.any():
            self._keep(shard.path)
            return shard
        table = removed_rows(self._parent.folder, shard, gone, self._request.request_id)
        writer.write_table(table)
        sums = pl.DataFrame(table.select(["n_bytes", "n_words", "n_tokens"])).sum().row(0)
        self._removed += Amount(documents=len(table), **dict(zip(("bytes", "words", "tokens"), sums, strict=True)))
        self._counts["shortened"] += sum(cut > 0 for cut in table["paragraphs_cut"].to_pylist())
        asked: object = self._parent.manifest.recipe["shards"]
        size = int(asked["row_group_tokens"])  # type: ignore[index]
        written = rewrite_shard(self._parent.folder, self._fresh, shard, gone, size)
        for path, kind in ((account_of(shard), "privacy"), (index_of(shard), "signatures")):
            self._file(path, kind)
        self._other_tokens(shard, gone)
        return written

    def _other_tokens(self, shard: Shard, gone: pl.Series) -> None:
        """What the documents that are `gone` had by other tokenizers; written anew where it stands beside the shard."""
        metadata = pq.read_metadata(self._fresh / shard.path)
        groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        for one in self._parent.manifest.token_counts:
            if one.by_shard:
                name = one.beside(shard.path)
                tokens = rewrite_other_tokens(self._parent.folder, self._fresh, name, gone, groups)
                self._file(name, layout.TOKENS)
            else:
                text = pq.read_table(self._parent.folder / shard.path, columns=["text"])["text"]
                lost = text.filter(gone.to_arrow()).combine_chunks()
                tokens = int(token_counts(lost, self._counters[one.name]).sum())
            self._taken.counts[one.name][shard.path] = tokens

    def _look(self, path: Path, taken: Ids, writer: pq.ParquetWriter) -> None:
        """List what was named in a record table and not released, and copies of what is taken."""
        rows = pl.read_parquet(path, columns=_AUDIT, glob=False).filter(pl.col("verdict") != Verdict.FAIL.value)
        kept = rows["verdict"] == Verdict.KEEP.value
        survivors = rows.select(pl.when(pl.col("survivor_snapshot").is_null()).then("survivor")).to_series()
        copies = (rows["verdict"] == Verdict.MERGE.value) & taken.among(survivors)
        named = (self._named.records(rows) | taken.among(rows["doc_id"])) & ~kept
        self._counts["copies_not_back"] += int(copies.sum())
        found = rows.filter(named | copies).select("doc_id", "source")
        outcome = (named.filter(named | copies)).replace_strict({True: UNRELEASED, False: COPY}, return_dtype=pl.String)
        found = found.with_columns(outcome.alias("outcome"))
        columns = {name: pa.nulls(len(found), REMOVED.field(name).type) for name in REMOVED.names}
        columns |= {name: found[name].to_arrow() for name in found.columns}
        columns["request_id"] = pa.array([self._request.request_id] * len(found), pa.string())
        writer.write_table(pa.table(columns).cast(REMOVED))

    def _table(self, released: Path, unreleased: Path, taken: Ids) -> File:
        """Write the table: what earlier requests took, what this one takes, what else it names, and copies."""
        path = self._fresh / layout.TAKEDOWNS
        path.parent.mkdir(parents=True)
        # Another record of the same id may still be released: of another licence, for one.
        kept = self._parent.audit().filter(pl.col("verdict") == Verdict.KEEP.value).select("doc_id")
        named = pl.scan_parquet(unreleased, glob=False).select("doc_id").unique()
        stays = named.join(kept, on="doc_id", how="semi").collect(engine="streaming")["doc_id"]
        stays = stays.filter(~taken.among(stays))
        earlier = [self._parent.folder / layout.TAKEDOWNS] if self._parent.manifest.takedowns else []
        with pq.ParquetWriter(path, REMOVED, compression="zstd", compression_level=3) as writer:
            for part in [*earlier, released, unreleased]:
                for rows in read_groups(part):
                    listed = rows.filter(~pl.col("doc_id").is_in(stays.implode())) if part == unreleased else rows
                    if part == unreleased:
                        self._counts[UNRELEASED] += int((listed["outcome"] == UNRELEASED).sum())
                    writer.write_table(to_table(listed).cast(REMOVED))
        return file_at(self._fresh, layout.TAKEDOWNS, KIND, pq.read_metadata(path).num_rows)

    def _records(self, source: str, path: Path, taken: Ids, gone: Ids, released: Path) -> None:
        """Write a record table anew if it speaks of anything that is taken out."""
        name = path.relative_to(self._parent.folder).as_posix()

        def change(rows: pl.DataFrame) -> pl.DataFrame:
            mine = taken.among(rows["doc_id"]) & (rows["verdict"] == Verdict.KEEP.value)
            if mine.any():
                sizes = pl.scan_parquet(released, glob=False)
                sizes = sizes.select("doc_id", "n_bytes", "n_words", "n_tokens", "paragraphs_cut")
                self._taken.add(source, rows.filter(mine).lazy().join(sizes, on="doc_id").collect())
            ends = {"verdict": Verdict.DROP.value, "stage": Stage.TAKEDOWN.value, "reason": self._request.reason}
            out = pl.lit(mine)
            objections = pl.concat_list(pl.lit(self._request.reason))
            return rows.with_columns(
                *(pl.when(out).then(pl.lit(end)).otherwise(name).alias(name) for name, end in ends.items()),
                pl.when(out).then(objections).otherwise("rules_failed").alias("rules_failed"),
                *(pl.when(~pl.lit(gone.among(rows["doc_id"]))).then(name).alias(name) for name in WITHDRAWN),
            )

        if rewrite_table(self._parent.folder, self._fresh, name, change):
            self._file(name, "audit")

    def _tables(self, taken: Ids, gone: Ids) -> None:
        """Excerpts, and credits."""
        changes = {path: without(gone, *columns) for path, columns in SHOWN.items()}
        changes[layout.BOILERPLATE] = without_examples(gone)
        changes[layout.ATTRIBUTION] = without(taken, "doc_id")
        kinds = {file.path: file.kind for file in self._parent.manifest.files}
        for path, change in changes.items():
            if path in kinds and rewrite_table(self._parent.folder, self._fresh, path, change):
                self._file(path, kinds[path])

    def _keep(self, path: str) -> None:
        """Leave a file as it is, unless it was written anew or is counted again."""
        again = path == layout.LEDGER or path.startswith("coverage/")
        if not again and not (self._fresh / path).exists():
            linked = link(self._parent.folder / path, self._fresh / path)
            self.linked += linked
            self.copied += not linked

    def _file(self, path: str, kind: str) -> None:
        self._files[path] = file_at(self._fresh, path, kind, pq.read_metadata(self._fresh / path).num_rows)

    def _statement(self) -> Takedown:
        manifest, request = self._parent.manifest, self._request
        assert manifest.merkle is not None
        return Takedown(
            request_id=request.request_id,
            reason=request.reason,
            date=request.day.isoformat() if request.day else None,
            by=tuple(
                Selected(kind=name, values=len(values), documents=self._matched[name])
                for name, values in self._named.wanted.items()
            ),
            removed=self._removed,
            unreleased=self._counts[UNRELEASED],
            copies_not_back=self._counts["copies_not_back"],
            standing=self._counts["standing"],
            shortened=self._counts["shortened"],
            parent=manifest.snapshot_id,
            parent_root=manifest.merkle.root,
            code_sha256=code_sha256(),
        )
