"""The documents of every benchmark: real ones, pulled once with `hc4 assets pull demo`."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from corpus.assets import GROUPS, asset_path
from corpus.errors import RawFileError
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
def articles(folder: Path | None = None) -> tuple[Text, ...]:
    """Full texts of PubMed Central: those of the demonstration data, or the JATS files of a folder."""
    if folder is None:
        return tuple(_read("jats", "pmc", ".nxml"))
    files = [file for file in sorted(folder.iterdir()) if file.suffix in (".nxml", ".xml")]
    return tuple(texts_of("jats", files, "pmc"))


def kit_folder() -> Path | None:
    """The kit of raw files in their sources' formats: `$HC4_KIT`, or beside the repository. None if it is absent."""
    folder = Path(os.environ.get("HC4_KIT") or Path(__file__).parents[2] / "shared" / "data" / "kit")
    return folder if folder.is_dir() else None


@cache
def every_kind(count: int, per_source: int = 300, per_source_megabytes: float = 1.0) -> tuple[Text, ...]:
    """`count` documents of every kind at hand, fewer if there are not so many.

    Of each source of `pipelines/recipes/kit.yaml` that a build may release, up to `per_source` documents or
    `per_source_megabytes` MB, from files in an order drawn once: articles, textbooks, guidelines, labels, trials,
    questions, cases, notes, dialogues, pages, in several languages. Then the demonstration's articles and abstracts.
    """
    found: list[Text] = []
    if kit_folder() is not None:
        from pipelines.locations import resolve_options, resolve_root
        from pipelines.rawfiles import find_raw_files
        from pipelines.recipe import load_recipe

        file = Path(__file__).parents[1] / "pipelines" / "recipes" / "kit.yaml"
        recipe = load_recipe(file)
        root = resolve_root(recipe.root, file.parent)
        for source in recipe.sources:
            if source.use == "evaluate" or source.reader == "medline":
                continue
            files = sorted(find_raw_files(source, root), key=lambda raw: uniform(raw.name, salt="benchmarks"))
            paths = [Path(raw.path) for raw in files]
            texts = texts_of(source.reader, paths, source.name, resolve_options(source.options, root))
            size = 0.0
            for text in islice(texts, per_source):
                size += megabytes([text.text])
                if size > per_source_megabytes:
                    break
                found.append(text)
    return tuple(islice(chain(found, articles(), abstracts()), count))


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


def texts_of(
    reader: str, files: Iterable[Path], source: str, options: Mapping[str, Any] | None = None
) -> Iterator[Text]:
    """Every document of raw files that has a text, in the order of the files. A damaged file gives none."""
    from sources.batches import documents_in
    from sources.reader import RawFile
    from sources.registry import make_reader

    for file in files:
        with suppress(RawFileError):
            batches = list(documents_in(make_reader(reader, options or {}), RawFile(str(file)), source, Counter()))
            for batch in batches:
                columns = (batch.documents[name].to_pylist() for name in ("doc_id", "text", "no_text"))
                yield from (Text(doc_id, text) for doc_id, text, absent in zip(*columns, strict=True) if absent is None)


def _read(reader: str, source: str, suffix: str) -> Iterator[Text]:
    """The same of the demonstration files with this ending."""
    return texts_of(reader, [asset_path(name) for name in sorted(GROUPS["demo"]) if name.endswith(suffix)], source)
