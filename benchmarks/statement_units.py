"""The finished units of a build of any number of documents: those of a small build, multiplied.

    python -m benchmarks.statement_units DOCUMENTS FOLDER

A build of `BASE` made documents (`benchmarks.statement_documents`) is run up to its last unit. Then each of its bundles
is taken as often as is needed, every time under other ids, raw files, DOIs, journals and web domains, so that there are
as many bundles and raw files as a build of so many documents would have. Splits and shards are drawn anew, sums, labels
and registers are counted anew by what a build counts them with, and shards and removals are written by their own units.
What stays the same from copy to copy is the text and what was measured of it.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.statement_documents import RECIPE
from benchmarks.statement_documents import write as write_documents
from corpus.digest import digest
from corpus.storage import WorkFolder
from corpus.tables import to_table, write_frame
from corpus.unit import Result, Unit
from corpus.verdict import Verdict
from manifests.labels import label_sums
from pipelines.assemble import ASSEMBLED, LABELS, REGISTERS
from pipelines.build import Build
from pipelines.conclude import AMOUNT, BOILERPLATE, LEDGER, SAMPLES
from pipelines.engines.inline import InlineEngine
from pipelines.measure import QUARANTINED, ROWS
from pipelines.plan import Bundle, Plan, make_plan
from pipelines.provenance import ATTRIBUTED
from pipelines.recipe import load_recipe
from pipelines.removals import Review
from pipelines.stated.finished import Finished
from pipelines.statistics import Before, Statistics
from pipelines.steps.phases import MADE_BY
from pipelines.steps.release import shard_counts, write_shards
from shards.place import shards_of, split_of, uniform

BASE = 20_000
"""Documents of the small build."""
FINISHED = "finished.pickle"
_VARIANTS = 4
"""Names a journal and a web domain take on."""


class _Quiet:
    def phase(self, title: str, units: int) -> None:
        print(title, units, flush=True)

    def done(self, unit: Unit, results: dict[str, Result]) -> None:
        pass

    def say(self, message: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of everything, told by its number."""

    number: int

    def id(self, column: str) -> pl.Expr:
        """`source:native` becomes `source:number-native`."""
        return pl.col(column).str.replace(":", f":{self.number:04d}-", literal=True)

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A table of this copy: whichever of the columns that name something it has."""
        number, variant = self.number, self.number % _VARIANTS
        renamed = {name: self.id(name) for name in ("doc_id", "survivor", "same_as", "cluster_id")}
        renamed["raw_file"] = pl.format("{}-{}", pl.lit(f"{number:04d}"), "raw_file")
        renamed["doi"] = pl.col("doi") + f".{number}"
        renamed["journal"] = pl.col("journal") + f" {variant}"
        renamed["url"] = pl.col("url").str.replace(".org/", f"-{variant}.org/", literal=True)
        renamed["stands_for"] = pl.col("stands_for").list.eval(self.id(""))
        renamed["other_ids"] = pl.col("other_ids").list.eval(pl.element() + f".{number}")
        return frame.with_columns(what.alias(name) for name, what in renamed.items() if name in frame.columns)

    def sha256(self, sha256: str) -> str:
        """That of the copy of a raw file."""
        return hashlib.sha256(f"{sha256}/{self.number}".encode()).hexdigest()


class Multiplied(Build):
    """A build whose units are those of `base`, `copies` times."""

    def __init__(self, build: Build, base: Finished, copies: int) -> None:
        self._base = base
        self._copies = [Copy(number) for number in range(copies)]
        pairs = [(copy, bundle) for copy in self._copies for bundle in base.plan.bundles]
        bundles = tuple(_bundle(copy, bundle) for copy, bundle in pairs)
        super().__init__(replace(base.plan, bundles=bundles), build.engine, build.work, build.progress)

    def finish(self) -> Finished:
        """What a build of all copies leaves behind."""
        base, times = self._base, len(self._copies)
        for number, own in enumerate(base.digests * times):
            self.phases.digests[number] = {**own, "documents": digest([own["documents"], number])}
        concluded = base.concluded * times
        counts = shard_counts(self.phases, concluded, replace(base.held_out, tokens={}))
        assembled = []
        for copy in self._copies:
            for place in range(len(base.digests)):
                self._conclude_copy(copy, place)
                assembled.append(self._assemble_copy(copy, place, counts))
            print(f"copy {copy.number + 1} of {times}", flush=True)
        merges = self._merges()
        # Texts are read where they lie: of a copy, in the bundle that it is a copy of.
        review = Review(
            self.phases.run, base.digests * times, [bundle.source.name for bundle in self.plan.bundles], MADE_BY
        )
        found = base.resolved
        grown = {name: getattr(found, name) * times for name in ("candidate_pairs", "similar", "templates", "numbered")}
        of_source = {name: {k: v * times for k, v in one.items()} for name, one in found.of_source.items()}
        nothing = [{**one, "documents": 0, "policies": {}} for one in base.planted]
        return Finished(
            plan=self.plan,
            work=self.work,
            digests=self.phases.digests,
            documents=[_documents(copy, one) for copy in self._copies for one in base.documents],
            learnt={name: self._learnt(own) for name, own in base.learnt.items()},
            concluded=concluded,
            planted=[*base.planted, *nothing * (times - 1)],
            assembled=assembled,
            shards=write_shards(self.phases, assembled, counts),
            resolved=replace(found, merges=merges, contained=found.contained * times, of_source=of_source, **grown),
            phi_key=None,
            removals=review.run(merges, self.plan.recipe.seed),
            paragraphs=base.paragraphs,
            held_out=replace(base.held_out, tokens={}),
        )

    def _conclude_copy(self, copy: Copy, place: int) -> None:
        source = self._base.product(place, "concluded")
        own = self.phases.digests[copy.number * len(self._base.digests) + place]
        own["concluded"] = digest(["concluded", own["concluded"], copy.number])
        with self._product("concluded", own["concluded"]) as folder:
            for name in (ROWS, LEDGER, SAMPLES, BOILERPLATE, QUARANTINED):
                write_frame(self._drawn(copy.of(pl.read_parquet(source / name, glob=False))), folder / name)

    def _drawn(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Samples with the lot of their new ids."""
        if "draw" not in frame.columns:
            return frame
        salt = f"sample/{self.plan.recipe.seed}"
        lots = [uniform(doc_id, salt=salt) for doc_id in frame["doc_id"]]
        return frame.with_columns(pl.Series("draw", lots, pl.Float64))

    def _assemble_copy(self, copy: Copy, place: int, counts: dict[str, dict[str, int]]) -> Result:
        source = self._base.product(place, "assembled")
        own = self.phases.digests[copy.number * len(self._base.digests) + place]
        own["assembled"] = digest(["assembled", own["assembled"], copy.number, counts])
        statistics = Statistics(self.plan.recipe.dedup.signature.shingle_words)
        index: list[list[Any]] = []
        name = self._base.plan.bundles[place].source.name
        with self._product("assembled", own["assembled"]) as folder:
            rows = self._rows(copy, source)
            with pq.ParquetWriter(folder / ROWS, ASSEMBLED, compression="zstd", compression_level=1) as writer:
                for split, number, chosen in _placed(rows, counts[name]):
                    writer.write_table(chosen, row_group_size=len(chosen))
                    index.append([split, number, len(index)])
            if len(rows):
                statistics.add(rows, *self._before(place, rows, copy))
            write_frame(label_sums([folder / ROWS]), folder / LABELS)
            np.save(folder / REGISTERS, statistics.registers)
            owed = copy.of(pl.read_parquet(source / ATTRIBUTED, glob=False))
            pq.write_table(to_table(owed), folder / ATTRIBUTED, compression="zstd", compression_level=1)
        return {"index": index, **statistics.summary()}

    def _rows(self, copy: Copy, source: Path) -> pa.Table:
        """Released rows of the copy, in its splits."""
        table = pq.read_table(source / ROWS)
        few = ["doc_id", "cluster_id", "raw_file", "doi", "journal", "url", "stands_for", "other_ids", "raw_sha256"]
        frame = copy.of(pl.DataFrame(table.select(few)))
        recipe = self.plan.recipe
        splits = [
            split_of(one, validation_share=recipe.split.validation_share, seed=recipe.seed)
            for one in frame["cluster_id"]
        ]
        digests = {one: copy.sha256(one) for one in frame["raw_sha256"].unique()}
        frame = frame.with_columns(pl.Series("split", splits, pl.String), pl.col("raw_sha256").replace(digests))
        for name in frame.columns:
            place = ASSEMBLED.get_field_index(name)
            table = table.set_column(place, ASSEMBLED.field(place), frame[name].to_arrow().cast(ASSEMBLED.types[place]))
        return table.cast(ASSEMBLED).combine_chunks()

    def _before(self, place: int, rows: pa.Table, copy: Copy) -> tuple[np.ndarray[Any, Any], Before]:
        audit = pl.scan_parquet(self._base.product(place, "concluded") / ROWS, glob=False)
        kept = audit.filter(pl.col("verdict") == Verdict.KEEP.value)  # an older version may have the same id
        read = kept.select(copy.id("doc_id"), *AMOUNT[1:], "phi_count").collect()
        read = pl.DataFrame({"doc_id": rows["doc_id"]}).join(read, on="doc_id", how="left", maintain_order="left")
        masked = pl.DataFrame({name: rows[f"n_{name}"].to_numpy().astype(np.int64) for name in AMOUNT[1:]})
        return (read["phi_count"] > 0).to_numpy(), Before(read.select(AMOUNT[1:]), masked)

    def _merges(self) -> str:
        """One table of all copies' merges."""
        path = self._base.work.product("merges", self._base.resolved.merges) / ROWS
        base, size = pl.read_parquet(path, glob=False), len(self._base.digests)
        parts = [
            copy.of(base).with_columns((pl.col(name) + copy.number * size).alias(name) for name in _BUNDLES)
            for copy in self._copies
        ]
        name = digest(["merges", self._base.resolved.merges, len(parts)])
        with self._product("merges", name) as folder:
            pq.write_table(pl.concat(parts).select(base.columns).cast(base.schema).to_arrow(), folder / ROWS)
        return name

    def _learnt(self, own: str) -> str:
        """The same sentences in as many more documents."""
        frame = pl.read_parquet(self.work.product("learnt", own) / ROWS, glob=False)
        name = digest(["learnt", own, len(self._copies)])
        with self._product("learnt", name) as folder:
            write_frame(frame.with_columns(pl.col("documents") * len(self._copies)), folder / ROWS)
        return name

    def _product(self, stage: str, name: str) -> _Product:
        return _Product(self.work, stage, name)


