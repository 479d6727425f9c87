"""Files that mean harm: each is refused or quarantined with a reason, in bounded memory and time, and reading goes on.

Large and deep cases are read in a process of their own, which tells what came out and how much memory it held.
"""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources.registry import make_reader
from tests.sources.material import records

MEGABYTES = 600
"""A reader and what it imports take 100 to 150; the largest record that is kept, some hundreds."""
SECONDS = 60
PROBE = """
import json, sys
from pathlib import Path
from collections import Counter
from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources.batches import documents_in
from sources.reader import RawFile
from sources.registry import make_reader
reader, options, path = sys.argv[1:]
out = {"documents": 0, "no_text": [], "quarantined": [], "refused": None}
try:
    for batch in documents_in(make_reader(reader, json.loads(options)), RawFile(path), "s", Counter()):
        reasons = batch.documents.column("no_text").to_pylist()
        out["documents"] += sum(reason is None for reason in reasons)
        out["no_text"] += [reason for reason in reasons if reason]
        out["quarantined"] += batch.quarantined.column("reason").to_pylist()
except RawFileError as error:
    out["refused"] = error.reason
# Not resource.getrusage: its peak is inherited from the process that started this one.
out["megabytes"] = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps(out))
"""


@dataclass
class Outcome:
    documents: int
    no_text: list[str]
    quarantined: list[str]
    refused: str | None
    megabytes: float


def probe(reader: str, path: Path, **options: object) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, reader, json.dumps(options), str(path)],
        capture_output=True, text=True, check=False, timeout=SECONDS, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    outcome = Outcome(**json.loads(done.stdout))
    assert outcome.megabytes < MEGABYTES
    return outcome


