"""What a manifest states of documents that were taken out of it after it was built."""

from __future__ import annotations

from manifests.amount import Amount
from manifests.strict import Strict

BLOCKED = "blocklist"
"""Reason of documents that a build drops because its recipe's blocklist names them: they are in none of its shards."""


class Selected(Strict):
    """What a request named of one kind, and what that matched."""

    kind: str
    """`doc_id`, `source`, `licence`, or a kind of identifier (`dedup.identity.KINDS`)."""
    values: int
    """How many were named."""
    documents: int
    """Released documents that carry one, or stand for a document that does."""


class Takedown(Strict):
    """One request, and what became of it. `takedowns/documents.parquet` lists every document."""

    request_id: str
    reason: str
    date: str | None
    """ISO 8601 day, as the request states it."""
    by: tuple[Selected, ...]
    removed: Amount
    """Released text that was taken out."""
    unreleased: int
    """Records that were named and had not been released; excerpts and titles of them are gone, too."""
    copies_not_back: int
    """Records that had given way to a removed document. None of them takes its place: only a build decides that."""
    standing: int
    """Released documents of other sources, or licences, that stand for a copy of what was named so: they stay."""
    shortened: int
    """Removed documents that had lost repeated paragraphs. What masking took of such a document is accounted for as
    cut, and what the manifest says of words and bytes of cut paragraphs still counts them."""
    parent: str
    """Id of the snapshot that they were taken out of."""
    parent_root: str
    """Its `merkle.root`."""
    code_sha256: str
    """Of the code that took them out."""
