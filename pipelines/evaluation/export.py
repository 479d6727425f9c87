"""Held-out documents of a snapshot for evaluators, in a folder that is put in place as a whole.

evaluation.json           which snapshot, which splits, which tokenizer, what it was screened for, every file
evaluation.schema.json    its JSON Schema
cef_sources.jsonl         source documents for the Cross-Examination Framework
lm_eval/*.yaml            a task a source and split, one of all documents of a split, and groups
documents/SPLIT/*.parquet what the tasks read: doc_id, source, licence, text
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import canonical, sha256_file
from corpus.errors import BuildStopped, RecipeError
from manifests.evaluation import (
    SCHEMA_FILE,
    STATEMENT,
    EvaluatedSplit,
    EvaluationExport,
    ExportedFile,
    SplitFile,
    Stratum,
)
from manifests.model import Shard
from manifests.snapshot import BROKEN, Snapshot, unreadable
from manifests.splits import rule_of
from pipelines.evaluation.screened import Screened
from pipelines.replaced import replaced
from shards.evaluation import lm_eval
from shards.evaluation.strata import Strata
from shards.place import TRAIN

SOURCES = "cef_sources.jsonl"
TASKS, DOCUMENTS = "lm_eval", "documents"
_DOCUMENT = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field(lm_eval.TEXT, pa.large_string(), nullable=False),
    ]
)
_READ = ["doc_id", "source", "licence_spdx", "text"]
_FACTS = ["doc_id", "source", "n_tokens"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported."""

    per_stratum: int = 25
    """Source documents of each source and length, at most."""
    seed: int = 1
    tokens: tuple[int, int] = (64, 32_768)
    """Least and greatest length of a source document."""


def export(snapshot: Snapshot, output: Path, asked: Asked) -> EvaluationExport:
    """Write the export; nothing that may not leave is read: released text of held-out splits alone.

    Raises:
        BuildStopped: `output` holds something else.
        RecipeError: the snapshot holds nothing out.
        SnapshotError: a shard cannot be read.
    """
    held = [shard for shard in snapshot.manifest.shards if shard.split != TRAIN]
    if not held:
        raise RecipeError(f"{snapshot.folder} has no held-out split: `split` of its recipe asks for none")
    with replaced(output, _check) as fresh:
        return _Writer(snapshot, held, asked, fresh).run()


def read_export(folder: Path) -> EvaluationExport:
    """What an export states.

    Raises:
        RecipeError: the folder is none.
    """
    try:
        return EvaluationExport.model_validate_json((folder / STATEMENT).read_bytes())
    except (OSError, ValueError) as error:
        what = f"{folder} is no evaluation export: it has no valid {STATEMENT} ({type(error).__name__})"
        raise RecipeError(f"{what}; `hc4 evaluate export` makes one") from None


def _check(output: Path) -> None:
    if output.exists() and not (output / STATEMENT).is_file() and (not output.is_dir() or any(output.iterdir())):
        raise BuildStopped(f"{output} exists and is not an evaluation export; pass another --output")


