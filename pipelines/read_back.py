"""Records read again from their raw files, and compared with what was released."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path
from typing import Any, Literal

import polars as pl

from corpus.digest import sha256_file
from corpus.errors import FetchError, RecipeError
from manifests.model import Manifest
from manifests.places import read_row
from manifests.screening import account_of
from manifests.snapshot import Snapshot
from manifests.trace import Trace
from pipelines.formatting import formatted, load_formatters
from pipelines.locations import resolve_options
from pipelines.sections.filtering import DatatroveRecipe
from pipelines.sections.sources import Limits
from sources.batches import Batch, documents_in
from sources.limits import Limits as ReadingLimits
from sources.reader import RawFile
from sources.registry import make_reader

_CHUNK = 1 << 20

Comparison = Literal["equal", "masked", "shortened", "different"]
"""`masked`: equal but for what the account of identifiers says was replaced."""


@dataclass(slots=True)
class ReadBack:
    """What a raw file gives where a document says it comes from. The whole file has the sha256 that was stated."""

    trace: Trace
    path: Path
    text: Comparison | Literal["absent"] = "absent"
    """The text as read against the text as released; `absent`: there is no such record."""
    span: tuple[int, int | None] | None = None
    """Bytes of the record in the unpacked file, from its offset to that of the next record (None: to the end). None if
    the reader states no offset, or the record is in an archive."""
    record_sha256: str | None = None
    """Of these bytes. The snapshot states no digest of a record to compare it with."""
    same_reader: bool = True
    """Whether the reader is of the version that built the snapshot."""


def read_back(snapshot: Snapshot, traces: Sequence[Trace], folder: Path) -> list[ReadBack]:
    """Each document again, in the order given; every raw file is hashed once, and read once.

    Raises:
        RecipeError: `folder` does not hold a raw file, or its reader cannot be made.
        FetchError: a raw file has other bytes than those that the snapshot was built from.
        RawFileError: it can no longer be read.
    """
    groups: dict[tuple[str, str, str], list[ReadBack]] = {}
    found = []
    for trace in traces:
        key = (trace.document["source"], trace.raw_file.name, trace.raw_file.sha256)
        place = groups[key][0].path if key in groups else find_raw_file(folder, trace.raw_file.name, key[2])
        one = ReadBack(trace, place)
        groups.setdefault(key, []).append(one)
        found.append(one)
    for (source, _, _), wanted in groups.items():
        _read_file(snapshot, source, wanted, folder)
    return found


def find_raw_file(folder: Path, name: str, sha256: str) -> Path:
    """The file of this name in `folder` or anywhere below it, hashed. Errors are those of `read_back`."""
    if name.startswith("/") or ".." in name.split("/"):
        raise RecipeError(f"{name} is no raw file below a folder")  # as whoever made the snapshot calls it
    places = [folder / name] if (folder / name).is_file() else []
    same = folder.rglob(escape(Path(name).name)) if not places else ()
    places = places or sorted(path for path in same if path.as_posix().endswith(f"/{name}"))
    if not places:
        raise RecipeError(f"{folder} holds no raw file {name}")
    for path in places:
        if (other := sha256_file(path)) == sha256:
            return path
    raise FetchError(f"{path} is not the file that the snapshot was built from: its sha256 is {other}, not {sha256}")


def compared(read: str, released: str, replaced: Sequence[tuple[int, int]]) -> Comparison:
    """Whether a text is the released one, where `replaced` are the UTF-8 bytes `[start, end)` of the latter that stand
    for identifiers."""
    if read == released:
        return "equal"
    if not replaced:
        return "different"
    content, other = released.encode(), read.encode()
    bounds = [0, *(edge for span in replaced for edge in span), len(content)]
    first, *middle, last = [content[bounds[i] : bounds[i + 1]] for i in range(0, len(bounds), 2)]
    place = len(first)
    for piece in middle:
        place = other.find(piece, place)
        if place < 0:
            return "different"
        place += len(piece)
    whole = other.startswith(first) and other.endswith(last) and place + len(last) <= len(other)
    return "masked" if whole else "different"


def shortened(read: str, released: str, replaced: Sequence[tuple[int, int]]) -> Comparison:
    """The same where repeated paragraphs were cut from the released text: what is left of its lines stands in the text
    read, in their order."""
    content, other = released.encode(), read.encode()
    bounds = [0, *(edge for span in replaced for edge in span), len(content)]
    place = 0
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        for piece in content[start:end].split(b"\n"):
            place = other.find(piece, place)
            if place < 0:
                return "different"
            place += len(piece)
    return "shortened"


@dataclass(slots=True)
class _Open:
    """Records met whose end is not known yet."""

    waiting: list[tuple[int, ReadBack]] = field(default_factory=list)

    def close(self, offset: int | None) -> None:
        """A record begins at `offset`; None: the file ends."""
        self.waiting = [(start, one) for start, one in self.waiting if not self._ended(start, one, offset)]

    @staticmethod
    def _ended(start: int, one: ReadBack, offset: int | None) -> bool:
        if offset is not None and offset <= start:
            return False
        one.span = (start, offset)
        return True


def _read_file(snapshot: Snapshot, source: str, wanted: list[ReadBack], folder: Path) -> None:
    recipe: Any = snapshot.manifest.recipe
    (stated,) = [one for one in recipe["sources"] if one["name"] == source]
    limits = Limits.model_validate(recipe["limits"]).of_reading()
    reader = make_reader(stated["reader"], resolve_options(stated["options"], folder))
    path, sha256 = wanted[0].path, wanted[0].trace.raw_file.sha256
    raw = RawFile(str(path), limits=ReadingLimits(**limits))
    formatters = load_formatters(_rewriting(snapshot.manifest, source), limits["text_bytes"])
    facts: Counter[str] = Counter()
    left: dict[tuple[int, str], list[ReadBack]] = {}
    for one in wanted:
        one.same_reader = one.trace.document["reader"] == f"{reader.name} {reader.version}"
        left.setdefault((one.trace.document["record"], one.trace.document["doc_id"]), []).append(one)
    unfinished = _Open()
    for batch in formatted(documents_in(reader, raw, source, facts, identity=sha256), formatters, facts):
        texts = batch.documents.column("text")
        for record, offset, doc_id, row in _in_order(batch):
            if offset is not None:
                unfinished.close(offset)
            for one in left.pop((record, doc_id), []):
                one.text = _comparison(snapshot, one.trace, texts[row].as_py())
                if offset is not None and one.trace.document["member"] is None:
                    unfinished.waiting.append((offset, one))
        if not left and not unfinished.waiting:
            break
    unfinished.close(None)
    _hash_records(raw, sorted((one for one in wanted if one.span), key=lambda one: one.span or (0, None)))


def _rewriting(manifest: Manifest, source: str) -> list[list[Any]]:
    """Formatters of a source, as the recipe names them."""
    steps: Any = manifest.recipe.get("datatrove", [])
    given = [DatatroveRecipe.model_validate(one) for one in steps]
    return [[one.name, one.formatter, one.options] for one in given if one.formatter and one.concerns(source)]


def _in_order(batch: Batch) -> list[tuple[int, int | None, str, int]]:
    """(record, offset, doc_id, row) of a batch's documents, and of quarantined records without id and row, in file
    order."""
    names = [batch.documents.column(name).to_pylist() for name in ("record", "offset", "doc_id")]
    found = list(zip(*names, range(len(batch.documents)), strict=True))
    bad = zip(*(batch.quarantined.column(name).to_pylist() for name in ("record", "offset")), strict=True)
    found += [(record, offset, "", -1) for record, offset in bad if record is not None]
    return sorted(found, key=lambda one: one[0])


def _comparison(snapshot: Snapshot, trace: Trace, read: str) -> Comparison:
    released = read_row(snapshot, trace.place, ["text"])["text"]
    compare = shortened if trace.document["paragraphs_cut"] else compared
    if read == released or not trace.document["phi_masked"]:
        return compare(read, released, ())
    account = pl.scan_parquet(snapshot.folder / account_of(trace.place.shard), glob=False)
    spans = account.filter(pl.col("doc_id") == trace.document["doc_id"]).select("start", "end").sort("start").collect()
    return compare(read, released, spans.rows())


def _hash_records(raw: RawFile, records: list[ReadBack]) -> None:
    """Hash the bytes of each record, in one pass over the unpacked file."""
    if not records:
        return
    with raw.stream() as stream:
        at, last, found = 0, None, hashlib.sha256()
        for one in records:
            assert one.span is not None
            start, end = one.span
            if one.span != last:  # two documents may be of one record
                at, found, last = _skip(stream, at, start), hashlib.sha256(), one.span
                while data := stream.read(_CHUNK if end is None else min(_CHUNK, end - at)):
                    found.update(data)
                    at += len(data)
            one.record_sha256 = found.hexdigest()


def _skip(stream: Any, at: int, to: int) -> int:
    while at < to and (data := stream.read(min(_CHUNK, to - at))):
        at += len(data)
    return at
