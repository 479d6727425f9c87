"""Speed and memory of the readers: from raw file to Arrow batches, in one process.

    python -m benchmarks.readers [FOLDER_OF_JATS_FILES]     # MB of decompressed XML per second of CPU
    python -m benchmarks.readers --memory                   # peak memory of files of growing length

MEDLINE is the two demonstration files; JATS is the demonstration articles, or those of a folder. In turn, in one call:
hc4, the XML parser alone, and pubmed_parser's functions for the same content.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
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
LONG = 20.0
"""Seconds."""
COPIES = (1, 4, 16)
_UNIT = 24_000_000
"""Bytes of XML that `--memory` takes once, four times, sixteen times."""


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
    """Only the XML, all of it."""
    for file in files:
        for _ in elements(file, *tags):
            pass


def peer_medline(files: Sequence[RawFile]) -> None:
    """Records as dictionaries; it has no switch for what hc4 leaves out (authors, headings, chemicals, grants)."""
    import pubmed_parser

    for file in files:
        for _ in pubmed_parser.parse_medline_xml(file.path):
            pass


def peer_jats(files: Sequence[RawFile]) -> None:
    """Facts and abstract, then paragraphs of the body: each function parses the file anew."""
    import pubmed_parser

    for file in files:
        pubmed_parser.parse_pubmed_xml(file.path)
        pubmed_parser.parse_pubmed_paragraph(file.path, all_paragraph=True)


def peer_jats_floats(files: Sequence[RawFile]) -> None:
    """The same, and captions and tables, which hc4 reads too."""
    import pubmed_parser

    peer_jats(files)
    for file in files:
        pubmed_parser.parse_pubmed_caption(file.path)
        pubmed_parser.parse_pubmed_table(file.path, return_xml=False)


def cpu_seconds(*works: Callable[[], object]) -> list[float]:
    """The best of a few runs of each, taken in turn: what the machine does besides only ever adds.

    What takes longer than `LONG` runs once.
    """
    best = [float("inf")] * len(works)
    for _ in range(REPEAT):
        for number, work in enumerate(works):
            if best[number] == float("inf") or best[number] < LONG:
                start = time.process_time()
                work()
                best[number] = min(best[number], time.process_time() - start)
    return best


def size(file: RawFile) -> int:
    total = 0
    with file.stream() as stream:
        while data := stream.read(1 << 20):
            total += len(data)
    return total


def readable(file: RawFile) -> bool:
    """pubmed_parser takes some parts of an article for granted."""
    try:
        peer_jats_floats([file])
    except Exception:  # noqa: BLE001  it documents none
        return False
    return True


def speed(folder: Path | None = None) -> None:
    """Print a table of speeds; JATS files of `folder` instead of the demonstration articles."""
    pa.array(["x"])  # pyarrow imports pandas, if there is one, with its first array
    articles = (
        sorted(path for path in folder.iterdir() if path.suffix in {".nxml", ".xml"})
        if folder
        else [asset_path(f"demo/{name}.nxml") for name in ARTICLES]
    )
    table = Table("reader", title="Readers, MB of XML per CPU second")
    for column in ("files", "documents", "XML MB", "text MB", "hc4", "XML alone", "pubmed_parser", "times"):
        table.add_column(column, justify="right")
    everything = {"(text)": peer_jats, "(text, tables, captions)": peer_jats_floats}
    for name, tags, paths, peers in (
        ("medline", ("PubmedArticle",), [asset_path(name) for name in MEDLINE], {"": peer_medline}),
        ("jats", ("article",), articles, everything),
    ):
        files = [RawFile(str(path)) for path in paths]
        if peers is everything:
            files = [file for file in files if readable(file)]
        megabytes = sum(map(size, files)) / 1e6
        documents, text = read_all(name, files)
        ours, bound, *theirs = cpu_seconds(
            partial(read_all, name, files),
            partial(parse_all, tags, files),
            *(partial(peer, files) for peer in peers.values()),
        )
        left_out = f" of {len(paths)}" if len(files) < len(paths) else ""
        figures = [f"{len(files)}{left_out}", f"{documents:,}", f"{megabytes:.0f}", f"{text / 1e6:.1f}"]
        figures += [f"{megabytes / ours:.1f}", f"{megabytes / bound:.1f}"]
        for part, seconds in zip(peers, theirs, strict=True):
            table.add_row(f"{name} {part}", *figures, f"{megabytes / seconds:.1f}", f"{seconds / ours:.1f}")
    Console(width=110).print(table)


def multiplied(target: Path, copies: int, head: bytes, records: bytes, tail: bytes) -> int:
    """Write a file that has the same records `copies` times, each time under other PMIDs; its size in bytes of XML."""
    total = 0
    with gzip.open(target, "wb", compresslevel=1) as file:
        total += file.write(head)
        for copy in range(copies):
            number = re.compile(rb'(<PMID Version="\d+">)(\d+)</PMID>').sub(
                lambda found, copy=copy: b"%s%d</PMID>" % (found[1], int(found[2]) % 1_000_000 + copy * 1_000_000),
                records,
            )
            total += file.write(number)
        total += file.write(tail)
    return total


PEAK = """
import sys
from pathlib import Path
from benchmarks.readers import read_all
from sources.reader import RawFile
documents, _ = read_all(sys.argv[1], [RawFile(sys.argv[2])])
print(documents, Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def peak(name: str, path: Path) -> tuple[int, float]:
    """Documents, and peak resident memory in MB of a process that reads one file."""
    done = subprocess.run([sys.executable, "-c", PEAK, name, str(path)], capture_output=True, text=True, check=True)
    documents, kilobytes = done.stdout.split()
    return int(documents), int(kilobytes) * 1024 / 1e6


def memory() -> None:
    """Print the peak memory of reading files that differ in nothing but length."""
    with gzip.open(asset_path(MEDLINE[1])) as stream:
        data = stream.read(_UNIT)
    start, end = data.index(b"<PubmedArticle>"), data.rindex(b"</PubmedArticle>") + len(b"</PubmedArticle>")
    articles = [
        re.sub(rb"<[?!](?:xml|DOCTYPE)[^>]*>", b"", asset_path(f"demo/{name}.nxml").read_bytes()) for name in ARTICLES
    ]
    body = b"".join(articles)
    table = Table("reader", title="Readers, peak memory of a process by length of the file")
    for column in ("copies", "XML MB", "documents", "peak MB"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        for name, head, records, tail in (
            ("medline", data[:start], data[start:end], b"</PubmedArticleSet>"),
            ("jats", b"<articles>", body * (_UNIT // len(body)), b"</articles>"),
        ):
            for copies in COPIES:
                path = Path(folder) / f"{name}{copies}.xml.gz"
                written = multiplied(path, copies, head, records, tail)
                documents, megabytes = peak(name, path)
                path.unlink()
                table.add_row(name, str(copies), f"{written / 1e6:.0f}", f"{documents:,}", f"{megabytes:.0f}")
    Console(width=100).print(table)


def main(arguments: Sequence[str] = ()) -> None:
    """Speed, or with `--memory` memory."""
    if "--memory" in arguments:
        memory()
    else:
        speed(Path(arguments[0]) if arguments else None)


if __name__ == "__main__":
    main(sys.argv[1:])
