"""From finished units to a snapshot folder: collect, count, state, render, put in place at once."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from corpus.digest import sha256_file
from corpus.errors import BuildStopped, SnapshotError
from corpus.storage import WorkFolder
from corpus.tables import reduced, write_frame
from datacards.render import page_names, render
from manifests import layout
from manifests.labels import LISTED, listed
from manifests.model import File, Manifest, Shard
from manifests.removals import PAIRS
from manifests.snapshot import Snapshot
from manifests.sums import snapshot_files, strange_entries, write_sums
from pipelines.conclude import BOILERPLATE, LEDGER, SAMPLES
from pipelines.covered import labels_by_source
from pipelines.decontaminated import write_copies
from pipelines.measure import QUARANTINED, ROWS
from pipelines.provenance import ATTRIBUTED, ATTRIBUTION
from pipelines.release_checks import check_release
from pipelines.replaced import replaced
from pipelines.samples import united
from pipelines.shard import IDENTIFIERS, SHARD, SIGNATURES, other_tokens
from pipelines.stated.finished import Finished
from pipelines.statement import make_manifest
from shards.place import shard_name


def check_output(output: Path) -> None:
    """Refuse to replace what is not a snapshot.

    Raises:
        BuildStopped: `output` holds anything that its own manifest does not speak of.
    """
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    try:
        manifest = Snapshot.open(output).manifest
    except SnapshotError:
        raise BuildStopped(f"{output} exists and is not a snapshot; move it away or pass another --output") from None
    ours = {layout.MANIFEST, layout.SUMS, *page_names(manifest)}
    ours |= {shard.path for shard in manifest.shards} | {file.path for file in manifest.files}
    if foreign := [*strange_entries(output), *(name for name in snapshot_files(output) if name not in ours)]:
        raise BuildStopped(f"{output} holds {foreign[0]}, which is not part of the snapshot; move it away first")


def publish(finished: Finished, output: Path) -> Manifest:
    """Write the snapshot beside `output`, then swap it into place; `output` is never half a snapshot.

    Raises:
        BuildStopped: `output` exists and is not a snapshot.
        LedgerImbalance: the account does not close.
        BuildStopped: what was written must not leave (`pipelines.release_checks`).
    """
    with replaced(output, check_output) as fresh:
        manifest = _write(finished, fresh)
        check_release(Snapshot(fresh, manifest))
    return manifest


def _write(finished: Finished, folder: Path) -> Manifest:
    shards = [_copy_shard(finished.work, shard, folder) for shard in finished.shards]
    ledger, samples = _ledger_table(finished), _samples(finished)
    names = [source.name for source in finished.plan.recipe.sources]
    assembled = {name: [finished.product(number, "assembled") for number in finished.of(name)] for name in names}
    labels = labels_by_source(assembled)
    files = [
        *_audit(finished, folder),
        *(_copy_identifiers(finished.work, shard, folder) for shard in finished.shards),
        *(_copy_signatures(finished.work, shard, folder) for shard in finished.shards),
        *_copy_other_tokens(finished, folder),
        _attribution(finished, folder),
        _frame(folder, layout.LEDGER, "ledger", ledger),
        _frame(folder, layout.QUARANTINE, "quarantine", _quarantine(finished)),
        _frame(folder, layout.SAMPLES, "samples", samples),
        _frame(folder, layout.BOILERPLATE, "boilerplate", _boilerplate(finished)),
        _removals(finished, folder),
        *(_frame(folder, path, "coverage", listed(kind, labels)) for kind, path in LISTED.items()),
    ]
    copies = folder / layout.CONTAMINATION if finished.items is not None else None
    if copies is not None:
        copies.parent.mkdir(parents=True, exist_ok=True)
        rows = write_copies(finished, copies)
        files.append(file_at(folder, layout.CONTAMINATION, "contamination", rows))
    manifest = make_manifest(finished, shards, files, ledger, labels, samples, copies).identified()
    write_pages(manifest, folder, samples)
    return manifest


def write_pages(manifest: Manifest, folder: Path, samples: pl.DataFrame) -> None:
    """Write the manifest, the cards that it and `samples` render to, and SHA256SUMS over all that is in `folder`."""
    (folder / layout.MANIFEST).write_bytes(manifest.canonical())
    for name, content in render(manifest, samples).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    write_sums(folder)


def _copy_shard(work: WorkFolder, shard: dict[str, Any], folder: Path) -> Shard:
    name = shard_name(shard["split"], shard["number"], shard["count"])
    path = f"{layout.DATA}/{shard['source']}/{name}"
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(work.product("shard", shard["digest"]) / SHARD, target)
    if sha256_file(target) != shard["sha256"]:
        raise BuildStopped(f"{path} changed between writing and copying; check the disk under {work.root}")
    return Shard(path=path, **{name: shard[name] for name in Shard.model_fields if name != "path"})


def _copy_identifiers(work: WorkFolder, shard: dict[str, Any], folder: Path) -> File:
    """The account of a shard's identifiers, by the shard's name."""
    path = _beside(layout.PRIVACY, work, shard, IDENTIFIERS, folder)
    return file_at(folder, path, "privacy", shard["identifiers"])


def _copy_signatures(work: WorkFolder, shard: dict[str, Any], folder: Path) -> File:
    """The signature index of a shard, by the shard's name."""
    return file_at(folder, _beside(layout.SIGNATURES, work, shard, SIGNATURES, folder), "signatures", shard["rows"])


