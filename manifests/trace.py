"""From a token to the record it was read from, and from a document to its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from corpus.errors import NotReleased, SnapshotError
from manifests.explain import Story, explain, fate
from manifests.model import RawFile, Shard
from manifests.places import Place, find_document, place_of_row, place_of_token, read_row
from manifests.snapshot import Snapshot

_FACTS = (
    *("doc_id", "source", "title", "url", "doc_type", "split", "cluster_id", "licence_spdx", "licence_raw"),
    *("raw_file", "raw_sha256", "member", "record", "offset", "reader", "retrieved"),
    *("text_sha256", "n_bytes", "n_words", "n_tokens", "phi_policy", "phi_masked", "paragraphs_cut", "stands_for"),
)


class Locator(Protocol):
    """The snapshot's tokenizer, as far as it tells where tokens stand (`shards.tokenizer.Oracle`)."""

    def encode(self, texts: list[str]) -> list[list[int]]:
        """Token ids."""

    def places(self, text: str) -> list[tuple[int, int]]:
        """Characters `[start, end)` of each token."""


@dataclass(frozen=True, slots=True)
class TracedToken:
    """One token of a shard. Numbers count from 0."""

    in_shard: int
    in_document: int
    id: int
    characters: tuple[int, int] | None
    """`[start, end)` in the document's released text; None without the tokenizer."""
    text: str | None
    """What stands there."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A released document, where it lies, and where it comes from."""

    place: Place
    document: dict[str, Any]
    """Columns of its row: identity, origin, licence, size."""
    raw_file: RawFile
    """What the manifest states of the raw file."""
    token: TracedToken | None = None


def trace_document(snapshot: Snapshot, doc_id: str) -> Trace:
    """A document by its id.

    Raises:
        NotReleased: it was read and not released.
        SnapshotError: no record has this id, or the snapshot is damaged.
    """
    place = find_document(snapshot, doc_id)
    if place is None:
        fates = "; ".join(fate(story.record) for story in explain(snapshot, doc_id))
        raise NotReleased(f"{doc_id} has no place in the shards: it was {fates}; `hc4 explain` tells more")
    return _traced(snapshot, place, read_row(snapshot, place, _FACTS))


def trace_row(snapshot: Snapshot, shard: Shard, row: int) -> Trace:
    """The document of a row. Errors are those of `manifests.places.place_of_row`."""
    place = place_of_row(snapshot, shard, row)
    return _traced(snapshot, place, read_row(snapshot, place, _FACTS))


def trace_token(snapshot: Snapshot, shard: Shard, token: int, locator: Locator | None = None) -> Trace:
    """The document that a token of a shard belongs to, and its place there. Errors are those of `trace_row`.

    Args:
        locator: the snapshot's tokenizer, to tell characters. It must be the one that the manifest names.

    Raises:
        SnapshotError: the tokens of the document are not those of its text.
    """
    place = place_of_token(snapshot, shard, token)
    row = read_row(snapshot, place, [*_FACTS, "text", "input_ids"])
    document = {name: row[name] for name in _FACTS}
    number = token - place.first_token
    found = TracedToken(token, number, row["input_ids"][number], None, None)
    if locator is not None:
        if locator.encode([row["text"]])[0] != row["input_ids"]:
            raise SnapshotError(f"tokens of row {place.row:,} of {shard.path} are not those of its text")
        start, end = locator.places(row["text"])[number]
        found = TracedToken(token, number, found.id, (start, end), row["text"][start:end])
    return _traced(snapshot, place, document, found)


def decisions(snapshot: Snapshot, trace: Trace) -> list[Story]:
    """What was decided of the document, record by record, and of those that repeat its id (`manifests.explain`)."""
    return explain(snapshot, trace.document["doc_id"])


def _traced(snapshot: Snapshot, place: Place, document: dict[str, Any], token: TracedToken | None = None) -> Trace:
    for source in snapshot.manifest.sources:
        for file in source.raw_files:
            if (source.name, file.name, file.sha256) == tuple(
                document[name] for name in ("source", "raw_file", "raw_sha256")
            ):
                return Trace(place, document, file, token)
    raise SnapshotError(f"the manifest lists no raw file of row {place.row:,} of {place.shard.path}: run `hc4 verify`")
