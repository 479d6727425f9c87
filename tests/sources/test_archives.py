"""Archives: members found, numbered and named; hostile ones refused."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError, RecipeError
from sources.batches import documents_in
from sources.limits import Limits
from sources.reader import RawFile
from sources.registry import make_reader
from tests.sources.material import kit_files, records

LINES = b'{"text": "one", "id": "1"}\n{"text": "two", "id": "2"}\n'


def tar(files: Mapping[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read(tmp_path: Path, data: bytes, name: str = "jsonl", **options: Any) -> tuple[list[Record], dict[str, int]]:
    path = tmp_path / "package"
    path.write_bytes(data)
    found, facts = records(make_reader(name, {"archive": "auto"} | options), path)
    return found, dict(facts)


def reasons(found: list[Record]) -> list[str]:
    return [one.reason for one in found if isinstance(one, Quarantined)]


@pytest.mark.parametrize("pack", [tar, zipped, lambda files: gzip.compress(tar(files))])
def test_articles_of_a_package_are_those_of_its_files(tmp_path: Path, pack: Any) -> None:
    files = kit_files("pmc_jats", "**/*xml")[:12]
    inside = {f"package/{path.name}.nxml": path.read_bytes() for path in files} | {"package/figure.jpg": b"\xff\xd8"}
    found, facts = read(tmp_path, pack(inside), "jats", member="*.nxml")
    expected = [one for path in files for one in records(make_reader("jats"), path)[0]]
    assert [one.text for one in found if isinstance(one, Document)] == [
        one.text for one in expected if isinstance(one, Document)
    ]
    assert [one.member for one in found if isinstance(one, Document)] == list(inside)[:-1]
    assert [one.record for one in found if isinstance(one, Document)] == list(range(len(expected)))
    assert (facts["members"], facts["members_read"], facts["records"]) == (13, 12, 12)


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_offsets_lead_to_the_record_in_the_decompressed_tar(tmp_path: Path, format: int) -> None:  # noqa: A002
    data = tar({"a" * 150 + "/ä.jsonl": LINES, "b": LINES}, format)
    found, _ = read(tmp_path, gzip.compress(data))
    assert [data[one.offset : one.offset + 10] for one in found if isinstance(one, Document) and one.offset] == [
        b'{"text": "'
    ] * 4
    assert [one.member for one in found if isinstance(one, Document)] == ["a" * 150 + "/ä.jsonl"] * 2 + ["b"] * 2
    assert [one.record for one in found if isinstance(one, Document)] == [0, 1, 2, 3]


def test_a_file_that_is_no_archive_is_read_as_it_is(tmp_path: Path) -> None:
    found, facts = read(tmp_path, LINES)
    assert [one.member for one in found if isinstance(one, Document)] == [None, None]
    assert "members" not in facts


@pytest.mark.parametrize("pack", [tar, zipped])
def test_archives_in_an_archive_are_opened_once(tmp_path: Path, pack: Any) -> None:
    inner = zipped({"label.jsonl": LINES, "picture.jpg": b""})
    found, _ = read(tmp_path, pack({"x/1.zip": inner, "x/2.zip": inner[:-30], "x/3.zip": zipped({"4.zip": inner})}),
                    member="*.jsonl")  # fmt: skip
    assert [one.member for one in found if isinstance(one, Document)] == ["x/1.zip/label.jsonl"] * 2
    assert reasons(found) == ["corrupt_zip", "archive_too_deep"]
    numbers = [one.record for one in found if isinstance(one, Document | Quarantined)]
    assert numbers == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["../up", "/root", "a/../../b", "C:\\x", "..\\up"])
@pytest.mark.parametrize("pack", [tar, zipped])
def test_paths_that_lead_out_are_refused(tmp_path: Path, pack: Any, name: str) -> None:
    found, facts = read(tmp_path, pack({name: LINES, "good": LINES}))
    assert reasons(found) == ["unsafe_path"]
    assert len(found) == 3
    assert facts["members_refused"] == 1


def test_files_known_by_name_are_known_by_path_in_an_archive(tmp_path: Path) -> None:
    found, _ = read(tmp_path, tar({"a/note.txt": b"one", "b/note.txt": b"two"}), "text", id="name")
    assert [one.native_id for one in found if isinstance(one, Document)] == ["a/note.txt", "b/note.txt"]


def test_a_damaged_member_takes_its_own_records_with_it(tmp_path: Path) -> None:
    found, facts = read(tmp_path, tar({"a": LINES, "b": gzip.compress(LINES * 99)[:-9], "c": LINES}))
    assert reasons(found) == ["truncated_gzip"]
    assert [one.record for one in found if isinstance(one, Document | Quarantined)] == [0, 1, 2, 3, 4]
    assert facts["records"] == 4


def test_a_member_damaged_after_many_records_damages_the_archive(tmp_path: Path) -> None:
    noise = random.Random(1)
    many = b"".join(json.dumps({"text": noise.randbytes(99).hex()}).encode() + b"\n" for _ in range(20_000))
    with pytest.raises(RawFileError, match="member_damaged_late"):
        read(tmp_path, tar({"a": LINES, "b": gzip.compress(many)[:-9]}))


GOOD = tar({f"{number}": LINES for number in range(9)})


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        (GOOD[:-9000], {}, "truncated_tar"),
        (GOOD[:600], {}, "truncated_tar"),
        (GOOD[:2048] + b"\x01" * 512 + GOOD[2560:], {}, "corrupt_tar"),
        (gzip.compress(GOOD)[:-4], {}, "truncated_gzip"),
        (GOOD, {"max_members": 8}, "too_many_members"),
        (GOOD, {"max_total_bytes": 100}, "archive_too_large"),
        (GOOD, {"member": "*.xml"}, "no_member"),
        (GOOD, {"archive": "zip"}, "not_an_archive"),
        (LINES, {"archive": "tar"}, "not_an_archive"),
        (zipped({"a": LINES})[:-25], {}, "corrupt_zip"),
        (zipped({"a": LINES * 9})[:60] + b"PK\5\6" + bytes(18), {}, "no_member"),
    ],
)
def test_a_damaged_archive_is_refused(tmp_path: Path, data: bytes, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        read(tmp_path, data, **options)
    assert caught.value.reason == reason


def test_members_that_are_bombs_or_locked_are_refused(tmp_path: Path) -> None:
    locked = bytearray(zipped({"a": LINES}, zipfile.ZIP_STORED))
    locked[6] |= 1
    locked[locked.rindex(b"PK\1\2") + 8] |= 1
    assert reasons(read(tmp_path, bytes(locked))[0]) == ["encrypted_member"]
    assert reasons(read(tmp_path, zipped({"a": bytes(99 << 20), "b": LINES}))[0]) == ["decompression_bomb"]
    assert reasons(read(tmp_path, tar({"a": LINES * 9}), max_member_bytes=99)[0]) == ["member_too_large"]
    changed = zipped({"a": LINES}, zipfile.ZIP_STORED).replace(b"two", b"TWO")
    assert reasons(read(tmp_path, changed)[0]) == ["corrupt_member"]


def test_links_devices_and_folders_hold_nothing(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"odd{kind!r}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("file")
        info.size = len(LINES)
        archive.addfile(info, io.BytesIO(LINES))
    found, facts = read(tmp_path, buffer.getvalue())
    assert [one.member for one in found if isinstance(one, Document)] == ["file"] * 2
    assert facts["members"] == 1


def test_options_of_archives_stand_beside_those_of_the_reader() -> None:
    reader = make_reader("jsonl", {"archive": "tar", "member": "*.nxml", "doc_type": "note"})
    assert reader.name == "jsonl"
    assert reader.config != make_reader("jsonl", {"doc_type": "note"}).config
    with pytest.raises(RecipeError, match="none of auto, tar, zip"):
        make_reader("jsonl", {"archive": "rar"})


def test_names_that_are_no_utf8_are_told_with_escapes(tmp_path: Path) -> None:
    info = tarfile.TarInfo("caf\udce9\x1b[31m.jsonl")
    info.size = len(LINES)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", errors="surrogateescape") as archive:
        archive.addfile(info, io.BytesIO(LINES))
    path = tmp_path / "file"
    path.write_bytes(buffer.getvalue())
    (batch,) = documents_in(make_reader("jsonl", {"archive": "tar"}), RawFile(str(path)), "s", Counter())
    assert {name.as_py() for name in batch.documents.column("member")} == {r"caf\udce9\x1b[31m.jsonl"}


def test_a_number_too_long_to_be_one_is_a_corrupt_header(tmp_path: Path) -> None:
    record = b"size=" + b"9" * 5000 + b"\n"
    record = b"%d %s" % (len(record) + 5, record)
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(record)
    data = header.tobuf(tarfile.USTAR_FORMAT) + record.ljust(-(-len(record) // 512) * 512, b"\0") + GOOD
    with pytest.raises(RawFileError, match="corrupt_tar"):
        read(tmp_path, data)


def test_links_in_a_zip_hold_nothing(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("file", LINES)
    found, _ = read(tmp_path, buffer.getvalue())
    assert [one.member for one in found if isinstance(one, Document)] == ["file"] * 2


@pytest.mark.slow
def test_members_that_share_their_bytes_are_found_out_in_sum(tmp_path: Path) -> None:
    limits = Limits(decompression_ratio=1)
    path = tmp_path / "many"
    path.write_bytes(zipped({f"{number}.txt": bytes(15 << 20) for number in range(80)}))
    with pytest.raises(RawFileError, match="archive_bomb"):
        list(make_reader("text", {"archive": "zip"}).read(RawFile(str(path), limits=limits), Counter()))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(members=8), "too_many_members"),
        (Limits(archive_bytes=100), "archive_too_large"),
    ],
)
def test_the_recipe_limits_archives(tmp_path: Path, limits: Limits, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(GOOD)
    with pytest.raises(RawFileError, match=reason):
        list(make_reader("jsonl", {"archive": "tar"}).read(RawFile(str(path), limits=limits), Counter()))


def test_an_archive_in_an_archive_can_be_forbidden(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(tar({"a.tar": GOOD}))
    raw = RawFile(str(path), limits=Limits(archive_depth=1))
    assert reasons(list(make_reader("jsonl", {"archive": "tar"}).read(raw, Counter()))) == ["archive_too_deep"]
