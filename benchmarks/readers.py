"""Speed of the readers: bytes of decompressed XML per second of CPU, one process, from raw file to Arrow batches.

    python -m benchmarks.readers [FOLDER_OF_JATS_FILES]

MEDLINE is the two demonstration files; JATS is the demonstration articles, or those of a folder.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from corpus.assets import asset_path
from sources.batches import documents_in
from sources.markup import elements
from sources.reader import RawFile
from sources.registry import make_reader

MEDLINE = ("demo/pubmed21n1298.xml.gz", "demo/pubmed20n0014.xml.gz")
ARTICLES = ("1471-2180-11-174", "1472-6831-8-11", "6605965a", "ehp-116-1694", "mds526")
ARTICLES += ("pntd.0002065", "pone.0000217", "pone.0046493")
REPEAT = 3


def read_all(name: str, files: Sequence[RawFile]) -> tuple[int, int]:
    """Documents and bytes of text in `files`."""
    documents = text = 0
    reader = make_reader(name)
    for file in files:
        for batch in documents_in(reader, file, name, Counter()):
            documents += batch.documents.num_rows
            text += batch.documents["text"].nbytes
    return documents, text


def parse_all(tags: tuple[str, ...], files: Sequence[RawFile]) -> None:
    """Only the XML, the bound of any reader that builds elements."""
    for file in files:
        for _ in elements(file, *tags):
            pass


def cpu_seconds(work: Callable[[], object]) -> float:
    """The best of a few runs: what the machine does besides only ever adds."""
    best = float("inf")
    for _ in range(REPEAT):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def size(file: RawFile) -> int:
    total = 0
    with file.stream() as stream:
        while data := stream.read(1 << 20):
            total += len(data)
    return total


def main(folder: Path | None = None) -> None:
    """Print a table of speeds; JATS files of `folder` instead of the demonstration articles."""
    pa.array(["x"])  # pyarrow imports pandas, if there is one, with its first array
    articles = (
        sorted(path for path in folder.iterdir() if path.suffix in {".nxml", ".xml"})
        if folder
        else [asset_path(f"demo/{name}.nxml") for name in ARTICLES]
    )
    table = Table("reader", "files", "documents", "XML MB", "text MB", "MB/s", "documents/s", "XML alone MB/s")
    for name, tags, paths in (
        ("medline", ("PubmedArticle",), [asset_path(name) for name in MEDLINE]),
        ("jats", ("article",), articles),
    ):
        files = [RawFile(str(path)) for path in paths]
        megabytes = sum(map(size, files)) / 1e6
        documents, text = read_all(name, files)
        seconds = cpu_seconds(lambda name=name, files=files: read_all(name, files))
        bound = cpu_seconds(lambda tags=tags, files=files: parse_all(tags, files))
        table.add_row(
            name,
            str(len(files)),
            f"{documents:,}",
            f"{megabytes:.0f}",
            f"{text / 1e6:.1f}",
            f"{megabytes / seconds:.0f}",
            f"{documents / seconds:,.0f}",
            f"{megabytes / bound:.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