def sparse(path: Path, head: bytes, size: int, tail: bytes = b"") -> Path:
    """A file of `size` bytes that takes next to no room: `head`, zeros, `tail`."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
        file.seek(size)
        file.write(tail)
    return path


def zeros(megabytes: int) -> bytes:
    buffer = io.BytesIO()
    with gzip.open(buffer, "wb") as file:
        for _ in range(megabytes):
            file.write(bytes(1 << 20))
    return buffer.getvalue()


BOMB = zeros(400)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "'
    + "&a;" * 10
    + '">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("bcdefghij", "cdefghijk", strict=True))
    + "]>"
)
READERS = ("text", "csv", "html", "markdown", "warc", "mediawiki", "pdf", "jsonl", "medline", "jats")


@pytest.mark.parametrize("reader", READERS)
def test_a_gzip_bomb_is_never_held(tmp_path: Path, reader: str) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(BOMB)
    outcome = probe(reader, path)
    assert outcome.documents == 0
    assert outcome.refused or outcome.quarantined == ["record_too_large"]


@pytest.mark.parametrize(
    ("reader", "head", "tail", "reasons", "documents"),
    [
        ("text", b"words ", b"", ["record_too_large"], 0),
        ("html", b"<p>words", b"", ["record_too_large"], 0),
        ("markdown", b"# words", b"", ["record_too_large"], 0),
        ("pdf", b"%PDF-1.7\n", b"", ["record_too_large"], 0),
        ("csv", b"id,text\n1,", b"\n2,fine\n", ["row_too_long"], 1),
        ("jsonl", b'{"text": "', b'"}\n{"text": "fine"}\n', ["line_too_long"], 1),
        ("warc",
         b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nContent-Type: application/http\r\n"
         b"Content-Length: 314572500\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>",
         b"", ["record_too_large"], 0),
    ],
)  # fmt: skip
def test_a_record_of_300_megabytes_is_never_held(
    tmp_path: Path, reader: str, head: bytes, tail: bytes, reasons: list[str], documents: int
) -> None:
    limit = {"max_line_bytes": 64 << 20} if reader == "jsonl" else {}
    outcome = probe(reader, sparse(tmp_path / "large", head, 300 << 20, tail), **limit)
    assert outcome.refused is None
    assert (outcome.quarantined, outcome.documents) == (reasons, documents)


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        ("html", "<div>" * 100_000),
        ("html", "<b>" * 100_000),
        ("html", "<table><tr><td>" * 30_000),
        ("html", "<ul><li>" * 30_000),
        ("markdown", ">" * 100_000),
        ("markdown", "[" * 30_000),
        ("markdown", "*" * 100_000),
        ("markdown", "- " * 30_000),
        ("markdown", "![a](" * 10_000),
        ("jats", "<article>" + "<sec>" * 100_000),
        ("mediawiki", "<mediawiki><page>" + "<x>" * 100_000),
        ("jsonl", '{"text":' + "[" * 100_000),
        ("jsonl", '{"text":' + '{"a":' * 100_000),
        ("csv", "id,text\n" + '"' * 100_001),
    ],
)
def test_deep_nesting_ends_in_good_time(tmp_path: Path, reader: str, text: str) -> None:
    path = tmp_path / "deep"
    path.write_text(text, encoding="utf-8")
    outcome = probe(reader, path)
    assert outcome.refused or outcome.quarantined or outcome.no_text or outcome.documents <= 1


@pytest.mark.parametrize(
    ("reader", "body"),
    [
        ("jats", "<article><body><p>&k;</p></body></article>"),
        ("medline", "<PubmedArticleSet><PubmedArticle>&k;</PubmedArticle></PubmedArticleSet>"),
        ("mediawiki", "<mediawiki><page><id>1</id><revision><text>&k;</text></revision></page></mediawiki>"),
        ("html", "<html><body><p>&k;</p></body></html>"),
    ],
)
def test_an_entity_bomb_stays_small(tmp_path: Path, reader: str, body: str) -> None:
    path = tmp_path / "laughs.xml"
    path.write_text(LAUGHS + body, encoding="utf-8")
    outcome = probe(reader, path)
    assert outcome.megabytes < MEGABYTES / 2


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes(100_000), id="NULs"),
        pytest.param(b"\x80\x81" * 50_000, id="no encoding"),
        pytest.param(bytes(range(256)) * 400, id="every byte"),
        pytest.param("naÃ¯ve patientsâ€™ fiancÃ©\n".encode() * 999, id="mojibake"),
        pytest.param(b"PK\x03\x04" + bytes(999), id="a zip cut off"),
        pytest.param(b"\x1f\x8b\x08" + bytes(999), id="a gzip of nothing"),
    ],
)
def test_noise_is_refused_or_quarantined(tmp_path: Path, reader: str, data: bytes) -> None:
    path = tmp_path / "noise"
    path.write_bytes(data)
    try:
        found, _ = records(make_reader(reader), path)
    except RawFileError:
        return
    assert found
    assert all(isinstance(one, Quarantined) or (isinstance(one, Document) and one.no_text) for one in found)


def packed(write: Callable[[tarfile.TarFile], None]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        write(archive)
    return buffer.getvalue()


def added(archive: tarfile.TarFile, name: str, data: bytes, **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    archive.addfile(info, io.BytesIO(data))


def test_a_large_member_lies_on_disk(tmp_path: Path) -> None:
    header = tarfile.TarInfo("large.txt")
    header.size = 300 << 20
    size = 512 + header.size
    path = sparse(tmp_path / "large.tar", header.tobuf(), size, packed(lambda tar: added(tar, "b.txt", b"words")))
    outcome = probe("text", path, archive="tar", member="*.txt")
    assert (outcome.quarantined, outcome.documents) == (["record_too_large"], 1)
    assert outcome.megabytes < MEGABYTES / 2


def test_paths_that_lead_out_cost_only_their_members(tmp_path: Path) -> None:
    path = tmp_path / "paths.tar"

    def write(tar: tarfile.TarFile) -> None:
        for name in ("../../etc/cron.d/x", "/etc/passwd", "good.txt"):
            added(tar, name, b"words")
        added(tar, "link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")

    path.write_bytes(packed(write))
    outcome = probe("text", path, archive="tar")
    assert (outcome.quarantined, outcome.documents) == (["unsafe_path"] * 2, 1)
    assert list(tmp_path.iterdir()) == [path]


def test_an_extended_header_is_never_held(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 300 << 20
    path = sparse(tmp_path / "pax.tar", header.tobuf(tarfile.USTAR_FORMAT), 301 << 20)
    assert probe("text", path, archive="tar").refused == "corrupt_tar"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", bytes(200 << 20))
        archive.writestr("good.txt", b"words")
    outcome = probe("text", path, archive="zip")
    assert (outcome.quarantined, outcome.documents) == (["decompression_bomb"] * 3, 1)
    assert outcome.megabytes < MEGABYTES / 2


def test_a_zip_that_lies_about_its_sizes_is_found_out(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lie.txt", bytes(200 << 20))
        archive.writestr("good.txt", b"words")
    data = buffer.getvalue().replace((200 << 20).to_bytes(4, "little"), (2000).to_bytes(4, "little"))
    path = tmp_path / "lie.zip"
    path.write_bytes(data)
    outcome = probe("text", path, archive="zip")
    assert (outcome.quarantined, outcome.documents) == (["corrupt_member"], 1)
    assert outcome.megabytes < MEGABYTES / 2


def test_an_archive_in_itself_ends(tmp_path: Path) -> None:
    data = b"words"
    for level in range(6):
        data = packed(lambda tar, data=data, level=level: added(tar, f"{level}.tar", data))  # type: ignore[misc]
    path = tmp_path / "deep.tar"
    path.write_bytes(data)
    assert probe("text", path, archive="auto").quarantined == ["archive_too_deep"]


def test_many_tiny_members_are_counted_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "many.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(20_000):
            added(archive, f"{number}.bin", b"")
    assert probe("text", path, archive="tar", member="*.txt", max_members=10_000).refused == "too_many_members"


@pytest.mark.parametrize(
    ("reader", "data"),
    [
        ("csv", b"id,text\n" + b"1,same id\n" * 3),
        ("jsonl", b'{"id": "1", "text": "same id"}\n' * 3),
        ("mediawiki", b"<mediawiki>" + b"<page><id>1</id><revision><id>2</id><text>same id</text></revision></page>" * 3
         + b"</mediawiki>"),
    ],
)  # fmt: skip
def test_records_of_one_id_all_leave_the_reader(tmp_path: Path, reader: str, data: bytes) -> None:
    """Which of them stays is the matter of identity resolution, which counts the others."""
    path = tmp_path / "same"
    path.write_bytes(data)
    found, _ = records(make_reader(reader), path)
    assert [one.native_id for one in found if isinstance(one, Document)] == ["1"] * 3
