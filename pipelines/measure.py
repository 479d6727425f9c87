"""One pass over a bundle of raw files: read the documents, measure everything about them, write a sidecar a stage.

Each product has an address of its own. If only one stage changed, the documents are read back from disk and that
stage's sidecar alone is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json, sha256_stream
from corpus.document import DELETIONS, DOCUMENTS, QUARANTINE
from corpus.errors import BuildStopped, RawFileError
from corpus.stage import Annotator
from corpus.storage import WorkFolder
from pipelines.watch import WatchedFile

if TYPE_CHECKING:
    from filters.phi.annotator import PhiAnnotator
    from sources.batches import Batch

ROWS = "rows.parquet"
DELETED = "deletions.parquet"
QUARANTINED = "quarantine.parquet"

_BATCH_BYTES = 4 * 2**20
_HELD_BYTES = 64 * 2**20
"""Batches of one small file held in memory until it ends well."""

BUNDLE_DOCUMENTS = DOCUMENTS.append(pa.field("raw_file", pa.string(), nullable=False))
"""Documents of a bundle: those of each raw file, in order, with the file's name."""
_QUARANTINE = QUARANTINE.append(pa.field("raw_file", pa.string(), nullable=False))


def annotators(stages: dict[str, dict[str, Any]], work: WorkFolder | None = None) -> list[Annotator]:
    """The annotators of a source, in the order of the ledger. `stages` maps stage name to its parameters.

    Documents are screened for evaluation items by an index in the work folder, and not without it.
    """
    from dedup.signature import MinHashConfig, SignatureAnnotator
    from filters.boilerplate import SentenceAnnotator
    from filters.language import LanguageAnnotator
    from filters.licence import LicenceAnnotator
    from filters.quality.annotator import QualityAnnotator
    from shards.tokenizer import TokenAnnotator

    optional: list[Annotator] = []
    if "classifier" in stages:
        from filters.classifier import ClassifierAnnotator

        optional.append(ClassifierAnnotator([(name, Path(model)) for name, model in stages["classifier"]["models"]]))
    if "datatrove" in stages:
        from filters.datatrove.annotator import DatatroveAnnotator, DatatroveFilter

        optional.append(DatatroveAnnotator([DatatroveFilter(*given) for given in stages["datatrove"]["filters"]]))
    if "mentions" in stages:
        from filters.mentions import MentionAnnotator

        optional.append(MentionAnnotator(**stages["mentions"]))
    if "contamination" in stages and work is not None:
        from pipelines.evaluations import screening_of

        optional.append(screening_of(stages["contamination"], work))
    return [
        LicenceAnnotator(stages["licence"]["terms"]),
        LanguageAnnotator(Path(stages["language"]["model"])),
        QualityAnnotator(),
        SentenceAnnotator(),
        *optional,
        screening(**stages["phi"]),
        SignatureAnnotator(MinHashConfig(**stages["signature"])),
        TokenAnnotator(Path(stages["tokens"]["model"])),
    ]