def _copy_other_tokens(finished: Finished, folder: Path) -> Iterator[File]:
    """The tokens of each shard by other tokenizers, by the shard's name."""
    for one in finished.plan.recipe.count_with:
        for shard in finished.shards:
            path = _beside(f"{layout.TOKENS}/{one.name}", finished.work, shard, other_tokens(one.name), folder)
            yield file_at(folder, path, layout.TOKENS, shard["rows"])


def _beside(place: str, work: WorkFolder, shard: dict[str, Any], name: str, folder: Path) -> str:
    """Copy what goes with a shard; where to, below `folder`."""
    path = f"{place}/{shard['source']}/{shard_name(shard['split'], shard['number'], shard['count'])}"
    _copy(work.product("shard", shard["digest"]) / name, folder / path)
    return path


def _copy(source: Path, target: Path) -> None:
    """Copy a table, and read both again.

    Raises:
        BuildStopped: the copy has other bytes.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    if not filecmp.cmp(source, target, shallow=False):
        raise BuildStopped(f"{target.name} changed while it was copied; check the disk under {source.parent}")


def _audit(finished: Finished, folder: Path) -> Iterable[File]:
    """Copy the record tables; named by the documents they describe."""
    for number, bundle in enumerate(finished.plan.bundles):
        path = f"{layout.AUDIT}/{bundle.source.name}/{finished.digests[number]['documents'][:16]}.parquet"
        _copy(finished.product(number, "concluded") / ROWS, folder / path)
        yield file_at(folder, path, "audit", pq.read_metadata(folder / path).num_rows)


def _attribution(finished: Finished, folder: Path) -> File:
    """The attributions of all bundles, a bundle at a time."""
    path = folder / layout.ATTRIBUTION
    with pq.ParquetWriter(path, ATTRIBUTION, compression="zstd", compression_level=3) as writer:
        for number in range(len(finished.plan.bundles)):
            with pq.ParquetFile(finished.product(number, "assembled") / ATTRIBUTED) as part:
                for group in range(part.num_row_groups):
                    writer.write_table(part.read_row_group(group).cast(ATTRIBUTION))
    return file_at(folder, layout.ATTRIBUTION, "attribution", pq.read_metadata(path).num_rows)


def _removals(finished: Finished, folder: Path) -> File:
    """Pairs to read of what near-dedup removed, by source, a few at a time."""
    path = folder / layout.REMOVALS
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, PAIRS, compression="zstd", compression_level=3) as writer:
        for _, name in sorted(finished.removals.items()):
            with pq.ParquetFile(finished.work.product("removals", name) / ROWS) as part:
                for group in range(part.num_row_groups):
                    writer.write_table(part.read_row_group(group).cast(PAIRS))
    return file_at(folder, layout.REMOVALS, "removals", pq.read_metadata(path).num_rows)


def _frame(folder: Path, path: str, kind: str, frame: pl.DataFrame) -> File:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    write_frame(frame, folder / path)
    return file_at(folder, path, kind, len(frame))


def file_at(folder: Path, path: str, kind: str, rows: int) -> File:
    """How the manifest vouches for a file that is at `path` below `folder`."""
    return File(
        path=path, kind=kind, sha256=sha256_file(folder / path), bytes=(folder / path).stat().st_size, rows=rows
    )


def _with_source(finished: Finished, stage: str, name: str) -> Iterator[pl.DataFrame]:
    for number, bundle in enumerate(finished.plan.bundles):
        table = pl.read_parquet(finished.product(number, stage) / name, glob=False)
        yield table.with_columns(source=pl.lit(bundle.source.name))


def _ledger_table(finished: Finished) -> pl.DataFrame:
    table = pl.concat(_with_source(finished, "concluded", LEDGER))
    keys = ["source", "raw_file", "stage", "verdict", "reason"]
    return table.select(*keys, "documents", "bytes", "words", "tokens").sort(keys)


def _quarantine(finished: Finished) -> pl.DataFrame:
    table = pl.concat(_with_source(finished, "concluded", QUARANTINED))
    return table.select("source", "raw_file", "record", "offset", "reason", "detail").sort(
        "source", "raw_file", "record"
    )


def _samples(finished: Finished) -> pl.DataFrame:
    """The samples of each reason, over all bundles of a source."""
    drawn = reduced(_with_source(finished, "concluded", SAMPLES), lambda tables: united(tables).drop("turn"))
    return united(drawn).drop("draw")


def _boilerplate(finished: Finished) -> pl.DataFrame:
    """Every sentence that a source repeats, and in how many documents; the most frequent ones in words.

    Without words is what no kept document has, and what is not among the most frequent.
    """
    key = ["source", "hash"]
    tables = _with_source(finished, "concluded", BOILERPLATE)
    shown = reduced(tables, lambda frame: frame.unique(key, keep="first", maintain_order=True))
    learnt = [
        pl.read_parquet(finished.work.product("learnt", name) / ROWS, glob=False).with_columns(source=pl.lit(source))
        for source, name in sorted(finished.learnt.items())
    ]
    return (
        pl.concat(learnt)
        .join(shown, on=key, how="left")
        .sort(["source", "documents", "hash"], descending=[False, True, False])
        .select("source", pl.format("{}", "hash").alias("hash"), "documents", "doc_id", "phi_policy", "sentence")
    )
