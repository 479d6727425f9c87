"""A trace on a terminal, and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from manifests.explain import Story
from manifests.trace import Trace, TracedToken
from pipelines.console import Console
from pipelines.read_back import ReadBack
from pipelines.show import show_story

_COMPARED = {
    "equal": "the text as read is the released text",
    "shortened": "the lines of the released text stand in the text as read, which has more: paragraphs were cut",
    "masked": "the text as read is the released text, but for the identifiers that were replaced",
    "different": "the text as read is NOT the released text",
    "absent": "no such record was found in it",
}


def show_trace(console: Console, trace: Trace, stories: Sequence[Story], again: ReadBack | None) -> None:
    """Where it lies, where it comes from, what was decided; and what reading it again gave."""
    place, document = trace.place, trace.document
    facts = Table.grid(padding=(0, 2))

    def fact(name: str, value: object) -> None:
        if value is not None:
            facts.add_row(Text(name, style="dim"), Text(str(value)))

    if trace.token is not None:
        fact("token", _told(trace.token, place.tokens))
    fact("shard", f"{place.shard.path}, sha256 {place.shard.sha256}")
    fact("row", f"{place.row:,} (row group {place.row_group}, row {place.row_in_group:,} in it)")
    fact("tokens", f"{place.first_token:,} to {place.last_token:,} of the shard" if place.tokens else "none")
    fact("raw file", f"{trace.raw_file.name}, sha256 {trace.raw_file.sha256}, {trace.raw_file.bytes:,} bytes")
    if trace.raw_file.retrieval is not None:
        fact("fetched", f"{trace.raw_file.retrieval.retrieved} {trace.raw_file.retrieval.url or ''}".strip())
    fact("member", document["member"])
    offset = f", at byte {document['offset']:,} of the unpacked file" if document["offset"] is not None else ""
    fact("record", f"{document['record']:,}{offset}, by reader {document['reader']}")
    fact("page", document["url"])
    fact("licence", document["licence_spdx"])
    fact("text", f"sha256 {document['text_sha256']}, {document['n_bytes']:,} bytes")
    if again is not None:
        for name, value in _read_again(again):
            fact(name, value)
    console.print(Panel(facts, title=Text(document["doc_id"]), title_align="left"))
    for story in stories:
        show_story(console, story)


def as_json(trace: Trace, stories: Sequence[Story], again: ReadBack | None) -> dict[str, Any]:
    """The same, as plain JSON."""
    place = trace.place
    return {
        "token": asdict(trace.token) if trace.token else None,
        "place": {
            "shard": place.shard.path,
            "shard_sha256": place.shard.sha256,
            "row": place.row,
            "row_group": place.row_group,
            "first_token": place.first_token,
            "last_token": place.last_token if place.tokens else None,
            "tokens": place.tokens,
        },
        "document": trace.document,
        "raw_file": trace.raw_file.model_dump(mode="json"),
        "read_again": again
        and {
            "path": str(again.path),
            "sha256": trace.raw_file.sha256,
            "text": again.text,
            "record_bytes": again.span,
            "record_sha256": again.record_sha256,
            "same_reader": again.same_reader,
        },
        "decisions": [asdict(story) for story in stories],
    }


def _told(token: TracedToken, tokens: int) -> str:
    where = f"{token.in_shard:,} of the shard, {token.in_document:,} of {tokens:,} in the document, id {token.id}"
    if token.characters is None:
        return f"{where}; its characters are told with --tokenizer"
    start, end = token.characters
    return f"{where}, characters {start:,} to {end:,}: {token.text!r}"


def _read_again(again: ReadBack) -> list[tuple[str, str]]:
    found = [("read again", f"{again.path}: the file is the one stated; {_COMPARED[again.text]}")]
    if again.span is not None:
        start, end = again.span
        upto = f"{end:,}" if end is not None else "the end"
        found.append(("raw bytes", f"{start:,} to {upto} of the unpacked file, sha256 {again.record_sha256}"))
    if not again.same_reader:
        found.append(("reader", "of another version than the one that built the snapshot"))
    return found