def screening(policy: str, undecided: str | None, weights: str | None, doc_types: list[str]) -> PhiAnnotator:
    """The screening of a source, from the parameters of its stage `phi`."""
    from filters.phi.annotator import PhiAnnotator

    return PhiAnnotator(policy, undecided, None if weights is None else Path(weights), doc_types)


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write the missing products of one bundle: `documents` and the sidecars.

    A raw file that cannot be read is quarantined whole (the rest of it is unknown: deletions, newer versions), and the
    bundle is read again without it.
    """
    unreadable: dict[str, RawFileError] = {}
    while True:
        try:
            return _attempt(params, folders, work, unreadable)
        except _UnreadableFileError as error:
            unreadable[error.name] = error.cause


class _UnreadableFileError(Exception):
    def __init__(self, name: str, cause: RawFileError) -> None:
        self.name = name
        self.cause = cause


def _attempt(
    params: dict[str, Any], folders: dict[str, Path], work: WorkFolder, unreadable: dict[str, RawFileError]
) -> dict[str, Json]:
    stages = [stage for stage in annotators(params["stages"], work) if stage.name in folders]
    reading = "documents" in folders
    tally = Tally(params["files"])
    source = joined(_read(params, tally, unreadable)) if reading else stored_documents(work, params["documents"])
    screened = _stored_spans(work, params["screened"]) if "phi" not in folders and "signature" in folders else None
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(sidecar_writer(folders[name], schema))
            for name, schema in [("documents", BUNDLE_DOCUMENTS), *((s.name, s.schema) for s in stages)]
            if name in folders
        }
        documents = text_bytes = tokens = 0
        for batch in source:
            if reading:
                writers["documents"].write_batch(batch)
            plain = batch.select(DOCUMENTS.names)
            spans = next(screened) if screened else None
            for stage in stages:
                # Deduplicated is what will be released: two notes that differ in identifiers alone are one.
                measured = stage.measure(_masked(plain, spans) if stage.name == "signature" else plain)
                writers[stage.name].write_batch(measured)
                if stage.name == "phi":
                    spans = measured.column("phi_spans")
                elif stage.name == "tokens":
                    tokens += int(measured.column("n_tokens").to_numpy().sum())
            documents += len(batch)
            text_bytes += _bytes(batch.column("text"))
            work.beat(params["documents"], documents, text_bytes, tokens, tally.raw_bytes())
    results: dict[str, Json] = {stage.name: {"rows": documents} for stage in stages}
    if reading:
        results["documents"] = tally.write(folders["documents"], documents)
    work.beat(params["documents"], documents, text_bytes, tokens, sum(file["bytes"] for file in params["files"]))
    return results


def joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of about `_BATCH_BYTES`: what thousands of small files give is measured together."""
    held: list[pa.RecordBatch] = []
    weight = 0
    for batch in batches:
        held.append(batch)
        weight += batch.nbytes
        if weight >= _BATCH_BYTES:
            yield pa.concat_batches(held)
            held, weight = [], 0
    if held:
        yield pa.concat_batches(held)


def stored_documents(work: WorkFolder, digest: str) -> Iterator[pa.RecordBatch]:
    """The documents of a finished bundle, a row group at a time, cut as they were when first read."""
    with pq.ParquetFile(work.product("documents", digest) / ROWS) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group).cast(BUNDLE_DOCUMENTS)
            yield from table.combine_chunks().to_batches()


def _stored_spans(work: WorkFolder, digest: str) -> Iterator[pa.ListArray]:
    """Spans of a finished bundle, a row group at a time: sidecars are cut as documents are."""
    with pq.ParquetFile(work.product("phi", digest) / ROWS) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=["phi_spans"]).column(0).combine_chunks()


def _masked(documents: pa.RecordBatch, spans: pa.ListArray | None) -> pa.RecordBatch:
    """`documents` with placeholders for identifiers in their text."""
    from filters.phi.mask import mask_column

    assert spans is not None
    place = documents.schema.get_field_index("text")
    return documents.set_column(place, documents.schema.field(place), mask_column(documents.column(place), spans))


