"""The documents of every benchmark: real ones, pulled once with `hc4 assets pull demo`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from corpus.assets import GROUPS, asset_path
from shards.place import uniform


class Text(NamedTuple):
    """One document."""

    id: str
    """`pubmed:PMID` or `pmc:PMCID`."""
    text: str


@cache
def abstracts() -> tuple[Text, ...]:
    """Title and abstract of each MEDLINE citation that has one, 15,000 old ones and 18,000 new ones.

    They come in an order drawn once, so that any prefix is a sample of the whole: a peer that needs minutes a megabyte
    reads only a prefix.
    """
    found = {text.id: text for text in _read("medline", "pubmed", ".xml.gz")}
    return tuple(sorted(found.values(), key=lambda text: uniform(text.id, salt="benchmarks")))


@cache
def articles() -> tuple[Text, ...]:
    """Full texts of PubMed Central."""
    return tuple(_read("jats", "pmc", ".nxml"))


def megabytes(texts: Sequence[str]) -> float:
    """10^6 bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def write_jsonl(documents: Sequence[Text], folder: Path, files: int = 1) -> None:
    """Put `documents` into `files` JSONL files with the fields `id` and `text`, neighbours into one file."""
    folder.mkdir(parents=True)
    size = -(-len(documents) // files)
    for number in range(files):
        part = documents[number * size : (number + 1) * size]
        lines = (json.dumps({"id": each.id, "text": each.text}, ensure_ascii=False) + "\n" for each in part)
        (folder / f"{number}.jsonl").write_text("".join(lines), encoding="utf-8")


def _read(reader: str, source: str, suffix: str) -> list[Text]:
    """Everything that has a text in the demonstration files with this ending."""
    from sources.batches import documents_in
    from sources.reader import RawFile
    from sources.registry import make_reader

    return [
        Text(doc_id, text)
        for name in sorted(GROUPS["demo"])
        if name.endswith(suffix)
        for batch in documents_in(make_reader(reader), RawFile(str(asset_path(name))), source, Counter())
        for doc_id, text, absent in zip(
            *(batch.documents[column].to_pylist() for column in ("doc_id", "text", "no_text")), strict=True
        )
        if absent is None
    ]