_BUNDLES = ("bundle", "survivor_bundle")


@dataclass(slots=True)
class _Product:
    """A product being written."""

    work: WorkFolder
    stage: str
    name: str
    folder: Path = Path()

    def __enter__(self) -> Path:
        self.folder = self.work.begin(self.stage, self.name)
        return self.folder

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.work.commit(self.stage, self.name, self.folder, {})


def _bundle(copy: Copy, bundle: Bundle) -> Bundle:
    files = tuple(
        replace(file, name=f"{copy.number:04d}-{file.name}", sha256=copy.sha256(file.sha256)) for file in bundle.files
    )
    return replace(bundle, files=files)


def _documents(copy: Copy, result: Result) -> Result:
    files: list[Any] = result["files"]
    named = [
        {**file, "name": f"{copy.number:04d}-{file['name']}", "sha256": copy.sha256(file["sha256"])} for file in files
    ]
    return {**result, "files": named}


def _placed(rows: pa.Table, counts: dict[str, int]) -> Iterator[tuple[str, int, pa.Table]]:
    """The rows of each shard."""
    splits = np.array(rows["split"].to_pylist(), object)
    for split, count in sorted(counts.items()):
        where = np.flatnonzero(splits == split)
        numbers = np.array(shards_of(rows["doc_id"].take(pa.array(where)).to_pylist(), count), np.int64)
        for number in np.unique(numbers):
            yield split, int(number), rows.take(pa.array(where[numbers == number]))


def base(folder: Path) -> Build:
    """The small build, planned; its work folder is `folder/work`."""
    recipe = folder / "raw" / RECIPE
    if not recipe.is_file():
        write_documents(BASE, recipe.parent)
    plan: Plan = make_plan(load_recipe(recipe), recipe.parent)
    work = WorkFolder.create(folder / "work")
    return Build(plan, InlineEngine(work), work, _Quiet())


def write(count: int, folder: Path) -> None:
    """Write the units of `count` documents (to the next multiple of `BASE`) below `folder`, and what a build knows."""
    build = base(folder)
    finished = Multiplied(build, build.finish(), -(-count // BASE)).finish()
    (folder / FINISHED).write_bytes(pickle.dumps(finished))
    said = Counter(bundle.source.name for bundle in finished.plan.bundles)
    print(f"{len(finished.plan.bundles)} bundles of {len(said)} sources, {len(finished.shards)} shards")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