class Tally:
    """What a bundle's files held beside documents: facts, quarantined records, deletions."""

    def __init__(self, files: list[dict[str, Any]]) -> None:
        self._files = files
        self._facts: dict[str, Counter[str]] = {file["name"]: Counter() for file in files}
        self._records: Counter[str] = Counter()
        self._failed: dict[str, str] = {}
        self._quarantined: list[pa.Table] = []
        self._deletions: list[pa.RecordBatch] = []
        self._done = 0
        self._reading: WatchedFile | None = None

    def facts(self, name: str) -> Counter[str]:
        """The counter of one file: what its reader counts, and what formatters did."""
        return self._facts[name]

    def raw_bytes(self) -> int:
        """Stored bytes read so far."""
        return self._done + ((self._reading and self._reading.position()) or 0)

    def begin(self, file: WatchedFile) -> None:
        """One file is being read."""
        self._reading = file

    def finish(self, file: dict[str, Any]) -> None:
        """One file was read to its end."""
        self._done += file["bytes"]
        self._reading = None

    def fail(self, name: str, error: RawFileError) -> None:
        """A whole file is quarantined: it counts as one failed record."""
        self._failed[name] = error.reason
        self._facts[name].clear()
        entry = {"record": None, "offset": None, "reason": error.reason, "detail": error.detail, "raw_file": name}
        self._quarantined.append(pa.Table.from_pylist([entry], schema=_QUARANTINE))

    def add(self, name: str, batches: list[Batch]) -> Iterator[pa.RecordBatch]:
        """Count some batches of a file; give its documents, each with the file's name."""
        for batch in batches:
            self._records[name] += len(batch.documents) + len(batch.quarantined)
            if len(batch.quarantined):
                names = pa.array([name] * len(batch.quarantined), pa.string())
                self._quarantined.append(pa.table([*batch.quarantined.columns, names], schema=_QUARANTINE))
            if len(batch.deletions):
                self._deletions.append(batch.deletions)
            if len(batch.documents):
                names = pa.array([name] * len(batch.documents), pa.string())
                yield pa.record_batch([*batch.documents.columns, names], schema=BUNDLE_DOCUMENTS)

    def write(self, folder: Path, documents: int) -> Json:
        """Write the small tables beside the documents; give the product's summary."""
        quarantine = pa.concat_tables([_QUARANTINE.empty_table(), *self._quarantined])
        pq.write_table(quarantine, folder / QUARANTINED)
        deletions = pa.Table.from_batches(self._deletions, schema=DELETIONS)
        pq.write_table(deletions, folder / DELETED)
        return {
            "rows": documents,
            "quarantined": len(quarantine),
            "deletions": len(deletions),
            "files": [
                {
                    "name": file["name"],
                    "sha256": file["sha256"],
                    "bytes": file["bytes"],
                    "records": self._records[file["name"]],
                    "facts": dict(sorted(self._facts[file["name"]].items())),
                    "quarantined": self._failed.get(file["name"]),
                }
                for file in self._files
            ],
        }


def _read(params: dict[str, Any], tally: Tally, unreadable: dict[str, RawFileError]) -> Iterator[pa.RecordBatch]:
    """Documents of every readable file of the bundle, in order.

    A file's batches are held back until it ends well, as long as they are few; so that a damaged small file among
    thousands costs no second pass.

    Raises:
        _UnreadableFileError: a file broke after some of it was given.
        BuildStopped: a file is not the one that was planned.
    """
    from pipelines.formatting import formatted, load_formatters
    from sources.batches import documents_in
    from sources.limits import Limits
    from sources.registry import make_reader

    limits = Limits(**params["limits"])
    reader = make_reader(params["reader"], params["options"])  # once: one may read what goes with all files
    formatters = load_formatters(params["formatters"], limits.text_bytes)
    for file in params["files"]:
        name = file["name"]
        if name in unreadable:
            tally.fail(name, unreadable[name])
            continue
        raw = WatchedFile(file["path"], limits=limits)
        tally.begin(raw)
        held: list[Batch] = []
        room = _HELD_BYTES if len(params["files"]) > 1 else 0
        given = False
        try:
            facts = tally.facts(name)
            batches = documents_in(reader, raw, params["source"], facts, identity=file["sha256"])
            for batch in formatted(batches, formatters, facts):
                held.append(batch)
                room -= batch.documents.nbytes
                if room < 0:
                    given = True
                    yield from tally.add(name, held)
                    held = []
        except RawFileError as error:
            _check_planned(file)
            if given:
                raise _UnreadableFileError(name, error) from error
            tally.fail(name, error)
            continue
        _check_planned(file)
        yield from tally.add(name, held)
        tally.finish(file)


def _check_planned(file: dict[str, Any]) -> None:
    """The bytes just read are those that were planned, and so may be named by their digest.

    Raises:
        BuildStopped: the file is gone or was changed meanwhile.
    """
    try:
        with fsspec.open(file["path"], "rb") as stream:
            found = sha256_stream(stream)
    except OSError as error:
        raise BuildStopped(f"{file['path']} cannot be read any more ({error.strerror}); run the build again") from None
    if found != file["sha256"]:
        raise BuildStopped(f"{file['path']} was changed while it was read; run the build again")


def sidecar_writer(folder: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Writes the rows of one product of a bundle, a row group a table or batch."""
    return pq.ParquetWriter(folder / ROWS, schema, compression="zstd", compression_level=1, use_dictionary=False)


def _bytes(text: pa.LargeStringArray) -> int:
    """UTF-8 bytes of a column."""
    import pyarrow.compute as pc

    return int(pc.sum(pc.binary_length(text)).as_py() or 0)