@dataclass(slots=True)
class _Writer:
    snapshot: Snapshot
    held: list[Shard]
    asked: Asked
    folder: Path
    files: list[ExportedFile] = field(default_factory=list)

    def run(self) -> EvaluationExport:
        manifest = self.snapshot.manifest
        self._tasks()
        strata = self._sources()
        stated = EvaluationExport(
            snapshot_id=manifest.snapshot_id,
            merkle_root=manifest.merkle.root if manifest.merkle else None,
            name=manifest.name,
            splits=tuple(
                EvaluatedSplit(
                    name=split,
                    rule=rule_of(manifest, split),
                    files=tuple(
                        SplitFile(path=one.path, sha256=one.sha256, rows=one.rows, tokens=one.tokens) for one in shards
                    ),
                )
                for split, shards in self._by_split().items()
            ),
            tokenizer=manifest.tokenizer.name,
            tokenizer_sha256=manifest.tokenizer.sha256,
            screening=Screened.of(self.snapshot).facts,
            seed=self.asked.seed,
            strata=strata,
            files=tuple(sorted(self.files, key=lambda file: file.path)),
        )
        (self.folder / SCHEMA_FILE).write_bytes(canonical(EvaluationExport.model_json_schema()))
        (self.folder / STATEMENT).write_bytes(canonical(stated.model_dump(mode="json")))
        return stated

    def _by_split(self) -> dict[str, list[Shard]]:
        found: dict[str, list[Shard]] = defaultdict(list)
        for shard in sorted(self.held, key=lambda shard: (shard.split, shard.path)):
            found[shard.split].append(shard)
        return found

    def _tasks(self) -> None:
        """A task a source, one of all sources, and a group; of each split."""
        name = lm_eval.name_of("hc4", self.snapshot.manifest.name)
        for split, shards in self._by_split().items():
            of_split = lm_eval.name_of(name, split)
            sources = list(dict.fromkeys(shard.source for shard in shards))
            paths, counts = [], []
            for source in sources:
                path = f"{DOCUMENTS}/{split}/{source}.parquet"
                counts.append(self._documents([shard for shard in shards if shard.source == source], path))
                paths.append(path)
            tasks = [lm_eval.name_of(of_split, source) for source in sources]
            for source, task, path, count in zip(sources, tasks, paths, counts, strict=True):
                self._yaml(task, lm_eval.task(task, [path], self._metadata(split, source, count)))
            whole = lm_eval.name_of(of_split, "all")
            self._yaml(whole, lm_eval.task(whole, paths, self._metadata(split, "all", sum(counts))))
            metadata = self._metadata(split, "mean over sources", sum(counts))
            self._yaml(of_split, lm_eval.group(of_split, tasks, metadata), kind="lm_eval_group")

    def _metadata(self, split: str, source: str, documents: int) -> dict[str, str | int]:
        manifest = self.snapshot.manifest
        return {
            "version": manifest.snapshot_id[:12],
            "snapshot_id": manifest.snapshot_id,
            "snapshot": manifest.name,
            "split": split,
            "source": source,
            "documents": documents,
            "tokenizer_sha256": manifest.tokenizer.sha256,
        }

    def _documents(self, shards: list[Shard], path: str) -> int:
        """Documents of one source and split, a row group at a time, in the order of its shards."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        count = 0
        with pq.ParquetWriter(place, _DOCUMENT, compression="zstd", compression_level=3) as writer:
            for shard in shards:
                for rows in self._rows(shard, _READ):
                    table = rows.rename_columns(["doc_id", "source", "licence", lm_eval.TEXT]).cast(_DOCUMENT)
                    writer.write_table(table, row_group_size=max(len(table), 1))
                    count += len(table)
        self._add(path, "lm_eval_documents", count)
        return count

    def _yaml(self, name: str, content: str, kind: str = "lm_eval_task") -> None:
        path = f"{TASKS}/{name}.yaml"
        (self.folder / TASKS).mkdir(exist_ok=True)
        (self.folder / path).write_text(content, encoding="utf-8")
        self._add(path, kind, 0)

    def _sources(self) -> tuple[Stratum, ...]:
        """Draw by name and length first; then read the text of what was drawn."""
        asked = self.asked
        strata = Strata(asked.per_stratum, asked.seed)
        for shard in self.held:
            for rows in self._rows(shard, _FACTS):
                for doc_id, source, n_tokens in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                    if asked.tokens[0] <= n_tokens <= asked.tokens[1]:
                        strata.offer(source, n_tokens, doc_id)
        drawn = list(strata.drawn())
        wanted = {doc_id for _, _, doc_ids in drawn for doc_id in doc_ids}
        screened = Screened.of(self.snapshot)
        columns = ["doc_id", "source", "licence_spdx", "text_sha256", "text", "n_tokens", "split"]
        with (self.folder / SOURCES).open("wb") as out:
            for shard in sorted(self.held, key=lambda shard: shard.path):
                for rows in self._rows(shard, columns):
                    keep = pa.array([doc_id in wanted for doc_id in rows["doc_id"].to_pylist()], pa.bool_())
                    for row in rows.filter(keep).to_pylist():
                        record = {
                            "doc_id": row["doc_id"],
                            "source": row["source"],
                            "licence": row["licence_spdx"],
                            "sha256": row["text_sha256"],
                            "text": row["text"],
                            "n_tokens": row["n_tokens"],
                            "split": row["split"],
                            "snapshot_id": self.snapshot.manifest.snapshot_id,
                            "decontaminated": screened.decontaminated(row["source"], row["doc_id"]),
                        }
                        out.write(orjson.dumps(record) + b"\n")
        self._add(SOURCES, "cef_sources", len(wanted))
        return tuple(
            Stratum(source=source, tokens_from=length, documents=met, exported=len(doc_ids))
            for (source, length), met, doc_ids in drawn
        )

    def _rows(self, shard: Shard, columns: list[str]) -> Iterator[pa.Table]:
        try:
            with pq.ParquetFile(self.snapshot.folder / shard.path) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group, columns=columns).select(columns)
        except BROKEN as error:
            raise unreadable(shard.path, error) from None

    def _add(self, path: str, kind: str, documents: int) -> None:
        place = self.folder / path
        self.files.append(
            ExportedFile.model_validate(
                {
                    "path": path,
                    "kind": kind,
                    "sha256": sha256_file(place),
                    "bytes": place.stat().st_size,
                    "documents": documents,
                }
            )
        )
